//! A second opinion: compiled scripts run by walking their JSON, one function an operator, as
//! plainly as the rules allow. It shares nothing with the crate's evaluator but the text of
//! floats, so that the two can be held against each other. Slow on purpose.
//!
//! An error that begins with [`LIMIT`] says that a case is too big for the oracle, not that it is
//! wrong: skip it. Integers beyond 64 bits are told from floats only where `serde_json` keeps them
//! apart: up to 2^64, or all with its feature `arbitrary_precision`.
#![allow(dead_code)] // each test uses a part of it

use planout::number::{java, python};
use serde_json::{Map, Value as Json};
use sha1::{Digest, Sha1};
use std::cmp::Ordering;

pub(crate) const LIMIT: &str = "oracle limit";
const MAX_DEPTH: usize = 200;
const MAX_NODES: usize = 100_000;
const MAX_INT: i128 = 10_i128.pow(36);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Planout4j,
    Planout,
}
use Dialect::{Planout, Planout4j};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) params: Map<String, Json>,
    pub(crate) in_experiment: bool,
}

/// Runs a compiled script.
pub(crate) fn evaluate(
    dialect: Dialect,
    script: &Json,
    salt: Option<&str>,
    inputs: &Map<String, Json>,
    overrides: &Map<String, Json>,
) -> Result<Outcome, String> {
    let mut run = Run {
        dialect,
        experiment_salt: salt.unwrap_or("global_salt").to_owned(),
        salt_sep: ".".to_owned(),
        inputs: entries(inputs, 0)?,
        vars: entries(overrides, 0)?,
        overridden: overrides.keys().cloned().collect(),
        depth: 0,
    };
    let in_experiment = match run.eval(script, None) {
        Ok(_) => true,
        Err(Stop::Return(value)) => value,
        Err(Stop::Fail(message)) => return Err(message),
    };
    let params = run.vars.iter().map(param).collect::<Result<_, _>>()?;
    Ok(Outcome {
        params,
        in_experiment,
    })
}

// ---- values ------------------------------------------------------------------------------------

/// A value. Unlike JSON's, a float can be infinite or NaN, and an integer beyond 64 bits: not as a
/// result, but as a constant, whose text may be hashed.
#[derive(Clone, Debug)]
enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(String),
    List(Vec<Value>),
    Dict(Entries),
}
type Entries = Vec<(String, Value)>;
use Value::{Bool, Dict, Float, Int, List, Null, Str};

