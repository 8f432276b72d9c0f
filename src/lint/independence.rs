//! Namespaces that share their segments: a unit falls into the same one in all of them, so that
//! their experiments overlap more or less than chance has it.

use std::collections::BTreeMap;

use crate::catalog::Loaded;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::SegmentHashing;
use crate::namespace::{Document, Experiment, Namespace};
use crate::parallel;
use crate::source::Span;
use crate::tree::Node;

/// How many pairs of experiments are named for a namespace.
const SHOWN: usize = 3;

/// Two experiments of different namespaces, and how many segments they have in common.
struct Pair<'a> {
    /// The experiment of the namespace that is looked at.
    ours: &'a str,
    namespace: &'a str,
    theirs: &'a str,
    common: usize,
    /// How many there would be in common, on average, if the two were independent.
    expected: f64,
}

impl Pair<'_> {
    fn excess(&self) -> f64 {
        (self.common as f64 - self.expected).abs()
    }
}

/// Looks for namespaces whose segments are those of one before them in the list. Returns what was
/// found with the index of the namespace.
pub(super) fn check(namespaces: &[Loaded]) -> Vec<(usize, Diagnostic)> {
    // Units of different names are different units: that one is in a segment says nothing.
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
    for group in groups.into_values().filter(|group| group.len() > 1) {
        let mut before: Vec<Namespace> = Vec::new();
        let built = parallel::map(group, |(index, document)| (index, document.build()));
        for (index, namespace) in built {
            let Ok(namespace) = namespace else {
                continue;
            };
            // One namespace may be given twice, as its source and compiled.
            if before.iter().any(|other| other.name() == namespace.name()) {
                continue;
            }
            let place = place(&namespaces[index]);
            found.extend(shared(&namespace, &before, place).map(|found| (index, found)));
            before.push(namespace);
        }
    }
    found
}

fn place(loaded: &Loaded) -> Span {
    let namespace =
        loaded.tree.as_deref().and_then(Node::as_map).and_then(|map| map.get("namespace"));
    let segments = namespace.and_then(Node::as_map).and_then(|map| map.get("segments"));
    segments.map_or(Span::default(), |node| node.span)
}

/// What to say of a namespace that has its segments from others; `None` if that has no effect.
fn shared(namespace: &Namespace, before: &[Namespace], place: Span) -> Option<Diagnostic> {
    let overlaps = Overlaps::new(namespace, before);
    let segments = namespace.segments();
    let others = match overlaps.namespaces.as_slice() {
        [] => return None,
        [one] => format!("`{one}`"),
        [first, rest @ ..] => format!("`{first}` and {} more", rest.len()),
    };
    let message = format!("the segments of this namespace are also those of {others}");
    let mut help = String::from("experiments overlap by more or less than chance:\n");
    for Pair { ours, namespace, theirs, common, expected } in overlaps.worst {
        help.push_str(&format!(
            "  `{ours}` and `{theirs}` of `{namespace}`: {common} of {segments} segments in both, \
             {expected:.1} if they were independent\n"
        ));
    }
    help.push_str(
        "a new namespace does better with `segment_hashing: namespace`; in one that runs, that \
         would move every unit",
    );
    Some(
        Diagnostic::finding(Code::SharedSegments, place, message)
            .label("a unit is in the same segment in all of them")
            .help(help),
    )
}

/// How the experiments of a namespace overlap with those of others.
struct Overlaps<'a> {
    /// The namespaces that have experiments to overlap with.
    namespaces: Vec<&'a str>,
    /// The pairs whose overlap is farthest from what independence predicts, the farthest first.
    worst: Vec<Pair<'a>>,
}

impl<'a> Overlaps<'a> {
    fn new(namespace: &'a Namespace, before: &'a [Namespace]) -> Overlaps<'a> {
        let mut overlaps = Overlaps { namespaces: Vec::new(), worst: Vec::new() };
        for other in before {
            let pairs = pairs(namespace, other);
            if !pairs.is_empty() {
                overlaps.namespaces.push(other.name());
                overlaps.worst.extend(pairs);
                // Equal ones stay in the order of the namespaces.
                overlaps.worst.sort_by(|a, b| b.excess().total_cmp(&a.excess()));
                overlaps.worst.truncate(SHOWN);
            }
        }
        overlaps
    }
}

/// Every pair of experiments of two namespaces but those that hold all segments: who is in one of
/// these is no question.
fn pairs<'a>(namespace: &'a Namespace, other: &'a Namespace) -> Vec<Pair<'a>> {
    let (segments, theirs) = (namespace.segments(), other.experiments());
    let mut common = vec![0; namespace.experiments().len() * theirs.len()];
    for segment in 0..segments {
        if let (Some(a), Some(b)) = (namespace.owner(segment), other.owner(segment)) {
            common[a * theirs.len() + b] += 1;
        }
    }
    let is_part = |it: &Experiment| it.segments().len() < segments as usize;
    let pairs = namespace.experiments().iter().flat_map(|a| theirs.iter().map(move |b| (a, b)));
    let pairs = pairs.zip(common).filter(|((a, b), _)| is_part(a) && is_part(b));
    let size = |it: &Experiment| it.segments().len() as f64;
    let pairs = pairs.map(|((a, b), common)| Pair {
        ours: a.name(),
        namespace: other.name(),
        theirs: b.name(),
        common,
        expected: size(a) * size(b) / f64::from(segments),
    });
    pairs.collect()
}
