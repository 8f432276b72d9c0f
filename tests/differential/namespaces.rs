//! Namespaces: who holds which segments, and what a unit is assigned.

use planout::catalog::Loaded;
use planout::dialect::{SegmentHashing, SegmentPool, SegmentSampling};
use planout::namespace::BuildError;
use planout::store::FileFormat;
use planout::tree::Node;
use planout::{Dialect, Map, Namespace, NamespaceBuilder, Script, Value};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::Value as Json;

use super::{
    Setting, agree, check, compile, is_beyond_the_oracle, is_too_wide, json, object, programs,
    setting, shapes, sorted,
};
use crate::support::{get, golden, map, oracle, text};

#[test]
fn the_oracle_assigns_the_golden_units() {
    for row in golden("namespaces.jsonl") {
        let dialect: Dialect = text(&row, "dialect").parse().expect("a dialect");
        let yaml = text(&row, "yaml").as_bytes().to_vec();
        let name = Some(text(&row, "name"));
        let loaded = Loaded::new("row.yaml", name, yaml, FileFormat::Yaml, dialect);
        let document = loaded.document.expect("golden namespaces are valid");
        let namespace = document.build().expect("a checked document builds");
        let (compiled, hashing) = (json(&document.compiled), namespace.segment_hashing());
        let held = oracle::allocate(dialect, hashing, &compiled).expect("a valid sequence");
        for holder in held {
            let golden = get(&row, "segments").and_then(|it| it.as_map()?.get(&holder.name));
            let drawn = sorted_segments(&holder.segments);
            assert_eq!(golden.map(json), Some(drawn), "{name:?} ({dialect})");
        }
        for eval in get(&row, "evals").and_then(Node::as_list).expect("evals") {
            let (inputs, held) = (map(eval, "inputs"), map(eval, "overrides"));
            let (inputs, held) = (object(&inputs), object(&held));
            let found = oracle::lookup(dialect, hashing, &compiled, &inputs, &held);
            let expected = get(eval, "params").map(|params| {
                let field = |key| json(get(eval, key).expect(key));
                format!("{} {} {}", field("segment"), field("experiment"), sorted(json(params)))
            });
            let found = found.ok().map(|found| {
                let segment = Json::from(found.segment);
                let experiment = Json::from(found.experiment);
                let params = sorted(Json::Object(found.outcome.params));
                format!("{segment} {experiment} {params}")
            });
            assert_eq!(found, expected, "{name:?} ({dialect}): {inputs:?}");
        }
    }
}

#[test]
fn the_oracle_draws_from_the_pools_of_python() {
    for row in golden("pools.jsonl") {
        let dialect: Dialect = text(&row, "dialect").parse().expect("a dialect");
        let yaml = text(&row, "yaml").as_bytes().to_vec();
        let name = Some(text(&row, "name"));
        let loaded = Loaded::new("row.yaml", name, yaml, FileFormat::Yaml, dialect);
        let document = loaded.document.expect("golden namespaces are valid");
        let compiled = json(&document.compiled);
        let held = oracle::allocate(dialect, document.segment_hashing, &compiled);
        let held = held.expect("a valid sequence");
        let held = held.iter().map(|it| (it.name.clone(), sorted_segments(&it.segments)));
        let golden = json(get(&row, "segments").expect("segments"));
        assert_eq!(Json::from_iter(held), golden, "{name:?}");
    }
}

const EXPERIMENTS: [&str; 4] = ["a", "b.1", "é", "long name"];
const DEFINITIONS: [&str; 2] = ["D0", "D1"];

/// An experiment to add with a number of segments and a definition or, if it is active, to remove.
type Change = (usize, u32, usize);

#[derive(Clone, Debug)]
struct Case {
    name: &'static str,
    salt: &'static str,
    segments: u32,
    hashing: SegmentHashing,
    /// Only where segments are not shared.
    pool: Option<SegmentPool>,
    sampling: Option<SegmentSampling>,
    changes: Vec<Change>,
    /// Whether changes that cannot be done are left in.
    careless: bool,
    definitions: Vec<String>,
    unit: Option<Value>,
    baseline: bool,
    setting: Setting,
}

fn case() -> impl Strategy<Value = Case> {
    let head = (
        prop::sample::select(vec!["ns", "é", "a.b c"]),
        prop::sample::select(vec!["", " ", "salt", " s "]),
        1..200_u32,
        prop::sample::select(vec![SegmentHashing::Shared, SegmentHashing::Namespace]),
        prop::sample::select(vec![
            None,
            Some(SegmentPool::Ascending),
            Some(SegmentPool::Cpython),
            Some(SegmentPool::Cpython),
        ]),
        prop::sample::select(vec![None, Some(SegmentSampling::Full), Some(SegmentSampling::Fast)]),
    );
    let change = (0..EXPERIMENTS.len(), 1..60_u32, 0..2_usize);
    let sequence = (
        prop::collection::vec(change, 0..12),
        prop::bool::weighted(0.1),
        prop::collection::vec(programs::program(), 2),
    );
    let inputs =
        (prop::option::weighted(0.95, shapes::value()), prop::bool::weighted(0.1), setting());
    (head, sequence, inputs).prop_map(|(head, sequence, inputs)| Case {
        name: head.0,
        salt: head.1,
        segments: head.2,
        hashing: head.3,
        pool: head.4.filter(|_| head.3 == SegmentHashing::Namespace),
        sampling: head.5.filter(|_| head.3 == SegmentHashing::Namespace),
        changes: sequence.0,
        careless: sequence.1,
        definitions: sequence.2,
        unit: inputs.0,
        baseline: inputs.1,
        setting: inputs.2,
    })
}

