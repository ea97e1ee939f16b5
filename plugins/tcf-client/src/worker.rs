//! The thread of the channel: connects, again and again with growing pauses, and has a session each time.
//!
//! Started and ended by `node`. What holds: told to stop, it ends within about twice what closing a channel takes.

use super::{
    session::{End, Session},
    shared::{Exchange, Shared},
};
use rogue_sdk::log;
use rogue_tcf_client::{Client, Closed, Error};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

/// Pause after the first attempt that failed, as that of `tcp-client`.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
/// Longest pause: an agent that comes back is found within two seconds.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Runs until it is told to stop, or a channel has ended and both halves have.
pub fn run(shared: &Arc<Shared>) {
    let (peer, options) = (&shared.settings.peer, shared.settings.options());
    let stop = shared.stop.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // Links do not change in an instance's life. Without one what is read would be dropped.
    let linked = shared.status.node.links(0) > 0;
    let mut pause = PAUSE_FIRST;
    let mut said = String::new();
    // Neither half will be called again: a further channel would serve nobody.
    let over =
        |exchange: &Exchange| exchange.stopping || (exchange.take_ended && (exchange.read_over || !linked));
    while !over(&shared.exchange()) {
        match Client::connect(peer, options.clone(), &stop) {
            Ok(client) => {
                shared.exchange().client = Some(client.clone());
                // Whoever stops it from here on closes the channel.
                let (end, good) = match shared.is_stopping() {
                    true => (End::Stopped, false),
                    false => {
                        shared.status.connects.add(1);
                        shared.status.connected.set(1);
                        log::info!("connected to {peer}");
                        let mut session = Session::new(shared, &client, linked);
                        let end = session.run();
                        let good = session.is_good();
                        session.end();
                        shared.status.disconnects.add(1);
                        (end, good)
                    }
                };
                client.close();
                shared.exchange().client = None;
                shared.status.connected.set(0);
                if good {
                    pause = PAUSE_FIRST;
                    said.clear();
                }
                match end {
                    End::Stopped => {}
                    _ if over(&shared.exchange()) => {}
                    End::Closed(why) => {
                        if let Closed::Broken(_) = why {
                            shared.status.rejected.add(1);
                        }
                        failed(shared, &why.to_string(), &mut said);
                    }
                    End::Refused(why) => failed(shared, &why, &mut said),
                }
            }
            Err(Error::Stopped) => {}
            Err(error) => {
                if let Error::Closed(Closed::Broken(_)) = error {
                    shared.status.rejected.add(1);
                }
                failed(shared, &error.to_string(), &mut said);
            }
        }
        shared.wait(pause, over);
        pause = (pause * 2).min(PAUSE_MAX);
    }
    shared.status.link("stopped");
}

/// Says why there is no channel, once as long as it stays the same.
fn failed(shared: &Shared, why: &str, said: &mut String) {
    shared.status.link(&format!("not connected: {why}"));
    if *said != why {
        log::warn!("no channel to {}: {why}; trying again", shared.settings.peer);
        why.clone_into(said);
    }
}
