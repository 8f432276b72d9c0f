//! The designed distribution of a namespace's assignments, in shares of its units.

use indexmap::{IndexMap, IndexSet};

use crate::distribution::{Counted, Distribution, Enumerated, Exact, Follows, Key, Obstacle};
use crate::draw::{DrawText, Salt};
use crate::namespace::{BASELINE, Experiment, Namespace};
use crate::parallel;
use crate::value::{Map, Value};

/// Shares below this are rounding errors of zero.
const NOTHING: f64 = 1e-12;

/// The number of groups that are held at a time.
const AT_ONCE: usize = 64;

/// The most combinations of inputs. Scripts are followed for each combination.
pub const MAX_GROUPS: usize = 10_000;

/// Units that have the same inputs besides the primary unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The inputs besides the primary unit.
    pub inputs: Map,
    /// The number of the units, in proportion to the other groups.
    pub weight: f64,
}

/// The units that were counted elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Among<'a> {
    /// The units of an experiment that were counted.
    pub counted: Counted,
    /// Whether the units of each of [`Design::cohorts`] were counted. The weights of groups are the
    /// numbers of units that were counted then, so that a group from which scripts exclude more units
    /// has more units than it seems. `None` if the weights are those of all units.
    pub cohorts: Option<&'a [bool]>,
    /// The inputs that are not known. What depends on them has no share.
    pub unknown: &'a [&'a str],
}

/// The units that a result is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All units of the namespace.
    All,
    /// The units of one of [`Design::cohorts`].
    Cohort(usize),
    /// The units of all cohorts that run the same definition. This is the first of them.
    Definition(usize),
}

/// The designed distribution of a namespace's assignments.
#[derive(Debug)]
pub struct Design<'n> {
    /// The namespace.
    pub namespace: &'n Namespace,
    /// The units that are counted.
    pub counted: Counted,
    /// The units of each active experiment, in order, and then those without one.
    pub cohorts: Vec<Cohort>,
    /// The distribution of each param over all units.
    pub params: IndexMap<String, Result<Distribution, Obstacle>>,
    /// The params that follow from another one for all units.
    pub follows: Vec<Follows>,
}

/// The units of an experiment, or those of the default.
#[derive(Debug)]
pub struct Cohort {
    /// The experiment; `None` for the default one.
    pub experiment: Option<String>,
    /// The definition that its units run.
    pub definition: String,
    /// The number of its segments.
    pub segments: usize,
    /// Its share of all units of the namespace. If only units in experiments count, these are fewer
    /// than all.
    pub share: Result<f64, Obstacle>,
    /// The distribution of each param over its units, including the params of the default.
    pub params: IndexMap<String, Result<Distribution, Obstacle>>,
    /// The params that its own script may set, as far as the script can be followed.
    pub own: IndexSet<String>,
    /// The params of its own script that follow from another one.
    pub follows: Vec<Follows>,
    /// The reason why nothing is known of its script or of the default's.
    pub beyond: Option<Obstacle>,
}

