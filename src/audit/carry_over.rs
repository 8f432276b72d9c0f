//! The units that an experiment has from earlier ones of its namespace, which may have changed them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::params::script_draws;
use crate::distribution::{Key, Run};
use crate::namespace::{Action, Document, Namespace};

/// The most segments of ended experiments that are looked at in one namespace.
const MAX_SEGMENTS: u64 = 50_000_000;

/// An active experiment that has segments of one that ended before it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarryOver {
    /// The active experiment.
    pub experiment: String,
    /// The earlier one, which may have had the same name.
    pub earlier: String,
    /// The number of segments that both had.
    pub segments: u32,
    /// The number of segments of the active one.
    pub of: u32,
    /// Whether both draw any number by the same text, so that units keep what they had drawn.
    pub same_draws: bool,
    /// Whether both run one definition.
    pub same_definition: bool,
    /// The index of the entry that added the active one.
    pub added: usize,
    /// The index of the entry that removed the earlier one.
    pub removed: usize,
}

/// The standard deviation of the leak between a new experiment and an earlier one, which both have
/// half of the segments: of the difference of the share of the units inside and outside of the new
/// one that were in the earlier one. It is chance alone, and the same for all units of a segment.
pub fn deviation(segments: u32) -> f64 {
    1.0 / f64::from(segments.saturating_sub(1).max(1)).sqrt()
}

/// An experiment that has ended.
struct Ended<'d> {
    name: &'d str,
    definition: &'d str,
    removed: usize,
}

/// All active experiments with the earlier ones whose segments they have, in the order of the
/// sequence. Nothing is found where more than 50 million segments were given back.
///
/// `namespace` is the document, built.
pub fn carry_over(document: &Document, namespace: &Namespace) -> Vec<CarryOver> {
    let (active, ended) = lives(document);
    if ended.is_empty() {
        return Vec::new();
    }
    let mut draws = Draws { document, namespace, known: HashMap::new() };
    let mut found = Vec::new();
    let mut ended = ended.into_iter();
    let replayed = document.each_end(|_, segments| {
        let Some(earlier) = ended.next() else { return };
        let mut shared: BTreeMap<usize, u32> = BTreeMap::new();
        for owner in segments.iter().filter_map(|segment| namespace.owner(*segment)) {
            *shared.entry(owner).or_default() += 1;
        }
        for (owner, segments) in shared {
            let experiment = &namespace.experiments()[owner];
            let (name, definition) = (experiment.name(), experiment.definition());
            let Some(added) = active.get(name) else { continue };
            found.push(CarryOver {
                experiment: name.to_owned(),
                earlier: earlier.name.to_owned(),
                segments,
                of: u32::try_from(experiment.segments().len()).unwrap_or(u32::MAX),
                same_draws: draws.share((name, definition), (earlier.name, earlier.definition)),
                same_definition: definition == earlier.definition,
                added: *added,
                removed: earlier.removed,
            });
        }
    });
    if replayed.is_err() {
        return Vec::new();
    }
    found.sort_by_key(|it| (it.added, it.removed));
    found
}

/// Whether any active experiment may have segments of one that ended and ran the same definition or
/// had the same name. This takes no allocation.
pub(crate) fn may_repeat(document: &Document) -> bool {
    let (_, ended) = lives(document);
    // Salts that a script sets itself are the same in all experiments.
    let own_salt = |name: &str| document.definitions.get(name).is_some_and(|it| it.sets_salts());
    let (mut definitions, mut names) = (HashMap::new(), HashMap::new());
    let mut salted: Option<usize> = None;
    for it in &ended {
        definitions.entry(it.definition).or_insert(it.removed);
        names.entry(it.name).or_insert(it.removed);
        if salted.is_none() && own_salt(it.definition) {
            salted = Some(it.removed);
        }
    }
    document.active().into_iter().any(|(added, name, definition)| {
        let is_before = |removed: Option<&usize>| removed.is_some_and(|removed| *removed < added);
        is_before(definitions.get(definition))
            || is_before(names.get(name))
            || is_before(salted.as_ref()) && own_salt(definition)
    })
}

/// The entries that added the active experiments, and the ended experiments in order. Nothing is
/// returned for a sequence that gives back too many segments.
fn lives(document: &Document) -> (HashMap<&str, usize>, Vec<Ended<'_>>) {
    let mut active: HashMap<&str, usize> = HashMap::new();
    let mut ended = Vec::new();
    let mut segments = 0_u64;
    for (index, action) in document.sequence.iter().enumerate() {
        match action {
            Action::Add { name, .. } => {
                active.insert(name, index);
            }
            Action::Remove { name } => {
                let Some(added) = active.remove(name.as_str()) else { continue };
                if let Some(Action::Add { definition, segments: held, .. }) =
                    document.sequence.get(added)
                {
                    segments += u64::from(*held);
                    ended.push(Ended { name, definition, removed: index });
                }
            }
        }
    }
    if segments > MAX_SEGMENTS {
        ended.clear();
    }
    (active, ended)
}

/// The draws of experiments, by their names and definitions.
struct Draws<'d> {
    document: &'d Document,
    namespace: &'d Namespace,
    known: HashMap<(String, String), HashSet<Key>>,
}

impl Draws<'_> {
    fn of(&mut self, (name, definition): (&str, &str)) -> &HashSet<Key> {
        let key = (name.to_owned(), definition.to_owned());
        self.known.entry(key).or_insert_with(|| {
            let Some(script) = self.document.definitions.get(definition) else {
                return HashSet::new();
            };
            let salt = format!("{}.{name}", self.document.salt());
            script_draws(&Run { script, salt: &salt }, self.namespace.unit())
        })
    }

    fn share(&mut self, one: (&str, &str), other: (&str, &str)) -> bool {
        let is_same_run = one == other;
        let ours = self.of(one).clone();
        let draws = |it: &str| self.document.definitions.get(it).is_some_and(|it| it.draws());
        if is_same_run && draws(one.1) {
            return true;
        }
        !ours.is_disjoint(self.of(other))
    }
}