fn from_json(json: &Json, depth: usize) -> Result<Value, String> {
    if depth > MAX_DEPTH {
        return Err(format!("{LIMIT}: a value nested too deeply"));
    }
    Ok(match json {
        Json::Null => Null,
        Json::Bool(b) => Bool(*b),
        Json::Number(n) => match n.to_string().parse() {
            Ok(i) if (-MAX_INT..MAX_INT).contains(&i) => Int(i),
            Err(_) if n.is_f64() => Float(n.as_f64().unwrap_or(f64::NAN)),
            _ => return Err(format!("{LIMIT}: the integer {n}")),
        },
        Json::String(s) => Str(s.clone()),
        Json::Array(a) => List(
            a.iter()
                .map(|v| from_json(v, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        Json::Object(o) => Dict(entries(o, depth)?),
    })
}

fn entries(object: &Map<String, Json>, depth: usize) -> Result<Entries, String> {
    let entry = |(k, v): (&String, _)| Ok((k.clone(), from_json(v, depth + 1)?));
    object.iter().map(entry).collect()
}

fn param((name, value): &(String, Value)) -> Result<(String, Json), String> {
    Ok((name.clone(), to_json(value)?))
}

fn to_json(value: &Value) -> Result<Json, String> {
    Ok(match value {
        Null => Json::Null,
        Bool(b) => Json::Bool(*b),
        Int(i) => Json::from(i64::try_from(*i).map_err(|_| format!("{i} is beyond 64 bits"))?),
        Float(f) if f.is_finite() => Json::from(*f),
        Float(f) => return Err(format!("a param is {f}")),
        Str(s) => Json::String(s.clone()),
        List(l) => Json::Array(l.iter().map(to_json).collect::<Result<_, _>>()?),
        Dict(d) => Json::Object(d.iter().map(param).collect::<Result<_, _>>()?),
    })
}

/// The depth of a value and the number of its nodes.
fn measure(value: &Value) -> (usize, usize) {
    let children: Vec<&Value> = match value {
        List(l) => l.iter().collect(),
        Dict(d) => d.iter().map(|(_, v)| v).collect(),
        _ => vec![],
    };
    let sizes = children.into_iter().map(measure);
    sizes.fold((1, 1), |(depth, nodes), (d, n)| {
        (depth.max(d + 1), nodes + n)
    })
}

fn find<'a>(entries: &'a Entries, name: &str) -> Option<&'a Value> {
    entries.iter().find(|(k, _)| k == name).map(|(_, v)| v)
}

fn truth(value: &Value) -> bool {
    match value {
        Null => false,
        Bool(b) => *b,
        Int(i) => *i != 0,
        Float(f) => *f != 0.0,
        Str(s) => !s.is_empty(),
        List(l) => !l.is_empty(),
        Dict(d) => !d.is_empty(),
    }
}

// ---- text --------------------------------------------------------------------------------------

/// What a unit is in the hash.
fn unit_text(dialect: Dialect, unit: &[Value]) -> String {
    unit.iter()
        .map(|v| text(dialect, v))
        .collect::<Vec<_>>()
        .join(".")
}

/// What an element of a unit is.
fn text(dialect: Dialect, value: &Value) -> String {
    match value {
        Str(s) => s.clone(),
        Null if dialect == Planout4j => String::new(),
        _ => inner_text(dialect, value),
    }
}

/// What a value is inside a list or a map: Java's `toString`, Python's `repr`.
fn inner_text(dialect: Dialect, value: &Value) -> String {
    let either = |j: &str, p: &str| if dialect == Planout4j { j } else { p }.to_owned();
    match value {
        Null => either("null", "None"),
        Bool(true) => either("true", "True"),
        Bool(false) => either("false", "False"),
        Int(i) => i.to_string(),
        Float(f) if f.is_nan() => either("NaN", "nan"),
        Float(f64::INFINITY) => either("Infinity", "inf"),
        Float(f64::NEG_INFINITY) => either("-Infinity", "-inf"),
        Float(f) if dialect == Planout4j => java(*f).to_string(),
        Float(f) => python(*f).to_string(),
        Str(s) => either(s, &python_quoted(s)),
        List(l) => {
            let items: Vec<_> = l.iter().map(|v| inner_text(dialect, v)).collect();
            format!("[{}]", items.join(", "))
        }
        Dict(d) => {
            let key = |k: &String| either(&format!("{k}="), &format!("{}: ", python_quoted(k)));
            let items = d.iter().map(|(k, v)| key(k) + &inner_text(dialect, v));
            format!("{{{}}}", items.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Python's `repr` of a string. It escapes what its tables of Unicode hold for unprintable; beyond
/// Latin-1 these are here the spaces, the commonest format characters and the private areas.
fn python_quoted(s: &str) -> String {
    let double = s.contains('\'') && !s.contains('"');
    let quote = if double { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in s.chars() {
        out += &match (c, c as u32) {
            ('\\', _) => "\\\\".to_owned(),
            ('\n', _) => "\\n".to_owned(),
            ('\r', _) => "\\r".to_owned(),
            ('\t', _) => "\\t".to_owned(),
            _ if c == quote => format!("\\{c}"),
            (_, n @ (..0x20 | 0x7f..=0xa0 | 0xad)) => format!("\\x{n:02x}"),
            (_, n @ (0x1680 | 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x206f | 0x3000)) => {
                format!("\\u{n:04x}")
            }
            (_, n @ (0xe000..=0xf8ff | 0xfeff | 0xfff0..=0xfffb | 0xfffe..=0xffff)) => {
                format!("\\u{n:04x}")
            }
            (_, n @ 0xe0000..) => format!("\\U{n:08x}"),
            _ => c.to_string(),
        };
    }
    out + &quote.to_string()
}

// ---- the walker --------------------------------------------------------------------------------

struct Run {
    dialect: Dialect,
    experiment_salt: String,
    salt_sep: String,
    inputs: Entries,
    /// The overrides, then what was set.
    vars: Entries,
    overridden: Vec<String>,
    depth: usize,
}

/// Why a script does not go on.
enum Stop {
    Return(bool),
    Fail(String),
}

impl From<String> for Stop {
    fn from(message: String) -> Stop {
        Stop::Fail(message)
    }
}

type Res<T = Value> = Result<T, Stop>;
type Node = Map<String, Json>;

fn fail<T>(message: impl Into<String>) -> Res<T> {
    Err(Stop::Fail(message.into()))
}

impl Run {
    /// The value of a piece of script; `salt` is the name of the variable that is being set to it.
    fn eval(&mut self, code: &Json, salt: Option<&str>) -> Res {
        if self.depth == MAX_DEPTH {
            return fail(format!("{LIMIT}: a script nested too deeply"));
        }
        self.depth += 1;
        let value = match code {
            Json::Object(node) if node.contains_key("op") => self.operator(node, salt),
            Json::Array(items) => self.eval_all(items),
            constant => from_json(constant, 0).map_err(Stop::Fail),
        };
        self.depth -= 1;
        value
    }

    fn eval_all(&mut self, codes: &[Json]) -> Res {
        let values = codes.iter().map(|code| self.eval(code, None));
        values.collect::<Res<_>>().map(List)
    }

    fn operator(&mut self, node: &Node, salt: Option<&str>) -> Res {
        let op = code_string(node, "op")?;
        match op {
            // Those that look at their arguments as code.
            "seq" => self.seq(code_list(node, "seq")?),
            "set" => self.set(code_string(node, "var")?, code(node, "value")?),
            "get" => Ok(self.get(code_string(node, "var")?)),
            "return" => self.return_(code(node, "value")?),
            "cond" => self.cond(code_list(node, "cond")?),
            "literal" => Ok(from_json(code(node, "value")?, 0)?),
            "array" => self.eval_all(code_list(node, "values")?),
            "and" => self.and(code_list(node, "values")?),
            "or" => self.or(code_list(node, "values")?),
            "coalesce" => self.coalesce(code_list(node, "values")?),
            _ => self.call(op, node, salt),
        }
    }

    /// Those that take the values of their arguments.
    fn call(&mut self, op: &str, node: &Node, salt: Option<&str>) -> Res {
        let Some(operator) = find_operator(op) else {
            return fail(format!("unknown operator `{op}`"));
        };
        let dialect = self.dialect;
        let mut args = Vec::new();
        for (name, code) in node.iter().filter(|(name, _)| *name != "op") {
            args.push((name.clone(), self.eval(code, None)?));
        }
        let own_salt = match node.get("salt") {
            Some(Json::Null) => dialect == Planout,
            code => code.is_some(),
        };
        if let Some(salt) = salt.filter(|_| !own_salt) {
            args.retain(|(name, _)| name != "salt");
            args.push(("salt".to_owned(), Str(salt.to_owned())));
        }
        let (run, grown) = (self, None);
        operator(&mut Call {
            op,
            dialect,
            run,
            args,
            grown,
        })
    }

    fn seq(&mut self, codes: &[Json]) -> Res {
        for code in codes {
            self.eval(code, None)?;
        }
        Ok(Null)
    }

    fn set(&mut self, name: &str, code: &Json) -> Res {
        if self.overridden.iter().any(|other| other == name) {
            return Ok(Null);
        }
        if name == "experiment_salt" {
            let Json::String(salt) = code else {
                return fail("`experiment_salt` takes a literal string only");
            };
            self.experiment_salt = salt.clone();
            if self.dialect == Planout {
                return Ok(Null);
            }
        }
        let value = self.eval(code, Some(name))?;
        if name == "salt_sep" && self.dialect == Planout {
            self.salt_sep = text(self.dialect, &value);
            return Ok(Null);
        }
        let (depth, nodes) = measure(&value);
        if depth > MAX_DEPTH || nodes > MAX_NODES {
            return fail(format!("{LIMIT}: a value too big"));
        }
        match self.vars.iter_mut().find(|(other, _)| other == name) {
            Some(slot) => slot.1 = value,
            None => self.vars.push((name.to_owned(), value)),
        }
        Ok(Null)
    }

    fn get(&self, name: &str) -> Value {
        if name == "experiment_salt" {
            return Str(self.experiment_salt.clone());
        }
        match (find(&self.vars, name), find(&self.inputs, name)) {
            (Some(Null), Some(input)) if self.dialect == Planout4j => input.clone(),
            (Some(value), _) | (None, Some(value)) => value.clone(),
            (None, None) => Null,
        }
    }

    fn return_(&mut self, code: &Json) -> Res {
        Err(Stop::Return(truth(&self.eval(code, None)?)))
    }

    fn cond(&mut self, clauses: &[Json]) -> Res {
        for clause in clauses {
            let Json::Object(clause) = clause else {
                return fail("a clause of `cond` must be a map");
            };
            let (test, then) = (code(clause, "if")?, code(clause, "then")?);
            if truth(&self.eval(test, None)?) {
                return self.eval(then, None);
            }
        }
        Ok(Null)
    }

    fn and(&mut self, codes: &[Json]) -> Res {
        for code in codes {
            if !truth(&self.eval(code, None)?) {
                return Ok(Bool(false));
            }
        }
        Ok(Bool(true))
    }

    fn or(&mut self, codes: &[Json]) -> Res {
        for code in codes {
            if truth(&self.eval(code, None)?) {
                return Ok(Bool(true));
            }
        }
        Ok(Bool(false))
    }

    fn coalesce(&mut self, codes: &[Json]) -> Res {
        for code in codes {
            let value = self.eval(code, None)?;
            if !matches!(value, Null) {
                return Ok(value);
            }
        }
        Ok(Null)
    }
}

fn code<'a>(node: &'a Node, name: &str) -> Res<&'a Json> {
    match node.get(name) {
        Some(code) => Ok(code),
        None => fail(format!("missing argument: {name}")),
    }
}

fn code_list<'a>(node: &'a Node, name: &str) -> Res<&'a [Json]> {
    match code(node, name)? {
        Json::Array(items) => Ok(items),
        _ => fail(format!("`{name}` must be a literal list")),
    }
}

fn code_string<'a>(node: &'a Node, name: &str) -> Res<&'a str> {
    match code(node, name)? {
        Json::String(s) => Ok(s),
        _ => fail(format!("`{name}` must be a string")),
    }
}

