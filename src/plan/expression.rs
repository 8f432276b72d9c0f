//! Parts of compiled scripts as text, much as an author would write them: for people to read.

use crate::dialect::Dialect;
use crate::number;
use crate::tree::{Kind, Layout, Map, Node, to_json};

/// How long a text may get, in bytes, before it is cut.
const MAX_LENGTH: usize = 160;

/// How deep an expression is followed.
const MAX_DEPTH: usize = 30;

/// A part of a compiled script in PlanOut language, on one line, cut where it gets long.
pub(super) fn expression(node: &Node, dialect: Dialect) -> String {
    let mut writer = Writer { out: String::new(), dialect, depth: 0 };
    writer.node(node);
    if writer.out.len() > MAX_LENGTH {
        let end = writer.out.floor_char_boundary(MAX_LENGTH);
        writer.out.truncate(end);
        writer.out.push_str("...");
    }
    writer.out
}

struct Writer {
    out: String,
    dialect: Dialect,
    depth: usize,
}

impl Writer {
    fn node(&mut self, node: &Node) {
        if self.depth > MAX_DEPTH || self.out.len() > MAX_LENGTH {
            self.out.push_str("...");
            return;
        }
        self.depth += 1;
        match &node.kind {
            Kind::Map(map) => match map.get("op").and_then(Node::as_str) {
                Some(op) => self.operator(op, map),
                None => self.json(node),
            },
            Kind::List(items) => self.list(items),
            Kind::String(text) => self.string(text),
            // Every number of such a script is a double: nobody wrote its point.
            Kind::Float(float) if !self.dialect.has_integers() => {
                self.out.push_str(&number::javascript(*float));
            }
            _ => self.json(node),
        }
        self.depth -= 1;
    }

    fn json(&mut self, node: &Node) {
        self.out.push_str(&to_json(node, Layout::Compact, self.dialect));
    }

    /// The language has no escapes that mean anything: quotes are chosen by what is inside.
    fn string(&mut self, text: &str) {
        let quote = if text.contains('\'') { '"' } else { '\'' };
        self.out.push(quote);
        self.out.extend(text.chars().map(|char| if char.is_control() { ' ' } else { char }));
        self.out.push(quote);
    }

    fn list(&mut self, items: &[Node]) {
        self.out.push('[');
        self.separated(items, ", ");
        self.out.push(']');
    }

    fn separated<'n>(&mut self, items: impl IntoIterator<Item = &'n Node>, separator: &str) {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.out.push_str(separator);
            }
            self.node(item);
        }
    }

    fn operator(&mut self, op: &str, map: &Map) {
        let part = |key: &str| map.get(key);
        let list = |key: &str| part(key).and_then(Node::as_list);
        match (op, part("value"), list("values")) {
            ("get", ..) => {
                self.out.push_str(part("var").and_then(Node::as_str).unwrap_or_default());
            }
            ("array", _, Some(values)) => self.list(values),
            ("literal", Some(value), _) => {
                if value.as_map().is_some() {
                    self.out.push('@');
                }
                self.json(value);
            }
            ("negative", Some(value), _) => self.prefixed("-", value),
            ("not", Some(value), _) => self.prefixed("!", value),
            ("return", Some(value), _) => self.prefixed("return ", value),
            ("index", ..) => {
                self.parts([part("base")]);
                self.out.push('[');
                self.parts([part("index")]);
                self.out.push(']');
            }
            ("set", ..) => {
                let name = part("var").and_then(Node::as_str).unwrap_or_default();
                self.out.push_str(name);
                self.out.push_str(" = ");
                self.parts([part("value")]);
            }
            ("seq", ..) => {
                self.out.push_str("{ ");
                self.separated(list("seq").unwrap_or_default(), "; ");
                self.out.push_str(" }");
            }
            ("cond", ..) => self.condition(list("cond").unwrap_or_default()),
            (_, _, Some(values)) if infix(op).is_some() => {
                self.infix(infix(op).unwrap_or_default(), values.iter());
            }
            _ if infix(op).is_some() && part("left").is_some() => {
                let sides = part("left").into_iter().chain(part("right"));
                self.infix(infix(op).unwrap_or_default(), sides);
            }
            _ => self.call(op, map),
        }
    }

    fn parts<'n>(&mut self, parts: impl IntoIterator<Item = Option<&'n Node>>) {
        for part in parts.into_iter().flatten() {
            self.node(part);
        }
    }

    fn prefixed(&mut self, sign: &str, value: &Node) {
        self.out.push_str(sign);
        self.node(value);
    }

    fn infix<'n>(&mut self, sign: &str, values: impl Iterator<Item = &'n Node>) {
        let inner = self.depth > 1;
        self.out.push_str(if inner { "(" } else { "" });
        self.separated(values, &format!(" {sign} "));
        self.out.push_str(if inner { ")" } else { "" });
    }

    fn condition(&mut self, branches: &[Node]) {
        for (index, branch) in branches.iter().filter_map(Node::as_map).enumerate() {
            let always = branch.get("if").is_some_and(|node| node.kind == Kind::Bool(true));
            self.out.push_str(if index > 0 { " else " } else { "" });
            if !always {
                self.out.push_str("if (");
                self.parts([branch.get("if")]);
                self.out.push_str(") ");
            }
            self.parts([branch.get("then")]);
        }
    }

    fn call(&mut self, op: &str, map: &Map) {
        self.out.push_str(op);
        self.out.push('(');
        let arguments = map.entries.iter().filter(|entry| &*entry.key != "op");
        for (index, entry) in arguments.enumerate() {
            self.out.push_str(if index > 0 { ", " } else { "" });
            self.out.push_str(&entry.key);
            self.out.push('=');
            self.node(&entry.value);
        }
        self.out.push(')');
    }
}

/// The sign of an operator that the language writes between its operands.
fn infix(op: &str) -> Option<&str> {
    Some(match op {
        "sum" => "+",
        "product" => "*",
        "equals" => "==",
        "and" => "&&",
        "or" => "||",
        "coalesce" => "??",
        "/" | "%" | "<" | ">" | "<=" | ">=" => op,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Script;

    fn roundabout(code: &str) -> String {
        let script = Script::compile("x", &format!("x = {code};"), Dialect::Planout4j);
        let script = script.expect("a script");
        let value = script.json().as_map().and_then(|map| map.get("seq"));
        let set = value.and_then(Node::as_list).and_then(|seq| seq[0].as_map());
        expression(set.and_then(|set| set.get("value")).expect("a value"), Dialect::Planout4j)
    }

    #[test]
    fn expressions_read_much_as_they_are_written() {
        for (code, text) in [
            ("7", "7"),
            ("-0.5", "-0.5"),
            ("'red'", "'red'"),
            ("\"it's\"", "\"it's\""),
            ("[1, 'a', [true, null]]", "[1, 'a', [true, null]]"),
            ("@{'a': [1]}", "@{\"a\":[1.0]}"),
            ("uniformChoice(unit=u, choices=[1])", "uniformChoice(unit=u, choices=[1])"),
            ("a + 1", "a + 1"),
            ("(a + b) * 2 >= 5", "((a + b) * 2) >= 5"),
            ("!a && b[0] == 3", "!(a && (b[0] == 3))"),
            ("{ y = 1; z = y; }", "{ y = 1; z = y }"),
        ] {
            assert_eq!(roundabout(code), text);
        }
    }

    #[test]
    fn long_ones_are_cut() {
        let text = roundabout(&format!("[{}1]", "'some text', ".repeat(100)));
        assert!(text.len() < MAX_LENGTH + 20 && text.ends_with("..."), "{text}");
    }
}
