//! `planout fmt`

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use planout::Dialect;
use planout::catalog::decode;
use planout::diagnostic::Report;
use planout::format::{self, FormatError};
use planout::source::{MAX_SOURCE_BYTES, SourceText};
use planout::store::{StoreError, read_file, write_file};
use serde_json::{Value, json};
use similar::TextDiff;

use super::failure::{Failure, Outcome};
use super::folders::Folders;
use super::output::Answer;
use super::text::{visible, visible_lines};
use super::{Context, DialectArg, Format, location};

/// The endings of the names of formatted files.
const ENDINGS: [&str; 4] = [".planout", ".yaml", ".yml", ".p4j"];

#[derive(Args, Debug)]
pub(super) struct Fmt {
    /// Files (.planout, .yaml, .yml, .p4j), directories, or `-` [default: the configured source]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Same as PATH
    #[arg(long, value_name = "LOCATION", conflicts_with = "paths")]
    from: Option<PathBuf>,
    /// Write nothing, and list the files that would change; the status is 1 if there are any
    #[arg(long)]
    check: bool,
    /// Write nothing, and print the changes as a unified diff
    #[arg(long)]
    diff: bool,
    /// Read standard input as a namespace
    #[arg(long)]
    namespace: bool,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    dialect: DialectArg,
    /// How to print the answer and diagnostics
    #[arg(long, default_value = "text", hide_default_value = true)]
    format: Format,
}

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Language,
    Namespace,
}

/// A text before and after formatting.
struct Formatted {
    source: Arc<SourceText>,
    text: String,
}

/// The results of all texts.
#[derive(Default)]
struct Tally {
    changed: usize,
    unchanged: usize,
    reports: Vec<Report>,
    /// The reasons why some texts were left alone, apart from their errors.
    refused: Vec<Failure>,
    /// The JSON for each text.
    files: Vec<Value>,
}

impl Fmt {
    /// The named files and directories.
    fn named(&self) -> &[PathBuf] {
        self.from.as_ref().map_or(self.paths.as_slice(), std::slice::from_ref)
    }

    pub(super) fn needs_config(&self) -> bool {
        self.named().is_empty() || self.dialect.dialect.is_none()
    }

    pub(super) fn run(&self, context: &Context) -> Outcome {
        let dialect = context.dialect(self.dialect);
        let mut tally = Tally::default();
        if self.named().iter().any(|path| path == Path::new("-")) {
            return self.standard_input(tally, dialect, context);
        }
        for (path, kind) in self.files(context)? {
            let label = path.to_string_lossy();
            let bytes = read_file(&path, MAX_SOURCE_BYTES + 1)?;
            let Some(formatted) = tally.format(&label, bytes, kind, dialect) else {
                continue;
            };
            if !formatted.changes() {
                self.count(&formatted, &mut tally);
            } else if self.check || self.diff {
                self.count(&formatted, &mut tally);
                self.show(&formatted, context)?;
            } else {
                match write_file(&path, formatted.text.as_bytes()) {
                    // The other texts can still be formatted.
                    Err(error @ StoreError::Link { .. }) => tally.refuse(&label, error.into()),
                    written => {
                        context.output.note_owner(&path, written?);
                        self.count(&formatted, &mut tally);
                        self.note(&format!("formatted {label}"), context);
                    }
                }
            }
        }
        self.finish(tally, true, context)
    }