// ---- an operator with the values of its arguments ----------------------------------------------

struct Call<'a> {
    op: &'a str,
    dialect: Dialect,
    run: &'a Run,
    args: Entries,
    /// A list unit and what was appended to it so far.
    grown: Option<Vec<Value>>,
}

/// The operators that take the values of their arguments.
fn find_operator(op: &str) -> Option<fn(&mut Call) -> Res> {
    Some(match op {
        "map" => map,
        "index" => index,
        "length" => length,
        "not" => not,
        "equals" => equals,
        "<" | ">" | "<=" | ">=" => compare,
        "sum" => sum,
        "product" => product,
        "negative" => negative,
        "/" => divide,
        "%" => modulo,
        "round" => round,
        "min" | "max" => min_max,
        "exp" => exp,
        "sqrt" => sqrt,
        "uniformChoice" => uniform_choice,
        "weightedChoice" => weighted_choice,
        "bernoulliTrial" => bernoulli_trial,
        "bernoulliFilter" => bernoulli_filter,
        "randomInteger" => random_integer,
        "randomFloat" => random_float,
        "sample" => sample,
        "fastSample" => fast_sample,
        _ => return None,
    })
}

impl Call<'_> {
    fn fail<T>(&self, message: &str) -> Res<T> {
        fail(format!("`{}`: {message}", self.op))
    }

    fn must<T>(&self, name: &str, what: &str) -> Res<T> {
        self.fail(&format!("`{name}` must be {what}"))
    }

    /// An argument that may be null.
    fn nullable(&self, name: &str) -> Res<&Value> {
        match find(&self.args, name) {
            Some(value) => Ok(value),
            None => self.fail(&format!("missing argument: {name}")),
        }
    }

    fn arg(&self, name: &str) -> Res<&Value> {
        match self.nullable(name)? {
            Null if self.dialect == Planout4j => self.fail(&format!("missing argument: {name}")),
            value => Ok(value),
        }
    }

    fn string(&self, name: &str) -> Res<&str> {
        match self.arg(name)? {
            Str(s) => Ok(s),
            _ => self.must(name, "a string"),
        }
    }

    fn list(&self, name: &str) -> Res<Vec<Value>> {
        match self.arg(name)? {
            List(items) => Ok(items.clone()),
            _ => self.must(name, "a list"),
        }
    }

    /// An operand of arithmetic, as an integer or a float; in `planout` a boolean is one.
    fn number(&self, value: &Value) -> Res {
        match value {
            Int(_) | Float(_) => Ok(value.clone()),
            Bool(b) if self.dialect == Planout => Ok(Int(i128::from(*b))),
            _ => self.fail("an operand is not a number"),
        }
    }

    fn number_arg(&self, name: &str) -> Res {
        self.number(self.arg(name)?)
    }

    fn numbers(&self) -> Res<Vec<Value>> {
        self.list("values")?
            .iter()
            .map(|v| self.number(v))
            .collect()
    }

    fn double_arg(&self, name: &str) -> Res<f64> {
        Ok(double(&self.number_arg(name)?))
    }

    /// A result that is an integer.
    fn integer(&self, result: i128) -> Res {
        match i64::try_from(result) {
            Ok(_) => Ok(Int(result)),
            Err(_) => self.fail("the result is beyond 64 bits"),
        }
    }

    /// A whole number: in `planout4j` of 32 bits and of either kind, in `planout` an integer.
    fn whole(&self, name: &str) -> Res<i128> {
        match (self.dialect, self.arg(name)?) {
            (Planout, Int(i)) => Ok(*i),
            (Planout4j, Int(i)) if i32::try_from(*i).is_ok() => Ok(*i),
            (Planout4j, Float(f)) if f64::from(*f as i32) == *f => Ok(*f as i128),
            _ => self.must(name, "a whole number"),
        }
    }

    fn probability(&self) -> Res<f64> {
        match self.double_arg("p")? {
            p if (0.0..=1.0).contains(&p) => Ok(p),
            _ => self.must("p", "between 0 and 1"),
        }
    }

    /// 60 bits of SHA-1. What is appended to a list unit stays there for the next draw.
    fn hash(&mut self, appended: &Value) -> Res<u64> {
        let prefix = match find(&self.args, "full_salt") {
            Some(_) => format!("{}.", self.string("full_salt")?),
            None => {
                let Run {
                    experiment_salt,
                    salt_sep,
                    ..
                } = self.run;
                format!("{experiment_salt}.{}{salt_sep}", self.string("salt")?)
            }
        };
        let (is_list, mut unit) = match (self.grown.take(), self.arg("unit")?) {
            (Some(grown), _) => (true, grown),
            (None, List(items)) => (true, items.clone()),
            (None, scalar) => (false, vec![scalar.clone()]),
        };
        if !matches!(appended, Null) {
            unit.push(appended.clone());
        }
        let hash = hash(&(prefix + &unit_text(self.dialect, &unit)));
        self.grown = is_list.then_some(unit);
        Ok(hash)
    }

    fn uniform(&mut self, a: f64, b: f64, appended: &Value) -> Res<f64> {
        Ok(a + (b - a) * (self.hash(appended)? as f64 / 1_152_921_504_606_846_975.0))
    }
}

