//! A reader of JSON text (RFC 8259) into a tree. Unlike general readers, it keeps the place of every
//! value, distinguishes integers of more than 64 bits from floats, and refuses a key that is given
//! twice.

use std::collections::HashSet;

use super::{Entry, Kind, Map, Node};
use crate::diagnostic::{Code, Diagnostic, check_size};
use crate::source::{SourceText, Span};

type Read<T> = Result<T, Box<Diagnostic>>;

/// Reads one JSON value that nests at most `max_depth` levels of lists and objects.
///
/// # Errors
/// The first problem: malformed JSON, a key that is given twice, a number that is too large for a
/// double, or nesting that is too deep.
pub fn read(source: &SourceText, max_depth: usize) -> Result<Node, Box<Diagnostic>> {
    let text = source.text();
    check_size(text.len())?;
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text, at, open: Vec::new(), max_depth };
    reader.skip_space();
    if reader.peek().is_none() {
        return Err(reader.error_here("there is nothing here").boxed());
    }
    let node = reader.document()?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.error_here("expected the end after the JSON value").boxed()),
    }
}

/// Whether a text that is not JSON ends in a string, a list or an object, as it does if its end was
/// cut off.
#[cfg(any(feature = "batch", feature = "simulate"))]
pub(crate) fn is_cut(text: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_i64, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth -= 1,
            _ => {}
        }
    }
    in_string || depth > 0
}

/// Keeps the open lists and objects on a stack of its own, because the author of a text decides how
/// deep it nests.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open>,
    max_depth: usize,
}

/// A list or an object that has begun.
struct Open {
    start: usize,
    items: Items,
}

