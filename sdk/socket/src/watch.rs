//! Sockets that the runtime cannot watch, such as when there is no descriptor left.

use rogue_sdk::{Context, Result};
use std::time::Duration;

/// Pause between two looks at them.
const LOOK: Duration = Duration::from_millis(10);

/// Has a half called after a while if it cannot be called at the right moment.
pub fn or_look_anyway(watched: Result<()>, cx: &Context<'_>) {
    if watched.is_err() {
        cx.wake_at(cx.now() + LOOK);
    }
}