fn hash(text: &str) -> u64 {
    let digest = Sha1::digest(text.as_bytes());
    digest
        .iter()
        .take(8)
        .fold(0, |h, byte| h << 8 | u64::from(*byte))
        >> 4
}

// ---- numbers -----------------------------------------------------------------------------------

fn double(number: &Value) -> f64 {
    match number {
        Int(i) => *i as f64,
        Float(f) => *f,
        _ => f64::NAN,
    }
}

/// A double as planout4j gives it back: as an integer if all that led to it were integers.
fn wrapped(double: f64, integer: bool) -> Res {
    Ok(if integer {
        Int(i128::from(double as i64))
    } else {
        Float(double)
    })
}

fn sum(call: &mut Call) -> Res {
    let numbers = call.numbers()?;
    if call.dialect == Planout4j {
        let sum = numbers.iter().fold(0.0, |sum, n| sum + double(n));
        return wrapped(sum, numbers.iter().all(|n| matches!(n, Int(_))));
    }
    let mut sum = Int(0);
    for n in numbers {
        sum = match (&sum, &n) {
            (Int(a), Int(b)) => Int(a.checked_add(*b).ok_or(format!("{LIMIT}: a sum"))?),
            (a, b) => Float(double(a) + double(b)),
        };
    }
    if let Int(i) = sum {
        call.integer(i)
    } else {
        Ok(sum)
    }
}