impl Design<'_> {
    /// The distribution of a param; `None` for a param that no script sets.
    pub fn param(&self, scope: Scope, name: &str) -> Option<Result<&Distribution, &Obstacle>> {
        let (params, cohorts) = match scope {
            Scope::All => (&self.params, self.cohorts.as_slice()),
            // All cohorts of a definition have the same params.
            Scope::Cohort(index) | Scope::Definition(index) => {
                let cohort = self.cohorts.get(index)?;
                (&cohort.params, std::slice::from_ref(cohort))
            }
        };
        let beyond = cohorts.iter().find_map(|cohort| cohort.beyond.as_ref()).map(Err);
        params.get(name).map(Result::as_ref).or(beyond)
    }

    /// Forgets all shares that depend on inputs.
    pub(super) fn hide(&mut self, obstacle: &Obstacle) {
        let hide = |params: &mut IndexMap<String, Result<Distribution, Obstacle>>| {
            params.values_mut().for_each(|found| *found = Err(obstacle.clone()));
        };
        hide(&mut self.params);
        self.follows.clear();
        for cohort in &mut self.cohorts {
            hide(&mut cohort.params);
            cohort.follows.clear();
            cohort.beyond = Some(obstacle.clone());
            if self.counted == Counted::InExperiment {
                cohort.share = Err(obstacle.clone());
            }
        }
    }

    /// The distribution of a param, if it is known.
    pub(crate) fn known(&self, scope: Scope, name: &str) -> Option<&Distribution> {
        self.param(scope, name).and_then(Result::ok)
    }

    /// The cohort of an experiment by name, or of the default.
    pub fn cohort(&self, experiment: Option<&str>) -> Option<usize> {
        self.cohorts.iter().position(|cohort| cohort.experiment.as_deref() == experiment)
    }
}

/// The sum over groups, before shares are divided by their total.
#[derive(Default)]
struct Sum {
    share: Option<Result<f64, Obstacle>>,
    params: IndexMap<String, Result<Distribution, Obstacle>>,
    own: IndexSet<String>,
    /// `None` before the first group.
    follows: Option<Vec<Follows>>,
    beyond: Option<Obstacle>,
    /// Whether any of its units occur.
    occurs: bool,
}

/// The distributions of a namespace's scripts for a group of inputs.
struct Followed {
    /// By active experiment.
    experiments: Vec<Enumerated>,
    default: Enumerated,
    /// The counted units of the default experiment, if not all are counted.
    alone: Option<Enumerated>,
}

fn follow(namespace: &Namespace, group: &Group, among: &Among<'_>) -> Followed {
    let inputs = (&group.inputs, among.unknown);
    let counted = among.counted;
    let enumerate = |experiment, counted| enumerate(namespace, experiment, inputs, counted);
    let default = namespace.default_experiment();
    let experiments = namespace.experiments().iter();
    Followed {
        experiments: experiments.map(|experiment| enumerate(experiment, counted)).collect(),
        default: enumerate(default, Counted::All),
        alone: match counted {
            Counted::All => None,
            Counted::InExperiment => Some(enumerate(default, counted)),
        },
    }
}

/// Follows the scripts of a namespace for each group of inputs.
pub fn design<'n>(namespace: &'n Namespace, groups: &[Group], counted: Counted) -> Design<'n> {
    design_among(namespace, groups, &Among { counted, ..Among::default() })
}

/// The same for units that were counted elsewhere.
pub fn design_among<'n>(
    namespace: &'n Namespace,
    groups: &[Group],
    among: &Among<'_>,
) -> Design<'n> {
    let counted = among.counted;
    let total: f64 = groups.iter().map(|group| group.weight).sum();
    let total = if total > 0.0 { total } else { 1.0 };
    let experiments = namespace.experiments();
    let mut sums: Vec<Sum> = Vec::new();
    sums.resize_with(experiments.len() + 1, Sum::default);
    for groups in groups.chunks(AT_ONCE) {
        let followed = parallel::map(groups.iter().collect(), |group| {
            (group, follow(namespace, group, among))
        });
        for (group, followed) in followed {
            let shares = shares(namespace, group);
            let of_default = followed.alone.as_ref().unwrap_or(&followed.default);
            let all: Vec<&Enumerated> = followed.experiments.iter().chain([of_default]).collect();
            let mut weight = group.weight / total;
            if let Some(cohorts) = among.cohorts {
                let counted = shares.iter().zip(&all).zip(cohorts).filter(|(_, among)| **among);
                let counted: Result<f64, &Obstacle> =
                    counted.map(|((share, script), _)| Ok(share * script.counted.as_ref()?)).sum();
                weight = match counted {
                    Ok(counted) if counted > NOTHING => weight / counted,
                    // These units should not have been counted.
                    Ok(_) => 0.0,
                    Err(_) => weight,
                };
            }
            for ((sum, script), share) in sums.iter_mut().zip(&all).zip(shares) {
                let below = (!std::ptr::eq(*script, of_default)).then_some(&followed.default);
                sum.add(weight * share, script, below);
            }
        }
    }
    let free = namespace.free_segments().len();
    let described = experiments
        .iter()
        .map(|experiment| (Some(experiment.name()), experiment, experiment.segments().len()));
    let described = described.chain([(None, namespace.default_experiment(), free)]);
    let cohorts: Vec<Cohort> = described
        .zip(sums)
        .map(|((name, experiment, segments), sum)| Cohort {
            experiment: name.map(str::to_owned),
            definition: experiment.definition().to_owned(),
            segments,
            own: sum.own.clone(),
            follows: sum.follows.clone().unwrap_or_default(),
            beyond: sum.beyond.clone(),
            share: sum.share.clone().unwrap_or(Ok(0.0)),
            params: sum.normalized(),
        })
        .collect();
    let params = overall(&cohorts);
    let inhabited = cohorts.iter().filter(|it| it.share.as_ref().is_ok_and(|it| *it > NOTHING));
    let follows = inhabited.map(|cohort| cohort.follows.clone()).reduce(common).unwrap_or_default();
    Design { namespace, counted, cohorts, params, follows }
}

