//! What units get before and after, exactly: the shares that get another value, on which condition, and
//! a unit for each that shows it.

use super::declared::{self, DeclaredShare};
use crate::distribution::{self, ComparedCase, Exact, Obstacle, Run, Shift};
use crate::draw::{DrawText, Salt};
use crate::namespace::{Assignment, Experiment, Namespace};
use crate::value::{Map, Value};
use crate::wire::same;

/// The most units that are looked at to find those that show a change, for a namespace.
pub const MAX_UNITS: usize = 1_000_000;

/// How many units are evaluated with the same other inputs before others are tried.
const PATIENCE: usize = 300;

/// The most units among them that are evaluated.
const MAX_EVALUATED: usize = 100_000;

/// The exact comparison of a namespace before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactChanges {
    /// The experiments that are active before and after, and last the units of none.
    pub scopes: Vec<ExactScope>,
}

/// The units of an experiment before and after, or those of none.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactScope {
    /// The experiment; `None` for the units of none.
    pub experiment: Option<String>,
    /// The number of segments that are its own before and after.
    pub segments: usize,
    /// Its units by their inputs, as far as anything changes for them. Why nothing is known, where
    /// that is so.
    pub cases: Result<Vec<ExactCase>, Obstacle>,
    /// The share of all of its units that get another value, by the declared values of inputs; `None`
    /// if no condition is on inputs, or on others than those.
    pub declared: Option<DeclaredShare>,
}

/// Units of a scope whose inputs fulfil one condition.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactCase {
    /// The condition, and the shares.
    pub compared: ComparedCase,
    /// Units that show it, as far as any were found.
    pub witnesses: Vec<Witness>,
}

/// A change of which a share is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The value of any param.
    Any,
    /// Whether the unit is in the experiment.
    InExperiment,
    /// The value of a param.
    Param(String),
}

/// A unit that shows a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The change.
    pub line: Line,
    /// The inputs, the primary unit among them.
    pub inputs: Map,
    /// The params before.
    pub before: Map,
    /// The params after.
    pub after: Map,
}

impl ExactChanges {
    /// Whether everything is known.
    pub fn is_proved(&self) -> bool {
        self.obstacle().is_none()
    }

    /// The first reason why something is not known.
    pub fn obstacle(&self) -> Option<&Obstacle> {
        self.scopes.iter().find_map(ExactScope::obstacle)
    }

    /// The units of an experiment, or those of none.
    pub fn scope(&self, experiment: Option<&str>) -> Option<&ExactScope> {
        self.scopes.iter().find(|scope| scope.experiment.as_deref() == experiment)
    }
}

impl ExactScope {
    /// Why something is not known.
    pub fn obstacle(&self) -> Option<&Obstacle> {
        match &self.cases {
            Ok(cases) => cases.iter().find_map(|case| case.compared.shift.as_ref().err()),
            Err(obstacle) => Some(obstacle),
        }
    }

    /// Whether it is proved that all of its units keep their values.
    pub fn is_unchanged(&self) -> bool {
        self.cases.as_ref().is_ok_and(Vec::is_empty)
    }

    /// Whether all arms of the experiment see as much of what changes.
    pub fn is_alike(&self) -> bool {
        self.cases.as_ref().is_ok_and(|cases| {
            cases.iter().all(|case| case.compared.shift.is_ok() && case.compared.is_alike)
        })
    }
}

impl ExactCase {
    /// The unit that shows a change.
    pub fn witness(&self, line: &Line) -> Option<&Witness> {
        self.witnesses.iter().find(|witness| witness.line == *line)
    }
}

/// Compares two versions whose units fall into the same segments.
pub(super) fn compare(before: &Namespace, after: &Namespace) -> ExactChanges {
    let both = before.experiments().iter();
    let both = both.filter_map(|old| Some((old, after.experiment(old.name())?)));
    let both = both.map(|(old, new)| (Some(old.name()), Some((old, new))));
    let mut search = Search { before, after, looked: 0, evaluated: 0 };
    let scopes = both.chain([(None, None)]).map(|(name, own)| {
        let compared = compare_scope(before, after, own);
        let declared = compared.as_ref().ok().and_then(|cases| declared::share(cases, after));
        let cases = compared.map(|cases| {
            let cases = cases.into_iter();
            cases.map(|compared| search.case(name, compared)).collect()
        });
        let segments = (0..after.segment_count()).filter(|segment| {
            [before, after].iter().all(|namespace| owner(namespace, *segment) == name)
        });
        let (experiment, segments) = (name.map(str::to_owned), segments.count());
        ExactScope { experiment, segments, cases, declared }
    });
    ExactChanges { scopes: scopes.collect() }
}