    fn standard_input(&self, mut tally: Tally, dialect: Dialect, context: &Context) -> Outcome {
        if self.named().len() > 1 {
            return Err(Failure::usage(
                "standard input (`-`) cannot be formatted along with files",
            ));
        }
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(MAX_SOURCE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        let kind = if self.namespace { Kind::Namespace } else { Kind::Language };
        if let Some(formatted) = tally.format("<stdin>", bytes, kind, dialect) {
            self.count(&formatted, &mut tally);
            let is_text = self.format == Format::Text;
            if self.check || self.diff {
                if formatted.changes() {
                    self.show(&formatted, context)?;
                }
            } else if is_text {
                context.output.bytes(&formatted.text)?;
            } else if let Some(file) = tally.files.last_mut() {
                file["text"] = formatted.text.into();
            }
        }
        self.finish(tally, false, context)
    }

    /// Records the result for a text that can be formatted.
    fn count(&self, formatted: &Formatted, tally: &mut Tally) {
        let status = match (formatted.changes(), self.check || self.diff) {
            (false, _) => "unchanged",
            (true, true) => "would_change",
            (true, false) => "formatted",
        };
        tally.changed += usize::from(formatted.changes());
        tally.unchanged += usize::from(!formatted.changes());
        let mut file = json!({ "file": formatted.source.name(), "status": status });
        if self.diff && formatted.changes() {
            file["diff"] = formatted.diff().into();
        }
        tally.files.push(file);
    }

    /// Shows the changes to people.
    fn show(&self, formatted: &Formatted, context: &Context) -> Outcome {
        match (self.format, self.diff) {
            (Format::Json, _) => Ok(()),
            (Format::Text, true) => context.output.bytes(&visible_lines(&formatted.diff())),
            (Format::Text, false) => context.output.answer(formatted.source.name()),
        }
    }

    /// Prints a note to people. The answer for programs has it, too.
    fn note(&self, text: &str, context: &Context) {
        if self.format == Format::Text {
            context.output.note(text);
        }
    }

    fn finish(&self, tally: Tally, summary: bool, context: &Context) -> Outcome {
        context.output.reports(&tally.reports, self.format)?;
        if self.format == Format::Json {
            let answer = json!({
                "changed": tally.changed,
                "unchanged": tally.unchanged,
                "left_alone": tally.left_alone(),
                "files": tally.files,
            });
            let is_done = summary && tally.changed > 0 && !(self.check || self.diff);
            let answered = context.output.answer(Answer::Data(format!("{answer:#}")));
            answered.map_err(|failure| {
                if is_done { failure.after("the files were formatted") } else { failure }
            })?;
        }
        tally.refused.iter().for_each(|failure| context.output.failure(failure));
        if summary {
            self.note(&tally.summary(self.check || self.diff), context);
        }
        if tally.left_alone() > 0 || self.check && tally.changed > 0 {
            Err(Failure::reported())
        } else {
            Ok(())
        }
    }

    /// The files to format, in the order of the arguments, and below each argument in the order of
    /// their paths.
    fn files(&self, context: &Context) -> Outcome<Vec<(PathBuf, Kind)>> {
        let configured = context.config.source.as_ref().map(PathBuf::from);
        let paths = if self.named().is_empty() {
            Vec::from_iter(configured)
        } else {
            let named = |path: &PathBuf| match path.to_str() {
                Some(path) => location::named(path, &context.config).map(PathBuf::from),
                None => Ok(path.clone()),
            };
            self.named().iter().map(named).collect::<Outcome<_>>()?
        };
        if paths.is_empty() {
            return Err(Failure::usage("nothing to format: name files or directories")
                .help("or set `source` in `planout.toml`"));
        }
        let mut files = Vec::new();
        for path in paths {
            location::tell("source", &path.to_string_lossy(), context);
            if path.is_dir() {
                let wanted = |path: &Path| Kind::of(path).is_some();
                let found = self.folders.files(&path, wanted, context)?.into_iter();
                files.extend(found.filter_map(|path| Kind::of(&path).map(|kind| (path, kind))));
            } else if let Some(kind) = Kind::of(&path) {
                files.push((path, kind));
            } else {
                // A missing file is not an error of usage.
                read_file(&path, 0)?;
                let what = if path.extension().is_some_and(|ending| ending == "json") {
                    "is JSON, which is not formatted"
                } else {
                    "is neither a script nor a namespace"
                };
                let message = format!("`{}` {what}", path.display());
                let help = format!("the names of formatted files end in {}", ENDINGS.join(", "));
                return Err(Failure::usage(message).help(help));
            }
        }
        Ok(files)
    }
}

impl Kind {
    /// The language of a file, by its ending; `None` if it is not formatted.
    fn of(path: &Path) -> Option<Kind> {
        match path.extension()?.to_str()? {
            "planout" => Some(Kind::Language),
            "yaml" | "yml" | "p4j" => Some(Kind::Namespace),
            _ => None,
        }
    }
}

impl Formatted {
    fn changes(&self) -> bool {
        self.source.text() != self.text
    }

    fn diff(&self) -> String {
        let name = visible(self.source.name());
        let diff = TextDiff::from_lines(self.source.text(), &self.text);
        diff.unified_diff().header(&name, &name).to_string()
    }
}

impl Tally {
    /// Formats a text. Its problems are kept for the answer, or printed.
    fn format(
        &mut self,
        label: &str,
        bytes: Vec<u8>,
        kind: Kind,
        dialect: Dialect,
    ) -> Option<Formatted> {
        let (source, problem) = decode(label, bytes);
        let formatted = match (problem, kind) {
            (Some(problem), _) => Err(FormatError::Invalid(vec![problem])),
            (None, Kind::Language) => format::script(source.text(), dialect),
            (None, Kind::Namespace) => format::namespace(&source, dialect),
        };
        let source = Arc::new(source);
        match formatted {
            Ok(text) => return Some(Formatted { source, text }),
            Err(FormatError::Invalid(problems)) => self.reports.push(Report::new(source, problems)),
            Err(error) => {
                let message = format!("`{label}` was left alone");
                self.refuse(label, Failure::wrong(error).context(message));
                return None;
            }
        }
        self.leave(label);
        None
    }

    /// Keeps the reason why a text without errors is left alone.
    fn refuse(&mut self, label: &str, failure: Failure) {
        self.refused.push(failure);
        self.leave(label);
    }

    fn leave(&mut self, label: &str) {
        self.files.push(json!({ "file": label, "status": "left_alone" }));
    }

    fn left_alone(&self) -> usize {
        self.reports.len() + self.refused.len()
    }

    fn summary(&self, dry: bool) -> String {
        let done = if dry { "would change" } else { "formatted" };
        let files = if self.changed == 1 { "file" } else { "files" };
        let mut summary = format!("{} {files} {done}, {} unchanged", self.changed, self.unchanged);
        let wrong = self.left_alone();
        if wrong > 0 {
            summary += &format!(", {wrong} left alone");
        }
        summary
    }
}
