//! Secrets that no message may show: the user and the password of a URL, between `//` and `@`.
//!
//! Messages quote arguments, files and texts of other programs, so secrets are removed where messages
//! are printed. The end of a URL within a text is not certain. So the secrets of the arguments are
//! searched as a whole, and in the pieces into which commands split their arguments. In a text that
//! diagnostics point into, each secret is replaced by as many stars as it has bytes, so that all
//! places stay valid.

use std::borrow::Cow;
use std::env;
use std::ops::Range;

use planout::source::SourceText;
use planout::store::RedisUrl;

/// The text in place of a secret.
const HIDDEN: &str = "...";

/// The quotes around texts.
const QUOTES: [char; 3] = ['`', '\'', '"'];

/// The secrets that the program was given.
pub(super) struct Secrets(Vec<Known>);

impl Secrets {
    /// The secrets in the arguments, and in the variables that name files and locations.
    pub(super) fn known() -> Secrets {
        let variables = ["PLANOUT_CONFIG", "PLANOUT_SOURCE", "PLANOUT_TARGET"];
        let variables = variables.into_iter().filter_map(env::var_os);
        let texts = env::args_os().skip(1).chain(variables);
        Secrets(texts.filter_map(|text| Known::new(&text.to_string_lossy())).collect())
    }

    /// No secrets.
    #[cfg(test)]
    pub(super) fn none() -> Secrets {
        Secrets(Vec::new())
    }

    /// A message without secrets.
    pub(super) fn hide<'m>(&self, message: &'m str) -> Cow<'m, str> {
        let mut message = Cow::Borrowed(message);
        for known in &self.0 {
            message = known.hide(message);
        }
        replace(message, &short)
    }

    /// The same for a text that diagnostics point into.
    pub(super) fn hide_in_place<'m>(&self, text: &'m str) -> Cow<'m, str> {
        let mut text = Cow::Borrowed(text);
        for known in &self.0 {
            text = known.hide_whole(text, &stars);
        }
        replace(text, &stars)
    }
}

/// A configuration without its possible secrets. If in doubt, more is hidden: the file may be broken,
/// and may lack the quote or the slash that marks the beginning of a URL.
pub(super) fn hide_in_configuration(source: &SourceText) -> SourceText {
    let lines = source.text().split_inclusive('\n').map(|line| match in_configuration(line) {
        Some(Range { start, end }) => {
            line[..start].to_owned() + &stars(&line[start..end]) + &line[end..]
        }
        None => line.to_owned(),
    });
    SourceText::new(source.name(), lines.collect::<String>())
}

/// The part of a configuration's line that may be secret: up to its last `@`, from the first place
/// where a user and a password can begin. If a URL has no `@`, which may have been forgotten, all of
/// it counts.
fn in_configuration(line: &str) -> Option<Range<usize>> {
    let line = line.trim_end_matches(['\r', '\n']);
    let at = line.rfind('@');
    let end = at.unwrap_or(line.len());
    let behind = |text: &str| line[..end].find(text).map(|at| at + text.len());
    let url = ["//", ":/", "redis:", "rediss:"].into_iter().find_map(behind);
    let quoted = || line[..end].find(['"', '\'']).map(|at| at + 1);
    let other = || quoted().or_else(|| behind("=")).or_else(|| behind(":"));
    let start = url.or_else(|| at.and_then(|_| other()))?;
    Some(start..end)
}

/// The part of a secret that a message may show.
fn short(_: &str) -> String {
    HIDDEN.to_owned()
}

/// The same for a secret in a text that diagnostics point into.
fn stars(secret: &str) -> String {
    let star = |character: char| match character.len_utf8() {
        1 => '*',
        2 => '×',
        3 => '⁎',
        _ => '🞯',
    };
    secret.chars().map(star).collect()
}

/// Replaces everything that looks like a secret.
fn replace<'m>(text: Cow<'m, str>, mask: &dyn Fn(&str) -> String) -> Cow<'m, str> {
    if !text.contains("//") || !text.contains('@') {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(slashes) = text[at..].find("//") {
        let start = at + slashes + 2;
        shown.push_str(&text[at..start]);
        at = match text[start..end(&text, start)].rfind('@') {
            Some(length) if length > 0 => {
                shown.push_str(&mask(&text[start..start + length]));
                start + length
            }
            _ => start,
        };
    }
    shown.push_str(&text[at..]);
    Cow::Owned(shown)
}

