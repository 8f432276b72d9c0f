//! A plan as JSON. `docs/commands.md` describes its fields, which will not change.

use planout::Value as Input;
use planout::audit::CarryOver;
use planout::namespace::Action;
use planout::plan::{
    Appendix, Cause, Changes, DefaultChange, ExperimentChange, LostControl, Move, NamespacePlan,
    ParamChange, ParamDifference, Plan, Remedy, Sampled, ScriptChange, Size, Status, interval,
};
use serde_json::{Value, json};

use super::exact;
use super::text::CONFIDENCE;
use crate::cli::nslist::segments::runs;

/// The whole plan.
pub(in crate::cli) fn json(plan: &Plan) -> Value {
    let count = |status: &str| {
        plan.namespaces.iter().filter(|namespace| namespace.status.as_str() == status).count()
    };
    json!({
        "class": plan.class().as_str(),
        "counts": {
            "created": count("created"),
            "changed": count("changed"),
            "unchanged": count("unchanged"),
            "orphaned": count("orphaned"),
            "removed": count("removed"),
            "broken": count("broken"),
            "unknown": count("unknown"),
        },
        "namespaces": plan.namespaces.iter().map(namespace).collect::<Value>(),
    })
}

fn namespace(namespace: &NamespacePlan) -> Value {
    let mut object = json!({
        "namespace": namespace.name,
        "status": namespace.status.as_str(),
        "class": namespace.class().as_str(),
        "file": namespace.file,
    });
    match &namespace.status {
        Status::Created(found) => {
            object["size"] = size(&found.size);
            object["sample"] = found.sampled.as_ref().map(sampled).into();
        }
        Status::Orphaned(Some(found)) | Status::Removed(Some(found)) => {
            object["size"] = size(found);
        }
        Status::Changed(found) => object["changes"] = changes(found),
        _ => {}
    }
    object
}

fn size(size: &Size) -> Value {
    json!({
        "segments": size.segments,
        "used": size.used,
        "experiments": size.experiments,
    })
}

fn changes(changes: &Changes) -> Value {
    let moves = changes.moves.as_ref().map(|moves| {
        moves.iter().map(|change| segments(change, changes.segments_before)).collect::<Value>()
    });
    json!({
        "causes": changes.causes.iter().map(cause).collect::<Value>(),
        "remedy": changes.remedy.as_ref().map(remedy),
        "segments": {"before": changes.segments_before, "after": changes.segments_after},
        "experiments": changes.experiments.iter().map(experiment).collect::<Value>(),
        "carry_over": changes.carry_over.iter().map(carry_over).collect::<Value>(),
        "lost_control": changes.lost_control.iter().map(lost_control).collect::<Value>(),
        "moves": moves,
        "scripts": changes.scripts.iter().map(script).collect::<Value>(),
        "default": changes.default.as_ref().map(default),
        "exact": exact::json(changes.exact.as_ref()),
        "sample": changes.sampled.as_ref().map(sampled),
    })
}

fn carry_over(it: &CarryOver) -> Value {
    json!({
        "experiment": it.experiment,
        "earlier": it.earlier,
        "segments": it.segments,
        "of": it.of,
        "same_draws": it.same_draws,
    })
}

fn lost_control(it: &LostControl) -> Value {
    json!({"experiment": it.experiment, "before": it.before, "after": it.after})
}

fn cause(cause: &Cause) -> Value {
    let losses = cause
        .losses
        .iter()
        .map(|loss| json!({"experiment": loss.experiment, "moved": loss.moved, "of": loss.of}));
    json!({
        "kind": cause.kind.as_str(),
        "class": cause.class.as_str(),
        "line": cause.line,
        "message": cause.to_string(),
        "losses": losses.collect::<Value>(),
    })
}

fn remedy(remedy: &Remedy) -> Value {
    match remedy {
        Remedy::Append(appendix) => append(appendix),
        Remedy::NewNamespace(settings) => json!({
            "kind": "new_namespace",
            "settings": settings.iter().map(|setting| setting.as_str()).collect::<Vec<_>>(),
        }),
    }
}

