//! The parts that all commands share: arguments, configuration and exit statuses. Each command has a
//! file of its own.

mod audit;
mod backend;
mod check;
mod compile;
mod config;
mod delimiter;
mod edit;
mod eval;
mod explain;
mod failure;
mod fmt;
mod folders;
mod git;
mod help;
mod inputs;
mod location;
mod lookup;
mod near_file;
mod nslist;
mod origin;
mod output;
mod overwrite;
mod past;
mod perf;
mod place;
mod plan;
mod power;
mod progress;
mod render;
mod revision;
mod route;
#[cfg(feature = "batch")]
mod rows;
mod search;
mod secrets;
mod ship;
mod simulate;
mod text;
mod usage;
mod which;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
#[cfg(feature = "parquet")]
use std::{panic, thread};

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use planout::Dialect;
use planout::catalog::Dialects;
use planout::eval::{EvalError, Reason};

use self::config::Config;
use self::failure::{Failure, Outcome};
use self::output::{Failures, Output};
use self::text::Text;
use self::usage::{Line, Misuse};

/// Online experiments as code: compile, ship, list and evaluate PlanOut namespaces.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// The options of every command.
#[derive(Args, Debug)]
struct Global {
    /// The configuration file [default: $PLANOUT_CONFIG, else the nearest planout.toml, from this
    /// folder upwards]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// When to colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Print only the answer and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Also show the configuration, source and target, with their revisions
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compile a script or a namespace to JSON
    Compile(compile::Compile),
    /// Check namespaces and scripts for errors and likely mistakes
    Check(check::Check),
    /// Format PlanOut scripts, in their own files and in namespaces
    Fmt(fmt::Fmt),
    /// Show what a ship would change, and which units would move
    Plan(plan::Plan),
    /// Compile and check all namespaces, and store them as one change
    Ship(ship::Ship),
    /// Start an experiment: append an `add` to the file of its namespace
    Ramp(edit::Ramp),
    /// End an experiment: append a `remove` to the file of its namespace
    Stop(edit::Stop),
    /// List namespaces: their experiments, segments or compiled JSON
    Nslist(nslist::Nslist),
    /// Evaluate a namespace or a script for a unit
    Eval(Box<eval::Eval>),
    /// Test whether random or observed units are distributed as designed
    Simulate(simulate::Simulate),
    /// Compute how many units an experiment needs, or what it finds with some
    Power(Box<power::Power>),
    /// Prove that params are independent, or show how they depend on one another
    Audit(audit::AuditCommand),
    /// Measure how long a namespace takes to evaluate random units
    Perf(perf::Perf),
    /// Explain a diagnostic code such as P0208, with an example and its repair
    Explain(explain::Explain),
}

/// Text for people or JSON for programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

/// The dialect of scripts and namespaces that do not name their own.
#[derive(Args, Clone, Copy, Debug)]
struct DialectArg {
    /// The dialect of scripts and namespaces that do not say their own: planout4j or planout
    #[arg(long, value_name = "DIALECT")]
    dialect: Option<Dialect>,
}

impl Command {
    /// Whether the configuration can matter to the command.
    fn needs_config(&self) -> bool {
        match self {
            Command::Compile(command) => command.needs_config(),
            Command::Fmt(command) => command.needs_config(),
            Command::Eval(command) => command.needs_config(),
            Command::Explain(_) => false,
            _ => true,
        }
    }
}

/// The context in which a command runs.
struct Context<'o> {
    config: Config,
    output: &'o Output,
}

impl Context<'_> {
    fn dialect(&self, arg: DialectArg) -> Dialect {
        arg.dialect.or(self.config.dialect).unwrap_or_default()
    }

    /// The configuration applies to sources only: compiled namespaces name their dialect.
    fn dialects(&self, arg: DialectArg) -> Dialects {
        Dialects { source: self.dialect(arg), compiled: arg.dialect.unwrap_or_default() }
    }

    /// An error in words. An operator of the project's own exists, but not in this program.
    fn words(&self, error: &(dyn Error + 'static)) -> String {
        let reason = error.downcast_ref().map(|error: &EvalError| &*error.reason);
        match reason {
            Some(Reason::UnknownOperator { name, .. })
                if self.config.checks.operators.contains(&**name) =>
            {
                format!(
                    "`{name}` is declared as an operator of your own, and this program cannot run it"
                )
            }
            _ => error.to_string(),
        }
    }

    /// An error and its causes on one line.
    fn with_causes(&self, error: &(dyn Error + 'static)) -> String {
        let chain = anyhow::Chain::new(error).map(|error| self.words(error));
        chain.collect::<Vec<_>>().join(": ")
    }
}

/// The command line of the program, with its help.
fn command() -> clap::Command {
    help::arrange(Cli::command())
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    #[cfg(feature = "parquet")]
    keep_quiet_about_parquet();
    let line = Line::read(std::env::args_os());
    let parsed = command().try_get_matches().and_then(|found| Cli::from_arg_matches(&found));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error, &line),
    };
    let output = Output::new(&cli.global, line.failures());
    match run(cli, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.status())
        }
    }
}

/// A Parquet file that makes its reader panic is an error, which is reported like others.
#[cfg(feature = "parquet")]
fn keep_quiet_about_parquet() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().name() != Some(planout::batch::PARQUET_THREAD) {
            report(info);
        }
    }));
}

/// Reports the error of a command line, or prints the help or version that it asks for.
fn not_understood(error: &clap::Error, line: &Line) -> ExitCode {
    // Help and version go to standard output and are not an error. Without a command, people get the
    // help.
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || is_help && line.failures() == Failures::Text {
        let status = if error.use_stderr() { 2 } else { 0 };
        return match error.print() {
            Ok(()) => ExitCode::from(status),
            Err(error) => {
                let failure = Failure::from(error);
                Output::plain(line.failures()).failure(&failure);
                ExitCode::from(failure.status())
            }
        };
    }
    let mut root = command();
    root.build();
    let Misuse { failure, usage } = Misuse::new(error, line, &root);
    let output = Output::plain(line.failures());
    output.failure(&failure);
    if line.failures() == Failures::Text {
        output.note(Text::of_lines(&usage));
    }
    ExitCode::from(failure.status())
}

fn run(cli: Cli, output: &Output) -> Outcome {
    let found = Config::find(cli.global.config.as_deref());
    let config = match (found, cli.command.needs_config()) {
        (found, true) => found?,
        (Ok(config), false) => config,
        (Err(failure), false) => {
            let message = failure.message().unwrap_or_default();
            output.note(format!("warning: the configuration is ignored: {message}"));
            Config::default().with_environment()
        }
    };
    output.detail(&match &config.path {
        Some(path) => format!("configuration: {}", path.display()),
        None => {
            "configuration: none, because neither this folder nor one above has a `planout.toml`"
                .to_owned()
        }
    });
    let context = Context { config, output };
    let outcome = match cli.command {
        Command::Compile(command) => command.run(&context),
        Command::Plan(command) => command.run(&context),
        Command::Ship(command) => command.run(&context),
        Command::Check(command) => command.run(&context),
        Command::Ramp(command) => command.run(&context),
        Command::Stop(command) => command.run(&context),
        Command::Nslist(command) => command.run(&context),
        Command::Eval(command) => command.run(&context),
        Command::Simulate(command) => command.run(&context),
        Command::Power(command) => command.run(&context),
        Command::Audit(command) => command.run(&context),
        Command::Perf(command) => command.run(&context),
        Command::Explain(command) => command.run(&context),
        Command::Fmt(command) => command.run(&context),
    };
    outcome.map_err(|failure| failure.explained(|error| context.words(error)))
}
