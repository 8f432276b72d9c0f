//! Answers of a server in the protocol of Redis (RESP 2), read within bounds. A server can claim and
//! send anything; it takes no more memory than the bytes that it has sent, and no more than the
//! bounds allow.

use std::io::{BufRead, ErrorKind, Read};

use super::trouble::{MAX_BYTES, MAX_PARTS, Trouble};

/// The longest line, in bytes, that may come without a length before it.
const MAX_LINE: usize = 64 << 10;

/// The deepest list within lists. No command of ours has an answer with more than one list in
/// another.
const MAX_DEPTH: usize = 8;

/// The number of parts for which memory is reserved before any part has come.
const RESERVED: usize = 1024;

/// An answer, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A word, such as `OK`.
    Word(String),
    /// The reason why the server refuses a command.
    Error(String),
    Integer(i64),
    Bytes(Vec<u8>),
    List(Vec<Answer>),
    Nothing,
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// The answer cannot be read, is not in the protocol of Redis, or is too large.
    pub(super) fn read(input: &mut impl BufRead) -> Result<Answer, Trouble> {
        Reader { input, bytes: MAX_BYTES, parts: MAX_PARTS }.answer(0)
    }

    /// A word.
    pub(super) fn into_word(self) -> Result<String, Trouble> {
        match self {
            Answer::Word(word) => Ok(word),
            _ => Err(Trouble::Malformed),
        }
    }

    /// The bytes of a value, if there is one.
    pub(super) fn into_bytes(self) -> Result<Option<Vec<u8>>, Trouble> {
        match self {
            Answer::Bytes(bytes) => Ok(Some(bytes)),
            Answer::Nothing => Ok(None),
            _ => Err(Trouble::Malformed),
        }
    }

    /// The names and the values of a hash.
    pub(super) fn into_fields(self) -> Result<Vec<Field>, Trouble> {
        let Answer::List(parts) = self else { return Err(Trouble::Malformed) };
        let mut fields = Vec::with_capacity(parts.len() / 2);
        let mut parts = parts.into_iter();
        while let Some(name) = parts.next() {
            match (name, parts.next()) {
                (Answer::Bytes(name), Some(Answer::Bytes(value))) => fields.push((name, value)),
                _ => return Err(Trouble::Malformed),
            }
        }
        Ok(fields)
    }
}

/// The name and the value of a field of a hash.
pub(super) type Field = (Vec<u8>, Vec<u8>);

/// Reads within the part of the bounds that is left.
struct Reader<'a, R> {
    input: &'a mut R,
    bytes: usize,
    parts: usize,
}

impl<R: BufRead> Reader<'_, R> {
    fn answer(&mut self, depth: usize) -> Result<Answer, Trouble> {
        self.parts = self.parts.checked_sub(1).ok_or(Trouble::TooLarge)?;
        let line = self.line()?;
        let (kind, rest) = line.split_at_checked(1).ok_or(Trouble::Malformed)?;
        match kind {
            "+" => Ok(Answer::Word(rest.to_owned())),
            // The text is shown to users, and could move the cursor of a terminal.
            "-" => Ok(Answer::Error(rest.replace(char::is_control, " "))),
            ":" => Ok(Answer::Integer(rest.parse().map_err(|_| Trouble::Malformed)?)),
            "$" => match length(rest)? {
                Some(length) => self.value(length).map(Answer::Bytes),
                None => Ok(Answer::Nothing),
            },
            "*" => match length(rest)? {
                Some(length) => self.list(length, depth + 1).map(Answer::List),
                None => Ok(Answer::Nothing),
            },
            _ => Err(Trouble::Malformed),
        }
    }

    /// A line without its end. Bytes that are not UTF-8 are replaced: no line that we need has any.
    fn line(&mut self) -> Result<String, Trouble> {
        let limit = MAX_LINE.min(self.bytes);
        let mut line = Vec::new();
        self.input.by_ref().take(limit as u64).read_until(b'\n', &mut line)?;
        self.bytes -= line.len();
        match line.strip_suffix(b"\r\n") {
            Some(text) => Ok(String::from_utf8_lossy(text).into_owned()),
            None if line.ends_with(b"\n") => Err(Trouble::Malformed),
            None if line.len() < limit => Err(ended()),
            None if limit < MAX_LINE => Err(Trouble::TooLarge),
            None => Err(Trouble::Malformed),
        }
    }

    /// The given number of bytes, and the end of a line.
    fn value(&mut self, length: usize) -> Result<Vec<u8>, Trouble> {
        self.bytes = length
            .checked_add(2)
            .and_then(|length| self.bytes.checked_sub(length))
            .ok_or(Trouble::TooLarge)?;
        // The buffer grows with the bytes that come.
        let mut bytes = Vec::new();
        let mut end = [0; 2];
        self.input.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() < length {
            return Err(ended());
        }
        self.input.read_exact(&mut end)?;
        if end == *b"\r\n" { Ok(bytes) } else { Err(Trouble::Malformed) }
    }

    fn list(&mut self, length: usize, depth: usize) -> Result<Vec<Answer>, Trouble> {
        if length > self.parts || depth > MAX_DEPTH {
            return Err(Trouble::TooLarge);
        }
        let mut parts = Vec::with_capacity(length.min(RESERVED));
        for _ in 0..length {
            parts.push(self.answer(depth)?);
        }
        Ok(parts)
    }
}