fn append(appendix: &Appendix) -> Value {
    let renamed =
        appendix.renamed.iter().map(|rename| json!({"from": rename.from, "to": rename.to}));
    json!({
        "kind": "append",
        "renamed_definitions": renamed.collect::<Value>(),
        "restored_definitions": appendix.restored,
        "default_experiment": appendix.default,
        "entries": appendix.entries.iter().map(entry).collect::<Value>(),
    })
}

fn entry(entry: &Action) -> Value {
    match entry {
        Action::Add { name, definition, segments } => {
            json!({"action": "add", "definition": definition, "name": name, "segments": segments})
        }
        Action::Remove { name } => json!({"action": "remove", "name": name}),
    }
}

fn experiment(experiment: &ExperimentChange) -> Value {
    json!({
        "experiment": experiment.name,
        "fate": experiment.fate.as_str(),
        "before": experiment.before,
        "after": experiment.after,
        "kept": experiment.kept,
        "definition_before": experiment.definition_before,
        "definition_after": experiment.definition_after,
    })
}

fn segments(it: &Move, of: u32) -> Value {
    json!({
        "from": it.from,
        "to": it.to,
        "count": it.segments.len(),
        "share": it.segments.len() as f64 / f64::from(of),
        "reassigns": it.reassigns,
        "segments": runs(&it.segments).collect::<Vec<_>>().join(", "),
    })
}

fn script(script: &ScriptChange) -> Value {
    json!({
        "definition_before": script.definition_before,
        "definition_after": script.definition_after,
        "experiments": script.experiments,
        "line": script.line,
        "params": script.params.iter().map(param).collect::<Value>(),
    })
}

fn param(change: &ParamChange) -> Value {
    let parts = change
        .parts
        .iter()
        .map(|part| json!({"what": part.what, "before": part.before, "after": part.after}));
    json!({
        "param": change.param,
        "change": change.kind.as_str(),
        "line": change.line,
        "parts": parts.collect::<Value>(),
    })
}

fn default(default: &DefaultChange) -> Value {
    let params = default.params.iter().map(|default| {
        let mut object = param(&default.change);
        object["fallback_in"] = json!(default.fallback_in);
        object
    });
    json!({
        "definition_before": default.definition_before,
        "definition_after": default.definition_after,
        "draws_anew": default.draws_anew,
        "params": params.collect::<Value>(),
    })
}

fn sampled(sampled: &Sampled) -> Value {
    let (low, high) = interval(sampled.changed, sampled.units, CONFIDENCE);
    json!({
        "units": sampled.units,
        "cut": sampled.is_cut,
        "moved": sampled.moved,
        "changed": sampled.changed,
        "interval": {"low": low, "high": high, "confidence": CONFIDENCE},
        "failed_before": sampled.failed_before,
        "failed_after": sampled.failed_after,
        "failed_both": sampled.failed_both,
        "failure": sampled.failure,
        "fails": sampled.fails.as_ref().map(|(units, first)| {
            json!({"units": units, "example": {"unit": first.unit, "failure": first.message}})
        }),
        "unfed": sampled.unfed,
        "missing_inputs": sampled.missing,
        "drawn_inputs": sampled.drawn,
        "null_inputs": sampled.null,
        "own_operators": sampled.operators,
        "params": sampled.params.iter().map(difference).collect::<Value>(),
    })
}

fn difference(param: &ParamDifference) -> Value {
    // A value that JSON does not have is written as text.
    let value = |value: &Option<Input>| {
        value
            .as_ref()
            .map(|value| serde_json::to_value(value).unwrap_or_else(|_| value.to_string().into()))
    };
    json!({
        "param": param.param,
        "units": param.units,
        "same_experiment": param.same_experiment,
        "example": {
            "unit": param.example.unit,
            "before": value(&param.example.before),
            "after": value(&param.example.after),
        },
    })
}
