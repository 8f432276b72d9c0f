//! Namespaces that share their segments: a unit falls into the same segment in all of them, so that
//! their experiments overlap by more or less than chance.

mod overlap;

use std::collections::{BTreeMap, HashMap, HashSet};

use self::overlap::{Member, Overlap};
use crate::catalog::Loaded;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::SegmentHashing;
use crate::namespace::{Action, Document};
use crate::parallel;
use crate::source::Span;

/// The number of pairs of experiments that are named for a namespace.
const SHOWN: usize = 3;

/// The number of segments that are compared in one check. A project with thousands of namespaces
/// learns for each that it shares its segments, and gets the worst overlaps with the first of the
/// others.
const MAX_COMPARED: usize = 1_000_000_000;

/// Looks for namespaces that have the segments of an earlier one in the list. Returns the findings
/// with the index of the namespace.
pub(super) fn check(namespaces: &[Loaded]) -> Vec<(usize, Diagnostic)> {
    // Units of different names are different units, so sharing a segment means nothing.
    let mut groups: BTreeMap<(u32, &str), Vec<(usize, &Document)>> = BTreeMap::new();
    for (index, loaded) in namespaces.iter().enumerate() {
        if let Some(document) = &loaded.document
            && document.segment_hashing == SegmentHashing::Shared
        {
            let group = groups.entry((document.segments, &document.unit)).or_default();
            group.push((index, document));
        }
    }
    let mut found = Vec::new();
    for ((segments, _), mut group) in groups {
        // One namespace may be given twice, as its source and compiled.
        let mut names = HashSet::new();
        group.retain(|(_, document)| names.insert(&document.name) && is_divided(document));
        let reach = (MAX_COMPARED / (segments as usize * group.len()).max(1)).max(1);
        // All others are only kept while they are compared with these.
        let first = group.iter().take(reach).filter(|_| group.len() > 1).collect();
        let first = parallel::map_large(first, |(_, document)| Member::of(document));
        found.extend(parallel::map((1..group.len()).collect(), |place| {
            let (index, document) = group[place];
            let compared: Vec<&Member<'_>> = first.iter().take(place).flatten().collect();
            let built = if place < first.len() { None } else { Member::of(document) };
            let member = built.as_ref().or(first.get(place).and_then(Option::as_ref))?;
            Some((index, shared(member, place, &compared, self::place(&namespaces[index]))))
        }));
    }
    found.into_iter().flatten().collect()
}

/// Whether any experiment holds some of the segments and not all. An experiment that holds all
/// segments has every unit.
fn is_divided(document: &Document) -> bool {
    let mut active = HashMap::new();
    for action in &document.sequence {
        match action {
            Action::Add { name, segments, .. } => active.insert(name, *segments),
            Action::Remove { name } => active.remove(name),
        };
    }
    active.values().any(|segments| *segments < document.segments)
}

fn place(loaded: &Loaded) -> Span {
    let segments = loaded.outline.as_ref().and_then(|outline| outline.setting("segments"));
    segments.map_or(Span::default(), |entry| entry.value.span)
}

/// The finding for a namespace that shares its segments with `count` others. It was compared with the
/// first of these.
fn shared(member: &Member<'_>, count: usize, compared: &[&Member<'_>], place: Span) -> Diagnostic {
    let segments = member.segments();
    let first = compared.first().map_or("others", |member| member.name);
    let others = match count {
        1 => format!("`{first}`"),
        count => format!("`{first}` and {} more", count - 1),
    };
    let message = format!("the segments of this namespace are also those of {others}");
    let mut first_line = String::from("experiments overlap by more or less than chance");
    if compared.len() < count {
        first_line += &format!(" (compared with the first {} of these)", compared.len());
    }
    let mut help = vec![first_line + ":"];
    for Overlap { ours, namespace, theirs, common, expected } in member.worst(compared, SHOWN) {
        help.push(format!(
            "  `{ours}` and `{theirs}` of `{namespace}`: {common} of {segments} segments in both, \
             {expected:.1} if they were independent"
        ));
    }
    help.push(
        "in a new namespace, set `segment_hashing: namespace`; in a running namespace, that would move every unit"
            .to_owned(),
    );
    Diagnostic::finding(Code::SharedSegments, place, message)
        .label("a unit is in the same segment in all of them")
        .help_lines(help)
}