fn product(call: &mut Call) -> Res {
    let values = call.list("values")?;
    if call.dialect == Planout4j {
        let (mut product, mut integer) = (1.0, true);
        for value in values {
            let n = call.number(&value)?;
            product *= double(&n);
            integer &= matches!(n, Int(_));
            if product == 0.0 {
                break;
            }
        }
        return wrapped(product, integer);
    }
    if let [Bool(b)] = values[..] {
        return Ok(Bool(b)); // nothing is multiplied
    }
    let numbers = call.numbers()?;
    let Some(mut product) = numbers.first().cloned() else {
        return call.fail("no values");
    };
    for n in &numbers[1..] {
        product = match (&product, n) {
            (Int(a), Int(b)) => Int(a.checked_mul(*b).ok_or(format!("{LIMIT}: a product"))?),
            (a, b) => Float(double(a) * double(b)),
        };
    }
    if let Int(i) = product {
        call.integer(i)
    } else {
        Ok(product)
    }
}

fn negative(call: &mut Call) -> Res {
    match (call.dialect, call.number_arg("value")?) {
        (Planout, Int(i)) => call.integer(-i),
        (_, n) => wrapped(0.0 - double(&n), matches!(n, Int(_))),
    }
}

fn divide(call: &mut Call) -> Res {
    match (call.double_arg("left")?, call.double_arg("right")?) {
        (_, 0.0) if call.dialect == Planout => call.fail("division by zero"),
        (left, right) => Ok(Float(left / right)),
    }
}

fn modulo(call: &mut Call) -> Res {
    let (left, right) = (call.number_arg("left")?, call.number_arg("right")?);
    match (call.dialect, double(&left), double(&right)) {
        (Planout4j, a, b) => match (a as i64).checked_rem(b as i64) {
            Some(rest) => wrapped(rest as f64, true),
            None if b as i64 == -1 => Ok(Int(0)),
            None => call.fail("division by zero"),
        },
        (Planout, _, 0.0) => call.fail("division by zero"),
        (Planout, a, b) => match (left, right) {
            (Int(a), Int(b)) => call.integer(floored(a, b)),
            _ if a % b == 0.0 => Ok(Float(0.0_f64.copysign(b))),
            _ if (a % b < 0.0) != (b < 0.0) => Ok(Float(a % b + b)),
            _ => Ok(Float(a % b)),
        },
    }
}

/// The remainder with the sign of the divisor, which is not zero.
fn floored(a: i128, b: i128) -> i128 {
    let differ = a % b != 0 && (a % b < 0) != (b < 0);
    a % b + if differ { b } else { 0 }
}

fn round(call: &mut Call) -> Res {
    let number = call.number_arg("value")?;
    match (call.dialect, double(&number)) {
        (Planout4j, x) if x - x.floor() >= 0.5 => wrapped(x.floor() + 1.0, true),
        (Planout4j, x) => wrapped(x.floor(), true),
        (Planout, x) => match number {
            Int(i) => call.integer(i),
            _ if x.is_finite() => call.integer(x.round_ties_even() as i128),
            _ => call.fail("the operand is not finite"),
        },
    }
}

/// An extension in `planout4j`, with Python's rules, but that a boolean is no number.
fn exp(call: &mut Call) -> Res {
    match call.double_arg("value")? {
        x if x.is_finite() && x.exp().is_infinite() => call.fail("overflow"),
        x => Ok(Float(x.exp())),
    }
}

/// As `exp`.
fn sqrt(call: &mut Call) -> Res {
    match call.double_arg("value")? {
        x if x < 0.0 => call.fail("the operand is negative"),
        x => Ok(Float(x.sqrt())),
    }
}

// ---- comparing ---------------------------------------------------------------------------------

fn not(call: &mut Call) -> Res {
    Ok(Bool(!truth(call.nullable("value")?)))
}

fn equals(call: &mut Call) -> Res {
    let (left, right) = (call.nullable("left")?, call.nullable("right")?);
    Ok(Bool(match (call.dialect, left, right) {
        (Planout4j, Int(_) | Float(_), Int(_) | Float(_)) => double(left) == double(right),
        (dialect, ..) => deep_equal(dialect, left, right),
    }))
}

/// Java's `Objects.equals`: of the same kind all the way down. Python's `==`: numbers and booleans
/// by value all the way down.
fn deep_equal(dialect: Dialect, a: &Value, b: &Value) -> bool {
    let equal = |a: &Value, b: &Value| deep_equal(dialect, a, b);
    match (a, b) {
        (Null, Null) => true,
        (Str(a), Str(b)) => a == b,
        (List(a), List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Dict(a), Dict(b)) => {
            let same = |(k, v): &(String, Value)| find(b, k).is_some_and(|w| equal(v, w));
            a.len() == b.len() && a.iter().all(same)
        }
        (Bool(a), Bool(b)) => a == b,
        (Float(a), Float(b)) if dialect == Planout4j => java_order(*a, *b).is_eq(),
        (Int(a), Int(b)) => a == b,
        _ => dialect == Planout && python_order(a, b).is_some_and(Ordering::is_eq),
    }
}

