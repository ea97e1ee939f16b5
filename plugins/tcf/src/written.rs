//! Writes of clients become frames.
//!
//! What holds: a write is taken when there is room for frames, and answered when they are all in; bytes of one client are
//! parsed on their own, so that none can spoil another's frames.

use super::{connection::Connection, params::Framing, shared::Shared, speech::no_frame};
use rogue_sdk::{Frame, Result};
use rogue_tcf_wire::{ErrorReport, framing::Header};

/// Takes writes while there is room.
pub fn take(connections: &mut [Connection], shared: &Shared) {
    let mut woken = false;
    loop {
        {
            let mut inbox = shared.inbox();
            if inbox.bytes() >= shared.settings.max_held.max(1) {
                inbox.wanted = true;
                break;
            }
        }
        let taken = {
            let mut core = shared.core();
            core.input.and_then(|input| core.service.next_write(input))
        };
        let Some(taken) = taken else { break };
        let connection = connections.iter_mut().find(|connection| connection.channel == taken.channel);
        let error = connection.and_then(|connection| frames(connection, &taken.data, shared));
        let status = &shared.status;
        status.writes.add(1);
        status.bad_writes.add(error.is_some().into());
        shared.core().service.written(&taken, error);
        woken = true;
    }
    let ended = {
        let core = shared.core();
        core.input.is_some_and(|input| core.service.is_ended(input))
    };
    if ended {
        woken |= !std::mem::replace(&mut shared.inbox().ended, true);
    }
    if woken {
        shared.status.node.wake_give();
    }
}

/// Makes frames of a write; what is wrong with it. What is good of it is taken all the same.
fn frames(connection: &mut Connection, data: &[u8], shared: &Shared) -> Option<ErrorReport> {
    let mut error = None;
    match shared.settings.framing {
        // A write of nothing asks whether it could.
        Framing::Raw if data.is_empty() => {}
        Framing::Raw => error = put(&Header::default(), data, shared).err().map(no_frame),
        Framing::Length => {
            let mut rest = data;
            loop {
                match connection.parser.next(&mut rest) {
                    Ok(None) => break,
                    Ok(Some(framed)) => {
                        if let Err(wrong) = put(&framed.header, &framed.payload, shared) {
                            error.get_or_insert(no_frame(wrong));
                        }
                    }
                    Err(wrong) => {
                        error.get_or_insert(no_frame(wrong));
                    }
                }
            }
        }
    }
    error
}

/// Puts one frame into the inbox.
fn put(header: &Header, payload: &[u8], shared: &Shared) -> Result<()> {
    let channel = u8::try_from(header.channel);
    let channel = channel.map_err(|_| {
        rogue_sdk::Error::new(format_args!("channel {} of a frame is not 0 to 255", header.channel))
    })?;
    let mut frame: Frame = shared.status.node.request(0, u32::try_from(payload.len())?)?;
    frame.write(0, payload)?;
    frame.set_channel(channel);
    frame.set_flags(header.flags);
    frame.set_error(header.error);
    shared.status.frames_written.add(1);
    let mut inbox = shared.inbox();
    inbox.push(frame);
    shared.status.held.set(inbox.len() as u64);
    Ok(())
}
