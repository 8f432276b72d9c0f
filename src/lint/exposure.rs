//! A `return` that leaves units out of the log because of what they have drawn.

use super::flow::Known;
use super::hashes::{ANY, likely_unit};
use super::script::Script;
use crate::diagnostic::{Code, Diagnostic};
use crate::distribution::{Run, selected_by_exposure};
use crate::eval;
use crate::source::Span;
use crate::tree::{Kind, Node};
use crate::wire::{Form, Operator};

/// Looks for params whose draw decides who is logged.
pub(super) fn check(script: &Script<'_>, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(place), Some(unit)) = (leaving(script), known.unit.or_else(|| likely_unit(script)))
    else {
        return;
    };
    if script.calls.iter().all(|call| call.random().is_none()) {
        return;
    }
    let Ok(compiled) = eval::Script::from_node(script.root.clone(), script.dialect) else {
        return;
    };
    let run = Run { script: &compiled, salt: ANY };
    for selected in selected_by_exposure(&run, unit).unwrap_or_default() {
        let param = &selected.param;
        let message = format!("the draw of `{param}` decides which units are logged");
        let mut finding = Diagnostic::finding(Code::SelectedExposure, place, message)
            .label("units that return here are not logged");
        if let Some(set) = script.assignments_of(param).next() {
            finding = finding.also(set.place, format!("`{param}` is set here"));
        }
        let mut help =
            vec![format!("the shares of all units, with `{param}` as a and logged units as b:")];
        help.extend(selected.table.lines().into_iter().map(|line| format!("  {line}")));
        help.push(
            "the logged units are selected after the treatment: return before it is drawn, or for all of its values alike"
                .to_owned(),
        );
        found.push(finding.help_lines(help));
    }
}

/// The first `return` that may be of a false value.
fn leaving(script: &Script<'_>) -> Option<Span> {
    let mut nodes = vec![script.root];
    while let Some(node) = nodes.pop() {
        if let Some(value) = returned(node)
            && !script.constant(value).is_some_and(|value| value.is_true())
        {
            return Some(node.span);
        }
        nodes.extend(Form::of(node).parts().into_iter().rev());
    }
    None
}

/// The value of a `return`.
fn returned(node: &Node) -> Option<&Node> {
    let operator = Operator::of(node).filter(|it| it.name() == "return")?;
    operator.argument("value").filter(|value| value.kind != Kind::Invalid)
}
