//! What several tests need.

use planout::source::Source;
use planout::tree::{Kind, Node, json};
use planout::{Map, Value};

/// The rows of a file of golden data.
pub fn golden(file: &str) -> Vec<Node> {
    let path = format!("{}/tests/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect(&path);
    let rows = text.lines().map(|line| json::read(&Source::new(file, line), 4000).expect(line));
    rows.collect()
}

/// The string under a key.
pub fn text<'a>(row: &'a Node, key: &str) -> &'a str {
    get(row, key).and_then(Node::as_str).unwrap_or_else(|| panic!("no `{key}` in a row"))
}

/// The value under a key.
pub fn get<'a>(row: &'a Node, key: &str) -> Option<&'a Node> {
    row.as_map().expect("a row is a mapping").get(key)
}

/// The mapping under a key as values.
pub fn map(row: &Node, key: &str) -> Map {
    let value = Value::try_from(get(row, key).expect(key)).expect("values");
    value.as_map().expect("a mapping").clone()
}

/// Whether two trees hold the same: kinds of numbers and the sign of zero count, the order of
/// keys does not.
pub fn same(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Float(a), Kind::Float(b)) => a.to_bits() == b.to_bits(),
        (Kind::List(a), Kind::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Kind::Map(a), Kind::Map(b)) => {
            a.entries.len() == b.entries.len()
                && a.entries
                    .iter()
                    .all(|entry| b.get(&entry.key).is_some_and(|b| same(&entry.value, b)))
        }
        (a, b) => a == b,
    }
}
