//! The form that is shipped: scripts are compiled, the name is set, and the dialect is named where a
//! reader could not know it.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::dialect::Dialect;
use crate::eval::Script;
use crate::tree::{Kind, Map, Node};

/// Brings a document into the form that is shipped. A document that already has this form is not
/// copied.
pub(super) fn finish(
    tree: Arc<Node>,
    name: &str,
    dialect: Dialect,
    definitions: &IndexMap<String, Arc<Script>>,
) -> Arc<Node> {
    let settings = settings(name, dialect);
    if tree.as_map().is_some_and(|map| is_finished(map, &settings)) {
        return tree;
    }
    let mut tree = Arc::unwrap_or_clone(tree);
    if let Kind::Map(map) = &mut tree.kind {
        for entry in &mut map.entries {
            match (&*entry.key, &mut entry.value.kind) {
                ("namespace", Kind::Map(header)) => {
                    for (key, value) in &settings {
                        header.set(*key, Node::string(*value, entry.key_span));
                    }
                }
                ("experiment_definitions", Kind::List(items)) => compile(items, definitions),
                _ => {}
            }
        }
    }
    Arc::new(tree)
}

/// The required settings of the header.
fn settings(name: &str, dialect: Dialect) -> Vec<(&'static str, &str)> {
    let mut settings = vec![("name", name)];
    if dialect != Dialect::default() {
        settings.push(("dialect", dialect.as_str()));
    }
    settings
}

fn is_finished(map: &Map, settings: &[(&str, &str)]) -> bool {
    let header = map.get("namespace").and_then(Node::as_map);
    let says = |key, value| header?.get(key)?.as_str().map(|found| found == value);
    let definitions = map.get("experiment_definitions").and_then(Node::as_list);
    let is_source = |item: &Node| item.as_map().is_some_and(is_source);
    settings.iter().all(|(key, value)| says(*key, *value) == Some(true))
        && !definitions.into_iter().flatten().any(is_source)
}

/// Whether the script of a definition has to be compiled.
fn is_source(definition: &Map) -> bool {
    matches!(definition.get("assign"), Some(Node { kind: Kind::Script(_), .. }))
}

fn compile(items: &mut [Node], definitions: &IndexMap<String, Arc<Script>>) {
    for item in items {
        let Kind::Map(item) = &mut item.kind else {
            continue;
        };
        let name = item.get("definition").and_then(Node::as_str).map(str::trim);
        let script = name.and_then(|name| definitions.get(name));
        // A compiled script stays as it is.
        if let Some(script) = script.filter(|_| is_source(item)) {
            item.set("assign", script.json().clone());
        }
    }
}
