//! The sending side of a bridge.
//!
//! Used by `take`, and by the module itself while no half is being called. What holds: frames go out in order, and nothing
//! waits for more of them; a frame that is not sent whole is dropped under a reason.

use super::{
    modules::UdpServer,
    open::Open,
    outgoing::{DATAGRAM_MAX, Fate, Next, Outgoing},
    params::Settings,
    peer::Peer,
    status::Status,
    sys,
};
use rogue_sdk::prelude::*;
use rogue_socket::{address::shown, watch::or_look_anyway};
use socket2::SockAddr;
use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    os::fd::AsFd,
    sync::Arc,
    time,
};

// Both modules have the same reasons, in the same order.
pub const ERRORED: Reason = UdpServer::CARD.reason("errored");
pub const EMPTY: Reason = UdpServer::CARD.reason("empty");
const CUT_SHORT: Reason = UdpServer::CARD.reason("cut_short");
const TOO_BIG: Reason = UdpServer::CARD.reason("too_big");
const NO_PEER: Reason = UdpServer::CARD.reason("no_peer");
const FAILED: Reason = UdpServer::CARD.reason("failed");

/// Least time between two warnings that there is no room.
const TIMEOUT_LEAST: time::Duration = time::Duration::from_millis(1);
/// The sending side.
pub struct Sender {
    settings: Arc<Settings>,
    status: Status,
    node: Node,
    peer: Peer,
    pub open: Option<Open>,
    pub queue: Outgoing,
    /// The peer as the system wants it, and as of which change.
    to: Option<(SockAddr, SocketAddr)>,
    seen: Option<u64>,
    /// Datagrams of this length and above are not sent in runs: the system has refused that.
    run_limit: usize,
    blocked: Option<time::Duration>,
    finished: bool,
}

impl Sender {
    pub fn new(settings: &Arc<Settings>, status: &Status, node: &Node, peer: &Peer) -> Sender {
        Sender {
            settings: settings.clone(),
            status: status.clone(),
            node: *node,
            peer: peer.clone(),
            open: None,
            queue: Outgoing::default(),
            to: None,
            seen: None,
            run_limit: usize::MAX,
            blocked: None,
            finished: false,
        }
    }

    /// Frames taken and not sent.
    pub fn held(&self) -> usize {
        self.queue.len()
    }

    /// Looks whom frames go to.
    fn look(&mut self) {
        let changes = self.peer.changes();
        if self.seen != Some(changes) {
            self.seen = Some(changes);
            self.to = self.peer.get().map(|peer| (SockAddr::from(peer), peer));
            // What one network refuses another may take.
            self.run_limit = usize::MAX;
        }
    }

    /// Sends what there is room for.
    pub fn send(&mut self, cx: &Context<'_>) {
        self.look();
        self.blocked = match self.flush() {
            true => None,
            false => Some(self.blocked.unwrap_or(cx.now())),
        };
        self.status.held(self.queue.len());
    }

    /// Whether all went.
    fn flush(&mut self) -> bool {
        let Some(open) = self.open.clone() else { return self.queue.len() == 0 };
        loop {
            let Some((to, peer)) = &self.to else {
                self.drop_all();
                return true;
            };
            let mut slices = Vec::with_capacity(sys::RUN_MAX);
            let most = if open.runs.0 { sys::RUN_MAX } else { 1 };
            let (count, each) = match self.queue.next(&mut slices, most) {
                Next::Nothing => return true,
                Next::TooBig(len) => {
                    self.status.warn(format_args!(
                        "a buffer of {len} bytes is longer than any datagram (65507 bytes): not sent"
                    ));
                    self.done(1, Fate::TooBig);
                    continue;
                }
                Next::Run { each, .. } if each >= self.run_limit => {
                    slices.truncate(1);
                    (1, each)
                }
                Next::Run { count, each } => (count, each),
            };
            let run = if count > 1 { u16::try_from(each).ok() } else { None };
            match sys::send(&open.socket, to, &slices, run) {
                Ok(_) => {
                    self.status.datagrams_out.add(count as u64);
                    self.done(count, Fate::Sent);
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return false,
                    ErrorKind::Interrupted => {}
                    // Datagrams that are longer than a packet of the network, or a device that cannot: one by one they go.
                    _ if count > 1 && refuses_runs(&error) => self.run_limit = each,
                    _ => {
                        let peer = shown(*peer);
                        self.status
                            .warn(format_args!("{count} of {each} bytes cannot be sent to {peer}: {error}"));
                        self.done(count, Fate::Failed);
                    }
                },
            }
        }
    }

    fn done(&mut self, datagrams: usize, fate: Fate) {
        let node = &self.node;
        self.queue.done(datagrams, fate, |frame, fate| match fate {
            Fate::Sent => drop(frame),
            Fate::TooBig => node.drop(frame, TOO_BIG),
            Fate::Failed => node.drop(frame, FAILED),
            Fate::CutShort => node.drop(frame, CUT_SHORT),
        });
    }

    /// There is nobody to send to.
    fn drop_all(&mut self) {
        let (frames, _) = self.queue.take();
        if !frames.is_empty() {
            self.status.warn(format_args!(
                "{} frames are dropped: nobody was heard yet to send them to",
                frames.len()
            ));
        }
        frames.into_iter().for_each(|frame| self.node.drop(frame, NO_PEER));
    }

    /// Has the taking half called when there is room again, and warns when that takes long.
    pub fn watch(&mut self, cx: &Context<'_>) {
        let (Some(since), Some(open)) = (self.blocked, &self.open) else { return };
        let timeout = self.settings.timeout.max(TIMEOUT_LEAST);
        let mut due = since + timeout;
        if cx.now() >= due {
            self.status.timeouts.add(1);
            self.status.warn(format_args!(
                "there was no room to send for {timeout:?} ({} frames wait); trying on",
                self.queue.len()
            ));
            self.blocked = Some(cx.now());
            due = cx.now() + timeout;
        }
        or_look_anyway(cx.watch_write(open.socket.as_fd(), true), cx);
        cx.wake_at(due);
    }

    /// The last frame is sent; from now on nothing will be.
    pub fn finish(&mut self) {
        self.finished = true;
    }

    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Gives the socket up; frames that are not sent stay with the node, which answers for them.
    pub fn close(&mut self) -> Option<Open> {
        let open = self.open.take()?;
        self.node.unwatch(open.socket.as_fd(), true);
        self.blocked = None;
        Some(open)
    }
}

/// Whether an error is about the run, and not about its datagrams.
fn refuses_runs(error: &io::Error) -> bool {
    const _: () = assert!(DATAGRAM_MAX <= u16::MAX as usize);
    matches!(
        error.raw_os_error(),
        Some(libc::EINVAL | libc::EMSGSIZE | libc::EIO | libc::EOPNOTSUPP | libc::ENOPROTOOPT)
    )
}
