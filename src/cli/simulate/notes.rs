//! Notes about the inputs of units.

use planout::simulate::{DEFAULT, Joint, Logged};

/// The notes about inputs that are drawn, and about those that are null. `told` are inputs that are
/// known otherwise.
pub(in crate::cli) fn of_joint(
    joint: &Joint<'_>,
    combinations: usize,
    told: &[&str],
) -> Vec<String> {
    let mut notes = of_drawn(joint, combinations);
    let mut unknown = joint.missing();
    unknown.retain(|name| !told.contains(name));
    notes.extend(missing(&unknown));
    notes
}

/// The notes about inputs that are drawn.
pub(super) fn of_drawn(joint: &Joint<'_>, combinations: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if joint.drawn().len() > 0 {
        let s = if combinations == 1 { "" } else { "s" };
        let names = list(joint.drawn());
        notes.push(format!("{combinations} combination{s} of {names}, drawn as they are declared"));
    }
    if !joint.left_out().is_empty() {
        let names = list(joint.left_out().iter().copied());
        notes.push(format!("too many combinations with the declared values of {names}"));
    }
    notes
}

/// The note about inputs that scripts read, and that were not logged.
pub(super) fn unknown(names: &[&str]) -> Option<String> {
    let (is, them) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
    let all = list(names.iter().copied());
    let note = || {
        format!("scripts read {all}, which {is} not in the file: shares by {them} are not known")
    };
    (!names.is_empty()).then(note)
}

/// The note about inputs that scripts read, and that no unit has.
pub(in crate::cli) fn missing(names: &[&str]) -> Option<String> {
    let is = if names.len() == 1 { "is" } else { "are" };
    let all = list(names.iter().copied());
    (!names.is_empty()).then(|| format!("scripts read {all}, which {is} null for all units"))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The notes about a log of exposures, or about rows.
pub(super) fn of_log(logged: &Logged<'_>, is_log: bool) -> Vec<String> {
    let units = crate::cli::text::units(logged.units() as u64);
    let verb = if is_log { "exposed" } else { "logged" };
    let mut notes = vec![format!("{units} {verb}")];
    let mut note = |count: u64, one: &str, many: &str| match count {
        0 => {}
        1 => notes.push(format!("1 {one}")),
        count => notes.push(format!("{count} {many}")),
    };
    if is_log {
        note(
            logged.other_events,
            "record of another event ignored",
            "records of other events ignored",
        );
        note(
            logged.other_experiments,
            "record of another experiment ignored",
            "records of other experiments ignored",
        );
    } else {
        note(
            logged.other_events,
            "row of a unit that is not in its experiment ignored",
            "rows of units that are not in their experiment ignored",
        );
    }
    let different = logged.differences();
    note(
        logged.without_inputs,
        "unit left out: the file of inputs does not have it",
        "units left out: the file of inputs does not have them",
    );
    note(
        logged.evaluated,
        "unit without params in the file: its own are evaluated",
        "units without params in the file: their own are evaluated",
    );
    note(
        different.unknown,
        "unit cannot be compared: its script reads inputs that the file does not have",
        "units cannot be compared: their scripts read inputs that the file does not have",
    );
    if let Some(failure) = &different.failure {
        note(
            different.failed,
            &format!("unit cannot be evaluated: {failure}"),
            &format!("units cannot be evaluated; the first: {failure}"),
        );
    }
    notes.extend(unknown(&logged.missing()));
    for experiment in logged.empty() {
        let name = if experiment.name().is_empty() { DEFAULT } else { experiment.name() };
        notes.push(format!("no unit of `{name}`"));
    }
    notes
}
