//! A plan as text, for people who review a change.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use planout::Value;
use planout::audit::deviation;
use planout::edit::flow;
use planout::eval::MAX_MADE_FOR_ALL;
use planout::plan::{
    Appendix, Changes, Class, DefaultChange, ExactChanges, ExperimentChange, Fate, Move,
    NamespacePlan, ParamChange, Plan, Remedy, Renamed, Sampled, Size, Status, UnitFailure,
    interval,
};

use super::exact;
use crate::cli::text::{Text, shortened, visible};

/// How often the interval around a share of a sample covers the share.
pub(super) const CONFIDENCE: f64 = 0.95;

/// Up to how many segments chance is named that comes from their number.
const FEW_SEGMENTS: u32 = 1000;

/// The most lines of a list.
const MAX_LINES: usize = 20;

/// The mark of changes that reassign units.
const MARK: char = '!';

/// The whole plan: a summary line, and a block for each namespace that changes.
pub(in crate::cli) fn text(plan: &Plan) -> Text {
    let mut text = Text::from(summary(plan));
    for namespace in &plan.namespaces {
        if namespace.status != Status::Unchanged {
            text.line("");
            block(namespace, &mut text);
        }
    }
    text
}

fn summary(plan: &Plan) -> String {
    let verdict = match plan.class() {
        Class::None => "no changes",
        Class::Safe => "safe changes",
        Class::Reassigning => match (reassigns(plan), fails(plan)) {
            (true, true) => "units would be reassigned, and units would fail",
            (_, false) => "units would be reassigned",
            (false, true) => "units would fail",
        },
        Class::Invalid => "not all namespaces are valid",
    };
    let count = |wanted: &str| {
        let namespaces = plan.namespaces.iter();
        namespaces.filter(|namespace| namespace.status.as_str() == wanted).count()
    };
    let mut counts = Vec::new();
    for word in ["broken", "unknown", "changed", "created", "removed", "orphaned", "unchanged"] {
        let of_kind = plan.namespaces.iter().filter(|namespace| namespace.status.as_str() == word);
        let (mut reassigning, mut failing) = (0, 0);
        for namespace in of_kind.filter(|_| !["broken", "unknown"].contains(&word)) {
            reassigning += usize::from(namespace.reassigns());
            failing += usize::from(namespace.failing() > 0);
        }
        let parts = [(reassigning, "reassigning"), (failing, "failing")];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = parts.map(|(count, what)| format!("{count} {what}")).collect();
        let parts =
            if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
        match count(word) {
            0 => {}
            count => counts.push(format!("{count} {word}{parts}")),
        }
    }
    format!("plan: {verdict}: {}", counts.join(", "))
}

fn reassigns(plan: &Plan) -> bool {
    plan.namespaces.iter().any(NamespacePlan::reassigns)
}

fn fails(plan: &Plan) -> bool {
    plan.namespaces.iter().any(|namespace| namespace.failing() > 0)
}

fn block(namespace: &NamespacePlan, text: &mut Text) {
    let NamespacePlan { name, file, status } = namespace;
    let line = match status {
        Status::Created(created) => format!("created, {}", describe(created.size)),
        Status::Removed(Some(size)) => format!("removed: no source, {}", describe(*size)),
        Status::Removed(None) => "removed: no source".to_owned(),
        Status::Orphaned(Some(size)) => format!("orphaned: no source, {}", describe(*size)),
        Status::Orphaned(None) => "orphaned: no source".to_owned(),
        Status::Broken => "broken: its source is invalid".to_owned(),
        Status::Unknown => {
            "unknown: the namespace at the target is invalid, so it is not known which units move"
                .to_owned()
        }
        Status::Unchanged | Status::Changed(_) => {
            format!("changed, {}", namespace.class().as_str())
        }
    };
    text.line(format!("{name}: {line} ({file})"));
    if let Some(found) = namespace.sampled() {
        failures(found, matches!(status, Status::Created(_)), text);
    }
    if let Status::Changed(found) = status {
        changes(found, text);
    }
}

