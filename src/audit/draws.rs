//! The pairs of params that share a draw, found by the texts of their draws.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::params::{Drawing, Member};
use super::{Audit, Dependent, Reason, Unknown, Unproved};
use crate::distribution::{Joint, Key, Obstacle, joint};
use crate::parallel;

/// The most pairs of params that are run together.
const MAX_PAIRS: usize = 500_000;

/// The most pairs of texts with unknown inputs that are compared.
const MAX_OPEN: usize = 10_000_000;

/// The script of a namespace, as indices: the namespace, and the script in it.
pub(super) type ScriptAt = (usize, usize);

/// A param of a script, as indices.
type ParamAt = (ScriptAt, usize);

/// The pairs of params that may depend on one another, by the scripts that they are in.
pub(super) struct Candidates {
    /// The pairs that share a draw.
    sharing: BTreeMap<[ScriptAt; 2], BTreeSet<[usize; 2]>>,
    /// The pairs whose draws have the same text for some inputs.
    open: BTreeSet<[ParamAt; 2]>,
}

/// Two params whose draws have been compared, unless they are independent.
pub(super) struct Compared {
    params: [ParamAt; 2],
    pub(super) outcome: Result<(Joint, Reason), Obstacle>,
}

/// Finds the pairs that share a draw. A param that nothing can be known of, or that shares its draws
/// with too many others, is marked as such.
pub(super) fn candidates(members: &mut [Member<'_>]) -> Candidates {
    let mut found = Candidates { sharing: BTreeMap::new(), open: BTreeSet::new() };
    let mut marks: Vec<(ParamAt, Unproved)> = Vec::new();
    let segments: HashSet<(&str, &Key)> =
        members.iter().map(|it| (it.namespace.unit(), &it.segment)).collect();
    let mut users: BTreeMap<(&str, &Key), Vec<ParamAt>> = BTreeMap::new();
    for (member, it) in members.iter().enumerate() {
        let unit = it.namespace.unit();
        for (script, drawing) in it.scripts.iter().enumerate() {
            for (param, keys) in drawing.params.iter().enumerate() {
                let keys = keys.draws.as_deref().unwrap_or_default();
                let at = ((member, script), param);
                if keys.iter().any(|key| segments.contains(&(unit, key))) {
                    marks.push((at, Obstacle::SegmentDraw.into()));
                    continue;
                }
                keys.iter().for_each(|key| users.entry((unit, key)).or_default().push(at));
            }
        }
    }
    let mut pairs = 0_usize;
    for users in users.values() {
        pairs = pairs.saturating_add(users.len() * users.len().saturating_sub(1) / 2);
        if pairs > MAX_PAIRS {
            marks.extend(users.iter().map(|at| (*at, Unproved::TooMany)));
            continue;
        }
        for (place, other) in users.iter().enumerate() {
            for one in users[..place].iter().filter(|one| can_meet(one.0, other.0)) {
                found.sharing.entry([one.0, other.0]).or_default().insert([one.1, other.1]);
            }
        }
    }
    open(&users, &mut found.open, &mut marks);
    for (((member, script), param), why) in marks {
        members[member].scripts[script].params[param].draws = Err(why);
    }
    let is_known = |((member, script), param): ParamAt| {
        members[member].scripts[script].params[param].draws.is_ok()
    };
    for (scripts, pairs) in &mut found.sharing {
        pairs.retain(|params| {
            [0, 1].into_iter().all(|side| is_known((scripts[side], params[side])))
        });
    }
    found.open.retain(|params| params.iter().all(|at| is_known(*at)));
    found
}

/// Whether units can be in both: two active experiments of one namespace exclude one another.
pub(super) fn can_meet(one: ScriptAt, other: ScriptAt) -> bool {
    one.0 != other.0 || one.1 == other.1 || one.1 == 0 || other.1 == 0
}

/// Finds draws whose texts are the same one for some values of the inputs in them.
fn open(
    users: &BTreeMap<(&str, &Key), Vec<ParamAt>>,
    found: &mut BTreeSet<[ParamAt; 2]>,
    marks: &mut Vec<(ParamAt, Unproved)>,
) {
    if users.keys().all(|(_, key)| !key.is_open()) {
        return;
    }
    // Texts with different beginnings before the unit are different.
    let mut by_start: HashMap<(&str, Option<&str>), Vec<&Key>> = HashMap::new();
    for (unit, key) in users.keys() {
        by_start.entry((*unit, key.start())).or_default().push(key);
    }
    let mut compared = 0;
    for ((unit, key), its) in users.iter().filter(|((_, key), _)| key.is_open()) {
        let others: Vec<&Key> = match key.start() {
            Some(start) => [Some(start), None]
                .into_iter()
                .filter_map(|start| by_start.get(&(*unit, start)))
                .flatten()
                .copied()
                .collect(),
            None => users.keys().filter(|(its, _)| its == unit).map(|(_, key)| *key).collect(),
        };
        compared += others.len();
        let is_same = |other: &&Key| key.may_be(other);
        let mut same = others.into_iter().filter(is_same).flat_map(|other| &users[&(*unit, other)]);
        for one in its {
            if compared > MAX_OPEN || found.len() > MAX_PAIRS {
                marks.push((*one, Unproved::TooMany));
            }
        }
        if compared > MAX_OPEN || found.len() > MAX_PAIRS {
            continue;
        }
        // In one script, such draws are an obstacle already.
        same.by_ref().for_each(|other| {
            let others = its.iter().filter(|one| one.0 != other.0 && can_meet(one.0, other.0));
            found.extend(others.map(|one| [*one.min(other), *one.max(other)]));
        });
    }
}

/// Runs the scripts that share a draw together.
pub(super) fn compare(members: &[Member<'_>], candidates: Candidates) -> Vec<Compared> {
    let drawing = |(member, script): ScriptAt| &members[member].scripts[script];
    let sharing: Vec<_> = candidates.sharing.into_iter().collect();
    let found = parallel::map(sharing, |(scripts, pairs)| {
        let [one, other] = scripts.map(drawing);
        let unit = members[scripts[0].0].namespace.unit();
        let pairs: Vec<[usize; 2]> = pairs.into_iter().collect();
        let names: Vec<[&str; 2]> =
            pairs.iter().map(|[a, b]| [&*one.params[*a].name, &*other.params[*b].name]).collect();
        let joints = joint([&one.run(), &other.run()], unit, &names);
        let compared = pairs.into_iter().zip(joints).filter_map(|(params, joint)| {
            let outcome = joint.transpose()?;
            let reason =
                if scripts[0] == scripts[1] { reason(one, params) } else { Reason::SameText };
            let params = [(scripts[0], params[0]), (scripts[1], params[1])];
            Some(Compared { params, outcome: outcome.map(|joint| (joint, reason)) })
        });
        compared.collect::<Vec<_>>()
    });
    let found = found.into_iter().flatten();
    let mut found: Vec<Compared> = found.collect();
    let known: HashSet<[ParamAt; 2]> = found.iter().map(|it| it.params).collect();
    let open = candidates.open.into_iter().filter(|params| !known.contains(params));
    found.extend(open.map(|params| Compared { params, outcome: Err(Obstacle::OpenDraws) }));
    found
}

/// Why two params of one script depend on one another.
fn reason(drawing: &Drawing<'_>, [a, b]: [usize; 2]) -> Reason {
    let keys = |param: usize| drawing.params[param].draws.as_deref().unwrap_or_default();
    let mut shared = keys(a).iter().filter(|key| keys(b).binary_search(key).is_ok());
    if shared.any(|key| drawing.repeated.contains(key)) {
        Reason::SameText
    } else {
        Reason::OneDraw
    }
}

impl Compared {
    pub(super) fn scripts(&self) -> [ScriptAt; 2] {
        self.params.map(|(script, _)| script)
    }

    /// Adds it to the lists of an audit.
    pub(super) fn name(self, members: &[Member<'_>], audit: &mut Audit) {
        let [a, b] =
            self.params.map(|((member, script), param)| members[member].place(script, Some(param)));
        match self.outcome {
            Ok((Joint { table, leak, condition }, reason)) => {
                audit.dependent.push(Dependent { a, b, reason, table, leak, condition, pairs: 1 });
                audit.unlisted += 1;
            }
            Err(obstacle) => {
                let reason = obstacle.into();
                audit.unknown.push(Unknown { a, b: Some(b), reason, pairs: 1 });
            }
        }
    }
}
