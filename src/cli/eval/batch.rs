//! `planout eval --batch`: a file of units.

use std::env;
use std::mem;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use planout::batch::{Batch, Keep, OnError};
use planout::catalog::Loaded;
use planout::{Map, Namespace};

use super::Eval;
use super::summary;
use super::target::Target;
use super::undeclared;
use crate::cli::delimiter::DelimiterArg;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::inputs::Used;
use crate::cli::location::Purpose;
use crate::cli::progress::{Bar, Bytes};
use crate::cli::rows::{self, Opened};
use crate::cli::search::Found;
use crate::cli::{Context, Format, lookup, overwrite};

/// Advice about bad rows.
const SKIPS: &str = "`--on-error skip` leaves bad rows out, `--on-error null` keeps them";

/// The variable that holds the time for reproducible builds.
const EPOCH: &str = "SOURCE_DATE_EPOCH";

#[derive(Args, Debug)]
#[command(next_help_heading = "A file of units")]
#[command(mut_arg("delimiter", |delimiter| delimiter.requires("batch")))]
pub(super) struct BatchArgs {
    /// Evaluate each row of a file; `-` is standard input
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = [
            "script", "exp", "definition", "default", "overrides", "overrides_object",
        ],
    )]
    batch: Option<String>,
    /// Evaluate each row in all namespaces
    #[arg(long, group = "what", requires = "batch")]
    all: bool,
    /// The file to write the rows to [default: standard output]
    #[arg(long, value_name = "FILE", requires = "batch")]
    output: Option<String>,
    /// The format of the file [default: the ending of its name, else jsonl]
    #[arg(long, value_name = "FORMAT", requires = "batch", value_parser = rows::formats())]
    input_format: Option<String>,
    /// The format of the output [default: the ending of its name, else jsonl]
    #[arg(long, value_name = "FORMAT", requires = "batch", value_parser = rows::formats())]
    output_format: Option<String>,
    /// On a bad row: stop, skip it, or keep it without an answer
    #[arg(long, value_name = "ACTION", requires = "batch", default_value = "fail")]
    on_error: Bad,
    /// Input columns to copy to the output beside the primary unit; `all` copies all of them
    #[arg(long, value_name = "COLUMN", requires = "batch", value_delimiter = ',')]
    keep: Vec<String>,
    /// The params of the output, in this order [default: all]
    #[arg(long, value_name = "PARAM", requires = "batch", value_delimiter = ',')]
    param: Vec<String>,
    /// Columns of CSV that are not strings: integer, float, boolean
    #[arg(long, value_name = "COLUMN:TYPE", requires = "batch", value_delimiter = ',')]
    types: Vec<String>,
    #[command(flatten)]
    delimiter: DelimiterArg,
    /// Write exposures as PlanOut's loggers do, as JSON lines
    #[arg(long, requires = "batch", conflicts_with = "output_format")]
    exposure: bool,
    /// The time of the exposures, in seconds since 1970 [default: $SOURCE_DATE_EPOCH, else now]
    #[arg(long, value_name = "SECONDS", requires = "batch")]
    time: Option<u64>,
    /// The number of threads [default: one for each processor]
    #[arg(long, value_name = "N", requires = "batch",
        value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Bad {
    Fail,
    Skip,
    Null,
}

impl BatchArgs {
    /// The file of units, if there is one.
    pub(super) fn file(&self) -> Option<&str> {
        self.batch.as_deref()
    }

    /// The time of the exposures, if they are written.
    fn exposure(&self) -> Outcome<Option<u64>> {
        match (self.exposure, self.time) {
            (false, _) => Ok(None),
            (true, Some(time)) => Ok(Some(time)),
            (true, None) => now().map(Some),
        }
    }
}

impl Eval {
    pub(super) fn batch(&self, file: &str, constants: Map, context: &Context) -> Outcome {
        // Programs get one object at the end, with the notes in it. A failure is another object,
        // without notes.
        let mut kept = Vec::new();
        let outcome = self.rows(file, constants, &mut kept, context);
        if outcome.is_err() {
            kept.iter().for_each(|text| context.output.note(text));
        }
        outcome
    }

