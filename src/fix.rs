//! Repairs of mistakes: the suggestions of the checks, applied where they help.
//!
//! Only errors are repaired, never warnings: a text without errors stays as it is, and so does its
//! compiled form.

use crate::diagnostic::{Diagnostic, Level, Replacement, Severity};
use crate::source::SourceText;

/// How many times a text is checked again: a repair can uncover more errors.
const MAX_ROUNDS: usize = 20;

/// How many suggestions are tried one by one, if applying all of them together does not help.
const MAX_ALONE: usize = 20;

/// A text that was repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The text after the repairs.
    pub text: String,
    /// How many errors were repaired. Others may be left, including some that these had hidden.
    pub errors: usize,
}

/// Repairs a text, as far as its errors have suggestions. `check` finds the errors of a text. Repairs
/// that do not lead to fewer errors in the end are not applied. `None` if there is nothing to repair.
///
/// ```
/// use planout::Dialect;
/// use planout::fix::mend;
/// use planout::lint::{Settings, check_script};
/// use planout::source::SourceText;
///
/// let source = SourceText::new("x.planout", "x = uniformChioce(choices=[1, 2] unit=userid);\n");
/// let check = |it: &SourceText| check_script(it, Dialect::Planout4j, &Settings::default());
/// let mended = mend(&source, check).expect("two errors");
/// assert_eq!(mended.text, "x = uniformChoice(choices=[1, 2], unit=userid);\n");
/// ```
pub fn mend(source: &SourceText, check: impl Fn(&SourceText) -> Vec<Diagnostic>) -> Option<Mended> {
    let mut state = State::of(source.text().to_owned(), check(source));
    let (before, mut mended) = (state.errors_left(), 0);
    for _ in 0..MAX_ROUNDS {
        let suggested = state.errors.iter().filter(|error| !error.replacements.is_empty());
        let suggested: Vec<&Diagnostic> = suggested.collect();
        let attempt = |errors: &[&Diagnostic]| {
            let text = apply(&state.text, errors);
            let found = check(&SourceText::new(source.name(), text.as_str()));
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

/// Whether a diagnostic is an error by itself, and not a warning that is treated as one: a text with
/// such a warning is valid.
fn is_mistake(found: &Diagnostic) -> bool {
    found.severity == Severity::Error
        && matches!(found.code.default_level(), None | Some(Level::Error))
}

/// Whether the text cannot be read because of this error, so that others may be hidden.
fn hides_others(error: &&Diagnostic) -> bool {
    error.code.default_level().is_none()
}

impl State {
    fn of(text: String, found: Vec<Diagnostic>) -> State {
        let errors = found.into_iter().filter(is_mistake).collect();
        State { text, errors }
    }

    /// The number of errors that hide others, and the number of the rest.
    fn errors_left(&self) -> (usize, usize) {
        let hiding = self.errors.iter().filter(hides_others).count();
        (hiding, self.errors.len() - hiding)
    }

    /// A measure of how bad the text is; smaller is better. The place of the first error that hides
    /// others counts most, because it may hide any number of errors.
    fn rank(&self) -> (usize, usize, usize) {
        let (hiding, others) = self.errors_left();
        let starts = self.errors.iter().filter(hides_others).map(|error| error.primary.span.start);
        let rest = starts.min().map_or(0, |start| self.text.len().saturating_sub(start as usize));
        (rest, hiding, others)
    }
}

/// The text with the replacements that the errors suggest. Where replacements overlap, the first one
/// counts: an alias in YAML repeats a text that stands elsewhere.
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
