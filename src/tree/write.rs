//! A tree as JSON text.

use super::{Kind, Node};
use crate::dialect::Dialect;

/// The layout of JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// All on one line, without spaces.
    Compact,
    /// One line for each element, indented by two spaces for each level.
    Pretty,
}

/// Writes a tree as JSON. The text of a float is that of the dialect, and always differs from an
/// integer: `1.0E7` or `10000000.0`.
pub fn to_json(node: &Node, layout: Layout, dialect: Dialect) -> String {
    let mut writer = Writer { out: String::new(), layout, dialect, indent: 0 };
    writer.node(node);
    writer.out
}

/// JSON text whose characters outside of ASCII are written as `\u` escapes. It reads back unchanged,
/// even if a reader takes it for another encoding.
pub fn ascii(json: String) -> String {
    if json.is_ascii() {
        return json;
    }
    let mut ascii = String::with_capacity(json.len() * 2);
    for char in json.chars() {
        if char.is_ascii() {
            ascii.push(char);
            continue;
        }
        // Only strings hold other characters, and their escapes are units of UTF-16.
        for unit in char.encode_utf16(&mut [0; 2]) {
            ascii.push_str(&format!("\\u{unit:04x}"));
        }
    }
    ascii
}

/// Appends a string as JSON writes it, in quotes and with escapes.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // These characters are legal in JSON, but JavaScript and many viewers treat them as line
            // ends.
            '\0'..'\x20' | '\x7f' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(char)));
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}

struct Writer {
    out: String,
    layout: Layout,
    dialect: Dialect,
    indent: usize,
}

impl Writer {
    fn node(&mut self, node: &Node) {
        match &node.kind {
            Kind::Null | Kind::Invalid => self.out.push_str("null"),
            Kind::Bool(bool) => self.out.push_str(if *bool { "true" } else { "false" }),
            Kind::Int(int) => self.out.push_str(&int.to_string()),
            Kind::Wide(digits) => self.out.push_str(digits),
            Kind::Float(float) => self.out.push_str(&self.dialect.json_float(*float)),
            Kind::String(text) => quote(text, &mut self.out),
            Kind::List(list) => self.collection('[', ']', list, |writer, item| writer.node(item)),
            Kind::Map(map) => self.collection('{', '}', &map.entries, |writer, entry| {
                quote(&entry.key, &mut writer.out);
                writer.out.push_str(if writer.layout == Layout::Pretty { ": " } else { ":" });
                writer.node(&entry.value);
            }),
            Kind::Script(block) => quote(&block.text, &mut self.out),
        }
    }

    fn collection<T>(
        &mut self,
        open: char,
        close: char,
        items: &[T],
        mut write: impl FnMut(&mut Self, &T),
    ) {
        self.out.push(open);
        self.indent += 1;
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.new_line();
            write(self, item);
        }
        self.indent -= 1;
        if !items.is_empty() {
            self.new_line();
        }
        self.out.push(close);
    }

    fn new_line(&mut self) {
        if self.layout == Layout::Pretty {
            self.out.push('\n');
            // A deep tree would be mostly white space, so the indentation stops growing.
            for _ in 0..self.indent.min(100) {
                self.out.push_str("  ");
            }
        }
    }
}
