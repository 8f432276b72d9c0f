//! A ship that is killed leaves the old set or the new one, whenever it dies and whoever reads.

use crate::support::UNGUARDED;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use planout::store::{Contents, Directory, Folders, Item, Source, Store};
use tempfile::TempDir;

use super::LIMIT;

/// How many namespaces change in each ship.
const NAMESPACES: usize = 50;

/// How many ships are killed at random instants, unless `PLANOUT_KILLS` says otherwise.
const KILLS: usize = 120;

/// What was shipped before, and what comes after it.
const GENERATIONS: [&str; 2] = ["old", "new"];

/// Sources of two generations that differ in every namespace, and a target.
struct Site {
    folder: TempDir,
    /// What a ship of each generation leaves.
    shipped: [Contents; 2],
}

impl Site {
    /// In memory, where there is such a file system: only what a process leaves behind is looked
    /// at, not what a disk does.
    fn new() -> Site {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let mut site = Site { folder: folder.expect("a folder"), shipped: Default::default() };
        fs::write(site.path("planout.toml"), UNGUARDED).expect("a file");
        for generation in GENERATIONS {
            let folder = site.path(generation);
            fs::create_dir(&folder).expect("a folder");
            for number in 0..NAMESPACES {
                let path = folder.join(format!("namespace_{number}.yaml"));
                fs::write(path, namespace(generation)).expect("a file");
            }
        }
        // Each has one that the other does not, so that each ship creates and removes as well.
        fs::write(site.path("old/going.yaml"), namespace("old")).expect("a file");
        fs::write(site.path("new/coming.yaml"), namespace("new")).expect("a file");
        for generation in [1, 0] {
            assert!(site.ship(generation, "").success());
            site.shipped[generation] = site.store().contents().expect("contents");
            assert_eq!(site.shipped[generation].len(), NAMESPACES + 1);
        }
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> Directory {
        Directory::new(self.path("out"))
    }

    fn start(&self, generation: usize, failpoint: &str) -> Child {
        Command::new(env!("CARGO_BIN_EXE_planout"))
            .args(["ship", "--prune", "--sample", "0", GENERATIONS[generation], "out"])
            .current_dir(self.folder.path())
            .env("PLANOUT_FAILPOINT", failpoint)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("planout runs")
    }

    fn ship(&self, generation: usize, failpoint: &str) -> ExitStatus {
        self.start(generation, failpoint).wait().expect("planout ends")
    }

    /// Which generation the target holds, whole.
    fn generation(&self, seen: &Contents) -> usize {
        let found = self.shipped.iter().position(|shipped| shipped == seen);
        found.unwrap_or_else(|| panic!("neither old nor new: {:?}", seen.keys()))
    }

    fn snapshot(&self) -> Contents {
        let snapshot = self.store().snapshot(LIMIT).expect("a snapshot");
        snapshot.into_iter().map(|(item, bytes)| (item.name, bytes)).collect()
    }

    /// What somebody sees in the target who reads the folder above it.
    fn seen_from_above(&self) -> Contents {
        let above = Directory::new(self.folder.path()).with_folders(Folders::All);
        let above = above.snapshot(LIMIT).expect("a snapshot");
        let of_target = |item: &Item| Path::new(&item.label).starts_with(self.path("out"));
        let above = above.into_iter().filter(|(item, _)| of_target(item));
        above.map(|(item, bytes)| (item.name, bytes)).collect()
    }

    /// All files of the target by their names, as a program sees them that knows nothing of us.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(self.path("out")).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            files.insert(name, fs::read(path).expect("a file"));
        }
        files
    }

    /// Asserts that the target holds nothing but what a ship of a generation leaves.
    fn assert_clean(&self, generation: usize) {
        let files = self.files();
        let hidden: Vec<_> = files.keys().filter(|name| name.starts_with('.')).collect();
        assert_eq!(hidden, [".planout-lock", ".planout-revision"]);
        let visible = files.iter().filter_map(|(name, bytes)| {
            Some((name.strip_suffix(".json")?.to_owned(), bytes.clone()))
        });
        assert_eq!(visible.collect::<Contents>(), self.shipped[generation]);
    }
}

fn namespace(generation: &str) -> String {
    format!(
        "namespace: {{unit: userid, segments: 100}}\n\
         experiment_definitions:\n\
         - definition: A\n\
         \x20 assign: !planout |\n\
         \x20   color = uniformChoice(choices=['{generation}', 'other'], unit=userid);\n\
         default_experiment: A\n\
         experiment_sequence: [{{action: add, definition: A, name: run, segments: 50}}]\n"
    )
}

