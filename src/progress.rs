//! How far long work is.

use std::sync::atomic::{AtomicU64, Ordering};

/// How far long work is: counted where it is done, and read by whoever shows it. Share it between
/// threads as it is.
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

    /// Says that so much is to be done, beside what was said before.
    pub fn expect(&self, items: usize) {
        self.total.fetch_add(items as u64, Ordering::Relaxed);
    }

    /// Counts what has been done.
    pub fn add(&self, items: usize) {
        self.done.fetch_add(items as u64, Ordering::Relaxed);
    }

    /// How much has been done.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// How much there is to be done; `None` as long as nobody knows.
    pub fn total(&self) -> Option<u64> {
        Some(self.total.load(Ordering::Relaxed)).filter(|total| *total > 0)
    }
}
