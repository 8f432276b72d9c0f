//! `planout check`

mod fix;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use planout::catalog::{self, Loaded, decode};
use planout::diagnostic::{Level, Report};
use planout::lint::{self, Settings};
use planout::nearest::nearest;
use planout::source::{MAX_SOURCE_BYTES, SourceText};
use planout::store::{self, FileFormat, read_file};

use self::fix::Fix;
use super::config::set_level;
use super::failure::{Failure, Outcome};
use super::folders::Folders;
use super::output::Answer;
use super::progress::Bar;
use super::render::{self, ReportFormat};
use super::secrets::Secrets;
use super::{Context, DialectArg, Format, location};

/// The word for all warnings, used like a code.
const WARNINGS: &str = "warnings";

#[derive(Args, Debug)]
pub(super) struct Check {
    /// Directories and files: namespaces, scripts (.planout) and compiled JSON of either; `-` is
    /// standard input [default: the configured source]
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// Same as PATH
    #[arg(long, value_name = "LOCATION", conflicts_with = "paths")]
    from: Option<String>,
    /// Treat warnings as errors: `warnings` for all of them, or a code
    #[arg(long, value_name = "CODE")]
    deny: Vec<String>,
    /// Report a code as a warning, whatever the configuration says
    #[arg(long, value_name = "CODE")]
    warn: Vec<String>,
    /// Do not report a code, whatever the configuration says
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
    /// Apply the suggestions of errors to the files, where the repair is certain
    #[arg(long)]
    fix: bool,
    /// With `--fix`: write nothing, and print the changes as a unified diff
    #[arg(long, requires = "fix")]
    diff: bool,
    /// Read standard input as a namespace
    #[arg(long)]
    namespace: bool,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    dialect: DialectArg,
    /// Print the diagnostics for people (`text`), as an array of objects (`json`), for code scanning
    /// and editors (`sarif`), as annotations of GitHub Actions (`github`), or as test cases (`junit`)
    #[arg(long, default_value = "text", hide_default_value = true)]
    format: ReportFormat,
}

/// The subjects of a check. Namespaces are checked together, and scripts one by one.
#[derive(Default)]
struct Subjects {
    namespaces: Vec<Loaded>,
    scripts: Vec<(String, Vec<u8>)>,
    /// Compiled scripts.
    compiled: Vec<Arc<SourceText>>,
}

