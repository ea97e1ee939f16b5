//! `udp-client` (Rogue's `udp.Client`, spec section 12).

use super::{
    bridge::Bridge,
    give::BridgeGive,
    params::{ClientParams, Settings},
    status::{COUNTERS, DROPS, READINGS},
    take::BridgeTake,
};
use rogue_sdk::prelude::*;

/// The module.
pub struct UdpClient(Bridge);

impl Module for UdpClient {
    type Params = ClientParams;
    const CARD: Card = Card::endpoint("udp-client")
        .bridge()
        .about("Exchanges datagrams as Rogue's udp.Client does: sends to one host, and hears what comes back")
        .readings(READINGS)
        .counters(COUNTERS)
        .drops(DROPS)
        .log("pyrogue.udp.Client");

    fn check(params: &ClientParams) -> Result<()> {
        Settings::from(params).check()
    }

    fn new(params: ClientParams, node: &Node) -> Result<Self> {
        Bridge::new(Settings::from(&params), node).map(UdpClient)
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

impl Endpoint for UdpClient {
    type Take = BridgeTake;
    type Give = BridgeGive;

    fn split(&mut self, node: &Node) -> Result<(BridgeTake, BridgeGive)> {
        Ok(self.0.halves(node))
    }
}
