//! Random edits of scripts: what the comparison says of them is held against units that are
//! evaluated in both versions.

use std::collections::BTreeMap;

use planout::distribution::{ComparedCase, Obstacle, Run, Shift, compare};
use planout::{Dialect, Map, Script, Value};

use super::scripts::{Random, code};
use crate::support::{get, golden, map, text};

/// Two versions of what a unit runs through: the scripts of each in order.
pub(crate) struct Pair {
    dialect: Dialect,
    before: Vec<(Script, String)>,
    after: Vec<(Script, String)>,
    codes: String,
    /// Inputs that the script was written for.
    inputs: Map,
}

/// The scripts of the golden data: dialect, code and inputs.
pub(crate) fn golden_scripts() -> Vec<(Dialect, String, Map)> {
    let mut scripts = Vec::new();
    for row in golden("eval.jsonl") {
        if get(&row, "dsl").is_some() {
            let dialect = text(&row, "dialect").parse().expect("a dialect");
            scripts.push((dialect, text(&row, "dsl").to_owned(), map(&row, "inputs")));
        }
    }
    scripts
}

pub(crate) fn pair(random: &mut Random, golden: &[(Dialect, String, Map)]) -> Option<Pair> {
    let is_golden = random.chance(30) && !golden.is_empty();
    let (dialect, before, after, inputs) = if is_golden {
        let (dialect, before, inputs) = &golden[random.below(golden.len())];
        (*dialect, before.clone(), random.edit_text(before), inputs.clone())
    } else {
        let dialect = if random.chance(50) { Dialect::Planout } else { Dialect::Planout4j };
        let mut rules = random.rules(2, 5);
        let before = code(&rules);
        random.edit(&mut rules);
        (dialect, before, code(&rules), Map::new())
    };
    let compile = |code: &str| Script::compile("x", code, dialect).ok();
    let (before, after) = ((before.clone(), compile(&before)?), (after.clone(), compile(&after)?));
    let default = random.chance(30).then(|| code(&random.rules(1, 3)));
    let mut codes = format!("{dialect:?}\n");
    let mut runs = |own: (String, Script)| {
        let mut runs = Vec::new();
        if let Some(default) = &default {
            codes.push_str(&format!("--- default\n{default}"));
            runs.push((compile(default)?, "exp_default".to_owned()));
        }
        codes.push_str(&format!("--- own\n{}\n", own.0));
        runs.push((own.1, "exp".to_owned()));
        Some(runs)
    };
    let (before, after) = (runs(before)?, runs(after)?);
    Some(Pair { dialect, before, after, codes, inputs })
}

/// The result of a version for a unit; `None` if it fails.
type Got = Option<(Map, bool)>;

fn run(scripts: &[(Script, String)], inputs: &Map) -> Got {
    let (mut params, mut in_experiment) = (Map::new(), true);
    for (script, salt) in scripts {
        let evaluation = script.evaluate(salt, inputs).ok()?;
        in_experiment = evaluation.in_experiment;
        for (name, value) in evaluation.params.iter() {
            params.insert(name.to_owned(), value.clone());
        }
    }
    Some((params, in_experiment))
}

/// Whether two values are the same one: kinds of numbers count, the order of keys does not.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits(),
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|it| same(one, it)))
        }
        _ => std::mem::discriminant(one) == std::mem::discriminant(other) && one == other,
    }
}

/// What was counted among units.
#[derive(Default)]
struct Count {
    units: usize,
    any: usize,
    in_experiment: usize,
    failed_before: usize,
    failed_after: usize,
    failed: usize,
    params: BTreeMap<String, usize>,
}

fn count(pair: &Pair, inputs: &Map, units: std::ops::Range<usize>, count: &mut Count) {
    let mut inputs = inputs.clone();
    for unit in units {
        inputs.insert("userid".to_owned(), Value::from(format!("u{unit}").as_str()));
        let (before, after) = (run(&pair.before, &inputs), run(&pair.after, &inputs));
        count.units += 1;
        count.failed_before += usize::from(before.is_none());
        count.failed_after += usize::from(after.is_none());
        let (Some((before, is_in)), Some((after, is_in_after))) = (before, after) else {
            count.failed += 1;
            continue;
        };
        count.in_experiment += usize::from(is_in != is_in_after);
        let mut any = false;
        let only = after.keys().filter(|name| !before.contains_key(*name));
        for name in before.keys().chain(only) {
            let is_same = match (before.get(name), after.get(name)) {
                (Some(one), Some(other)) => same(one, other),
                _ => false,
            };
            if !is_same {
                any = true;
                *count.params.entry(name.clone()).or_default() += 1;
            }
        }
        count.any += usize::from(any);
    }
}

