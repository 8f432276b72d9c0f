//! The checks beyond validity: they find legal code that is almost certainly a mistake.
//!
//! Each check has a code of its own, which `docs/diagnostics.md` explains, and a level that can be
//! configured.

mod across;
mod document;
mod exposure;
mod flow;
mod hashes;
mod independence;
mod map_unit;
mod names;
mod operators;
mod pool;
mod precedence;
mod quotes;
mod readers;
mod runs;
mod script;
mod sequence;
mod statistics;
mod subject;
mod units;

use std::collections::{BTreeSet, HashSet};

use self::flow::Known;
use self::readers::Reading;
use self::script::Script;
use self::subject::Subject;
use crate::catalog::Loaded;
use crate::diagnostic::{Code, Diagnostic, Level, Levels, Severity};
use crate::dialect::Dialect;
use crate::eval;
use crate::namespace::{Content, DeclaredInputs};
use crate::parallel;
use crate::progress::Progress;
use crate::source::{OffsetMap, SourceText};
use crate::store::FileFormat;
use crate::syntax::parse;
use crate::tree::{Node, json};
use crate::wire::{MAX_JSON_DEPTH, emit};

/// The settings of a project for its checks.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The level of each check.
    pub levels: Levels,
    /// The names of operators that only the project's own evaluators know.
    pub operators: BTreeSet<String>,
    /// The programs that read the shipped namespaces, if a project names them.
    pub readers: Option<Readers>,
}

impl From<Levels> for Settings {
    fn from(levels: Levels) -> Settings {
        Settings { levels, ..Settings::default() }
    }
}

impl Settings {
    /// How certain it is that planout4j reads the shipped namespaces.
    fn reading(&self) -> Reading {
        match self.readers {
            None => Reading::Unlikely,
            Some(Readers::Planout4j) => Reading::Certain,
        }
    }
}

/// Other programs that read the shipped namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Readers {
    /// planout4j, which does not know our extensions.
    Planout4j,
}

/// Checks namespaces, each by itself and all together, and adds the findings to their problems.
///
/// A namespace that is not valid is checked as far as it can be read.
pub fn check(namespaces: &mut [Loaded], settings: &Settings) {
    check_with(namespaces, settings, &Progress::new());
}

/// Checks as [`check`] does, and counts the namespaces that have been checked.
pub fn check_with(namespaces: &mut [Loaded], settings: &Settings, progress: &Progress) {
    run(namespaces, settings, settings.reading(), true, progress);
}

/// The target of namespaces that are to be shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A directory, where names are those of files.
    Directory,
    /// Redis, where planout4j may read them, too.
    Redis,
    /// The target is not known yet.
    Unknown,
}

/// Checks namespaces that are to be shipped, and adds the problems that prevent it: those that
/// [`check`] reports as errors. Only those warnings are added that concern the readers of shipped
/// namespaces.
pub fn check_before_shipping(
    namespaces: &mut [Loaded],
    settings: &Settings,
    destination: Destination,
    progress: &Progress,
) {
    let reading = match settings.reading() {
        Reading::Unlikely if destination == Destination::Redis => Reading::Possible,
        reading => reading,
    };
    let mut settings = settings.clone();
    if destination == Destination::Directory {
        settings.levels.suggest(Code::AlikeNames, Level::Error);
    }
    let settings = &settings;
    let known: Vec<Vec<Diagnostic>> =
        namespaces.iter().map(|loaded| loaded.diagnostics.clone()).collect();
    // Comparing namespaces with one another takes all of their allocations.
    let compares =
        [Code::SharedSegments, Code::SharedNumber, Code::SegmentNumber, Code::SharedParam]
            .into_iter()
            .any(|code| settings.levels.level(code) == Some(Level::Error));
    run(namespaces, settings, reading, compares, progress);
    for (loaded, known) in namespaces.iter_mut().zip(known) {
        let is_known = |found: &Diagnostic| {
            known
                .iter()
                .any(|other| other.code == found.code && other.primary.span == found.primary.span)
        };
        loaded.diagnostics.retain(|found| {
            found.severity == Severity::Error || reading.concerns(found.code) || is_known(found)
        });
    }
}

/// Makes the checks. `compares` says whether namespaces are compared with one another, too.
fn run(
    namespaces: &mut [Loaded],
    settings: &Settings,
    reading: Reading,
    compares: bool,
    progress: &Progress,
) {
    progress.expect(namespaces.len());
    let mut levels = settings.levels.clone();
    reading.settle(&mut levels);
    if compares {
        let found = independence::check(namespaces).into_iter().chain(across::check(namespaces));
        for (index, found) in found.collect::<Vec<_>>() {
            namespaces[index].diagnostics.push(found);
        }
    }
    for (index, found) in names::check(namespaces) {
        namespaces[index].diagnostics.push(found);
    }
    let checks = Checks { levels, reading, operators: &settings.operators };
    parallel::map(namespaces.iter_mut().collect(), |loaded: &mut Loaded| {
        let mut found = std::mem::take(&mut loaded.diagnostics);
        if let Some(subject) = Subject::new(loaded) {
            if loaded.format == FileFormat::Yaml {
                found.extend(document::ignored_name(subject.outline, subject.source, &loaded.name));
            }
            checks.namespace(&subject, loaded.format, &mut found);
        }
        checks.settle(&loaded.source, &mut found);
        loaded.diagnostics = found;
        loaded.apply(&checks.levels);
        progress.add(1);
    });
}

