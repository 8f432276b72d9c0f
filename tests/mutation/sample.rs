//! A valid namespace cut into what can be broken: the tokens of its scripts, and its keys.

use std::ops::{Range, RangeInclusive};

use planout::Dialect;
use planout::source::{SourceText, Span};
use planout::tree::{Block, Kind, Node, yaml};

/// A valid namespace and its parts, all by their places in its text.
pub(super) struct Sample {
    pub(super) source: SourceText,
    pub(super) dialect: Dialect,
    pub(super) scripts: Vec<Script>,
    pub(super) maps: Vec<Mapping>,
}

/// A `!planout` value.
pub(super) struct Script {
    pub(super) tokens: Vec<Token>,
    /// Whether it is a block, in which lines can be inserted and `"`, `#` and `:` written.
    pub(super) block: bool,
    pub(super) folded: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) at: Range<usize>,
    pub(super) text: String,
}

/// A mapping of the namespace.
pub(super) struct Mapping {
    /// What it is: the key it stands under, or `` for the document.
    pub(super) under: String,
    pub(super) entries: Vec<Entry>,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
    pub(super) name: String,
    /// The value, if it is a scalar and no script.
    pub(super) scalar: Option<String>,
}

/// A change of the text that breaks it.
pub(super) struct Edit {
    at: Range<usize>,
    with: String,
    lines: Option<RangeInclusive<usize>>,
}

/// A text with one mistake.
pub(super) struct Mutant {
    pub(super) text: String,
    /// Where a person would look for the mistake.
    pub(super) lines: RangeInclusive<usize>,
}

impl Edit {
    /// Replaces a part of the text; the line that is broken is the one where the part starts.
    pub(super) fn replace(at: Range<usize>, with: impl Into<String>) -> Edit {
        Edit { at, with: with.into(), lines: None }
    }

    pub(super) fn delete(at: Range<usize>) -> Edit {
        Edit::replace(at, "")
    }

    pub(super) fn insert(at: usize, with: impl Into<String>) -> Edit {
        Edit::replace(at..at, with)
    }

    /// Says that other lines than that are the broken ones, as they are counted afterwards.
    pub(super) fn on(self, lines: RangeInclusive<usize>) -> Edit {
        Edit { lines: Some(lines), ..self }
    }
}

impl Sample {
    /// Takes a text; `None` if it is not valid as it stands.
    pub(super) fn new(text: &str, dialect: Dialect) -> Option<Sample> {
        let source = SourceText::new("sample.yaml", text);
        let (tree, problems) = yaml::read(&source);
        let tree = tree.filter(|_| problems.is_empty())?;
        let mut sample = Sample { source, dialect, scripts: Vec::new(), maps: Vec::new() };
        sample.collect(&tree, "");
        Some(sample)
    }

    fn collect(&mut self, node: &Node, under: &str) {
        match &node.kind {
            Kind::Script(block) => self.scripts.extend(Script::new(&self.source, node.span, block)),
            Kind::List(items) => items.iter().for_each(|item| self.collect(item, under)),
            Kind::Map(map) => {
                let entries = map.entries.iter().map(|entry| Entry {
                    key: range(entry.key_span),
                    value: range(entry.value.span),
                    name: entry.key.to_string(),
                    scalar: match entry.value.kind {
                        Kind::List(_) | Kind::Map(_) | Kind::Script(_) => None,
                        _ => Some(self.source.slice(entry.value.span).to_owned()),
                    },
                });
                // What comes from an anchor stands elsewhere.
                let mut entries: Vec<Entry> = entries.collect();
                entries.sort_by_key(|entry| entry.key.start);
                let ordered = entries.windows(2).all(|two| two[0].value.end <= two[1].key.start);
                if ordered {
                    self.maps.push(Mapping { under: under.to_owned(), entries });
                }
                for entry in &map.entries {
                    self.collect(&entry.value, &entry.key);
                }
            }
            _ => {}
        }
    }

    pub(super) fn text(&self) -> &str {
        self.source.text()
    }

    pub(super) fn line(&self, at: usize) -> usize {
        self.source.position(Span::new(at, at).start).line
    }

