//! Random interleavings of everything against a simple reference: what each client reads and loses is, byte for byte, what
//! was published since it began; every command is answered exactly once, reads and writes in their order; a successor goes on
//! as if nothing were.
#![allow(clippy::unwrap_used)]

use fastrand::Rng;
use rogue_tcf_service::{Answer, Channel, Direction, Limits, Published, Service, StreamNumber};
use rogue_tcf_wire::{Code, Token, streams::Command};
use std::{collections::HashMap, time::Duration};

const CAPACITY: usize = 400;
const PENDING: usize = 4;

fn limits() -> Limits {
    Limits { max_pending: PENDING, max_read: 100, max_written: 500, ..Limits::default() }
}

/// The byte at a position.
fn byte(position: u64) -> u8 {
    (position ^ (position >> 8)) as u8
}

/// What the reference knows of the stream: where each frame begins that is still kept.
struct Reference {
    frames: Vec<(u64, usize)>,
    /// Frames so far.
    count: u64,
    end: u64,
    eos: bool,
    block: bool,
}

impl Reference {
    fn begin(&self) -> u64 {
        self.frames.first().map_or(self.end, |(begin, _)| *begin)
    }

    /// Puts a frame in as the rules have it; false: somebody blocks.
    fn publish(&mut self, len: usize, clients: &HashMap<Channel, Peer>) -> bool {
        if len == 0 {
            return true;
        }
        let held = |frames: &[(u64, usize)]| frames.iter().map(|(_, len)| len).sum::<usize>();
        while held(&self.frames) + len > CAPACITY || self.frames.len() * 16 >= CAPACITY {
            let (begin, first) = self.frames[0];
            let needed = |peer: &Peer| peer.position.is_some_and(|position| position < begin + first as u64);
            if self.block && clients.values().any(needed) {
                return false;
            }
            self.frames.remove(0);
        }
        self.frames.push((self.end, len));
        self.end += len as u64;
        self.count += 1;
        true
    }
}

/// What it knows of a channel.
#[derive(Default)]
struct Peer {
    /// Where it stands, if it is connected.
    position: Option<u64>,
    began: u64,
    /// The number of the first frame it could read, and how often it was connected.
    first: u64,
    connects: u64,
    got: u64,
    lost: u64,
    saw_eos: bool,
    reads: Vec<(u64, usize)>,
    writes: Vec<(u64, Vec<u8>)>,
    other: Vec<u64>,
}

struct Model {
    rng: Rng,
    service: Service,
    out: StreamNumber,
    input: StreamNumber,
    reference: Reference,
    peers: HashMap<Channel, Peer>,
    token: u64,
    now: Duration,
}

impl Model {
    fn new(seed: u64) -> Model {
        let mut rng = Rng::with_seed(seed);
        let block = rng.bool();
        let mut service = Service::new(limits());
        let out =
            service.create("t", None, Direction::Readable { capacity: CAPACITY, block }, Duration::ZERO);
        let input = service.create("t.in", None, Direction::Writable, Duration::ZERO);
        let reference = Reference { frames: Vec::new(), count: 0, end: 0, eos: false, block };
        Model { rng, service, out, input, reference, peers: HashMap::new(), token: 0, now: Duration::ZERO }
    }

    fn any_peer(&mut self) -> Option<Channel> {
        let mut all: Vec<Channel> = self.peers.keys().copied().collect();
        all.sort_unstable();
        self.rng.choice(all)
    }

    fn send(&mut self, channel: Channel, command: Command<'_>) -> u64 {
        self.token += 1;
        self.service.command(channel, &Token::from(self.token), command, self.now);
        self.token
    }

