//! Experiments that draw one number, of several namespaces or of one; draws by the number that
//! decides the segment; and params that several namespaces set.
//!
//! A definition is followed once, under a salt that stands for that of any experiment. The texts of
//! its draws for each experiment follow from these, and are looked up in one index, so the work grows
//! with the number of experiments and not with that of their pairs.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::hashes::ANY;
use crate::audit::is_param;
use crate::catalog::Loaded;
use crate::diagnostic::{Code, Diagnostic};
use crate::distribution::{Joint, Key, Obstacle, Run, Support, joint, support};
use crate::draw::{DrawText, Salt};
use crate::eval::Script;
use crate::namespace::Document;
use crate::parallel;
use crate::source::Span;
use crate::tree::Node;
use crate::wire::Form;

/// The most pairs of scripts that are run together.
const MAX_JOINTS: usize = 200;

/// The most findings of a kind for a namespace.
const SHOWN: usize = 3;

/// A namespace, and what its definitions draw.
struct Subject<'a> {
    index: usize,
    document: &'a Document,
    /// The draws of the definitions that the default or an active experiment runs.
    supports: HashMap<&'a str, Support>,
}

/// A script that units run through.
#[derive(Clone)]
struct Drawing<'a> {
    subject: usize,
    /// `None` for the default.
    experiment: Option<&'a str>,
    definition: &'a str,
    salt: String,
}

/// Looks at all valid namespaces. Returns the findings with the index of the namespace.
pub(super) fn check(namespaces: &[Loaded]) -> Vec<(usize, Diagnostic)> {
    // One namespace may be given twice, as its source and compiled.
    let mut names = HashSet::new();
    let documents = namespaces.iter().enumerate().filter_map(|(index, loaded)| {
        let document = loaded.document.as_ref()?;
        names.insert(&document.name).then_some((index, document))
    });
    let subjects = parallel::map(documents.collect(), |(index, document): (usize, &Document)| {
        Subject { index, document, supports: supports(document) }
    });
    let mut found = Vec::new();
    draws(&subjects, &mut found);
    params(&subjects, &mut found);
    found
}

fn supports(document: &Document) -> HashMap<&str, Support> {
    let active = document.active();
    let running: HashSet<&str> = active.iter().map(|(_, _, definition)| *definition).collect();
    let definitions = document.definitions.iter().filter(|(name, script)| {
        script.draws() && (running.contains(name.as_str()) || **name == document.default)
    });
    let found = definitions
        .map(|(name, script)| (name.as_str(), support(&Run { script, salt: ANY }, &document.unit)));
    found.collect()
}

impl<'a> Subject<'a> {
    /// The scripts that draw anything.
    fn drawings(&self, subject: usize) -> Vec<Drawing<'a>> {
        let document = self.document;
        let default = (None, document.default.as_str(), document.default.as_str());
        let active = document.active().into_iter();
        let active = active.map(|(_, name, definition)| (Some(name), definition, name));
        [default]
            .into_iter()
            .chain(active)
            .filter(|(_, definition, _)| self.supports.contains_key(definition))
            .map(|(experiment, definition, name)| {
                let salt = format!("{}.{name}", document.salt());
                Drawing { subject, experiment, definition, salt }
            })
            .collect()
    }

    fn segment(&self) -> Key {
        let document = self.document;
        let salt = Salt::of_segments(&document.hashed_name, document.segment_hashing);
        let mut text: DrawText = salt.begin();
        text.push_unit();
        Key::from(text)
    }
}

