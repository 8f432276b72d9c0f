//! The line on the terminal that shows the progress of long work.

mod line;

use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use planout::progress::Progress;

#[cfg(feature = "batch")]
pub(super) use self::line::grouped;
use self::line::{Line, State};
use super::Context;
use super::secrets::Secrets;
use super::text::visible;

/// The time between two changes of the line.
const PAUSE: Duration = Duration::from_millis(100);

/// The width of a terminal whose width is unknown.
const DEFAULT_WIDTH: usize = 80;

/// The codes that go back to the beginning of the line and clear it.
const CLEAR: &str = "\r\x1b[2K";

/// The line, which is shown as long as this value lives. It is shown only on a terminal, and not with
/// `--quiet`.
pub(super) struct Bar {
    progress: Arc<Progress>,
    painter: Option<Painter>,
}

struct Painter {
    /// Dropping this ends the thread.
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// The number of bytes of a file that have been read, and its size.
pub(super) struct Bytes {
    pub(super) read: Arc<AtomicU64>,
    pub(super) size: u64,
}

impl Bar {
    /// The line for work that counts its units, such as `namespaces`.
    pub(super) fn new(label: &str, unit: &'static str, context: &Context) -> Bar {
        Bar::start(label, unit, None, !context.output.is_quiet())
    }

    fn start(label: &str, unit: &'static str, bytes: Option<Bytes>, is_wanted: bool) -> Bar {
        let progress = Arc::new(Progress::new());
        let is_shown = is_wanted && can_show();
        let painter = is_shown.then(|| {
            let line = Line::new(&visible(&Secrets::known().hide(label)), unit);
            let progress = Arc::clone(&progress);
            let (stop, stopped) = mpsc::channel();
            let paint = move || paint(&line, &progress, bytes.as_ref(), &stopped);
            // The work goes on even if the line cannot be shown.
            let thread = thread::Builder::new().spawn(paint).ok()?;
            Some(Painter { stop, thread })
        });
        Bar { progress, painter: painter.flatten() }
    }

    /// The counter of the work.
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }
}

#[cfg(feature = "batch")]
impl Bar {
    /// The line for work that ends with a file, if the size of the file is known.
    pub(super) fn of_file(
        label: &str,
        unit: &'static str,
        bytes: Option<Bytes>,
        is_wanted: bool,
    ) -> Bar {
        Bar::start(label, unit, bytes, is_wanted)
    }

    /// Sets the number of finished steps, which was counted elsewhere.
    pub(super) fn reach(&self, done: u64) {
        let more = done.saturating_sub(self.progress.done());
        self.progress.add(usize::try_from(more).unwrap_or(usize::MAX));
    }
}

impl Drop for Bar {
    /// Removes the line.
    fn drop(&mut self) {
        if let Some(Painter { stop, thread }) = self.painter.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

/// Whether standard error is a terminal on which a line can be replaced.
fn can_show() -> bool {
    stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Updates the line until the work ends.
fn paint(line: &Line, progress: &Progress, bytes: Option<&Bytes>, stopped: &Receiver<()>) {
    let start = Instant::now();
    let mut is_there = false;
    // Short work needs no line.
    let mut pause = 3 * PAUSE;
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(pause) {
        pause = PAUSE;
        let done = progress.done();
        let share = match bytes {
            Some(Bytes { read, size }) => share(read.load(Ordering::Relaxed), *size),
            None => progress.total().and_then(|total| share(done, total)),
        };
        let state = State { done, share, seconds: start.elapsed().as_secs_f64() };
        // The work goes on even if the line cannot be written.
        let _ = write!(stderr(), "{CLEAR}{}", line.fit(&state, width()));
        is_there = true;
    }
    if is_there {
        let _ = write!(stderr(), "{CLEAR}");
    }
}

fn share(done: u64, total: u64) -> Option<f64> {
    (total > 0).then(|| (done as f64 / total as f64).min(1.0))
}

/// The number of usable columns: some terminals start a new line when the last column is written.
fn width() -> usize {
    let size = terminal_size::terminal_size_of(stderr());
    size.map_or(DEFAULT_WIDTH, |(width, _)| width.0.into()).saturating_sub(1)
}
