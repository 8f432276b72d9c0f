//! What planout promises, beside what it cannot do without: `cargo bench --bench ratios`.
//!
//! A time says little on another machine. So each stands beside its floor, measured in turns with
//! it: for what is hashed the SHA-1 blocks alone, for what is shipped the copying of the same
//! files. The table is Markdown. Whoever runs it gets status 1 if a promise is not kept.

#[cfg(feature = "batch")]
mod files;
#[path = "../generate/mod.rs"]
mod generate;
mod shipping;
mod units;

use std::process::ExitCode;
use std::time::Instant;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sample-namespaces");

/// A time and its floor, in seconds, and how many times the floor it may be.
struct Promise {
    name: &'static str,
    floor_name: String,
    /// By round: the floor and the time.
    rounds: Vec<[f64; 2]>,
    limit: f64,
}

impl Promise {
    /// Measures both in turns, so that whatever else the machine does meets both.
    fn measure(
        name: &'static str,
        floor_name: String,
        limit: f64,
        rounds: usize,
        mut floor: impl FnMut() -> f64,
        mut time: impl FnMut() -> f64,
    ) -> Promise {
        // What is done first fills the caches, and the disk's.
        floor();
        time();
        let rounds = (0..rounds).map(|_| [floor(), time()]).collect();
        Promise { name, floor_name, rounds, limit }
    }

    fn fastest(&self) -> [f64; 2] {
        self.each(|times| times.into_iter().fold(f64::INFINITY, f64::min))
    }

    fn median(&self) -> [f64; 2] {
        self.each(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
    }

    fn each(&self, choose: impl Fn(Vec<f64>) -> f64) -> [f64; 2] {
        [0, 1].map(|which| choose(self.rounds.iter().map(|round| round[which]).collect()))
    }

    /// What disturbs a program only makes it slower: the fastest ones count.
    fn is_kept(&self) -> bool {
        let [floor, time] = self.fastest();
        time <= self.limit * floor
    }

    fn row(&self) -> String {
        let ([floor, time], median) = (self.fastest(), self.median());
        format!(
            "| {} | {} | {} | {} | {:.2} | {:.2} | {} |",
            self.name,
            self.floor_name,
            text(floor),
            text(time),
            time / floor,
            median[1] / median[0],
            self.limit,
        )
    }
}

/// Seconds, in a unit that suits them.
fn text(seconds: f64) -> String {
    match seconds {
        0.1.. => format!("{seconds:.2} s"),
        1e-4.. => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{:.0} ns", seconds * 1e9),
    }
}

/// The seconds that something takes.
fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn main() -> ExitCode {
    let mut promises = units::promises();
    #[cfg(feature = "batch")]
    promises.extend(files::promises());
    promises.extend(shipping::promises());
    println!("| what | beside | which takes | it takes | times that | in the median | at most |");
    println!("|---|---|---:|---:|---:|---:|---:|");
    for promise in &promises {
        println!("{}", promise.row());
    }
    match promises.iter().find(|promise| !promise.is_kept()) {
        None => ExitCode::SUCCESS,
        Some(promise) => {
            eprintln!("not kept: {}", promise.name);
            ExitCode::FAILURE
        }
    }
}
