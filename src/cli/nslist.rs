//! `planout nslist`

pub(super) mod segments;

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};

use comfy_table::{CellAlignment, Table, TableStyle};
use planout::Namespace;
use planout::catalog::Loaded;
use planout::namespace::Document;
use planout::ship::not_namespaces;
use planout::tree::{Layout, to_json};
use regex_lite::Regex;

use super::backend::Repository;
use super::failure::{Failure, Outcome};
use super::folders::Folders;
use super::location::{Places, Purpose};
use super::output::Answer;
use super::search::{Found, Search};
use super::text::{Text, visible};
use super::{Context, DialectArg, Format};

#[derive(Args, Debug)]
pub(super) struct Nslist {
    /// A directory, a file or a URL of namespaces; `@source` and `@target` are the configured
    /// locations [default: the target, and the source for namespaces that were never shipped]
    location: Option<String>,
    /// Same as LOCATION
    #[arg(long, value_name = "LOCATION", conflicts_with = "location")]
    from: Option<String>,
    /// List only these namespaces: a part of the name, or a regular expression that matches the whole
    /// name; case does not matter
    #[arg(short, long, alias = "name", value_name = "PATTERN")]
    ns: Option<String>,
    /// Print a table of sizes (`summary`), the compiled JSON (`full`), a line `namespace,experiment`
    /// for each active experiment (`experiments`), or the segments of each experiment (`segments`)
    #[arg(short, long, default_value = "summary")]
    mode: Mode,
    /// Print JSON on one line
    #[arg(long)]
    no_pretty: bool,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    dialect: DialectArg,
    /// How to print the answer and diagnostics
    #[arg(long, default_value = "text", hide_default_value = true)]
    format: Format,
    // These come last, because their heading applies to all following options.
    #[command(flatten)]
    repository: Repository,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    Summary,
    Full,
    Experiments,
    Segments,
}

/// A namespace as a document, and in the form that assigns units.
struct Listed {
    document: Document,
    namespace: Namespace,
}

impl Nslist {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let pattern = self.ns.as_deref().map(Pattern::new).transpose()?;
        let wanted = |name: &str| pattern.as_ref().is_none_or(|pattern| pattern.matches(name));
        let named = self.location.as_deref().or(self.from.as_deref());
        let named = self.repository.location(named, &context.config)?;
        let places = Places::find(Purpose::Live, named, "LOCATION", context)?;
        let search = Search::new(places, self.folders, self.dialect, context)?;
        let Found { loaded, origin, names } = search.all(&wanted)?;
        let reports: Vec<_> = loaded.iter().map(Loaded::report).collect();
        context.output.reports(&reports, self.format)?;
        let (found, scripts) =
            (loaded.len(), loaded.iter().filter(|loaded| loaded.is_script()).count());
        if found == 0 {
            origin.tell(context);
            return self.nothing(&names, &wanted, &search);
        }
        let mut listed = Vec::with_capacity(found);
        for document in loaded.into_iter().filter_map(|loaded| loaded.document) {
            let namespace = document.build().map_err(Failure::wrong)?;
            listed.push(Listed { document, namespace });
        }
        context.output.answer_unless_empty(self.answer(&listed))?;
        origin.tell(context);
        match left_out(found - listed.len() - scripts, scripts) {
            None => Ok(()),
            Some(message) => Err(Failure::wrong(message)),
        }
    }

    /// The empty list. It is a failure if a pattern was given.
    fn nothing(
        &self,
        names: &BTreeSet<String>,
        wanted: &dyn Fn(&str) -> bool,
        search: &Search<'_>,
    ) -> Outcome {
        let places = &search.places;
        let location = match &places.other {
            Some(other) if places.falls_back => {
                format!("`{}` or `{}`", places.first.shown(), other.shown())
            }
            _ => format!("`{}`", places.first.shown()),
        };
        let Some(pattern) = &self.ns else {
            let output = search.context.output;
            output.note(format!("no namespaces in {location}"));
            return output.answer_unless_empty(self.answer(&[]));
        };
        let others = names.iter().map(String::as_str);
        let unknown = Failure::unknown("namespace", pattern, others);
        let failure = unknown.reworded(format!("no namespace in {location} matches `{pattern}`"));
        Err(match search.elsewhere(wanted) {
            Some((other, word)) => {
                failure.help(format!("{other} has it: run `planout nslist {word}`"))
            }
            None => failure,
        })
    }

    fn answer(&self, listed: &[Listed]) -> Answer {
        match (self.mode, self.format) {
            (Mode::Summary, Format::Text) if listed.is_empty() => Answer::Text(Text::default()),
            (Mode::Summary, Format::Text) => Text::of_lines(&summary(listed).trim_fmt()).into(),
            (Mode::Summary, Format::Json) => self.json(&summary_json(listed)),
            (Mode::Full, Format::Text) => {
                let full = listed.iter().map(|namespace| self.full(namespace) + "\n");
                Text::of_lines(&full.collect::<String>()).into()
            }
            (Mode::Full, Format::Json) => {
                let entry = |it: &Listed| {
                    let mut name = String::new();
                    planout::tree::quote(&it.document.name, &mut name);
                    format!("{name}:{}", self.full(it))
                };
                let entries: Vec<String> = listed.iter().map(entry).collect();
                Answer::Data(format!("{{{}}}", entries.join(",")))
            }
            (Mode::Experiments, Format::Text) => experiments(listed).into(),
            (Mode::Experiments, Format::Json) => self.json(&experiments_json(listed)),
            (Mode::Segments, Format::Text) => {
                let mut text = Text::default();
                for (index, it) in listed.iter().enumerate() {
                    if index > 0 {
                        text.line("");
                    }
                    text.append(segments::draw(&it.namespace));
                }
                text.into()
            }
            (Mode::Segments, Format::Json) => {
                let entry = |it: &Listed| (it.document.name.clone(), segments::json(&it.namespace));
                self.json(&listed.iter().map(entry).collect::<serde_json::Map<_, _>>().into())
            }
        }
    }

    fn json(&self, value: &serde_json::Value) -> Answer {
        Answer::Data(if self.no_pretty { format!("{value}") } else { format!("{value:#}") })
    }

    fn full(&self, listed: &Listed) -> String {
        let layout = if self.no_pretty { Layout::Compact } else { Layout::Pretty };
        to_json(&listed.document.compiled, layout, listed.document.dialect)
    }
}

