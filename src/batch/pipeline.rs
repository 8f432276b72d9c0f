//! Work on the pieces of a stream by several threads. The results are in the order of the pieces.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::error::Error;

/// The number of pieces that wait for each worker, and of its waiting results: the smallest number
/// that keeps it busy.
const WAITING: usize = 1;

/// Gets pieces from `next`, gives each to a worker, and passes the results to `write` in order. A
/// worker sends results before the end of a piece if they would take too much memory, as long as they
/// are wanted, and returns the last result of the piece. With one thread, all work is done on the
/// calling thread.
///
/// If the work ends early, the reading thread is not waited for. It may be waiting for a pipe, and
/// ends after its next read.
pub(super) fn run<T, D, W>(
    threads: usize,
    mut next: impl FnMut() -> Result<Option<T>, Error> + Send + 'static,
    worker: impl Fn() -> W + Sync,
    mut write: impl FnMut(D) -> Result<(), Error>,
) -> Result<(), Error>
where
    T: Send + 'static,
    D: Send,
    W: FnMut(T, &mut dyn FnMut(D) -> bool) -> D,
{
    if threads < 2 {
        let mut work = worker();
        while let Some(piece) = next()? {
            let mut written = Ok(());
            let last = work(piece, &mut |result| {
                written = write(result);
                written.is_ok()
            });
            written?;
            write(last)?;
        }
        return Ok(());
    }
    thread::scope(|scope| {
        let mut pieces = Vec::with_capacity(threads);
        let mut results = Vec::with_capacity(threads);
        for _ in 0..threads {
            let (piece, from_reader) = sync_channel(WAITING);
            let (to_writer, result) = sync_channel(WAITING);
            let worker = &worker;
            scope.spawn(move || serve(worker(), from_reader, to_writer));
            pieces.push(piece);
            results.push(result);
        }
        let (end, ended) = sync_channel(1);
        thread::spawn(move || {
            let outcome = deal(next, &pieces);
            // No thread may wait for the reader any longer.
            let _ = end.send(outcome);
        });
        // Workers get pieces in turn, so their results are also taken in turn.
        'turns: for results in results.iter().cycle() {
            loop {
                let Ok((result, is_last)) = results.recv() else { break 'turns };
                write(result)?;
                if is_last {
                    break;
                }
            }
        }
        // The sender can be gone only because of a panic. Treating that as the end of the input would
        // lose rows silently.
        ended
            .recv()
            .unwrap_or_else(|_| Err(Error::unfit("reading the input stopped before its end")))
    })
}

/// Gives the pieces to the workers in turn.
fn deal<T>(
    mut next: impl FnMut() -> Result<Option<T>, Error>,
    workers: &[SyncSender<T>],
) -> Result<(), Error> {
    for worker in workers.iter().cycle() {
        let Some(piece) = next()? else { break };
        // A worker that is gone has no receiver for its results.
        if worker.send(piece).is_err() {
            break;
        }
    }
    Ok(())
}

/// Sends each result, with a flag for the last result of its piece.
fn serve<T, D>(
    mut work: impl FnMut(T, &mut dyn FnMut(D) -> bool) -> D,
    pieces: Receiver<T>,
    results: SyncSender<(D, bool)>,
) {
    for piece in pieces {
        let last = work(piece, &mut |result| results.send((result, false)).is_ok());
        if results.send((last, true)).is_err() {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mark of a result that is sent before the last one of a piece.
    const PART: u64 = u64::MAX;

    fn run_on(threads: usize, count: u64, fail_at: Option<u64>) -> (Vec<u64>, Result<(), Error>) {
        let mut pieces = 0..count;
        let (mut written, mut parts) = (Vec::new(), 0);
        let outcome = run(
            threads,
            move || Ok(pieces.next()),
            || {
                |piece: u64, give: &mut dyn FnMut(u64) -> bool| {
                    // Some pieces take long, and some have several results.
                    let rounds = if piece.is_multiple_of(5) { 20_000 } else { 1 };
                    let last = (0..rounds)
                        .fold(piece * 2, |sum, round| std::hint::black_box(sum + round - round));
                    if piece.is_multiple_of(3) {
                        (0..3).take_while(|_| give(PART)).for_each(drop);
                    }
                    last
                }
            },
            |result| match fail_at {
                Some(at) if result == at * 2 => Err(Error::unfit("stop")),
                _ if result == PART => {
                    parts += 1;
                    Ok(())
                }
                _ => {
                    written.push(result);
                    Ok(())
                }
            },
        );
        assert_eq!(parts, 3 * (written.len() + usize::from(outcome.is_err())).div_ceil(3));
        (written, outcome)
    }

    #[test]
    fn results_are_in_the_order_of_the_pieces() {
        for threads in [1, 2, 3, 7] {
            for count in [0, 1, 2, 6, 7, 8, 100] {
                let (written, outcome) = run_on(threads, count, None);
                assert!(outcome.is_ok());
                assert_eq!(written, (0..count).map(|piece| piece * 2).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_failure_to_write_ends_all() {
        for threads in [1, 2, 7] {
            let (written, outcome) = run_on(threads, u64::MAX, Some(50));
            assert!(outcome.is_err());
            assert_eq!(written.len(), 50);
        }
    }

    #[test]
    fn a_failure_to_read_comes_after_what_was_read() {
        for threads in [1, 2, 7] {
            let mut left = 10;
            let mut written = 0;
            let next = move || {
                left -= 1;
                if left < 0 { Err(Error::unfit("broken")) } else { Ok(Some(())) }
            };
            let outcome = run(
                threads,
                next,
                || |(), _: &mut dyn FnMut(()) -> bool| (),
                |()| {
                    written += 1;
                    Ok(())
                },
            );
            assert!(outcome.is_err());
            assert_eq!(written, 10);
        }
    }
}
