//! The thread that reads: messages become answers and events.
//!
//! Started by [`Client::connect`](crate::Client::connect). What holds: it keeps what somebody waits for and nothing else;
//! whatever ends it ends the channel, for a reason that is known to all who wait.

use crate::{
    Broken, Closed, Error, Event, ReadDone,
    shared::{Shared, State},
};
use rogue_tcf_wire::{
    Decoder, ErrorReport, Found, Items, Message, Token, Writer,
    locator::{self, Hello},
    streams::{self, Name},
};
use std::{
    io::{ErrorKind, Read},
    sync::Arc,
};

/// Bytes of one read.
const SCRATCH: usize = 256 << 10;

/// Reads until the channel ends.
pub fn run(shared: &Arc<Shared>) {
    let why = receive(shared);
    shared.end(why);
    // Some peers do not notice a bare close.
    shared.finish();
    shared.shut();
    shared.change(|state| state.deaf = true);
}

fn receive(shared: &Arc<Shared>) -> Closed {
    let mut decoder = Decoder::new(shared.options.max_message);
    let mut scratch = vec![0; SCRATCH];
    while !shared.is_over() {
        let mut bytes = match (&shared.stream).read(&mut scratch) {
            Ok(0) if decoder.is_ended() => return Closed::Peer(None),
            Ok(0) => return Closed::Lost("the peer has closed it without a word".to_owned()),
            Ok(n) => &scratch[..n],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) if decoder.is_ended() => return Closed::Peer(None),
            Err(error) => return Closed::Lost(error.to_string()),
        };
        loop {
            match decoder.next(&mut bytes) {
                Ok(None) => break,
                Ok(Some(Found::Message(message))) => {
                    if let Err(closed) = handle(shared, message) {
                        return closed;
                    }
                }
                Ok(Some(Found::End)) => {
                    // It is as good as closed; what it says of that is waited for, but not for ever.
                    let _ =
                        shared.stream.set_read_timeout(Some(shared.options.linger.max(crate::dial::TICK)));
                }
                Ok(Some(Found::Report(report))) => {
                    return Closed::Peer(ErrorReport::of_end(report).map(Box::new));
                }
                Err(wrong) => return Broken::Wire(wrong).into(),
            }
        }
    }
    Closed::Here
}

/// Takes one message.
fn handle(shared: &Arc<Shared>, message: &[u8]) -> Result<(), Closed> {
    let message = Message::parse(message).map_err(Broken::Wire)?;
    let greeted = shared.state().hello.is_some();
    match message {
        Message::Event { service: locator::SERVICE, name: locator::HELLO, args } if !greeted => {
            let hello = Hello::parse(args).map_err(|bad| Broken::Items("Hello", bad))?;
            shared.change(|state| {
                state.form = hello.form();
                state.hello = Some(hello);
            });
            Ok(())
        }
        _ if !greeted => Err(Broken::NotHello.into()),
        Message::Event { service: streams::SERVICE, name, args } => event(shared, name, args),
        Message::Reply { token, results } => answer(shared, &token, |name| outcome(name, results)),
        Message::NotRecognised { token } => answer(shared, &token, |_| Ok(Err(Error::NotRecognised))),
        Message::Command { token, .. } => {
            match shared.say(|out| Writer::not_recognised(out, &token).end()) {
                // Reading comes to the end of the connection itself, behind what lies before it.
                Err(Closed::Lost(_)) => Ok(()),
                said => said,
            }
        }
        Message::Congestion(level) => {
            shared.change(|state| state.congestion = level);
            Ok(())
        }
        // Of other services' events nothing is asked, and Streams has no progress.
        Message::Event { .. } | Message::Progress { .. } => Ok(()),
    }
}

fn event(shared: &Shared, name: &str, args: Items<'_>) -> Result<(), Closed> {
    let event = streams::Event::parse(name, args).map_err(|bad| Broken::Items("event", bad))?;
    // One of another name is of a service that has grown.
    let Some(event) = event.map(Event::from) else { return Ok(()) };
    let most = shared.options.max_events;
    shared.change(|state| {
        if let Event::Disposed(disposed) = &event
            && state.unwanted.remove(&disposed.id)
        {
            return Ok(());
        }
        if state.events.len() + state.unwanted.len() >= most {
            return Err(Broken::Events(most).into());
        }
        state.events.push_back(event);
        Ok(())
    })
}

/// Reads the results of a command.
type Outcome = Result<Result<ReadDone, Error>, Broken>;

fn outcome(name: Name, results: Items<'_>) -> Outcome {
    let wrong = |bad| Broken::Items("reply", bad);
    Ok(match name {
        Name::Read => {
            let reply = streams::ReadReply::parse(results).map_err(wrong)?;
            match reply.error {
                Some(error) => Err(Error::Refused(error.into())),
                None => Ok(ReadDone { data: reply.data.into_owned(), lost: reply.lost, eos: reply.eos }),
            }
        }
        _ => match streams::Done::parse(results).map_err(wrong)?.error {
            Some(error) => Err(Error::Refused(error.into())),
            None => Ok(ReadDone { data: Vec::new(), lost: streams::Lost::NONE, eos: false }),
        },
    })
}

/// Brings an answer to whoever waits for it.
fn answer(shared: &Shared, token: &Token, read: impl FnOnce(Name) -> Outcome) -> Result<(), Closed> {
    let waits = |state: &State| {
        let call = token.number().and_then(|token| Some((token, state.calls.get(&token)?)));
        call.filter(|(_, call)| call.answer.is_none()).map(|(token, call)| (token, call.name, call.size))
    };
    let (token, name, size) = {
        let state = shared.state();
        match waits(&state) {
            Some(call) => call,
            // Calls that nobody waits for are forgotten at the end of the channel, and may be answered behind it.
            None if state.closed.is_some() => return Ok(()),
            None => return Err(Broken::UnknownToken.into()),
        }
    };
    let outcome = read(name)?;
    if let Ok(ReadDone { data, .. }) = &outcome
        && data.len() > size
    {
        return Err(Broken::LongRead { asked: size, got: data.len() }.into());
    }
    shared.change(|state| {
        if let Some(call) = state.calls.get_mut(&token) {
            call.answer = Some(outcome);
            if call.given_up {
                state.calls.remove(&token);
            }
        }
    });
    Ok(())
}
