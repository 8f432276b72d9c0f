//! A plan that is kept to be applied later: what was to be shipped, over what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Plan;
use crate::catalog::Loaded;
use crate::tree::{Layout, to_json};

/// The version of the form that is written, and the only one that is read.
const FORMAT: u32 = 1;

/// A plan as it is saved: enough to apply exactly that, or to refuse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// The version of this form.
    format: u32,
    /// The location of the sources, without a password.
    pub source: String,
    /// The location that is shipped to, without a password.
    pub target: String,
    /// What shipping does to those who are in experiments: `none`, `safe` or `reassigning`.
    pub class: String,
    /// What is at either location, by name.
    pub namespaces: Vec<SavedItem>,
}

/// A namespace of a saved plan. Hashes are SHA-256 in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedItem {
    /// Its name.
    pub name: String,
    /// The hash of the text of its source; `None` if there is none.
    pub source: Option<String>,
    /// The hash of what it compiles to; `None` if there is no source.
    pub compiled: Option<String>,
    /// The hash of what is at the target; `None` if nothing is.
    pub target: Option<String>,
}

/// Why a saved plan cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// It is of another version.
    #[error("the plan is of format {0}, and only format {FORMAT} is read")]
    Format(u64),
    /// It is no plan.
    #[error("not a saved plan: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// A namespace that is not as it was when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Its source is another one, or is new or gone.
    #[error("the source of `{0}` is not the one that was planned")]
    Source(String),
    /// What is at the target is another one, or is new or gone.
    #[error("`{0}` at the target is not the one that was planned against")]
    Target(String),
}

impl SavedPlan {
    /// Keeps a plan that was made of what is at two locations.
    pub fn new(
        plan: &Plan,
        source: &str,
        target: &str,
        before: &[Loaded],
        after: &[Loaded],
    ) -> SavedPlan {
        SavedPlan {
            format: FORMAT,
            source: without_password(source),
            target: without_password(target),
            class: plan.class().as_str().to_owned(),
            namespaces: items(before, after),
        }
    }

    /// Which namespaces are not as they were when the plan was made: none if it can be applied.
    /// The text of a source may have changed as long as it compiles to the same.
    pub fn mismatches(&self, before: &[Loaded], after: &[Loaded]) -> Vec<Mismatch> {
        let planned: BTreeMap<_, _> = self.namespaces.iter().map(|it| (&it.name, it)).collect();
        let found = items(before, after);
        let found: BTreeMap<_, _> = found.iter().map(|it| (&it.name, it)).collect();
        let names: std::collections::BTreeSet<_> = planned.keys().chain(found.keys()).collect();
        let mut mismatches = Vec::new();
        for name in names {
            let (planned, found) = (planned.get(*name), found.get(*name));
            let compiled = |it: Option<&&SavedItem>| it.and_then(|it| it.compiled.clone());
            let target = |it: Option<&&SavedItem>| it.and_then(|it| it.target.clone());
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
        // Strings and numbers: there is nothing that could fail.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Reads what [`SavedPlan::to_json`] has written.
    ///
    /// # Errors
    /// It is something else, or of another version.
    pub fn from_json(text: &str) -> Result<SavedPlan, SavedError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format != u64::from(FORMAT) => Err(SavedError::Format(format)),
            _ => Ok(serde_json::from_value(value)?),
        }
    }
}

fn items(before: &[Loaded], after: &[Loaded]) -> Vec<SavedItem> {
    let mut items: BTreeMap<&str, SavedItem> = BTreeMap::new();
    fn item<'i, 'n>(
        items: &'i mut BTreeMap<&'n str, SavedItem>,
        name: &'n str,
    ) -> &'i mut SavedItem {
        items.entry(name).or_insert_with(|| SavedItem {
            name: name.to_owned(),
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

/// A location as it can be shown: what stands before the `@` of a URL is left out.
fn without_password(location: &str) -> String {
    match location.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let start = rest[..authority].rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", &rest[start..])
        }
        None => location.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn passwords_are_not_kept() {
        for (location, shown) in [
            ("folder/with@sign", "folder/with@sign"),
            ("redis://host:1/2?key=a@b", "redis://host:1/2?key=a@b"),
            ("redis://user:pass@host:1/2", "redis://host:1/2"),
            ("rediss://:p@ss@host", "rediss://host"),
        ] {
            assert_eq!(without_password(location), shown);
        }
    }
}
