//! `udp-server` and `udp-client` (spec section 12): a card each, and a [`Bridge`] behind it.

use super::{
    bridge::Bridge,
    give::BridgeGive,
    params::{ClientParams, ServerParams, Settings},
    status::{COUNTERS, DROPS, READINGS},
    take::BridgeTake,
};
use rogue_socket::bridge_module;

bridge_module!(
    /// Rogue's `udp.Server`.
    UdpServer(ServerParams) = "udp-server",
    "Exchanges datagrams as Rogue's udp.Server does: hears everybody at a port, and answers",
    "pyrogue.udp.Server"
);
bridge_module!(
    /// Rogue's `udp.Client`.
    UdpClient(ClientParams) = "udp-client",
    "Exchanges datagrams as Rogue's udp.Client does: sends to one host, and hears what comes back",
    "pyrogue.udp.Client"
);
