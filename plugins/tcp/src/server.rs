//! `tcp-server`: listens on two ports (Rogue's `TcpServer`, spec section 11).

use super::{
    bridge::Bridge,
    give::BridgeGive,
    params::{ServerParams, Settings},
    status::{COUNTERS, DROPS, READINGS},
    take::BridgeTake,
};
use rogue_sdk::prelude::*;

/// The module.
pub struct TcpServer(Bridge);

impl Module for TcpServer {
    type Params = ServerParams;
    const CARD: Card = Card::endpoint("tcp-server")
        .bridge()
        .about("Exchanges frames with Rogue's TcpClient, or with tcp-client, over TCP")
        .readings(READINGS)
        .counters(COUNTERS)
        .drops(DROPS)
        .log("pyrogue.stream.TcpCore");

    fn check(params: &ServerParams) -> Result<()> {
        Settings::from(params).check()
    }

    fn new(params: ServerParams, node: &Node) -> Result<Self> {
        Bridge::new(Settings::from(&params), node).map(TcpServer)
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

impl Endpoint for TcpServer {
    type Take = BridgeTake;
    type Give = BridgeGive;

    fn split(&mut self, node: &Node) -> Result<(BridgeTake, BridgeGive)> {
        Ok(self.0.halves(node))
    }
}
