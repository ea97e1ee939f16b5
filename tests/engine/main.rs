//! The loop, the fence and the books, with modules made of closures: what is delivered, in which order, what
//! happens to frames when a node cannot take, fails or ends, and how it waits.

mod fault;
mod flow;
mod wait;