/// Java's `Double.compare`: NaN is above all, -0.0 below 0.0.
fn java_order(a: f64, b: f64) -> Ordering {
    let canonical = |x: f64| if x.is_nan() { f64::NAN.abs() } else { x };
    canonical(a).total_cmp(&canonical(b))
}

/// By exact value, as Python does. None for a NaN, and for what is not a number.
fn python_order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Bool(a), _) => python_order(&Int(i128::from(*a)), b),
        (_, Bool(b)) => python_order(a, &Int(i128::from(*b))),
        (Int(a), Int(b)) => Some(a.cmp(b)),
        (Float(a), Float(b)) => a.partial_cmp(b),
        (Float(_), Int(_)) => python_order(b, a).map(Ordering::reverse),
        (Int(_), Float(b)) if b.is_nan() => None,
        // Beyond `MAX_INT` the cast may saturate.
        (Int(a), Float(b)) => match a.cmp(&(b.trunc() as i128)) {
            Ordering::Equal => 0.0.partial_cmp(&b.fract()),
            order => Some(order),
        },
        _ => None,
    }
}

fn compare(call: &mut Call) -> Res {
    let order = order(call, call.arg("left")?, call.arg("right")?)?;
    Ok(Bool(order.is_some_and(|order| match call.op {
        "<" => order.is_lt(),
        ">" => order.is_gt(),
        "<=" => order.is_le(),
        _ => order.is_ge(),
    })))
}

/// The order of two values that may be compared; none for a NaN in `planout`.
fn order(call: &Call, a: &Value, b: &Value) -> Res<Option<Ordering>> {
    match (call.dialect, a, b) {
        (Planout4j, Str(a), Str(b)) => Ok(Some(a.encode_utf16().cmp(b.encode_utf16()))),
        (Planout4j, Bool(a), Bool(b)) => Ok(Some(a.cmp(b))),
        (Planout, Str(a), Str(b)) => Ok(Some(a.cmp(b))),
        (Planout, List(l), List(m)) => {
            let mut pairs = l.iter().zip(m);
            match pairs.find(|(a, b)| !deep_equal(Planout, a, b)) {
                Some((a, b)) => order(call, a, b),
                None => Ok(Some(l.len().cmp(&m.len()))),
            }
        }
        _ => match (call.number(a), call.number(b), call.dialect) {
            (Ok(a), Ok(b), Planout) => Ok(python_order(&a, &b)),
            (Ok(a), Ok(b), Planout4j) => Ok(Some(java_order(double(&a), double(&b)))),
            _ => call.fail("these kinds cannot be compared"),
        },
    }
}

/// The first element that no other one exceeds in the direction.
fn min_max(call: &mut Call) -> Res {
    let wanted = if call.op == "min" {
        Ordering::Less
    } else {
        Ordering::Greater
    };
    let values = call.list("values")?;
    let Some(mut best) = values.first() else {
        return call.fail("no values");
    };
    for value in &values {
        match order(call, value, best)? {
            _ if matches!(value, List(_)) => return call.fail("lists cannot be compared"),
            Some(order) if order == wanted => best = value,
            _ => {}
        }
    }
    Ok(best.clone())
}

// ---- lists, maps, strings ----------------------------------------------------------------------

fn map(call: &mut Call) -> Res {
    call.args.retain(|(name, _)| name != "salt");
    Ok(Dict(std::mem::take(&mut call.args)))
}

fn index(call: &mut Call) -> Res {
    let found = match (call.dialect, call.arg("base")?, call.arg("index")?) {
        (_, Dict(entries), Str(key)) => find(entries, key),
        (Planout, Dict(_), List(_) | Dict(_)) => return call.must("index", "a key"),
        (_, Dict(_), _) => None,
        (_, List(items), Int(i)) => items.iter().zip(0..).find(|(_, n)| n == i).map(|(v, _)| v),
        (Planout4j, List(items), Float(f)) if f.fract() == 0.0 => items
            .iter()
            .zip(0..)
            .find(|(_, n)| f64::from(*n) == *f)
            .map(|(v, _)| v),
        (_, List(_), _) => return call.must("index", "a whole number"),
        _ => return call.must("base", "a map or a list"),
    };
    Ok(found.cloned().unwrap_or(Null))
}

fn length(call: &mut Call) -> Res {
    let length = match (call.dialect, call.arg("value")?) {
        (Planout4j, Str(s)) => s.encode_utf16().count(),
        (Planout, Str(s)) => s.chars().count(),
        (_, List(items)) => items.len(),
        (_, Dict(entries)) => entries.len(),
        _ => return call.must("value", "a string, a list or a map"),
    };
    Ok(Int(length as i128))
}

// ---- random operators --------------------------------------------------------------------------

fn no_choices(dialect: Dialect) -> Res {
    Ok(if dialect == Planout4j {
        Null
    } else {
        List(vec![])
    })
}

