//! Extensions of ours that planout4j would misread, or could not read.

use super::script::Script;
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Level, Levels};
use crate::dialect::Dialect;
use crate::source::Span;
use crate::tree::{Kind, Node};
use crate::wire::{Branch, Form, Operator};

/// The codes of this file.
const CODES: [Code; 3] = [Code::ReadersDialect, Code::ReadersSegments, Code::ReadersScript];

/// The variables that planout4j's evaluator uses for its own data.
const RESERVED: [&str; 2] = ["data", "_overrides"];

/// How certain it is that planout4j reads the shipped namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// There is no hint that it does.
    Unlikely,
    /// The namespaces are shipped in the layout that planout4j uses in Redis.
    Possible,
    /// The project says that it does.
    Certain,
}

impl Reading {
    /// The levels in force, except those that somebody has chosen.
    pub(super) fn settle(self, levels: &mut Levels) {
        match self {
            Reading::Unlikely => {}
            Reading::Possible => CODES.iter().for_each(|code| levels.suggest(*code, Level::Warn)),
            Reading::Certain => levels.suggest(Code::NotInPlanout4j, Level::Error),
        }
    }

    /// Whether a problem is reported at a ship, even if it is only a warning.
    pub(super) fn concerns(self, code: Code) -> bool {
        self != Reading::Unlikely && (CODES.contains(&code) || code == Code::NotInPlanout4j)
    }
}

/// Checks the settings of a namespace.
pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let outline = subject.outline;
    let Some(header) = outline.header() else {
        return;
    };
    let setting = |key: &str| outline.setting(key).map(|entry| &entry.value);
    let dialect = outline.dialect();
    if dialect != Dialect::Planout4j {
        let place = setting("dialect").map_or(header.key_span, |node| node.span);
        let message = format!(
            "planout4j does not know the dialect `{dialect}`: it would run this in its own"
        );
        found.push(
            Diagnostic::finding(Code::ReadersDialect, place, message).help(
                "write it in the dialect `planout4j`, or ship it where planout4j does not read",
            ),
        );
        return;
    }
    let is_other = |key: &&str| {
        setting(key).is_some_and(|node| {
            node.kind != Kind::Null && node.as_str().is_none_or(|word| word.trim() != "shared")
        })
    };
    let keys = ["segment_hashing", "segment_pool", "segment_sampling"];
    if let Some(key) = keys.into_iter().find(is_other)
        && let Some(node) = setting(key)
    {
        let message =
            format!("planout4j does not know `{key}`: it would put units into other segments");
        found.push(
            Diagnostic::finding(Code::ReadersSegments, node.span, message)
                .help("leave it out, or ship it where planout4j does not read"),
        );
    }
}

/// Checks a script. A script in another dialect is not meant for planout4j.
pub(super) fn check_script(script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    if script.dialect != Dialect::Planout4j {
        return;
    }
    let mut report = |place: Span, message: String, help: &str| {
        found.push(Diagnostic::finding(Code::ReadersScript, place, message).help(help));
    };
    let names = script.reads.iter().map(|read| (read.name, read.place));
    let names = names
        .chain(script.assignments.iter().map(|assignment| (assignment.name, assignment.place)));
    for (name, place) in names.filter(|(name, _)| RESERVED.contains(name)) {
        let message = format!("planout4j keeps data of its own under the name `{name}`");
        report(place, message, "give the variable another name");
    }
    let mut nodes = vec![script.root];
    while let Some(node) = nodes.pop() {
        let operator = Operator::of(node);
        if let Some((message, help)) = operator.and_then(|operator| fails(script, operator)) {
            report(node.span, message.to_owned(), help);
        }
        for condition in
            conditions(node).into_iter().filter(|into_iter| is_empty_filter(script, into_iter))
        {
            let message = "planout4j cannot tell whether a filter of no choices is true";
            report(condition.span, message.to_owned(), "write `false` in its place");
        }
        let mut parts = Form::of(node).parts();
        parts.reverse();
        nodes.extend(parts);
    }
}

/// The reason why planout4j cannot evaluate an operator, if it can be seen.
fn fails<'a>(script: &Script<'a>, operator: Operator<'a>) -> Option<(&'static str, &'static str)> {
    let is_null =
        |key: &str| operator.argument(key).is_some_and(|argument| argument.kind == Kind::Null);
    match operator.name() {
        "literal" if is_null("value") => {
            Some(("planout4j cannot read a null after `@`", "write `null` without the `@`"))
        }
        "set" if is_null("value") => Some((
            "planout4j cannot set a variable to null",
            "leave the assignment out: a variable that is not set is null",
        )),
        "equals" if is_null("left") || is_null("right") => Some((
            "planout4j cannot compare with null",
            "compare with a value that it can have, as in `(country ?? '') == ''`",
        )),
        "not" if is_null("value") => {
            Some(("planout4j cannot negate null", "write `true` in its place"))
        }
        "index" if is_place(script, operator) => Some((
            "planout4j cannot take an element of a list by its place",
            "look it up in a map by a key that is text",
        )),
        // The null is lost where planout4j compiles, and is kept here, where JSON is shipped.
        _ if is_null("salt") => {
            Some(("planout4j cannot draw with a salt that is null", "leave the argument out"))
        }
        _ => None,
    }
}

/// The parts of an operator whose truth is tested.
fn conditions(node: &Node) -> Vec<&Node> {
    match Form::of(node) {
        Form::Condition(branches) => {
            branches.iter().filter_map(|branch| Branch::of(branch).condition).collect()
        }
        Form::Special(it) if matches!(it.name(), "and" | "or") => {
            it.list("values").iter().collect()
        }
        Form::Call(it) if it.name() == "not" => it.argument("value").into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether a node is a `bernoulliFilter` without choices: planout4j cannot test whether its list,
/// which is of a special class, is empty.
fn is_empty_filter<'a>(script: &Script<'a>, node: &'a Node) -> bool {
    let Some(call) = Operator::of(script.settled(node)) else {
        return false;
    };
    let choices = call.argument("choices").map(|choices| script.settled(choices));
    call.name() == "bernoulliFilter"
        && choices.and_then(|choices| script.elements(choices)).is_some_and(<[Node]>::is_empty)
}

/// Whether an `index` has a number that is written as a float, as planout4j's compiler writes all
/// numbers, and a base that can be a list.
fn is_place<'a>(script: &Script<'a>, index: Operator<'a>) -> bool {
    let part = |key: &str| index.argument(key).map(|node| script.settled(node));
    let is_float = part("index").is_some_and(|node| matches!(node.kind, Kind::Float(_)));
    let base = part("base").and_then(Operator::of);
    let is_map = base.is_some_and(|base| match base.name() {
        "literal" => base.argument("value").is_some_and(|value| value.as_map().is_some()),
        name => name == "map",
    });
    is_float && !is_map
}
