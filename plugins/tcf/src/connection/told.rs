//! What a successor is told of a client, whose socket it is given.
//!
//! Used by `handover`. What holds: nothing of what the client has said or is to be sent is left out, so that it does not
//! notice.

use super::Connection;
use crate::{output::Output, params::Settings};
use rogue_tcf_service::{Channel, Totals};
use rogue_tcf_wire::{Decoder, Form, framing::Parser};
use serde::{Deserialize, Serialize};
use std::{
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// All but the socket.
#[derive(Serialize, Deserialize)]
pub struct Told {
    addr: SocketAddr,
    channel: Channel,
    decoder: Decoder,
    /// What is to be sent.
    #[serde(with = "rogue_tcf_wire::kept")]
    output: Vec<u8>,
    form: Form,
    greeted: bool,
    parser: Parser,
    due: Option<Duration>,
    closing: bool,
    hung_up: bool,
    shut: bool,
    counted: Totals,
}

impl Connection {
    /// What a successor is to be told.
    pub fn told(&self) -> Told {
        Told {
            addr: self.addr,
            channel: self.channel,
            decoder: self.decoder.clone(),
            output: self.output.bytes(),
            form: self.form,
            greeted: self.greeted,
            parser: self.parser.clone(),
            due: self.due,
            closing: self.closing,
            hung_up: self.hung_up,
            shut: self.shut,
            counted: self.counted,
        }
    }

    /// A predecessor's client.
    pub fn again(stream: TcpStream, told: Told, settings: &Settings) -> Connection {
        let Told { addr, channel, mut decoder, output, form, greeted, mut parser, due, .. } = told;
        decoder.set_limit(settings.max_message);
        parser.set_limit(settings.max_message);
        let mut again = Output::default();
        again.write(|out| *out = output);
        Connection {
            stream,
            addr,
            channel,
            decoder,
            output: again,
            form,
            greeted,
            parser,
            due,
            readable: true,
            closing: told.closing,
            hung_up: told.hung_up,
            shut: told.shut,
            counted: told.counted,
        }
    }
}