    fn step(&mut self) {
        self.now += Duration::from_millis(1);
        match self.rng.u8(0..20) {
            0..6 if !self.reference.eos => self.publish(),
            6 if self.peers.len() < 4 => {
                let channel = self.service.open();
                self.peers.insert(channel, Peer::default());
            }
            7 if self.rng.u8(0..4) == 0 => {
                if let Some(channel) = self.any_peer() {
                    self.look(channel);
                    self.service.close(channel, self.now);
                    self.peers.remove(&channel);
                }
            }
            8..14 => {
                if let Some(channel) = self.any_peer() {
                    let room = self.rng.choice([0, 50, 1000, usize::MAX]).unwrap();
                    self.service.set_room(channel, room);
                    self.command(channel);
                }
            }
            14..17 => {
                if let Some(channel) = self.any_peer() {
                    self.look(channel);
                }
            }
            17 => self.take_writes(1),
            18 if self.rng.u8(0..8) == 0 => self.hand_over(),
            _ => {}
        }
        assert!(self.peers.values().all(|peer| peer.reads.len() <= PENDING + 20));
    }

    /// A successor goes on with what was written down.
    fn hand_over(&mut self) {
        let kept = serde_json::to_string(&self.service).unwrap();
        let buffers = self.service.buffers().flatten().collect::<Vec<_>>().concat();
        self.service = serde_json::from_str(&kept).unwrap();
        let mut rest = &buffers[..];
        let next = |len| rest.split_off(..len).map(<[u8]>::to_vec).ok_or(());
        self.service.fill(next).unwrap();
        assert!(rest.is_empty());
        self.service.set_limits(limits());
        self.service.set_buffer(CAPACITY, self.reference.block);
    }

    fn publish(&mut self) {
        let len = self.rng.choice([0, 1, 3, 30, 90, CAPACITY]).unwrap();
        let begin = self.reference.end;
        let bytes: Vec<u8> = (0..len as u64).map(|i| byte(begin + i)).collect();
        // Whoever is connected has to be seen where it stands before the reference decides.
        for channel in self.peers.keys().copied().collect::<Vec<_>>() {
            self.look(channel);
        }
        let published = self.service.publish(self.out, len, bytes.chunks(11), self.now);
        let expected = self.reference.publish(len, &self.peers);
        assert_eq!(matches!(published, Published::Done { .. }), expected);
    }

    fn command(&mut self, channel: Channel) {
        let (out, input) = ("VS0", "VS1");
        let peer = self.peers.get_mut(&channel).unwrap();
        match self.rng.u8(0..12) {
            0..2 => {
                let begin = self.reference.begin();
                if peer.position.is_none() {
                    *peer = Peer {
                        position: Some(begin),
                        began: begin,
                        first: self.reference.count - self.reference.frames.len() as u64,
                        connects: peer.connects + 1,
                        writes: std::mem::take(&mut peer.writes),
                        other: std::mem::take(&mut peer.other),
                        reads: std::mem::take(&mut peer.reads),
                        ..Peer::default()
                    };
                }
                for id in [out, input] {
                    let token = self.send(channel, Command::Connect { id: id.into() });
                    self.peers.get_mut(&channel).unwrap().other.push(token);
                }
            }
            2 if self.rng.bool() => {
                let token = self.send(channel, Command::Disconnect { id: out.into() });
                self.peers.get_mut(&channel).unwrap().other.push(token);
                // Answers before it belong to the connection that ends; those behind are cancelled ones.
                self.look(channel);
                self.peers.get_mut(&channel).unwrap().position = None;
            }
            3..5 => {
                let data = vec![self.rng.u8(..); self.rng.usize(0..200)];
                let token =
                    self.send(channel, Command::Write { id: input.into(), data: data.clone().into() });
                self.peers.get_mut(&channel).unwrap().writes.push((token, data));
            }
            _ => {
                let size = self.rng.usize(1..150);
                let token = self.send(channel, Command::Read { id: out.into(), size: size as i64 });
                self.peers.get_mut(&channel).unwrap().reads.push((token, size));
            }
        }
    }

