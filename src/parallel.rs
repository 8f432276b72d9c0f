//! Work that is spread over the processors, with the same result as on one thread. Without the
//! feature `threads`, the calling thread does all of it.

#[cfg(feature = "threads")]
use std::{
    cell::Cell,
    num::NonZero,
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
    thread,
};

/// Fewer items than this are not worth a thread.
const MIN_ITEMS: usize = 8;

/// Calls a function with each item, and returns the results in the order of the items.
pub(crate) fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    // Finding out the number of processors takes reading some files.
    let threads = if items.len() < 2 * MIN_ITEMS { 1 } else { processors() };
    map_on(threads, items, work)
}

/// The same on at most `threads` threads. There may be more of them than processors, for work that
/// waits.
pub(crate) fn map_on<T: Send, R: Send>(
    threads: usize,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    share(threads.min(items.len() / MIN_ITEMS), items, work)
}

/// The same with items that are each worth a thread of their own.
pub(crate) fn map_large<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = if items.len() < 2 { 1 } else { processors().min(items.len()) };
    share(threads, items, work)
}

#[cfg(feature = "threads")]
thread_local! {
    /// Whether this thread already does a part of some shared work. Work inside of that is not shared
    /// again, since each thread would start as many threads.
    static HAS_PART: Cell<bool> = const { Cell::new(false) };
}

/// The number of processors that this program may use.
#[cfg(feature = "threads")]
pub(crate) fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// This build can use only one.
#[cfg(not(feature = "threads"))]
pub(crate) fn processors() -> usize {
    1
}

/// Calls two functions, at the same time if possible.
#[cfg(feature = "threads")]
pub(crate) fn both<A: Send, B>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if HAS_PART.get() {
        return (one(), other());
    }
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| resume_unwind(panic)), other)
    })
}

#[cfg(not(feature = "threads"))]
pub(crate) fn both<A, B>(one: impl FnOnce() -> A, other: impl FnOnce() -> B) -> (A, B) {
    (one(), other())
}

#[cfg(feature = "threads")]
fn share<T: Send, R: Send>(threads: usize, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    if threads < 2 || HAS_PART.get() {
        return items.into_iter().map(work).collect();
    }
    // A thread that is done takes the next item, so that no item waits for a thread that was held up.
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let worker = || {
        HAS_PART.set(true);
        let mut done = Vec::new();
        while let Some((place, item)) = next() {
            done.push((place, work(item)));
        }
        done
    };
    let mut results = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let results = workers.into_iter().flat_map(|worker| match worker.join() {
            Ok(results) => results,
            Err(panic) => resume_unwind(panic),
        });
        results.collect::<Vec<(usize, R)>>()
    });
    results.sort_unstable_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(not(feature = "threads"))]
fn share<T, R>(_: usize, items: Vec<T>, work: impl Fn(T) -> R) -> Vec<R> {
    items.into_iter().map(work).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_in_the_order_of_the_items() {
        for count in [0, 1, 7, 8, 9, 16, 17, 1000] {
            let items: Vec<usize> = (0..count).collect();
            let expected: Vec<usize> = items.iter().map(|item| item * 2).collect();
            assert_eq!(super::map(items.clone(), |item| item * 2), expected);
            assert_eq!(super::map_large(items, |item| item * 2), expected);
        }
    }

    #[test]
    fn a_part_is_not_shared_once_more() {
        let here = std::thread::current().id();
        let inside = |_: u32| {
            let (outer, items) = (std::thread::current().id(), (0..100).collect());
            let inner = super::map_on(4, items, |_: u32| std::thread::current().id());
            outer == here || inner.iter().all(|thread| *thread == outer)
        };
        assert!(super::map_on(4, (0..32).collect(), inside).into_iter().all(|one| one));
    }
}
