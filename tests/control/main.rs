//! A running graph, asked from outside: the verbs for it, several runs on one machine, who may ask, and clients that
//! are hostile, slow or silent. Each run is a child process with a private folder for its socket.

mod at_once;
mod bridges;
mod desk;
mod files;
mod found;
mod hostile;
mod language;
mod metrics;
mod proof;
mod reloads;
mod swaps;
mod taps;
mod verbs;
mod walk;
mod watchdog;
