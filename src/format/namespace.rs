//! The scripts of a namespace, formatted in place. Nothing else in the file changes.

use std::collections::HashSet;

use super::faithful::is_faithful;
use super::scalar::{Edit, edit};
use super::{FormatError, script, script_on_one_line};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::namespace::Outline;
use crate::source::{SourceText, Span};
use crate::tree::{Block, Kind, Node, Style, yaml};

/// Formats the scripts of a namespace in YAML: those under `assign` in its definitions. `dialect`
/// applies to a namespace that does not name its own. A text without scripts is returned unchanged.
///
/// A script in quotes, or without quotes after its tag, stays on its line. It stays unchanged if it
/// cannot be formatted on one line. A script in a folded block (`>`) stays unchanged if it would lose
/// a line end that it needs.
///
/// # Errors
/// The YAML has errors, or one of the scripts has.
pub fn namespace(source: &SourceText, dialect: Dialect) -> Result<String, FormatError> {
    let text = source.text();
    if !text.contains("!planout") {
        return Ok(text.to_owned());
    }
    let before = Namespace::read(source, dialect)?;
    let mut edits: Vec<_> = before.scripts.iter().filter_map(|script| script.edit(text)).collect();
    // A literal block holds any text. Whether another style holds a script shows when the result is
    // read again: first with all scripts, then without those that failed, then without any of these.
    for _ in 0..3 {
        let formatted = apply(text, &edits);
        let after = Namespace::read(&SourceText::new(source.name(), formatted.as_str()), dialect);
        let went_wrong = match after {
            Ok(after) if before.surrounds(&after) => before.changed(&after),
            _ => before.scripts.iter().map(|script| script.place).collect(),
        };
        if went_wrong.is_empty() {
            return Ok(formatted);
        }
        edits.retain(|edit| edit.style == Style::Literal || !went_wrong.contains(&edit.place));
    }
    Err(FormatError::Unfaithful)
}

/// A text with its scripts.
struct Namespace {
    outline: Outline,
    /// The scripts in the order of the definitions. Each occurs once, since an alias repeats a text
    /// that stands elsewhere.
    scripts: Vec<Script>,
}

struct Script {
    place: Span,
    block: Block,
    /// The formatted text, unless its style cannot hold it.
    formatted: Option<String>,
}

impl Namespace {
    fn read(source: &SourceText, dialect: Dialect) -> Result<Namespace, FormatError> {
        let (tree, problems) = yaml::read(source);
        let Some(tree) = tree.filter(|_| problems.is_empty()) else {
            return Err(FormatError::Invalid(problems));
        };
        let outline = Outline::new(tree, dialect);
        known_dialect(&outline)?;
        let mut seen = HashSet::new();
        let mut scripts = Vec::new();
        let mut problems = Vec::new();
        for definition in outline.definitions() {
            let Some((script, assign)) = definition.script().zip(definition.assign()) else {
                continue;
            };
            let Node { kind: Kind::Script(block), span } = &assign.value else {
                continue;
            };
            if seen.insert(*span) {
                match script.parsed.valid() {
                    Some(_) => scripts.push(Script::new(*span, block, outline.dialect())?),
                    None => problems.extend(script.parsed.diagnostics.iter().cloned()),
                }
            }
        }
        if problems.is_empty() {
            Ok(Namespace { outline, scripts })
        } else {
            Err(FormatError::Invalid(problems))
        }
    }

    /// Whether another text has the same meaning outside of these scripts.
    fn surrounds(&self, other: &Namespace) -> bool {
        let places: HashSet<Span> = self.scripts.iter().map(|script| script.place).collect();
        self.scripts.len() == other.scripts.len()
            && is_same(self.outline.tree(), other.outline.tree(), &places)
    }

    /// The scripts that are wrong in another text: they have another meaning, or would be formatted
    /// again in another way.
    fn changed(&self, other: &Namespace) -> HashSet<Span> {
        let pairs = self.scripts.iter().zip(&other.scripts);
        let changed = pairs.filter(|(before, after)| {
            let (old, new) = (&before.block.text, &after.block.text);
            let is_kept = old == new || is_faithful(old, new, self.outline.dialect());
            !is_kept || before.formatted != after.formatted
        });
        changed.map(|(before, _)| before.place).collect()
    }
}

impl Script {
    fn new(place: Span, block: &Block, dialect: Dialect) -> Result<Script, FormatError> {
        let formatted = match block.style {
            Style::Literal | Style::Folded => Some(script(&block.text, dialect)?),
            Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => {
                script_on_one_line(&block.text, dialect)?
            }
        };
        Ok(Script { place, block: block.clone(), formatted })
    }

    fn edit(&self, file: &str) -> Option<Edit> {
        edit(file, self.place, &self.block, self.formatted.as_deref()?)
    }
}

/// Refuses an unknown dialect, because the dialect decides how a script is read.
fn known_dialect(outline: &Outline) -> Result<(), FormatError> {
    let Some(entry) = outline.setting("dialect") else {
        return Ok(());
    };
    let node = &entry.value;
    let problem = match node.as_str().map(|word| word.trim().parse::<Dialect>()) {
        Some(Ok(_)) => return Ok(()),
        Some(Err(unknown)) => {
            Diagnostic::error(Code::UnknownSetting, node.span, unknown.to_string())
        }
        None => {
            let message = format!("`dialect` must be text, not {}", node.describe());
            Diagnostic::error(Code::WrongType, node.span, message)
        }
    };
    Err(FormatError::Invalid(vec![problem]))
}

/// Whether two trees have the same meaning, apart from the scripts at some places of the first.
fn is_same(a: &Node, b: &Node, places: &HashSet<Span>) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Script(a_block), Kind::Script(b_block)) => {
            a_block.text == b_block.text || places.contains(&a.span)
        }
        (Kind::List(a), Kind::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b, places))
        }
        (Kind::Map(a), Kind::Map(b)) => {
            let pairs = || a.entries.iter().zip(&b.entries);
            a.entries.len() == b.entries.len()
                && pairs().all(|(a, b)| a.key == b.key && is_same(&a.value, &b.value, places))
        }
        (a, b) => a == b,
    }
}

/// The text with its edits. The edits are in the order of the definitions: because of an anchor, one
/// may come before the place of an earlier one.
fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.range.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.range.start).unwrap_or_default());
        out.push_str(&edit.text);
        at = edit.range.end;
    }
    out + &text[at..]
}
