//! Timestamps, which YAML 1.1 reads where authors often meant text.

/// Whether a plain scalar is a date, or a date and a time.
pub(super) fn is_timestamp(text: &str) -> bool {
    let mut rest = Rest(text);
    let date = rest.digits(4, 4)
        && rest.literal("-")
        && rest.digits(1, 2)
        && rest.literal("-")
        && rest.digits(1, 2);
    if !date {
        return false;
    }
    if rest.0.is_empty() {
        // A date without a time has two digits in its month and in its day.
        return text.len() == "2001-12-14".len();
    }
    (rest.literal("T") || rest.literal("t") || rest.blanks())
        && rest.digits(1, 2)
        && rest.literal(":")
        && rest.digits(2, 2)
        && rest.literal(":")
        && rest.digits(2, 2)
        && (!rest.literal(".") || rest.digits(0, usize::MAX))
        && is_zone(rest)
}

/// Whether a text is empty, `Z` or a difference to it.
fn is_zone(mut rest: Rest<'_>) -> bool {
    if rest.0.is_empty() {
        return true;
    }
    rest.blanks();
    if !rest.literal("Z") {
        let difference = (rest.literal("-") || rest.literal("+")) && rest.digits(1, 2);
        if !difference || (rest.literal(":") && !rest.digits(2, 2)) {
            return false;
        }
    }
    rest.0.is_empty()
}

/// The part of a text that has not been matched.
#[derive(Clone, Copy)]
struct Rest<'t>(&'t str);

impl Rest<'_> {
    fn literal(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Removes as many digits as there are, up to `most`, and returns their number.
    fn digits(&mut self, least: usize, most: usize) -> bool {
        let count = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        self.0 = &self.0[count..];
        count >= least
    }

    fn blanks(&mut self) -> bool {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let some = rest.len() < self.0.len();
        self.0 = rest;
        some
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps() {
        let yes = [
            "2001-12-14",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14 21:59:43.10 -5",
            "2001-12-15 2:59:43.10",
            "2001-1-5T2:59:43Z",
            "2001-12-14T21:59:43.",
            "2001-12-14 \t 21:59:43 +05:30",
            "0000-00-00",
        ];
        for text in yes {
            assert!(is_timestamp(text), "{text}");
        }
        let no = [
            "2001-1-5",
            "2001-12-1",
            "2001-12",
            "02001-12-14",
            "2001-12-14T",
            "2001-12-14 21:59",
            "2001-12-14T21:59:43z",
            "2001-12-14T21:59:43 ",
            "2001-12-14T21:59:43+",
            "2001-12-14T21:59:43+05:0",
            "2001-12-14x",
        ];
        for text in no {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