fn compare_scope(
    before: &Namespace,
    after: &Namespace,
    own: Option<(&Experiment, &Experiment)>,
) -> Result<Vec<ComparedCase>, Obstacle> {
    let defaults = (before.default_experiment(), after.default_experiment());
    let (old, new): (Vec<&Experiment>, Vec<&Experiment>) =
        [Some(defaults), own].into_iter().flatten().unzip();
    let is_same = |(old, new): (&&Experiment, &&Experiment)| {
        old.salt() == new.salt() && same(old.script().json(), new.script().json())
    };
    if before.dialect() == after.dialect() && old.iter().zip(&new).all(is_same) {
        return Ok(Vec::new());
    }
    let [old, new] = [old, new].map(|experiments| {
        let runs = experiments.iter().map(|it| Run { script: it.script(), salt: it.salt() });
        runs.collect::<Vec<_>>()
    });
    let salt = Salt::of_segments(after.hashed_name(), after.segment_hashing());
    let mut segment: DrawText = salt.begin();
    segment.push_unit();
    distribution::compare_in(&old, &new, after.unit(), Some(segment))
}

/// A search for units that show changes.
struct Search<'n> {
    before: &'n Namespace,
    after: &'n Namespace,
    /// How many units were looked at.
    looked: usize,
    /// How many of them were evaluated.
    evaluated: usize,
}

impl Search<'_> {
    fn case(&mut self, experiment: Option<&str>, compared: ComparedCase) -> ExactCase {
        let mut wanted = match &compared.shift {
            Ok(shift) => lines(shift),
            Err(_) => Vec::new(),
        };
        let mut witnesses = Vec::new();
        let unit = self.after.unit();
        let start = self.evaluated;
        for number in 0_u64.. {
            if wanted.is_empty() || self.looked >= MAX_UNITS || self.evaluated >= MAX_EVALUATED {
                break;
            }
            self.looked += 1;
            let value = Value::from(number.to_string());
            let segment = self.after.segment(&value);
            if [self.before, self.after].iter().any(|it| owner(it, segment) != experiment) {
                continue;
            }
            self.evaluated += 1;
            let mut inputs = Map::from_iter([(unit.to_owned(), value)]);
            if !compared.examples.is_empty() {
                // The first ones are the plainest; others are tried where these show nothing.
                let example = (self.evaluated - start) / PATIENCE % compared.examples.len();
                inputs.extend(compared.examples[example].clone());
            }
            let (Ok(old), Ok(new)) = (self.before.assign(&inputs), self.after.assign(&inputs))
            else {
                continue;
            };
            wanted.retain(|line| {
                let shows = shows(line, &old, &new);
                if shows {
                    witnesses.push(Witness {
                        line: line.clone(),
                        inputs: inputs.clone(),
                        before: old.params.clone().into_map(),
                        after: new.params.clone().into_map(),
                    });
                }
                !shows
            });
        }
        ExactCase { compared, witnesses }
    }
}

/// The experiment that holds a segment.
fn owner(namespace: &Namespace, segment: u32) -> Option<&str> {
    Some(namespace.experiments()[namespace.owner(segment)?].name())
}

/// The changes of which there is a share.
fn lines(shift: &Shift) -> Vec<Line> {
    let any = (shift.any > 0.0).then_some(Line::Any);
    let flag = (shift.in_experiment > 0.0).then_some(Line::InExperiment);
    let params = shift.params.keys().map(|name| Line::Param(name.clone()));
    any.into_iter().chain(flag).chain(params).collect()
}

/// Whether a unit shows a change.
fn shows(line: &Line, before: &Assignment<'_>, after: &Assignment<'_>) -> bool {
    let differs = |name: &str| {
        let exact = |it: &Assignment<'_>| it.params.get(name).cloned().map(Exact);
        exact(before) != exact(after)
    };
    match line {
        Line::InExperiment => before.in_experiment != after.in_experiment,
        Line::Param(name) => differs(name),
        Line::Any => {
            let names = before.params.iter().chain(after.params.iter());
            names.into_iter().any(|(name, _)| differs(name))
        }
    }
}
