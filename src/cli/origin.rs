//! The origin of an answer: the location that it is from, its revision, and its differences from the
//! source.

use planout::catalog::Loaded;

use super::Context;
use super::location::{Place, Places, Role};
use super::revision::{Shipped, Way, of_ship};

/// The most namespaces that a note names.
const MAX_NAMED: usize = 5;

/// The relation of the source to a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The source has the same meaning as the shipped namespace.
    Same,
    /// The source has another meaning than the shipped namespace.
    Differs,
    /// The source does not have the shipped namespace.
    Absent,
    /// The source has an invalid version of it.
    Invalid,
    /// Only the source has the namespace, and the answer is from there.
    Unshipped,
    /// Only the source has the namespace, and it is invalid and left out.
    LeftOut,
}

/// The origin of the namespaces of an answer.
pub(super) struct Origin {
    first: Place,
    source: Option<Place>,
    shipped: Shipped,
    /// Whether the first location has any namespaces.
    pub(super) is_empty: bool,
    /// The namespaces that the first location answers for, each with the way it got there.
    ways: Vec<(String, Option<Way>)>,
    /// The relation of the source to namespaces, if the source is read.
    standings: Vec<(String, Standing)>,
    /// The reason why the source could not be read.
    pub(super) problem: Option<String>,
    is_told: bool,
    /// Whether the source answers although there is a target.
    pub(super) has_target: bool,
}

impl Origin {
    /// The location of the answers as it was at a revision of git.
    pub(super) fn as_of(&self, revision: &str) -> String {
        match self.first.role {
            Role::Source => format!("git:{revision}"),
            _ => format!("git:{revision}:{}", self.first.location),
        }
    }

    pub(super) fn new(places: &Places, shipped: Shipped, context: &Context) -> Origin {
        // With a single location, the origin is clear.
        let is_told = context.config.target.is_some() || !matches!(shipped, Shipped::Unknown);
        Origin {
            first: places.first.clone(),
            source: places.source().cloned(),
            shipped,
            is_empty: false,
            ways: Vec::new(),
            standings: Vec::new(),
            problem: None,
            is_told,
            has_target: places.other.as_ref().is_some_and(|other| other.role == Role::Target),
        }
    }

    /// Adds a namespace of the first location.
    pub(super) fn found(&mut self, loaded: &Loaded, standing: Option<Standing>) {
        self.ways.push((loaded.name.clone(), self.shipped.way(loaded)));
        self.standings.extend(standing.map(|standing| (loaded.name.clone(), standing)));
    }

    /// Adds a namespace that only the source has.
    pub(super) fn only_in_source(&mut self, name: &str, standing: Standing) {
        self.standings.push((name.to_owned(), standing));
    }

    /// The note about the origin, if there is one.
    pub(super) fn note(&self, context: &Context) -> Option<String> {
        (self.is_told || context.output.is_verbose()).then(|| self.text())
    }

    /// Prints the note.
    pub(super) fn tell(&self, context: &Context) {
        if let Some(note) = self.note(context) {
            context.output.note(&note);
        }
    }

    fn text(&self) -> String {
        let mut parts = vec![self.beginning()];
        parts.extend(self.ways_text());
        if let Some(source) = &self.source {
            parts.extend(self.standings_text(source));
        }
        parts.join("; ")
    }

    /// The location that the answer is from, and its revision.
    fn beginning(&self) -> String {
        let unshipped = self.of(Standing::Unshipped);
        match &self.source {
            Some(source) if self.ways.is_empty() && !unshipped.is_empty() => {
                if self.is_empty {
                    format!("this is from {source}: nothing is shipped to {} yet", self.first)
                } else {
                    let (names, are) = (list(&unshipped), be(&unshipped));
                    format!(
                        "this is from {source}: {names} {are} not shipped to {} yet",
                        self.first
                    )
                }
            }
            _ => {
                let revision = match &self.shipped {
                    Shipped::By(stamp) => format!(", shipped {}", of_ship(stamp)),
                    Shipped::Unreadable => {
                        ", where the stamp of the last ship cannot be read".to_owned()
                    }
                    Shipped::Unknown if self.first.role == Role::Target => {
                        ", which has no record of a ship".to_owned()
                    }
                    Shipped::Unknown => String::new(),
                };
                format!("this is from {}{revision}", self.first)
            }
        }
    }

    /// The namespaces that were changed since the last ship, or put there by other programs.
    fn ways_text(&self) -> impl Iterator<Item = String> {
        let of = |wanted: Way| {
            let found = self.ways.iter().filter(|(_, way)| *way == Some(wanted));
            found.map(|(name, _)| name.as_str()).collect::<Vec<_>>()
        };
        let (changed, others) = (of(Way::Changed), of(Way::Other));
        let verb = |names: &[&str]| if names.len() == 1 { "was" } else { "were" };
        let changed = (!changed.is_empty())
            .then(|| format!("{} {} changed there since", list(&changed), verb(&changed)));
        let others = (!others.is_empty())
            .then(|| format!("{} {} not put there by a ship", list(&others), verb(&others)));
        changed.into_iter().chain(others)
    }

    /// The relation of the source to all of it.
    fn standings_text(&self, source: &Place) -> Vec<String> {
        let mut parts = Vec::new();
        let mut add = |standing, text: &dyn Fn(&[&str]) -> String| {
            let names = self.of(standing);
            if !names.is_empty() {
                parts.push(text(&names));
            }
        };
        add(Standing::Differs, &|names| format!("{source} differs in {}", list(names)));
        add(Standing::Absent, &|names| format!("{source} does not have {}", list(names)));
        add(Standing::Invalid, &|names| format!("{source} has errors in {}", list(names)));
        if !self.ways.is_empty() {
            add(Standing::Unshipped, &|names| {
                format!("{} {} from {source}, and not shipped yet", list(names), be(names))
            });
        }
        add(Standing::LeftOut, &|names| {
            let them = if names.len() == 1 { "it" } else { "them" };
            format!("{} {} left out, as {source} has errors in {them}", list(names), be(names))
        });
        if let Some(problem) = &self.problem {
            parts.push(format!("{source} could not be compared: {problem}"));
        }
        parts
    }

    fn of(&self, wanted: Standing) -> Vec<&str> {
        let found = self.standings.iter().filter(|(_, standing)| *standing == wanted);
        found.map(|(name, _)| name.as_str()).collect()
    }
}

fn be(names: &[&str]) -> &'static str {
    if names.len() == 1 { "is" } else { "are" }
}

/// Some names, and the number of the others.
fn list(names: &[&str]) -> String {
    let shown: Vec<_> = names.iter().take(MAX_NAMED).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(MAX_NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