enum Items {
    List(Vec<Node>),
    /// The key whose value is read next is kept apart.
    Object {
        map: Map,
        seen: HashSet<Box<str>>,
        key: (Box<str>, Span),
    },
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes bytes while they satisfy the test.
    fn skip_while(&mut self, test: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while self.peek().is_some_and(&test) {
            self.at += 1;
        }
        self.at - start
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    fn error_here(&self, message: impl Into<String>) -> Diagnostic {
        let length = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        Diagnostic::error(Code::JsonSyntax, Span::new(self.at, self.at + length), message)
    }

    fn expected<T>(&self, what: &str) -> Read<T> {
        let found = match self.text[self.at..].chars().next() {
            Some(char) => format!("found `{}`", char.escape_debug()),
            None => "found the end of the text".to_owned(),
        };
        Err(self.error_here(format!("malformed JSON: expected {what}, {found}")).boxed())
    }

    /// Reads values until the outermost one is complete.
    fn document(&mut self) -> Read<Node> {
        loop {
            let mut value = match self.begin()? {
                Some(value) => value,
                None => continue,
            };
            loop {
                self.skip_space();
                let Some(open) = self.open.pop() else {
                    return Ok(value);
                };
                match self.put(open, value)? {
                    Some(complete) => value = complete,
                    None => break,
                }
            }
        }
    }

    /// Reads a scalar or an empty list or object, or opens one that is not.
    fn begin(&mut self) -> Read<Option<Node>> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'[') => {
                self.enter()?;
                if self.peek() != Some(b']') {
                    self.open.push(Open { start, items: Items::List(Vec::new()) });
                    return Ok(None);
                }
                self.at += 1;
                Kind::List(Vec::new())
            }
            Some(b'{') => {
                self.enter()?;
                if self.peek() != Some(b'}') {
                    let (map, mut seen) = (Map::default(), HashSet::new());
                    let key = self.key(&map, &mut seen)?;
                    self.open.push(Open { start, items: Items::Object { map, seen, key } });
                    return Ok(None);
                }
                self.at += 1;
                Kind::Map(Map::default())
            }
            Some(b'"') => Kind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word()?,
            _ => return self.expected("a value"),
        };
        Ok(Some(Node::new(kind, self.span_from(start))))
    }

    /// Takes an opening bracket.
    fn enter(&mut self) -> Read<()> {
        if self.open.len() == self.max_depth {
            let message = format!("nesting deeper than {} levels", self.max_depth);
            return Err(Diagnostic { code: Code::TooDeep, ..self.error_here(message) }.boxed());
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// Puts a value into the innermost open list or object, which then ends, or goes on after a
    /// comma.
    fn put(&mut self, mut open: Open, value: Node) -> Read<Option<Node>> {
        let close = match &mut open.items {
            Items::List(list) => {
                list.push(value);
                b']'
            }
            Items::Object { map, key, .. } => {
                let (key, key_span) = std::mem::take(key);
                map.entries.push(Entry { key, key_span, value });
                b'}'
            }
        };
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_space();
                if let Items::Object { map, seen, key } = &mut open.items {
                    *key = self.key(map, seen)?;
                }
                self.open.push(open);
                Ok(None)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                let kind = match open.items {
                    Items::List(list) => Kind::List(list),
                    Items::Object { map, .. } => Kind::Map(map),
                };
                Ok(Some(Node::new(kind, self.span_from(open.start))))
            }
            _ if close == b']' => self.expected("`,` or `]`"),
            _ => self.expected("`,` or `}`"),
        }
    }

    /// Reads a key and its colon.
    fn key(&mut self, map: &Map, seen: &mut HashSet<Box<str>>) -> Read<(Box<str>, Span)> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return self.expected("a key in double quotes");
        }
        let key = self.string()?;
        let span = self.span_from(start);
        if !seen.insert(key.clone()) {
            let first = map.entry(&key).map_or(span, |entry| entry.key_span);
            let message = format!("key `{key}` is given twice");
            let duplicate = Diagnostic::error(Code::DuplicateKey, span, message);
            let duplicate = duplicate.also(first, "first given here");
            return Err(duplicate.help("remove one of them").boxed());
        }
        self.skip_space();
        if self.peek() != Some(b':') {
            return self.expected("`:`");
        }
        self.at += 1;
        self.skip_space();
        Ok((key, span))
    }

    /// Finds the end of the string. Its escapes are left to the JSON library.
    fn string(&mut self) -> Read<Box<str>> {
        let start = self.at;
        self.at += 1;
        loop {
            self.skip_while(|byte| byte != b'"' && byte != b'\\');
            match self.peek() {
                Some(b'"') => break,
                Some(_) => self.at += 2,
                None => {
                    self.at = start;
                    return Err(self
                        .error_here("malformed JSON: this string does not end")
                        .boxed());
                }
            }
        }
        self.at += 1;
        serde_json::from_str(&self.text[start..self.at]).map_err(|_| {
            let message = "malformed JSON: a string holds an unknown escape or a control character";
            Diagnostic::error(Code::JsonSyntax, self.span_from(start), message)
                .help(r"write a line break as `\n`, a tab as `\t`, a backslash as `\\`")
                .boxed()
        })
    }

    fn number(&mut self) -> Read<Kind> {
        let start = self.at;
        let digit = |byte: u8| byte.is_ascii_digit();
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let mut whole = true;
        let digits = self.skip_while(digit);
        let mut well_formed = digits > 0 && !(leading_zero && digits > 1);
        if self.peek() == Some(b'.') {
            self.at += 1;
            whole = false;
            well_formed &= self.skip_while(digit) > 0;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            whole = false;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            well_formed &= self.skip_while(digit) > 0;
        }
        let text = &self.text[start..self.at];
        let span = self.span_from(start);
        if !well_formed {
            let message = format!("malformed JSON: `{text}` is not a number");
            return Err(Diagnostic::error(Code::JsonSyntax, span, message).boxed());
        }
        if whole {
            return Ok(text.parse().map_or_else(|_| Kind::Wide(text.into()), Kind::Int));
        }
        match text.parse::<f64>() {
            Ok(float) if float.is_finite() => Ok(Kind::Float(float)),
            _ => {
                let message = format!("number `{text}` is too large for a double");
                Err(Diagnostic::error(Code::NumberOverflow, span, message)
                    .help("the largest is about 1.8e308")
                    .boxed())
            }
        }
    }

    fn word(&mut self) -> Read<Kind> {
        let start = self.at;
        self.skip_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match &self.text[start..self.at] {
            "null" => Ok(Kind::Null),
            "true" => Ok(Kind::Bool(true)),
            "false" => Ok(Kind::Bool(false)),
            word => {
                let message = format!("malformed JSON: `{word}` is not a value");
                Err(Diagnostic::error(Code::JsonSyntax, self.span_from(start), message)
                    .help(format!("write a string in double quotes: `\"{word}\"`"))
                    .boxed())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        read(&SourceText::new("test", text), 10).map(|node| node.kind).expect(text)
    }

    fn error(text: &str) -> String {
        let error = read(&SourceText::new("test", text), 10).expect_err(text);
        format!("{}..{} {}", error.primary.span.start, error.primary.span.end, error.message)
    }

    #[test]
    fn kinds_of_numbers_are_kept() {
        assert_eq!(kind("1"), Kind::Int(1));
        assert_eq!(kind("1.0"), Kind::Float(1.0));
        assert_eq!(kind("-0.0"), Kind::Float(-0.0));
        assert_eq!(kind("1e3"), Kind::Float(1000.0));
        assert_eq!(kind("-9223372036854775808"), Kind::Int(i64::MIN));
        assert_eq!(kind("9223372036854775808"), Kind::Wide("9223372036854775808".into()));
        assert_eq!(error("1e999"), "0..5 number `1e999` is too large for a double");
    }

    #[test]
    fn strings_are_decoded() {
        assert_eq!(kind(r#""aé\n\ud83d\ude00\"""#), Kind::String("aé\n😀\"".into()));
        assert!(error("\"a\nb\"").contains("control character"));
        assert!(error(r#""\q""#).contains("unknown escape"));
        assert!(error(r#""abc"#).contains("does not end"));
        assert!(error(r#""abc\"#).contains("does not end"));
    }

    #[cfg(any(feature = "batch", feature = "simulate"))]
    #[test]
    fn what_is_cut_off_is_open_at_its_end() {
        let text = r#"{"a": ["x\"]}", 1.5e3, {"b": null}], "é": true}"#;
        for end in (1..text.len()).filter(|end| text.is_char_boundary(*end)) {
            assert!(read(&SourceText::new("cut", &text[..end]), 10).is_err());
            assert!(is_cut(&text[..end]), "{end}");
        }
        assert!(!is_cut(text) && !is_cut("{a}") && !is_cut("[1]]"));
    }

    #[test]
    fn problems_have_places() {
        assert_eq!(error("[1,]"), "3..4 malformed JSON: expected a value, found `]`");
        assert_eq!(error("[1 2]"), "3..4 malformed JSON: expected `,` or `]`, found `2`");
        assert_eq!(
            error("{a:1}"),
            "1..2 malformed JSON: expected a key in double quotes, found `a`"
        );
        assert_eq!(error(r#"{"a":1,"a":2}"#), "7..10 key `a` is given twice");
        assert_eq!(error("[01]"), "1..3 malformed JSON: `01` is not a number");
        assert_eq!(error("1 2"), "2..3 expected the end after the JSON value");
        assert_eq!(error(" "), "1..1 there is nothing here");
        assert_eq!(error("[[[[[[[[[[[]]]]]]]]]]]"), "10..11 nesting deeper than 10 levels");
        assert_eq!(error("[True]"), "1..5 malformed JSON: `True` is not a value");
    }
}