/// A message about the documents that are not listed, if there are any.
fn left_out(invalid: usize, scripts: usize) -> Option<String> {
    let invalid = match invalid {
        0 => None,
        1 => Some("1 namespace is invalid".to_owned()),
        invalid => Some(format!("{invalid} namespaces are invalid")),
    };
    Some(match (invalid, not_namespaces(scripts)) {
        (None, None) => return None,
        (Some(all), None) | (None, Some(all)) if all.starts_with("1 ") => {
            format!("{all} and was left out")
        }
        (Some(all), None) | (None, Some(all)) => format!("{all} and were left out"),
        (Some(invalid), Some(scripts)) => format!("{invalid}, and {scripts}: they were left out"),
    })
}

/// The pattern of names, as in planout4j.
struct Pattern {
    /// A part of the name, in lower case.
    part: String,
    /// The whole name.
    whole: Regex,
}

impl Pattern {
    fn new(pattern: &str) -> Outcome<Pattern> {
        let whole = Regex::new(&format!("(?i)^(?:{pattern})$")).map_err(|error| {
            Failure::usage(error).context(format!("`{pattern}` is not a regular expression"))
        })?;
        Ok(Pattern { part: pattern.to_lowercase(), whole })
    }

    fn matches(&self, name: &str) -> bool {
        name.to_lowercase().contains(&self.part) || self.whole.is_match(name)
    }
}

fn used(namespace: &Namespace) -> usize {
    namespace.experiments().iter().map(|experiment| experiment.segments().len()).sum()
}

fn summary(listed: &[Listed]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table.set_header(["name", "segments", "used", "definitions", "experiments", "dialect"]);
    for Listed { document, namespace } in listed {
        table.add_row([
            visible(&document.name).into_owned(),
            namespace.segment_count().to_string(),
            used(namespace).to_string(),
            document.definitions.len().to_string(),
            namespace.experiments().len().to_string(),
            document.dialect.to_string(),
        ]);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if (1..=4).contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn summary_json(listed: &[Listed]) -> serde_json::Value {
    let entry = |Listed { document, namespace }: &Listed| {
        serde_json::json!({
            "name": document.name,
            "segments": namespace.segment_count(),
            "used": used(namespace),
            "definitions": document.definitions.len(),
            "experiments": namespace.experiments().len(),
            "dialect": document.dialect.as_str(),
        })
    };
    listed.iter().map(entry).collect()
}

/// Lines of comma-separated values (RFC 4180).
fn experiments(listed: &[Listed]) -> Text {
    let field = |text: &str| {
        if text.contains([',', '"']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let mut lines = Text::default();
    for Listed { namespace, .. } in listed {
        for experiment in namespace.experiments() {
            lines.line(format!("{},{}", field(namespace.name()), field(experiment.name())));
        }
    }
    lines
}

fn experiments_json(listed: &[Listed]) -> serde_json::Value {
    let experiments = listed.iter().flat_map(|Listed { namespace, .. }| {
        namespace.experiments().iter().map(|experiment| {
            serde_json::json!({
                "namespace": namespace.name(),
                "experiment": experiment.name(),
                "definition": experiment.definition(),
                "segments": experiment.segments().len(),
            })
        })
    });
    experiments.collect()
}
