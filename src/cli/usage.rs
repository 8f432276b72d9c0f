//! Wrong command lines: messages about them, and suggestions of a command or option that is near in
//! spelling or in meaning.

use std::error::Error;
use std::ffi::OsString;
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use planout::nearest::{hint, nearest};
use planout::store::{is_url, without_secrets};

use super::failure::Failure;
use super::output::Failures;

/// The options with a value that can come before the command.
const GLOBAL: [&str; 2] = ["--config", "--color"];

/// The names that other tools use for our commands.
const COMMANDS: [(&str, &str); 41] = [
    ("add", "ramp"),
    ("apply", "ship"),
    ("assign", "eval"),
    ("bench", "perf"),
    ("benchmark", "perf"),
    ("build", "compile"),
    ("certify", "audit"),
    ("compare", "plan"),
    ("deploy", "ship"),
    ("describe", "explain"),
    ("diff", "plan"),
    ("duration", "power"),
    ("end", "stop"),
    ("evaluate", "eval"),
    ("format", "fmt"),
    ("get", "eval"),
    ("independence", "audit"),
    ("launch", "ramp"),
    ("lint", "check"),
    ("list", "nslist"),
    ("ls", "nslist"),
    ("mde", "power"),
    ("namespaces", "nslist"),
    ("parse", "compile"),
    ("performance", "perf"),
    ("preview", "plan"),
    ("publish", "ship"),
    ("push", "ship"),
    ("release", "ship"),
    ("remove", "stop"),
    ("run", "eval"),
    ("sample-size", "power"),
    ("show", "nslist"),
    ("sim", "simulate"),
    ("start", "ramp"),
    ("transpile", "compile"),
    ("upload", "ship"),
    ("validate", "check"),
    ("verify", "check"),
    ("why", "explain"),
    ("yaml2json", "compile"),
];

/// The names that other tools use for our options, each with our option.
const OPTIONS: [(&str, &str); 12] = [
    ("--config-file", "--config"),
    ("--csv", "--output-format csv"),
    ("--experiment", "--exp"),
    ("--json", "--format json"),
    ("--location", "--from"),
    ("--log-level", "--verbose"),
    ("--namespace", "--ns"),
    ("--separator", "--delimiter"),
    ("--source", "--from"),
    ("--text", "--format text"),
    ("-c", "--config"),
    ("-l", "--verbose"),
];

/// A command line as it was written.
pub(super) struct Line {
    command: Option<String>,
    is_json: bool,
    is_batch: bool,
}

impl Line {
    /// Reads the few facts that a failure needs from a command line that may be wrong. The first word
    /// is the program.
    pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Line {
        let mut line = Line { command: None, is_json: false, is_batch: false };
        let mut before = String::new();
        for argument in arguments.into_iter().skip(1) {
            let argument = argument.to_string_lossy().into_owned();
            let is_value = GLOBAL.contains(&before.as_str());
            match argument.as_str() {
                "--" => break,
                "--format=json" => line.is_json = true,
                "json" if before == "--format" => line.is_json = true,
                option if option == "--batch" || option.starts_with("--batch=") => {
                    line.is_batch = true;
                }
                word if !word.starts_with('-') && !is_value && line.command.is_none() => {
                    line.command = Some(word.to_owned());
                }
                _ => {}
            }
            before = argument;
        }
        line
    }

    /// The form of failures for this command line.
    pub(super) fn failures(&self) -> Failures {
        let has_rows = self.is_batch && self.command.as_deref() == Some("eval");
        match (self.is_json, has_rows) {
            (false, _) => Failures::Text,
            (true, false) => Failures::Json,
            (true, true) => Failures::JsonBesideRows,
        }
    }
}

/// An error in a command line.
pub(super) struct Misuse {
    pub(super) failure: Failure,
    /// The usage of the command, and where to read more.
    pub(super) usage: String,
}

impl Misuse {
    /// `root` is the program's command with its help.
    pub(super) fn new(error: &clap::Error, line: &Line, root: &Command) -> Misuse {
        let name = line.command.as_deref().unwrap_or_default();
        let command = root.find_subcommand(name).unwrap_or(root);
        let (message, help) = explain(error, command, root);
        let failure = Failure::usage(message);
        let failure = match help {
            Some(help) => failure.help(help),
            None => failure,
        };
        let usage = match error.get(ContextKind::Usage) {
            // The usage of the error names a similar option, even if it is not near.
            Some(_) if error.kind() == ErrorKind::UnknownArgument => {
                format!("\n{}\n", command.clone().render_usage())
            }
            Some(usage) => format!("\n{usage}\n"),
            None => String::new(),
        };
        let whole = match command.get_name() {
            program if program == root.get_name() => program.to_owned(),
            name => format!("{} {name}", root.get_name()),
        };
        Misuse { failure, usage: format!("{usage}\nfor more: `{whole} --help`") }
    }
}

