//! What modules ask of the runtime, whatever their packaging: called by the table of functions for plugins, and by what
//! components import.

use super::{claims, nodes};
use crate::pool::{self, PoolSpec};
use rogue_abi::NodeRef;
use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// Nanoseconds since 1970, UTC.
pub fn wall_ns() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}

/// 64 random bits.
pub fn random(node: NodeRef) -> u64 {
    static TURN: AtomicU64 = AtomicU64::new(0);
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(node.0);
    hasher.write_u64(TURN.fetch_add(1, Ordering::Relaxed));
    hasher.finish()
}

/// Logs a line of a node's module.
pub fn log(node: NodeRef, level: log::Level, target: &str, message: &str) {
    let name = nodes::with(node, |_, entry| entry.shared.name.clone()).unwrap_or_else(|| "?".to_owned());
    // `pyrogue.#always` leaves it to the runtime to add the node's name.
    let target = match target.strip_suffix(".#always") {
        Some(head) => format!("{head}.{name}#always"),
        None => target.to_owned(),
    };
    log::log!(target: &target, level, "{}{message}", prefix(&target, &name));
}

/// The node's name in front of what it says, unless the target ends with it already (`pyrogue.view`).
fn prefix(target: &str, name: &str) -> String {
    let last = target.trim_end_matches("#always").rsplit('.').next().unwrap_or_default();
    if last == name { String::new() } else { format!("{name}: ") }
}

/// Sets a node's pool, unless the graph does; `forward`: requests that reach it are passed on.
pub fn set_pool(node: NodeRef, fixed_size: u32, pool_size: u32, forward: bool) {
    let spec = PoolSpec { fixed_size: fixed_size.min(pool::MAX_FRAME_BYTES), pool_size };
    nodes::with(node, |account, entry| {
        let sets = !forward && !entry.shared.pool_is_set();
        if !account.runs_as(node) {
            entry.shared.stage(node, |staged| {
                staged.forward = Some(forward);
                staged.pool = sets.then_some(spec).or(staged.pool);
            });
            return;
        }
        account.set_forward(forward);
        if sets {
            account.set_pool(spec);
        }
    });
}

/// The most frames a node's module wants in one call.
pub fn want_batch(node: NodeRef, frames: u32) {
    nodes::with(node, |account, entry| match account.runs_as(node) {
        true => entry.shared.want_batch(frames),
        false => {
            entry.shared.stage(node, |staged| staged.batch_max = Some(frames));
        }
    });
}

/// Announces something only one node may have; false when another has it. A module that was given up or replaced gets
/// nothing any more.
pub fn claim(node: NodeRef, name: &str) -> bool {
    nodes::with(node, |account, entry| {
        let fresh = claims::is_unclaimed(name).then(|| name.to_owned());
        let runs = account.runs_as(node);
        if !runs && !entry.shared.stage(node, |_| ()) {
            return false;
        }
        let beside = entry.shared.beside.load(Ordering::Acquire);
        let (given, contested) = claims::claim(node, account.id(), name, beside);
        if !runs || contested {
            entry.shared.stage(node, |staged| {
                staged.claims = true;
                staged.contested |= contested;
                staged.fresh_claims.extend(fresh.filter(|_| given));
            });
        }
        given
    })
    .unwrap_or(false)
}

/// A module says that it has failed. Of one that does not run the node is none the worse: a candidate is refused for it, one
/// that was replaced or given up is only heard.
pub fn fault(node: NodeRef, message: &str) {
    nodes::with(node, |account, entry| {
        if account.runs_as(node) {
            entry.shared.set_fault(message);
            for (target, index) in entry.wake.iter().flatten() {
                target.wake(*index);
            }
            return;
        }
        let refused = entry.shared.stage(node, |staged| {
            staged.fault.get_or_insert_with(|| message.to_owned());
        });
        if !refused {
            log::error!("{}: a module that does not run there any more failed: {message}", entry.shared.name);
        }
    });
}

/// Takes an announcement back.
pub fn unclaim(node: NodeRef, name: &str) {
    claims::unclaim(node, name);
}
