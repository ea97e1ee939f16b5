//! What a client says, message by message, and what it is answered.

use super::{
    connection::{Connection, Gone},
    shared::Shared,
};
use rogue_tcf_wire::{
    Code, ErrorReport, Found, Items, Message, Token, Writer, Wrong, diagnostics,
    locator::{self, Hello},
    streams,
};

impl Connection {
    /// Hears bytes as they came.
    ///
    /// # Errors
    /// Why the channel ends.
    pub fn hear(&mut self, mut bytes: &[u8], shared: &Shared) -> Result<(), Gone> {
        // The decoder lends its message while the rest of this is at work.
        let mut decoder = std::mem::replace(&mut self.decoder, rogue_tcf_wire::Decoder::new(0));
        let heard = loop {
            match decoder.next(&mut bytes) {
                Ok(None) => break Ok(()),
                Ok(Some(Found::Message(message))) => {
                    if let Err(gone) = self.message(message, shared) {
                        break Err(gone);
                    }
                }
                Ok(Some(Found::End | Found::Report(_))) => break Err(Gone::Left),
                Err(wrong) => break Err(Gone::Wrong(wrong)),
            }
        };
        self.decoder = decoder;
        heard
    }

    fn message(&mut self, message: &[u8], shared: &Shared) -> Result<(), Gone> {
        match Message::parse(message).map_err(Gone::Wrong)? {
            Message::Command { token, service, name, args } => {
                self.command(&token, service, name, args, shared);
            }
            // A second Hello means nothing without a redirect.
            Message::Event { service: locator::SERVICE, name: locator::HELLO, args } if !self.greeted => {
                let hello = Hello::parse(args).map_err(|_| Gone::Refused("its Hello lists no services"))?;
                (self.greeted, self.form, self.due) = (true, hello.form(), None);
            }
            // Events of its own services concern nobody here; and reads are what slows us down.
            Message::Event { .. } | Message::Congestion(_) => {}
            Message::Reply { .. } | Message::Progress { .. } | Message::NotRecognised { .. } => {
                return Err(Gone::Refused("it answers what was not asked"));
            }
        }
        Ok(())
    }

    fn command(&mut self, token: &Token, service: &str, name: &str, args: Items<'_>, shared: &Shared) {
        let known = self.greeted
            && match service {
                locator::SERVICE => self.locate(token, name, shared),
                streams::SERVICE => self.stream(token, name, args, shared),
                diagnostics::SERVICE if shared.settings.limits.test_streams => {
                    self.diagnose(token, name, args, shared)
                }
                _ => false,
            };
        if !known {
            self.output.write(|out| Writer::not_recognised(out, token).end());
        }
    }

    fn locate(&mut self, token: &Token, name: &str, shared: &Shared) -> bool {
        let Some(command) = locator::Command::of(name) else { return false };
        let id = format!("rogue-runtime-{}-{}", std::process::id(), shared.status.port.get());
        self.output.write(|out| command.answer(token, &id, out));
        true
    }

    fn stream(&mut self, token: &Token, name: &str, args: Items<'_>, shared: &Shared) -> bool {
        let Some(name) = streams::Name::of(name) else { return false };
        match streams::Command::parse(name, args) {
            Ok(command) => {
                let now = shared.now();
                let answers = {
                    let mut core = shared.core();
                    core.service.command(self.channel, token, command, now);
                    core.service.take(self.channel)
                };
                self.put(answers, shared);
            }
            Err(bad) => {
                let error = self.dated(ErrorReport::from(&bad), shared);
                self.output.write(|out| name.refuse(token, error, out));
            }
        }
        true
    }

    fn diagnose(&mut self, token: &Token, name: &str, args: Items<'_>, shared: &Shared) -> bool {
        match diagnostics::Command::parse(name, args) {
            Ok(None) => return false,
            Ok(Some(command)) => {
                let now = shared.now();
                let answers = {
                    let mut core = shared.core();
                    core.service.diagnose(self.channel, token, command, now);
                    core.service.take(self.channel)
                };
                self.put(answers, shared);
            }
            Err(bad) => {
                let error = Some(self.dated(ErrorReport::from(&bad), shared));
                match name {
                    "createTestStreams" => {
                        let reply = diagnostics::Created { error, ids: None };
                        self.output.write(|out| reply.encode(token, out));
                    }
                    _ => self.output.write(|out| streams::Done { error }.encode(token, out)),
                }
            }
        }
        true
    }

    fn dated(&self, error: ErrorReport, shared: &Shared) -> ErrorReport {
        error.at(shared.status.node.wall().as_millis() as u64)
    }
}

impl From<Wrong> for Gone {
    fn from(wrong: Wrong) -> Gone {
        Gone::Wrong(wrong)
    }
}

/// What a client is told whose write holds no frame.
pub fn no_frame(why: impl std::fmt::Display) -> ErrorReport {
    ErrorReport::new(Code::Other, why)
}
