//! Warnings about inputs that are not what a namespace declares. They change no answer.

#[cfg(feature = "batch")]
use planout::batch::{Batch, Format, Summary};
use planout::namespace::DeclaredInput;
use planout::value::Type;
use planout::{Map, Namespace, Value};

#[cfg(feature = "batch")]
use crate::cli::progress::grouped;

/// The warnings about the inputs of a unit. An input that is not given is null to the scripts that
/// read it.
pub(super) fn of_unit(namespace: &Namespace, inputs: &Map, overrides: &Map) -> Vec<String> {
    let reads = namespace.reads();
    let warning = |(name, input): (&str, &DeclaredInput)| {
        let value = overrides.get(name).or_else(|| inputs.get(name));
        let is_read = value.is_some() || reads.contains(&name);
        let found = input.unexpected(value.unwrap_or(&Value::Null)).filter(|_| is_read)?;
        let declared = input.describe();
        Some(match (input, value) {
            (_, None) => format!(
                "warning: `{name}` is not given, and `null` is not declared; declared: {declared}"
            ),
            (DeclaredInput::OfType(kind), Some(value)) => format!(
                "warning: `{name}` is {found}, and is declared as {declared}{}",
                as_typed(name, *kind, value)
            ),
            (_, Some(_)) => {
                format!("warning: `{name}` is {found}, which is not declared; declared: {declared}")
            }
        })
    };
    namespace.inputs().iter().filter_map(warning).collect()
}

/// Advice to give text as a value of a type.
fn as_typed(name: &str, kind: Type, value: &Value) -> String {
    let Some(text) = value.as_str() else {
        return String::new();
    };
    let fits = match kind {
        Type::String => false,
        Type::Integer => text.parse::<i64>().is_ok_and(|int| int.to_string() == text),
        Type::Float => serde_json::from_str::<f64>(text).is_ok(),
        Type::Boolean => matches!(text, "true" | "false"),
    };
    if fits { format!(": write `{name}:={text}`") } else { String::new() }
}

/// The most values of an input that are shown.
#[cfg(feature = "batch")]
const MAX_SHOWN: usize = 5;

/// The warnings about the inputs of rows: one for each input.
#[cfg(feature = "batch")]
pub(super) fn of_rows(
    namespaces: &[Namespace],
    batch: &Batch<'_>,
    summary: &Summary,
) -> Vec<String> {
    let rows = |count: u64| format!("{} row{}", grouped(count), if count == 1 { "" } else { "s" });
    let warnings = summary.undeclared.iter().filter_map(|undeclared| {
        let namespace = namespaces.iter().find(|it| it.name() == undeclared.namespace)?;
        let input = namespace.inputs().get(&undeclared.input)?;
        let some = undeclared.found.iter().take(MAX_SHOWN);
        let mut found: Vec<String> = match undeclared.has_more {
            false => some.map(|(found, count)| format!("{found} in {}", rows(*count))).collect(),
            // Not all rows of these values have been counted.
            true => some.map(|(found, _)| found.clone()).collect(),
        };
        if undeclared.has_more || undeclared.found.len() > MAX_SHOWN {
            found.push("...".to_owned());
        }
        let of = match namespaces {
            [_] => String::new(),
            _ => format!(" of `{}`", undeclared.namespace),
        };
        let is_text = undeclared.found.contains_key(Value::from("").describe());
        let help = match input {
            DeclaredInput::OfType(kind) if is_text && is_column(batch, &undeclared.input) => {
                format!("; `--types {}:{kind}` gives the column its type", undeclared.input)
            }
            _ => String::new(),
        };
        Some(format!(
            "warning: `{}`{of} is not as declared in {}: {}; declared: {}{help}",
            undeclared.input,
            rows(undeclared.rows),
            found.join(", "),
            input.describe(),
        ))
    });
    warnings.collect()
}

/// Whether an input is a column that `--types` can give a type.
#[cfg(feature = "batch")]
fn is_column(batch: &Batch<'_>, input: &str) -> bool {
    matches!(batch.input, Format::Csv | Format::Tsv) && !batch.constants.contains_key(input)
}
