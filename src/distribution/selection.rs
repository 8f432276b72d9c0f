//! Params whose shares among the logged units differ from those among all: a `return false` that
//! depends on their draw.

use std::collections::HashMap;

use super::joint::{LOGGED, tables};
use super::shares::Exact;
use super::table::{Cell, ROUNDING, Table};
use super::{Obstacle, Run};
use crate::value::Value;

/// A param whose draw decides which units are logged.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    /// The param.
    pub param: String,
    /// The shares of the units with each value of the param, by whether they are logged: the second
    /// value is `true` for those that are.
    pub table: Table,
}

/// The params that are drawn before a `return` that depends on this draw: among the logged units, their
/// values have other shares than among all that get them, so a test of the logged units against the
/// design says nothing of the params that were selected.
///
/// A param that has one value among the logged units only decides who takes part, if another param
/// still has several, with the shares that were drawn. It is not listed.
///
/// ```
/// use planout::distribution::{Run, selected_by_exposure};
/// use planout::{Dialect, Script};
///
/// let script = |code: &str| Script::compile("x", code, Dialect::Planout);
/// let late = script("ad = bernoulliTrial(p=0.5, unit=userid); if (!ad) { return false; }")?;
/// let found = selected_by_exposure(&Run { script: &late, salt: "s" }, "userid")?;
/// assert_eq!(found[0].param, "ad");
/// let early = script(
///     "on = bernoulliTrial(p=0.1, unit=userid); if (!on) { return false; }
///      ad = bernoulliTrial(p=0.5, unit=userid);",
/// )?;
/// assert!(selected_by_exposure(&Run { script: &early, salt: "s" }, "userid")?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The reason why it cannot be known.
pub fn selected_by_exposure(run: &Run<'_>, unit: &str) -> Result<Vec<Selected>, Obstacle> {
    let params = run.script.sets();
    if !run.script.can_leave() || !run.script.draws() {
        return Ok(Vec::new());
    }
    let pairs: Vec<[&str; 2]> = params.iter().map(|param| [*param, LOGGED]).collect();
    let cases = tables([run, run], unit, &pairs);
    let mut found: Vec<Selected> = Vec::new();
    let mut obstacle = cases.beyond;
    for case in cases.tables {
        let mut selected = Vec::new();
        let mut has_arms = false;
        for (param, table) in params.iter().zip(case) {
            let table = match table {
                Ok(table) => table,
                Err(why) => {
                    obstacle.get_or_insert(why);
                    continue;
                }
            };
            let logged = Logged::new(&table);
            match logged.is_selected() {
                true => selected.push((*param, logged.outcomes(), table)),
                false => has_arms |= logged.outcomes() > 1,
            }
        }
        // What only decides who takes part is no treatment.
        selected.retain(|(_, outcomes, _)| *outcomes > 1 || !has_arms);
        for (param, _, table) in selected {
            if found.iter().all(|known| known.param != param) {
                found.push(Selected { param: param.to_owned(), table });
            }
        }
    }
    match obstacle {
        Some(obstacle) if found.is_empty() => Err(obstacle),
        _ => Ok(found),
    }
}

/// The shares of a param's values among the units that have it, and among the logged ones.
struct Logged<'t> {
    shares: HashMap<&'t Cell, [f64; 2]>,
}

impl<'t> Logged<'t> {
    fn new(table: &'t Table) -> Logged<'t> {
        let yes = Cell::Value(Exact(Value::from(true)));
        let mut shares: HashMap<&Cell, [f64; 2]> = HashMap::new();
        for (cell, logged, share) in table.cells().filter(|(cell, ..)| **cell != Cell::Unset) {
            let sums = shares.entry(cell).or_default();
            sums[0] += share;
            sums[1] += if *logged == yes { share } else { 0.0 };
        }
        Logged { shares }
    }

    /// The number of values among the logged units.
    fn outcomes(&self) -> usize {
        self.shares.values().filter(|[_, logged]| *logged > ROUNDING).count()
    }

    fn is_selected(&self) -> bool {
        let totals = [0, 1].map(|which| self.shares.values().map(|it| it[which]).sum::<f64>());
        totals[1] > ROUNDING
            && self
                .shares
                .values()
                .any(|[all, logged]| (all / totals[0] - logged / totals[1]).abs() > ROUNDING)
    }
}