fn ended() -> Trouble {
    Trouble::Io(ErrorKind::UnexpectedEof.into())
}

/// A length; `None` for -1, which means that there is no value. Other negative lengths are errors.
fn length(text: &str) -> Result<Option<usize>, Trouble> {
    if text == "-1" {
        return Ok(None);
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Trouble::Malformed);
    }
    // A length that does not fit into the number is too large in any case.
    text.parse().map(Some).map_err(|_| Trouble::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut bytes: &[u8]) -> Result<Answer, String> {
        Answer::read(&mut bytes).map_err(|trouble| format!("{trouble:?}"))
    }

    #[test]
    fn answers_are_what_they_say() {
        let bytes = |text: &str| Answer::Bytes(text.into());
        assert_eq!(read(b"+OK\r\n"), Ok(Answer::Word("OK".to_owned())));
        assert_eq!(read(b"-ERR no\r\n"), Ok(Answer::Error("ERR no".to_owned())));
        assert_eq!(read(b":-7\r\n"), Ok(Answer::Integer(-7)));
        assert_eq!(read(b"$4\r\na\r\nb\r\n"), Ok(bytes("a\r\nb")));
        assert_eq!(read(b"$0\r\n\r\n"), Ok(bytes("")));
        assert_eq!(
            (read(b"$-1\r\n"), read(b"*-1\r\n")),
            (Ok(Answer::Nothing), Ok(Answer::Nothing))
        );
        assert_eq!(read(b"*0\r\n"), Ok(Answer::List(vec![])));
        let nested = Answer::List(vec![Answer::List(vec![bytes("a")]), Answer::Nothing]);
        assert_eq!(read(b"*2\r\n*1\r\n$1\r\na\r\n$-1\r\n"), Ok(nested));
    }

    #[test]
    fn impossible_answers_are_none_of_redis() {
        for bytes in [
            "$-5\r\n",
            "*-7\r\n",
            "$-2\r\n",
            "*-0\r\n",
            "$+1\r\na\r\n",
            "$ 1\r\na\r\n",
            "$\r\n",
            "*\r\n",
            "$1.5\r\n",
            "$0x1\r\n",
            ":\r\n",
            ":a\r\n",
            "\r\n",
            "HTTP/1.1 400\r\n",
            "+OK\n",
            "$1\r\nab\r\n",
            "$1\r\naXY",
            "%1\r\n",
            "*1\r\n$-5\r\n",
            "*1\r\n*-7\r\n",
        ] {
            assert_eq!(read(bytes.as_bytes()), Err("Malformed".to_owned()), "{bytes:?}");
        }
        let long = format!("+{}", "x".repeat(MAX_LINE));
        assert_eq!(read(long.as_bytes()), Err("Malformed".to_owned()));
    }

    #[test]
    fn nothing_is_reserved_for_what_is_only_claimed() {
        let deep = "*1\r\n".repeat(MAX_DEPTH + 1);
        for bytes in [
            "$536870912\r\n",
            "$99999999999999999999999\r\n",
            "$18446744073709551615\r\n",
            "*4000000\r\n",
            "*9223372036854775807\r\n",
            "*99999999999999999999999\r\n",
            "*2\r\n$1\r\na\r\n$536870900\r\n",
            "*2\r\n*1\r\n:1\r\n*3999998\r\n",
            &deep,
        ] {
            assert_eq!(read(bytes.as_bytes()), Err("TooLarge".to_owned()), "{bytes:?}");
        }
        for bytes in ["", "$", "$5\r\nab", "*3\r\n:1\r\n", "$400000000\r\nab", "*3000000\r\n:1\r\n"]
        {
            let ended = format!("{:?}", ended());
            assert_eq!(read(bytes.as_bytes()), Err(ended), "{bytes:?}");
        }
    }
}
