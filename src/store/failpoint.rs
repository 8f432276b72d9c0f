//! Failures on demand at any step of a change, so that tests see the state that it leaves.

use std::io;

/// One of the steps of a change. With the feature `failpoint`, which only the tests of this crate
/// use, `PLANOUT_FAILPOINT` names the last step: `kill:3` kills the process before the third step,
/// `fail:3` makes the third step fail. Without the feature, this function does nothing.
#[cfg(feature = "failpoint")]
pub(super) fn step() -> io::Result<()> {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static STEP: AtomicUsize = AtomicUsize::new(1);
    let Ok(wanted) = std::env::var("PLANOUT_FAILPOINT") else { return Ok(()) };
    let this = STEP.fetch_add(1, Ordering::Relaxed).to_string();
    match wanted.split_once(':') {
        Some(("kill", step)) if step == this => kill(),
        Some(("fail", step)) if step == this => Err(io::Error::other("failed on demand")),
        _ => Ok(()),
    }
}

#[cfg(not(feature = "failpoint"))]
pub(super) fn step() -> io::Result<()> {
    Ok(())
}

/// Ends the process in a way that it cannot catch.
#[cfg(feature = "failpoint")]
fn kill() -> ! {
    let pid = std::process::id().to_string();
    let _ = std::process::Command::new("kill").args(["-KILL", &pid]).status();
    // Not all systems have such a signal.
    std::process::abort()
}
