//! `planout eval`

#[cfg(feature = "batch")]
mod batch;
#[cfg(feature = "batch")]
mod summary;
#[cfg(feature = "batch")]
mod target;
mod undeclared;

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use clap::{ArgGroup, Args};
use planout::catalog::decode;
use planout::diagnostic::{Code, Diagnostic, Report};
use planout::eval::{DEFAULT_SALT, EvalError, Evaluation, MAX_ANSWER};
use planout::namespace::{AssignError, Content, Experiment};
use planout::source::{MAX_SOURCE_BYTES, SourceText, Span};
use planout::store::{FileFormat, read_file};
use planout::tree::{self, Kind, Layout, Node, to_json};
use planout::{Assignment, Dialect, Map, Namespace, Params, Script, Value};

use super::compile::looks_like_path;
use super::failure::{Failure, Outcome};
use super::inputs::{self, InputArgs, Used};
use super::location::{self, Purpose};
use super::lookup::Lookup;
use super::text::Text;
use super::which::Which;
use super::{Context, Format, output};

const FROM: &str = "\
Where the namespaces are; `@source` and `@target` are the configured locations [default: the \
target, and the source for namespaces that were never shipped]";

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("what").required(true).args(["ns", "script"])))]
#[command(mut_arg("from", |from| from.conflicts_with("script").help(FROM)))]
pub(super) struct Eval {
    /// The name of the namespace; with `--batch` also several names, separated by commas
    #[arg(short, long, alias = "name", value_name = "NAME")]
    ns: Option<String>,
    /// A script in place of a namespace: a file, PlanOut language, compiled JSON, or `-`
    #[arg(long, value_name = "FILE-OR-CODE", conflicts_with = "which")]
    script: Option<String>,
    #[command(flatten)]
    inputs: InputArgs,
    /// Hold a variable at a value, as a string; `KEY:=JSON` gives a value of another type
    #[arg(long = "override", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// Short for `--override`; with `--batch`, short for `--output`
    #[arg(short = 'o', value_name = "KEY=VALUE|FILE")]
    short: Vec<String>,
    /// All overrides as a JSON object
    #[arg(long = "overrides", value_name = "JSON")]
    overrides_object: Option<String>,
    #[command(flatten)]
    which: Which,
    /// The experiment salt of `--script` [default: global_salt]
    #[arg(long, value_name = "SALT", requires = "script")]
    salt: Option<String>,
    #[command(flatten)]
    lookup: Lookup,
    #[cfg(feature = "batch")]
    #[command(flatten)]
    batch: batch::BatchArgs,
}

/// The answer for a unit.
struct Answer<'a> {
    /// The fields before the params, in JSON only.
    fields: Vec<(&'static str, Kind)>,
    in_experiment: bool,
    params: Params<'a>,
    /// The same facts in a sentence.
    sentence: Option<String>,
}

impl Eval {
    /// A script alone needs only its dialect from the configuration.
    pub(super) fn needs_config(&self) -> bool {
        self.script.is_none() || !self.lookup.says_dialect()
    }

    pub(super) fn run(&self, context: &Context) -> Outcome {
        let inputs = self.inputs.collect()?;
        #[cfg(feature = "batch")]
        if let Some(file) = self.batch.file() {
            return self.batch(file, inputs, context);
        }
        let object = self.overrides_object.as_deref();
        let overrides =
            inputs::collect("--overrides", object, self.overrides.iter().chain(&self.short))?;
        match (&self.ns, &self.script) {
            (Some(name), _) => self.namespace(name, &inputs, &overrides, context),
            (None, Some(script)) => self.script(script, &inputs, &overrides, context),
            (None, None) => Err(Failure::usage("neither `--ns` nor `--script`")),
        }
    }