/// The end of a URL that contains a place: the end of a quoted text, or a space.
fn end(text: &str, place: usize) -> usize {
    let (before, after) = text.split_at(place);
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let is_open = |quote: &char| line.matches(*quote).count() % 2 == 1;
    let quote = QUOTES.into_iter().filter(is_open).max_by_key(|quote| line.rfind(*quote));
    let closing = quote.and_then(|quote| after.find([quote, '\n']));
    let space = || {
        let ends = |at: char| at.is_whitespace() || QUOTES.contains(&at) || at == '<' || at == '>';
        after.find(ends)
    };
    place + closing.or_else(space).unwrap_or(after.len())
}

/// A text that holds a known secret.
struct Known {
    text: String,
    secret: Range<usize>,
}

impl Known {
    fn new(text: &str) -> Option<Known> {
        let start = beginning(text)?;
        let end = text.rfind('@').filter(|end| *end > start);
        let end = end.or_else(|| is_broken(text).then_some(text.len()))?;
        Some(Known { text: text.to_owned(), secret: start..end })
    }

    /// Hides the secret in a message, wherever it is whole, and in the quoted parts of the message.
    fn hide<'m>(&self, message: Cow<'m, str>) -> Cow<'m, str> {
        let message = self.hide_whole(message, &short);
        let pieces = message.split_inclusive(QUOTES).map(|piece| self.piece(piece));
        let pieces: String = pieces.collect();
        if pieces == *message { message } else { Cow::Owned(pieces) }
    }

    /// Hides the whole secret, as it was written, decoded or encoded.
    fn hide_whole<'m>(&self, text: Cow<'m, str>, mask: &dyn Fn(&str) -> String) -> Cow<'m, str> {
        let secret = &self.text[self.secret.clone()];
        let mut text = text;
        for secret in [secret, &decoded(secret), &encoded(secret)] {
            for (before, after) in [("", "@"), ("", "%40"), ("//", "")] {
                let found = format!("{before}{secret}{after}");
                if text.contains(&found) {
                    let shown = format!("{before}{}{after}", mask(secret));
                    text = Cow::Owned(text.replace(&found, &shown));
                }
            }
        }
        text
    }

    /// A piece of a message up to a quote. If the piece is cut out of the text, the part of the
    /// secret in it is removed.
    fn piece(&self, piece: &str) -> String {
        let quote = piece.chars().next_back().filter(|last| QUOTES.contains(last));
        let word = quote.map_or(piece, |quote| &piece[..piece.len() - quote.len_utf8()]);
        let overlaps =
            |start: &usize| *start < self.secret.end && start + word.len() > self.secret.start;
        let found = self.text.match_indices(word).map(|(start, _)| start).find(overlaps);
        match found {
            Some(start) if word.contains(char::is_alphanumeric) => {
                let end = start + word.len();
                let before = &self.text[start..self.secret.start.max(start)];
                let after = &self.text[self.secret.end.min(end)..end];
                format!("{before}{HIDDEN}{after}{}", quote.map_or(String::new(), String::from))
            }
            _ => piece.to_owned(),
        }
    }
}

/// The place in an argument where a user and a password can begin: after the slashes of a URL, or at
/// the likely place if slashes are missing or wrong.
fn beginning(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let schemes = ["redis:", "rediss:"].into_iter();
    let schemes = schemes.filter_map(|scheme| lower.find(scheme).map(|at| at + scheme.len()));
    let behind = |at: usize| text.len() - text[at..].trim_start_matches(['/', '\\']).len();
    let slashes = text.find("//").map(|at| at + 2);
    schemes.map(behind).chain(slashes).min()
}

/// Whether an argument contains an invalid URL of Redis: a password can be anywhere in it then.
fn is_broken(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut schemes = ["redis://", "rediss://"].into_iter();
    let start = schemes.find_map(|scheme| lower.find(scheme));
    start.is_some_and(|start| text[start..].parse::<RedisUrl>().is_err())
}

