//! Scripts and their evaluation.
//!
//! ```
//! use planout::{Dialect, Map, Script, Value};
//!
//! let code = "color = uniformChoice(choices=['red', 'blue'], unit=userid);";
//! let script = Script::compile("button.planout", code, Dialect::Planout)?;
//!
//! let inputs = Map::from_iter([("userid".to_owned(), Value::from("alice"))]);
//! let evaluation = script.evaluate("button.run1", &inputs)?;
//! assert_eq!(evaluation.params.string("color", "grey"), "blue");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod apply;
pub(crate) mod arguments;
mod constant;
pub(crate) mod dialects;
mod effort;
pub(crate) mod error;
mod evaluator;
pub(crate) mod function;
mod inputs;
mod lower;
pub(crate) mod names;
mod observer;
pub(crate) mod odds;
mod params;
pub(crate) mod planout;
pub(crate) mod planout4j;
mod prepare;
pub(crate) mod program;
pub(crate) mod random;
pub(crate) mod semantics;

use std::sync::{Arc, OnceLock};

use indexmap::IndexSet;
use sha1::{Digest, Sha1};

pub(crate) use constant::{always_fails, constant, equals};
pub use effort::{Effort, MAX_MADE_FOR_ALL};
pub use error::{EvalError, MAX_ANSWER, MAX_MADE, Reason};
pub(crate) use function::{Function, SPECIAL_FORMS};
pub(crate) use inputs::Inputs;
pub use observer::{ObservedDraw, Observer};
pub use params::{Iter, Params};

use self::dialects::in_dialect;
use crate::diagnostic::{Diagnostic, Report};
use crate::dialect::Dialect;
use crate::draw::{self, Draw, Hasher};
use crate::source::{OffsetMap, SourceText};
use crate::syntax::parse;
use crate::tree::{Layout, Node, json, to_json};
use crate::value::{Map, Value};
use crate::wire::{MAX_JSON_DEPTH, emit};

/// The experiment salt of a script that is evaluated without one.
pub const DEFAULT_SALT: &str = "global_salt";

/// A compiled script. It is immutable: it can be evaluated any number of times, by any number of
/// threads.
#[derive(Debug)]
pub struct Script {
    dialect: Dialect,
    json: Arc<Node>,
    program: program::Program,
    checksum: OnceLock<String>,
}

impl Script {
    /// Compiles a program of the PlanOut language. Diagnostics call it by the given name.
    ///
    /// # Errors
    /// All syntax errors of the text.
    pub fn compile(name: &str, code: &str, dialect: Dialect) -> Result<Script, Report> {
        let parsed = parse(code, &OffsetMap::identity(), dialect);
        let compiled = match parsed.valid() {
            Some(block) => Script::from_node(emit(block, dialect), dialect).map_err(|e| vec![*e]),
            None => Err(parsed.diagnostics),
        };
        compiled.map_err(|found| Report::new(Arc::new(SourceText::new(name, code)), found))
    }

    /// Reads a compiled script from JSON text.
    ///
    /// # Errors
    /// The text is not JSON, or nests too deep.
    pub fn from_json(name: &str, text: &str, dialect: Dialect) -> Result<Script, Report> {
        let source = SourceText::new(name, text);
        json::read(&source, MAX_JSON_DEPTH)
            .and_then(|node| Script::from_node(node, dialect))
            .map_err(|found| Report::new(Arc::new(source), vec![*found]))
    }

    /// Makes a script from a compiled tree.
    ///
    /// # Errors
    /// Lists or maps in the tree nest too deep.
    pub fn from_node(
        json: impl Into<Arc<Node>>,
        dialect: Dialect,
    ) -> Result<Script, Box<Diagnostic>> {
        let json = json.into();
        let program = lower::lower(&json, dialect)?;
        Ok(Script { dialect, json, program, checksum: OnceLock::new() })
    }

    /// The dialect in which the script is evaluated.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The form in which it is evaluated.
    pub(crate) fn program(&self) -> &program::Program {
        &self.program
    }

    /// The script in the JSON form in which it is exchanged.
    pub fn json(&self) -> &Node {
        &self.json
    }

    /// The id of a script in logs: the first eight digits of the SHA-1 of its JSON, as
    /// `planout compile --no-pretty` prints it.
    pub fn checksum(&self) -> &str {
        self.checksum.get_or_init(|| {
            let json = to_json(&self.json, Layout::Compact, self.dialect);
            let digest = Sha1::digest(json.as_bytes());
            digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
        })
    }