    fn namespace(&self, name: &str, inputs: &Map, overrides: &Map, context: &Context) -> Outcome {
        let (loaded, namespace, origin) = self.lookup.namespace(name, Purpose::Live, context)?;
        let experiment = self.which.experiment(&namespace);
        let experiment = experiment.inspect_err(|_| origin.tell(context))?;
        let used = Used::by_namespaces([(&loaded, &namespace)]).and(experiment.as_ref());
        warn(&used, inputs, overrides, context);
        for warning in undeclared::of_unit(&namespace, inputs, overrides) {
            context.output.note(&warning);
        }
        context.output.detail(format!("namespace: {}", loaded.source.name()));
        if let Some(unit) = inputs.get(namespace.unit()) {
            context.output.detail(format!("unit: {} = {unit}", namespace.unit()));
        }
        let answer = match &experiment {
            None => assign(&namespace, inputs, overrides),
            Some(experiment) => alone(&namespace, experiment, inputs, overrides),
        };
        match answer {
            Ok(answer) => {
                self.answer(&answer, namespace.dialect(), context)?;
                origin.tell(context);
                Ok(())
            }
            Err(AssignError::Script { definition, namespace, error }) => {
                origin.tell(context);
                let what = format!("definition `{definition}` of namespace `{namespace}`");
                self.failed(&what, &error, loaded.source, context)
            }
            Err(error) => {
                origin.tell(context);
                let lacks_unit = matches!(error, AssignError::MissingUnit { .. });
                let failure = Failure::wrong(error);
                if lacks_unit {
                    Err(failure.help(format!("add `{}=...`", namespace.unit())))
                } else {
                    Err(failure)
                }
            }
        }
    }

    fn script(&self, script: &str, inputs: &Map, overrides: &Map, context: &Context) -> Outcome {
        let dialect = self.lookup.dialect(context);
        let source = Arc::new(read_script(script, context)?);
        let is_json = source.text().trim_start().starts_with('{');
        let compile = if is_json { Script::from_json } else { Script::compile };
        let compiled = compile(source.name(), source.text(), dialect);
        let script = compiled.map_err(Failure::invalid)?;
        only_script(&source, script.json())?;
        warn(&Used::by_script(&script), inputs, overrides, context);
        let salt = self.salt.as_deref().unwrap_or(DEFAULT_SALT);
        match script.evaluate_with(salt, inputs, overrides) {
            Ok(Evaluation { params, in_experiment, .. }) => {
                let sentence = (!in_experiment).then(|| "not in the experiment".to_owned());
                let answer = Answer { fields: Vec::new(), in_experiment, params, sentence };
                self.answer(&answer, dialect, context)
            }
            Err(error) => self.failed("the script", &error, source, context),
        }
    }

    fn answer(&self, answer: &Answer<'_>, dialect: Dialect, context: &Context) -> Outcome {
        if answer.params.bytes() > MAX_ANSWER {
            let message = format!("the params take more than {} MB", MAX_ANSWER >> 20);
            return Err(Failure::wrong(message));
        }
        let params = Value::from(answer.params.to_map());
        let params = params.to_node().map_err(|error| {
            let param = answer.params.iter().find(|(_, value)| value.to_node().is_err());
            let name = param.map_or("?", |(name, _)| name);
            Failure::wrong(error).context(format!("param `{name}` has no value"))
        })?;
        if self.lookup.format == Format::Text {
            context.output.answer(Text::of_lines(&to_json(&params, Layout::Pretty, dialect)))?;
            if let Some(sentence) = &answer.sentence {
                context.output.note(sentence);
            }
            return Ok(());
        }
        let mut object = tree::Map::default();
        for (key, kind) in &answer.fields {
            object.set(*key, Node::new(kind.clone(), Span::default()));
        }
        let in_experiment = Kind::Bool(answer.in_experiment);
        object.set("in_experiment", Node::new(in_experiment, Span::default()));
        object.set("params", params);
        let object = Node::new(Kind::Map(object), Span::default());
        context.output.answer(output::Answer::Data(to_json(&object, Layout::Pretty, dialect)))
    }

    /// Shows the part of the script that failed.
    fn failed(
        &self,
        what: &str,
        error: &EvalError,
        source: Arc<SourceText>,
        context: &Context,
    ) -> Outcome {
        let message = format!("{what} failed: {}", context.words(error));
        let diagnostic = Diagnostic::error(Code::Evaluation, error.span, message.clone());
        context.output.reports([&Report::new(source, vec![diagnostic])], self.lookup.format)?;
        Err(Failure::wrong(message).said())
    }
}

/// Warns of inputs and overrides that the scripts do not use.
fn warn(used: &Used<'_>, inputs: &Map, overrides: &Map, context: &Context) {
    for warning in used.unread(inputs).iter().chain(&used.unused(overrides)) {
        context.output.note(warning);
    }
}

/// Refuses JSON that is not a script: its evaluation would give nothing.
fn only_script(source: &SourceText, json: &Node) -> Outcome {
    let name = source.name();
    let (what, help) = match Content::of(json) {
        Content::Script => return Ok(()),
        Content::Namespace => ("a namespace, not a script", by_name(name)),
        Content::Other => (
            "JSON, and not a compiled script",
            "a compiled script has the key `op`; `planout compile` writes one".to_owned(),
        ),
    };
    Err(Failure::wrong(format!("`{name}` is {what}")).help(help))
}

