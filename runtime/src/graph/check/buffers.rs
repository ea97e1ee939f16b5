//! Receive buffers that a graph asks for and the system will not give.
//!
//! Runs on a finished plan. The parameter is known by its name, [`COUNT`], and with it what a datagram counts as: 1500 bytes,
//! or 9000 with `jumbo`, as in Rogue (spec section 12).

use serde_json::Value;

use crate::graph::plan::Plan;
use crate::graph::report::{Report, Spot};

/// The parameter of the UDP bridges.
const COUNT: &str = "rx_buffer_count";

/// Adds a warning for each node that asks for more than `most` bytes; `spots` has the place of each node's name.
pub fn warn(plan: &Plan, spots: &[Spot], most: Option<u64>, report: &mut Report) {
    let Some(most) = most else { return };
    for (node, spot) in plan.nodes.iter().zip(spots) {
        let Some(count) = node.params.get(COUNT).and_then(Value::as_u64) else { continue };
        let each = if node.params.get("jumbo") == Some(&Value::Bool(true)) { 9000 } else { 1500 };
        let asked = count.saturating_mul(each);
        if asked > most {
            let name = &node.name;
            let message = format!(
                "`{name}` asks for {asked} bytes of receive buffer ({COUNT}), and the system gives at most {most}"
            );
            report
                .warning(*spot, message)
                .help(format!("`sysctl -w net.core.rmem_max={asked}` lets it give them"))
                .said_at_start();
        }
    }
}
