//! Random scripts and random edits of them.

/// A small generator of random numbers: the same seed, the same scripts.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[self.below(of.len())]
    }
}

/// An expression of a script.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    /// A constant, or a variable.
    Leaf(String),
    /// A prefix.
    Unary(&'static str, Box<Expr>),
    Binary(Box<Expr>, &'static str, Box<Expr>),
    /// An operator with named arguments.
    Named(String, Vec<(&'static str, Expr)>),
    /// An operator with arguments in order.
    Call(&'static str, Vec<Expr>),
    List(Vec<Expr>),
    Index(Box<Expr>, Box<Expr>),
}

#[derive(Clone, Debug)]
pub(crate) enum Rule {
    Set(String, Expr),
    If(Vec<(Expr, Vec<Rule>)>, Vec<Rule>),
    Return(Expr),
}

impl Expr {
    fn leaf(text: &str) -> Expr {
        Expr::Leaf(text.to_owned())
    }

    fn text(&self) -> String {
        let list = |items: &[Expr]| items.iter().map(Expr::text).collect::<Vec<_>>().join(", ");
        match self {
            Expr::Leaf(text) => text.clone(),
            Expr::Unary(sign, inner) => format!("({sign}({}))", inner.text()),
            Expr::Binary(left, sign, right) => format!("({} {sign} {})", left.text(), right.text()),
            Expr::Named(name, arguments) => {
                let arguments = arguments.iter().map(|(name, it)| format!("{name}={}", it.text()));
                format!("{name}({})", arguments.collect::<Vec<_>>().join(", "))
            }
            Expr::Call(name, arguments) => format!("{name}({})", list(arguments)),
            Expr::List(items) => format!("[{}]", list(items)),
            Expr::Index(base, index) => format!("({}[{}])", base.text(), index.text()),
        }
    }

    /// All expressions in it that may be changed, itself first.
    fn visit<'e>(&'e mut self, see: &mut dyn FnMut(&mut Expr) -> bool) -> bool {
        if see(self) {
            return true;
        }
        match self {
            Expr::Leaf(_) => false,
            Expr::Unary(_, inner) => inner.visit(see),
            Expr::Binary(left, _, right) | Expr::Index(left, right) => {
                left.visit(see) || right.visit(see)
            }
            Expr::Named(_, arguments) => arguments.iter_mut().any(|(_, it)| it.visit(see)),
            Expr::Call(_, items) | Expr::List(items) => items.iter_mut().any(|it| it.visit(see)),
        }
    }
}

pub(crate) fn code(rules: &[Rule]) -> String {
    let mut text = String::new();
    for rule in rules {
        match rule {
            Rule::Set(name, value) => text.push_str(&format!("{name} = {};\n", value.text())),
            Rule::Return(value) => text.push_str(&format!("return {};\n", value.text())),
            Rule::If(branches, otherwise) => {
                for (place, (condition, rules)) in branches.iter().enumerate() {
                    let begin = if place == 0 { "if" } else { " else if" };
                    text.push_str(&format!("{begin} ({}) {{\n{}}}", condition.text(), code(rules)));
                }
                if !otherwise.is_empty() {
                    text.push_str(&format!(" else {{\n{}}}", code(otherwise)));
                }
                text.push('\n');
            }
        }
    }
    text
}

fn visit_rules(rules: &mut [Rule], see: &mut dyn FnMut(&mut Expr) -> bool) -> bool {
    rules.iter_mut().any(|rule| match rule {
        Rule::Set(_, value) | Rule::Return(value) => value.visit(see),
        Rule::If(branches, otherwise) => {
            branches
                .iter_mut()
                .any(|(condition, rules)| condition.visit(see) || visit_rules(rules, see))
                || visit_rules(otherwise, see)
        }
    })
}

/// The lists of rules in rules, themselves first.
fn visit_blocks(rules: &mut Vec<Rule>, see: &mut dyn FnMut(&mut Vec<Rule>) -> bool) -> bool {
    if see(rules) {
        return true;
    }
    rules.iter_mut().any(|rule| match rule {
        Rule::If(branches, otherwise) => {
            branches.iter_mut().any(|(_, rules)| visit_blocks(rules, see))
                || visit_blocks(otherwise, see)
        }
        _ => false,
    })
}

const INPUTS: [&str; 5] = ["country", "age", "network", "flag", "items"];
const TEXTS: [&str; 6] = ["'DE'", "'US'", "'FR'", "'wifi'", "'4g'", "''"];
const NUMBERS: [&str; 14] =
    ["0", "1", "2", "3", "5", "7", "10", "18", "30", "0.5", "2.5", "18.0", "0.001", "100"];
const PARAMS: [&str; 7] = ["a", "b", "c", "d", "e", "price", "hint"];
const DRAWS: [&str; 9] = [
    "uniformChoice",
    "weightedChoice",
    "bernoulliTrial",
    "bernoulliFilter",
    "randomInteger",
    "randomFloat",
    "sample",
    "fastSample",
    "uniformChoice",
];

impl Random {
    /// The primary unit, or a list with it.
    fn unit(&mut self) -> Expr {
        let unit = || Expr::leaf("userid");
        match self.below(20) {
            0 | 1 => Expr::List(vec![unit()]),
            2 => Expr::List(vec![unit(), Expr::leaf(self.pick(&["1", "2", "'x'", "'DE'"]))]),
            3 | 4 => Expr::List(vec![unit(), Expr::leaf(self.pick(&INPUTS))]),
            5 if self.chance(30) => Expr::leaf("country"),
            6 if self.chance(30) => Expr::List(vec![unit(), Expr::leaf(self.pick(&PARAMS))]),
            _ => unit(),
        }
    }

    fn number(&mut self) -> Expr {
        match self.below(12) {
            0 => Expr::Leaf(format!("{}", self.below(50))),
            1 => Expr::Unary("-", Box::new(Expr::leaf(self.pick(&NUMBERS)))),
            2 => Expr::Leaf(format!("0.{}", self.below(1000))),
            _ => Expr::leaf(self.pick(&NUMBERS)),
        }
    }

    fn constant(&mut self) -> Expr {
        match self.below(10) {
            0..=3 => self.number(),
            4..=7 => Expr::leaf(self.pick(&TEXTS)),
            8 => Expr::leaf(self.pick(&["true", "false", "null"])),
            _ => Expr::leaf(self.pick(&[
                "@[1, 2]",
                "@{\"DE\": 1, \"US\": 2}",
                "@[]",
                "@{\"x\": null}",
            ])),
        }
    }

    fn choices(&mut self, depth: usize) -> Expr {
        let size = match self.below(20) {
            0 => 0,
            1 => 1,
            2 => 7,
            n => 2 + n % 3,
        };
        Expr::List(
            (0..size)
                .map(|_| {
                    if self.chance(85) {
                        self.constant()
                    } else {
                        self.expr(depth.saturating_sub(1))
                    }
                })
                .collect(),
        )
    }

    pub(crate) fn draw(&mut self, depth: usize) -> Expr {
        let name = self.pick(&DRAWS);
        let mut arguments: Vec<(&'static str, Expr)> = Vec::new();
        match name {
            "weightedChoice" => {
                let choices = self.choices(depth);
                let Expr::List(items) = &choices else { unreachable!() };
                let mut size = items.len();
                if self.chance(5) {
                    size += 1;
                }
                if self.chance(3) {
                    size = size.saturating_sub(1);
                }
                let weights = (0..size)
                    .map(|_| match self.below(12) {
                        0 => Expr::leaf("0"),
                        1 => Expr::leaf("0.0"),
                        2 if self.chance(20) => Expr::leaf("age"),
                        3 if self.chance(10) => Expr::Unary("-", Box::new(Expr::leaf("1"))),
                        4 => Expr::leaf("1000000"),
                        _ => Expr::leaf(self.pick(&NUMBERS)),
                    })
                    .collect();
                arguments.push(("choices", choices));
                arguments.push(("weights", Expr::List(weights)));
            }
            "bernoulliTrial" | "bernoulliFilter" => {
                if name == "bernoulliFilter" {
                    arguments.push(("choices", self.choices(depth)));
                }
                let p = match self.below(14) {
                    0 => Expr::leaf("0"),
                    1 => Expr::leaf("1"),
                    2 => Expr::leaf("0.00001"),
                    3 if self.chance(40) => {
                        Expr::Binary(Box::new(Expr::leaf("age")), "/", Box::new(Expr::leaf("100")))
                    }
                    4 => Expr::leaf("1.0"),
                    _ => Expr::Leaf(format!("0.{}", 1 + self.below(99))),
                };
                arguments.push(("p", p));
            }
            "randomInteger" => {
                let (min, max) = match self.below(8) {
                    0 => ("1", "1000000"),
                    1 => ("0", "999999"),
                    2 => ("-3", "3"),
                    3 => ("1", "20000"),
                    4 => ("5", "5"),
                    5 => ("0", "29999"),
                    _ => ("1", "6"),
                };
                arguments.push(("min", Expr::leaf(min)));
                arguments.push(("max", Expr::leaf(max)));
            }
            "randomFloat" => {
                let (min, max) = match self.below(7) {
                    0 => ("0", "10"),
                    1 => ("1.5", "1"),
                    2 => ("-1", "1"),
                    3 => ("2", "2"),
                    4 => ("0.0", "2.0"),
                    _ => ("0", "1"),
                };
                arguments.push(("min", Expr::leaf(min)));
                arguments.push(("max", Expr::leaf(max)));
            }
            "sample" | "fastSample" => {
                arguments.push(("choices", self.choices(depth)));
                if self.chance(60) {
                    arguments.push(("draws", Expr::leaf(self.pick(&["0", "1", "2", "3", "5"]))));
                }
            }
            _ => arguments.push(("choices", self.choices(depth))),
        }
        arguments.push(("unit", self.unit()));
        match self.below(6) {
            0..=4 => arguments.push(("salt", Expr::leaf(self.pick(&["'s'", "'t'", "'s'", "'a'"])))),
            _ => {
                arguments.push(("full_salt", Expr::leaf(self.pick(&["'s'", "'exp.s'", "'exp.a'"]))))
            }
        }
        Expr::Named(name.to_owned(), arguments)
    }

    pub(crate) fn condition(&mut self, depth: usize) -> Expr {
        let leaf = |text: &str| Box::new(Expr::leaf(text));
        let compare = ["==", "!=", "<", ">", "<=", ">="];
        match self.below(18) {
            0..=3 => Expr::Binary(
                leaf("country"),
                self.pick(&["==", "==", "!="]),
                leaf(self.pick(&TEXTS)),
            ),
            4..=6 => {
                let sign = self.pick(&compare);
                Expr::Binary(leaf("age"), sign, Box::new(self.number()))
            }
            7 => Expr::Binary(leaf("network"), "==", leaf(self.pick(&["'wifi'", "'4g'", "null"]))),
            8 => Expr::leaf(self.pick(&INPUTS)),
            9 => Expr::Unary("!", Box::new(self.condition(depth.saturating_sub(1)))),
            10 | 11 if depth > 0 => {
                let (left, right) = (self.condition(depth - 1), self.condition(depth - 1));
                Expr::Binary(Box::new(left), self.pick(&["&&", "||"]), Box::new(right))
            }
            12 | 13 => {
                let sign = self.pick(&compare);
                Expr::Binary(leaf(self.pick(&PARAMS)), sign, Box::new(self.constant()))
            }
            14 => {
                let sign = self.pick(&compare);
                Expr::Binary(Box::new(self.draw(0)), sign, Box::new(self.number()))
            }
            15 => Expr::leaf(self.pick(&PARAMS)),
            16 if depth > 0 => {
                let (left, right) = (self.expr(depth - 1), self.expr(depth - 1));
                Expr::Binary(Box::new(left), self.pick(&compare), Box::new(right))
            }
            _ => self.draw(depth),
        }
    }

    pub(crate) fn expr(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return match self.below(10) {
                0..=5 => self.constant(),
                6 | 7 => Expr::leaf(self.pick(&INPUTS)),
                _ => Expr::leaf(self.pick(&PARAMS)),
            };
        }
        match self.below(24) {
            0..=8 => self.draw(depth - 1),
            9 | 10 => self.constant(),
            11 | 12 => Expr::leaf(self.pick(&INPUTS)),
            13 => Expr::leaf(self.pick(&PARAMS)),
            14 | 15 => {
                let (left, right) = (self.expr(depth - 1), self.expr(depth - 1));
                Expr::Binary(Box::new(left), self.pick(&["+", "*", "-", "/", "%"]), Box::new(right))
            }
            16 => {
                let name = self.pick(&["round", "min", "max", "exp", "sqrt", "length"]);
                let count = if matches!(name, "min" | "max") { 2 } else { 1 };
                Expr::Call(name, (0..count).map(|_| self.expr(depth - 1)).collect())
            }
            17 => {
                let (left, right) = (self.expr(0), self.expr(depth - 1));
                Expr::Binary(Box::new(left), "??", Box::new(right))
            }
            18 => {
                let key = self.pick(&["country", "age", "a", "b", "network"]);
                Expr::Index(
                    Box::new(Expr::leaf("@{\"DE\": 1, \"US\": 2, \"wifi\": \"x\"}")),
                    Box::new(Expr::leaf(key)),
                )
            }
            19 => {
                let index = self.draw(0);
                Expr::Index(Box::new(Expr::leaf("@[10, 20, 30, \"z\"]")), Box::new(index))
            }
            20 => Expr::List(vec![self.expr(depth - 1), self.expr(depth - 1)]),
            21 | 22 => self.condition(depth - 1),
            _ => {
                // A value that goes with one continuous number.
                let (factor, offset) = (self.number(), self.number());
                let draw = Expr::Named(
                    "randomFloat".to_owned(),
                    vec![
                        ("min", Expr::leaf(self.pick(&["0", "-1", "1.5"]))),
                        ("max", Expr::leaf(self.pick(&["1", "2"]))),
                        ("unit", Expr::leaf("userid")),
                        ("salt", Expr::leaf(self.pick(&["'s'", "'t'"]))),
                    ],
                );
                let scaled = Expr::Binary(Box::new(draw), self.pick(&["*", "/"]), Box::new(factor));
                let moved =
                    Expr::Binary(Box::new(scaled), self.pick(&["+", "-"]), Box::new(offset));
                match self.below(4) {
                    0 => moved,
                    1 => Expr::Call(self.pick(&["min", "max"]), vec![moved, self.number()]),
                    2 => Expr::Binary(
                        Box::new(moved),
                        self.pick(&["<", ">="]),
                        Box::new(self.number()),
                    ),
                    _ => Expr::Call("round", vec![moved]),
                }
            }
        }
    }

    fn rule(&mut self, depth: usize) -> Rule {
        match self.below(12) {
            0 | 1 if depth > 0 => {
                let mut branches = vec![(self.condition(1), self.rules(depth - 1, 2))];
                if self.chance(25) {
                    branches.push((self.condition(1), self.rules(depth - 1, 2)));
                }
                let otherwise = if self.chance(50) { self.rules(depth - 1, 2) } else { Vec::new() };
                Rule::If(branches, otherwise)
            }
            2 if self.chance(30) => Rule::Return(match self.below(4) {
                0 => Expr::leaf("true"),
                1 => Expr::leaf("false"),
                2 => Expr::leaf(self.pick(&PARAMS)),
                _ => self.draw(0),
            }),
            3 if self.chance(20) => Rule::Set(
                "experiment_salt".to_owned(),
                Expr::leaf(self.pick(&["'exp'", "'other'"])),
            ),
            4 if self.chance(15) => {
                Rule::Set(self.pick(&["country", "age"]).to_owned(), self.expr(1))
            }
            _ => {
                let depth = 1 + self.below(2);
                let mut value = self.expr(depth);
                // The name of the variable is the salt where none is given.
                if let Expr::Named(_, arguments) = &mut value
                    && self.chance(50)
                {
                    arguments.retain(|(name, _)| !name.ends_with("salt"));
                }
                Rule::Set(self.pick(&PARAMS).to_owned(), value)
            }
        }
    }

    pub(crate) fn rules(&mut self, depth: usize, most: usize) -> Vec<Rule> {
        (0..=self.below(most)).map(|_| self.rule(depth)).collect()
    }

    /// Changes rules in one place or more.
    pub(crate) fn edit(&mut self, rules: &mut Vec<Rule>) {
        let times = if self.chance(75) { 1 } else { 2 };
        for _ in 0..times {
            if self.chance(60) { self.edit_expr(rules) } else { self.edit_block(rules) }
        }
    }

    fn edit_expr(&mut self, rules: &mut [Rule]) {
        let mut count = 0;
        visit_rules(rules, &mut |_| {
            count += 1;
            false
        });
        let mut place = self.below(count);
        visit_rules(rules, &mut |expr| {
            if place > 0 {
                place -= 1;
                return false;
            }
            self.change(expr);
            true
        });
    }

    fn change(&mut self, expr: &mut Expr) {
        let old = expr.clone();
        *expr = match old {
            Expr::Leaf(text) if text.parse::<f64>().is_ok() => match self.below(6) {
                0 => Expr::Leaf(format!("{text}.0").replace(".0.0", ".0")),
                1 => Expr::Binary(Box::new(Expr::Leaf(text)), "*", Box::new(Expr::leaf("2"))),
                _ => self.number(),
            },
            Expr::Leaf(text) if text.starts_with('\'') => Expr::leaf(self.pick(&TEXTS)),
            Expr::Leaf(text) if INPUTS.contains(&&*text) || PARAMS.contains(&&*text) => {
                match self.below(4) {
                    0 => self.constant(),
                    1 => Expr::Binary(Box::new(Expr::Leaf(text)), "??", Box::new(self.constant())),
                    2 => Expr::leaf(self.pick(&PARAMS)),
                    _ => Expr::leaf(self.pick(&INPUTS)),
                }
            }
            Expr::Leaf(_) => self.expr(0),
            Expr::Binary(left, sign, right) => match self.below(4) {
                0 => Expr::Binary(right, sign, left),
                1 if matches!(sign, "<" | ">" | "<=" | ">=" | "==" | "!=") => {
                    Expr::Binary(left, self.pick(&["<", ">", "<=", ">=", "==", "!="]), right)
                }
                1 if matches!(sign, "&&" | "||") => {
                    Expr::Binary(left, if sign == "&&" { "||" } else { "&&" }, right)
                }
                1 => Expr::Binary(left, self.pick(&["+", "*", "-"]), right),
                2 => Expr::Unary(
                    "!",
                    Box::new(Expr::Unary("!", Box::new(Expr::Binary(left, sign, right)))),
                ),
                _ => *left,
            },
            Expr::Unary(_, inner) if self.chance(50) => *inner,
            Expr::List(mut items) => {
                match self.below(4) {
                    0 if !items.is_empty() => {
                        items.remove(self.below(items.len()));
                    }
                    1 if items.len() > 1 => {
                        items.rotate_left(1);
                    }
                    2 if !items.is_empty() => {
                        let place = self.below(items.len());
                        items[place] = self.constant();
                    }
                    _ => items.push(self.constant()),
                }
                Expr::List(items)
            }
            Expr::Named(name, mut arguments) => {
                match self.below(4) {
                    0 => {
                        arguments.retain(|(name, _)| *name != "salt");
                        let salts = ["'s'", "'t'", "'a'", "'b'", "'price'"];
                        arguments.push(("salt", Expr::leaf(self.pick(&salts))));
                        Expr::Named(name, arguments)
                    }
                    1 => self.draw(0),
                    2 => {
                        for (name, it) in &mut arguments {
                            if *name == "unit" {
                                *it = self.unit();
                            }
                            if let ("weights", Expr::List(items)) = (*name, &mut *it) {
                                // The same odds, written differently.
                                for item in items {
                                    *item = Expr::Binary(
                                        Box::new(item.clone()),
                                        "*",
                                        Box::new(Expr::leaf("2")),
                                    );
                                }
                            }
                        }
                        Expr::Named(name, arguments)
                    }
                    _ => {
                        let name = match &*name {
                            "sample" => "fastSample",
                            "fastSample" => "sample",
                            "randomInteger" => "randomFloat",
                            "randomFloat" => "randomInteger",
                            _ => return *expr = self.draw(1),
                        };
                        Expr::Named(name.to_owned(), arguments)
                    }
                }
            }
            _ => self.expr(1),
        };
    }

    fn edit_block(&mut self, rules: &mut Vec<Rule>) {
        let mut count = 0;
        visit_blocks(rules, &mut |_| {
            count += 1;
            false
        });
        let mut place = self.below(count);
        visit_blocks(rules, &mut |block| {
            if place > 0 {
                place -= 1;
                return false;
            }
            self.change_block(block);
            true
        });
    }

    fn change_block(&mut self, block: &mut Vec<Rule>) {
        let size = block.len();
        let place = self.below(size);
        match self.below(8) {
            0 if size > 0 => {
                block.remove(place);
            }
            1 if size > 1 => block.swap(place, (place + 1) % size),
            2 if size > 0 => {
                let inner = block.remove(place);
                let condition =
                    if self.chance(25) { Expr::leaf("true") } else { self.condition(1) };
                block.insert(place, Rule::If(vec![(condition, vec![inner])], Vec::new()));
            }
            3 | 4 if size > 0 => match &mut block[place] {
                Rule::If(branches, otherwise) if branches.len() == 1 && !otherwise.is_empty() => {
                    std::mem::swap(&mut branches[0].1, otherwise);
                    if self.chance(50) {
                        let condition = branches[0].0.clone();
                        branches[0].0 = Expr::Unary("!", Box::new(condition));
                    }
                }
                Rule::If(branches, _) => branches.rotate_left(1),
                Rule::Set(_, value) => *value = self.expr(2),
                Rule::Return(value) => *value = self.condition(1),
            },
            5 => block.insert(place, self.rule(1)),
            6 if size > 0 => {
                // Equal branches.
                let inner = block.remove(place);
                let condition = self.condition(1);
                block.insert(place, Rule::If(vec![(condition, vec![inner.clone()])], vec![inner]));
            }
            _ => block.push(self.rule(1)),
        }
    }

    /// Changes the text of a script: a number, a string, an operator, or a line.
    pub(crate) fn edit_text(&mut self, text: &str) -> String {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        match self.below(6) {
            0 if lines.len() > 1 => {
                lines.remove(self.below(lines.len()));
            }
            1 if lines.len() > 1 => {
                let place = self.below(lines.len() - 1);
                lines.swap(place, place + 1);
            }
            2 => {
                let rule = code(&[self.rule(1)]);
                let place = self.below(lines.len() + 1);
                lines.insert(place, rule);
            }
            _ => {
                let text = lines.join("\n");
                let pairs = [
                    ("uniformChoice", "sample"),
                    ("sample", "uniformChoice"),
                    ("==", "!="),
                    ("<", ">"),
                    (">", "<="),
                    ("+", "*"),
                    ("salt=\"", "salt=\"z"),
                    ("true", "false"),
                    ("&&", "||"),
                    ("1", "2"),
                    ("2", "3"),
                    ("5", "4"),
                    ("3", "7"),
                    ("0", "1"),
                    ("v0", "v1"),
                    ("\"a\"", "\"b\""),
                    ("min", "max"),
                    ("userid", "[userid, s_in]"),
                    (".5", ".25"),
                    ("weights=[", "weights=[1, "),
                    ("choices=[", "choices=[0, "),
                ];
                for _ in 0..20 {
                    let (from, to) = pairs[self.below(pairs.len())];
                    let found: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
                    if found.is_empty() {
                        continue;
                    }
                    let at = found[self.below(found.len())];
                    return format!("{}{to}{}", &text[..at], &text[at + from.len()..]);
                }
            }
        }
        lines.join("\n")
    }
}
