//! A plan that is saved and applied later: the sources, and the content of the target.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Class, NamespacePlan, Plan};
use crate::catalog::Loaded;
use crate::tree::{Layout, to_json};

/// The version of the format that is written, and the only one that is read.
const FORMAT: u32 = 2;

/// A saved plan: enough to apply exactly this plan, or to refuse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// The version of the format.
    format: u32,
    /// The locations and settings of the plan.
    pub setup: Setup,
    /// The effect on units in experiments: `none`, `safe` or `reassigning`.
    pub class: String,
    /// The namespaces of both locations, by name.
    pub namespaces: Vec<SavedItem>,
}

/// The locations and settings of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The location of the sources, in a form that is different for each place and contains no
    /// secret.
    pub source: String,
    /// The location of the target, in the same form.
    pub target: String,
    /// Whether namespaces without a source are removed.
    pub prune: bool,
    /// The dialect of sources that do not name their own.
    pub dialect: String,
    /// The reaction of the guard to a ship that reassigns units.
    pub guard: String,
    /// The levels of checks that are not the default ones, by code.
    pub checks: BTreeMap<String, String>,
    /// The operators that only the project's own evaluators know.
    pub operators: BTreeSet<String>,
    /// The programs that read the shipped namespaces, if they are named.
    pub readers: Option<String>,
}

/// A namespace of a saved plan. Hashes are SHA-256 in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedItem {
    /// The name of the namespace.
    pub name: String,
    /// The effect of a ship on units in its experiments.
    pub class: String,
    /// The hash of the text of its source; `None` if it has no source.
    pub source: Option<String>,
    /// The hash of its compiled form; `None` if it has no source.
    pub compiled: Option<String>,
    /// The hash of the namespace at the target; `None` if there is none.
    pub target: Option<String>,
}

/// The reason why a saved plan cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedError {
    /// The plan has another version.
    #[error("the plan is of format {0}, and this version of planout reads format {FORMAT} only")]
    Format(u64),
    /// The text is not a plan.
    #[error("not a saved plan")]
    Malformed(#[from] serde_json::Error),
}

/// A difference between a saved plan and the present.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// The location of the sources or of the target differs, or a setting does.
    #[error("the plan was made with the {what} {planned}, and this is {found}")]
    Setup {
        /// The setting that differs.
        what: String,
        /// The earlier value.
        planned: String,
        /// The present value.
        found: String,
    },
    /// The source of a namespace has changed, or is new or gone.
    #[error("the source of `{0}` is not the one that was planned")]
    Source(String),
    /// The namespace at the target has changed, or is new or gone.
    #[error("`{0}` at the target is not the one that was planned against")]
    Target(String),
}

impl Mismatch {
    /// Whether a location or a setting differs. The namespaces may differ for that reason only.
    pub fn is_setup(&self) -> bool {
        matches!(self, Mismatch::Setup { .. })
    }
}

impl Setup {
    /// The differences between two setups.
    fn mismatches(&self, found: &Setup) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        let mut compare = |what: &str, planned: String, found: String| {
            if planned != found {
                mismatches.push(Mismatch::Setup { what: what.to_owned(), planned, found });
            }
        };
        let quoted = |text: &str| format!("`{text}`");
        compare("source", quoted(&self.source), quoted(&found.source));
        compare("target", quoted(&self.target), quoted(&found.target));
        let prune = |it: &Setup| if it.prune { "on" } else { "off" }.to_owned();
        compare("option `prune`", prune(self), prune(found));
        compare("dialect", quoted(&self.dialect), quoted(&found.dialect));
        compare("guard", quoted(&self.guard), quoted(&found.guard));
        let codes: BTreeSet<&String> = self.checks.keys().chain(found.checks.keys()).collect();
        for code in codes {
            let level = |it: &Setup| {
                it.checks
                    .get(code)
                    .map_or_else(|| "the usual one".to_owned(), |level| quoted(level))
            };
            compare(&format!("level of the check {code}"), level(self), level(found));
        }
        let operators = |setup: &Setup| {
            let names: Vec<_> = setup.operators.iter().map(|operator| quoted(operator)).collect();
            if names.is_empty() { "not given".to_owned() } else { names.join(", ") }
        };
        compare("declared operators", operators(self), operators(found));
        let readers =
            |it: &Setup| it.readers.as_deref().map_or_else(|| "not given".to_owned(), quoted);
        compare("readers", readers(self), readers(found));
        mismatches
    }
}