fn uniform_choice(call: &mut Call) -> Res {
    let choices = call.list("choices")?;
    if choices.is_empty() {
        return no_choices(call.dialect);
    }
    let index = call.hash(&Null)? % choices.len() as u64;
    Ok(choices[index as usize].clone())
}

fn weighted_choice(call: &mut Call) -> Res {
    let (choices, weights) = (call.list("choices")?, call.list("weights")?);
    if choices.is_empty() {
        return no_choices(call.dialect);
    }
    if call.dialect == Planout4j && choices.len() != weights.len() {
        return call.must("weights", "as many as choices");
    }
    let (mut total, mut sums) = (0.0, Vec::new());
    for weight in &weights {
        total += double(&call.number(weight)?);
        sums.push(total);
    }
    let stop = call.uniform(0.0, total, &Null)?;
    match (sums.iter().position(|sum| stop <= *sum), call.dialect) {
        (Some(reached), _) if reached < choices.len() => Ok(choices[reached].clone()),
        (None, Planout) => Ok(Null),
        _ => call.fail("no choice was reached"),
    }
}

fn bernoulli_trial(call: &mut Call) -> Res {
    let p = call.probability()?;
    let hit = call.uniform(0.0, 1.0, &Null)? <= p;
    Ok(if call.dialect == Planout4j {
        Bool(hit)
    } else {
        Int(i128::from(hit))
    })
}

fn bernoulli_filter(call: &mut Call) -> Res {
    let (p, mut kept) = (call.probability()?, Vec::new());
    for choice in call.list("choices")? {
        if call.uniform(0.0, 1.0, &choice)? <= p {
            kept.push(choice);
        }
    }
    Ok(List(kept))
}

fn random_integer(call: &mut Call) -> Res {
    let (min, max) = (call.whole("min")?, call.whole("max")?);
    let (range, hash) = (max - min + 1, i128::from(call.hash(&Null)?));
    match call.dialect {
        _ if range == 0 => call.fail("`max` is one below `min`"),
        Planout4j => call.integer(min + hash % range),
        Planout => call.integer(min + floored(hash, range)),
    }
}

fn random_float(call: &mut Call) -> Res {
    if matches!(
        (call.arg("min")?, call.arg("max")?),
        (Bool(_), _) | (_, Bool(_))
    ) {
        return call.must("min` and `max", "numbers");
    }
    let (min, max) = (call.double_arg("min")?, call.double_arg("max")?);
    Ok(Float(call.uniform(min, max, &Null)?))
}

/// How many of `n` to draw: negative, in `planout`, to leave out so many.
fn draws(call: &Call, n: i128) -> Res<i128> {
    if find(&call.args, "draws").is_none() {
        return Ok(n);
    }
    match call.whole("draws")? {
        draws if draws > n => call.fail("more draws than choices"),
        draws if draws < 0 && call.dialect == Planout4j => call.must("draws", "positive"),
        draws => Ok(draws),
    }
}

/// The first `draws`, as a slice of Python's.
fn first(mut choices: Vec<Value>, draws: i128) -> Res {
    let left_out = if draws < 0 { choices.len() as i128 } else { 0 };
    choices.truncate((draws + left_out).max(0) as usize);
    Ok(List(choices))
}

fn sample(call: &mut Call) -> Res {
    let mut choices = call.list("choices")?;
    let draws = draws(call, choices.len() as i128)?;
    let last = if call.dialect == Planout4j { 0 } else { 1 };
    for i in (last..choices.len()).rev() {
        let j = call.hash(&Int(i as i128))? % (i as u64 + 1);
        choices.swap(i, j as usize);
    }
    first(choices, draws)
}

/// An extension in `planout4j`, as in `planout`.
fn fast_sample(call: &mut Call) -> Res {
    let mut choices = call.list("choices")?;
    let draws = draws(call, choices.len() as i128)?;
    for i in (1..choices.len()).rev() {
        let j = call.hash(&Int(i as i128))? % (i as u64 + 1);
        choices.swap(i, j as usize);
        if i as i128 == choices.len() as i128 - draws {
            return Ok(List(choices.split_off(i)));
        }
    }
    first(choices, draws)
}

// ---- namespaces --------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hashing {
    Shared,
    Namespace,
}

impl Hashing {
    fn prefix(self, namespace: &str, variable: &str) -> String {
        match self {
            Hashing::Shared => "null.x".to_owned(),
            Hashing::Namespace => format!("{namespace}.{variable}"),
        }
    }
}

/// An entry of a namespace's sequence: an experiment, and how many segments it is given, or `None`
/// where it is removed.
pub(crate) type Step = (String, Option<usize>);