    /// The white space before what stands first on its line, if that stands at the place.
    pub(super) fn indent(&self, at: usize) -> Option<&str> {
        let line = &self.text()[..at];
        let line = &line[line.rfind('\n').map_or(0, |end| end + 1)..];
        line.trim().is_empty().then_some(line)
    }

    /// The end of the line that holds a place, without its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = &self.text()[at..];
        at + rest.find(['\r', '\n']).unwrap_or(rest.len())
    }

    pub(super) fn apply(&self, edit: &Edit) -> Mutant {
        let mut text = self.text().to_owned();
        text.replace_range(edit.at.clone(), &edit.with);
        let line = self.line(edit.at.start);
        Mutant { text, lines: edit.lines.clone().unwrap_or(line..=line) }
    }

    /// The tokens of all scripts, with those of their script and their index among them.
    pub(super) fn tokens(&self) -> impl Iterator<Item = (&Script, usize, &Token)> {
        self.scripts.iter().flat_map(|script| {
            script.tokens.iter().enumerate().map(move |(index, token)| (script, index, token))
        })
    }

    /// The tokens with one of the texts.
    pub(super) fn find<'a>(&'a self, texts: &'a [&str]) -> impl Iterator<Item = &'a Token> {
        self.tokens().map(|(.., token)| token).filter(|token| texts.contains(&&*token.text))
    }

    /// The entries with their mapping.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Mapping, usize, &Entry)> {
        self.maps.iter().flat_map(|map| {
            map.entries.iter().enumerate().map(move |(index, entry)| (map, index, entry))
        })
    }
}

impl Mapping {
    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

impl Script {
    /// Cuts a script; `None` if it is an alias's, whose text stands elsewhere.
    fn new(source: &SourceText, span: Span, block: &Block) -> Option<Script> {
        let header = source.text()[..span.start as usize].trim_end();
        let header = &header[header.rfind('\n').unwrap_or(0)..];
        let folded = header.contains("!planout >");
        let is_block = folded || header.contains("!planout |");
        let mut tokens = Vec::new();
        for at in cut(&block.text) {
            let place = range(block.map.span(Span::new(at.start, at.end)));
            // Escaped and folded tokens are left alone.
            if source.text().get(place.clone()) == Some(&block.text[at.clone()]) {
                tokens.push(Token { at: place, text: block.text[at].to_owned() });
            }
        }
        Some(Script { tokens, block: is_block, folded })
    }

    pub(super) fn text(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| &token.text)
    }

    /// Whether a statement starts at a token.
    pub(super) fn starts_statement(&self, index: usize) -> bool {
        let before = index.checked_sub(1).map_or(";", |before| self.text(before));
        let word = is_word(self.text(index)) && self.text(index) != "else";
        // What follows a `{` may be a key.
        word && matches!(before, ";" | "{" | "}") && self.text(index + 1) != ":"
    }

    /// The index of the token that starts the statement of a token.
    pub(super) fn statement(&self, index: usize) -> usize {
        (0..=index).rev().find(|&index| self.starts_statement(index)).unwrap_or(0)
    }

    /// The indices of assignments: the variable, the `=` after it and the `;` at the end.
    pub(super) fn assignments(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.tokens.len()).filter_map(|index| {
            let assigns = self.starts_statement(index) && self.text(index + 1) == "=";
            let end = (index..self.tokens.len()).find(|&end| self.text(end) == ";")?;
            assigns.then_some((index, end))
        })
    }
}

pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// The places of a program's tokens.
fn cut(text: &str) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = |test: fn(char) -> bool| rest.find(|next| !test(next)).unwrap_or(rest.len());
        let length = match first {
            _ if first.is_whitespace() => run(char::is_whitespace),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '\'' | '"' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            _ if is_word(rest) => run(|next| next.is_ascii_alphanumeric() || next == '_'),
            _ if first.is_ascii_digit() => run(|next| next.is_ascii_digit() || next == '.'),
            _ => ["==", "!=", "<=", ">=", "&&", "||", "??", "<-", "=>"]
                .iter()
                .find(|mark| rest.starts_with(**mark))
                .map_or(first.len_utf8(), |mark| mark.len()),
        };
        if !first.is_whitespace() && first != '#' {
            tokens.push(at..at + length);
        }
        at += length;
    }
    tokens
}
