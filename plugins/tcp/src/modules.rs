//! `tcp-server` and `tcp-client` (spec section 11): a card each, and a [`Bridge`] behind it.

use super::{
    bridge::Bridge,
    give::BridgeGive,
    params::{ClientParams, ServerParams, Settings},
    status::{COUNTERS, DROPS, READINGS},
    take::BridgeTake,
};
use rogue_socket::bridge_module;

bridge_module!(
    /// Listens on two ports: Rogue's `TcpServer`.
    TcpServer(ServerParams) = "tcp-server",
    "Exchanges frames with Rogue's TcpClient, or with tcp-client, over TCP",
    "pyrogue.stream.TcpCore"
);
bridge_module!(
    /// Connects to two ports of a server: Rogue's `TcpClient`.
    TcpClient(ClientParams) = "tcp-client",
    "Exchanges frames with Rogue's TcpServer, or with tcp-server, over TCP",
    "pyrogue.stream.TcpCore"
);
