//! Failing on demand at any step of a change, so that tests see what is left.

use std::io;

/// One of the steps of a change. With the feature `failpoint`, which only the tests of this crate
/// have, `PLANOUT_FAILPOINT` names the one that is the last: `kill:3` kills the process before the
/// third step, `fail:3` lets it fail. Without the feature this does nothing.
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

/// Ends the process as nothing can catch.
#[cfg(feature = "failpoint")]
fn kill() -> ! {
    let pid = std::process::id().to_string();
    let _ = std::process::Command::new("kill").args(["-KILL", &pid]).status();
    // Not all systems have that.
    std::process::abort()
}
