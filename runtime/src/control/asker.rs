//! The way from any thread to the one that attends to the run.
//!
//! Used by connections to the socket, and by what reloads the graph on its own. What holds: what takes long is done on the
//! thread of whoever asks; a run that has ended answers so.

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{
    apply::{Applied, Desk, apply, finish},
    command::{Command, Refusal},
    proof,
    work::Ready,
};
use crate::swap::Running;

/// How often a change is prepared anew because others change the same.
const ROUNDS: usize = 8;

/// What is asked of the thread that attends to the run.
pub struct Request {
    work: Work,
    reply: Sender<Applied>,
}

enum Work {
    Command(Command),
    Ready(Ready),
}

impl Request {
    /// Does it.
    pub fn serve(self, running: &mut Running, desk: &mut Desk<'_>) {
        let applied = match self.work {
            Work::Command(command) => apply(command, running, desk),
            Work::Ready(ready) => finish(ready, running, desk),
        };
        // Who asked may be gone.
        drop(self.reply.send(applied));
    }
}

/// Asks.
#[derive(Clone)]
pub struct Asker(Sender<Request>);

impl Asker {
    /// With the other end, at which so many may wait.
    pub fn new(most: usize) -> (Asker, Receiver<Request>) {
        let (ask, requests) = bounded(most);
        (Asker(ask), requests)
    }

    /// Has a command done; what takes long is done here meanwhile, as long as whoever asks is `there`. What comes is done, or
    /// a tap.
    ///
    /// # Errors
    /// Why it was not done.
    pub fn ask(&self, command: Command, there: &mut dyn FnMut() -> bool) -> Result<Applied, Refusal> {
        let mut work = Work::Command(command);
        for _ in 0..ROUNDS {
            match self.hand_in(work)? {
                Applied::Prepare(prepare) => {
                    let ready = match prepare()? {
                        Ready::Node(ready) => Ready::Node(Box::new(proof::rehearsed(*ready, there)?)),
                        ready => ready,
                    };
                    work = Work::Ready(ready);
                }
                Applied::Shadow(ticket, ready) => {
                    let ready = proof::shadowed(*ready, &ticket, there)?;
                    work = Work::Ready(Ready::Node(Box::new(ready)));
                }
                applied => return Ok(applied),
            }
        }
        Err(Refusal::refused("others change the same all the time; nothing was changed, ask again"))
    }

    fn hand_in(&self, work: Work) -> Result<Applied, Refusal> {
        let gone = || Refusal::gone("the run has ended");
        let (reply, answer) = bounded(1);
        self.0.send(Request { work, reply }).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())
    }
}
