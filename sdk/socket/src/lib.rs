//! What bridges over sockets have in common: addresses as people write them ([`address`]), networks of this machine
//! ([`interface`]), what a successor can use of its predecessor's ([`kin`]), sockets that listen ([`listener`]), who has a
//! port ([`owner`]), what to say where one cannot be had ([`refused`]), sockets that cannot be watched ([`watch`]), and the
//! two modules that each bridge is ([`bridge_module!`]).
//!
//! What holds: only [`address::resolve`] may take long.

pub mod address;
pub mod interface;
pub mod kin;
pub mod listener;
mod module;
pub mod owner;
pub mod refused;
pub mod watch;