/// The draws of scripts that are one number.
fn draws(subjects: &[Subject<'_>], found: &mut Vec<(usize, Diagnostic)>) {
    let segments: HashMap<(&str, Key), usize> = subjects
        .iter()
        .enumerate()
        .rev()
        .map(|(at, it)| ((it.document.unit.as_str(), it.segment()), at))
        .collect();
    let mut users: HashMap<(&str, Key), Drawing<'_>> = HashMap::new();
    let mut said: HashSet<(usize, Span)> = HashSet::new();
    let mut compared = 0;
    for (at, subject) in subjects.iter().enumerate() {
        let unit = subject.document.unit.as_str();
        let (mut shown, own) = (0, subject.segment());
        for drawing in subject.drawings(at) {
            let mut partners: BTreeMap<Span, (Drawing<'_>, Vec<Key>)> = BTreeMap::new();
            let keys = &subject.supports[drawing.definition].keys;
            let mut keys: Vec<(Span, &Key)> =
                keys.iter().map(|(key, place)| (*place, key)).collect();
            keys.sort_unstable();
            for (place, key) in keys {
                let text = (unit, key.with_salt(ANY, &drawing.salt));
                let own = (text.1 == own).then_some(&at);
                if let Some(of) = own.or_else(|| segments.get(&text)) {
                    if shown < SHOWN && said.insert((at, place)) {
                        shown += 1;
                        found.extend(by_segment(subject, &drawing, place, &subjects[*of]));
                    }
                    continue;
                }
                match users.get(&text) {
                    None => {
                        users.insert(text, drawing.clone());
                    }
                    Some(first) if can_meet(first, &drawing) => {
                        let partner = || (first.clone(), Vec::new());
                        partners.entry(place).or_insert_with(partner).1.push(text.1);
                    }
                    Some(_) => {}
                }
            }
            for (place, (first, keys)) in partners {
                if shown == SHOWN || !said.insert((at, place)) {
                    continue;
                }
                compared += 1;
                let joint = match compared <= MAX_JOINTS {
                    true => together(subjects, &first, &drawing, &keys),
                    false => Err(Obstacle::ManyPaths),
                };
                if !matches!(joint, Ok(None)) {
                    shown += 1;
                    found.push((
                        subject.index,
                        one_number(subjects, &first, &drawing, place, joint),
                    ));
                }
            }
        }
    }
}

/// Whether units can run through both scripts: two active experiments of one namespace exclude one
/// another.
fn can_meet(one: &Drawing<'_>, other: &Drawing<'_>) -> bool {
    one.subject != other.subject || one.experiment.is_none() != other.experiment.is_none()
}

/// The worst of the joint tables of their params; `None` if all are independent in fact.
fn together(
    subjects: &[Subject<'_>],
    first: &Drawing<'_>,
    second: &Drawing<'_>,
    keys: &[Key],
) -> Result<Option<([String; 2], Joint)>, Obstacle> {
    let params = |drawing: &Drawing<'_>| -> Vec<String> {
        let support = &subjects[drawing.subject].supports[drawing.definition];
        let uses = |draws: &Result<HashSet<Key>, Obstacle>| match draws {
            Ok(draws) => draws.iter().any(|key| keys.contains(&key.with_salt(ANY, &drawing.salt))),
            Err(_) => true,
        };
        let params = support.params.iter().filter(|(_, draws)| uses(draws));
        params.map(|(name, _)| name.clone()).collect()
    };
    let (ours, theirs) = (params(second), params(first));
    let pairs: Vec<[&str; 2]> =
        theirs.iter().flat_map(|b| ours.iter().map(move |a| [b.as_str(), a.as_str()])).collect();
    let Some((one, other)) = run(subjects, first).zip(run(subjects, second)) else {
        return Ok(None);
    };
    let unit = &subjects[second.subject].document.unit;
    let mut worst: Option<([String; 2], Joint)> = None;
    let mut obstacle = None;
    for (names, found) in pairs.iter().zip(joint([&one, &other], unit, &pairs)) {
        match found {
            Ok(Some(found)) if worst.as_ref().is_none_or(|(_, worst)| found.leak > worst.leak) => {
                worst = Some((names.map(str::to_owned), found));
            }
            Ok(_) => {}
            Err(why) => obstacle = obstacle.or(Some(why)),
        }
    }
    match (worst, obstacle) {
        (None, Some(obstacle)) => Err(obstacle),
        (worst, _) => Ok(worst),
    }
}

fn run<'s>(subjects: &'s [Subject<'_>], drawing: &'s Drawing<'_>) -> Option<Run<'s>> {
    let script = subjects[drawing.subject].document.definitions.get(drawing.definition)?;
    Some(Run { script, salt: &drawing.salt })
}

/// A script in words.
fn name(subjects: &[Subject<'_>], drawing: &Drawing<'_>) -> String {
    let namespace = &subjects[drawing.subject].document.name;
    match drawing.experiment {
        Some(experiment) => format!("`{experiment}` of `{namespace}`"),
        None => format!("the default of `{namespace}`"),
    }
}

fn one_number(
    subjects: &[Subject<'_>],
    first: &Drawing<'_>,
    second: &Drawing<'_>,
    place: Span,
    joint: Result<Option<([String; 2], Joint)>, Obstacle>,
) -> Diagnostic {
    let (ours, theirs) = (name(subjects, second), name(subjects, first));
    let message = format!("{ours} draws the same number here as {theirs}");
    let mut help = Vec::new();
    match joint {
        Ok(Some(([b, a], Joint { table, .. }))) => {
            help.push(format!(
                "of units in both, with `{b}` of {theirs} as a and `{a}` of {ours} as b:"
            ));
            help.extend(table.lines().into_iter().map(|line| format!("  {line}")));
        }
        Ok(None) => {}
        Err(obstacle) => {
            help.push(format!("how far they depend on one another is not known: {obstacle}"));
        }
    }
    help.push(
        "salts and names that are put together give one text: give the draw or the experiment another salt"
            .to_owned(),
    );
    Diagnostic::finding(Code::SharedNumber, place, message)
        .label("both hash the same text")
        .help_lines(help)
}

/// A draw by the number that decides the segment, unless it is independent of the segment.
fn by_segment(
    subject: &Subject<'_>,
    drawing: &Drawing<'_>,
    place: Span,
    of: &Subject<'_>,
) -> Option<(usize, Diagnostic)> {
    let document = subject.document;
    let script = document.definitions.get(drawing.definition)?;
    let salt = Salt::of_segments(&of.document.hashed_name, of.document.segment_hashing);
    let text: String = salt.begin();
    let full = text.strip_suffix('.').unwrap_or(&text);
    let (unit, last) = (&document.unit, of.document.segments - 1);
    let code =
        format!("segment = randomInteger(min=0, max={last}, unit={unit}, full_salt='{full}');");
    let mut is_independent = false;
    if let Ok(segment) = Script::compile("segment", &code, document.dialect) {
        let params = script.sets();
        let pairs: Vec<[&str; 2]> = params.iter().map(|param| [*param, "segment"]).collect();
        let runs = [&Run { script, salt: &drawing.salt }, &Run { script: &segment, salt: "" }];
        is_independent = joint(runs, unit, &pairs).into_iter().all(|it| it == Ok(None));
    }
    if is_independent {
        return None;
    }
    let whose = match of.index == subject.index {
        true => "of this namespace".to_owned(),
        false => format!("of `{}`", of.document.name),
    };
    let message = format!("this draws the number that decides the segments {whose}");
    let finding = Diagnostic::finding(Code::SegmentNumber, place, message)
        .label("the units of an experiment have only a part of its outcomes, or more of some")
        .help("give it another salt: leave `salt` and `full_salt` out");
    Some((subject.index, finding))
}

/// Params that several namespaces set.
fn params(subjects: &[Subject<'_>], found: &mut Vec<(usize, Diagnostic)>) {
    let mut setters: HashMap<&str, (usize, usize)> = HashMap::new();
    for (at, subject) in subjects.iter().enumerate() {
        let mut shown = 0;
        for (param, place) in set_here(subject.document) {
            let Some((first, count)) = setters.get_mut(param) else {
                setters.insert(param, (at, 1));
                continue;
            };
            *count += 1;
            if shown == SHOWN {
                continue;
            }
            shown += 1;
            let (other, more) = (&subjects[*first], *count - 2);
            found.push((subject.index, set_twice(subject, param, place, other, more)));
        }
    }
}

/// The params that the default or an active experiment sets, each with its first place.
fn set_here(document: &Document) -> Vec<(&str, Span)> {
    let running: HashSet<&str> =
        document.active().into_iter().map(|(_, _, definition)| definition).collect();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (name, script) in &document.definitions {
        if *name != document.default && !running.contains(name.as_str()) {
            continue;
        }
        let mut nodes: Vec<&Node> = vec![script.json()];
        while let Some(node) = nodes.pop() {
            let form = Form::of(node);
            if let Form::Set(name, _) = form
                && let Some(param) = name.as_str()
                && is_param(param)
                && seen.insert(param)
            {
                found.push((param, name.span));
            }
            nodes.extend(form.parts().into_iter().rev());
        }
    }
    found
}

fn set_twice(
    subject: &Subject<'_>,
    param: &str,
    place: Span,
    other: &Subject<'_>,
    more: usize,
) -> Diagnostic {
    let name = &other.document.name;
    let others = match more {
        0 => format!("namespace `{name}` sets it"),
        more => format!("`{name}` and {more} more namespaces set it"),
    };
    let (ours, theirs) = (&subject.document.unit, &other.document.unit);
    let (message, help) = match ours == theirs {
        true => (
            format!("`{param}` is set here, and {others}, too"),
            "a service that asks both gets one value or the other: a param belongs to one namespace, whose experiments exclude one another".to_owned(),
        ),
        false => (
            format!("`{param}` is set here by `{ours}`, and {others} by `{theirs}`"),
            format!("one person then gets two values, one for each unit, and no experiment knows which one was seen: decide for `{ours}` or `{theirs}`, or give one of the params another name"),
        ),
    };
    Diagnostic::finding(Code::SharedParam, place, message).help(help)
}
