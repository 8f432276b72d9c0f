//! Evaluations of random units, with a time for each.

use std::hint::black_box;
use std::io;
use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;
use std::time::{Duration, Instant};

use planout::eval::Effort;
use planout::namespace::{AssignError, Experiment};
use planout::{Map, Namespace, Value};

use super::histogram::Histogram;

/// The number of evaluations of each thread that come first and are not counted.
const WARM_UP: u64 = 1_000;

/// The part of the allowed effort that is for the first evaluations.
const PARTS: u64 = 8;

/// The script and the inputs to evaluate.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) namespace: &'a Namespace,
    /// The only experiment to evaluate, without regard to the unit's segment.
    pub(super) experiment: Option<&'a Experiment>,
    /// The inputs of every unit. The primary unit is drawn at random if it is not among them.
    pub(super) inputs: &'a Map,
}

/// The durations of evaluations.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    /// Each evaluation of each thread.
    pub(super) times: Histogram,
    /// The time of the slowest thread for its evaluations, in nanoseconds.
    pub(super) longest_thread: u64,
}

/// The reason why there is no result.
#[derive(Debug)]
pub(super) enum Failed {
    /// A unit cannot be evaluated.
    Unit { inputs: Map, error: Box<AssignError> },
    /// The system cannot start a thread.
    Thread(io::Error),
}

/// Evaluates the units 0 to `iterations`, divided among threads, or fewer units if scripts make too
/// much data.
pub(super) fn measure(work: Work<'_>, iterations: u64, threads: u64) -> Result<Measured, Failed> {
    let clock = clock_cost();
    let (share, rest) = (iterations / threads, iterations % threads);
    thread::scope(|scope| {
        let mut start = 0;
        let mut workers = Vec::new();
        for thread in 0..threads {
            let units = start..start + share + u64::from(thread < rest);
            start = units.end;
            let most = Effort::MOST.part(threads);
            let worker = move || {
                evaluate(work, 0..WARM_UP.min(iterations), most.part(PARTS), clock)?;
                evaluate(work, units, most, clock)
            };
            let worker = thread::Builder::new().spawn_scoped(scope, worker);
            workers.push(worker.map_err(Failed::Thread)?);
        }
        let mut measured = Measured { times: Histogram::new(), longest_thread: 0 };
        for worker in workers {
            let times = match worker.join() {
                Ok(times) => times?,
                Err(panic) => resume_unwind(panic),
            };
            measured.longest_thread = measured.longest_thread.max(times.total());
            measured.times = measured.times.merge(&times);
        }
        Ok(measured)
    })
}

fn evaluate(
    work: Work<'_>,
    units: Range<u64>,
    most: Effort,
    clock: Duration,
) -> Result<Histogram, Failed> {
    let unit = work.namespace.unit();
    let draws = !work.inputs.contains_key(unit);
    let mut inputs = work.inputs.clone();
    let mut times = Histogram::new();
    let mut effort = Effort::default();
    for index in units {
        if effort >= most {
            break;
        }
        if draws {
            inputs.insert(unit.to_owned(), Value::Int(random(index)));
        }
        let start = Instant::now();
        let result = once(work, &inputs);
        let time = start.elapsed().saturating_sub(clock);
        match result {
            Ok(made) => effort.add(made),
            Err(error) => return Err(Failed::Unit { inputs, error: Box::new(error) }),
        }
        times.add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(times)
}

/// One evaluation, from the inputs to the params, including the release of its memory. Returns the
/// number of bytes that it made.
fn once(work: Work<'_>, inputs: &Map) -> Result<usize, AssignError> {
    let Some(experiment) = work.experiment else {
        return work.namespace.assign(black_box(inputs)).map(|assignment| {
            let made = assignment.params.made();
            black_box(assignment);
            made
        });
    };
    let evaluated = experiment.script().evaluate(experiment.salt(), black_box(inputs));
    match evaluated {
        Ok(evaluation) => {
            let made = evaluation.params.made();
            black_box(evaluation);
            Ok(made)
        }
        Err(error) => Err(AssignError::Script {
            definition: experiment.definition().to_owned(),
            namespace: work.namespace.name().to_owned(),
            error,
        }),
    }
}

/// A whole number of 32 bits. It depends only on the position, and neighbours are not similar.
fn random(index: u64) -> i64 {
    // The mixing function of SplitMix64, which is a bijection.
    let mut bits = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    i64::from((bits >> 32) as u32)
}

/// The time for reading the clock twice: the median of many.
fn clock_cost() -> Duration {
    let mut costs: Vec<_> = (0..1001).map(|_| Instant::now().elapsed()).collect();
    costs.sort_unstable();
    costs[costs.len() / 2]
}
