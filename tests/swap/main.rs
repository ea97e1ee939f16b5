//! Stages are swapped while frames flow: nothing is lost, doubled or out of order, and the books say so.

mod bad;
mod desk;
mod keeper;
mod proof;
mod refusals;
mod reload;
mod reload_ports;
mod stages;
mod taps;
mod timing;
mod trial;
