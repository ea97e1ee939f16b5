//! `tcp-client`: connects to two ports of a server (Rogue's `TcpClient`, spec section 11).

use super::{
    bridge::Bridge,
    give::BridgeGive,
    params::{ClientParams, Settings},
    status::{COUNTERS, DROPS, READINGS},
    take::BridgeTake,
};
use rogue_sdk::prelude::*;

/// The module.
pub struct TcpClient(Bridge);

impl Module for TcpClient {
    type Params = ClientParams;
    const CARD: Card = Card::endpoint("tcp-client")
        .bridge()
        .about("Exchanges frames with Rogue's TcpServer, or with tcp-server, over TCP")
        .readings(READINGS)
        .counters(COUNTERS)
        .drops(DROPS)
        .log("pyrogue.stream.TcpCore");

    fn check(params: &ClientParams) -> Result<()> {
        Settings::from(params).check()
    }

    fn new(params: ClientParams, node: &Node) -> Result<Self> {
        Bridge::new(Settings::from(&params), node).map(TcpClient)
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

impl Endpoint for TcpClient {
    type Take = BridgeTake;
    type Give = BridgeGive;

    fn split(&mut self, node: &Node) -> Result<(BridgeTake, BridgeGive)> {
        Ok(self.0.halves(node))
    }
}
