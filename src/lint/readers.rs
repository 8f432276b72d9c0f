//! What planout4j would read otherwise than it is meant, or not at all: our extensions.

use super::script::{Script, form};
use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Level, Levels};
use crate::dialect::Dialect;
use crate::source::Span;
use crate::tree::{Kind, Map, Node};

/// The codes of this file.
const CODES: [Code; 3] = [Code::ReadersDialect, Code::ReadersSegments, Code::ReadersScript];

/// Variables that planout4j's evaluator keeps its own data under.
const RESERVED: [&str; 2] = ["data", "_overrides"];

/// How sure it is that planout4j reads what is shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing says so.
    Unlikely,
    /// It is shipped in the layout that planout4j has in Redis.
    Possible,
    /// The project says so.
    Certain,
}

impl Reading {
    /// The levels that are in force, but for those that somebody has chosen.
    pub(super) fn settle(self, levels: &mut Levels) {
        match self {
            Reading::Unlikely => {}
            Reading::Possible => CODES.iter().for_each(|code| levels.suggest(*code, Level::Warn)),
            Reading::Certain => levels.suggest(Code::NotInPlanout4j, Level::Error),
        }
    }

    /// Whether those who ship are told of a problem, be it no more than a warning.
    pub(super) fn concerns(self, code: Code) -> bool {
        self != Reading::Unlikely && (CODES.contains(&code) || code == Code::NotInPlanout4j)
    }
}

/// Looks at the settings of a namespace.
pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let header = subject.tree.as_map().and_then(|map| map.entry("namespace"));
    let Some(header) = header else {
        return;
    };
    let setting = |key: &str| header.value.as_map().and_then(|map| map.get(key));
    if subject.dialect != Dialect::Planout4j {
        let place = setting("dialect").map_or(header.key_span, |node| node.span);
        let message = format!(
            "planout4j does not know the dialect `{}`: it would run this in its own",
            subject.dialect
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

/// Looks at a script. One in another dialect is not meant for planout4j.
pub(super) fn check_script(script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    if script.dialect != Dialect::Planout4j {
        return;
    }
    let mut report = |place: Span, message: String, help: &str| {
        found.push(Diagnostic::finding(Code::ReadersScript, place, message).help(help));
    };
    let names = script.reads.iter().map(|it| (it.name, it.place));
    let names = names.chain(script.assignments.iter().map(|it| (it.name, it.place)));
    for (name, place) in names.filter(|(name, _)| RESERVED.contains(name)) {
        let message = format!("planout4j keeps data of its own under the name `{name}`");
        report(place, message, "give the variable another name");
    }
    let mut nodes = vec![script.root];
    while let Some(node) = nodes.pop() {
        if let Some((message, help)) = node.as_map().and_then(|map| fails(script, map)) {
            report(node.span, message.to_owned(), help);
        }
        let mut parts = form(node).parts();
        parts.reverse();
        nodes.extend(parts);
    }
}

/// Why planout4j cannot evaluate an operator, if that can be seen.
fn fails<'a>(script: &Script<'a>, map: &'a Map) -> Option<(&'static str, &'static str)> {
    let is_null = |key: &str| map.get(key).is_some_and(|node| node.kind == Kind::Null);
    match map.get("op")?.as_str()? {
        "literal" if is_null("value") => {
            Some(("planout4j cannot read a null after `@`", "write `null` without the `@`"))
        }
        "set" if is_null("value") => Some((
            "planout4j cannot set a variable to null",
            "leave the assignment out: what is not set is null",
        )),
        "equals" if is_null("left") || is_null("right") => Some((
            "planout4j cannot compare with null",
            "compare with a value that it can have, as in `(country ?? '') == ''`",
        )),
        "not" if is_null("value") => {
            Some(("planout4j cannot negate null", "write `true` in its place"))
        }
        "index" if is_place(script, map) => Some((
            "planout4j cannot take an element of a list by its place",
            "look it up in a map by a key that is text",
        )),
        // It is lost where planout4j compiles, and kept here, where JSON is what is shipped.
        _ if is_null("salt") => {
            Some(("planout4j cannot draw with a salt that is null", "leave the argument out"))
        }
        _ => None,
    }
}

/// Whether an `index` has a number that is written as a float, as planout4j's compiler writes all,
/// and a base that can be a list.
fn is_place<'a>(script: &Script<'a>, index: &'a Map) -> bool {
    let part = |key: &str| index.get(key).map(|node| script.settled(node));
    let is_float = part("index").is_some_and(|node| matches!(node.kind, Kind::Float(_)));
    let base = part("base").and_then(Node::as_map);
    let is_map = base.is_some_and(|base| match base.get("op").and_then(Node::as_str) {
        Some("literal") => base.get("value").is_some_and(|value| value.as_map().is_some()),
        op => op == Some("map"),
    });
    is_float && !is_map
}
