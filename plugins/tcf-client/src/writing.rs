//! The stream that is written: frames that are on their way, and what the agent answers.
//!
//! Used by `session`. What holds: a frame is let go when each of its writes is answered; one that is not goes back and is
//! the next by the next channel, under the same number; writes go out in the order of the frames.

use super::{
    node::TcfClient,
    params::{Framing, WRITES},
    shared::{Shared, Taken, cost},
};
use rogue_sdk::{log, prelude::*};
use rogue_tcf_client::{Client, Code, Error, ErrorReport, Pending};
use rogue_tcf_wire::framing::{Encoded, Header};
use std::{collections::VecDeque, sync::Arc};

pub const REFUSED: Reason = TcfClient::CARD.reason("refused");

/// Bytes of one write, where a frame may be written in several.
const PIECE: usize = 1 << 20;

/// A frame on its way.
struct Flight {
    taken: Taken,
    /// Its header; none in raw framing.
    head: Option<Encoded>,
    /// Bytes of head and payload that are sent.
    sent: usize,
    pending: VecDeque<Pending<()>>,
    refused: Option<Box<ErrorReport>>,
}

impl Flight {
    fn head(&self) -> &[u8] {
        self.head.as_ref().map_or(&[], Encoded::as_bytes)
    }

    fn left(&self) -> usize {
        if self.refused.is_some() {
            return 0;
        }
        self.head().len() + self.taken.frame.payload() as usize - self.sent
    }

    /// Its next bytes.
    fn piece(&self, len: usize, to: &mut Vec<u8>) -> rogue_sdk::Result<()> {
        to.clear();
        let head = self.head().get(self.sent..).unwrap_or_default();
        to.extend_from_slice(&head[..head.len().min(len)]);
        let begin = to.len();
        to.resize(len, 0);
        let offset = (self.sent + begin).saturating_sub(self.head().len());
        self.taken.frame.read(u32::try_from(offset)?, &mut to[begin..])?;
        Ok(())
    }
}

/// The stream, if there is one.
pub struct Writing<'a> {
    shared: &'a Arc<Shared>,
    client: &'a Client,
    id: Option<String>,
    flights: VecDeque<Flight>,
    /// Writes that are out.
    out: usize,
    eos: Option<Pending<()>>,
    /// The channel has ended: what is out has no answer.
    ended: Option<Error>,
    scratch: Vec<u8>,
    /// What was said last of a refusal.
    said: String,
}

