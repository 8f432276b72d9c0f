//! Draws of one script that are one number: two params, or a condition and a draw.
//!
//! The script is followed on all of its paths, and what two operators with one number draw is put
//! into one table. Remainders by numbers without a common divisor are independent, and so are a
//! remainder and an interval: there is nothing to say of them.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::flow::Known;
use super::script::{Call, Script};
use crate::diagnostic::{Code, Diagnostic};
use crate::distribution::{Obstacle, Run, Support, Table, support};
use crate::eval::{self, Function};
use crate::source::Span;
use crate::tree::{Kind, Layout, Node, quote, to_json};
use crate::wire::Form;

/// An experiment salt that stands for that of any experiment.
pub(super) const ANY: &str = "(experiment)";

/// Two draws of one number.
struct Pair<'s, 'a> {
    first: &'s Call<'a>,
    second: &'s Call<'a>,
    /// The joint table of what they draw, or why it is not known.
    table: Result<Table, Obstacle>,
}

/// Looks for draws that are one number and depend on one another.
pub(super) fn check(script: &Script<'_>, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
    if script.calls.iter().filter(|call| call.random().is_some()).count() < 2 {
        return;
    }
    let mut said = HashSet::new();
    for pair in pairs(script, known) {
        // One message for each draw.
        if pair.is_dependent() && !pair.is_one_coin(script) && said.insert(pair.second.node.span) {
            found.push(pair.finding(script));
        }
    }
}

/// The draws of a script for any experiment; `None` if it cannot be run.
pub(super) fn followed(script: &Script<'_>, unit: &str) -> Option<Support> {
    let compiled = eval::Script::from_node(script.root.clone(), script.dialect).ok()?;
    Some(support(&Run { script: &compiled, salt: ANY }, unit))
}

/// The pairs of draws that are one number.
fn pairs<'s, 'a>(script: &'s Script<'a>, known: &Known<'_>) -> Vec<Pair<'s, 'a>> {
    let unit = known.unit.or_else(|| likely_unit(script));
    let followed = unit.and_then(|unit| followed(script, unit));
    let mut pairs = Vec::new();
    let by_place: IndexMap<Span, &Call<'a>> =
        script.calls.iter().map(|call| (call.node.span, call)).collect();
    let is_unclear = |call: &Call<'_>| {
        let support = followed.as_ref();
        support.is_none_or(|it| it.beyond.is_some() || it.unclear.contains(&call.node.span))
    };
    for twins in followed.iter().flat_map(|support| &support.twins) {
        if let [Some(first), Some(second)] = twins.places.map(|place| by_place.get(&place))
            && (first.param != second.param || first.param.is_none())
        {
            pairs.push(Pair { first, second, table: twins.table.clone() });
        }
    }
    // Where the script cannot be followed, draws that are written alike are one number.
    for (first, second) in alike(script) {
        let places = [first.node.span, second.node.span];
        let is_known = pairs.iter().any(|it| [it.first.node.span, it.second.node.span] == places);
        if !is_known && (is_unclear(first) || is_unclear(second)) {
            let beyond = followed.as_ref().and_then(|support| support.beyond.clone());
            let table = Err(beyond.unwrap_or(Obstacle::Inputs));
            pairs.push(Pair { first, second, table });
        }
    }
    pairs.sort_by_key(|it| (it.second.node.span, it.first.node.span));
    pairs
}

/// The variable that a script alone probably draws by: the first one in a unit that nothing sets.
pub(super) fn likely_unit<'a>(script: &Script<'a>) -> Option<&'a str> {
    let units = script.calls.iter().filter(|call| call.random().is_some());
    let mut nodes: Vec<&'a Node> = units.filter_map(|call| call.argument("unit")).collect();
    nodes.reverse();
    let mut seen = HashSet::new();
    while let Some(node) = nodes.pop() {
        match Form::of(node) {
            Form::Get(name) if script.assignments_of(name).next().is_none() => return Some(name),
            Form::Get(name) if seen.insert(name) => nodes.extend(script.values_of(name).flatten()),
            form => nodes.extend(form.parts().into_iter().rev()),
        }
    }
    None
}

impl Pair<'_, '_> {
    fn is_dependent(&self) -> bool {
        self.table.as_ref().map_or(true, |table| table.leak() > 0.0)
    }

    /// Whether two conditions ask for one and the same draw, which is written twice.
    fn is_one_coin(&self, script: &Script<'_>) -> bool {
        let text = |call: &Call<'_>| to_json(call.node, Layout::Compact, script.dialect);
        self.first.param.is_none()
            && self.second.param.is_none()
            && text(self.first) == text(self.second)
    }

