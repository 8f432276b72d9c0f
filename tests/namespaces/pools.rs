//! The order of the free segments, against what the reference draws on Python 3.7 and later: what it
//! did, and what the machine's own Python does.

use std::io::Write;
use std::process::{Command, Stdio};

use planout::catalog::Loaded;
use planout::dialect::{SegmentHashing, SegmentPool, SegmentSampling};
use planout::namespace::{BuildError, Experiment};
use planout::store::FileFormat;
use planout::{Dialect, Namespace, NamespaceBuilder, Script};
use serde_json::{Value as Json, json};

use super::segments;
use crate::support::{get, golden, same, skip, text};

#[test]
fn golden_pools_agree() {
    let rows = golden("pools.jsonl");
    assert_eq!(rows.len(), 80);
    for row in &rows {
        let dialect: Dialect = text(row, "dialect").parse().expect("a dialect");
        let name = text(row, "name");
        let yaml = text(row, "yaml").as_bytes().to_vec();
        let loaded = Loaded::new("row.yaml", Some(name), yaml, FileFormat::Yaml, dialect);
        let document = loaded.document.as_ref().unwrap_or_else(|| panic!("{}", loaded.report()));
        let namespace = document.build().expect("a checked document builds");
        assert!(same(&segments(&namespace), get(row, "segments").expect("segments")), "{name}");
    }
}

/// The reference's way to give out segments, with a set of this Python.
const REFERENCE: &str = r#"
import hashlib, json, platform, sys

def swap(name, experiment, i):
    text = "%s.sampled_segments.%s.%d" % (name, experiment, i)
    return int(hashlib.sha1(text.encode()).hexdigest()[:15], 16) % (i + 1)

def replay(name, segments, fast, steps):
    free, held = set(range(segments)), {}
    for experiment, draws in steps:
        if draws is None:
            for segment in held.pop(experiment):
                free.add(segment)
            continue
        order = list(free)
        stop = len(order) - draws
        for i in range(len(order) - 1, 0, -1):
            j = swap(name, experiment, i)
            order[i], order[j] = order[j], order[i]
            if fast and i == stop:
                break
        held[experiment] = order[stop:] if fast else order[:draws]
        for segment in held[experiment]:
            free.remove(segment)
    return [[experiment, sorted(drawn)] for experiment, drawn in held.items()]

if platform.python_implementation() != "CPython" or sys.version_info < (3, 7):
    print(json.dumps("this is " + platform.python_implementation() + " " + platform.python_version()))
else:
    print(json.dumps([replay(*history) for history in json.load(sys.stdin)]))
"#;

/// A sequence: experiments that start with a number of segments, or end.
struct History {
    segments: u32,
    sampling: SegmentSampling,
    steps: Vec<(String, Option<u32>)>,
}

impl History {
    /// One that adds and removes as chance has it.
    fn random(random: &mut Random, most: u32, sampling: SegmentSampling) -> History {
        let segments = 1 + random.below(most);
        let (mut free, mut held): (u32, Vec<(String, u32)>) = (segments, Vec::new());
        let mut steps = Vec::new();
        for index in 0..2 + random.below(18) {
            if !held.is_empty() && (free == 0 || random.below(5) < 2) {
                let place = random.below(held.len() as u32) as usize;
                let (name, freed) = held.remove(place);
                free += freed;
                steps.push((name, None));
            } else {
                // Large ones too: a set changes its size with what is in it.
                let part = [1, free.div_ceil(20), free.div_ceil(3), free];
                let most = part[random.below(4) as usize];
                let count = 1 + random.below(most);
                let name = format!("run.{index}");
                free -= count;
                held.push((name.clone(), count));
                steps.push((name, Some(count)));
            }
        }
        History { segments, sampling, steps }
    }

    fn json(&self) -> Json {
        json!(["ns", self.segments, self.sampling == SegmentSampling::Fast, self.steps])
    }

    /// What we give out.
    fn held(&self) -> Json {
        let mut builder = cpython(self.segments).segment_sampling(self.sampling);
        for (name, segments) in &self.steps {
            builder = match segments {
                Some(segments) => builder.add(name, "D", *segments),
                None => builder.remove(name),
            }
            .expect("a valid sequence");
        }
        let namespace = builder.build().expect("a valid namespace");
        let held = |it: &Experiment| json!([it.name(), it.segments()]);
        namespace.experiments().iter().map(held).collect()
    }
}

