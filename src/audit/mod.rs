//! The proof that params are independent of one another: of all pairs of params of all namespaces,
//! those that are not, with their exact joint distribution.
//!
//! ```
//! use planout::{Dialect, NamespaceBuilder, Script, audit};
//!
//! let code = "size = uniformChoice(choices=[10, 20], unit=userid, salt='x');
//!     color = uniformChoice(choices=['red', 'blue'], unit=userid, salt='x');";
//! let script = Script::compile("page", code, Dialect::Planout4j)?;
//! let page = NamespaceBuilder::new("page", "userid", 100);
//! let page = page.define("Page", script)?.default_experiment("Page")?.build()?;
//! let found = audit::audit(&[page], 10);
//! assert_eq!((found.pairs, found.independent), (1, 0));
//! assert_eq!(found.dependent[0].leak, 0.5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - A **pair** is two params, each of an active experiment or of a default experiment, which all units
//!   run through. Two experiments of one namespace are not a pair, as no unit is in both.
//! - Two params are **independent** if, whatever the inputs of a unit are, the value of one says nothing
//!   of the value of the other, nor of whether the unit is in the other's experiment.
//! - Numbers of different texts are independent, and so are the ids of different primary units.
//!
//! Draws are looked up by their texts, and only the scripts that share one are run together, so the
//! work grows with the number of params and of dependent pairs. Segments that are drawn from one
//! number are counted by their remainders.

mod carry_over;
mod control;
mod draws;
mod experiments;
mod params;
pub(crate) mod segments;

pub(crate) use self::carry_over::may_repeat;
pub use self::carry_over::{CarryOver, carry_over, deviation};
pub(crate) use self::control::on_pool;
use self::experiments::Experiments;
pub(crate) use self::params::is_param;
use self::params::{members, pairs};
use crate::distribution::{Obstacle, Table};
use crate::namespace::Namespace;

/// The findings about all pairs of params.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// The number of pairs.
    pub pairs: u64,
    /// The number of pairs that are proved to be independent.
    pub independent: u64,
    /// Those that are not, the worst first.
    pub dependent: Vec<Dependent>,
    /// The number of those that are left out of the list.
    pub unlisted: u64,
    /// Those of which it is not known.
    pub unknown: Vec<Unknown>,
    /// The number of pairs of which it is not known, in the list or not.
    pub unknown_pairs: u64,
}

/// A param of an experiment, or an experiment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The namespace.
    pub namespace: String,
    /// The experiment; `None` for the default one.
    pub experiment: Option<String>,
    /// The param; `None` for all params of the experiment.
    pub param: Option<String>,
}

/// The reason why two params depend on one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// One draw of a script decides both, as it is written there.
    OneDraw,
    /// Two draws have the same text, and so are one number.
    SameText,
    /// The segments of both experiments come from one number.
    Segments,
}

impl Reason {
    /// The word for the reason.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::OneDraw => "one draw",
            Reason::SameText => "same text",
            Reason::Segments => "segments",
        }
    }
}

/// Two params that are not independent, or two experiments.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependent {
    /// The first one, whose outcomes are the rows of the table.
    pub a: Place,
    /// The other one.
    pub b: Place,
    /// The reason.
    pub reason: Reason,
    /// The exact joint distribution: for params, of the units that run through both scripts; for
    /// experiments, of all units, by whether they are in each.
    pub table: Table,
    /// The leak of the table.
    pub leak: f64,
    /// The condition on inputs under which that is so; `None` if it is so for all units.
    pub condition: Option<String>,
    /// The number of pairs of params that this says something of.
    pub pairs: u64,
}

/// Params of which it is not known whether they are independent.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// The first one.
    pub a: Place,
    /// The other one; `None` for all others.
    pub b: Option<Place>,
    /// The reason why it is not known.
    pub reason: Unproved,
    /// The number of pairs of params that this says something of.
    pub pairs: u64,
}

/// The reason why it is not known whether two params are independent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unproved {
    /// A script cannot be followed.
    #[error(transparent)]
    Obstacle(#[from] Obstacle),
    /// The work has a limit.
    #[error("there are too many pairs to compare all of them")]
    TooMany,
}

impl Audit {
    /// The number of pairs that are not independent.
    pub fn dependent_pairs(&self) -> u64 {
        self.pairs - self.independent - self.unknown_pairs
    }

    /// Whether params are not independent though no script says so: for another reason than
    /// [`Reason::OneDraw`].
    pub fn has_surprise(&self) -> bool {
        self.unlisted > 0 || self.dependent.iter().any(|found| found.reason != Reason::OneDraw)
    }
}

/// Looks at all pairs of params. At most `most` findings of each kind are listed: params that are not
/// independent, and params of which it is not known.
pub fn audit(namespaces: &[Namespace], most: usize) -> Audit {
    let mut members = members(namespaces);
    let candidates = draws::candidates(&mut members);
    let compared = draws::compare(&members, candidates);
    let experiments = Experiments::compare(&members, most);

    let all = pairs(&members, |_| true);
    let known = pairs(&members, |param| param.draws.is_ok());
    let mut dependent = experiments.pairs;
    let mut unknown = all - known + experiments.left_out_pairs();
    for found in &compared {
        let scripts = found.scripts();
        let is_left_out = experiments.is_left_out(scripts);
        let is_by_segments = !is_left_out && experiments::depend(&members, scripts);
        // Each pair counts once, by the most that is known of it.
        match found.outcome {
            _ if is_by_segments => {}
            Ok(_) => dependent += 1,
            Err(_) if !is_left_out => unknown += 1,
            Err(_) => {}
        }
        if is_left_out && found.outcome.is_ok() {
            unknown -= 1;
        }
    }
    let independent = all - unknown - dependent;
    let counts = Audit { pairs: all, independent, unknown_pairs: unknown, ..Audit::default() };
    let mut audit = counts;
    audit.unlisted = experiments.found;
    audit.dependent = experiments.worst(&members);
    audit.unknown = params::unknown(&members);
    for found in compared {
        found.name(&members, &mut audit);
    }
    audit.unknown.extend(experiments.left_out(&members));
    audit.dependent.sort_by(|one, other| other.leak.total_cmp(&one.leak));
    audit.dependent.truncate(most);
    audit.unlisted -= audit.dependent.len() as u64;
    audit.unknown.truncate(most);
    audit
}