/// Checks the text of a script that stands alone, in the language or compiled. Returns all of its
/// problems: errors and warnings.
/// warnings.
pub fn check_script(source: &SourceText, dialect: Dialect, settings: &Settings) -> Vec<Diagnostic> {
    let mut checks = Checks {
        levels: settings.levels.clone(),
        reading: settings.reading(),
        operators: &settings.operators,
    };
    checks.reading.settle(&mut checks.levels);
    let inputs = DeclaredInputs::default();
    let known = Known { unit: None, inputs: &inputs };
    let mut found = Vec::new();
    if let Some(json) = compiled(source) {
        checks.script(&Script::new(&json, dialect), &known, &mut found);
        found.extend(eval::Script::from_node(json, dialect).err().map(|problem| *problem));
    } else {
        let parsed = parse(source.text(), &OffsetMap::identity(), dialect);
        found.clone_from(&parsed.diagnostics);
        if let Some(program) = parsed.valid() {
            let json = emit(program, dialect);
            precedence::check(program, source, dialect, &mut found);
            checks.script(&Script::new(&json, dialect), &known, &mut found);
        }
    }
    checks.settle(source, &mut found);
    checks.levels.apply(source, &mut found);
    found
}

/// The project's own operators that the scripts of namespaces call. The checks know them only by
/// name, and an evaluation that reaches one fails.
pub fn own_operators(namespaces: &[Loaded], settings: &Settings) -> BTreeSet<String> {
    let own = &settings.operators;
    let mut called = BTreeSet::new();
    // Most projects have none, and need no second pass.
    for loaded in namespaces.iter().filter(|_| !own.is_empty()) {
        for definition in Subject::new(loaded).iter().flat_map(|subject| &subject.definitions) {
            called.extend(operators::own(&definition.script(), own));
        }
    }
    called
}

/// The same for the text of a script that stands alone.
pub fn own_operators_of_script(
    source: &SourceText,
    dialect: Dialect,
    settings: &Settings,
) -> BTreeSet<String> {
    if settings.operators.is_empty() {
        return BTreeSet::new();
    }
    let json = compiled(source).or_else(|| {
        let parsed = parse(source.text(), &OffsetMap::identity(), dialect);
        parsed.valid().map(|program| emit(program, dialect))
    });
    json.map(|json| operators::own(&Script::new(&json, dialect), &settings.operators))
        .unwrap_or_default()
}

/// The tree of a text that is a compiled script: no program begins with `{`.
fn compiled(source: &SourceText) -> Option<Node> {
    let is_json = source.text().trim_start().starts_with('{');
    let tree = is_json.then(|| json::read(source, MAX_JSON_DEPTH).ok())??;
    (Content::of(&tree) == Content::Script).then_some(tree)
}

/// The subjects of a check, and the level of each code.
struct Checks<'a> {
    levels: Levels,
    reading: Reading,
    /// The operators that only the project's own evaluators know.
    operators: &'a BTreeSet<String>,
}

impl Checks<'_> {
    fn settle(&self, source: &SourceText, found: &mut Vec<Diagnostic>) {
        // An alias repeats another value, and therefore all findings there.
        let mut said = HashSet::new();
        found.retain(|found| said.insert((found.code, found.primary.span, found.message.clone())));
        found.extend(self.levels.useless_allows(source, found));
    }

    fn namespace(&self, subject: &Subject<'_>, format: FileFormat, found: &mut Vec<Diagnostic>) {
        document::misspelt_keys(subject.outline, found);
        if format == FileFormat::Yaml {
            document::scalars(subject.outline.tree(), subject.source, found);
            document::ambiguous_breaks(subject.source, found);
        }
        if self.reading != Reading::Unlikely {
            readers::check(subject, found);
        }
        let known = Known { unit: subject.unit, inputs: &subject.inputs };
        for definition in &subject.definitions {
            if let Some(program) = definition.program {
                precedence::check(program, subject.source, definition.dialect, found);
            }
            self.script(&definition.script(), &known, found);
        }
        sequence::check(subject, found);
        runs::check(subject, found);
        pool::check(subject, found);
        // This check replays the sequence once for each experiment that has ended.
        if self.levels.level(Code::EndedExperiment) != Some(Level::Off) {
            sequence::ended(subject, found);
        }
    }

    fn script(&self, script: &Script<'_>, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
        operators::check(script, self.operators, found);
        flow::check(script, known, found);
        statistics::check(script, known, found);
        hashes::check(script, known, found);
        units::check(script, known, found);
        exposure::check(script, known, found);
        map_unit::check(script, found);
        quotes::check(script, found);
        if self.reading != Reading::Unlikely {
            readers::check_script(script, found);
        }
    }
}
