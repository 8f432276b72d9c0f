//! Mistakes mended: what a check suggests to write instead, written, as far as that helps.
//!
//! Only errors are mended, never a warning: a text without errors stays as it is, and so does what it
//! compiles to.

use crate::diagnostic::{Diagnostic, Replacement, Severity};
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
    /// How many errors are gone.
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
    let before = state.errors.len();
    for _ in 0..MAX_ROUNDS {
        let errors = state.errors.iter();
        let suggested: Vec<_> = errors.filter(|it| !it.replacements.is_empty()).collect();
        let all: Vec<_> = suggested.iter().flat_map(|it| it.replacements.clone()).collect();
        if all.is_empty() {
            break;
        }
        let attempt = |replacements: &[Replacement]| {
            let text = apply(&state.text, replacements);
            let found = check(&Source::new(source.name(), text.as_str()));
            Some(State::of(text, found)).filter(|it| it.is_better_than(&state))
        };
        let alone = || suggested.iter().take(MAX_ALONE).find_map(|it| attempt(&it.replacements));
        match attempt(&all).or_else(alone) {
            Some(better) => state = better,
            None => break,
        }
    }
    let errors = before.checked_sub(state.errors.len()).filter(|errors| *errors > 0)?;
    Some(Mended { text: state.text, errors })
}

/// A text with its errors.
struct State {
    text: String,
    errors: Vec<Diagnostic>,
}

impl State {
    fn of(text: String, found: Vec<Diagnostic>) -> State {
        let errors = found.into_iter().filter(|it| it.severity == Severity::Error).collect();
        State { text, errors }
    }

    /// Fewer errors are better, and as many that begin later: a mistake can hide the next one.
    fn is_better_than(&self, other: &State) -> bool {
        let rank = |state: &State| {
            let first = state.errors.iter().map(|it| it.primary.span.start as usize).min();
            let rest = first.map_or(0, |start| state.text.len().saturating_sub(start));
            (state.errors.len(), rest)
        };
        rank(self) < rank(other)
    }
}

/// The text with its replacements. Of those that overlap, the first one counts: an alias in YAML
/// repeats what stands elsewhere.
fn apply(text: &str, replacements: &[Replacement]) -> String {
    let mut sorted: Vec<_> = replacements.iter().collect();
    sorted.sort_by_key(|it| (it.span.start, it.span.end));
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