fn describe(size: Size) -> String {
    let Size { segments, used, experiments } = size;
    let experiments = plural(experiments, "experiment");
    format!("{experiments} on {used} of {segments} segments")
}

fn changes(changes: &Changes, text: &mut Text) {
    let nothing_moves = changes.moves.as_ref().is_some_and(Vec::is_empty);
    let fails = changes.sampled.as_ref().is_some_and(|sampled| sampled.fails.is_some());
    if nothing_moves && changes.causes.is_empty() && changes.default.is_none() && !fails {
        text.line("  no change that a unit could see");
        return;
    }
    for cause in &changes.causes {
        let mark = if cause.class == Class::Reassigning { MARK } else { ' ' };
        text.line(format!("{mark} {cause}"));
    }
    if let Some(found) = &changes.remedy {
        remedy(found, text);
    }
    experiments(changes, text);
    carry_over(changes, text);
    lost_control(changes, text);
    match &changes.moves {
        Some(moves) => matrix(moves, changes.segments_before, text),
        None => text.line("  segments: all units are assigned to segments anew"),
    }
    for script in &changes.scripts {
        let experiments = script.experiments.join("`, `");
        let after = &script.definition_after;
        text.line(format!("  definition `{after}`, in `{experiments}`:"));
        list(script.params.iter().map(|change| param(change, "")), text);
    }
    if let Some(found) = &changes.default {
        default(found, text);
    }
    if let Some(found) = &changes.exact {
        exact_changes(found, text);
    }
    if let Some(found) = &changes.sampled {
        // Units without inputs show nothing that the exact shares do not, unless they move or fail.
        let is_exact = changes.exact.as_ref().is_some_and(ExactChanges::is_proved);
        let is_known = is_exact && nothing_moves && !found.is_given && found.failure.is_none();
        if !is_known {
            sampled(found, text);
        }
    }
}

/// The shares of units that get another value.
fn exact_changes(changes: &ExactChanges, text: &mut Text) {
    let lines = exact::lines(changes);
    if !lines.is_empty() {
        text.line("  exactly, these get another value:");
        list(lines.into_iter(), text);
    }
}

/// The alternative to the edits. It is meant to be copied, so nothing is cut.
fn remedy(remedy: &Remedy, text: &mut Text) {
    text.line("  instead:");
    let Appendix { renamed, restored, default, entries } = match remedy {
        Remedy::Append(appendix) => appendix,
        Remedy::NewNamespace(settings) => {
            let settings: Vec<_> = settings.iter().map(|setting| setting.as_str()).collect();
            text.line(format!(
                "    make a new namespace: `{}` cannot change while experiments run",
                settings.join("` and `")
            ));
            return;
        }
    };
    for name in restored {
        text.line(format!("    leave the definition `{name}` as it was shipped"));
    }
    for Renamed { from, to } in renamed {
        text.line(format!(
            "    leave `{from}` as it was shipped, and define its new script as `{to}`"
        ));
    }
    if let Some(default) = default {
        text.line(format!("    make `{default}` the default experiment"));
    }
    text.line(if entries.is_empty() {
        "    leave the sequence as it was shipped"
    } else {
        "    leave the sequence as it was shipped, and append"
    });
    for entry in entries {
        text.line(format!("      - {}", flow(entry)));
    }
}

/// Lines below a heading, cut if there are many.
fn list(lines: impl ExactSizeIterator<Item = String>, text: &mut Text) {
    let more = lines.len().saturating_sub(MAX_LINES);
    for line in lines.take(MAX_LINES) {
        text.line(format!("    {}", shortened(&line)));
    }
    if more > 0 {
        text.line(format!("    ... and {more} more"));
    }
}

