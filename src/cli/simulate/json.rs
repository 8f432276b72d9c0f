//! A comparison as JSON, for programs.

use planout::simulate::{
    Method, ParamReport, Report, RowKind, SIGNIFICANCE, Scope, Test, Untested, ValueRow,
};
use serde_json::{Value, json};

use super::{Answer, different};

/// The whole comparison.
pub(super) fn json(answer: &Answer<'_>) -> String {
    let report = answer.report;
    let parts: Vec<Value> = report
        .parts
        .iter()
        .map(|part| {
            let mut object = json!({"value": plain(&part.value)});
            if let (Some(object), Value::Object(tests)) =
                (object.as_object_mut(), tests(answer, &part.report))
            {
                object.extend(tests);
            }
            object
        })
        .collect();
    let mut value = json!({
        "namespace": answer.design.namespace.name(),
        "units": answer.source.units,
        "seed": answer.source.seed,
        "as_designed": answer.as_designed(),
        "significance": SIGNIFICANCE,
    });
    if let (Some(object), Value::Object(tests)) = (value.as_object_mut(), tests(answer, report)) {
        object.extend(tests);
        object.insert("parts".to_owned(), parts.into());
        let different = answer.different.as_ref().map(different::json);
        object.insert("differences".to_owned(), different.into());
        let selected = answer.selected.iter().map(
            |(experiment, selected)| json!({"experiment": experiment, "param": selected.param}),
        );
        object.insert("selected".to_owned(), selected.collect());
        object.insert("failed".to_owned(), report.failed.into());
        object.insert("failure".to_owned(), answer.failure.clone().into());
        object.insert("notes".to_owned(), answer.source.notes.clone().into());
    }
    format!("{value:#}")
}

/// The experiments and the params of all units, or of a part.
fn tests(answer: &Answer<'_>, report: &Report) -> Value {
    let experiments: Vec<Value> = report
        .experiments
        .iter()
        .map(|row| {
            json!({
                "experiment": row.experiment,
                "segments": row.segments,
                "expected": row.expected.as_ref().ok(),
                "count": row.count,
            })
        })
        .collect();
    let params: Vec<Value> = report.params.iter().map(|each| param(answer, each)).collect();
    json!({
        "experiments": { "rows": experiments, "test": test(&report.experiments_test) },
        "params": params,
    })
}

/// A value that JSON does not have is written by its name.
fn plain(value: &planout::Value) -> Value {
    serde_json::to_value(value).unwrap_or_else(|_| value.to_string().into())
}

fn param(answer: &Answer<'_>, param: &ParamReport) -> Value {
    let (scope, experiment) = match param.scope {
        Scope::All => ("all", None),
        Scope::Cohort(index) => {
            let cohort = answer.design.cohorts.get(index);
            ("experiment", cohort.and_then(|cohort| cohort.experiment.as_deref()))
        }
        Scope::Definition(_) => ("definition", None),
    };
    let definition = match param.scope {
        Scope::Definition(index) => answer.design.cohorts.get(index).map(|it| &*it.definition),
        _ => None,
    };
    let quantiles: Vec<Value> = param
        .quantiles
        .iter()
        .map(|quantile| json!({"share": quantile.share, "expected": quantile.expected, "observed": quantile.observed}))
        .collect();
    json!({
        "param": param.param,
        "scope": scope,
        "experiment": experiment,
        "definition": definition,
        "units": param.units,
        "not_known": param.obstacle.as_ref().map(ToString::to_string),
        "rows": param.rows.iter().map(row).collect::<Vec<Value>>(),
        "quantiles": quantiles,
        "test": test(&param.test),
    })
}

fn row(row: &ValueRow) -> Value {
    let (kind, value) = match &row.kind {
        RowKind::Value(value) => ("value", plain(value)),
        RowKind::Numbers => ("numbers", Value::Null),
        RowKind::Others => ("others", Value::Null),
        RowKind::Unset => ("unset", Value::Null),
    };
    json!({"kind": kind, "value": value, "expected": row.expected, "count": row.count})
}

fn test(test: &Result<Test, Untested>) -> Value {
    match test {
        Ok(test) => {
            let (draws, error) = match test.method {
                Method::MonteCarlo { draws, error } => (Some(draws), Some(error)),
                Method::Multinomial(outcomes) => (Some(outcomes), None),
                _ => (None, None),
            };
            let failed_at = match test.method {
                Method::Sequential(failed_at) => failed_at,
                _ => None,
            };
            json!({
                "method": test.method.name(),
                "statistic": test.statistic,
                "degrees": test.degrees,
                "p": test.p,
                "corrected": test.corrected,
                "fails": test.fails(),
                "outcomes": draws,
                "error": error,
                "failed_at": failed_at,
            })
        }
        Err(untested) => json!({ "not_tested": untested.to_string() }),
    }
}