    fn finding(&self, script: &Script<'_>) -> Diagnostic {
        let Pair { first, second, table } = self;
        let found = match (first.param, second.param) {
            (Some(of), Some(param)) => self.params(of, param, script),
            _ => self.condition(),
        };
        let mut help = Vec::new();
        match table {
            Ok(table) => {
                let (a, b) = (name(first), name(second));
                help.push(format!("the shares of all numbers, with {a} as a and {b} as b:"));
                help.extend(table.lines().into_iter().map(|line| format!("  {line}")));
            }
            Err(obstacle) => {
                help.push(format!("how far they depend on one another is not known: {obstacle}"));
            }
        }
        help.push(match second.param {
            Some(_) => "leave out `salt`, and the name of the variable is the salt".to_owned(),
            None => "give one of them another salt".to_owned(),
        });
        found.help_lines(help)
    }

    /// The finding for two params.
    fn params(&self, of: &str, param: &str, script: &Script<'_>) -> Diagnostic {
        let salt = hash(script, self.second).map(|hash| hash.salt);
        let salt = match salt.filter(|salt| salt.starts_with('"')) {
            Some(salt) => format!("`{salt}` "),
            None => String::new(),
        };
        let message = format!("`{param}` is drawn by the same hash as `{of}`");
        Diagnostic::finding(Code::CorrelatedParams, salt_place(self.second), message)
            .label(format!("salt {salt}and unit are the same"))
            .also(salt_place(self.first), format!("`{of}` is drawn here"))
    }

    /// The finding for a draw that no param is set to, and another one.
    fn condition(&self) -> Diagnostic {
        let drawn = if self.second.param.is_some() { self.second } else { self.first };
        let message = format!("a condition and {} are drawn by the same hash", name(drawn));
        let said = |call: &Call<'_>| match call.param {
            Some(param) => format!("`{param}` is drawn here"),
            None => "the condition draws here".to_owned(),
        };
        Diagnostic::finding(Code::ConditionHash, salt_place(self.second), message)
            .label(said(self.second))
            .also(salt_place(self.first), said(self.first))
    }
}

/// A draw in words.
fn name(call: &Call<'_>) -> String {
    match call.param {
        Some(param) => format!("`{param}`"),
        None => format!("the condition's `{}`", call.operator),
    }
}

/// The parts that decide a draw: draws with the same parts are one draw.
#[derive(PartialEq, Eq, Hash)]
struct Hash {
    salt: String,
    unit: String,
    /// The number of times that the experiment salt has been changed before; `None` if it is not part
    /// of the hash.
    experiment_salt: Option<usize>,
    /// The operator whose draws append to the unit.
    appended: Option<Function>,
}

/// The draws that are written with the same salt and unit, each with the first one of that kind.
fn alike<'s, 'a>(script: &'s Script<'a>) -> Vec<(&'s Call<'a>, &'s Call<'a>)> {
    let mut draws: IndexMap<Hash, Vec<&Call<'a>>> = IndexMap::new();
    for call in script.calls.iter().filter(|call| call.random().is_some()) {
        if let Some(hash) = hash(script, call) {
            draws.entry(hash).or_default().push(call);
        }
    }
    let mut pairs = Vec::new();
    for calls in draws.values() {
        for (index, call) in calls.iter().enumerate() {
            let twin = calls[..index].iter().find(|first| {
                (first.param != call.param || first.param.is_none())
                    && !script.exclude_each_other(first.moment, call.moment)
                    && first.hashed().all(|node| script.is_kept(node, first.moment, call.moment))
            });
            pairs.extend(twin.map(|first| (*first, *call)));
        }
    }
    pairs
}

fn salt_place(call: &Call<'_>) -> Span {
    let salt = call.argument("full_salt").or(call.argument("salt"));
    salt.map_or(call.place(), |salt| salt.span)
}

fn hash(script: &Script<'_>, call: &Call<'_>) -> Option<Hash> {
    let text = |node: &Node| to_json(node, Layout::Compact, script.dialect);
    let full = call.argument("full_salt");
    let salt = match (full.or(call.argument("salt")), call.variable) {
        (Some(salt), _) => text(salt),
        (None, Some(variable)) => {
            let mut quoted = String::new();
            quote(variable, &mut quoted);
            quoted
        }
        (None, None) => return None,
    };
    let unit = call.argument("unit")?;
    // A list of one element has the text of this element.
    let unit = match script.elements(unit) {
        Some([only]) if !matches!(only.kind, Kind::List(_)) => text(only),
        _ => text(unit),
    };
    let experiment_salt = full.is_none().then_some(call.experiment_salt);
    let appended = match call.random()? {
        Function::Sample | Function::FastSample => Some(Function::Sample),
        Function::BernoulliFilter => Some(Function::BernoulliFilter),
        _ => None,
    };
    Some(Hash { salt, unit, experiment_salt, appended })
}
