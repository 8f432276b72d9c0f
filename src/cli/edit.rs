//! `planout ramp` and `planout stop`: they append an entry to a sequence.

use std::path::{Path, PathBuf};

use clap::Args;
use planout::catalog::Loaded;
use planout::edit::append;
use planout::namespace::Action;
use planout::plan::{self, Class, Plan, Units};
use planout::source::MAX_SOURCE_BYTES;
use planout::store::{self, FileFormat, read_file, write_file};
use serde_json::json;

use super::failure::{Failure, Outcome};
use super::folders::Folders;
use super::output::Answer;
use super::plan::{json as plan_json, text as plan_text};
use super::{Context, DialectArg, Format, location};

#[derive(Args, Debug)]
pub(super) struct Ramp {
    #[command(flatten)]
    target: Target,
    /// The definition that the experiment runs
    #[arg(long, value_name = "NAME")]
    definition: String,
    /// The name of the new experiment; no active experiment may have it
    #[arg(long)]
    name: String,
    /// The number of segments that it gets
    #[arg(long, value_name = "N")]
    segments: u32,
}

#[derive(Args, Debug)]
pub(super) struct Stop {
    #[command(flatten)]
    target: Target,
    /// The name of the experiment
    #[arg(value_name = "NAME")]
    name: String,
}

/// The namespace to edit.
#[derive(Args, Debug)]
struct Target {
    /// The name of the namespace, or its file
    #[arg(value_name = "NS")]
    namespace: String,
    /// Where the namespaces are [default: the configured source]
    #[arg(long, alias = "source", value_name = "LOCATION")]
    from: Option<String>,
    /// Write nothing, and print the changes
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    dialect: DialectArg,
    /// How to print the answer and diagnostics
    #[arg(long, default_value = "text", hide_default_value = true)]
    format: Format,
}

impl Ramp {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        self.target.append(
            &Action::Add {
                name: self.name.clone(),
                definition: self.definition.clone(),
                segments: self.segments,
            },
            context,
        )
    }
}

impl Stop {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        self.target.append(&Action::Remove { name: self.name.clone() }, context)
    }
}

impl Target {
    /// Appends an entry, if the namespace is valid with it.
    fn append(&self, action: &Action, context: &Context) -> Outcome {
        let path = self.path(context)?;
        let label = path.display().to_string();
        let before = self.load(&path, read_file(&path, MAX_SOURCE_BYTES + 1)?, context);
        if before.document.is_none() {
            return Err(Failure::invalid(before.report()));
        }
        let edited = append(&before.source, action)
            .map_err(|error| Failure::wrong(error).context(format!("`{label}` was left alone")))?;
        let after = self.load(&path, edited.clone().into_bytes(), context);
        if after.document.is_none() {
            // The diagnostics have the lines of the edited file.
            context.output.reports([&after.report()], self.format)?;
            let failure = Failure::invalid(after.report()).said();
            if self.format == Format::Text {
                context.output.note(format!("`{label}` was left alone"));
            }
            return Err(failure.context(format!("`{label}` was left alone")));
        }
        let plan = plan::compare(&[before], &[after], &Units::Numbers(0));
        let is_safe = plan.class() <= Class::Safe;
        let is_written = is_safe && !self.dry_run;
        if is_written {
            let owner = write_file(&path, edited.as_bytes())?;
            context.output.note_owner(&path, owner);
        }
        let answered = context.output.answer(match self.format {
            Format::Text => plan_text(&plan).into(),
            Format::Json => {
                Answer::Data(format!("{:#}", answer(&label, action, is_written, &plan)))
            }
        });
        if !is_safe {
            return Err(Failure::wrong(format!("`{label}` was left alone: units would move")));
        }
        if is_written {
            answered.map_err(|failure| failure.after(&format!("`{label}` was written")))?;
            context.output.note(format!("wrote {label}"));
            return Ok(());
        }
        answered
    }

    fn load(&self, path: &Path, bytes: Vec<u8>, context: &Context) -> Loaded {
        let name = path.file_stem().and_then(|stem| stem.to_str());
        let dialects = context.dialects(self.dialect);
        let label = path.display().to_string();
        let mut loaded = Loaded::new(&label, name, bytes, FileFormat::Yaml, dialects);
        loaded.apply(&context.config.checks.levels);
        loaded
    }

    /// The file of the namespace.
    fn path(&self, context: &Context) -> Outcome<PathBuf> {
        let file = Path::new(&self.namespace);
        if FileFormat::of(file) == Some(FileFormat::Yaml) {
            location::tell("source", &self.namespace, context);
            return Ok(file.to_owned());
        }
        let config = &context.config;
        let source = location::given(self.from.as_deref(), config.source.as_ref(), config)?;
        let source = &source.ok_or_else(|| {
            Failure::usage("no source: name the file of the namespace, or `--from`")
                .help("or set `source` in `planout.toml`")
        })?;
        location::tell("source", source, context);
        let mut items = self.folders.open(source, context)?.list()?;
        items.retain(|item| item.format == FileFormat::Yaml && !store::is_url(&item.label));
        let named: Vec<_> = items.iter().filter(|item| item.name == self.namespace).collect();
        match named.as_slice() {
            [item] => Ok(PathBuf::from(&item.label)),
            [] => {
                let known = items.iter().map(|item| item.name.as_str());
                Err(Failure::unknown("namespace", &self.namespace, known))
            }
            [first, second, ..] => Err(Failure::wrong(format!(
                "namespace `{}` is in `{}` and in `{}`",
                self.namespace, first.label, second.label
            ))),
        }
    }
}

/// The appended entry, and the changes that it causes.
fn answer(file: &str, action: &Action, is_written: bool, plan: &Plan) -> serde_json::Value {
    let entry = match action {
        Action::Add { name, definition, segments } => json!({
            "action": "add",
            "name": name,
            "definition": definition,
            "segments": segments,
        }),
        Action::Remove { name } => json!({ "action": "remove", "name": name }),
    };
    json!({ "file": file, "entry": entry, "written": is_written, "plan": plan_json(plan) })
}
