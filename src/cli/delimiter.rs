//! `--delimiter`: the character between the fields of CSV.

use clap::Args;

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct DelimiterArg {
    /// The character between the fields of CSV, such as `;` or `tab` [default: a comma]
    #[arg(long, value_name = "CHARACTER", value_parser = parse)]
    pub(super) delimiter: Option<u8>,
}

fn parse(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if matches!(text, "tab" | "\\t") => Ok(b'\t'),
        [b'"' | b'\r' | b'\n' | b'\0'] => {
            Err("neither a quote nor a line break can stand between fields".to_owned())
        }
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err(format!("`{text}` is not one character of ASCII: write it as `;`, or `tab`")),
    }
}

/// Advice about fields that seem to have another delimiter.
pub(super) fn help(found: char) -> String {
    match found {
        '\t' => "the fields seem to be separated by tabs: add `--delimiter tab`".to_owned(),
        found => {
            format!("the fields seem to be separated by `{found}`: add `--delimiter '{found}'`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delimiter_is_one_character_or_its_name() {
        for (text, byte) in [(";", b';'), ("|", b'|'), ("tab", b'\t'), ("\\t", b'\t'), (" ", b' ')]
        {
            assert_eq!(parse(text), Ok(byte), "{text}");
        }
        for text in ["", ";;", "ü", "\"", "\n", "semicolon"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