/// A message, and help if something is near.
fn explain(error: &clap::Error, command: &Command, root: &Command) -> (String, Option<String>) {
    // A location can be in the wrong place, and contain a password.
    let text = |kind| {
        let text = error.get(kind).map(ToString::to_string).unwrap_or_default();
        without_secrets(&text).into_owned()
    };
    let argument = name(&text(ContextKind::InvalidArg));
    let value = text(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand);
            let help = near_command(&word, root).map(|near| format!("did you mean `{near}`?"));
            (format!("unknown command `{word}`"), help)
        }
        ErrorKind::UnknownArgument => unknown(&text(ContextKind::InvalidArg), command, root),
        ErrorKind::InvalidValue if value.is_empty() => {
            let known = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(known)) => hint("", known.iter().map(String::as_str)),
                _ => None,
            };
            (format!("{argument} needs a value"), known)
        }
        ErrorKind::InvalidValue => {
            let known = match error.get(ContextKind::ValidValue) {
                Some(ContextValue::Strings(known)) => {
                    hint(&value, known.iter().map(String::as_str))
                }
                _ => None,
            };
            (format!("{argument} cannot be `{value}`"), known)
        }
        // The reason repeats the value as it was written.
        ErrorKind::ValueValidation => match error.source().filter(|_| !is_url(&value)) {
            Some(reason) => (format!("{argument}: {}", invalid(&value, reason)), None),
            None => (format!("{argument} cannot be `{value}`"), None),
        },
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            (format!("{argument} needs a value"), None)
        }
        ErrorKind::TooManyValues => (format!("{argument} cannot take `{value}`, too"), None),
        ErrorKind::NoEquals => (format!("{argument} needs `=` before its value"), None),
        ErrorKind::ArgumentConflict => {
            let others = names(error.get(ContextKind::PriorArg));
            match others.as_slice() {
                [other] if *other == argument => (format!("{argument} is given twice"), None),
                [] => (format!("{argument} cannot be used with the other arguments"), None),
                others => (format!("{argument} cannot be used with {}", others.join(", ")), None),
            }
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = names(error.get(ContextKind::InvalidArg));
            (format!("missing: {}", missing.join(", ")), None)
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("no command is given".to_owned(), None)
        }
        ErrorKind::InvalidUtf8 => ("an argument is not UTF-8".to_owned(), None),
        _ => {
            let said = error.to_string();
            let first = said.lines().next().unwrap_or_default();
            (first.trim_start_matches("error: ").to_owned(), None)
        }
    }
}

/// The message about an argument that a command does not have.
fn unknown(argument: &str, command: &Command, root: &Command) -> (String, Option<String>) {
    if !argument.starts_with('-') {
        return (format!("unexpected argument `{argument}`"), None);
    }
    let full = match command.get_name() {
        program if program == root.get_name() => program.to_owned(),
        name => format!("{} {name}", root.get_name()),
    };
    let message = format!("`{full}` has no option `{argument}`");
    let own = options(command);
    let meant = OPTIONS.iter().find(|(word, _)| *word == argument).map(|(_, meant)| *meant);
    // `--format json` is meant as a whole, and the command has the first word of it.
    let has = |meant: &&str| own.iter().any(|option| meant.split(' ').next() == Some(option));
    // The dashes, and a word that several options begin with, do not make an option near.
    let name = argument.trim_start_matches('-');
    let names = own.iter().map(|option| option.trim_start_matches('-'));
    let alike = |other: &&str| match (name.split_once('-'), other.split_once('-')) {
        (Some((first, rest)), Some((other, last))) if first == other => {
            nearest(rest, [last]).is_some()
        }
        _ => true,
    };
    let near = nearest(name, names.filter(alike)).map(|near| format!("--{near}"));
    let spelt = || near.as_deref().filter(|_| argument.starts_with("--"));
    if let Some(near) = meant.filter(has).or_else(spelt) {
        return (message, Some(format!("did you mean `{near}`?")));
    }
    let elsewhere = root
        .get_subcommands()
        .filter(|other| {
            !other.is_hide_set() && options(other).iter().any(|option| option == argument)
        })
        .map(|other| format!("`{} {}`", root.get_name(), other.get_name()));
    let elsewhere: Vec<String> = elsewhere.collect();
    let help = match elsewhere.as_slice() {
        [] => None,
        few if few.len() <= 3 => Some(format!("it is an option of {}", few.join(" and "))),
        many => Some(format!("it is an option of {} and others", many[..2].join(", "))),
    };
    (message, help)
}

