//! The files of `planout power`: the traffic of a namespace, and the units of a ratio.

use std::fs::File;

use planout::power::{ColumnsError, Ratio, Traffic};
use planout::simulate::ReadError;

use crate::cli::failure::{Failure, Outcome};

/// The failure for a file that cannot be read, or that has other content than it should.
fn unreadable(path: &str, error: ReadError<ColumnsError>) -> Failure {
    match error {
        ReadError::Io(error) => Failure::broken(error).context(format!("cannot read `{path}`")),
        ReadError::Line { line, problem } => {
            let help = match &problem {
                ColumnsError::Falls { .. } => {
                    Some("count each unit once, on its first day, and add up the days")
                }
                _ => None,
            };
            let failure = Failure::wrong(problem).context(format!("`{path}`, line {line}"));
            match help {
                Some(help) => failure.help(help),
                None => failure,
            }
        }
    }
}

/// Reads a file with a function; `-` is standard input.
fn read<T>(
    path: &str,
    parse: impl FnOnce(Box<dyn std::io::Read>) -> Result<T, ReadError<ColumnsError>>,
) -> Outcome<T> {
    let input: Box<dyn std::io::Read> = match path {
        "-" => Box::new(std::io::stdin().lock()),
        path => {
            let file = File::open(path);
            Box::new(file.map_err(|error| unreadable(path, ReadError::Io(error)))?)
        }
    };
    parse(input).map_err(|error| unreadable(path, error))
}

pub(super) fn ratio(path: &str) -> Outcome<Ratio> {
    read(path, Ratio::read)
}

pub(super) fn traffic(path: &str) -> Outcome<Traffic> {
    read(path, Traffic::read)
}

/// The units up to a day.
pub(super) fn units_of_day(traffic: &Traffic, day: u64) -> Outcome<u64> {
    let (last, _) = traffic.last();
    match traffic.units(day).map(|units| units as u64) {
        Some(0) => Err(Failure::wrong(format!("no units have come by up to day {day}"))),
        Some(units) => Ok(units),
        None => {
            let first = traffic.first();
            let message = format!(
                "the traffic of day {day} is not known: it goes from day {first} to {last}"
            );
            Err(Failure::wrong(message).help("name a day of the file, or add the days to it"))
        }
    }
}