#[test]
fn a_ship_that_is_killed_at_any_step_is_whole_or_was_not_made() {
    let site = Site::new();
    let (mut made, mut pending) = (Vec::new(), 0);
    for step in 1.. {
        let status = site.ship(1, &format!("kill:{step}"));
        // Whoever reads sees one of the two, and changes nothing.
        let before = site.files();
        let seen = site.generation(&site.snapshot());
        assert_eq!(site.generation(&site.store().contents().expect("contents")), seen);
        assert_eq!(site.generation(&site.seen_from_above()), seen);
        assert_eq!(site.files(), before, "a reader changed something");
        pending += usize::from(before.contains_key(".planout-journal"));
        // The next one completes it and cleans up, even if it has nothing to ship.
        assert!(site.ship(seen, "").success());
        site.assert_clean(seen);
        made.push(seen);
        if status.success() {
            break;
        }
        assert!(site.ship(0, "").success());
        site.assert_clean(0);
    }
    // There is one step that makes the change.
    assert!(made.is_sorted(), "{made:?}");
    assert_eq!((made.first(), made.last()), (Some(&0), Some(&1)));
    assert!(made.len() > 3 * NAMESPACES, "{} steps", made.len());
    // After that one, a death leaves the rest to the next ship.
    assert!(pending > NAMESPACES, "{pending} changes on record");
}

#[test]
fn a_ship_that_fails_at_any_step_leaves_what_was_there() {
    let site = Site::new();
    for step in 1.. {
        let status = site.ship(1, &format!("fail:{step}"));
        if status.success() {
            break;
        }
        assert_eq!(status.code(), Some(3), "step {step}");
        if site.files().contains_key(".planout-journal") {
            // All is in its place, but for the record that it was not.
            assert_eq!(site.generation(&site.snapshot()), 1, "step {step}");
            assert!(site.ship(0, "").success());
        }
        site.assert_clean(0);
    }
}

#[test]
fn ships_that_are_killed_at_random_are_never_seen_half_done() {
    let kills = match std::env::var("PLANOUT_KILLS") {
        Ok(kills) => kills.parse().expect("a number"),
        Err(_) => KILLS,
    };
    let site = Site::new();
    let start = Instant::now();
    assert!(site.ship(1, "").success());
    // About as long as a ship takes until the change is made: what is around it is of most interest.
    let mut instant = start.elapsed();

    let (done, sets, files) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let (mut killed, mut completed) = ([0, 0], 0);
    std::thread::scope(|scope| {
        // However this ends, the readers have to.
        let _end = SetAtEnd(&done);
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                site.generation(&site.snapshot());
                sets.fetch_add(1, Ordering::Relaxed);
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for number in 0..NAMESPACES {
                    let name = format!("namespace_{number}");
                    let path = site.path("out").join(format!("{name}.json"));
                    let bytes = fs::read(path).expect("a file that is always there");
                    let is_whole = site.shipped.iter().any(|shipped| shipped[&name] == bytes);
                    assert!(is_whole, "{name} is torn: {} bytes", bytes.len());
                }
                files.fetch_add(NAMESPACES, Ordering::Relaxed);
            }
        });
        let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut generation = 1;
        while killed[0] + killed[1] < kills {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let share = (random >> 40) as f64 / (1_u64 << 24) as f64;
            let next = 1 - generation;
            let mut child = site.start(next, "");
            std::thread::sleep(match random >> 39 & 1 {
                0 => instant.mul_f64(share),
                _ => instant.mul_f64(0.8 + 0.4 * share),
            });
            child.kill().expect("a process of ours");
            let status = child.wait().expect("it ended");
            let now = site.generation(&site.snapshot());
            instant = instant.mul_f64(if now == next { 0.97 } else { 1.02 });
            if status.code().is_none() {
                killed[usize::from(now == next)] += 1;
            } else {
                assert!(status.success());
                assert_eq!(now, next);
                completed += 1;
            }
            generation = now;
        }
        assert!(site.ship(generation, "").success());
        site.assert_clean(generation);
    });
    let (sets, files) = (sets.into_inner(), files.into_inner());
    let [old, new] = killed;
    println!(
        "ships killed: {old} before they were made, {new} after; {completed} were too fast; \
         {sets} sets and {files} files read"
    );
    assert!(sets > kills && files > kills);
}

/// Sets a flag when it is dropped.
struct SetAtEnd<'a>(&'a AtomicBool);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