/// The shares of the experiments' segments, and then the share of those of no experiment.
fn shares(namespace: &Namespace, group: &Group) -> Vec<f64> {
    let baseline = group.inputs.get(BASELINE) == Some(&Value::Bool(true));
    let of = |segments: usize| segments as f64 / f64::from(namespace.segment_count());
    let shares = namespace
        .experiments()
        .iter()
        .map(|experiment| if baseline { 0.0 } else { of(experiment.segments().len()) });
    let mut shares: Vec<f64> = shares.collect();
    shares.push(1.0 - shares.iter().sum::<f64>());
    shares
}

/// The params that follow from the same other param in both, and in the same way.
fn common(one: Vec<Follows>, other: Vec<Follows>) -> Vec<Follows> {
    let both = one.into_iter().filter_map(|mut it| {
        let same = |them: &&Follows| (&them.param, &them.from) == (&it.param, &it.from);
        let them = other.iter().find(same)?;
        for (from, value) in &them.values {
            match it.values.get(from) {
                Some(known) if known != value => return None,
                Some(_) => {}
                None => {
                    it.values.insert(Exact::clone(from), Exact::clone(value));
                }
            }
        }
        Some(it)
    });
    both.collect()
}

fn enumerate(
    namespace: &Namespace,
    experiment: &Experiment,
    inputs: (&Map, &[&str]),
    counted: Counted,
) -> Enumerated {
    let script = experiment.script();
    let mut found = script.enumerate_partly(experiment.salt(), namespace.unit(), inputs, counted);
    let salt = Salt::of_segments(namespace.hashed_name(), namespace.segment_hashing());
    let mut segment: DrawText = salt.begin();
    segment.push_unit();
    if found.keys.contains(&Key::from(segment)) {
        found.beyond.get_or_insert(Obstacle::SegmentDraw);
    }
    found
}

