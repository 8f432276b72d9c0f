//! A second opinion: compiled scripts run by walking their JSON, one function an operator, as
//! plainly as the rules allow. It shares nothing with the crate's evaluator but the text of
//! floats, so that the two can be held against each other. Slow on purpose.

mod call;
mod namespace;
mod operators;
mod pyset;
mod random;
mod value;

use planout::Dialect;
use planout::Dialect::{Planout, Planout4j};
use serde_json::{Map, Value as Json};

pub(crate) use namespace::{allocate, lookup};
use value::Value::{self, Bool, List, Null, Str};
use value::{Entries, entries, find, from_json, param, text, truth};

/// What an error begins with that says nothing about the script: its integers are too big for the
/// oracle, or for its JSON.
pub(crate) const LIMIT: &str = "oracle limit";

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) params: Map<String, Json>,
    pub(crate) in_experiment: bool,
}

/// Runs a compiled script.
pub(crate) fn evaluate(
    dialect: Dialect,
    script: &Json,
    salt: &str,
    inputs: &Map<String, Json>,
    overrides: &Map<String, Json>,
) -> Result<Outcome, String> {
    let (vars, in_experiment) = run(dialect, script, salt, inputs, overrides)?;
    outcome(vars, in_experiment)
}

/// What is reported: the params as JSON, which must be able to write them.
fn outcome(vars: Entries, in_experiment: bool) -> Result<Outcome, String> {
    let params = vars.iter().map(param).collect::<Result<_, _>>()?;
    Ok(Outcome { params, in_experiment })
}

fn run(
    dialect: Dialect,
    script: &Json,
    salt: &str,
    inputs: &Map<String, Json>,
    overrides: &Map<String, Json>,
) -> Result<(Entries, bool), String> {
    let mut run = Run {
        dialect,
        experiment_salt: salt.to_owned(),
        salt_sep: ".".to_owned(),
        inputs: entries(inputs)?,
        vars: entries(overrides)?,
        overridden: overrides.keys().cloned().collect(),
    };
    let in_experiment = match run.eval(script, None) {
        Ok(_) => true,
        Err(Stop::Return(value)) => value,
        Err(Stop::Fail(message)) => return Err(message),
    };
    Ok((run.vars, in_experiment))
}

struct Run {
    dialect: Dialect,
    experiment_salt: String,
    salt_sep: String,
    inputs: Entries,
    /// The overrides, then what was set.
    vars: Entries,
    overridden: Vec<String>,
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
        match code {
            Json::Object(node) if node.contains_key("op") => self.operator(node, salt),
            Json::Array(items) => self.eval_all(items),
            constant => Ok(from_json(constant)?),
        }
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
            "set" => self.set(code_string(node, "var")?, self.code(node, "value")?),
            "get" => Ok(self.get(code_string(node, "var")?)),
            "return" => self.return_(self.code(node, "value")?),
            "cond" => self.cond(code_list(node, "cond")?),
            "literal" => Ok(from_json(self.code(node, "value")?)?),
            "array" => self.eval_all(code_list(node, "values")?),
            "and" => self.and(code_list(node, "values")?),
            "or" => self.or(code_list(node, "values")?),
            "coalesce" => self.coalesce(code_list(node, "values")?),
            _ => self.call(op, node, salt),
        }
    }

    /// Those that take the values of their arguments.
    fn call(&mut self, op: &str, node: &Node, salt: Option<&str>) -> Res {
        let Some(operator) = call::find_operator(op) else {
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
        operator(&mut call::Call { op, dialect, run, args, grown })
    }

    /// A piece of code that may be missing in `planout4j`, which drops the entries that are null.
    fn code<'a>(&self, node: &'a Node, name: &str) -> Res<&'a Json> {
        match code(node, name) {
            Err(_) if self.dialect == Planout4j => Ok(&Json::Null),
            code => code,
        }
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
        put(&mut self.vars, name.to_owned(), value);
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
            let (test, then) = (self.code(clause, "if")?, self.code(clause, "then")?);
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

fn put(vars: &mut Entries, name: String, value: Value) {
    match vars.iter_mut().find(|(other, _)| *other == name) {
        Some(slot) => slot.1 = value,
        None => vars.push((name, value)),
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
