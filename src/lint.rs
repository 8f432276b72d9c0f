//! Checks beyond validity: what is legal and almost surely wrong.
//!
//! Each has a code of its own, which `docs/diagnostics.md` explains, and a level that can be
//! configured.

mod document;
mod flow;
mod independence;
mod operators;
mod precedence;
mod script;
mod sequence;
mod statistics;
mod subject;

use std::collections::{BTreeSet, HashSet};

use self::flow::Known;
use self::script::Script;
use self::subject::Subject;
use crate::catalog::Loaded;
use crate::diagnostic::{Code, Diagnostic, Level, Levels};
use crate::dialect::Dialect;
use crate::parallel;
use crate::progress::Progress;
use crate::source::{OffsetMap, Source};
use crate::store::Format;
use crate::syntax::parse;
use crate::wire::emit;

/// What a project has settled about its checks.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How bad each check is taken to be.
    pub levels: Levels,
    /// Names of operators that the project's own evaluators know, and ours do not.
    pub operators: BTreeSet<String>,
    /// The programs that read what is shipped, where a project says so.
    pub readers: Option<Readers>,
}

impl From<Levels> for Settings {
    fn from(levels: Levels) -> Settings {
        Settings { levels, ..Settings::default() }
    }
}

/// Programs other than ours that read what is shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Readers {
    /// planout4j, which knows none of our extensions.
    Planout4j,
}

/// Checks namespaces, each by itself and together, and adds what is found to their problems.
///
/// A namespace that is not valid is checked as far as it can be read.
pub fn check(namespaces: &mut [Loaded], settings: &Settings) {
    check_with(namespaces, settings, &Progress::new());
}

/// Checks as [`check`] does, and counts the namespaces that have been checked.
pub fn check_with(namespaces: &mut [Loaded], settings: &Settings, progress: &Progress) {
    let levels = &settings.levels;
    progress.expect(namespaces.len());
    for (index, found) in independence::check(namespaces) {
        namespaces[index].diagnostics.push(found);
    }
    parallel::map(namespaces.iter_mut().collect(), |loaded: &mut Loaded| {
        let mut found = std::mem::take(&mut loaded.diagnostics);
        if let Some(subject) = Subject::new(loaded) {
            namespace(&subject, loaded.format, levels, &mut found);
        }
        settle(&loaded.source, &mut found, levels);
        loaded.diagnostics = found;
        loaded.apply(levels);
        progress.add(1);
    });
}

/// Checks the text of a script alone: all of its problems, errors and warnings.
pub fn check_script(source: &Source, dialect: Dialect, settings: &Settings) -> Vec<Diagnostic> {
    let levels = &settings.levels;
    let parsed = parse(source.text(), &OffsetMap::identity(), dialect);
    let mut found = parsed.diagnostics.clone();
    if let Some(program) = parsed.valid() {
        let json = emit(program, dialect);
        let known = Known { unit: None, inputs: &[] };
        precedence::check(program, source, dialect, &mut found);
        script(&Script::new(&json, dialect), &known, &mut found);
    }
    settle(source, &mut found, levels);
    levels.apply(source, &mut found);
    found
}

fn settle(source: &Source, found: &mut Vec<Diagnostic>, levels: &Levels) {
    // An alias repeats what it stands for, and so all that is found there.
    let mut said = HashSet::new();
    found.retain(|found| said.insert((found.code, found.primary.span, found.message.clone())));
    found.extend(levels.useless_allows(source, found));
}

fn namespace(subject: &Subject<'_>, format: Format, levels: &Levels, found: &mut Vec<Diagnostic>) {
    document::misspelt_keys(subject.tree, found);
    if format == Format::Yaml {
        document::ambiguous_scalars(subject.tree, subject.source, found);
    }
    let known = Known { unit: subject.unit, inputs: &subject.inputs };
    for definition in &subject.definitions {
        if let Some(program) = &definition.program {
            precedence::check(program, subject.source, definition.dialect, found);
        }
        script(&definition.script(), &known, found);
    }
    sequence::check(subject, found);
    // It costs a replay of the sequence for each experiment that ended.
    if levels.level(Code::EndedExperiment) != Some(Level::Off) {
        sequence::ended(subject, found);
    }
}

fn script(script: &Script<'_>, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
    operators::check(script, found);
    flow::check(script, known, found);
    statistics::check(script, known, found);
}
