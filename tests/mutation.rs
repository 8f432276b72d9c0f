//! Valid namespaces with one mistake each: whatever is broken, and wherever, there is a message at
//! the line that was broken, and hardly ever a second one.

mod document;
mod language;
mod sample;

use std::fmt::Write;

use planout::Dialect;
use planout::catalog::Loaded;
use planout::diagnostic::Diagnostic;
use planout::lint::{self, Settings};
use planout::store::FileFormat;

use self::sample::{Edit, Mutant, Sample};
use crate::support::{golden, text};

/// How many mutants of a kind are tried of a sample, of which there are over 200.
const SITES: usize = 1;

/// The least share of mutants with a message at the broken line: over all, and of any kind.
const LEAST_OF_ALL: f64 = 0.99;
const LEAST_OF_A_KIND: f64 = 0.97;

/// The most messages for a mutant on average: over all, and of any kind.
const MOST_OF_ALL: f64 = 1.02;
const MOST_OF_A_KIND: f64 = 1.05;

/// A way to break a namespace.
struct Kind {
    name: &'static str,
    edits: fn(&Sample) -> Vec<Edit>,
    may_be_silent: bool,
    /// Whether it leaves the namespace valid, so that only checks can find it.
    is_valid: bool,
}

impl Kind {
    const fn new(name: &'static str, edits: fn(&Sample) -> Vec<Edit>) -> Kind {
        Kind { name, edits, may_be_silent: false, is_valid: false }
    }

    /// The mutants are valid.
    const fn valid(self) -> Kind {
        Kind { is_valid: true, ..self }
    }

    /// Some mutants are valid: they are not counted.
    const fn silent(self) -> Kind {
        Kind { may_be_silent: true, ..self }
    }
}

/// How the mutants of a kind fared.
#[derive(Default)]
struct Score {
    mutants: usize,
    /// Without a message.
    silent: usize,
    at_line: usize,
    messages: usize,
    /// A few that went wrong.
    examples: Vec<String>,
}

impl Score {
    fn add(&mut self, other: &Score) {
        self.mutants += other.mutants;
        self.silent += other.silent;
        self.at_line += other.at_line;
        self.messages += other.messages;
    }

    fn share_at_line(&self) -> f64 {
        self.at_line as f64 / self.mutants.max(1) as f64
    }

    fn mean(&self) -> f64 {
        self.messages as f64 / self.mutants.max(1) as f64
    }

    fn row(&self, name: &str) -> String {
        let Score { mutants, silent, .. } = self;
        let share = 100.0 * self.share_at_line();
        format!("{name:40} {mutants:7} {silent:7} {share:8.1} {:9.2}", self.mean())
    }
}

fn load(text: &str, dialect: Dialect) -> Loaded {
    let bytes = text.as_bytes().to_vec();
    Loaded::new("sample.yaml", Some("sample"), bytes, FileFormat::Yaml, dialect)
}

/// All that is wrong with a namespace.
fn diagnostics(text: &str, dialect: Dialect) -> Vec<Diagnostic> {
    load(text, dialect).diagnostics
}

/// What checks find in a namespace and not in another one.
fn news(text: &str, old: &str, dialect: Dialect) -> Vec<Diagnostic> {
    let [mut new, old] = [text, old].map(|text| {
        let mut loaded = [load(text, dialect)];
        lint::check(&mut loaded, &Settings::default());
        let [loaded] = loaded;
        loaded.diagnostics
    });
    for old in old {
        let is_same = |it: &Diagnostic| (it.code, &it.message) == (old.code, &old.message);
        if let Some(index) = new.iter().position(is_same) {
            new.remove(index);
        }
    }
    new
}

fn samples() -> Vec<Sample> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sample-namespaces");
    let files = std::fs::read_dir(folder).expect("the samples");
    let mut paths: Vec<_> = files.map(|file| file.expect("a sample").path()).collect();
    paths.sort();
    let texts = paths
        .iter()
        .map(|path| (std::fs::read_to_string(path).expect("a sample"), Dialect::Planout4j));
    let rows = golden("namespaces.jsonl");
    let rows = rows.iter().map(|row| {
        let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
        (text(row, "yaml").to_owned(), dialect)
    });
    let clean = texts.chain(rows).filter(|(text, dialect)| diagnostics(text, *dialect).is_empty());
    clean.filter_map(|(text, dialect)| Sample::new(&text, dialect)).collect()
}

/// Breaks every sample in one way, at a few places that differ from sample to sample.
fn try_kind(kind: &Kind, samples: &[Sample]) -> Score {
    let mut score = Score::default();
    for (index, sample) in samples.iter().enumerate() {
        let edits = (kind.edits)(sample);
        let step = edits.len().div_ceil(SITES).max(1);
        for edit in edits.iter().skip(index % step).step_by(step) {
            let mutant = sample.apply(edit);
            try_mutant(kind, sample, &mutant, &mut score);
        }
    }
    score
}

fn try_mutant(kind: &Kind, sample: &Sample, mutant: &Mutant, score: &mut Score) {
    let found = if kind.is_valid {
        news(&mutant.text, sample.source.text(), sample.dialect)
    } else {
        diagnostics(&mutant.text, sample.dialect)
    };
    let source = planout::source::SourceText::new("mutant.yaml", mutant.text.as_str());
    let line = |found: &Diagnostic| source.position(found.primary.span.start).line;
    if found.is_empty() {
        score.silent += 1;
        if kind.may_be_silent {
            return;
        }
    }
    let at_line = found.iter().any(|found| mutant.lines.contains(&line(found)));
    score.mutants += 1;
    score.messages += found.len();
    score.at_line += usize::from(at_line);
    if (!at_line || found.len() > 1) && score.examples.len() < 3 {
        let mut example = format!("broken at {:?}:\n", mutant.lines);
        for found in &found {
            writeln!(example, "  {} {} {}", line(found), found.code, found.message).expect("text");
        }
        let near = mutant.lines.start().saturating_sub(4).max(1);
        for (number, text) in (1..).zip(mutant.text.lines()).skip(near - 1).take(10) {
            writeln!(example, "  {number:3} | {text}").expect("text");
        }
        score.examples.push(example);
    }
}

#[test]
fn every_mistake_has_one_message_at_its_line() {
    let samples = samples();
    assert!(samples.len() > 200);
    let mut table = format!(
        "{:40} {:>7} {:>7} {:>8} {:>9}\n",
        "", "mutants", "silent", "% at line", "messages"
    );
    let mut total = Score::default();
    let mut failures = String::new();
    let valid = language::VALID.iter().chain(document::VALID);
    for kind in language::KINDS.iter().chain(document::KINDS).chain(valid) {
        let score = try_kind(kind, &samples);
        total.add(&score);
        writeln!(table, "{}", score.row(kind.name)).expect("text");
        failures += &failure(kind, &score);
    }
    writeln!(table, "{}", total.row("all")).expect("text");
    println!("{table}");
    let enough = total.share_at_line() >= LEAST_OF_ALL && total.mean() <= MOST_OF_ALL;
    assert!(enough && failures.is_empty(), "{table}\n{failures}");
}

/// What is wrong with the messages of a kind, with examples.
fn failure(kind: &Kind, score: &Score) -> String {
    let fine = score.mutants > 0
        && (score.silent == 0 || kind.may_be_silent)
        && score.share_at_line() >= LEAST_OF_A_KIND
        && score.mean() <= MOST_OF_A_KIND;
    if fine {
        String::new()
    } else {
        format!("{}\n{}\n", score.row(kind.name), score.examples.join("\n"))
    }
}
