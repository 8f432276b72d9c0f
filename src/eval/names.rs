//! The variables of a script, as its compiled form names them: more than it can reach, perhaps.

#[cfg(feature = "batch")]
use crate::dialect::Dialect;
use crate::eval::Script;
use crate::tree::{Kind, Node};

/// The variables that a script can read.
pub(crate) fn reads<'a>(script: &'a Script, found: impl FnMut(&'a str)) {
    walk(script.json(), "get", found);
}

/// The variables that a script can set.
pub(crate) fn sets<'a>(script: &'a Script, found: impl FnMut(&'a str)) {
    walk(script.json(), "set", found);
}

/// The params that a script can set, in the order in which they stand in it.
#[cfg(feature = "batch")]
pub(crate) fn params<'a>(script: &'a Script, mut found: impl FnMut(&'a str)) {
    let is_param = |name: &str| match script.dialect() {
        Dialect::Planout4j => true,
        Dialect::Planout => name != "experiment_salt" && name != "salt_sep",
    };
    sets(script, |name| {
        if is_param(name) {
            found(name);
        }
    });
}

/// The variables of all uses of an operator. Scripts nest deeper than stacks are.
fn walk<'a>(root: &'a Node, operator: &str, mut found: impl FnMut(&'a str)) {
    let mut nodes = vec![root];
    while let Some(node) = nodes.pop() {
        match &node.kind {
            Kind::List(items) => nodes.extend(items.iter().rev()),
            Kind::Map(map) => {
                let op = map.get("op").and_then(Node::as_str);
                // What a literal holds is data.
                if op == Some("literal") {
                    continue;
                }
                if let Some(variable) = map.get("var").and_then(Node::as_str)
                    && op == Some(operator)
                {
                    found(variable);
                }
                nodes.extend(map.entries.iter().rev().map(|entry| &entry.value));
            }
            _ => {}
        }
    }
}

#[cfg(all(test, feature = "batch"))]
mod tests {
    use super::*;

    fn found(dialect: Dialect, find: fn(&Script, &mut Vec<String>)) -> String {
        let code = "experiment_salt = 's'; b = a; if (c) { d = [e, f]; } else { b = 1; }
            g = @{\"op\": \"get\", \"var\": \"no\"}; salt_sep = '-'; return h;";
        let script = Script::compile("test", code, dialect).expect("a script");
        let mut names = Vec::new();
        find(&script, &mut names);
        names.join(" ")
    }

    #[test]
    fn variables_are_read_and_params_are_set() {
        let reads = |script: &Script, names: &mut Vec<String>| {
            super::reads(script, |name| names.push(name.to_owned()));
        };
        let params = |script: &Script, names: &mut Vec<String>| {
            super::params(script, |name| names.push(name.to_owned()));
        };
        for dialect in [Dialect::Planout4j, Dialect::Planout] {
            assert_eq!(found(dialect, reads), "a c e f h");
        }
        assert_eq!(found(Dialect::Planout4j, params), "experiment_salt b d b g salt_sep");
        assert_eq!(found(Dialect::Planout, params), "b d b g");
    }
}
