//! The findings of the guard in words, with advice.

use std::collections::BTreeSet;

use planout::guard::{Guard, Reassigned, Reassignment, Refusal, Verdict};
use planout::plan::Mismatch;
use planout::store::Contents;

use crate::cli::failure::{Failure, Outcome};

/// Checks that the named namespaces exist, at the source or at the target.
pub(super) fn check_names(guard: &Guard<'_>, target: &Contents) -> Outcome {
    let sources = guard.sources.iter().map(|loaded| loaded.name.as_str());
    let known = sources.chain(target.keys().map(String::as_str));
    match guard.unknown(target) {
        Some(name) => Err(Failure::unknown("namespace", name, known)),
        None => Ok(()),
    }
}

/// A note about units of new namespaces that could not be evaluated, for users who do not see the plan.
pub(super) fn note(verdict: &Verdict) -> Option<String> {
    let mut namespaces = Vec::new();
    let mut missing = BTreeSet::new();
    for namespace in &verdict.plan.namespaces {
        if let Some(sampled) = namespace.sampled().filter(|sampled| sampled.unfed > 0) {
            namespaces.push(namespace.name.as_str());
            missing.extend(sampled.missing.iter().map(|name| format!("`{name}`")));
        }
    }
    let missing: Vec<String> = missing.into_iter().collect();
    (!namespaces.is_empty()).then(|| {
        format!(
            "not all units of {} could be evaluated: `--units FILE` can add the inputs {}",
            namespaces.join(", "),
            missing.join(", ")
        )
    })
}

/// The failure for a refusal, with advice.
pub(super) fn refused(refusal: Refusal) -> Failure {
    let help = match &refusal {
        Refusal::Mismatch(found) if found.iter().any(Mismatch::is_setup) => {
            "ship with the settings of the plan, or make a new plan with these settings".to_owned()
        }
        Refusal::Reassignment(reassignment) => help(reassignment),
        _ => "make a new plan".to_owned(),
    };
    Failure::wrong(refusal).help(help)
}

fn help(reassignment: &Reassignment) -> String {
    let mut help = String::new();
    let any = |wanted: fn(&Reassigned) -> bool| reassignment.namespaces.iter().any(wanted);
    if any(|namespace| namespace.moves && !namespace.is_removed) {
        help.push_str("the plan shows a safe alternative; ");
    }
    if any(|namespace| namespace.fails) {
        help.push_str("correct the scripts, or add the inputs of units with `--units FILE`; ");
    }
    if any(|namespace| namespace.is_removed) {
        help.push_str(
            "end the experiments with an appended `remove` before you prune their namespaces; ",
        );
    }
    let names: Vec<&str> =
        reassignment.namespaces.iter().map(|namespace| namespace.name.as_str()).collect();
    format!("{help}if this is intended, add `--allow-reassignment {}`", names.join(","))
}
