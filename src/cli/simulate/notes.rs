//! Notes about the inputs of units.

use planout::simulate::Joint;

/// The notes about inputs that are drawn, and about those that are null.
pub(super) fn of_joint(joint: &Joint<'_>, combinations: usize) -> Vec<String> {
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
    notes.extend(missing(&joint.missing()));
    notes
}

/// The note about inputs that scripts read, and that no unit has.
pub(super) fn missing(names: &[&str]) -> Option<String> {
    let is = if names.len() == 1 { "is" } else { "are" };
    let all = list(names.iter().copied());
    (!names.is_empty()).then(|| format!("scripts read {all}, which {is} null for all units"))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