impl Check {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let settings = self.settings(context)?;
        if self.fix {
            self.refuse_to_fix()?;
        }
        let mut subjects = self.read(context)?;
        let dialect = context.dialect(self.dialect);
        if self.fix {
            let (dialects, diff) = (context.dialects(self.dialect), self.diff);
            Fix { settings: &settings, dialects, diff, context }.run(&subjects)?;
            if !self.diff {
                subjects = self.read(context)?;
            }
        }
        let Subjects { mut namespaces, scripts, compiled } = subjects;
        let bar = Bar::new("checking", "namespaces", context);
        lint::check_with(&mut namespaces, &settings, bar.progress());
        drop(bar);
        let mut own = lint::own_operators(&namespaces, &settings);
        let mut reports: Vec<_> = namespaces.iter().map(Loaded::report).collect();
        for source in compiled {
            let found = lint::check_script(&source, dialect, &settings);
            own.extend(lint::own_operators_of_script(&source, dialect, &settings));
            reports.push(Report::new(source, found));
        }
        for (label, bytes) in scripts {
            let (source, problem) = decode(&label, bytes);
            let found = match problem {
                Some(problem) => vec![problem],
                None => lint::check_script(&source, dialect, &settings),
            };
            own.extend(lint::own_operators_of_script(&source, dialect, &settings));
            reports.push(Report::new(Arc::new(source), found));
        }
        let problems = reports.iter().filter(|report| !report.diagnostics.is_empty()).count();
        match self.format {
            ReportFormat::Text => context.output.reports(&reports, Format::Text)?,
            format => {
                let text = render::all(&reports, format, &Secrets::known());
                context.output.answer_unless_empty(Answer::Data(text))?;
            }
        }
        // Otherwise the text has ended with the number of problems.
        if self.format != ReportFormat::Text || problems == 0 {
            context.output.note(summary(reports.len(), problems));
        }
        if !own.is_empty() {
            context.output.note(not_run(&own));
        }
        if reports.iter().any(Report::has_errors) { Err(Failure::reported()) } else { Ok(()) }
    }

    /// Refuses inputs that cannot be repaired, and formats that cannot show a diff.
    fn refuse_to_fix(&self) -> Outcome {
        if self.paths.iter().any(|path| path == "-") {
            return Err(Failure::usage("`--fix` writes files, and `-` is standard input"));
        }
        if self.diff && self.format != ReportFormat::Text {
            Err(Failure::usage("`--diff` prints text: leave `--format` out"))
        } else {
            Ok(())
        }
    }

    fn settings(&self, context: &Context) -> Outcome<Settings> {
        let mut settings = context.config.checks.clone();
        let levels = &mut settings.levels;
        let flags = [
            ("allow", &self.allow, Level::Off),
            ("warn", &self.warn, Level::Warn),
            ("deny", &self.deny, Level::Error),
        ];
        for (flag, codes, level) in flags {
            for code in codes {
                if flag == "deny" && code == WARNINGS {
                    levels.deny_warnings();
                    continue;
                }
                let is_nearly_all = flag == "deny" && nearest(code, [WARNINGS]).is_some();
                set_level(levels, code, level)
                    .map_err(|failure| {
                        let hint = format!("did you mean `{WARNINGS}`?");
                        if is_nearly_all { failure.help(hint) } else { failure }
                    })
                    .map_err(|failure| failure.context(format!("`--{flag}`")).into_usage())?;
            }
        }
        Ok(settings)
    }

    fn read(&self, context: &Context) -> Outcome<Subjects> {
        let configured = context.config.source.clone();
        let named = self.from.as_ref().map_or(self.paths.as_slice(), std::slice::from_ref);
        let paths = match (named, configured) {
            ([], None) => {
                return Err(Failure::usage("nothing to check: name a directory or a file")
                    .help("or set `source` in `planout.toml`"));
            }
            ([], Some(source)) => vec![source],
            (paths, _) => {
                let named = paths.iter().map(|path| location::named(path, &context.config));
                named.collect::<Outcome<_>>()?
            }
        };
        let mut subjects = Subjects::default();
        for path in &paths {
            self.read_path(path, context, &mut subjects)?;
        }
        let Subjects { namespaces, scripts, compiled } = &subjects;
        if namespaces.is_empty() && scripts.is_empty() && compiled.is_empty() {
            let shown: Vec<_> = paths.iter().map(|path| store::without_secrets(path)).collect();
            let message = format!("nothing to check in `{}`", shown.join("`, `"));
            return Err(Failure::wrong(message));
        }
        Ok(subjects)
    }

    fn read_path(&self, path: &str, context: &Context, subjects: &mut Subjects) -> Outcome {
        let dialects = context.dialects(self.dialect);
        if path == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().lock().take(MAX_SOURCE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
            let label = "<stdin>";
            if self.namespace {
                let name = Some("stdin");
                let loaded = Loaded::new(label, name, bytes, FileFormat::Yaml, dialects);
                subjects.namespaces.push(loaded);
            } else {
                subjects.scripts.push((label.to_owned(), bytes));
            }
            return Ok(());
        }
        location::tell("source", path, context);
        let file = Path::new(path);
        if file.is_file() && FileFormat::of(file).is_none() {
            let bytes = read_file(file, MAX_SOURCE_BYTES + 1)?;
            subjects.scripts.push((path.to_owned(), bytes));
            return Ok(());
        }
        let is_script =
            |path: &Path| path.extension().is_some_and(|extension| extension == "planout");
        let wanted = |path: &Path| is_script(path) || FileFormat::of(path).is_some();
        let store = self.folders.open_for(path, wanted, context)?;
        let bar = Bar::new("reading", "namespaces", context);
        let found = catalog::read_with(&*store, dialects, bar.progress())?.into_iter();
        drop(bar);
        let (scripts, namespaces): (Vec<_>, _) = found.partition(Loaded::is_script);
        subjects.namespaces.extend(namespaces);
        subjects.compiled.extend(scripts.into_iter().map(|script| script.source));
        if file.is_dir() {
            let folders = self.folders.read(context.config.recursive);
            let files = store::files(file, folders)?.into_iter();
            for script in files.filter(|path| is_script(path)) {
                let bytes = store::read_found(&script, MAX_SOURCE_BYTES + 1)?;
                subjects.scripts.push((script.to_string_lossy().into_owned(), bytes));
            }
        }
        Ok(())
    }
}

/// A note about the operators that a check cannot verify.
fn not_run(own: &BTreeSet<String>) -> String {
    let names: Vec<_> = own.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "operators of your own that cannot run here: {}; an evaluation that reaches one of them fails",
        names.join(", ")
    )
}

fn summary(files: usize, problems: usize) -> String {
    let files = match files {
        1 => "1 file".to_owned(),
        files => format!("{files} files"),
    };
    match problems {
        0 => format!("checked {files}: no problems"),
        problems => format!("checked {files}: problems in {problems}"),
    }
}
