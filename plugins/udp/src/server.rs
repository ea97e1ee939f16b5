//! `udp-server` (Rogue's `udp.Server`, spec section 12).

use super::{
    bridge::Bridge,
    give::BridgeGive,
    params::{ServerParams, Settings},
    status::{COUNTERS, DROPS, READINGS},
    take::BridgeTake,
};
use rogue_sdk::prelude::*;

/// The module.
pub struct UdpServer(Bridge);

impl Module for UdpServer {
    type Params = ServerParams;
    const CARD: Card = Card::endpoint("udp-server")
        .bridge()
        .about("Exchanges datagrams as Rogue's udp.Server does: hears everybody at a port, and answers")
        .readings(READINGS)
        .counters(COUNTERS)
        .drops(DROPS)
        .log("pyrogue.udp.Server");

    fn check(params: &ServerParams) -> Result<()> {
        Settings::from(params).check()
    }

    fn new(params: ServerParams, node: &Node) -> Result<Self> {
        Bridge::new(Settings::from(&params), node).map(UdpServer)
    }

    fn start(&mut self) -> Result<()> {
        self.0.start()
    }

    fn stop(&mut self) {
        self.0.stop();
    }

    fn release_held(&mut self, held: &mut Held) {
        self.0.release_held(held);
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        self.0.adopt(held)
    }
}

impl Endpoint for UdpServer {
    type Take = BridgeTake;
    type Give = BridgeGive;

    fn split(&mut self, node: &Node) -> Result<(BridgeTake, BridgeGive)> {
        Ok(self.0.halves(node))
    }
}