impl Count {
    /// What does not agree with a shift within so many standard deviations.
    fn disagree(&self, shift: &Shift, sigma: f64) -> Vec<String> {
        let n = self.units as f64;
        let mut wrong = Vec::new();
        let mut check = |what: &str, found: usize, share: f64| {
            let expected = n * share;
            let spread = (expected * (1.0 - share)).max(0.0).sqrt();
            let slack = if share <= 0.0 || share >= 1.0 - 1e-12 { 1e-3 } else { 2.0 };
            if (found as f64 - expected).abs() > sigma * spread + slack {
                wrong.push(format!("{what}: {found} of {n}, claimed {share}"));
            }
        };
        check("any", self.any, shift.any);
        check("in_experiment", self.in_experiment, shift.in_experiment);
        for (name, shift) in &shift.params {
            check(name, self.params.get(name).copied().unwrap_or(0), shift.share);
        }
        for (name, found) in &self.params {
            if !shift.params.contains_key(name) {
                check(name, *found, 0.0);
            }
        }
        wrong
    }
}

/// Values around the constants in scripts, and of other kinds.
fn values(codes: &str) -> Vec<Value> {
    let mut values = vec![Value::Null, Value::Bool(true), Value::Bool(false)];
    for text in ["", "DE", "US", "wifi", "other", "18", "a", "zz"] {
        values.push(Value::from(text));
    }
    let is_part = |it: char| it.is_ascii_digit() || it == '.';
    for word in codes.split(|it: char| !is_part(it)) {
        if let Ok(number) = word.parse::<f64>() {
            let near = [number, number - 1.0, number + 1.0, number + 0.5, -number];
            for near in near {
                if near.fract() == 0.0 {
                    values.push(Value::Int(near as i64));
                }
            }
            values.push(Value::Float(number));
            values.push(Value::Float(number + 0.5));
        }
    }
    for quote in ['"', '\''] {
        for text in codes.split(quote).skip(1).step_by(2) {
            if text.len() < 10 {
                values.push(Value::from(text));
            }
        }
    }
    values.extend([1e300, -0.0, 18.0, 0.1].map(Value::Float));
    values.extend([Value::Int(9_007_199_254_740_993), Value::Int(-5), Value::Int(1000)]);
    values.push(Value::List(Vec::new()));
    values.push(Value::List(vec![Value::Int(1), Value::Int(2)]));
    values.push(Value::List(vec![Value::Float(1.0), Value::from("a")]));
    values.push(Value::from(Map::from_iter([("DE".to_owned(), Value::Int(1))])));
    values
}

pub(crate) enum Verdict {
    /// The cases that were known, and how many shares were held against units.
    Decided {
        checked: usize,
        changes: bool,
    },
    Undecided(Obstacle),
}

pub(crate) struct Verified {
    pub(crate) verdict: Verdict,
    pub(crate) undecided: Vec<Obstacle>,
    pub(crate) faults: Vec<String>,
    /// Claims that units contradict because inputs make scripts fail.
    pub(crate) failing: usize,
}