fn cpython(segments: u32) -> NamespaceBuilder {
    let script = Script::compile("x", "x = 1;", Dialect::Planout).expect("a script");
    let builder = NamespaceBuilder::new("ns", "userid", segments).dialect(Dialect::Planout);
    let builder = builder.segment_pool(SegmentPool::Cpython).define("D", script).expect("new");
    builder.default_experiment("D").expect("defined")
}

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % u64::from(end)) as u32
    }
}

#[test]
fn random_histories_agree_with_the_python_of_this_machine() {
    let mut random = Random(0x5e65);
    let mut histories = Vec::new();
    for most in [12, 40, 300, 1500] {
        for sampling in [SegmentSampling::Full, SegmentSampling::Fast] {
            histories.extend((0..60).map(|_| History::random(&mut random, most, sampling)));
        }
    }
    // Sets of more than 50,000 numbers grow otherwise.
    for most in [60_000, 150_000, 400_000] {
        let fast = SegmentSampling::Fast;
        histories.extend((0..2).map(|_| {
            let history = History::random(&mut random, most, fast);
            // Each draw is a hash in Python.
            let steps = history.steps.into_iter().take(6).collect();
            History { steps, ..history }
        }));
    }
    let input = Json::from_iter(histories.iter().map(History::json));
    let Some(answer) = python(&input.to_string()) else {
        return;
    };
    for (history, expected) in histories.iter().zip(answer.as_array().expect("a list")) {
        assert_eq!(history.held(), *expected, "{}", history.json());
    }
}

/// What the reference answers; `None`, with the reason printed, without a Python that can tell.
fn python(input: &str) -> Option<Json> {
    let child = Command::new("python3")
        .args(["-c", REFERENCE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            skip(&format!("python3 does not run: {error}"));
            return None;
        }
    };
    let mut stdin = child.stdin.take().expect("a pipe");
    // One that is too old does not read it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("python3 ends");
    assert!(output.status.success(), "python3 fails");
    match serde_json::from_slice(&output.stdout).expect("an answer") {
        Json::String(version) => {
            skip(&format!("{version}, not CPython 3.7 or later"));
            None
        }
        answer => Some(answer),
    }
}

#[test]
fn the_largest_namespace_has_a_pool_of_python_too() {
    let most = planout::namespace::MAX_SEGMENTS;
    let builder = cpython(most).segment_sampling(SegmentSampling::Fast);
    let builder = builder.add("a", "D", 1000).expect("enough").remove("a").expect("active");
    let namespace = builder.add("b", "D", 3).expect("enough").build().expect("valid");
    assert_eq!(namespace.experiments()[0].segments().len(), 3);
    assert_eq!(namespace.free_segments().len(), most as usize - 3);
}

#[test]
fn nothing_else_moves_without_a_removal() {
    let build = |pool: SegmentPool| -> Namespace {
        let builder = cpython(500).segment_pool(pool).add("a", "D", 70).expect("enough");
        builder.add("b", "D", 200).expect("enough").build().expect("valid")
    };
    let (python, ascending) = (build(SegmentPool::Cpython), build(SegmentPool::Ascending));
    for (one, other) in python.experiments().iter().zip(ascending.experiments()) {
        assert_eq!(one.segments(), other.segments());
    }
}

#[test]
fn shared_segments_have_one_order() {
    let shared = || cpython(10).segment_hashing(SegmentHashing::Shared);
    let refused = BuildError::SharedSegments { setting: "segment_pool" };
    assert_eq!(shared().build().map(drop), Err(refused));
    let script = Script::compile("x", "x = 1;", Dialect::Planout4j).expect("a script");
    let builder = NamespaceBuilder::new("ns", "userid", 10).define("D", script).expect("new");
    let builder = builder.default_experiment("D").expect("defined");
    let refused = BuildError::SharedSegments { setting: "segment_sampling" };
    let built = builder.segment_sampling(SegmentSampling::Full).build();
    assert_eq!(built.map(drop), Err(refused));
}
