//! Parts of compiled scripts as text that people read, in the form that an author would write.

use crate::dialect::Dialect;
use crate::number;
use crate::tree::{Kind, Layout, Node, to_json};
use crate::wire::{Branch, Operator};

/// The longest text, in bytes. Longer ones are cut.
const MAX_LENGTH: usize = 160;

/// The number of equal bytes that are kept before the first difference of two texts.
const CONTEXT: usize = 40;

/// The number of bytes of two texts that are compared.
const MAX_COMPARED: usize = 64 << 10;

/// The most levels of an expression that are written.
const MAX_DEPTH: usize = 30;

/// A part of a compiled script in PlanOut language, on one line, cut if it is long.
pub(super) fn expression(node: &Node, dialect: Dialect) -> String {
    cut(&written(node, dialect, Numbers::AsWritten, MAX_LENGTH), 0)
}

/// One side of a comparison: the possible values of an expression.
pub(super) struct Side<'a> {
    pub(super) values: Vec<&'a Node>,
    pub(super) dialect: Dialect,
}

impl Side<'_> {
    fn text(&self, numbers: Numbers) -> String {
        let write = |value: &&Node| written(value, self.dialect, numbers, MAX_COMPARED);
        self.values.iter().map(write).collect::<Vec<_>>().join(" or ")
    }
}

/// Two different sides as two different texts, cut so that the first difference can be seen. `None`
/// stands for a side without a value.
pub(super) fn sides(before: &Side<'_>, after: &Side<'_>) -> [Option<String>; 2] {
    let texts = |numbers| [before.text(numbers), after.text(numbers)];
    let [mut one, mut other] = texts(Numbers::AsWritten);
    // Two dialects store the same number differently, which is not an edit.
    if one == other && before.dialect == after.dialect {
        [one, other] = texts(Numbers::AsStored);
    }
    let equal = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let start = if equal > MAX_LENGTH - CONTEXT { equal - CONTEXT } else { 0 };
    [(before, one), (after, other)]
        .map(|(side, text)| (!side.values.is_empty()).then(|| cut(&text, start)))
}

/// A part of a text that begins at a byte, cut to the longest length.
fn cut(text: &str, start: usize) -> String {
    let start = text.floor_char_boundary(start);
    let end = text.floor_char_boundary(start + MAX_LENGTH);
    let (before, after) = (if start > 0 { "..." } else { "" }, &text[end..]);
    format!("{before}{}{}", &text[start..end], if after.is_empty() { "" } else { "..." })
}

fn written(node: &Node, dialect: Dialect, numbers: Numbers, limit: usize) -> String {
    let mut writer = Writer { out: String::new(), dialect, numbers, limit, depth: 0 };
    writer.node(node);
    writer.out
}

/// The form of numbers in a dialect whose numbers are all doubles.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// The form that an author writes: `1`.
    AsWritten,
    /// The form in the compiled script: `1.0`, or `1` if something else than planout4j compiled it.
    AsStored,
}

struct Writer {
    out: String,
    dialect: Dialect,
    numbers: Numbers,
    /// The number of bytes at which nothing more is added.
    limit: usize,
    depth: usize,
}

impl Writer {
    fn node(&mut self, node: &Node) {
        if self.depth > MAX_DEPTH || self.out.len() > self.limit {
            self.out.push_str("...");
            return;
        }
        self.depth += 1;
        match &node.kind {
            Kind::Map(_) => match Operator::of(node) {
                Some(operator) => self.operator(operator),
                None => self.json(node),
            },
            Kind::List(items) => self.list(items),
            Kind::String(text) => self.string(text),
            // Every number of such a script is a double, and the author did not write its point.
            Kind::Float(float)
                if !self.dialect.has_integers() && self.numbers == Numbers::AsWritten =>
            {
                self.out.push_str(&number::javascript(*float));
            }
            _ => self.json(node),
        }
        self.depth -= 1;
    }

    fn json(&mut self, node: &Node) {
        self.out.push_str(&to_json(node, Layout::Compact, self.dialect));
    }

    /// Escapes have no meaning in the language, so the quotes are chosen by the content.
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

    fn operator(&mut self, operator: Operator<'_>) {
        let op = operator.name();
        let part = |key: &str| operator.argument(key);
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
            _ => self.call(operator),
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
        for (index, branch) in branches.iter().map(Branch::of).enumerate() {
            let always = branch.condition.is_some_and(|node| node.kind == Kind::Bool(true));
            self.out.push_str(if index > 0 { " else " } else { "" });
            if !always {
                self.out.push_str("if (");
                self.parts([branch.condition]);
                self.out.push_str(") ");
            }
            self.parts([branch.then]);
        }
    }

    fn call(&mut self, call: Operator<'_>) {
        self.out.push_str(call.name());
        self.out.push('(');
        for (index, entry) in call.arguments().enumerate() {
            self.out.push_str(if index > 0 { ", " } else { "" });
            self.out.push_str(&entry.key);
            self.out.push('=');
            self.node(&entry.value);
        }
        self.out.push(')');
    }
}

/// The sign of an operator that stands between its operands.
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

    fn difference(before: &str, after: &str) -> [Option<String>; 2] {
        let scripts = [before, after].map(|text| {
            crate::tree::json::read(&crate::source::SourceText::new("x", text), 10).expect("JSON")
        });
        let [before, after] =
            scripts.each_ref().map(|node| Side { values: vec![node], dialect: Dialect::Planout4j });
        sides(&before, &after)
    }

    #[test]
    fn what_differs_looks_different() {
        let texts = difference("[1, 2]", "[1.0, 2.0]").map(Option::unwrap);
        assert_eq!(texts, ["[1, 2]", "[1.0, 2.0]"]);

        let long = "'some text', ".repeat(100).replace('\'', "\"");
        let [before, after] = difference(&format!("[{long}1]"), &format!("[{long}2]"));
        let [before, after] = [before, after].map(|side| side.expect("a text"));
        assert!(before.starts_with("...") && before.ends_with("'some text', 1]"), "{before}");
        assert!(after.len() < MAX_LENGTH && after.ends_with("'some text', 2]"), "{after}");
    }

    #[test]
    fn long_ones_are_cut() {
        let text = roundabout(&format!("[{}1]", "'some text', ".repeat(100)));
        assert!(text.len() < MAX_LENGTH + 20 && text.ends_with("..."), "{text}");
    }
}
