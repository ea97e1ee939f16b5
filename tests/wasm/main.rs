//! Components: what a sandbox keeps in, what it lets through, and the files they come in.

mod c;
mod contract;
mod damaged;
mod desk;
mod dist;
mod liar;
mod python;
mod released;
mod same;
mod sandbox;
mod stage;
mod stream;