    /// Evaluates the script for one unit.
    ///
    /// # Errors
    /// The script fails with these inputs.
    pub fn evaluate<'a>(
        &'a self,
        salt: &'a str,
        inputs: &'a Map,
    ) -> Result<Evaluation<'a>, EvalError> {
        self.run(salt, Inputs::Named(inputs), None)
    }

    /// Evaluates the script while some variables are held at a value, whatever the script assigns.
    ///
    /// # Errors
    /// As [`Script::evaluate`].
    pub fn evaluate_with<'a>(
        &'a self,
        salt: &'a str,
        inputs: &'a Map,
        overrides: &'a Map,
    ) -> Result<Evaluation<'a>, EvalError> {
        self.run(salt, Inputs::Named(inputs), Some(overrides))
    }

    /// Evaluates the script as [`Script::evaluate_with`] does, with an observer.
    ///
    /// ```
    /// use planout::eval::{ObservedDraw, Observer};
    /// use planout::{Dialect, Map, Script, Value};
    ///
    /// #[derive(Default)]
    /// struct Texts(Vec<String>);
    ///
    /// impl Observer for Texts {
    ///     fn draws(&mut self, draw: &ObservedDraw<'_>) {
    ///         self.0.push(draw.text.to_owned());
    ///     }
    /// }
    ///
    /// let code = "color = uniformChoice(choices=['red', 'blue'], unit=userid);";
    /// let script = Script::compile("button.planout", code, Dialect::Planout)?;
    /// let inputs = Map::from_iter([("userid".to_owned(), Value::from("alice"))]);
    /// let mut texts = Texts::default();
    /// script.observe("button.run1", &inputs, &Map::new(), &mut texts)?;
    /// assert_eq!(texts.0, ["button.run1.color.alice"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Script::evaluate`].
    pub fn observe<'a>(
        &'a self,
        salt: &'a str,
        inputs: &'a Map,
        overrides: &'a Map,
        observer: &mut impl Observer,
    ) -> Result<Evaluation<'a>, EvalError> {
        let inputs = Inputs::Named(inputs);
        let overrides = Some(overrides).filter(|overrides| !overrides.is_empty());
        let setting = evaluator::Setting { salt, hashers: &[], inputs, overrides };
        let mut params = Params::with_capacity(self.program.names.len());
        let in_experiment =
            evaluator::observe(&self.program, self.dialect, &setting, &mut params, observer)?;
        Ok(Evaluation { params, in_experiment })
    }

    fn run<'a>(
        &'a self,
        salt: &'a str,
        inputs: Inputs<'a>,
        overrides: Option<&'a Map>,
    ) -> Result<Evaluation<'a>, EvalError> {
        let setting = evaluator::Setting { salt, hashers: &[], inputs, overrides };
        let mut params = Params::with_capacity(self.program.names.len());
        let in_experiment =
            evaluator::evaluate(&self.program, self.dialect, &setting, &mut params)?;
        Ok(Evaluation { params, in_experiment })
    }

    /// Evaluates the script with the salt of an experiment. Its params override others. Returns false
    /// if the script returned a false value.
    pub(crate) fn run_salted<'a>(
        &'a self,
        salt: &'a Salted,
        inputs: Inputs<'a>,
        overrides: Option<&'a Map>,
        params: &mut Params<'a>,
    ) -> Result<bool, EvalError> {
        let Salted { salt, hashers } = salt;
        let setting = evaluator::Setting { salt, hashers, inputs, overrides };
        evaluator::evaluate(&self.program, self.dialect, &setting, params)
    }

    /// Prepares the work for an experiment's salt that does not depend on units.
    pub(crate) fn salted(&self, salt: String) -> Salted {
        let hashers = if self.program.changes_salt {
            Vec::new()
        } else {
            let salt = random::SaltInForce { experiment: &salt, separator: draw::SEPARATOR };
            let own = self.program.salts.iter();
            own.map(|own| salt.with(&own.text, own.is_full).begin()).collect()
        };
        Salted { salt, hashers }
    }

    /// The variables that the script can read, including those that it sets before.
    pub fn reads(&self) -> Vec<&str> {
        let mut found = IndexSet::new();
        names::reads(&self.json, |name| {
            found.insert(name);
        });
        found.into_iter().collect()
    }

    /// The variables that the script can set, in the order in which they occur.
    ///
    /// ```
    /// use planout::{Dialect, Script};
    ///
    /// let code = "if (country == 'US') { price = 9; } else { price = base; }";
    /// let script = Script::compile("price.planout", code, Dialect::Planout4j)?;
    /// assert_eq!(script.reads(), ["country", "base"]);
    /// assert_eq!(script.sets(), ["price"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sets(&self) -> Vec<&str> {
        let mut found = IndexSet::new();
        names::sets(&self.json, |name| {
            found.insert(name);
        });
        found.into_iter().collect()
    }

    /// Whether it has an operator that draws, so that not all units need get the same. An operator that
    /// is not known may draw.
    pub fn draws(&self) -> bool {
        names::draws(&self.json)
    }

    /// Whether any of its draws has a salt that is the same in all experiments.
    pub(crate) fn sets_salts(&self) -> bool {
        names::sets_salts(&self.json)
    }

    /// Whether it has a `return` of a value that can be false.
    pub(crate) fn can_leave(&self) -> bool {
        names::can_leave(&self.json)
    }

    /// The names of all variables, read or set, by slot.
    pub(crate) fn variables(&self) -> impl ExactSizeIterator<Item = &str> {
        self.program.names.iter().map(|name| &**name)
    }
}

/// The salt of an experiment, prepared for its script.
#[derive(Clone, Debug)]
pub(crate) struct Salted {
    salt: String,
    /// The hasher of each prepared draw of the script. Empty if the script changes its salt.
    hashers: Vec<Hasher>,
}

impl Salted {
    pub(crate) fn as_str(&self) -> &str {
        &self.salt
    }
}

/// The draw of a text that ends with the unit.
pub(crate) fn draw(text: &Hasher, unit: &Value, dialect: Dialect) -> Draw {
    in_dialect!(dialect, S => random::draw::<S>(text, unit))
}

/// The result of a script for a unit.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Evaluation<'a> {
    /// The params.
    pub params: Params<'a>,
    /// False if the script returned a false value.
    pub in_experiment: bool,
}
