//! The command line from outside: exit codes, flags, signals, every verb's result, and what bad graphs, bad modules,
//! bad files and full disks end in. Each case is a child process that is bounded in time.

mod faults;
mod json_schema;
mod killed;
mod late;
mod limits;
mod modules;
mod permission;
mod place;
mod recordings;
mod runs;
mod signals;
mod texts;
mod verbs;
mod writer;