/// Decodes `%40` and the like.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let digits = more.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &more[2..];
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A text in the form that locations use for a value that contains it.
fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' | b':' | b'/' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_an_at_sign_is_hidden() {
        for (text, shown) in [
            ("cannot read `redis://:s@h:1/0`: no", "cannot read `redis://...@h:1/0`: no"),
            ("'redis://u:p/a@b@h' found", "'redis://...@h' found"),
            ("isn't `redis://u:p'a b@h` here", "isn't `redis://...@h` here"),
            ("x = \"redis://u:p a@h\" oops", "x = \"redis://...@h\" oops"),
            ("x = \"redis://u:p a@h\ny@z", "x = \"redis://...@h\ny@z"),
            ("x //a@b y //c@d", "x //...@b y //...@d"),
            ("redis://a:b@h://c@d e@f", "redis://...@d e@f"),
            ("`redis://h/0`, `@source`, a@b", "`redis://h/0`, `@source`, a@b"),
            ("//@h and // @", "//@h and // @"),
            ("größe//ü@é", "größe//...@é"),
        ] {
            assert_eq!(replace(Cow::Borrowed(text), &short), shown);
        }
        let wide = replace(Cow::Borrowed("a 'https://cdn/ü@2x' b"), &stars);
        assert_eq!(wide, "a 'https://****×@2x' b");
    }

    #[test]
    fn what_is_known_is_hidden_in_pieces_too() {
        let url = "redis://u:one,t'w o@three@h:6379/0";
        let secrets = Secrets(vec![Known::new(url).expect("a secret")]);
        for (message, shown) in [
            (format!("`{url}`!"), "`redis://...@h:6379/0`!"),
            (format!("cannot read {url}: no"), "cannot read redis://...@h:6379/0: no"),
            ("no `redis://u:one` in `a`".to_owned(), "no `redis://...` in `a`"),
            ("type `three@h:6379/0`".to_owned(), "type `...@h:6379/0`"),
            ("`three`, 'one', `6379/0`, three".to_owned(), "`...`, '...', `6379/0`, three"),
        ] {
            assert_eq!(secrets.hide(&message), shown);
        }
        assert_eq!(
            secrets.hide_in_place(&format!("1 | {url}\n")),
            format!("1 | redis://{}@h:6379/0\n", "*".repeat(17))
        );
        let secrets = Secrets(vec![Known::new("//a%40b%2Fc@h").expect("a secret")]);
        assert_eq!(secrets.hide("auth for a@b/c@h failed"), "auth for ...@h failed");
        let secrets = Secrets(vec![Known::new("redis://:a b@h").expect("a secret")]);
        let shown = secrets.hide("no `redis://h/0?key=redis://:a%20b%40h`");
        assert_eq!(shown, "no `redis://h/0?key=redis://...%40h`");
        for url in ["redis:u:pw@h", "a=REDIS:/u:pw@h", "rediss:\\\\u:pw@h", "redis:///u:pw@h"] {
            let secrets = Secrets(vec![Known::new(url).expect("a secret")]);
            let shown = secrets.hide(&format!("cannot read `{url}`, nor {url}")).into_owned();
            assert!(!shown.contains("u:") && !shown.contains("pw"), "{shown}");
        }
        for url in ["redis://u:pw", "a=redis://h:1?password=pw", "REDISS://h:pw/0"] {
            let secrets = Secrets(vec![Known::new(url).expect("a secret")]);
            let shown = secrets.hide(&format!("cannot read `{url}`, nor {url}")).into_owned();
            assert!(!shown.contains("pw"), "{shown}");
        }
        let secrets = Secrets(vec![Known::new("redis://h?kee=x").expect("a secret")]);
        assert_eq!(
            secrets.hide("no `redis://...`: did you mean `key`?"),
            "no `redis://...`: did you mean `key`?"
        );
        assert!(Known::new("redis://h:6379/0?key=k").is_none());
        assert!(Known::new("redis://h/0").is_none());
        assert!(Known::new("a@b//c").is_none());
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }

    #[test]
    fn what_stands_before_the_at_of_a_configuration_is_hidden_and_every_place_stays() {
        for (line, shown) in [
            ("source = \"here\"", "source = \"here\""),
            ("target = \"redis://u:p@h:1/2\"", "target = \"redis://***@h:1/2\""),
            ("target = redis://u:p@ss@h", "target = redis://******@h"),
            ("target = 'redis:/u:p@h'", "target = 'redis:/***@h'"),
            ("target = \"u:p@h", "target = \"***@h"),
            ("target = u:p@h", "target =****@h"),
            ("target = 'redis://ü€🐈@h'", "target = 'redis://×⁎🞯@h'"),
            ("# ask a@b", "# ask a@b"),
            ("target = redis://u:p", "target = redis://***"),
            ("target = 'redis:u:p'", "target = 'redis:****"),
            ("source = 'a/b'", "source = 'a/b'"),
        ] {
            let text = format!("x = 1\n{line}\r\ny = 2");
            let source = hide_in_configuration(&SourceText::new("planout.toml", text.clone()));
            assert_eq!(source.text(), text.replace(line, shown));
            assert_eq!(source.text().len(), text.len());
        }
    }
}
