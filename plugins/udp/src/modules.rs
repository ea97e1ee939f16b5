//! `udp-server` and `udp-client` (spec section 12): a card each, and a [`Bridge`] behind it.

use super::{
    bridge::Bridge,
    give::BridgeGive,
    params::{ClientParams, ServerParams, Settings},
    status::{COUNTERS, DROPS, READINGS},
    take::BridgeTake,
};
use rogue_sdk::prelude::*;

macro_rules! bridge {
    ($(#[$doc:meta])* $module:ident($params:ty) = $name:literal, $about:literal, $log:literal) => {
        $(#[$doc])*
        pub struct $module(Bridge);

        impl Module for $module {
            type Params = $params;
            const CARD: Card = Card::endpoint($name)
                .bridge()
                .about($about)
                .readings(READINGS)
                .counters(COUNTERS)
                .drops(DROPS)
                .log($log);

            fn check(params: &$params) -> Result<()> {
                Settings::from(params).check()
            }

            fn new(params: $params, node: &Node) -> Result<Self> {
                Bridge::new(Settings::from(&params), node).map($module)
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

        impl Endpoint for $module {
            type Take = BridgeTake;
            type Give = BridgeGive;

            fn split(&mut self, node: &Node) -> Result<(BridgeTake, BridgeGive)> {
                Ok(self.0.halves(node))
            }
        }
    };
}

bridge!(
    /// Rogue's `udp.Server`.
    UdpServer(ServerParams) = "udp-server",
    "Exchanges datagrams as Rogue's udp.Server does: hears everybody at a port, and answers",
    "pyrogue.udp.Server"
);
bridge!(
    /// Rogue's `udp.Client`.
    UdpClient(ClientParams) = "udp-client",
    "Exchanges datagrams as Rogue's udp.Client does: sends to one host, and hears what comes back",
    "pyrogue.udp.Client"
);
