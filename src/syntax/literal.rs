//! Literals: JSON after `@`.

use super::ast::{Literal, LiteralKind, Name};
use super::parser::{LOST_KEY, Parse, Parser};
use super::token::TokenKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::number;

impl Parser<'_> {
    pub(super) fn literal(&mut self) -> Parse<Literal> {
        let start = self.start();
        let kind = self.literal_kind()?;
        Ok(Literal { kind, span: self.span_from(start) })
    }

    fn literal_kind(&mut self) -> Parse<LiteralKind> {
        if let Some(number) = self.signed_number() {
            return Ok(LiteralKind::Number(number));
        }
        let kind = match self.kind() {
            TokenKind::Mark("-") => {
                self.advance();
                LiteralKind::Number(-self.unsigned_number()?)
            }
            TokenKind::Mark("[") => {
                self.advance();
                return self.nested(Self::literal_list);
            }
            TokenKind::Mark("{") => {
                self.advance();
                return self.nested(Self::literal_map);
            }
            TokenKind::Number(number) => LiteralKind::Number(number),
            TokenKind::String => LiteralKind::String(self.string_value()),
            TokenKind::True => LiteralKind::Bool(true),
            TokenKind::False => LiteralKind::Bool(false),
            TokenKind::Null => LiteralKind::Null,
            TokenKind::Identifier => {
                let message = format!("`{}` in a literal: only JSON may follow `@`", self.text());
                return Err(Diagnostic::error(Code::MalformedLiteral, self.span(), message)
                    .help("leave out the `@` to use variables")
                    .boxed());
            }
            _ => return Err(self.unexpected("a JSON value")),
        };
        self.advance();
        Ok(kind)
    }

    /// The number after a minus. The reference also accepts a number that is written as a string.
    fn unsigned_number(&self) -> Parse<f64> {
        match self.kind() {
            TokenKind::Number(number) => Ok(number),
            TokenKind::String => {
                let text = self.string_value();
                let is_number = text
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
                    && text.starts_with(|char: char| char.is_ascii_digit() || char == '.')
                    && text.ends_with(|char: char| char.is_ascii_digit());
                match text.parse::<f64>() {
                    Ok(number) if is_number && number.is_finite() => Ok(number),
                    _ => {
                        let message = "a minus before a string that is not a number";
                        Err(Diagnostic::error(Code::MalformedLiteral, self.span(), message)
                            .help("leave out the minus, or put it into the string")
                            .boxed())
                    }
                }
            }
            _ => Err(self.unexpected("a number after `-`")),
        }
    }

    fn literal_list(&mut self) -> Parse<LiteralKind> {
        let mut list = Vec::new();
        if self.take("]") {
            return Ok(LiteralKind::List(list));
        }
        self.take(",");
        loop {
            list.push(self.literal()?);
            if self.take("]") {
                return Ok(LiteralKind::List(list));
            }
            self.expect(",", "or `]` in the list")?;
        }
    }

    fn literal_map(&mut self) -> Parse<LiteralKind> {
        let mut map = Vec::new();
        if !self.take("}") {
            self.take(",");
            loop {
                let key = self.literal_key()?;
                self.expect(":", "after the key")?;
                let value = self.literal()?;
                map.push((key, value));
                if self.take("}") {
                    break;
                }
                self.expect(",", "or `}` in the map")?;
            }
        }
        Ok(LiteralKind::Map(map))
    }

    /// A key in the form that JavaScript prints.
    fn literal_key(&mut self) -> Parse<Name> {
        let Literal { kind, span } = self.literal()?;
        let text = match kind {
            LiteralKind::String(text) if &*text == LOST_KEY => {
                let message = format!("`{LOST_KEY}` cannot be a key");
                return Err(Diagnostic::error(Code::MalformedLiteral, span, message)
                    .help("both compilers would lose it: call it something else")
                    .boxed());
            }
            LiteralKind::String(text) => text,
            LiteralKind::Number(number) => (&*number::javascript(number)).into(),
            LiteralKind::Bool(true) => "true".into(),
            LiteralKind::Bool(false) => "false".into(),
            LiteralKind::Null => "null".into(),
            LiteralKind::List(_) | LiteralKind::Map(_) => {
                let message = "a list or a map cannot be a key";
                return Err(Diagnostic::error(Code::MalformedLiteral, span, message)
                    .help("write the key as a string")
                    .boxed());
            }
        };
        Ok(Name { text, span })
    }
}
