//! A comparison as JSON, for programs.

use planout::simulate::{ParamReport, RowKind, SIGNIFICANCE, Scope, Test, Untested, ValueRow};
use serde_json::{Value, json};

use super::Answer;

/// The whole comparison.
pub(super) fn json(answer: &Answer<'_>) -> String {
    let report = answer.report;
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
    let value = json!({
        "namespace": answer.design.namespace.name(),
        "units": answer.source.units,
        "seed": answer.source.seed,
        "as_designed": report.failure.is_none() && report.failed_tests().next().is_none(),
        "significance": SIGNIFICANCE,
        "experiments": { "rows": experiments, "test": test(&report.experiments_test) },
        "params": params,
        "failed": report.failed,
        "failure": answer.failure,
        "notes": answer.source.notes,
    });
    format!("{value:#}")
}

fn param(answer: &Answer<'_>, param: &ParamReport) -> Value {
    let (scope, experiment) = match param.scope {
        Scope::All => ("all", None),
        Scope::Cohort(index) => {
            let cohort = answer.design.cohorts.get(index);
            ("experiment", cohort.and_then(|cohort| cohort.experiment.as_deref()))
        }
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
        "units": param.units,
        "not_known": param.obstacle.as_ref().map(ToString::to_string),
        "rows": param.rows.iter().map(row).collect::<Vec<Value>>(),
        "quantiles": quantiles,
        "test": test(&param.test),
    })
}

fn row(row: &ValueRow) -> Value {
    let (kind, value) = match &row.kind {
        // A value that JSON does not have is written by its name.
        RowKind::Value(value) => {
            ("value", serde_json::to_value(value).unwrap_or_else(|_| value.to_string().into()))
        }
        RowKind::Numbers => ("numbers", Value::Null),
        RowKind::Others => ("others", Value::Null),
        RowKind::Unset => ("unset", Value::Null),
    };
    json!({"kind": kind, "value": value, "expected": row.expected, "count": row.count})
}

fn test(test: &Result<Test, Untested>) -> Value {
    match test {
        Ok(test) => json!({
            "statistic": test.statistic,
            "degrees": test.degrees,
            "p": test.p,
            "corrected": test.corrected,
            "fails": test.fails(),
        }),
        Err(untested) => json!({ "not_tested": untested.to_string() }),
    }
}
