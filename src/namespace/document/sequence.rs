//! The experiment sequence of a document, replayed: each addition and removal must be possible at its
//! place.

use std::collections::HashSet;

use super::fields::Fields;
use super::{Action, Checker, Definitions};
use crate::diagnostic::{Code, Diagnostic};
use crate::namespace::builder::MAX_SEGMENTS;
use crate::namespace::sequence::{Roster, SequenceError};
use crate::nearest::nearest;
use crate::source::Span;
use crate::tree::{Kind, Map, Node};

/// The action of an entry.
#[derive(Clone, Copy)]
enum Verb {
    Add,
    Remove,
}

/// The state of the sequence after some of its entries, and the facts that are unknown because
/// entries are wrong. The wrong entries have been reported, and the entries after them are not
/// blamed.
struct State {
    roster: Roster<Span>,
    /// Whether experiments with unknown names have been added.
    nameless: bool,
    /// Whether an experiment that has been removed may still be active.
    unremoved: bool,
}

impl State {
    /// Whether a problem may be due to unknown facts.
    fn explains(&self, error: &SequenceError) -> bool {
        match error {
            SequenceError::NotActive { .. } => self.nameless,
            SequenceError::AlreadyActive { .. } | SequenceError::NotEnoughSegments { .. } => {
                self.unremoved
            }
            _ => false,
        }
    }
}

/// Whether a name is likely to be a misspelling of a similar one: `price_a` and `price_b` are two
/// names, and so are `v1_price` and `v2_price`.
fn is_misspelling(name: &str, near: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(name) == digits(near) && name.chars().next_back() == near.chars().next_back()
}

impl Checker {
    pub(super) fn sequence(
        &mut self,
        map: &Map,
        span: Span,
        segments: Option<u32>,
        definitions: Option<&Definitions>,
    ) -> Option<Vec<Action>> {
        let fields = Fields::new(map, span);
        let items = match fields.get("experiment_sequence").map(|node| &node.kind) {
            // The key is present and empty: all units get the default.
            Some(Kind::Null) => &[],
            _ => fields.list("experiment_sequence", self)?,
        };
        // Without a number of segments, only the names can be checked.
        let roster = Roster::new(segments.unwrap_or(MAX_SEGMENTS));
        let mut state = State { roster, nameless: false, unremoved: false };
        let mut sequence = Vec::with_capacity(items.len());
        for item in items {
            let action = self.action(item, definitions, &mut state);
            sequence.extend(action);
        }
        Some(sequence)
    }

    fn action(
        &mut self,
        item: &Node,
        definitions: Option<&Definitions>,
        state: &mut State,
    ) -> Option<Action> {
        let Some(fields) = Fields::of(item, "an entry of the sequence", self) else {
            state.nameless = true;
            state.unremoved = true;
            return None;
        };
        match self.verb(&fields) {
            Verb::Add => self.add(&fields, definitions, state),
            Verb::Remove => self.remove(&fields, state),
        }
    }

    /// The action of an entry. If the action is unknown, the one that it resembles.
    fn verb(&mut self, fields: &Fields<'_>) -> Verb {
        let named = |action: &str| match action {
            "add" => Some(Verb::Add),
            "remove" => Some(Verb::Remove),
            _ => None,
        };
        let looks_like = match fields.get("definition").or(fields.get("segments")) {
            Some(_) => Verb::Add,
            None => Verb::Remove,
        };
        let Some((action, place)) = fields.text("action", self) else {
            return looks_like;
        };
        if let Some(verb) = named(&action) {
            return verb;
        }
        let near = nearest(&action, ["add", "remove"]);
        let message = format!("unknown action `{action}`");
        let error = Diagnostic::error(Code::UnknownAction, place, message);
        self.report(match near {
            Some(near) => error.meant(near),
            None => error.help("an action is `add` or `remove`"),
        });
        near.and_then(named).unwrap_or(looks_like)
    }

