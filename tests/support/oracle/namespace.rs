//! Namespaces: segments, who holds them, and what a unit sees.

use planout::Dialect::{self, Planout, Planout4j};
use planout::dialect::SegmentHashing;
use serde_json::{Map, Value as Json};

use super::pyset::PySet;
use super::random::hash;
use super::value::Value::{List, Null};
use super::value::{from_json, text, unit_text};
use super::{Outcome, outcome, put};

/// What a namespace's hashes begin with.
fn prefix(hashing: SegmentHashing, namespace: &str, variable: &str) -> String {
    match hashing {
        SegmentHashing::Shared => "null.x".to_owned(),
        SegmentHashing::Namespace => format!("{namespace}.{variable}"),
    }
}

/// An active experiment.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    pub(crate) name: String,
    definition: String,
    /// In the order drawn.
    pub(crate) segments: Vec<usize>,
}

/// Replays the sequence of a compiled namespace.
pub(crate) fn allocate(
    dialect: Dialect,
    hashing: SegmentHashing,
    document: &Json,
) -> Result<Vec<Holder>, String> {
    let head = &document["namespace"];
    let prefix = prefix(hashing, word(head, "name")?, "sampled_segments");
    let mut pool: Vec<usize> = (0..count(head, "segments")?).collect();
    let mut python = (head["segment_pool"] == "cpython").then(|| PySet::range(pool.len()));
    let ascending = dialect == Planout || head["segment_pool"] == "ascending";
    let fast = head["segment_sampling"] == "fast";
    let mut active: Vec<Holder> = Vec::new();
    for step in items(document, "experiment_sequence")? {
        let name = word(step, "name")?;
        match (word(step, "action")?, active.iter().position(|other| other.name == name)) {
            ("add", None) => {
                let wanted = count(step, "segments")?;
                if wanted > pool.len() {
                    return Err(format!("`{name}` wants {wanted} of {}", pool.len()));
                }
                let mut drawn = pool.clone();
                for i in (0..drawn.len()).rev() {
                    let j = hash(&format!("{prefix}.{name}.{i}")) % (i as u64 + 1);
                    drawn.swap(i, j as usize);
                    if fast && i > 0 && i == drawn.len() - wanted {
                        drawn = drawn.split_off(i);
                        break;
                    }
                }
                drawn.truncate(wanted);
                pool.retain(|segment| !drawn.contains(segment));
                if let Some(set) = &mut python {
                    drawn.iter().for_each(|segment| set.remove(*segment));
                }
                let (name, definition) = (name.to_owned(), word(step, "definition")?.to_owned());
                active.push(Holder { name, definition, segments: drawn });
            }
            ("remove", Some(at)) => {
                let freed = active.remove(at).segments;
                if let Some(set) = &mut python {
                    freed.iter().for_each(|segment| set.add(*segment));
                }
                pool.extend(freed);
            }
            (action, _) => return Err(format!("`{action}` `{name}` cannot be done")),
        }
        match &python {
            Some(set) => pool = set.list(),
            None if ascending => pool.sort_unstable(),
            None => {}
        }
    }
    Ok(active)
}

/// The segment of a unit.
fn segment(
    dialect: Dialect,
    hashing: SegmentHashing,
    namespace: &str,
    segments: usize,
    unit: &Json,
) -> Result<usize, String> {
    let unit = match from_json(unit)? {
        List(items) => items,
        // The reference takes it for the text `None`, and so all such units for one.
        Null => return Err("the unit is null".to_owned()),
        scalar => vec![scalar],
    };
    let prefix = prefix(hashing, namespace, "segment");
    let hash = hash(&format!("{prefix}.{}", unit_text(dialect, &unit)));
    let segment = hash.checked_rem(segments as u64);
    Ok(segment.ok_or("a namespace without segments")? as usize)
}

#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) segment: Option<usize>,
    pub(crate) experiment: Option<String>,
    pub(crate) outcome: Outcome,
}

/// Looks a unit up in a compiled namespace.
pub(crate) fn lookup(
    dialect: Dialect,
    hashing: SegmentHashing,
    document: &Json,
    inputs: &Map<String, Json>,
    overrides: &Map<String, Json>,
) -> Result<Found, String> {
    let head = &document["namespace"];
    let (name, segments) = (word(head, "name")?, count(head, "segments")?);
    let salt = text(Planout4j, &from_json(&head["salt"])?);
    let salt = if salt.trim().is_empty() { name } else { salt.trim() };

    let run = |definition: &str, experiment: &str| {
        let mut all = items(document, "experiment_definitions")?.iter();
        let found = all.find(|other| word(other, "definition") == Ok(definition));
        let script = &found.ok_or(format!("no definition `{definition}`"))?["assign"];
        let salt = format!("{salt}.{experiment}");
        super::run(dialect, script, &salt, inputs, overrides)
    };
    let default = word(document, "default_experiment")?;
    let (mut params, mut in_experiment) = run(default, default)?;

    let unit = word(head, "unit")?;
    let baseline = inputs.get("_baseline_") == Some(&Json::Bool(true));
    let segment = match inputs.get(unit) {
        Some(unit) => segment(dialect, hashing, name, segments, unit).map(Some),
        None => Err(format!("namespace `{name}` needs the input `{unit}`")),
    };
    let segment = if baseline { segment.unwrap_or(None) } else { segment? };

    let active = allocate(dialect, hashing, document)?;
    let holds = |holder: &&Holder| segment.is_some_and(|it| holder.segments.contains(&it));
    let holder = active.iter().find(holds).filter(|_| !baseline);
    if let Some(Holder { name, definition, .. }) = holder {
        let own = run(definition, name)?;
        own.0.into_iter().for_each(|(name, value)| put(&mut params, name, value));
        in_experiment = own.1;
    }
    let experiment = holder.map(|holder| holder.name.clone());
    Ok(Found { segment, experiment, outcome: outcome(params, in_experiment)? })
}

fn word<'a>(object: &'a Json, key: &str) -> Result<&'a str, String> {
    match object[key].as_str().map(str::trim) {
        Some(word) if !word.is_empty() => Ok(word),
        _ => Err(format!("`{key}` must be a text")),
    }
}

fn count(object: &Json, key: &str) -> Result<usize, String> {
    match object[key].as_u64() {
        Some(n @ 1..=10_000_000) => Ok(n as usize),
        _ => Err(format!("`{key}` must be a positive integer")),
    }
}

fn items<'a>(object: &'a Json, key: &str) -> Result<&'a Vec<Json>, String> {
    let items = object[key].as_array();
    items.ok_or_else(|| format!("`{key}` must be a list"))
}
