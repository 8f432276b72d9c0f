//! `planout compile`

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use planout::Dialect;
use planout::catalog::{Loaded, decode};
use planout::diagnostic::{Levels, Report};
use planout::namespace::Content;
use planout::source::{MAX_SOURCE_BYTES, OffsetMap, SourceText};
use planout::store::{FileFormat, read_file, write_file};
use planout::syntax::parse;
use planout::tree::{Layout, Node, ascii, json, to_json};
use planout::wire::{MAX_JSON_DEPTH, emit};

use super::failure::{Failure, Outcome};
use super::text::Text;
use super::{Context, DialectArg, Format, location, overwrite};

/// The endings of file names. An argument with such an ending is never read as language.
const FILE_ENDINGS: [&str; 5] = [".yaml", ".yml", ".p4j", ".json", ".planout"];

#[derive(Args, Debug)]
pub(super) struct Compile {
    /// A namespace (.yaml, .yml, .p4j), a file of PlanOut language, the language itself, or `-`
    input: String,
    /// Where to write the JSON [default: standard output]
    output: Option<PathBuf>,
    #[command(flatten)]
    dialect: DialectArg,
    /// The name of the namespace [default: the name of the file]
    #[arg(short = 'n', long, alias = "name", value_name = "NAME")]
    ns: Option<String>,
    /// Read standard input as a namespace
    #[arg(long)]
    namespace: bool,
    /// Print the JSON on one line
    #[arg(long)]
    no_pretty: bool,
    /// How to print diagnostics and failures
    #[arg(long, default_value = "text", hide_default_value = true)]
    format: Format,
}

impl Compile {
    /// Without the configuration, warnings have their default severity.
    pub(super) fn needs_config(&self) -> bool {
        self.dialect.dialect.is_none()
    }

    pub(super) fn run(&self, context: &Context) -> Outcome {
        let dialect = context.dialect(self.dialect);
        let output = self.output.as_deref().unwrap_or(Path::new("-"));
        overwrite::refuse(&self.input, &output.to_string_lossy())?;
        let (report, compiled) = match self.read(context)? {
            Input::Namespace { label, name, bytes } => {
                let mut loaded =
                    Loaded::new(&label, name.as_deref(), bytes, FileFormat::Yaml, dialect);
                loaded.apply(&context.config.checks.levels);
                let report = loaded.report();
                (report, loaded.document.map(|document| (document.compiled, document.dialect)))
            }
            Input::Language { label, bytes } => {
                refuse_json(&label, &bytes)?;
                language(&label, bytes, dialect, &context.config.checks.levels)
            }
        };
        let Some((json, dialect)) = compiled else {
            return Err(Failure::invalid(report));
        };
        context.output.reports([&report], self.format)?;
        let layout = if self.no_pretty { Layout::Compact } else { Layout::Pretty };
        let mut text = to_json(&json, layout, dialect);
        text.push('\n');
        match self.output.as_deref() {
            None => context.output.answer(Text::of_lines(&text)),
            Some(path) if path == Path::new("-") => context.output.answer(Text::of_lines(&text)),
            // planout4j reads files in the default encoding of its JVM, so a file may not be UTF-8.
            Some(path) => {
                let owner = write_file(path, ascii(text).as_bytes())?;
                context.output.note_owner(path, owner);
                Ok(())
            }
        }
    }

    fn read(&self, context: &Context) -> Outcome<Input> {
        let path = Path::new(&self.input);
        if self.input == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().lock().take(MAX_SOURCE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
            let label = "<stdin>".to_owned();
            return Ok(if self.namespace {
                Input::Namespace { label, name: self.ns.clone(), bytes }
            } else {
                Input::Language { label, bytes }
            });
        }
        if !path.exists() && !looks_like_path(&self.input) {
            let label = "<argument>".to_owned();
            return Ok(Input::Language { label, bytes: self.input.clone().into_bytes() });
        }
        location::tell("source", &self.input, context);
        let bytes = read_file(path, MAX_SOURCE_BYTES + 1)?;
        let label = self.input.clone();
        // As in planout4j, `.YAML` counts as an ending of YAML, too.
        let lower = PathBuf::from(self.input.to_lowercase());
        let is_namespace = self.namespace || FileFormat::of(&lower) == Some(FileFormat::Yaml);
        Ok(if is_namespace {
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            Input::Namespace { label, name: self.ns.clone().or(stem), bytes }
        } else {
            Input::Language { label, bytes }
        })
    }
}

enum Input {
    Namespace { label: String, name: Option<String>, bytes: Vec<u8> },
    Language { label: String, bytes: Vec<u8> },
}

/// Whether an argument that is not an existing file clearly means a file.
pub(super) fn looks_like_path(argument: &str) -> bool {
    let is_language = argument.contains([' ', ';', '=', '"', '\'', '\n']);
    let lower = argument.to_lowercase();
    let has_ending = FILE_ENDINGS.iter().any(|ending| lower.ends_with(ending));
    !is_language && (has_ending || argument.contains(std::path::MAIN_SEPARATOR))
}

/// Refuses JSON, which is never a program, and says what it is.
fn refuse_json(label: &str, bytes: &[u8]) -> Outcome {
    let text = str::from_utf8(bytes).unwrap_or_default();
    if !text.trim_start().starts_with(['{', '[']) {
        return Ok(());
    }
    let Ok(tree) = json::read(&SourceText::new(label, text), MAX_JSON_DEPTH) else {
        return Ok(());
    };
    let (what, help) = match Content::of(&tree) {
        Content::Script => {
            ("is a compiled script already", "`planout eval --script` evaluates it as it is")
        }
        Content::Namespace => {
            ("is a compiled namespace already", "`planout nslist --mode full` prints it as it is")
        }
        Content::Other => (
            "is JSON, and neither PlanOut language nor a namespace",
            "name a script, or a namespace in YAML",
        ),
    };
    Err(Failure::wrong(format!("`{label}` {what}")).help(help))
}

fn language(
    label: &str,
    bytes: Vec<u8>,
    dialect: Dialect,
    levels: &Levels,
) -> (Report, Option<(Arc<Node>, Dialect)>) {
    let (source, problem) = decode(label, bytes);
    let source = Arc::<SourceText>::new(source);
    if let Some(problem) = problem {
        return (Report::new(source, vec![problem]), None);
    }
    let mut parsed = parse(source.text(), &OffsetMap::identity(), dialect);
    levels.apply(&source, &mut parsed.diagnostics);
    let compiled = parsed.valid().map(|program| (Arc::new(emit(program, dialect)), dialect));
    (Report::new(source, parsed.diagnostics), compiled)
}