/// Advice on how to evaluate a namespace.
fn by_name(file: &str) -> String {
    let name = Path::new(file).file_stem().unwrap_or_default().to_string_lossy();
    let [name, file] = [&*name, file].map(shell_word);
    format!("evaluate it by name: `planout eval --ns {name} --from {file}`")
}

/// A word as a shell reads it.
fn shell_word(word: &str) -> Cow<'_, str> {
    let is_plain = |char: char| char.is_alphanumeric() || "-_./,:@%+".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

/// A script from a file, standard input or the argument itself.
fn read_script(argument: &str, context: &Context) -> Outcome<SourceText> {
    let (label, bytes) = if argument == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(MAX_SOURCE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        ("<stdin>", bytes)
    } else if Path::new(argument).exists() || looks_like_path(argument) {
        // As in `compile`, `.YAML` counts as an ending of YAML, too.
        if FileFormat::of(Path::new(&argument.to_lowercase())) == Some(FileFormat::Yaml) {
            let message =
                format!("`{argument}` is YAML, the format of namespaces and not of scripts");
            return Err(Failure::wrong(message).help(by_name(argument)));
        }
        location::tell("script", argument, context);
        (argument, read_file(Path::new(argument), MAX_SOURCE_BYTES + 1)?)
    } else {
        ("<argument>", argument.as_bytes().to_vec())
    };
    match decode(label, bytes) {
        (source, None) => Ok(source),
        (source, Some(problem)) => {
            Err(Failure::invalid(Report::new(Arc::new(source), vec![problem])))
        }
    }
}

fn string(text: &str) -> Kind {
    Kind::String(text.into())
}

fn fields(
    namespace: &Namespace,
    experiment: Option<&str>,
    definition: &str,
    segment: Option<u32>,
) -> Vec<(&'static str, Kind)> {
    vec![
        ("namespace", string(namespace.name())),
        ("experiment", experiment.map_or(Kind::Null, string)),
        ("definition", string(definition)),
        ("segment", segment.map_or(Kind::Null, |segment| Kind::Int(segment.into()))),
    ]
}

/// The assignment of the unit.
fn assign<'a>(
    namespace: &'a Namespace,
    inputs: &'a Map,
    overrides: &'a Map,
) -> Result<Answer<'a>, AssignError> {
    let assignment = namespace.assign_with(inputs, overrides)?;
    let Assignment { params, experiment, definition, segment, in_experiment, .. } = assignment;
    let who = match experiment {
        Some(name) => format!("experiment `{name}` (definition `{definition}`)"),
        None => format!("the default experiment (definition `{definition}`)"),
    };
    let place = match segment {
        Some(segment) => format!(", segment {segment} of {}", namespace.segment_count()),
        None => String::new(),
    };
    let stopped = if in_experiment { "" } else { ", not in the experiment" };
    let sentence = Some(format!("{}: {who}{place}{stopped}", namespace.name()));
    let fields = fields(namespace, experiment, definition, segment);
    Ok(Answer { fields, in_experiment, params, sentence })
}

/// The answer of one experiment for the unit, without regard to its segment.
fn alone<'a>(
    namespace: &'a Namespace,
    experiment: &'a Experiment,
    inputs: &'a Map,
    overrides: &'a Map,
) -> Result<Answer<'a>, AssignError> {
    let script = experiment.script();
    let evaluation = script.evaluate_with(experiment.salt(), inputs, overrides);
    let Evaluation { params, in_experiment, .. } =
        evaluation.map_err(|error| AssignError::Script {
            definition: experiment.definition().to_owned(),
            namespace: namespace.name().to_owned(),
            error,
        })?;
    let segment = inputs.get(namespace.unit()).filter(|unit| !unit.is_null());
    let segment = segment.map(|unit| namespace.segment(unit));
    let name = Some(experiment.name()).filter(|name| !name.is_empty());
    let definition = experiment.definition();
    let fields = fields(namespace, name, definition, segment);
    let stopped = if in_experiment { "" } else { ", not in the experiment" };
    let sentence = Some(format!("{}: definition `{definition}` alone{stopped}", namespace.name()));
    Ok(Answer { fields, in_experiment, params, sentence })
}