/// Replays the sequence: each active experiment with its segments in the order drawn.
pub(crate) fn allocate(
    dialect: Dialect,
    hashing: Hashing,
    namespace: &str,
    segments: usize,
    steps: &[Step],
) -> Result<Vec<(String, Vec<usize>)>, String> {
    let prefix = hashing.prefix(namespace, "sampled_segments");
    let mut pool: Vec<usize> = (0..segments).collect();
    let mut active: Vec<(String, Vec<usize>)> = Vec::new();
    for (name, wanted) in steps {
        match (wanted, active.iter().position(|(other, _)| other == name)) {
            (None, None) => return Err(format!("`{name}` is not active")),
            (None, Some(at)) => pool.extend(active.remove(at).1),
            (Some(_), Some(_)) => return Err(format!("`{name}` is active already")),
            (Some(wanted), None) => {
                if !(1..=pool.len()).contains(wanted) {
                    return Err(format!("`{name}` wants {wanted} of {}", pool.len()));
                }
                let mut drawn = pool.clone();
                for i in (0..drawn.len()).rev() {
                    let j = hash(&format!("{prefix}.{name}.{i}")) % (i as u64 + 1);
                    drawn.swap(i, j as usize);
                }
                drawn.truncate(*wanted);
                let mut taken = vec![false; segments];
                drawn.iter().for_each(|segment| taken[*segment] = true);
                pool.retain(|segment| !taken[*segment]);
                active.push((name.clone(), drawn));
            }
        }
        if dialect == Planout {
            pool.sort_unstable();
        }
    }
    Ok(active)
}

/// The segment of a unit.
pub(crate) fn segment(
    dialect: Dialect,
    hashing: Hashing,
    namespace: &str,
    segments: usize,
    unit: &Json,
) -> Result<usize, String> {
    let unit = match from_json(unit, 0)? {
        List(items) => items,
        Null if dialect == Planout4j => return Err("the unit is null".to_owned()),
        scalar => vec![scalar],
    };
    let prefix = hashing.prefix(namespace, "segment");
    let hash = hash(&format!("{prefix}.{}", unit_text(dialect, &unit)));
    let segment = hash.checked_rem(segments as u64);
    Ok(segment.ok_or("a namespace without segments")? as usize)
}

#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) segment: Option<usize>,
    pub(crate) experiment: Option<String>,
    pub(crate) outcome: Outcome,
}

/// Looks a unit up in a compiled namespace.
pub(crate) fn lookup(
    dialect: Dialect,
    hashing: Hashing,
    document: &Json,
    inputs: &Map<String, Json>,
    overrides: &Map<String, Json>,
) -> Result<Found, String> {
    let head = &document["namespace"];
    let (name, segments) = (word(head, "name")?, count(head, "segments")?);
    let salt = text(Planout4j, &from_json(&head["salt"], 0)?);
    let salt = if salt.trim().is_empty() {
        name
    } else {
        salt.trim()
    };

    let (mut steps, mut definitions) = (Vec::new(), Vec::new());
    for step in items(document, "experiment_sequence")? {
        let experiment = word(step, "name")?;
        match word(step, "action")? {
            "add" => {
                steps.push((experiment.to_owned(), Some(count(step, "segments")?)));
                definitions.push((experiment, word(step, "definition")?));
            }
            "remove" => steps.push((experiment.to_owned(), None)),
            other => return Err(format!("unknown action `{other}`")),
        }
    }
    let active = allocate(dialect, hashing, name, segments, &steps)?;

    let run = |definition: &str, experiment: &str| {
        let mut all = items(document, "experiment_definitions")?.iter();
        let found = all.find(|other| word(other, "definition") == Ok(definition));
        let script = &found.ok_or(format!("no definition `{definition}`"))?["assign"];
        let salt = format!("{salt}.{experiment}");
        evaluate(dialect, script, Some(&salt), inputs, overrides)
    };
    let default = word(document, "default_experiment")?;
    let mut outcome = run(default, default)?;

    let unit = word(head, "unit")?;
    let baseline = inputs.get("_baseline_") == Some(&Json::Bool(true));
    let segment = match inputs.get(unit) {
        Some(unit) => segment(dialect, hashing, name, segments, unit).map(Some),
        None => Err(format!("namespace `{name}` needs the input `{unit}`")),
    };
    let segment = if baseline {
        segment.unwrap_or(None)
    } else {
        segment?
    };

    let held = |(_, held): &&(String, Vec<usize>)| segment.is_some_and(|s| held.contains(&s));
    let holder = active.iter().find(held).filter(|_| !baseline);
    let experiment = holder.map(|(name, _)| name.clone());
    if let Some(experiment) = &experiment {
        // A name may be added again; its last definition counts.
        let mut added = definitions.iter().rev();
        let definition = added.find(|(name, _)| name == experiment);
        let (_, definition) = definition.ok_or("an experiment without a definition")?;
        let own = run(definition, experiment)?;
        outcome.params.extend(own.params);
        outcome.in_experiment = own.in_experiment;
    }
    Ok(Found {
        segment,
        experiment,
        outcome,
    })
}

fn word<'a>(object: &'a Json, key: &str) -> Result<&'a str, String> {
    match object[key].as_str().map(str::trim) {
        Some(word) if !word.is_empty() => Ok(word),
        _ => Err(format!("`{key}` must be a text")),
    }
}

fn count(object: &Json, key: &str) -> Result<usize, String> {
    match object[key].as_u64() {
        Some(n @ 1..=10_000_000) => Ok(n as usize),
        _ => Err(format!("`{key}` must be a positive integer")),
    }
}

fn items<'a>(object: &'a Json, key: &str) -> Result<&'a Vec<Json>, String> {
    let items = object[key].as_array();
    items.ok_or_else(|| format!("`{key}` must be a list"))
}