impl<'a> Writing<'a> {
    pub fn new(shared: &'a Arc<Shared>, client: &'a Client) -> Writing<'a> {
        Writing {
            shared,
            client,
            id: None,
            flights: VecDeque::new(),
            out: 0,
            eos: None,
            ended: None,
            scratch: Vec::new(),
            said: String::new(),
        }
    }

    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// There is a stream to write to.
    pub fn open(&mut self, id: &str) {
        log::info!("writing stream {id}");
        self.id = Some(id.to_owned());
        self.shared.exchange().writable = true;
        self.shared.status.writable.set(1);
        self.shared.status.node.wake_take();
    }

    /// There is none any more: what is not answered waits for another.
    pub fn shut(&mut self) {
        // The channel may have ended as well, which whoever calls knows.
        let _ = self.settle();
        self.close();
        let mut exchange = self.shared.exchange();
        exchange.put_back(self.flights.drain(..).map(|flight| flight.taken));
        drop(exchange);
        self.out = 0;
    }

    /// Nothing more can be written.
    fn close(&mut self) {
        (self.id, self.eos) = (None, None);
        let mut exchange = self.shared.exchange();
        (exchange.writable, exchange.owes_eos, exchange.take_wanted) = (false, false, false);
        drop(exchange);
        self.shared.status.writable.set(0);
        self.shared.status.node.wake_take();
    }

    /// Takes answers, and writes what there is.
    ///
    /// # Errors
    /// The channel has ended.
    pub fn work(&mut self) -> Result<(), Error> {
        self.settle()?;
        while self.out < WRITES
            && let Some(id) = self.id.clone()
            && self.next()
        {
            let Some(flight) = self.flights.back_mut() else { break };
            let most = if flight.head.is_some() { PIECE } else { usize::MAX };
            let len = flight.left().min(most);
            if let Err(error) = flight.piece(len, &mut self.scratch) {
                // Its payload is as long as it says.
                self.shared.status.node.fault(error);
                break;
            }
            flight.pending.push_back(self.client.write(&id, &self.scratch)?);
            flight.sent += len;
            self.out += 1;
        }
        self.scratch.shrink_to(PIECE);
        self.end()
    }

    /// Has a frame at the end of the flights that is not sent yet; whether there is one.
    fn next(&mut self) -> bool {
        if self.flights.back().is_some_and(|flight| flight.left() > 0) {
            return true;
        }
        let mut exchange = self.shared.exchange();
        let Some(mut taken) = exchange.outbox.pop_front() else { return false };
        if taken.sequence.is_some() {
            self.shared.status.resent.add(1);
        }
        let sequence = *taken.sequence.get_or_insert_with(|| {
            let next = exchange.next_sequence;
            exchange.next_sequence += 1;
            next
        });
        exchange.owes_eos = true;
        drop(exchange);
        let frame = &taken.frame;
        let head = (self.shared.settings.framing == Framing::Length).then(|| {
            let header = Header {
                channel: frame.channel().into(),
                flags: frame.flags(),
                error: frame.error(),
                sequence,
                time_ns: u64::try_from(self.shared.status.node.wall().as_nanos()).unwrap_or(u64::MAX),
                payload: frame.payload(),
            };
            header.encode()
        });
        self.flights.push_back(Flight { taken, head, sent: 0, pending: VecDeque::new(), refused: None });
        true
    }

    /// Takes the answers that have come, in the order of the writes.
    fn settle(&mut self) -> Result<(), Error> {
        if let Some(error) = &self.ended {
            return Err(error.clone());
        }
        while let Some(flight) = self.flights.front_mut() {
            while let Some(answer) = flight.pending.front_mut().and_then(Pending::take) {
                flight.pending.pop_front();
                self.out -= 1;
                match answer {
                    Ok(()) => {}
                    // The stream is gone, or this has left it: the frame goes to the next.
                    Err(Error::Refused(report)) if report.is(Code::Cancelled) => {
                        self.gone(&report.to_string());
                        return Ok(());
                    }
                    Err(Error::Refused(report)) => flight.refused = Some(report),
                    Err(error) => {
                        self.ended = Some(error.clone());
                        return Err(error);
                    }
                }
            }
            if !flight.pending.is_empty() || flight.left() > 0 {
                break;
            }
            if let Some(flight) = self.flights.pop_front() {
                self.done(flight);
            }
        }
        Ok(())
    }

    fn gone(&mut self, why: &str) {
        log::info!("the stream that is written is gone: {why}");
        self.close();
        let mut exchange = self.shared.exchange();
        exchange.put_back(self.flights.drain(..).map(|flight| flight.taken));
        drop(exchange);
        self.out = 0;
    }

    /// All that was written of a frame is answered.
    fn done(&mut self, flight: Flight) {
        let Flight { taken, refused, sent, .. } = flight;
        let (status, node) = (self.shared.status, self.shared.status.node);
        let mut exchange = self.shared.exchange();
        exchange.held -= 1;
        exchange.held_bytes -= cost(&taken.frame);
        status.held.set(exchange.held);
        let wanted = std::mem::take(&mut exchange.take_wanted) || exchange.finishing;
        drop(exchange);
        match refused {
            None => status.bytes_written.add(sent as u64),
            Some(report) => {
                node.drop(taken.frame, REFUSED);
                let why = report.to_string();
                if self.said != why {
                    log::warn!("frames are refused: {why}");
                    self.said = why;
                }
                // Nobody can write it any more, or nobody could ever.
                if report.is(Code::Eof) || report.is(Code::Unsupported) {
                    self.close();
                }
            }
        }
        if wanted {
            node.wake_take();
        }
    }

    /// Tells the agent of the end behind the last frame.
    fn end(&mut self) -> Result<(), Error> {
        match (&mut self.eos, &self.id) {
            (Some(eos), _) => {
                let Some(answer) = eos.take() else { return Ok(()) };
                self.eos = None;
                self.shared.exchange().owes_eos = false;
                self.shared.status.node.wake_take();
                match answer {
                    Err(Error::Closed(why)) => Err(why.into()),
                    _ => Ok(()),
                }
            }
            (None, Some(id)) => {
                let due = {
                    let exchange = self.shared.exchange();
                    exchange.finishing && exchange.owes_eos && exchange.outbox.is_empty()
                };
                if due && self.flights.is_empty() {
                    self.eos = Some(self.client.eos(id)?);
                }
                Ok(())
            }
            (None, None) => Ok(()),
        }
    }
}
