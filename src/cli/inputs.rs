//! Inputs and overrides as arguments: `KEY=VALUE`, `KEY:=JSON` and whole objects.

use std::collections::BTreeSet;

use clap::Args;
use planout::catalog::Loaded;
use planout::namespace::Experiment;
use planout::nearest::nearest;
use planout::source::SourceText;
use planout::tree::{MAX_DEPTH, json};
use planout::{Map, Namespace, Script, Value};

use super::Context;
use super::failure::{Failure, Outcome};

/// The help of inputs, for commands that evaluate many units.
pub(super) const EVERY_UNIT: &str =
    "An input of every unit, as a string; `KEY:=JSON` gives a value of another type";

/// The inputs of a unit.
#[derive(Args, Debug)]
pub(super) struct InputArgs {
    /// An input, as a string; `KEY:=JSON` gives a value of another type
    #[arg(value_name = "KEY=VALUE")]
    inputs: Vec<String>,
    /// Same as KEY=VALUE
    #[arg(short, long, short_alias = 'i', alias = "input", value_name = "KEY=VALUE", hide = true)]
    unit: Vec<String>,
    /// All inputs as a JSON object
    #[arg(long = "inputs", value_name = "JSON")]
    inputs_object: Option<String>,
}

impl InputArgs {
    pub(super) fn collect(&self) -> Outcome<Map> {
        let pairs = self.inputs.iter().chain(&self.unit);
        collect("--inputs", self.inputs_object.as_deref(), pairs)
    }
}

/// The arguments of a command as one map. Single values override those of the object.
pub(super) fn collect<'a>(
    option: &str,
    object: Option<&str>,
    pairs: impl IntoIterator<Item = &'a String>,
) -> Outcome<Map> {
    let mut map = match object {
        None => Map::new(),
        Some(text) => match parse(option, text)? {
            Value::Map(map) => *map,
            other => {
                let message = format!("`{option}` must be a JSON object, not {}", other.describe());
                return Err(Failure::usage(message).help("such as `{\"userid\": 123}`"));
            }
        },
    };
    let mut given = BTreeSet::new();
    for pair in pairs {
        let (key, value) = split(pair)?;
        if !given.insert(key) {
            let message = format!("`{key}` is given twice");
            return Err(Failure::usage(message).help("leave one of the two out"));
        }
        map.insert(key.to_owned(), value);
    }
    Ok(map)
}

/// A string, or a typed value after `:=`.
fn split(pair: &str) -> Outcome<(&str, Value)> {
    let Some((key, text)) = pair.split_once('=') else {
        return Err(Failure::usage(format!("`{pair}` is not of the form KEY=VALUE"))
            .help("write `KEY=TEXT` for a string, `KEY:=JSON` for a typed value"));
    };
    let (key, value) = match key.strip_suffix(':') {
        Some(key) => (key, parse(key, text)?),
        None => (key, Value::from(text)),
    };
    if key.is_empty() {
        Err(Failure::usage(format!("`{pair}` has no key before `=`")))
    } else {
        Ok((key, value))
    }
}

fn parse(what: &str, text: &str) -> Outcome<Value> {
    let node = json::read(&SourceText::new(what, text), MAX_DEPTH).map_err(|error| {
        let failure = Failure::usage(format!("`{what}`: {}", error.message));
        match error.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    Value::try_from(&node).map_err(|error| Failure::usage(error).context(format!("`{what}`")))
}

/// The variables that scripts use. Other given variables are probably misspelt.
#[derive(Default)]
pub(super) struct Used<'a> {
    /// The owner of the scripts, as a part of a sentence.
    whose: String,
    reads: BTreeSet<&'a str>,
    sets: BTreeSet<&'a str>,
}

impl<'a> Used<'a> {
    /// The variables that a script uses.
    pub(super) fn by_script(script: &'a Script) -> Used<'a> {
        Used::default().also(script)
    }

    /// The variables that the scripts of namespaces use, and the declared inputs.
    pub(super) fn by_namespaces(
        namespaces: impl IntoIterator<Item = (&'a Loaded, &'a Namespace)>,
    ) -> Used<'a> {
        let mut used = Used::default();
        let mut names = Vec::new();
        for (loaded, namespace) in namespaces {
            names.push(format!("`{}`", namespace.name()));
            let declared = loaded.document.iter().flat_map(|document| document.inputs.names());
            used.reads.extend(declared);
            used.reads.extend(namespace.reads());
            used.sets.extend(namespace.sets());
        }
        if let [name] = names.as_slice() {
            used.whose = format!(" of {name}");
        }
        used
    }

    /// The same variables, and those that an experiment uses.
    pub(super) fn and(self, experiment: Option<&'a Experiment>) -> Used<'a> {
        match experiment {
            Some(experiment) => self.also(experiment.script()),
            None => self,
        }
    }

    fn also(mut self, script: &'a Script) -> Used<'a> {
        self.reads.extend(script.reads());
        self.sets.extend(script.sets());
        self
    }

    /// Warnings about inputs that no script reads.
    pub(super) fn unread(&self, inputs: &Map) -> Vec<String> {
        let warning = |name: &str| {
            let hint = match nearest(name, self.reads.iter().copied()) {
                _ if self.sets.contains(name) => {
                    ": a script sets it; `planout eval --override` can hold it at a value"
                        .to_owned()
                }
                near => did_you_mean(near),
            };
            format!("warning: no script{} reads `{name}`{hint}", self.whose)
        };
        let unread = inputs.keys().map(String::as_str).filter(|name| !self.reads.contains(name));
        unread.map(warning).collect()
    }

    /// Warnings about overrides of variables that no script sets or reads.
    pub(super) fn unused(&self, overrides: &Map) -> Vec<String> {
        let warning = |name: &str| {
            let hint = did_you_mean(nearest(name, self.sets.union(&self.reads).copied()));
            format!("warning: no script{} sets or reads `{name}`{hint}", self.whose)
        };
        let is_used = |name: &&str| self.sets.contains(name) || self.reads.contains(name);
        let unused = overrides.keys().map(String::as_str).filter(|name| !is_used(name));
        unused.map(warning).collect()
    }
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"))
}

/// Checks inputs that are the same for every unit of a namespace: the primary unit is none of them, and
/// a warning names those that no script reads.
pub(super) fn check_every_unit(
    inputs: &Map,
    loaded: &Loaded,
    namespace: &Namespace,
    context: &Context,
) -> Outcome {
    if inputs.contains_key(namespace.unit()) {
        let message = format!(
            "`{}` is the primary unit, which cannot be an input of every unit",
            namespace.unit()
        );
        return Err(Failure::usage(message));
    }
    let used = Used::by_namespaces([(loaded, namespace)]);
    used.unread(inputs).iter().for_each(|warning| context.output.note(warning));
    Ok(())
}
