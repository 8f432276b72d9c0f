//! Calls that fail, or that do not mean what they seem to mean.

use std::collections::BTreeSet;

use super::script::{Call, Script};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::{Function, Reason, SPECIAL_FORMS};
use crate::nearest::nearest;
use crate::source::Span;

/// Checks the calls of a script. `own` are the operators that only the project's evaluators know.
/// Nothing is known of their arguments.
pub(super) fn check(script: &Script<'_>, own: &BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    for call in &script.calls {
        match call.function {
            None if own.contains(call.operator) => {}
            None => found.push(unknown_operator(call, own)),
            Some(function) => known(script, call, function, found),
        }
    }
}

/// The project's own operators that a script calls.
pub(super) fn own(script: &Script<'_>, own: &BTreeSet<String>) -> BTreeSet<String> {
    let called = script.calls.iter().filter(|call| call.function.is_none());
    called.filter_map(|call| own.get(call.operator)).cloned().collect()
}

fn known(script: &Script<'_>, call: &Call<'_>, function: Function, found: &mut Vec<Diagnostic>) {
    if script.dialect.runtime_lacks(call.operator) {
        let message = format!("planout4j's runtime does not know `{}`", call.operator);
        found.push(
            Diagnostic::finding(Code::NotInPlanout4j, call.place(), message)
                .help("it is evaluated here, but not by services that run planout4j"),
        );
    }
    let missing: Vec<_> =
        function.required().filter(|name| call.argument(name).is_none()).collect();
    let unknown = unknown_arguments(call, function);
    if !missing.is_empty() {
        found.push(missing_arguments(call, function, &missing, &unknown));
        return;
    }
    for (name, place) in unknown {
        let message = format!("`{}` has no argument `{name}`", call.operator);
        let warning = Diagnostic::finding(Code::UnknownArgument, place, message);
        found.push(match nearest(name, function.parameters().iter().copied()) {
            Some(near) => warning.meant(near),
            None => warning.help("it is evaluated and not used: leave it out"),
        });
    }
    let has_salt = call.argument("salt").or(call.argument("full_salt")).is_some();
    if function.is_random() && call.variable.is_none() && !has_salt {
        let message =
            format!("`{}` has no salt: it is not assigned to a variable directly", call.operator);
        found.push(Diagnostic::finding(Code::NestedWithoutSalt, call.place(), message).help(
            "it fails when it is evaluated: assign it to a variable of its own, \
                 or add `salt=\"...\"`",
        ));
    } else if let Some(reason) = script.always_fails(call)
        // That has another code.
        && !matches!(reason, Reason::Weights { .. })
    {
        let message = format!("this always fails: {reason}");
        found.push(Diagnostic::finding(Code::AlwaysFails, call.node.span, message));
    }
}

fn unknown_operator(call: &Call<'_>, own: &BTreeSet<String>) -> Diagnostic {
    let operator = call.operator;
    let known = Function::NAMES.iter().chain(&SPECIAL_FORMS).copied();
    let known = known.filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
    let known = known.chain(own.iter().map(String::as_str));
    let message = format!("unknown operator `{operator}`");
    Diagnostic::finding(Code::UnknownOperator, call.place(), message).suggest(operator, known)
}

/// The arguments that a function does not know, and the places of their names.
fn unknown_arguments<'a>(call: &Call<'a>, function: Function) -> Vec<(&'a str, Span)> {
    let entries = call.arguments();
    let unknown = entries
        .filter(|entry| &*entry.key != "op" && !function.parameters().contains(&&*entry.key));
    unknown.map(|entry| (&*entry.key, entry.key_span)).collect()
}

fn missing_arguments(
    call: &Call<'_>,
    function: Function,
    missing: &[&str],
    unknown: &[(&str, Span)],
) -> Diagnostic {
    let operator = call.operator;
    if unknown.iter().any(|(name, _)| ["value", "values"].contains(name)) {
        let message = format!("`{operator}` takes its arguments by name");
        let mut names: Vec<_> = function.required().collect();
        // The arguments are shown in the usual order, with the unit last.
        names.sort_by_key(|name| *name == "unit");
        let names: Vec<_> = names.into_iter().map(|name| format!("{name}=...")).collect();
        return Diagnostic::finding(Code::MissingArgument, call.place(), message)
            .help(format!("write `{operator}({})`", names.join(", ")));
    }
    // A misspelt argument is reported at the place of the mistake.
    let misspelt = unknown.iter().find_map(|(name, place)| {
        nearest(name, missing.iter().copied()).map(|near| (*name, *place, near))
    });
    let quoted: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
    let what = match quoted.as_slice() {
        [one] => format!("its argument {one}"),
        several => format!("its arguments {}", several.join(", ")),
    };
    let message = format!("`{operator}` lacks {what}");
    match misspelt {
        Some((name, place, near)) => Diagnostic::finding(Code::MissingArgument, place, message)
            .help(format!("is `{name}` meant to be `{near}`?"))
            .replace(place, near),
        None => Diagnostic::finding(Code::MissingArgument, call.place(), message)
            .help(format!("add `{}=...`", missing[0])),
    }
}
