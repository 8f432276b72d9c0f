//! Namespaces whose segments come from one number: experiments of two of them overlap by more or less
//! than chance, unless their numbers of segments have no common divisor.

mod overlap;

use std::collections::{BTreeMap, HashMap, HashSet};

use self::overlap::{MAX_PERIOD, Member, Overlap, gcd};
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

/// Looks for namespaces whose segments come from the same number as those of an earlier one in the
/// list. Returns the findings with the index of the namespace.
pub(super) fn check(namespaces: &[Loaded]) -> Vec<(usize, Diagnostic)> {
    // Units of different names are different units, so sharing a number means nothing.
    let mut groups: BTreeMap<&str, Vec<(usize, &Document)>> = BTreeMap::new();
    for (index, loaded) in namespaces.iter().enumerate() {
        if let Some(document) = &loaded.document
            && document.segment_hashing == SegmentHashing::Shared
        {
            groups.entry(&document.unit).or_default().push((index, document));
        }
    }
    let mut found = Vec::new();
    for mut group in groups.into_values() {
        // One namespace may be given twice, as its source and compiled.
        let mut names = HashSet::new();
        group.retain(|(_, document)| names.insert(&document.name) && is_divided(document));
        retain_dependent(&mut group);
        let largest = group.iter().map(|(_, document)| document.segments).max().unwrap_or(1);
        let work = MAX_COMPARED / group.len().max(1);
        let reach = (work / largest as usize).max(1);
        // All others are only kept while they are compared with these.
        let first = group.iter().take(reach).filter(|_| group.len() > 1).collect();
        let first = parallel::map_large(first, |(_, document)| Member::of(document));
        found.extend(parallel::map((1..group.len()).collect(), |place| {
            let (index, document) = group[place];
            let count = earlier(&group, place);
            if count == 0 {
                return None;
            }
            let built = if place < first.len() { None } else { Member::of(document) };
            let member = built.as_ref().or(first.get(place).and_then(Option::as_ref))?;
            let compared = comparable(member, first.iter().take(place).flatten(), work);
            shared(member, count, &compared, self::place(&namespaces[index]))
                .map(|found| (index, found))
        }));
    }
    found.into_iter().flatten().collect()
}

/// Drops the namespaces whose number of segments has no common divisor with that of any other one:
/// two remainders of one number by such numbers are independent.
fn retain_dependent(group: &mut Vec<(usize, &Document)>) {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for (_, document) in group.iter() {
        *counts.entry(document.segments).or_default() += 1;
    }
    let is_dependent = |segments: u32| {
        counts[&segments] > 1 && segments > 1
            || counts.keys().any(|other| *other != segments && gcd(*other, segments) > 1)
    };
    let dependent: HashSet<u32> =
        counts.keys().copied().filter(|segments| is_dependent(*segments)).collect();
    group.retain(|(_, document)| dependent.contains(&document.segments));
}

/// The number of earlier namespaces whose segments depend on those of a namespace.
fn earlier(group: &[(usize, &Document)], place: usize) -> usize {
    let segments = group[place].1.segments;
    let depends = |(_, other): &&(usize, &Document)| gcd(other.segments, segments) > 1;
    group[..place].iter().filter(depends).count()
}

/// The members that a namespace is compared with, up to an amount of work.
fn comparable<'m, 'a: 'm>(
    member: &Member<'_>,
    others: impl Iterator<Item = &'m Member<'a>>,
    work: usize,
) -> Vec<&'m Member<'a>> {
    let mut left = work.max(MAX_PERIOD);
    let mut compared = Vec::new();
    for other in others.filter(|other| gcd(member.segments(), other.segments()) > 1) {
        let period = member.period(other);
        if period > left {
            continue;
        }
        left -= period;
        compared.push(other);
    }
    compared
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

/// The finding for a namespace whose segments depend on those of `count` others. It was compared with
/// some of these. `None` if all experiments are independent in fact.
fn shared(
    member: &Member<'_>,
    count: usize,
    compared: &[&Member<'_>],
    place: Span,
) -> Option<Diagnostic> {
    let worst = member.worst(compared, SHOWN);
    if worst.is_empty() && compared.len() == count {
        return None;
    }
    let first = worst.first().map(|overlap| overlap.namespace);
    let first = first.or(compared.first().map(|member| member.name)).unwrap_or("others");
    let others = match count {
        1 => format!("`{first}`"),
        count => format!("`{first}` and {} more", count - 1),
    };
    let message = format!("the segments of this namespace depend on those of {others}");
    let mut first_line = String::from("experiments overlap by more or less than chance");
    if compared.len() < count {
        first_line += &format!(" (compared with the first {} of these)", compared.len());
    }
    let mut help = vec![first_line + ":"];
    for overlap in worst {
        let Overlap { ours, namespace, theirs, within, of_all } = overlap;
        help.push(format!(
            "  of the units in `{ours}`, {:.2} % are in `{theirs}` of `{namespace}`; of all units, {:.2} %",
            100.0 * within,
            100.0 * of_all
        ));
    }
    help.push(
        "the arms of one experiment have equal parts of the other, but for chance; compared with units outside of it, the effect of the other one counts"
            .to_owned(),
    );
    help.push(
        "in a new namespace, set `segment_hashing: namespace`; in a running namespace, that would move every unit"
            .to_owned(),
    );
    let finding = Diagnostic::finding(Code::SharedSegments, place, message)
        .label("one number of a unit decides both");
    Some(finding.help_lines(help))
}