/// The command that is near a word, in meaning or in spelling.
fn near_command<'a>(word: &str, root: &'a Command) -> Option<&'a str> {
    let meant = COMMANDS.iter().find(|(other, _)| word.eq_ignore_ascii_case(other));
    let own: Vec<&str> = root
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(Command::get_name)
        .collect();
    match meant {
        Some((_, meant)) => own.into_iter().find(|name| name == meant),
        None => nearest(word, own),
    }
}

/// The options of a command that its help shows.
fn options(command: &Command) -> Vec<String> {
    let shown = command.get_arguments().filter(|argument| !argument.is_hide_set());
    let long = shown.flat_map(|argument| {
        let aliases = argument.get_visible_aliases().unwrap_or_default();
        argument.get_long().into_iter().chain(aliases)
    });
    long.map(|long| format!("--{long}")).collect()
}

/// The reason why a value is not allowed.
fn invalid(value: &str, reason: &(dyn Error + 'static)) -> String {
    if let Some(reason) = reason.downcast_ref::<ParseIntError>() {
        return match reason.kind() {
            IntErrorKind::PosOverflow => format!("`{value}` is too large"),
            IntErrorKind::NegOverflow => format!("`{value}` is too small"),
            IntErrorKind::Zero => "the value must be more than 0".to_owned(),
            _ => format!("`{value}` is not a whole number"),
        };
    }
    if reason.is::<ParseFloatError>() {
        return format!("`{value}` is not a number");
    }
    let text = reason.to_string();
    // The parsers of ranges write: `0 is not in 1..=256`.
    match text.split_once(" is not in ").and_then(|(_, range)| range.split_once("..=")) {
        Some((least, most)) => format!("`{value}` is not between {least} and {most}"),
        None => text,
    }
}

/// The names of arguments, each in backticks.
fn names(value: Option<&ContextValue>) -> Vec<String> {
    match value {
        Some(ContextValue::String(one)) => vec![name(one)],
        Some(ContextValue::Strings(many)) => many.iter().map(|one| name(one)).collect(),
        _ => Vec::new(),
    }
}

/// An argument in the form in which users write it: of `<--ns <NAME>|--script <CODE>>`, the two
/// names; of `--ns <NAME>`, only the option.
fn name(argument: &str) -> String {
    let inner = match argument.strip_prefix("<--") {
        Some(group) => format!("--{}", group.trim_end_matches('>')),
        None => argument.to_owned(),
    };
    let one = |text: &str| {
        let text = text.split([' ', '=']).next().unwrap_or_default();
        format!("`{}`", text.trim_matches(['<', '>', '[', ']', '.']))
    };
    inner.split('|').map(one).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::super::command;
    use super::*;

    #[test]
    fn every_meaning_is_a_command_and_no_command_has_another_meaning() {
        let root = command();
        let own: Vec<&str> = root.get_subcommands().map(Command::get_name).collect();
        for (word, meant) in COMMANDS {
            assert!(own.contains(&meant), "`{word}` means `{meant}`, which does not exist");
            assert!(!own.contains(&word), "`{word}` is a command of its own");
        }
        assert!(COMMANDS.is_sorted());
        assert!(OPTIONS.is_sorted());
    }

    #[test]
    fn a_line_says_how_failures_are_said() {
        for (line, command, failures) in [
            ("planout eval --ns x", Some("eval"), Failures::Text),
            ("planout --config eval nslist --format json", Some("nslist"), Failures::Json),
            ("planout nslist --format=json", Some("nslist"), Failures::Json),
            ("planout eval --batch x --format json", Some("eval"), Failures::JsonBesideRows),
            ("planout simulate --batch x --format json", Some("simulate"), Failures::Json),
            ("planout eval -- --format json", Some("eval"), Failures::Text),
            ("planout eval --script --format=text json", Some("eval"), Failures::Text),
            ("planout", None, Failures::Text),
        ] {
            let read = Line::read(line.split(' ').map(OsString::from));
            assert_eq!((read.command.as_deref(), read.failures()), (command, failures), "{line}");
        }
    }
}