    fn add(
        &mut self,
        fields: &Fields<'_>,
        definitions: Option<&Definitions>,
        state: &mut State,
    ) -> Option<Action> {
        let name = fields.text("name", self);
        let definition = fields.text("definition", self);
        let segments = fields.segments("segments", self);
        if let (Some((name, place)), Some(definitions)) = (&definition, definitions) {
            self.reference(name, *place, definitions);
        }
        let Some((name, name_place)) = name else {
            state.nameless = true;
            return None;
        };
        self.readable("an experiment", &name, name_place);
        let added = segments.map(|segments| state.roster.add(&name, segments, name_place));
        if let Some(Err(error)) = &added
            && !state.explains(error)
        {
            let count = fields.get("segments").map_or(name_place, |node| node.span);
            self.sequence_error(error, name_place, count, state);
        }
        if !matches!(added, Some(Ok(()))) {
            state.roster.add_without_segments(&name, name_place);
        }
        Some(Action::Add { name, definition: definition?.0, segments: segments? })
    }

    fn remove(&mut self, fields: &Fields<'_>, state: &mut State) -> Option<Action> {
        let Some((name, place)) = fields.text("name", self) else {
            state.unremoved = true;
            return None;
        };
        if let Err(error) = state.roster.remove(&name)
            && !state.explains(&error)
        {
            self.sequence_error(&error, place, place, state);
            let meant = nearest(&name, state.roster.names()).map(str::to_owned);
            let removed = meant.map(|meant| state.roster.remove(&meant));
            state.unremoved |= !matches!(removed, Some(Ok(_)));
        }
        Some(Action::Remove { name })
    }

    fn sequence_error(
        &mut self,
        error: &SequenceError,
        name_place: Span,
        count_place: Span,
        state: &State,
    ) {
        let message = error.to_string();
        let report = |code, place| Diagnostic::error(code, place, message.clone());
        self.report(match error {
            SequenceError::AlreadyActive { name } => {
                let found = report(Code::AlreadyActive, name_place)
                    .help("remove it first, or give this one another name");
                match state.roster.note(name) {
                    Some(first) => found.also(*first, "added here"),
                    None => found,
                }
            }
            SequenceError::NotEnoughSegments { .. } => report(Code::NotEnoughSegments, count_place)
                .help("remove an experiment before, or ask for fewer segments"),
            SequenceError::NotActive { name } => report(Code::NotActive, name_place)
                .help("an entry can only remove an experiment that an entry above has added, and only once")
                .suggest(name, state.roster.names()),
            SequenceError::NoSegments { .. } => report(Code::SegmentCount, count_place),
        });
    }

    /// Keeps a reference to a definition that does not exist.
    pub(super) fn reference(&mut self, name: &str, place: Span, definitions: &Definitions) {
        if !definitions.by_name.contains_key(name) {
            self.undefined.push((name.to_owned(), place));
        }
    }

    /// Reports references to definitions that do not exist. A reference is left out if it may mean a
    /// definition whose name is wrong, because that name has been reported.
    pub(super) fn undefined_definitions(&mut self, definitions: &Definitions) {
        if definitions.unreadable {
            return;
        }
        let known = || definitions.by_name.keys().map(String::as_str);
        let is_misspelt = |name: &str| {
            nearest(name, known().filter(|known| is_misspelling(name, known))).is_some()
        };
        let undefined = std::mem::take(&mut self.undefined);
        let names = undefined.iter().map(|(name, _)| name.as_str());
        let others: HashSet<_> = names.filter(|name| !is_misspelt(name)).collect();
        let excused = others.len() <= definitions.nameless;
        for (name, place) in &undefined {
            if excused && others.contains(name.as_str()) {
                continue;
            }
            let message = format!("definition `{name}` is not defined");
            self.report(
                Diagnostic::error(Code::UndefinedDefinition, *place, message)
                    .help("define it in `experiment_definitions`")
                    .suggest(name, known()),
            );
        }
    }
}
