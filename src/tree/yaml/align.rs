//! The places of a script's bytes in the file. The text of a scalar is walked in step with the bytes
//! of the file.

use granit_parser::ScalarStyle;

use super::Scalar;
use super::place::is_white;
use crate::source::OffsetMap;

/// Maps the text of a scalar to the file it is from.
pub(super) fn offsets(file: &str, scalar: &Scalar<'_>) -> OffsetMap {
    let (start, end) = (scalar.span.start as usize, scalar.span.end as usize);
    let text = &*scalar.text;
    // Each quote is one byte.
    let inside = file.get(start + 1..end.saturating_sub(1)).unwrap_or("");
    match scalar.style {
        ScalarStyle::Literal | ScalarStyle::Folded => {
            // The text may start with empty lines, which are not in the span.
            let start = file[..start].trim_end_matches(is_white).len();
            block(&file[start..], start, text)
        }
        ScalarStyle::Plain => flow(&file[start..end], start, text, None),
        ScalarStyle::SingleQuoted => flow(inside, start + 1, text, Some('\'')),
        ScalarStyle::DoubleQuoted => flow(inside, start + 1, text, Some('"')),
    }
}

/// A block loses its indentation, and a folded block also loses line breaks, but neither loses a
/// visible character. So the visible characters are aligned first, and then the white space between
/// them.
fn block(raw: &str, start: usize, text: &str) -> OffsetMap {
    let mut map = OffsetMap::identity();
    let last = raw.char_indices().next_back().map_or(0, |(at, _)| at);
    let mut at = 0;
    for (index, character) in text.char_indices() {
        match character {
            '\n' => at += blanks_before_break(&raw[at..]),
            ' ' if starts_with_break(&raw[at..]) => map.push_fold(index),
            _ if is_white(character) => {}
            _ => at += white(&raw[at..]).len(),
        }
        map.push(index, start + at.min(last));
        if let Some((_, written)) = next(raw, at)
            && is_white(written) == is_white(character)
        {
            at += written.len_utf8();
        }
    }
    map.push(text.len(), start + at);
    map
}

/// The white space at the start of a text.
fn white(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(is_white).len()]
}

/// The number of bytes before the line break, on a line that has only white space.
fn blanks_before_break(raw: &str) -> usize {
    let rest = raw.trim_start_matches([' ', '\t']);
    let blanks = raw.len() - rest.len();
    match rest.as_bytes() {
        [b'\r', b'\n', ..] => blanks + 1,
        [b'\n' | b'\r', ..] => blanks,
        _ => 0,
    }
}

/// A plain or quoted scalar: every written character counts, except where lines are folded.
fn flow(raw: &str, start: usize, text: &str, quote: Option<char>) -> OffsetMap {
    let mut map = OffsetMap::identity();
    let (mut at, mut index) = (0, 0);
    while let Some((rest, character)) = next(raw, at)
        && index < text.len()
    {
        map.push(index, start + at);
        let (written, read) = match character {
            '\\' if quote == Some('"') => {
                let written = escape_len(rest);
                let read = if starts_with_break(&rest[1..]) {
                    line_breaks(&rest[..written]) - 1
                } else {
                    next(text, index).map_or(0, |(_, read)| read.len_utf8())
                };
                if read > 1 {
                    // The span of the character becomes the whole escape.
                    map.push(index + read - 1, start + at + written - 1);
                }
                (written, read)
            }
            '\'' if quote == Some('\'') => (2, 1),
            _ if is_white(character) => {
                let white = white(rest);
                if line_breaks(white) == 1 {
                    map.push_fold(index);
                }
                (white.len(), folded_len(white))
            }
            _ => (character.len_utf8(), character.len_utf8()),
        };
        at += written;
        index += read;
    }
    map.push(text.len(), start + at);
    map
}

/// The rest of a text after its first character, and this character.
fn next(text: &str, at: usize) -> Option<(&str, char)> {
    let rest = text.get(at..)?;
    Some((rest, rest.chars().next()?))
}

/// The length of the white space after folding: a single line break becomes a space, and the first of
/// several is lost.
fn folded_len(white: &str) -> usize {
    match line_breaks(white) {
        0 => white.len(),
        1 => 1,
        breaks => breaks - 1,
    }
}

