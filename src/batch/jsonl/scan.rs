//! A fast reader of usual JSON objects: scalars under keys, without escapes. Anything else, and any
//! error, ends the scan with `None`.

use std::ops::Range;

/// A value that is neither a list nor an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
}

/// Reads one object, member by member.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, at: 0 }
    }

    /// The number of bytes that have been read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    /// Reads the brace at the beginning. Returns whether there are members.
    pub(super) fn open(&mut self) -> Option<bool> {
        self.skip_space();
        self.take(b'{')?;
        self.skip_space();
        Some(self.take(b'}').is_none())
    }

    /// Reads a key and its colon.
    pub(super) fn key(&mut self) -> Option<&'a str> {
        let key = self.string()?;
        self.skip_space();
        self.take(b':')?;
        self.skip_space();
        Some(key)
    }

    /// Reads the text after a value. Returns whether there is another member.
    pub(super) fn more(&mut self) -> Option<bool> {
        self.skip_space();
        if self.take(b',').is_some() {
            self.skip_space();
            return Some(true);
        }
        self.take(b'}').map(|()| false)
    }

    /// Reads the end of the text.
    pub(super) fn end(&mut self) -> Option<()> {
        self.skip_space();
        self.peek().is_none().then_some(())
    }

    /// Reads a value. Returns its kind and its place.
    pub(super) fn scalar(&mut self) -> Option<(Scalar<'a>, Range<usize>)> {
        let start = self.at;
        let value = match self.peek()? {
            b'"' => Scalar::Text(self.string()?),
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word("true", Scalar::Bool(true))?,
            b'f' => self.word("false", Scalar::Bool(false))?,
            b'n' => self.word("null", Scalar::Null)?,
            _ => return None,
        };
        Some((value, start..self.at))
    }

    /// The caller checks the text after the word.
    fn word(&mut self, word: &str, value: Scalar<'a>) -> Option<Scalar<'a>> {
        self.text[self.at..].starts_with(word).then(|| self.at += word.len())?;
        Some(value)
    }

    fn string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
        let length = rest.iter().position(special)?;
        self.at += length;
        self.take(b'"')?;
        Some(&self.text[start..start + length])
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Option<Scalar<'a>> {
        let start = self.at;
        let _ = self.take(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let digits = self.digits();
        if digits == 0 || leading_zero && digits > 1 {
            return None;
        }
        let mut is_whole = true;
        if self.take(b'.').is_some() {
            is_whole = false;
            (self.digits() > 0).then_some(())?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_whole = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            (self.digits() > 0).then_some(())?;
        }
        let text = &self.text[start..self.at];
        if is_whole {
            return text.parse().ok().map(Scalar::Int);
        }
        let float = text.parse().ok().filter(|float: &f64| float.is_finite());
        float.map(Scalar::Float)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceText;
    use crate::tree::json;
    use crate::value::Value;

    fn scan(text: &str) -> Option<Vec<(&str, Scalar<'_>)>> {
        let mut scanner = Scanner::new(text);
        let mut members = Vec::new();
        let mut member = scanner.open()?;
        while member {
            let key = scanner.key()?;
            members.push((key, scanner.scalar()?.0));
            member = scanner.more()?;
        }
        scanner.end()?;
        Some(members)
    }

    /// Every text that is scanned has the same result in the general reader of JSON.
    #[test]
    fn what_is_scanned_is_json() {
        let parts = [
            "{}",
            " { } ",
            "{",
            "}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":1}x",
            "{\"a\":01}",
            "{\"a\":-}",
            "{\"a\":-0}",
            "{\"a\":-0.0}",
            "{\"a\":1.}",
            "{\"a\":.5}",
            "{\"a\":1e5}",
            "{\"a\":1E+05}",
            "{\"a\":1e999}",
            "{\"a\":1e}",
            "{\"a\":9223372036854775807}",
            "{\"a\":9223372036854775808}",
            "{\"a\":nul}",
            "{\"a\":nulll}",
            "{\"a\":truefalse}",
            "{ \"a\" : true , \"b\" : false , \"c\":null }",
            "{\"a\":\"x\ty\"}",
            "{\"a\":\"x\\u0041\"}",
            "{\"é\":\"ü\"}",
            "{\"a\":\"\u{7f}\"}",
            "{\"a\":[1]}",
            "{\"a\":+1}",
            "[]",
            "1",
            "",
            "{\"a\":\"x",
            "{\"a\":1-2}",
            "{a:1}",
            "{\"a\":1}{}",
            "{\"a\":1 }\n",
        ];
        let mut scanned = 0;
        for text in parts {
            let Some(members) = scan(text) else { continue };
            scanned += 1;
            let node = json::read(&SourceText::new("test", text), 10).expect(text);
            let map = node.as_map().expect(text);
            assert_eq!(map.entries.len(), members.len(), "{text}");
            for (entry, (key, scalar)) in map.entries.iter().zip(members) {
                assert_eq!(&*entry.key, key);
                let value = match scalar {
                    Scalar::Null => Value::Null,
                    Scalar::Bool(bool) => Value::from(bool),
                    Scalar::Int(int) => Value::from(int),
                    Scalar::Float(float) => Value::from(float),
                    Scalar::Text(text) => Value::from(text),
                };
                assert_eq!(Value::try_from(&entry.value), Ok(value), "{text}");
            }
        }
        assert_eq!(scanned, 11);
    }
}
