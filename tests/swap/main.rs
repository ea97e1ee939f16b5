//! Stages are swapped while frames flow: nothing is lost, doubled or out of order, and the books say so.

mod desk;
mod keeper;
mod proof;
mod refusals;
mod stages;
mod taps;
mod trial;