    /// Evaluates the rows, and keeps the notes for programs.
    fn rows(
        &self,
        file: &str,
        constants: Map,
        kept: &mut Vec<String>,
        context: &Context,
    ) -> Outcome {
        let args = &self.batch;
        let types = rows::types(&args.types)?;
        let path = self.output()?;
        overwrite::refuse(file, path.unwrap_or("-"))?;
        let delimiter = args.delimiter.delimiter;
        let (input, decompress) =
            rows::input_format(file, args.input_format.as_deref(), delimiter)?;
        let (output, compress) = rows::format(path.unwrap_or("-"), args.output_format.as_deref());
        let names = self.ns.as_ref().map(|names| names.split(',').collect::<Vec<_>>());
        let Found { loaded, origin, .. } =
            self.lookup.load(names.as_deref(), Purpose::Live, context)?;
        for loaded in &loaded {
            overwrite::refuse(loaded.source.name(), path.unwrap_or("-"))?;
        }
        let namespaces = build(&loaded)?;
        let used = Used::by_namespaces(loaded.iter().zip(&namespaces));
        let mut note = |text: String| match self.lookup.format {
            Format::Text => context.output.note(&text),
            Format::Json => kept.push(text),
        };
        used.unread(&constants).into_iter().for_each(&mut note);
        origin.note(context).into_iter().for_each(&mut note);
        let name = rows::shown(file);
        let batch = Batch {
            keep: if args.keep.iter().any(|column| column == "all") {
                Keep::All
            } else {
                Keep::Columns(args.keep.clone())
            },
            params: args.param.clone(),
            types,
            delimiter,
            constants,
            on_error: match args.on_error {
                Bad::Fail => OnError::Fail,
                Bad::Skip => OnError::Skip,
                Bad::Null => OnError::Null,
            },
            threads: match args.threads {
                Some(threads) => threads.into(),
                None => thread::available_parallelism().map_or(1, Into::into),
            },
            exposure: args.exposure()?,
            ..Batch::new(namespaces.iter().collect(), name, input, output)
        };
        rows::check_parquet(file, (input, decompress))?;
        rows::check_parquet(path.unwrap_or("-"), (output, compress))?;
        let Opened { input, size, read } = rows::open(file, input, decompress)?;
        let target = Target::open(path, compress)?;
        let given_away = target.note.clone();
        let shown = !context.output.is_quiet() && target.leaves_terminal_free();
        let bytes = size.map(|size| Bytes { read, size });
        let bar = Bar::of_file(name, "rows", bytes, shown);
        let start = Instant::now();
        let mut is_first = true;
        let outcome = target.fill(|out| {
            batch.run(input, out, &mut |so_far| {
                if mem::take(&mut is_first) {
                    rows::misspelt(name, so_far).for_each(&mut note);
                }
                bar.reach(so_far.rows);
            })
        });
        drop(bar);
        let done = outcome.map_err(|failed| match failed {
            super::target::Failed::Batch(error) => rows::fail(error, &loaded, path, SKIPS),
            super::target::Failed::Output(failure) => failure,
        })?;
        given_away.into_iter().for_each(&mut note);
        undeclared::of_rows(&namespaces, &batch, &done).into_iter().for_each(&mut note);
        let seconds = start.elapsed().as_secs_f64();
        match self.lookup.format {
            Format::Json => {
                context.output.summary(&summary::json(name, &done, seconds, kept, context))
            }
            Format::Text => {
                context.output.note(summary::text(name, &done, seconds, batch.on_error, context));
            }
        }
        Ok(())
    }

    /// The output file, which two options can name.
    fn output(&self) -> Outcome<Option<&str>> {
        match (self.batch.output.as_deref(), self.short.as_slice()) {
            (output, []) => Ok(output),
            (None, [output]) => Ok(Some(output)),
            _ => Err(Failure::usage("the output is given twice")),
        }
    }
}

/// The time for reproducible builds if it is set, and otherwise the time of the clock.
fn now() -> Outcome<u64> {
    let Some(text) = env::var_os(EPOCH).filter(|text| !text.is_empty()) else {
        return Ok(SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs()));
    };
    let text = text.to_string_lossy();
    text.parse().map_err(|_| {
        Failure::usage(format!("`{EPOCH}` is `{text}`, which is not a number of seconds"))
            .help("unset it, or set the time with `--time`")
    })
}

fn build(loaded: &[Loaded]) -> Outcome<Vec<Namespace>> {
    let mut namespaces: Vec<Namespace> = Vec::with_capacity(loaded.len());
    for loaded in loaded {
        let namespace = lookup::build(loaded)?;
        if namespaces.iter().any(|known| known.name() == namespace.name()) {
            let message = format!("namespace `{}` is named twice", namespace.name());
            return Err(Failure::usage(message));
        }
        namespaces.push(namespace);
    }
    Ok(namespaces)
}
