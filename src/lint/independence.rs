//! Namespaces that share their segments: a unit falls into the same one in all of them, so that
//! their experiments overlap more or less than chance has it.

use std::collections::BTreeMap;

use crate::catalog::Loaded;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::SegmentHashing;
use crate::namespace::{Document, Namespace};
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
    for ((segments, _), group) in groups.into_iter().filter(|(_, group)| group.len() > 1) {
        let mut before: Vec<Namespace> = Vec::new();
        for (index, document) in group {
            let Ok(namespace) = document.build() else {
                continue;
            };
            if namespace.experiments().is_empty() {
                continue;
            }
            // One namespace may be given twice, as its source and compiled.
            if before.iter().any(|other| other.name() == namespace.name()) {
                continue;
            }
            if !before.is_empty() {
                let place = place(&namespaces[index]);
                found.push((index, shared(&namespace, &before, segments, place)));
            }
            before.push(namespace);
        }
    }
    found
}

fn place(loaded: &Loaded) -> Span {
    let namespace =
        loaded.tree.as_ref().and_then(Node::as_map).and_then(|map| map.get("namespace"));
    let segments = namespace.and_then(Node::as_map).and_then(|map| map.get("segments"));
    segments.map_or(Span::default(), |node| node.span)
}

fn shared(namespace: &Namespace, before: &[Namespace], segments: u32, place: Span) -> Diagnostic {
    let others = match before {
        [one] => format!("namespace `{}`", one.name()),
        [first, rest @ ..] => {
            format!("namespace `{}` and {} more", first.name(), rest.len())
        }
        [] => String::new(),
    };
    let message = format!("these {segments} segments are also those of {others}");
    let mut help = String::from("experiments of the two are not independent:\n");
    for Pair { ours, namespace, theirs, common, expected } in worst(namespace, before) {
        help.push_str(&format!(
            "  `{ours}` and `{theirs}` of `{namespace}` have {common} of {segments} segments in \
             common, {expected:.1} expected\n"
        ));
    }
    help.push_str(
        "write `segment_hashing: namespace` in a new namespace; in a running one that moves \
         every unit",
    );
    Diagnostic::finding(Code::SharedSegments, place, message)
        .label("a unit is in the same segment in all of them")
        .help(help)
}

/// The pairs whose overlap is farthest from what independence predicts, the farthest first.
fn worst<'a>(namespace: &'a Namespace, before: &'a [Namespace]) -> Vec<Pair<'a>> {
    let total = f64::from(namespace.segments());
    let mut worst: Vec<Pair<'_>> = Vec::new();
    for other in before {
        let theirs = other.experiments();
        let mut common = vec![0; namespace.experiments().len() * theirs.len()];
        for segment in 0..namespace.segments() {
            if let (Some(a), Some(b)) = (namespace.owner(segment), other.owner(segment)) {
                common[a * theirs.len() + b] += 1;
            }
        }
        let pairs = namespace.experiments().iter().flat_map(|a| theirs.iter().map(move |b| (a, b)));
        worst.extend(pairs.zip(common).map(|((a, b), common)| Pair {
            ours: a.name(),
            namespace: other.name(),
            theirs: b.name(),
            common,
            expected: a.segments().len() as f64 * b.segments().len() as f64 / total,
        }));
        // Equal ones stay in the order of the namespaces.
        worst.sort_by(|a, b| b.excess().total_cmp(&a.excess()));
        worst.truncate(SHOWN);
    }
    worst
}