fn experiments(changes: &Changes, text: &mut Text) {
    let moved: Vec<&ExperimentChange> =
        changes.experiments.iter().filter(|experiment| experiment.fate != Fate::Stays).collect();
    if moved.is_empty() {
        return;
    }
    let (before, after) = (changes.segments_before, changes.segments_after);
    text.line("  experiments:");
    let width = width(moved.iter().map(|experiment| experiment.name.as_str()));
    let lines = moved.iter().map(|experiment| {
        let ExperimentChange { name, fate, kept, .. } = experiment;
        let name = visible(name);
        let (old, new) = (segments(experiment.before, before), segments(experiment.after, after));
        let what = match fate {
            Fate::Starts => format!("on {new}"),
            Fate::Ends => format!("on {old}"),
            _ if changes.moves.is_none() => format!("from {old} to {new}"),
            Fate::IsRedrawn | Fate::Stays => format!("on {new}, keeps {kept}"),
            Fate::Grows | Fate::Shrinks => format!("from {old} to {new}, keeps {kept}"),
        };
        format!("{name:<width$}  {:<7}  {what}", fate.as_str())
    });
    list(lines, text);
}

/// The earlier experiments whose units the new ones have.
fn carry_over(changes: &Changes, text: &mut Text) {
    if changes.carry_over.is_empty() {
        return;
    }
    text.line("  units from earlier experiments:");
    let lines = changes.carry_over.iter().map(|it| {
        let draws = if it.same_draws { "the same draws" } else { "new draws" };
        format!(
            "{}: {} of its {} segments were in {}, {draws}",
            visible(&it.experiment),
            it.segments,
            it.of,
            visible(&it.earlier)
        )
    });
    list(lines, text);
    let of = changes.segments_after;
    if of <= FEW_SEGMENTS {
        text.line(format!(
            "    with {of} segments, the shares of such units inside and outside of a new half differ by {:.1} % (standard deviation)",
            100.0 * deviation(of)
        ));
    }
}

/// The experiments that lose control from the pool of free segments.
fn lost_control(changes: &Changes, text: &mut Text) {
    if changes.lost_control.is_empty() {
        return;
    }
    text.line("  control that is taken from experiments that draw nothing:");
    let lines = changes.lost_control.iter().map(|it| {
        let name = visible(&it.experiment);
        format!("{name}: {} of {} free segments are left", it.after, it.before)
    });
    list(lines, text);
}

fn segments(count: u32, of: u32) -> String {
    format!("{count} of {of} segments")
}

/// The moved segments, by their old and new experiments.
fn matrix(moves: &[Move], of: u32, text: &mut Text) {
    if moves.is_empty() {
        return;
    }
    let total: usize = moves.iter().map(|change| change.segments.len()).sum();
    let share = |count: usize| 100.0 * count as f64 / f64::from(of);
    text.line(format!("  segments: {total} of {of} change hands, {:.2} %:", share(total)));
    let name =
        |holder: &Option<String>| visible(holder.as_deref().unwrap_or("(free)")).into_owned();
    let (from, to): (Vec<_>, Vec<_>) =
        moves.iter().map(|change| (name(&change.from), name(&change.to))).unzip();
    let from_width = width(from.iter().map(String::as_str));
    let to_width = width(to.iter().map(String::as_str));
    let lines = moves.iter().zip(from.iter().zip(&to)).map(|(it, (from, to))| {
        let (count, mark) = (it.segments.len(), if it.reassigns { MARK } else { ' ' });
        let share = share(count);
        let line =
            format!("{from:<from_width$} -> {to:<to_width$}  {count:>8}  {share:>6.2} %  {mark}");
        line.trim_end().to_owned()
    });
    list(lines, text);
}

fn width<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|name| visible(name).chars().count()).max().unwrap_or(0)
}

fn param(change: &ParamChange, more: &str) -> String {
    let mut line = format!("{} {}", change.param, change.kind.as_str());
    for (index, part) in change.parts.iter().enumerate() {
        let lead = if index == 0 { ": " } else { "; " };
        let what = if part.what == "value" { String::new() } else { format!("{} ", part.what) };
        // Writing to a string never fails.
        let _ = match (&part.before, &part.after) {
            (Some(before), Some(after)) => write!(line, "{lead}{what}{before} -> {after}"),
            (None, Some(after)) => write!(line, "{lead}{what}{after}"),
            (Some(before), None) => write!(line, "{lead}{what}{before} no longer"),
            (None, None) => Ok(()),
        };
    }
    line + more
}

