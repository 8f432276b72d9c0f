//! What nobody but the reader of the file may see: what stands before the `@` of a URL.

use planout::source::Source;

/// The same text without secrets, of which every character has a star of as many bytes in its
/// place, so that all places stay. Too much is hidden rather than too little: the file may be
/// broken, and the quote or the slash that would say where a URL begins missing.
pub(super) fn hidden(source: &Source) -> Source {
    let lines = source.text().split_inclusive('\n').map(|line| match secret(line) {
        Some((start, end)) => {
            line[..start].to_owned()
                + &line[start..end].chars().map(star).collect::<String>()
                + &line[end..]
        }
        None => line.to_owned(),
    });
    Source::new(source.name(), lines.collect::<String>())
}

/// The part of a line that may be secret: up to its last `@`, from behind the first thing that a
/// user and a password can follow. Of a URL without an `@`, which may have been forgotten, all.
fn secret(line: &str) -> Option<(usize, usize)> {
    let line = line.trim_end_matches(['\r', '\n']);
    let at = line.rfind('@');
    let end = at.unwrap_or(line.len());
    let behind = |text: &str| line[..end].find(text).map(|at| at + text.len());
    let url = ["//", ":/", "redis:", "rediss:"].into_iter().find_map(behind);
    let quoted = || line[..end].find(['"', '\'']).map(|at| at + 1);
    let other = || quoted().or_else(|| behind("=")).or_else(|| behind(":"));
    let start = url.or_else(|| at.and_then(|_| other()))?;
    Some((start, end))
}

/// A star of as many bytes as a character has.
fn star(character: char) -> char {
    match character.len_utf8() {
        1 => '*',
        2 => '×',
        3 => '⁎',
        _ => '🞯',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_at_is_hidden_and_every_place_stays() {
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
            let source = hidden(&Source::new("planout.toml", text.clone()));
            assert_eq!(source.text(), text.replace(line, shown));
            assert_eq!(source.text().len(), text.len());
        }
    }
}
