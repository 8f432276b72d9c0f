//! From commands to text. A group of commands goes on one line if it fits, and else breaks at its
//! own lines, from the outermost group in. Nothing recurses, and no group looks further ahead than
//! a line is long.

use crate::source::MAX_SOURCE_BYTES;

/// How long a line may be, in characters, where there is a way to break it.
const WIDTH: usize = 90;

/// How much deeper what belongs to something stands.
const INDENT: usize = 2;

/// What the printer is told, in order.
#[derive(Clone, Copy, Debug)]
enum Command<'a> {
    /// A text, which may have lines of its own.
    Text(&'a str),
    /// A comment: a line ends after it.
    Comment(&'a str),
    /// A line end if the group around it breaks, else this text.
    Line(&'static str),
    /// A line end.
    Break {
        /// Whether a blank line follows.
        blank: bool,
    },
    Indent,
    Dedent,
    Begin {
        /// Whether a line end is inside, so that the group must break.
        broken: bool,
    },
    End,
}

/// Commands, as they are given one after the other.
#[derive(Default)]
pub(super) struct Commands<'a> {
    list: Vec<Command<'a>>,
    /// Where the groups that are open begin. Around one that is broken all are.
    open: Vec<usize>,
}

impl<'a> Commands<'a> {
    pub(super) fn text(&mut self, text: &'a str) {
        self.list.push(Command::Text(text));
    }

    pub(super) fn comment(&mut self, text: &'a str) {
        self.list.push(Command::Comment(text));
    }

    pub(super) fn line(&mut self, flat: &'static str) {
        self.list.push(Command::Line(flat));
    }

    pub(super) fn hard_line(&mut self, blank: bool) {
        self.list.push(Command::Break { blank });
        for &at in self.open.iter().rev() {
            match &mut self.list[at] {
                Command::Begin { broken } if !*broken => *broken = true,
                _ => break,
            }
        }
    }

    pub(super) fn indent(&mut self) {
        self.list.push(Command::Indent);
    }

    pub(super) fn dedent(&mut self) {
        self.list.push(Command::Dedent);
    }

    pub(super) fn begin(&mut self) {
        self.open.push(self.list.len());
        self.list.push(Command::Begin { broken: false });
    }

    pub(super) fn end(&mut self) {
        self.open.pop();
        self.list.push(Command::End);
    }

    /// The text on lines that end with `newline`.
    pub(super) fn print(&self, newline: &str) -> String {
        let mut out = Page { text: String::new(), newline, column: 0, depth: 0 };
        // Whether the groups that are open break, from the outermost in.
        let mut breaks = vec![true];
        for (at, command) in self.list.iter().enumerate() {
            // Deep nesting makes long lines of short ones. The text is refused, so it need not end.
            if out.text.len() > MAX_SOURCE_BYTES {
                return out.text;
            }
            let broken = breaks.last().copied().unwrap_or(true);
            match *command {
                Command::Text(text) => out.push(text),
                Command::Comment(text) => out.comment(text),
                Command::Line(_) if broken => out.newline(false),
                Command::Line(flat) => out.push(flat),
                Command::Break { blank } => out.newline(blank),
                Command::Indent => out.depth += 1,
                Command::Dedent => out.depth -= 1,
                Command::Begin { broken: must } => {
                    breaks.push(broken && (must || !self.fits(at, out.column)));
                }
                Command::End => {
                    breaks.pop();
                }
            }
        }
        if !out.text.is_empty() {
            out.text.push_str(newline);
        }
        out.text
    }

    /// The text on one line, if it has no comments.
    pub(super) fn print_flat(&self) -> Option<String> {
        let mut out = String::new();
        for command in &self.list {
            match *command {
                Command::Text(text) | Command::Line(text) => out.push_str(text),
                Command::Comment(_) => return None,
                Command::Break { .. } if !out.is_empty() => out.push(' '),
                _ => {}
            }
        }
        Some(out)
    }

    /// Whether the group that begins here fits on the line, with what follows it there.
    fn fits(&self, at: usize, mut column: usize) -> bool {
        // How many groups are open that begin here or later; those around break.
        let mut open = 0;
        for command in &self.list[at..] {
            match *command {
                Command::Line(_) if open <= 0 => return true,
                Command::Break { .. } | Command::Comment(_) => return true,
                Command::Text(text) | Command::Line(text) => {
                    let (first, last) = ends(text);
                    if column + width(first) > WIDTH {
                        return false;
                    }
                    column = last.map_or(column + width(first), width);
                }
                Command::Begin { .. } => open += 1,
                Command::End => open -= 1,
                Command::Indent | Command::Dedent => {}
            }
        }
        true
    }
}

/// A text that grows.
struct Page<'n> {
    text: String,
    newline: &'n str,
    /// How long the last line is.
    column: usize,
    depth: usize,
}

impl Page<'_> {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        let (first, last) = ends(text);
        self.column = last.map_or(self.column + width(first), width);
    }

    fn comment(&mut self, text: &str) {
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.push("  ");
        }
        self.push(text);
    }

    /// Starts a line, unless it is the first.
    fn newline(&mut self, blank: bool) {
        if self.text.is_empty() {
            return;
        }
        for _ in 0..=usize::from(blank) {
            self.text.push_str(self.newline);
        }
        self.column = self.depth * INDENT;
        self.text.extend(std::iter::repeat_n(' ', self.column));
    }
}

/// The first line of a text, and the last if that is another.
fn ends(text: &str) -> (&str, Option<&str>) {
    match text.split_once('\n') {
        Some((first, rest)) => (first, Some(rest.rsplit('\n').next().unwrap_or(rest))),
        None => (text, None),
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}