/// Compares a pair and holds what is said against units: a few at first, `many` where they disagree.
pub(crate) fn verify(
    pair: &Pair,
    random: &mut Random,
    (few, many): (usize, usize),
    tries: usize,
) -> Verified {
    let before: Vec<Run<'_>> =
        pair.before.iter().map(|(script, salt)| Run { script, salt }).collect();
    let after: Vec<Run<'_>> =
        pair.after.iter().map(|(script, salt)| Run { script, salt }).collect();
    let mut verified = Verified {
        verdict: Verdict::Decided { checked: 0, changes: false },
        undecided: Vec::new(),
        faults: Vec::new(),
        failing: 0,
    };
    let cases = match compare(&before, &after, "userid") {
        Ok(cases) => cases,
        Err(obstacle) => {
            verified.verdict = Verdict::Undecided(obstacle);
            return verified;
        }
    };
    let conditions: Vec<Option<Script>> = cases
        .iter()
        .map(|case| {
            let code = format!("__holds = {};", case.condition.as_ref()?);
            match Script::compile("condition", &code, pair.dialect) {
                Ok(script) => Some(script),
                Err(report) => {
                    verified.faults.push(format!("{code} does not compile: {report}"));
                    None
                }
            }
        })
        .collect();
    if !verified.faults.is_empty() {
        return verified;
    }
    let holds = |place: usize, inputs: &Map| match &conditions[place] {
        None => true,
        Some(script) => script
            .evaluate("", inputs)
            .is_ok_and(|it| it.params.get("__holds").is_some_and(Value::is_true)),
    };
    verified
        .undecided
        .extend(cases.iter().filter_map(|case: &ComparedCase| case.shift.clone().err()));
    // Inputs: examples of cases, and random ones.
    let values = values(&pair.codes);
    let mut candidates: Vec<Map> = Vec::new();
    for (place, case) in cases.iter().enumerate() {
        for example in &case.examples {
            let mut inputs = example.clone();
            inputs.insert("userid".to_owned(), Value::from("u"));
            if case.condition.as_ref().is_some_and(|it| !it.contains("userid"))
                && !holds(place, &inputs)
            {
                verified.faults.push(format!(
                    "the example {} does not fulfil {:?}",
                    Value::from(example.clone()),
                    case.condition
                ));
            }
            candidates.push(example.clone());
        }
    }
    let names = [
        "country", "age", "network", "flag", "items", "n_in", "f_in", "s_in", "l_in", "b_in",
        "z_in", "m_in", "a", "b", "x", "v0", "v1", "price",
    ];
    for turn in 0..tries {
        let mut inputs = pair.inputs.clone();
        for name in names {
            if (!pair.codes.contains(name)) || (random.chance(15) && turn > 0) {
                continue;
            }
            if inputs.contains_key(name) && random.chance(60) {
                continue;
            }
            let is_param = ["a", "b", "x", "v0", "v1", "price"].contains(&name);
            if is_param && random.chance(80) {
                continue;
            }
            inputs.insert(name.to_owned(), values[random.below(values.len())].clone());
        }
        candidates.push(inputs);
    }
    let mut visits: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    let mut checked = 0;
    for mut inputs in candidates {
        inputs.insert("userid".to_owned(), Value::from("u0"));
        let fit: Vec<usize> = (0..cases.len()).filter(|place| holds(*place, &inputs)).collect();
        if fit.len() > 1 {
            verified
                .faults
                .push(format!("cases overlap: {fit:?} for {}", Value::from(inputs.clone())));
            continue;
        }
        let fit = fit.first().copied();
        if fit.is_some_and(|place| {
            cases[place].condition.as_ref().is_some_and(|it| it.contains("userid"))
        }) {
            continue;
        }
        let visit = visits.entry(fit).or_default();
        *visit += 1;
        if *visit > if fit.is_none() { tries } else { 3 } {
            continue;
        }
        let nothing = Shift::default();
        let shift = match fit {
            Some(place) => match &cases[place].shift {
                Ok(shift) => shift,
                Err(_) => continue,
            },
            None => &nothing,
        };
        checked += 1;
        let few = if fit.is_none() { few / 4 } else { few };
        let mut counted = Count::default();
        count(pair, &inputs, 0..few, &mut counted);
        let mut wrong = counted.disagree(shift, 3.5);
        if !wrong.is_empty() {
            count(pair, &inputs, few..many, &mut counted);
            wrong = counted.disagree(shift, 5.0);
        }
        if !wrong.is_empty() {
            // Values of another kind than the scripts expect make them fail: of these nothing is said.
            let n = counted.units as f64;
            let expected = shift.failed_before.max(shift.failed_after) * n;
            let fails = counted.failed as f64 > expected * 1.02 + 50.0;
            let most = (counted.failed + counted.any) as f64 >= shift.any * n * 0.9;
            let is_less = counted.any as f64 <= shift.any * n * 1.1 + 20.0;
            let is_undefined = fit.is_none() && inputs.iter().any(|(_, value)| !value.is_null());
            if fails && (is_undefined || (is_less && most)) {
                verified.failing += 1;
                continue;
            }
            let condition = fit.and_then(|place| cases[place].condition.clone());
            verified.faults.push(format!(
                "{wrong:?} where {condition:?} for {}; failed {} ({} {})",
                Value::from(inputs.clone()),
                counted.failed,
                counted.failed_before,
                counted.failed_after
            ));
        }
    }
    verified.verdict = Verdict::Decided { checked, changes: !cases.is_empty() };
    verified
}

impl Pair {
    pub(crate) fn codes(&self) -> &str {
        &self.codes
    }
}

#[test]
fn what_is_said_of_random_edits_is_true_of_units() {
    let golden = golden_scripts();
    let (mut decided, mut changed, mut undecided, mut claims) = (0, 0, Vec::new(), 0);
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let Some(pair) = pair(&mut random, &golden) else { continue };
        let verified = verify(&pair, &mut random, (60, 1500), 4);
        assert!(
            verified.faults.is_empty(),
            "seed {seed}\n{}\n{:#?}",
            pair.codes(),
            verified.faults
        );
        match verified.verdict {
            Verdict::Decided { checked, changes } if verified.undecided.is_empty() => {
                decided += 1;
                changed += usize::from(changes);
                claims += checked;
            }
            Verdict::Undecided(obstacle) => undecided.push(obstacle),
            Verdict::Decided { .. } => undecided.extend(verified.undecided),
        }
    }
    assert!(decided > 10 && changed > 5 && claims > 20, "{decided}, {claims}, not {undecided:?}");
}
