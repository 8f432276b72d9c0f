//! Work that is spread over the processors, with the same result as without. Without the feature `threads`, all of it
//! is done by the thread that asks.

#[cfg(feature = "threads")]
use std::{
    num::NonZero,
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
    thread,
};

/// Fewer items than this are not worth a thread.
const MIN_ITEMS: usize = 8;

/// Does something with each item, and returns the results in the order of the items.
pub(crate) fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    // How many processors there are takes some files to find out.
    let threads = if items.len() < 2 * MIN_ITEMS { 1 } else { processors() };
    map_on(threads, items, work)
}

/// The same on at most so many threads: more than there are processors, where the work is waiting.
pub(crate) fn map_on<T: Send, R: Send>(
    threads: usize,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    match threads.min(items.len() / MIN_ITEMS) {
        0 | 1 => items.into_iter().map(work).collect(),
        threads => share(threads, items, work),
    }
}

/// How many processors there are for this program.
#[cfg(feature = "threads")]
pub(crate) fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// One, as far as this build can use them.
#[cfg(not(feature = "threads"))]
pub(crate) fn processors() -> usize {
    1
}

/// Does two things, at the same time if that can be.
#[cfg(feature = "threads")]
pub(crate) fn both<A: Send, B>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
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
    // Whoever is done takes the next one, so that nobody waits for a thread that was held up.
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let worker = || {
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
            assert_eq!(super::map(items, |item| item * 2), expected);
        }
    }
}
