//! The printer: it turns commands into text. A group of commands goes on one line if it fits.
//! Otherwise its own lines break, from the outermost group inwards. Nothing recurses, and no group
//! looks further ahead than the length of a line: a command waits only until this much text has come
//! after it.

use std::collections::VecDeque;

use crate::source::MAX_SOURCE_BYTES;

/// The number of waiting commands at which the printer looks which of them can be printed.
const ENOUGH: usize = 1024;

/// The longest line, in characters, if there is a way to break it.
const WIDTH: usize = 90;

/// The indentation of a part that belongs to the line above.
const INDENT: usize = 2;

/// The commands for the printer, in order.
#[derive(Clone, Copy, Debug)]
enum Command<'a> {
    /// A text, which may contain line ends.
    Text(&'a str),
    /// A comment. The line ends after it.
    Comment(&'a str),
    /// A line end if the group around it breaks, and this text otherwise.
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

/// The number of lines for a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    /// As many lines as the text needs, each with this end.
    Lines(&'static str),
    /// One line.
    OneLine,
}

/// Receives commands, and prints them.
pub(super) struct Printer<'a> {
    style: Style,
    page: Page,
    /// The commands that are not printed yet, and their number.
    waiting: VecDeque<Command<'a>>,
    printed: usize,
    /// The number of waiting commands at which the printer looks again which of them can be printed.
    enough: usize,
    /// The beginnings of the open groups. A group around a broken one is broken, too.
    open: Vec<usize>,
    /// Whether each group that is printed and still open breaks, the outermost first.
    breaks: Vec<bool>,
    /// Whether there have been comments.
    commented: bool,
}

impl<'a> Printer<'a> {
    pub(super) fn new(style: Style) -> Printer<'a> {
        let newline = match style {
            Style::Lines(newline) => newline,
            Style::OneLine => "",
        };
        Printer {
            style,
            page: Page { text: String::new(), newline, column: 0, depth: 0 },
            waiting: VecDeque::new(),
            printed: 0,
            enough: ENOUGH,
            open: Vec::new(),
            breaks: vec![true],
            commented: false,
        }
    }

    pub(super) fn text(&mut self, text: &'a str) {
        self.push(Command::Text(text));
    }

    pub(super) fn comment(&mut self, text: &'a str) {
        self.commented = true;
        self.push(Command::Comment(text));
    }

    pub(super) fn line(&mut self, flat: &'static str) {
        self.push(Command::Line(flat));
    }

    pub(super) fn hard_line(&mut self, blank: bool) {
        for at in self.open.iter().rev() {
            // A group that is already printed was too long for a line, and so were all groups around
            // it.
            let waiting = at.checked_sub(self.printed).and_then(|at| self.waiting.get_mut(at));
            match waiting {
                Some(Command::Begin { broken }) if !*broken => *broken = true,
                _ => break,
            }
        }
        self.push(Command::Break { blank });
    }

    pub(super) fn indent(&mut self) {
        self.push(Command::Indent);
    }

    pub(super) fn dedent(&mut self) {
        self.push(Command::Dedent);
    }

    pub(super) fn begin(&mut self) {
        self.open.push(self.printed + self.waiting.len());
        self.push(Command::Begin { broken: false });
    }

    pub(super) fn end(&mut self) {
        self.open.pop();
        self.push(Command::End);
    }

    /// The whole text; `None` if it should be on one line and has comments.
    pub(super) fn finish(mut self) -> Option<String> {
        self.print(true);
        match self.style {
            Style::OneLine => (!self.commented).then_some(self.page.text),
            Style::Lines(newline) => {
                if !self.page.text.is_empty() {
                    self.page.text.push_str(newline);
                }
                Some(self.page.text)
            }
        }
    }

    fn push(&mut self, command: Command<'a>) {
        self.waiting.push_back(command);
        if self.waiting.len() >= self.enough {
            self.print(false);
            self.enough = ENOUGH.max(2 * self.waiting.len());
        }
    }

    /// Prints the commands that need not wait any longer. `all` says that no others will come.
    fn print(&mut self, all: bool) {
        while let Some(&command) = self.waiting.front() {
            // Deep nesting makes long lines of short ones. The result will be refused, so it need not
            // be complete.
            if self.page.text.len() > MAX_SOURCE_BYTES {
                self.printed += self.waiting.len();
                self.waiting.clear();
                return;
            }
            let printed = match self.style {
                Style::Lines(_) => self.print_broken(command, all),
                Style::OneLine => {
                    self.page.on_one_line(command);
                    true
                }
            };
            if !printed {
                return;
            }
            self.waiting.pop_front();
            self.printed += 1;
        }
    }

    /// Prints the first command. Returns whether that was possible.
    fn print_broken(&mut self, command: Command<'a>, all: bool) -> bool {
        let broken = self.breaks.last().copied().unwrap_or(true);
        match command {
            Command::Text(text) => self.page.push(text),
            Command::Comment(text) => self.page.comment(text),
            Command::Line(_) if broken => self.page.newline(false),
            Command::Line(flat) => self.page.push(flat),
            Command::Break { blank } => self.page.newline(blank),
            Command::Indent => self.page.depth += 1,
            Command::Dedent => self.page.depth -= 1,
            Command::Begin { broken: must } if must || !broken => self.breaks.push(must && broken),
            Command::Begin { .. } => match self.fits() {
                Some(fits) => self.breaks.push(!fits),
                None if all => self.breaks.push(false),
                None => return false,
            },
            Command::End => {
                self.breaks.pop();
            }
        }
        true
    }

    /// Whether the group that begins with the first command fits on the line, together with the text
    /// that follows it there; `None` if too few commands have come to decide.
    fn fits(&self) -> Option<bool> {
        let mut column = self.page.column;
        // The number of open groups that begin here or later. The groups around them break.
        let mut open = 0;
        for command in &self.waiting {
            match *command {
                Command::Line(_) | Command::Break { .. } | Command::Comment(_) if open <= 0 => {
                    return Some(true);
                }
                // The line end that breaks the group may not have come yet.
                Command::Break { .. } | Command::Comment(_) => {
                    return self.open.binary_search(&self.printed).is_err().then_some(true);
                }
                Command::Text(text) | Command::Line(text) => {
                    let (first, last) = ends(text);
                    if column + width(first) > WIDTH {
                        return Some(false);
                    }
                    column = last.map_or(column + width(first), width);
                }
                Command::Begin { .. } => open += 1,
                Command::End => open -= 1,
                Command::Indent | Command::Dedent => {}
            }
        }
        None
    }
}

/// The text in progress.
struct Page {
    text: String,
    newline: &'static str,
    /// The length of the last line.
    column: usize,
    depth: usize,
}

impl Page {
    fn on_one_line(&mut self, command: Command<'_>) {
        match command {
            Command::Text(text) | Command::Line(text) => self.text.push_str(text),
            Command::Break { .. } if !self.text.is_empty() => self.text.push(' '),
            _ => {}
        }
    }

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

/// The first line of a text, and the last line if it is another one.
fn ends(text: &str) -> (&str, Option<&str>) {
    match text.split_once('\n') {
        Some((first, rest)) => (first, Some(rest.rsplit('\n').next().unwrap_or(rest))),
        None => (text, None),
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}
