//! Plain scalars that YAML 1.1, which is read here, and YAML 1.2 read differently.

use super::scalar::{Value, resolve};
use crate::tree::Kind;

/// Whether a reader of YAML 1.2 reads a plain scalar of this text differently.
///
/// ```
/// # use planout::tree::yaml::plain::is_ambiguous;
/// assert!(is_ambiguous("yes")); // true here, text there
/// assert!(is_ambiguous("010")); // 8 here, 10 there
/// assert!(!is_ambiguous("10"));
/// ```
pub fn is_ambiguous(text: &str) -> bool {
    match resolve(text) {
        Value::Kind(kind) => kind != core_schema(text),
        Value::Refused(_) => false,
    }
}

/// Whether readers of both versions read a plain scalar of this text as a string.
pub(crate) fn is_text(text: &str) -> bool {
    let here = matches!(resolve(text), Value::Kind(Kind::String(_)));
    // Some readers of YAML 1.1 know these words, too.
    let is_word = matches!(text, "y" | "Y" | "n" | "N");
    here && !is_word && matches!(core_schema(text), Kind::String(_))
}

/// The kind of a plain scalar in the core schema of YAML 1.2 (section 10.3.2). A number that is not
/// finite counts as text here, because a tree cannot hold it.
fn core_schema(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        _ => {}
    }
    int(text).or_else(|| float(text)).unwrap_or_else(|| Kind::String(text.into()))
}

fn int(text: &str) -> Option<Kind> {
    if let Some(digits) = text.strip_prefix("0o") {
        return is_all(digits, |c| matches!(c, '0'..='7')).then(|| based(digits, 8));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return is_all(digits, |c| c.is_ascii_hexdigit()).then(|| based(digits, 16));
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    is_all(unsigned, |c| c.is_ascii_digit()).then(|| {
        let digits = text.strip_prefix('+').unwrap_or(text);
        digits.parse().map_or_else(|_| Kind::Wide(digits.into()), Kind::Int)
    })
}

fn based(digits: &str, radix: u32) -> Kind {
    // Nobody writes a number of more than 64 bits. As text, it is distinguished as well.
    i64::from_str_radix(digits, radix).map_or_else(|_| Kind::String(digits.into()), Kind::Int)
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn float(text: &str) -> Option<Kind> {
    let is_number = text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    // For texts of these characters, Rust's parser accepts the same grammar.
    let float: f64 = is_number.then(|| text.parse().ok())??;
    float.is_finite().then_some(Kind::Float(float))
}

fn is_all(text: &str, test: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(test)
}

#[cfg(test)]
mod tests {
    use super::is_ambiguous;

    #[test]
    fn what_the_two_versions_read_differently() {
        for text in ["yes", "No", "on", "OFF", "010", "-017", "1_000", "0b11", "0o17", "1:30"] {
            assert!(is_ambiguous(text), "{text}");
        }
        for text in [
            "",
            "~",
            "true",
            "False",
            "0",
            "10",
            "-7",
            "+7",
            "0x1F",
            "1.5",
            ".5",
            "1.",
            "-1.5e+3",
            "1e3",
            "text",
            "y",
            "n",
            "1.2.3",
            "'yes'",
            "\"010\"",
            "99999999999999999999",
            "2024-01-01",
            "a:b",
            "-",
        ] {
            assert!(!is_ambiguous(text), "{text}");
        }
    }
}
