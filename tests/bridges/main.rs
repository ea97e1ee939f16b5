//! Bridges between processes: over the real libzmq as Rogue uses it, and among our own.
//!
//! Ports are such as the system gives; what runs ends with its test.

mod desk;
mod foul;
mod hosts;
mod libzmq;
mod python;
mod swaps;
mod tcf;