impl Sum {
    /// Adds a group's units of an experiment, whose params override the default's.
    fn add(&mut self, weight: f64, over: &Enumerated, below: Option<&Enumerated>) {
        self.own.extend(over.params.keys().cloned());
        if weight > NOTHING {
            let known = self.follows.take();
            let found = over.follows.clone();
            self.follows = Some(known.map_or(found.clone(), |known| common(known, found)));
        }
        let beyond = over.beyond.as_ref().or(below.and_then(|below| below.beyond.as_ref()));
        self.beyond = self.beyond.take().or_else(|| beyond.cloned());
        let share = match (&over.counted, self.share.take()) {
            (_, before) if weight <= NOTHING => before.unwrap_or(Ok(0.0)),
            (Ok(counted), None) => Ok(weight * counted),
            (Ok(counted), Some(Ok(sum))) => Ok(sum + weight * counted),
            (_, Some(Err(obstacle))) => Err(obstacle),
            (Err(obstacle), _) => Err(obstacle.clone()),
        };
        let weight = match &over.counted {
            Ok(counted) => weight * counted,
            Err(_) => weight,
        };
        self.share = Some(share);
        // Params of units that do not occur are shown, too, until there are any that do.
        let factor = match (weight > NOTHING, self.occurs) {
            (true, true) => weight,
            (true, false) => {
                self.occurs = true;
                self.params.values_mut().for_each(|sum| *sum = Ok(Distribution::default()));
                weight
            }
            (false, true) => 0.0,
            (false, false) => NOTHING,
        };
        let names =
            over.params.keys().chain(below.into_iter().flat_map(|design| design.params.keys()));
        let names: IndexSet<&String> = names.collect();
        for name in names {
            let found = match below {
                None => over.param(name),
                Some(below) => overlay(name, over, below),
            };
            let sum = self.params.entry(name.clone()).or_insert(Ok(Distribution::default()));
            if factor > 0.0 {
                add(sum, found.as_ref(), factor);
            }
        }
    }

    fn normalized(mut self) -> IndexMap<String, Result<Distribution, Obstacle>> {
        let total = self.share.and_then(Result::ok).unwrap_or(1.0).max(NOTHING);
        for found in self.params.values_mut() {
            if let Ok(sum) = found {
                let mut scaled = Distribution::default();
                *found = scaled.add(sum, 1.0 / total).map(|()| scaled);
            }
        }
        self.params
    }
}

/// Adds to a sum, unless the distribution is unknown.
fn add(
    sum: &mut Result<Distribution, Obstacle>,
    found: Result<&Distribution, &Obstacle>,
    factor: f64,
) {
    let added = match (&mut *sum, found) {
        (Ok(sum), Ok(found)) => sum.add(found, factor),
        (Ok(_), Err(obstacle)) => Err(obstacle.clone()),
        (Err(_), _) => Ok(()),
    };
    if let Err(obstacle) = added {
        *sum = Err(obstacle);
    }
}

/// A param of an experiment, or of the default if the experiment does not set it.
fn overlay(name: &str, over: &Enumerated, below: &Enumerated) -> Result<Distribution, Obstacle> {
    let mut sum = over.param(name)?;
    let left = 1.0 - sum.total();
    if left <= 1e-9 {
        return Ok(sum);
    }
    let fallback = below.param(name)?;
    if fallback.is_empty() {
        return Ok(sum);
    }
    // One draw must not decide both whether the param is set and the default's value of it.
    if !sum.is_empty() && over.shares_draws(below) {
        return Err(Obstacle::SharedDraw);
    }
    sum.add(&fallback, left)?;
    Ok(sum)
}

/// The params over all units: those of the cohorts, in proportion to their shares.
fn overall(cohorts: &[Cohort]) -> IndexMap<String, Result<Distribution, Obstacle>> {
    let total: Result<f64, Obstacle> = cohorts.iter().map(|cohort| cohort.share.clone()).sum();
    let mut params = IndexMap::new();
    // The default's params come first, as in an assignment.
    for cohort in cohorts.iter().rev() {
        for (name, found) in &cohort.params {
            let sum = params.entry(name.clone()).or_insert(Ok(Distribution::default()));
            match (&cohort.share, &total) {
                (Ok(share), Ok(_)) if *share <= NOTHING => {}
                (Ok(share), Ok(total)) => add(sum, found.as_ref(), share / total),
                (Err(obstacle), _) | (_, Err(obstacle)) => add(sum, Err(obstacle), 1.0),
            }
        }
    }
    params
}
