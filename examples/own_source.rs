//! A source of your own: its namespaces are rows of a table instead of files. It uses only the public
//! interface of the library.
//!
//! ```sh
//! cargo run --example own_source -- table.tsv button userid=ann
//! ```
//!
//! In this example, the table is a text. Each row has the name of a namespace, a tab, and the output
//! of `planout compile --no-pretty` for it. With a database, `list` would be `SELECT name`, `read`
//! would be `SELECT json`, and `revision` would be the largest number of a change.

use std::path::PathBuf;
use std::process::ExitCode;

use planout::catalog::LoadError;
use planout::diagnostic::with_causes;
use planout::namespace::AssignError;
use planout::serde_json;
use planout::store::{FileFormat, Item, Source, StoreError};
use planout::{Catalog, Dialect, Map, Value};

/// A table of namespaces.
#[derive(Debug)]
struct Table {
    path: PathBuf,
}

impl Table {
    /// The compiled namespaces by name.
    fn rows(&self) -> Result<Vec<(String, String)>, StoreError> {
        let path = self.path.display();
        let text = std::fs::read_to_string(&self.path).map_err(|error| {
            StoreError::other(format!("cannot read the table `{path}`"))
                .because(error)
                .with_help("name a file with a namespace in each row")
        })?;
        let rows = text.lines().enumerate().map(|(index, row)| match row.split_once('\t') {
            Some((name, json)) => Ok((name.to_owned(), json.to_owned())),
            None => Err(StoreError::other(format!("row {} of `{path}` has no tab", index + 1))),
        });
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        rows.sort();
        Ok(rows)
    }

    fn item(&self, name: &str) -> Item {
        // Messages call the item by this label.
        Item::new(name, FileFormat::Json).with_label(format!("{}#{name}", self.path.display()))
    }
}

impl Source for Table {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        Ok(self.rows()?.iter().map(|(name, _)| self.item(name)).collect())
    }

    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError> {
        let row = self.rows()?.into_iter().find(|(name, _)| *name == item.name);
        let (_, json) =
            row.ok_or_else(|| StoreError::other(format!("`{}` is gone", item.label)))?;
        let mut bytes = json.into_bytes();
        bytes.truncate(limit);
        Ok(bytes)
    }

    /// Reads all rows at once: two calls could see two versions of the table.
    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        let rows = self.rows()?.into_iter().map(|(name, json)| {
            let mut bytes = json.into_bytes();
            bytes.truncate(limit);
            (self.item(&name), bytes)
        });
        Ok(rows.collect())
    }
}

/// The reason why there is no answer: the text to print, and the exit status.
struct Failure(String, u8);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(Failure(message, status)) => {
            eprintln!("{message}");
            ExitCode::from(status)
        }
    }
}

fn run(arguments: &[String]) -> Result<String, Failure> {
    let [table, name, inputs @ ..] = arguments else {
        return Err(Failure("usage: own_source TABLE NAMESPACE KEY=VALUE...".to_owned(), 2));
    };
    let inputs: Map = inputs
        .iter()
        .filter_map(|input| input.split_once('='))
        .map(|(key, value)| (key.to_owned(), Value::from(value)))
        .collect();
    let table = Table { path: table.into() };
    let catalog = Catalog::from_source(&table, Dialect::Planout4j).map_err(not_loaded)?;
    let namespace =
        catalog.get(name).ok_or_else(|| Failure(format!("unknown namespace `{name}`"), 1))?;
    let assignment = namespace.assign(&inputs).map_err(not_assigned)?;
    // JSON does not have some values of params, such as infinity.
    serde_json::to_string(&assignment)
        .map_err(|error| Failure(format!("the answer cannot be written: {error}"), 1))
}

fn not_loaded(error: LoadError) -> Failure {
    match error {
        LoadError::Store(error) => {
            let help = error.help().map_or(String::new(), |help| format!("\nhelp: {help}"));
            Failure(format!("{}{help}", with_causes(&error)), 3)
        }
        // Each problem is printed with its place.
        LoadError::Invalid(reports) => {
            let problems: Vec<_> = reports.iter().map(ToString::to_string).collect();
            Failure(problems.join("\n"), 1)
        }
        // Later versions may add errors.
        other => Failure(with_causes(&other), 1),
    }
}

fn not_assigned(error: AssignError) -> Failure {
    match &error {
        AssignError::MissingUnit { unit, .. } => Failure(format!("{error}: add `{unit}=...`"), 1),
        AssignError::Script { error: reason, .. } => {
            let place = format!("at byte {} of the script", reason.span.start);
            Failure(format!("{}, {place}", with_causes(&error)), 1)
        }
        // Later versions may add errors.
        _ => Failure(with_causes(&error), 1),
    }
}