impl Case {
    /// The sequence: experiments with their number of segments, or none to remove them, and their
    /// definition.
    fn steps(&self) -> Vec<(usize, Option<u32>, usize)> {
        let mut held = [None; EXPERIMENTS.len()];
        let mut steps = Vec::new();
        for &(experiment, segments, definition) in &self.changes {
            let free = self.segments.saturating_sub(held.iter().flatten().sum());
            let step = match held[experiment] {
                _ if self.careless => (segments % 3 > 0).then_some(segments),
                Some(_) => None,
                None if free == 0 => continue,
                None => Some(segments.min(free)),
            };
            held[experiment] = step;
            steps.push((experiment, step, definition));
        }
        steps
    }

    /// The compiled namespace.
    fn document(&self, scripts: &[Script]) -> Json {
        let sequence = self.steps().into_iter().map(|(experiment, segments, definition)| {
            let name = EXPERIMENTS[experiment];
            match segments {
                Some(segments) => {
                    let definition = DEFINITIONS[definition];
                    serde_json::json!({"action": "add", "name": name, "segments": segments, "definition": definition})
                }
                None => serde_json::json!({"action": "remove", "name": name}),
            }
        });
        let definitions = DEFINITIONS.iter().zip(scripts).map(
            |(name, script)| serde_json::json!({"definition": name, "assign": json(script.json())}),
        );
        serde_json::json!({
            "namespace": {
                "name": self.name, "salt": self.salt, "unit": "unit", "segments": self.segments,
                "segment_pool": self.pool.and_then(SegmentPool::as_str),
                "segment_sampling": self.sampling.map(SegmentSampling::as_str),
            },
            "experiment_definitions": definitions.collect::<Vec<_>>(),
            "default_experiment": DEFINITIONS[1],
            "experiment_sequence": sequence.collect::<Vec<_>>(),
        })
    }

    fn build(&self, scripts: Vec<Script>, dialect: Dialect) -> Result<Namespace, BuildError> {
        let mut builder = NamespaceBuilder::new(self.name, "unit", self.segments)
            .dialect(dialect)
            .salt(self.salt)
            .segment_hashing(self.hashing);
        if let Some(pool) = self.pool {
            builder = builder.segment_pool(pool);
        }
        if let Some(sampling) = self.sampling {
            builder = builder.segment_sampling(sampling);
        }
        for (name, script) in DEFINITIONS.iter().zip(scripts) {
            builder = builder.define(name, script)?;
        }
        builder = builder.default_experiment(DEFINITIONS[1])?;
        for (experiment, segments, definition) in self.steps() {
            let name = EXPERIMENTS[experiment];
            builder = match segments {
                Some(segments) => builder.add(name, DEFINITIONS[definition], segments)?,
                None => builder.remove(name)?,
            };
        }
        builder.build()
    }

    /// The inputs, with the unit and whether it is a baseline request.
    fn inputs(&self) -> Map {
        let mut inputs = self.setting.inputs.clone();
        inputs.extend(self.unit.clone().map(|unit| ("unit".to_owned(), unit)));
        if self.baseline {
            inputs.insert("_baseline_".to_owned(), Value::from(true));
        }
        inputs
    }
}

#[test]
fn random_namespaces_assign_what_the_oracle_assigns() {
    check(1000, case(), compare_namespaces);
}

fn compare_namespaces(dialect: Dialect, case: Case) -> TestCaseResult {
    let scripts: Vec<Script> = case.definitions.iter().map(|it| compile(it, dialect)).collect();
    if scripts.iter().any(|script| is_too_wide(script.json())) {
        return Ok(());
    }
    let document = case.document(&scripts);
    let built = case.build(scripts, dialect);
    let (namespace, held) = match (built, oracle::allocate(dialect, case.hashing, &document)) {
        (Ok(namespace), Ok(held)) => (namespace, held),
        (built, held) => {
            prop_assert!(built.is_err() && held.is_err(), "{document}\n  {built:?} {held:?}");
            return Ok(());
        }
    };
    let found = namespace.experiments().iter();
    let found: Vec<_> = found.map(|it| (it.name(), Json::from(it.segments()))).collect();
    let held = held.iter().map(|it| (it.name.as_str(), sorted_segments(&it.segments)));
    prop_assert_eq!(found, held.collect::<Vec<_>>());

    let inputs = case.inputs();
    let found = namespace.assign_with(&inputs, &case.setting.held);
    let found = found.map_err(|error| error.to_string()).and_then(|found| {
        let params = Value::from(found.params.to_map()).to_node();
        let params = json(&params.map_err(|error| error.to_string())?);
        Ok((serde_json::json!([params, found.segment, found.experiment]), found.in_experiment))
    });
    let (inputs, held) = (object(&inputs), object(&case.setting.held));
    let opinion = oracle::lookup(dialect, case.hashing, &document, &inputs, &held);
    let opinion = opinion.map(|found| {
        let params = serde_json::json!([found.outcome.params, found.segment, found.experiment]);
        (params, found.outcome.in_experiment)
    });
    prop_assert!(
        agree(&found, &opinion) || is_beyond_the_oracle(&opinion),
        "{document}\n  namespace: {found:?}\n  oracle: {opinion:?}"
    );
    Ok(())
}

fn sorted_segments(drawn: &[usize]) -> Json {
    let mut segments = drawn.to_vec();
    segments.sort_unstable();
    Json::from(segments)
}
