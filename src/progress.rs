//! The progress of long work.

use std::sync::atomic::{AtomicU64, Ordering};

/// The progress of long work. The working threads count in it, and any other thread can read it at
/// the same time.
///
/// ```
/// use planout::progress::Progress;
/// use planout::{Dialect, catalog, store};
///
/// let progress = Progress::new();
/// let store = store::open("sample-namespaces")?;
/// let namespaces = catalog::read_with(&*store, Dialect::Planout4j, &progress)?;
/// // Another thread could have looked at it in the meantime.
/// assert_eq!(progress.done(), namespaces.len() as u64);
/// assert_eq!(progress.total(), Some(progress.done()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// The progress of work that has not begun.
    pub const fn new() -> Progress {
        Progress { done: AtomicU64::new(0), total: AtomicU64::new(0) }
    }

    /// Adds steps to the number that have to be done.
    pub fn expect(&self, items: usize) {
        self.total.fetch_add(items as u64, Ordering::Relaxed);
    }

    /// Counts steps that have been done.
    pub fn add(&self, items: usize) {
        self.done.fetch_add(items as u64, Ordering::Relaxed);
    }

    /// The number of steps that have been done.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// The number of steps that have to be done; `None` as long as it is unknown.
    pub fn total(&self) -> Option<u64> {
        Some(self.total.load(Ordering::Relaxed)).filter(|total| *total > 0)
    }
}
