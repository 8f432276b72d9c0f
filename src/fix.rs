//! Mistakes mended: what a check suggests to write instead, written, as far as that helps.
//!
//! Only errors are mended, never a warning: a text without errors stays as it is, and so does what it
//! compiles to.

use crate::diagnostic::{Diagnostic, Level, Replacement, Severity};
use crate::source::Source;

/// How many times a text is checked again: what is mended can uncover more.
const MAX_ROUNDS: usize = 20;

/// How many suggestions are tried one by one, where not all of them together help.
const MAX_ALONE: usize = 20;

/// A text that was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The text as it is now.
    pub text: String,
    /// How many errors were mended. More may be left, also some that these had hidden.
    pub errors: usize,
}

/// Mends a text, as far as its errors say what to write; `check` says what is wrong with one. What
/// does not lead to fewer errors in the end is not done. `None` if there is nothing to be done.
///
/// ```
/// use planout::Dialect;
/// use planout::fix::mend;
/// use planout::lint::{Settings, check_script};
/// use planout::source::Source;
///
/// let source = Source::new("x.planout", "x = uniformChioce(choices=[1, 2] unit=userid);\n");
/// let check = |it: &Source| check_script(it, Dialect::Planout4j, &Settings::default());
/// let mended = mend(&source, check).expect("two errors");
/// assert_eq!(mended.text, "x = uniformChoice(choices=[1, 2], unit=userid);\n");
/// ```
pub fn mend(source: &Source, check: impl Fn(&Source) -> Vec<Diagnostic>) -> Option<Mended> {
    let mut state = State::of(source.text().to_owned(), check(source));
    let (before, mut mended) = (state.errors_left(), 0);
    for _ in 0..MAX_ROUNDS {
        let suggested = state.errors.iter().filter(|error| !error.replacements.is_empty());
        let suggested: Vec<&Diagnostic> = suggested.collect();
        let attempt = |errors: &[&Diagnostic]| {
            let text = apply(&state.text, errors);
            let found = check(&Source::new(source.name(), text.as_str()));
            let better = Some(State::of(text, found)).filter(|tried| tried.rank() < state.rank());
            better.map(|better| (better, errors.len()))
        };
        let alone = || suggested.chunks(1).take(MAX_ALONE).find_map(attempt);
        match attempt(&suggested).or_else(alone) {
            Some((better, errors)) => (state, mended) = (better, mended + errors),
            None => break,
        }
    }
    (state.errors_left() < before).then_some(Mended { text: state.text, errors: mended })
}

/// A text with its errors.
struct State {
    text: String,
    errors: Vec<Diagnostic>,
}

/// Whether it is an error, and not a warning that is taken for one: what it is found in is valid.
fn is_mistake(found: &Diagnostic) -> bool {
    found.severity == Severity::Error
        && matches!(found.code.default_level(), None | Some(Level::Error))
}

/// Whether a text cannot be read for it: then other errors may not be seen.
fn hides_others(error: &&Diagnostic) -> bool {
    error.code.default_level().is_none()
}

impl State {
    fn of(text: String, found: Vec<Diagnostic>) -> State {
        let errors = found.into_iter().filter(is_mistake).collect();
        State { text, errors }
    }

    /// How many errors there are: those that hide others, and the rest.
    fn errors_left(&self) -> (usize, usize) {
        let hiding = self.errors.iter().filter(hides_others).count();
        (hiding, self.errors.len() - hiding)
    }

    /// How bad it is. Of errors that hide others the first one counts most: what it has hidden may be
    /// more.
    fn rank(&self) -> (usize, usize, usize) {
        let (hiding, others) = self.errors_left();
        let starts = self.errors.iter().filter(hides_others).map(|error| error.primary.span.start);
        let rest = starts.min().map_or(0, |start| self.text.len().saturating_sub(start as usize));
        (rest, hiding, others)
    }
}

/// The text with what errors say to write. Of what overlaps, the first one counts: an alias in YAML
/// repeats what stands elsewhere.
fn apply(text: &str, errors: &[&Diagnostic]) -> String {
    let mut sorted: Vec<_> = errors.iter().flat_map(|error| &error.replacements).collect();
    sorted.sort_by_key(|replacement| (replacement.span.start, replacement.span.end));
    sorted.dedup();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for Replacement { span, text: new } in sorted {
        let (start, end) = (span.start as usize, span.end as usize);
        if start >= at && end >= start && text.get(start..end).is_some() {
            out.push_str(&text[at..start]);
            out.push_str(new);
            at = end;
        }
    }
    out + &text[at..]
}
