//! Edits of a namespace's source: an entry is added to the end of the experiment sequence, which
//! moves no unit. Every other byte stays as it is.

use crate::dialect::Dialect;
use crate::namespace::{Action, Outline};
use crate::source::SourceText;
use crate::tree::yaml::{plain, read};
use crate::tree::{Entry, Kind, Node};

/// The reason why a text was not edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The text has no experiment sequence, or is not YAML.
    #[error("the file has no `experiment_sequence` that can be read")]
    NoSequence,
    /// The sequence is written in a form that an edit could break.
    #[error(
        "the `experiment_sequence` is written in a form that cannot be edited automatically: add the entry by hand"
    )]
    Unusual,
}

/// The text of a namespace with another action at the end of its sequence. This does not check
/// whether the action makes sense there.
///
/// ```
/// use planout::edit::append;
/// use planout::namespace::Action;
/// use planout::source::SourceText;
///
/// let text = "experiment_sequence:\n  - {action: add, definition: A, name: a, segments: 5}  # 5 %\n";
/// let stop = Action::Remove { name: "a".to_owned() };
/// let edited = append(&SourceText::new("x.yaml", text), &stop)?;
/// assert_eq!(edited, format!("{text}  - {{action: remove, name: a}}\n"));
/// # Ok::<(), planout::edit::EditError>(())
/// ```
///
/// # Errors
/// The text has no sequence, or its sequence is written in an unusual form, such as an alias.
pub fn append(source: &SourceText, action: &Action) -> Result<String, EditError> {
    let before = outline(source).ok_or(EditError::NoSequence)?;
    let sequence = &before.sequence().ok_or(EditError::NoSequence)?.value;
    let (text, end) = (source.text(), sequence.span.end as usize);
    let (at, entry) = match &sequence.kind {
        Kind::Null => after_key(text, end, action),
        Kind::List(items) if text[..end].ends_with(']') => {
            in_brackets(text, items.is_empty(), end - 1, action)
        }
        Kind::List(items) => below(text, items.last().ok_or(EditError::Unusual)?, action),
        _ => return Err(EditError::NoSequence),
    };
    let edited = format!("{}{entry}{}", &text[..at], &text[at..]);
    // Reading the new text shows whether this was the right place.
    match outline(&SourceText::new(source.name(), edited.as_str())) {
        Some(after) if is_appended(&before, &after, action) => Ok(edited),
        _ => Err(EditError::Unusual),
    }
}

/// The outline of a text without errors. No script is looked at, so the dialect does not matter.
fn outline(source: &SourceText) -> Option<Outline> {
    let (tree, problems) = read(source);
    tree.filter(|_| problems.is_empty()).map(|tree| Outline::new(tree, Dialect::default()))
}

/// Whether the action is at the end of the sequence, and everything else is unchanged.
fn is_appended(before: &Outline, after: &Outline, action: &Action) -> bool {
    let (Some(whole), Some(edited)) = (before.tree().as_map(), after.tree().as_map()) else {
        return false;
    };
    // All but the sequence itself.
    let is_sequence =
        |entry: &Entry| before.sequence().is_some_and(|sequence| sequence.key == entry.key);
    let mut keys = whole.entries.iter().zip(&edited.entries);
    let is_kept = whole.entries.len() == edited.entries.len()
        && keys.all(|(a, b)| a.key == b.key && (is_sequence(a) || a.value.is_same(&b.value)));
    let (old, new) = (before.entries(), after.entries());
    let Some((last, rest)) = new.split_last().filter(|_| is_kept) else {
        return false;
    };
    let is_kept = old.len() == rest.len() && old.iter().zip(rest).all(|(a, b)| a.is_same(b));
    let says = |key: &str, value: &Value<'_>| {
        let there = last.as_map().and_then(|map| map.get(key)).map(|node| &node.kind);
        match value {
            Value::Text(text) => there == Some(&Kind::String((*text).into())),
            Value::Number(number) => there == Some(&Kind::Int(i64::from(*number))),
        }
    };
    is_kept && entries(action).iter().all(|(key, value)| says(key, value))
}

enum Value<'a> {
    Text(&'a str),
    Number(u32),
}

/// The keys of an entry, in the order in which they are written.
fn entries(action: &Action) -> Vec<(&'static str, Value<'_>)> {
    match action {
        Action::Add { name, definition, segments } => vec![
            ("action", Value::Text("add")),
            ("definition", Value::Text(definition)),
            ("name", Value::Text(name)),
            ("segments", Value::Number(*segments)),
        ],
        Action::Remove { name } => {
            vec![("action", Value::Text("remove")), ("name", Value::Text(name))]
        }
    }
}

impl Value<'_> {
    /// The value as a scalar that reads back unchanged, even between braces.
    fn yaml(&self) -> String {
        match self {
            Value::Number(number) => number.to_string(),
            Value::Text(text) if is_plain(text) => (*text).to_owned(),
            Value::Text(text) => {
                let mut quoted = String::new();
                crate::tree::quote(text, &mut quoted);
                quoted
            }
        }
    }
}

/// Whether a text can stand without quotes.
fn is_plain(text: &str) -> bool {
    let is_harmless = |char: char| char.is_ascii_alphanumeric() || "_.-".contains(char);
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(is_harmless)
        && plain::is_text(text)
}

/// An entry as YAML on one line, as `{action: remove, name: a}`.
pub fn flow(action: &Action) -> String {
    let pairs: Vec<_> =
        entries(action).iter().map(|(key, value)| format!("{key}: {}", value.yaml())).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// The first entry of an empty sequence.
fn after_key(text: &str, at: usize, action: &Action) -> (usize, String) {
    (at, format!("{}  - {}", newline(text), flow(action)))
}

/// A new entry of a sequence in brackets: it goes before the closing bracket.
fn in_brackets(text: &str, is_first: bool, close: usize, action: &Action) -> (usize, String) {
    let at = text[..close].trim_end().len();
    let has_comma = text[..at].ends_with(',');
    let comma = if is_first || has_comma { "" } else { "," };
    let space = if is_first { "" } else { " " };
    (at, format!("{comma}{space}{}", flow(action)))
}

/// A new entry of a sequence with one or more lines for each entry: it goes below the last one, in
/// the same form.
fn below(text: &str, last: &Node, action: &Action) -> (usize, String) {
    let (start, end) = (last.span.start as usize, last.span.end as usize);
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    // The text from the margin to the entry: its `-` with white space around it.
    let lead = &text[line..start];
    let newline = newline(text);
    let entry = if text[start..].starts_with('{') {
        format!("{lead}{}", flow(action))
    } else {
        let indent: String = lead.chars().map(|_| ' ').collect();
        let lines = entries(action);
        let lines = lines.iter().map(|(key, value)| format!("{key}: {}", value.yaml()));
        format!("{lead}{}", lines.collect::<Vec<_>>().join(&format!("{newline}{indent}")))
    };
    match text[end..].find('\n') {
        Some(rest) => (end + rest + 1, format!("{entry}{newline}")),
        None => (text.len(), format!("{newline}{entry}")),
    }
}

/// The line end of a text.
fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
