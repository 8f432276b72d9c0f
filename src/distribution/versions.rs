//! Two versions of what units of an experiment get, for those who plan changes.

use super::Obstacle;
use super::alternatives;
use super::cases::{self, Found};
use super::key::Key;
use super::shift::Shift;
use super::walk::Setting;
use crate::draw::DrawText;
use crate::eval::Script;
use crate::eval::dialects::in_dialect;
use crate::value::Map;

/// A script that units run through, with its experiment salt.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The script.
    pub script: &'a Script,
    /// The experiment salt.
    pub salt: &'a str,
}

/// Units of a scope whose inputs fulfil a condition, and what changes for them.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedCase {
    /// The condition in PlanOut language; `None` for all units. Those of one comparison exclude one
    /// another.
    pub condition: Option<String>,
    /// What changes, in shares of the units that fulfil it; or why that is not known.
    pub shift: Result<Shift, Obstacle>,
    /// Whether what changes does not depend on what the last scripts draw: all arms of an experiment
    /// see as much of a change that comes from the scripts before its own.
    pub is_alike: bool,
    /// Inputs that fulfil it, as far as any were found.
    pub examples: Vec<Map>,
}

/// Compares what units get before and after, exactly. A version is the scripts that a unit runs
/// through, in order: params of later ones are laid over those of earlier ones. Draws of one text
/// are one number in both versions; inputs are unknown, and the primary unit is never null.
///
/// Returns the cases in which anything changes, or may: in all others nothing does. Inputs for which
/// a script fails are the exception: where a condition fails for a value that is not null, such as
/// `age < 18` for a text, nothing is said of units that fail, nor of the others with that value.
///
/// ```
/// use planout::distribution::{Run, compare};
/// use planout::{Dialect, Script};
///
/// let script = |p: &str| {
///     let code = format!("if (country == 'DE') {{ x = bernoulliTrial(p={p}, unit=userid); }}");
///     Script::compile("x", &code, Dialect::Planout)
/// };
/// let (before, after) = (script("0.5")?, script("0.6")?);
/// let version = |script| [Run { script, salt: "shop.run1" }];
/// let cases = compare(&version(&before), &version(&after), "userid")?;
/// assert_eq!(cases.len(), 1);
/// assert_eq!(cases[0].condition.as_deref(), Some("country == 'DE'"));
/// assert!((cases[0].shift.as_ref().map_or(0.0, |shift| shift.any) - 0.1).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The reason why it cannot be known.
pub fn compare(
    before: &[Run<'_>],
    after: &[Run<'_>],
    unit: &str,
) -> Result<Vec<ComparedCase>, Obstacle> {
    compare_in(before, after, unit, None)
}

/// The same for units of some segments, which are drawn by a text of their own.
pub(crate) fn compare_in(
    before: &[Run<'_>],
    after: &[Run<'_>],
    unit: &str,
    segment: Option<DrawText>,
) -> Result<Vec<ComparedCase>, Obstacle> {
    let Some(dialect) = before.first().map(|run| run.script.dialect()) else {
        return Ok(Vec::new());
    };
    if before.iter().chain(after).any(|run| run.script.dialect() != dialect) {
        return Err(Obstacle::Dialects);
    }
    let setting = |run| setting(run, unit);
    let [before, after]: [Vec<_>; 2] =
        [before, after].map(|runs| runs.iter().map(setting).collect());
    in_dialect!(dialect, S => {
        let Found { cases, keys, met } = cases::compare::<S>(&before, &after, unit)?;
        if segment.is_some_and(|segment| keys.contains(&Key::from(segment))) {
            return Err(Obstacle::SegmentDraw);
        }
        Ok(alternatives::together::<S>(cases, &met, dialect))
    })
}

pub(super) fn setting<'a>(run: &Run<'a>, unit: &'a str) -> Setting<'a> {
    Setting { program: run.script.program(), salt: run.salt, unit, inputs: None, unknown: &[] }
}
