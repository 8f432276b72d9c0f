//! An audit as text, for people.

use planout::audit::{Audit, Dependent, Place, Reason, Unknown};

use crate::cli::text::Text;

pub(super) fn text(audit: &Audit) -> Text {
    let mut text = Text::default();
    for found in &audit.dependent {
        dependent(found, &mut text);
        text.line("");
    }
    for found in &audit.unknown {
        unknown(found, &mut text);
        text.line("");
    }
    if audit.unlisted > 0 {
        text.line(format!("{} more findings are not listed: see `--limit`", audit.unlisted));
    }
    text.line(format!(
        "{}: {} independent, {} not independent, {} not known",
        pairs(audit.pairs),
        audit.independent,
        audit.dependent_pairs(),
        audit.unknown_pairs
    ));
    text
}

fn pairs(pairs: u64) -> String {
    match pairs {
        1 => "1 pair of params".to_owned(),
        pairs => format!("{pairs} pairs of params"),
    }
}

fn dependent(found: &Dependent, text: &mut Text) {
    text.line(format!("leak {:.4}: {}", found.leak, why(found)));
    text.line(format!("  a: {}", place(&found.a)));
    text.line(format!("  b: {}", place(&found.b)));
    if let Some(condition) = &found.condition {
        text.line(format!("  where {condition}"));
    }
    found.table.lines().iter().for_each(|line| text.line(format!("  {line}")));
}

fn why(found: &Dependent) -> String {
    match found.reason {
        Reason::OneDraw => "one draw decides both, as their script says".to_owned(),
        Reason::SameText => "two draws have the same text, so they are one number".to_owned(),
        Reason::Segments => {
            format!("segments of both come from one number ({})", pairs(found.pairs))
        }
    }
}

fn unknown(found: &Unknown, text: &mut Text) {
    text.line(format!("not known: {} ({})", found.reason, pairs(found.pairs)));
    text.line(format!("  a: {}", place(&found.a)));
    let others = || "all others".to_owned();
    text.line(format!("  b: {}", found.b.as_ref().map_or_else(others, place)));
}

fn place(place: &Place) -> String {
    let namespace = &place.namespace;
    let experiment = match (&place.experiment, &place.param) {
        (Some(experiment), _) => format!("experiment `{experiment}` of `{namespace}`"),
        (None, Some(_)) => format!("the default experiment of `{namespace}`"),
        (None, None) => format!("the experiments of `{namespace}`"),
    };
    match &place.param {
        Some(param) => format!("`{param}` in {experiment}"),
        None => experiment,
    }
}