/// The number of line breaks of any kind in a text.
fn line_breaks(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_break = |at: usize| match bytes[at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    (0..bytes.len()).filter(|&at| is_break(at)).count()
}

fn starts_with_break(text: &str) -> bool {
    text.starts_with(['\n', '\r'])
}

/// The length of the escape at the start of a text. An escaped line break includes the white space
/// after it, and the first half of a surrogate pair includes the second.
fn escape_len(text: &str) -> usize {
    match text[1..].chars().next() {
        Some('x') => 4,
        Some('u') => match u32::from_str_radix(text.get(2..6).unwrap_or_default(), 16) {
            Ok(0xD800..0xDC00) => 12,
            _ => 6,
        },
        Some('U') => 10,
        Some('\n' | '\r') => 1 + white(&text[1..]).len(),
        Some(character) => 1 + character.len_utf8(),
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use crate::source::{SourceText, Span};
    use crate::tree::yaml::tests::{Random, check_places, clean};
    use crate::tree::{Block, Kind};

    fn script(text: &str) -> Block {
        match clean(text).kind {
            Kind::Script(block) => block,
            other => panic!("{text:?} is {other:?}"),
        }
    }

    /// Checks the places of parts of a script in its file, as line:column.
    #[track_caller]
    fn check(text: &str, script_text: &str, places: &[(&str, &str)]) {
        let block = script(text);
        assert_eq!(&*block.text, script_text, "{text:?}");
        let source = SourceText::new("test", text);
        for &(part, expected) in places {
            let at = block.text.find(part).expect(part);
            let span = block.map.span(Span::new(at, at + part.len()));
            let place = source.position(span.start);
            let found = format!("{}:{} {}", place.line, place.column, source.slice(span));
            assert_eq!(found, expected, "{part:?} in {text:?}");
        }
        check_places(&source);
    }

    #[test]
    fn literal_blocks() {
        let places = [("x", "2:3 x"), ("y = 2", "4:5 y = 2"), ("2;", "4:9 2;")];
        check("!planout |\n  x = 1;\n\n    y = 2;\n", "x = 1;\n\n  y = 2;\n", &places);
        let text = "!planout |\r\n  x = 1;\r\n\r\n    y = 2;\r\n";
        check(text, "x = 1;\n\n  y = 2;\n", &places);
        check("!planout |2-  # é\n\n\n    \tx;\n", "\n\n  \tx;", &[("x;", "4:6 x;")]);
        check(
            "!planout |\n é = \"日本\";\n b\t= 1;",
            "é = \"日本\";\nb\t= 1;",
            &[("\"日本\"", "2:6 \"日本\""), ("=", "2:4 ="), ("1", "3:6 1")],
        );
        // A string over two lines keeps the indentation inside its span.
        check("!planout |\n  \"a\n   b\"\n", "\"a\n b\"\n", &[("\"a\n b\"", "2:3 \"a\n   b\"")]);
    }

    #[test]
    fn folded_blocks() {
        let text = "!planout >\n\n  x = 1;\n  y =\n  2;\n\n\n  z;\n    w;\n  v;\n";
        check(
            text,
            "\nx = 1; y = 2;\n\nz;\n  w;\nv;\n",
            &[
                ("x", "3:3 x"),
                ("y", "4:3 y"),
                ("2", "5:3 2"),
                ("z", "8:3 z"),
                ("w", "9:5 w"),
                ("v", "10:3 v"),
                ("1; y", "3:7 1;\n  y"),
            ],
        );
    }

    #[test]
    fn plain_and_single_quoted_scalars() {
        check(
            "!planout x = 1;  \n\n\n  y\t= 2;\n",
            "x = 1;\n\ny\t= 2;",
            &[("x", "1:10 x"), ("y\t=", "4:3 y\t=")],
        );
        check(
            "!planout ' x = ''a'';\n  y;  '\n",
            " x = 'a'; y;  ",
            &[("x", "1:12 x"), ("a", "1:18 a"), ("y", "2:3 y")],
        );
    }

    #[test]
    fn double_quoted_scalars() {
        check(
            r#"!planout "x = \"a\";\ny\t=\x411;""#,
            "x = \"a\";\ny\t=A1;",
            &[("a", "1:17 a"), ("y", "1:23 y"), ("=A", r"1:26 =\"), ("1", "1:31 1")],
        );
        check(
            r#"!planout "\u00e9\U0001F600\uD83D\uDE00b\L\_é""#,
            "é😀😀b\u{2028}\u{a0}é",
            &[
                ("é", r"1:11 \u00e9"),
                ("😀", r"1:17 \U0001F600"),
                ("😀b", r"1:27 \uD83D\uDE00b"),
                ("b", "1:39 b"),
                ("\u{2028}", r"1:40 \L"),
                ("\u{a0}é", r"1:42 \_é"),
            ],
        );
        check(
            "!planout \"a \\\n\n   b\n \\\tc \\\r\n  \\ d\n\n e\"",
            "a \nb \tc  d\ne",
            &[("b", "3:4 b"), ("c", "4:4 c"), ("d", "5:5 d"), ("e", "7:2 e")],
        );
    }

    #[test]
    fn visible_characters_keep_their_places_in_every_style() {
        const PARTS: &[&str] = &[
            "x = 1;",
            "if (a) {",
            "}",
            "\"é\"",
            "'日本'",
            "@{\"k\": 1}",
            "\u{1f600}",
            "# c",
            "\\d",
            "a b",
            "y  =  2;",
            "\tz",
            "f(b=[1, 2]);",
            "&&",
            "*",
            "!w",
            "-",
            "?",
            "|",
            "\u{a0}",
            "\u{2028}",
        ];
        let mut random = Random(0xa119);
        for _ in 0..3000 {
            let break_ = random.pick(&["\n", "\n", "\r\n"]);
            let lines = 1 + random.below(6);
            let lines: Vec<String> = (0..lines)
                .map(|_| {
                    (0..random.below(4)).map(|_| random.pick(PARTS)).collect::<Vec<_>>().join(" ")
                })
                .collect();
            let text = match random.below(5) {
                0 | 1 => in_block(&mut random, &lines, break_),
                2 => quoted(&lines, break_, '\'', |line| line.replace('\'', "''")),
                3 => quoted(&lines, break_, '"', |line| escaped(&mut random, line)),
                _ => plain(&lines, break_),
            };
            let source = SourceText::new("test", &*text);
            script(&text);
            check_places(&source);
        }
    }

    fn in_block(random: &mut Random, lines: &[String], break_: &str) -> String {
        let header = random.pick(&["|", ">", "|-", ">+", "|2", ">2-", "|+2  # c"]);
        let indent = if header.contains('2') { "  " } else { random.pick(&["  ", "    "]) };
        let mut text = format!("!planout {header}{break_}{indent}start{break_}");
        for line in lines {
            let further = random.pick(&["", "", " ", "  "]);
            text += &format!("{indent}{further}{line}{break_}");
        }
        text + random.pick(&["", break_, " ", "# end"])
    }

    fn quoted(
        lines: &[String],
        break_: &str,
        quote: char,
        mut escape: impl FnMut(&str) -> String,
    ) -> String {
        let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
        format!("!planout {quote}{}{quote}{break_}", lines.join(&format!("{break_}  ")))
    }

    fn escaped(random: &mut Random, line: &str) -> String {
        let escape = |character: char| match (character, random.below(4)) {
            ('"' | '\\', _) => format!("\\{character}"),
            ('\t', _) => "\\t".to_owned(),
            (_, 0) if u32::from(character) < 0x100 => format!("\\x{:02x}", u32::from(character)),
            (_, 0) if u32::from(character) < 0x1_0000 => format!("\\u{:04x}", u32::from(character)),
            (_, 0) => format!("\\U{:08X}", u32::from(character)),
            (' ', 1) => " \\\n ".to_owned(),
            _ => character.to_string(),
        };
        line.chars().map(escape).collect()
    }

    fn plain(lines: &[String], break_: &str) -> String {
        let unsafe_ = |line: &str| line.contains(['#', ':', '\t']) || line.starts_with(['-', '?']);
        let lines: Vec<&str> =
            lines.iter().map(|line| &**line).filter(|line| !unsafe_(line)).collect();
        format!("!planout x {}{break_}", lines.join(&format!("{break_}  ")))
    }
}
