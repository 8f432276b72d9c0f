//! The pairs of experiments whose segments come from one number.

use std::collections::HashSet;

use super::draws::ScriptAt;
use super::params::Member;
use super::segments::{self, Overlap, overlap, overlaps};
use super::{Dependent, Place, Reason, Unknown, Unproved};
use crate::parallel;

/// The most steps that are taken to compare segments.
const MAX_STEPS: u64 = 4_000_000_000;

/// The pairs of active experiments of different namespaces that are not independent.
pub(super) struct Experiments {
    /// The number of pairs of experiments.
    pub(super) found: u64,
    /// The number of pairs of their params.
    pub(super) pairs: u64,
    /// The worst of them.
    worst: Vec<Pair>,
    /// The pairs of namespaces that were not compared.
    left_out: Vec<LeftOut>,
    left_out_members: HashSet<[usize; 2]>,
}

struct Pair {
    scripts: [ScriptAt; 2],
    overlap: Overlap,
    leak: f64,
    /// The number of pairs of params.
    pairs: u64,
}

struct LeftOut {
    members: [usize; 2],
    pairs: u64,
}

/// Whether two namespaces take their segments from one number.
fn is_shared(one: &Member<'_>, other: &Member<'_>) -> bool {
    one.namespace.unit() == other.namespace.unit()
        && one.segment == other.segment
        && segments::divisor(one.namespace, other.namespace) > 1
}

/// Whether two scripts are those of experiments that depend on one another by their segments.
pub(super) fn depend(members: &[Member<'_>], scripts: [ScriptAt; 2]) -> bool {
    let [one, other] = scripts.map(|(member, _)| &members[member]);
    let [its, others] = scripts.map(|(_, script)| script);
    if scripts[0].0 == scripts[1].0 || its == 0 || others == 0 || !is_shared(one, other) {
        return false;
    }
    !overlap((one.namespace, its - 1), (other.namespace, others - 1)).is_independent()
}

impl Experiments {
    /// Compares all pairs, and keeps the worst of them.
    pub(super) fn compare(members: &[Member<'_>], most: usize) -> Experiments {
        let mut steps = 0_u64;
        let (mut compared, mut left_out) = (Vec::new(), Vec::new());
        for (place, other) in members.iter().enumerate() {
            let mut partners = Vec::new();
            for (first, one) in members[..place].iter().enumerate() {
                if !is_shared(one, other) {
                    continue;
                }
                steps = steps.saturating_add(segments::work(one.namespace, other.namespace));
                if steps <= MAX_STEPS {
                    partners.push(first);
                    continue;
                }
                let known =
                    |it: &Member<'_>| -> u64 { it.scripts[1..].iter().map(|it| it.known()).sum() };
                let pairs = known(one) * known(other);
                left_out.push(LeftOut { members: [first, place], pairs });
            }
            compared.push((place, partners));
        }
        let parts = parallel::map(compared, |(place, partners)| {
            let mut worst = Worst { most, found: 0, pairs: 0, list: Vec::new() };
            for first in partners {
                worst.compare(members, [first, place]);
            }
            worst.trim();
            worst
        });
        let mut all = Worst { most, found: 0, pairs: 0, list: Vec::new() };
        for part in parts {
            all.found += part.found;
            all.pairs += part.pairs;
            all.list.extend(part.list);
        }
        all.trim();
        let left_out_members = left_out.iter().map(|it| it.members).collect();
        Experiments {
            found: all.found,
            pairs: all.pairs,
            worst: all.list,
            left_out,
            left_out_members,
        }
    }

    /// Whether two scripts are those of experiments that were not compared.
    pub(super) fn is_left_out(&self, scripts: [ScriptAt; 2]) -> bool {
        scripts.iter().all(|(_, script)| *script > 0)
            && self.left_out_members.contains(&scripts.map(|(member, _)| member))
    }

    /// The number of pairs of params that were not compared.
    pub(super) fn left_out_pairs(&self) -> u64 {
        self.left_out.iter().map(|it| it.pairs).sum()
    }

    /// The pairs that were not compared.
    pub(super) fn left_out(&self, members: &[Member<'_>]) -> Vec<Unknown> {
        let place = |member: usize| Place {
            namespace: members[member].namespace.name().to_owned(),
            experiment: None,
            param: None,
        };
        let unknown = |it: &LeftOut| Unknown {
            a: place(it.members[0]),
            b: Some(place(it.members[1])),
            reason: Unproved::TooMany,
            pairs: it.pairs,
        };
        self.left_out.iter().map(unknown).collect()
    }

    /// The worst pairs.
    pub(super) fn worst(&self, members: &[Member<'_>]) -> Vec<Dependent> {
        let dependent = |it: &Pair| {
            let [a, b] = it.scripts.map(|(member, script)| members[member].place(script, None));
            let (table, leak) = (it.overlap.table().ok()?, it.leak);
            let (reason, condition) = (Reason::Segments, None);
            Some(Dependent { a, b, reason, table, leak, condition, pairs: it.pairs })
        };
        self.worst.iter().filter_map(dependent).collect()
    }
}

/// The worst pairs so far.
struct Worst {
    most: usize,
    found: u64,
    pairs: u64,
    list: Vec<Pair>,
}

impl Worst {
    fn compare(&mut self, members: &[Member<'_>], [first, second]: [usize; 2]) {
        let (one, other) = (&members[first], &members[second]);
        overlaps(one.namespace, other.namespace, |a, b, overlap| {
            let pairs = one.scripts[a + 1].known() * other.scripts[b + 1].known();
            if pairs == 0 || overlap.is_independent() {
                return;
            }
            self.found += 1;
            self.pairs += pairs;
            let scripts = [(first, a + 1), (second, b + 1)];
            self.list.push(Pair { scripts, overlap, leak: overlap.leak(), pairs });
            if self.list.len() > 8 * self.most.max(1000) {
                self.trim();
            }
        });
    }

    /// Keeps the worst ones, in a fixed order.
    fn trim(&mut self) {
        let key = |it: &Pair| it.scripts.map(|(member, script)| (member, script));
        self.list.sort_by(|a, b| b.leak.total_cmp(&a.leak).then_with(|| key(a).cmp(&key(b))));
        self.list.truncate(self.most);
        self.list.shrink_to_fit();
    }
}
