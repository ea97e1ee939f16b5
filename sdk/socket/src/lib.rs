//! What bridges over sockets have in common: addresses as people write them ([`address`]), networks of this machine
//! ([`interface`]), who has a port ([`owner`]), and what to say where one cannot be had ([`refused`]).
//!
//! What holds: nothing here opens a socket, and only [`address::resolve`] may take long.

pub mod address;
pub mod interface;
pub mod owner;
pub mod refused;