fn default(default: &DefaultChange, text: &mut Text) {
    let DefaultChange { definition_before, definition_after, draws_anew, params } = default;
    let anew = if *draws_anew { ", which draws anew" } else { "" };
    text.line(if definition_before == definition_after {
        format!("  default `{definition_after}`{anew}:")
    } else {
        format!("  default `{definition_before}` -> `{definition_after}`{anew}:")
    });
    let lines = params.iter().map(|default| {
        let seen = match default.fallback_in.as_slice() {
            [] => String::new(),
            [one] => format!(" (seen in `{one}` too)"),
            [first, more @ ..] => format!(" (seen in `{first}` and {} more too)", more.len()),
        };
        param(&default.change, &seen)
    });
    list(lines, text);
}

fn sampled(sampled: &Sampled, text: &mut Text) {
    let Sampled { units, moved, changed, .. } = sampled;
    let (low, high) = interval(*changed, *units, CONFIDENCE);
    let inputs = inputs(sampled);
    text.line(format!(
        "  sample: of {}{inputs}, {changed} get another value ({:.2} to {:.2} %), {moved} are in another \
         experiment",
        plural(*units, "unit"),
        100.0 * low,
        100.0 * high,
    ));
    let lines = sampled.params.iter().map(|param| {
        let value = |value: &Option<Value>| match value {
            Some(value) => value.to_string(),
            None => "nothing".to_owned(),
        };
        let example = &param.example;
        let (before, after) = (value(&example.before), value(&example.after));
        let stay = match param.same_experiment {
            0 => String::new(),
            stay => format!(", {stay} in the same experiment"),
        };
        let units = plural(param.units, "unit");
        format!("{}: {units}{stay}; unit {}: {before} -> {after}", param.param, example.unit)
    });
    list(lines, text);
    let failed = [
        (sampled.failed_after, "after"),
        (sampled.failed_before, "before"),
        (sampled.failed_both, "before and after"),
    ];
    let failed: Vec<_> = failed
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, when)| format!("{} {when}", plural(*count, "unit")))
        .collect();
    if !failed.is_empty() {
        let failure = sampled.failure.as_deref().unwrap_or_default();
        text.line(format!("    fail: {}: {failure}", failed.join(", ")));
    }
}

/// The inputs of the units, if they are not those of a file.
fn inputs(sampled: &Sampled) -> String {
    let names = |names: &BTreeSet<String>| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let (drawn, null) = (names(&sampled.drawn), names(&sampled.null));
    match (sampled.drawn.len(), sampled.null.len()) {
        (0, 0) => String::new(),
        (_, 0) => format!(", with {drawn} drawn as declared"),
        (0, _) => format!(", all without {null}"),
        (_, _) => format!(", with {drawn} drawn as declared and without {null}"),
    }
}

/// The units that fail after the change, by cause.
fn failures(sampled: &Sampled, is_new: bool, text: &mut Text) {
    let units = |count: usize| format!("{count} of {}", plural(sampled.units, "unit"));
    let names = |names: &BTreeSet<String>| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    if let Some((count, UnitFailure { unit, message })) = &sampled.fails {
        let before = if is_new { "" } else { " and did not before" };
        let units = units(*count);
        text.line(format!("{MARK} {units} fail{before}; unit {unit}: {message}"));
    }
    if sampled.unfed > 0 {
        let (units, missing) = (units(sampled.unfed), names(&sampled.missing));
        text.line(format!(
            "  {units} could not be evaluated without {missing}: use `--units FILE`, with a column \
             for each"
        ));
    }
    if sampled.foreign > 0 {
        let (units, operators) = (units(sampled.foreign), names(&sampled.operators));
        text.line(format!(
            "  {units} could not be evaluated here: they reach operators of your own, {operators}"
        ));
    }
    if sampled.is_cut {
        let (units, most) = (plural(sampled.units, "unit"), MAX_MADE_FOR_ALL >> 30);
        text.line(format!(
            "  only the first {units} were evaluated: scripts make more than {most} GB of lists, maps \
             and strings for all"
        ));
    }
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