impl SavedPlan {
    /// Makes a saved plan from the namespaces at two locations.
    pub fn new(plan: &Plan, setup: Setup, before: &[Loaded], after: &[Loaded]) -> SavedPlan {
        let mut namespaces = items(before, after);
        for item in &mut namespaces {
            let planned = plan.namespaces.iter().find(|namespace| namespace.name == item.name);
            item.class = planned.map_or(Class::None, NamespacePlan::class).as_str().to_owned();
        }
        let class = plan.class().as_str().to_owned();
        SavedPlan { format: FORMAT, setup, class, namespaces }
    }

    /// Whether the plan says that units of a namespace are reassigned, or fail.
    pub fn reassigns(&self, name: &str) -> bool {
        let item = self.namespaces.iter().find(|item| item.name == name);
        item.is_some_and(|item| item.class == Class::Reassigning.as_str())
    }

    /// The differences between the plan and the present. Empty if the plan can be applied. The text
    /// of a source may have changed as long as it compiles to the same form.
    pub fn mismatches<'a>(
        &self,
        setup: &Setup,
        before: impl IntoIterator<Item = &'a Loaded>,
        after: impl IntoIterator<Item = &'a Loaded>,
    ) -> Vec<Mismatch> {
        let planned: BTreeMap<_, _> =
            self.namespaces.iter().map(|namespace| (&namespace.name, namespace)).collect();
        let found = items(before, after);
        let found: BTreeMap<_, _> = found.iter().map(|item| (&item.name, item)).collect();
        let names: BTreeSet<_> = planned.keys().chain(found.keys()).collect();
        let mut mismatches = self.setup.mismatches(setup);
        for name in names {
            let (planned, found) = (planned.get(*name), found.get(*name));
            let compiled = |it: Option<&&SavedItem>| it.and_then(|item| item.compiled.clone());
            let target = |it: Option<&&SavedItem>| it.and_then(|item| item.target.clone());
            if compiled(planned) != compiled(found) {
                mismatches.push(Mismatch::Source((*name).clone()));
            }
            if target(planned) != target(found) {
                mismatches.push(Mismatch::Target((*name).clone()));
            }
        }
        mismatches
    }

    /// The plan as JSON text.
    pub fn to_json(&self) -> String {
        // Strings and numbers can always be written.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Reads the text that [`SavedPlan::to_json`] has written.
    ///
    /// # Errors
    /// The text is something else, or has another version.
    pub fn from_json(text: &str) -> Result<SavedPlan, SavedError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format != u64::from(FORMAT) => Err(SavedError::Format(format)),
            _ => Ok(serde_json::from_value(value)?),
        }
    }
}

fn items<'a>(
    before: impl IntoIterator<Item = &'a Loaded>,
    after: impl IntoIterator<Item = &'a Loaded>,
) -> Vec<SavedItem> {
    let mut items: BTreeMap<&str, SavedItem> = BTreeMap::new();
    fn item<'i, 'n>(
        items: &'i mut BTreeMap<&'n str, SavedItem>,
        name: &'n str,
    ) -> &'i mut SavedItem {
        items.entry(name).or_insert_with(|| SavedItem {
            name: name.to_owned(),
            class: String::new(),
            source: None,
            compiled: None,
            target: None,
        })
    }
    for loaded in before {
        item(&mut items, &loaded.name).target = Some(hash(loaded.source.text()));
    }
    for loaded in after {
        let item = item(&mut items, &loaded.name);
        item.source = Some(hash(loaded.source.text()));
        item.compiled = loaded
            .document
            .as_ref()
            .map(|document| hash(&to_json(&document.compiled, Layout::Pretty, document.dialect)));
    }
    items.into_values().collect()
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
