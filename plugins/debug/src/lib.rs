//! `debug`: shows what arrives: a summary of each frame and its first bytes as hex (what `setDebug` does to Rogue's
//! base slave, spec section 7).
//!
//! Frames and bytes are counted for every node by the runtime (`frame_count`, `byte_count`), as Rogue's base slave
//! counts them.
//!
//! What differs from Rogue: every row has 8 bytes (Rogue's first has 7), the summary names flags and channel too, and
//! the lines are of level info under a target that the runtime always shows, in place of level critical.

mod hex;

use rogue_sdk::prelude::*;

/// How much is shown, and under which name.
#[derive(Params)]
struct DebugParams {
    /// Most bytes shown of a frame; 0 shows nothing of it, not even its summary. A row holds 8 bytes.
    #[param(default = 32, max = 65536, live)]
    max_bytes: u32,
    /// Name of the lines, which come as `pyrogue.<name>`. Absent: the node's name.
    #[param(live)]
    name: Option<String>,
}

struct Debug {
    max_bytes: u32,
    target: String,
}

impl Debug {
    fn set(params: DebugParams) -> Self {
        Debug { max_bytes: params.max_bytes, target: target(params.name.as_deref().unwrap_or("")) }
    }
}

/// The target of the lines: names begin with `pyrogue.` once (spec section 17). `#always` asks the runtime to show
/// them whatever its filter and never to rate-limit them; it puts the node's name where the name is empty.
fn target(name: &str) -> String {
    format!("pyrogue.{}#always", name.strip_prefix("pyrogue.").unwrap_or(name))
}

impl Module for Debug {
    type Params = DebugParams;
    const CARD: Card = Card::sink("debug")
        .about("Shows each frame: a summary and its first bytes as hex")
        .stateless()
        .log("pyrogue");

    fn new(params: DebugParams, _: &Node) -> Result<Self> {
        Ok(Debug::set(params))
    }

    fn reconfigure(&mut self, params: DebugParams) -> Result<Reconfigured> {
        *self = Debug::set(params);
        Ok(Reconfigured::Done)
    }
}

impl Sink for Debug {
    fn accept(&mut self, frame: Frame, _: &Context) -> Result<()> {
        if self.max_bytes == 0 {
            return Ok(());
        }
        let target = self.target.as_str();
        log::info!(
            target: target,
            "size={}, error=0x{:02x}, flags=0x{:04x}, channel={}",
            frame.payload(),
            frame.error(),
            frame.flags(),
            frame.channel()
        );
        let mut shown = vec![0; frame.payload().min(self.max_bytes) as usize];
        frame.read(0, &mut shown)?;
        for row in hex::rows(&shown) {
            log::info!(target: target, "{row}");
        }
        Ok(())
    }
}

export_module!(Debug: Sink);

#[cfg(test)]
mod tests;
