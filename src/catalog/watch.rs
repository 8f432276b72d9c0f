//! A thread that keeps a catalog fresh.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{LiveCatalog, LoadError};

/// The shortest time between two looks.
const MIN_PERIOD: Duration = Duration::from_millis(1);

/// A thread that refreshes a catalog. When the `Watch` is dropped, the thread finishes the refresh in
/// progress and ends.
#[derive(Debug)]
pub struct Watch {
    /// Nothing is ever sent. Dropping the sender ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LiveCatalog {
    /// Refreshes the catalog again and again, on a thread of its own, with a pause of `period`
    /// between two refreshes. The thread calls `tell` when another set answers, and when the source
    /// is refused: once for each new reason. It also calls `tell` when the source is as it was before
    /// a refusal.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn watch(
        self: &Arc<Self>,
        period: Duration,
        mut tell: impl FnMut(Result<(), Arc<LoadError>>) + Send + 'static,
    ) -> io::Result<Watch> {
        let (stop, stopped) = channel();
        let live = Arc::clone(self);
        let period = period.max(MIN_PERIOD);
        let work = move || {
            let mut told = live.refused().map(|error| error.to_string());
            while stopped.recv_timeout(period) == Err(RecvTimeoutError::Timeout) {
                let outcome = live.refresh();
                let refused = outcome.as_ref().err().map(ToString::to_string);
                let is_news = refused != told || matches!(outcome, Ok(true));
                told = refused;
                if is_news {
                    tell(outcome.map(drop));
                }
            }
        };
        let thread = thread::Builder::new().name("planout-watch".to_owned()).spawn(work)?;
        Ok(Watch { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.take();
        // `tell` runs on the thread, and may drop the `Watch` there. A thread cannot wait for its own
        // end.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic in `tell` concerns that thread only.
            let _ = thread.join();
        }
    }
}
