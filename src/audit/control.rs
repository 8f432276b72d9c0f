//! Experiments that have no control but the units of no experiment.

use std::collections::{HashMap, HashSet};

use super::is_param;
use crate::namespace::Document;
use crate::wire::same;

/// The active experiments that draw nothing, so that all of their units get the same, and that no
/// other experiment is a control of: their control is the pool of free segments. Returns the index of
/// the entry that added each.
///
/// An experiment is a control of another one that draws nothing if it runs the default's definition,
/// or if it draws nothing either, runs another definition and sets a param of it.
pub(crate) fn on_pool(document: &Document) -> Vec<usize> {
    let active = document.active();
    let Some(default) = document.definitions.get(&document.default) else {
        return Vec::new();
    };
    let running: HashSet<&str> = active.iter().map(|(_, _, definition)| *definition).collect();
    let is_default = |name: &str| {
        let script = document.definitions.get(name);
        name == document.default || script.is_some_and(|it| same(it.json(), default.json()))
    };
    if running.iter().any(|name| is_default(name)) {
        return Vec::new();
    }
    // The params of the definitions that draw nothing.
    let mut plain: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut setters: HashMap<&str, usize> = HashMap::new();
    for (name, script) in &document.definitions {
        if running.contains(name.as_str()) && !script.draws() {
            let mut params = script.sets();
            params.retain(|param| is_param(param));
            params.iter().for_each(|param| *setters.entry(param).or_default() += 1);
            plain.insert(name, params);
        }
    }
    let is_alone = |definition: &str| {
        plain.get(definition).is_some_and(|params| {
            !params.is_empty() && params.iter().all(|param| setters.get(param) == Some(&1))
        })
    };
    let alone = active.iter().filter(|(_, _, definition)| is_alone(definition));
    alone.map(|(index, ..)| *index).collect()
}