    /// Takes the answers of a channel and compares each.
    fn look(&mut self, channel: Channel) {
        self.service.answer(channel, self.now);
        let peer = self.peers.get_mut(&channel).unwrap();
        for answer in self.service.take(channel) {
            match answer {
                Answer::Event(_) => {}
                Answer::TestStreams { .. } => panic!("nobody asks for test streams"),
                Answer::Done { token, error } => {
                    let number = token.number().unwrap();
                    if let Some(at) = peer.writes.iter().position(|(token, _)| *token == number) {
                        // Refused ones do not wait behind the others.
                        assert!(at == 0 || error.is_some(), "a write was answered before an earlier one");
                        peer.writes.remove(at);
                    } else {
                        let at = peer.other.iter().position(|token| *token == number).unwrap();
                        peer.other.remove(at);
                    }
                }
                Answer::Read { token, data, error, lost, eos } => {
                    let number = token.number().unwrap();
                    let at = peer.reads.iter().position(|(token, _)| *token == number).unwrap();
                    let (_, size) = peer.reads.remove(at);
                    if let Some(error) = error {
                        assert!(data.is_empty() && lost == 0);
                        assert_eq!(eos, error.is(Code::Cancelled));
                        continue;
                    }
                    assert_eq!(at, 0, "a read was answered before an earlier one");
                    assert!(data.len() <= size.min(100) && (!data.is_empty() || lost > 0 || eos));
                    let position = peer.position.unwrap() + lost;
                    let expected: Vec<u8> = (0..data.len() as u64).map(|i| byte(position + i)).collect();
                    assert_eq!(data, expected, "the bytes at {position}");
                    if lost > 0 {
                        assert!(!self.reference.block, "nothing is lost to those who block");
                        let border = |(begin, _): &(u64, usize)| *begin == position;
                        assert!(self.reference.frames.iter().any(border), "a gap ends at a frame");
                    }
                    peer.position = Some(position + data.len() as u64);
                    peer.got += data.len() as u64;
                    peer.lost += lost;
                    assert_eq!(eos, self.reference.eos && peer.position == Some(self.reference.end));
                    peer.saw_eos |= eos;
                    self.service.give_back(data);
                }
            }
        }
    }

    fn take_writes(&mut self, most: usize) {
        for _ in 0..most {
            let Some(taken) = self.service.next_write(self.input) else { return };
            self.look(taken.channel);
            let (_, data) = &self.peers[&taken.channel].writes[0];
            assert_eq!(*data, taken.data, "the first write that waits");
            self.service.written(&taken, None);
        }
    }

    /// Lets everything run out.
    fn end(&mut self) {
        for channel in self.peers.keys().copied().collect::<Vec<_>>() {
            self.look(channel);
        }
        self.service.end(self.out, self.now);
        self.reference.eos = true;
        self.take_writes(usize::MAX);
        for channel in self.peers.keys().copied().collect::<Vec<_>>() {
            self.service.set_room(channel, usize::MAX);
            self.look(channel);
            while self.peers[&channel].position.is_some() && !self.peers[&channel].saw_eos {
                let token = self.send(channel, Command::Read { id: "VS0".into(), size: 1000 });
                self.peers.get_mut(&channel).unwrap().reads.push((token, 1000));
                self.look(channel);
            }
            let peer = &self.peers[&channel];
            assert!(peer.reads.is_empty() && peer.writes.is_empty() && peer.other.is_empty());
            if peer.position.is_some() {
                assert_eq!(peer.got + peer.lost, self.reference.end - peer.began);
                let totals = self.service.totals(channel);
                if peer.connects == 1 {
                    assert_eq!((totals.read_bytes, totals.lost_bytes), (peer.got, peer.lost));
                    let frames = totals.read_frames + totals.lost_frames;
                    assert_eq!(frames, self.reference.count - peer.first);
                }
            }
        }
        assert_eq!(self.service.drained(self.now), None);
    }
}

#[test]
fn what_is_read_and_lost_is_what_was_published() {
    for seed in 0..400 {
        let mut model = Model::new(seed);
        for _ in 0..600 {
            model.step();
        }
        model.end();
    }
}
