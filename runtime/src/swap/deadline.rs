//! Cold calls into modules, on a helper thread with a deadline: a module that does not return keeps nobody
//! waiting.

use crossbeam_channel::bounded;
use std::time::Duration;

/// How long a cold call may take before the module is given up.
pub const COLD_CALL: Duration = Duration::from_secs(10);

/// Runs `body` on a thread of its own and waits for it until `longest` has passed. `None`: it did not return
/// in time (the thread, and all that `body` owns, is left alone), or no thread could be made, or it panicked.
pub(crate) fn within<T: Send + 'static>(
    name: &str,
    longest: Duration,
    body: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (give, take) = bounded(1);
    let thread = std::thread::Builder::new().name(format!("cold-{name}"));
    let spawned = thread.spawn(move || {
        let _ = give.send(body());
    });
    match spawned {
        Ok(_) => take.recv_timeout(longest).ok(),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_result_or_gives_up() {
        assert_eq!(within("quick", COLD_CALL, || 7), Some(7));
        let (keep, wait) = bounded::<()>(0);
        assert_eq!(within("late", Duration::from_millis(1), move || wait.recv().is_ok()), None);
        drop(keep);
        assert_eq!(within("panics", COLD_CALL, || -> u8 { std::panic::resume_unwind(Box::new(())) }), None);
    }
}
