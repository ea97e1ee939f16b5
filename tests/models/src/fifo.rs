//! The queue of `fifo`: all of its files but the module around them.

#[path = "../../../plugins/fifo/src/amount.rs"]
pub mod amount;
#[path = "../../../plugins/fifo/src/consumer.rs"]
pub mod consumer;
pub mod params;
#[path = "../../../plugins/fifo/src/producer.rs"]
pub mod producer;
#[path = "../../../plugins/fifo/src/queue.rs"]
pub mod queue;
#[path = "../../../plugins/fifo/src/settings.rs"]
pub mod settings;
