//! Frames out of a seed: of every size, form and metadata.

use super::native;
use crate::{desk::found, stage::Stage};
use rogue_runtime::module::{Call, Outbox};
use rogue_sdk::Frame;

/// A frame to be given.
#[derive(Clone, Debug)]
pub struct Given {
    pub payload: Vec<u8>,
    /// Bytes that there is room for.
    pub room: u32,
    /// Bytes of each of its buffers; 0 = one buffer.
    pub fixed: u32,
    pub channel: u8,
    pub error: u8,
    pub flags: u16,
    pub port: u32,
}

impl Given {
    /// Gives a frame its metadata.
    pub fn tag(&self, frame: &mut Frame) {
        frame.set_channel(self.channel);
        frame.set_error(self.error);
        frame.set_flags(self.flags);
    }
}

/// What frames a module is tried with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// None: it is a source.
    None,
    /// Of any bytes.
    Any,
    /// Of any bytes, sixteen or more.
    Long,
    /// Two streams that differ here and there.
    Pairs,
    /// Waveforms of 16-bit samples, some of which are none.
    Samples,
    /// What `prbs-source` makes, some of it spoilt.
    Prbs,
}

impl Kind {
    /// The frames of a seed.
    pub fn frames(self, seed: u64) -> Vec<Given> {
        let mut random = fastrand::Rng::with_seed(seed);
        match self {
            Kind::None => Vec::new(),
            Kind::Any => (0..150).map(|_| any(&mut random)).collect(),
            Kind::Long => {
                (0..300).map(|_| any(&mut random)).filter(|given| given.payload.len() >= 16).collect()
            }
            Kind::Pairs => pairs(&mut random),
            Kind::Samples => (0..150).map(|_| samples(&mut random)).collect(),
            Kind::Prbs => prbs(&mut random),
        }
    }
}

/// Metadata and form for a payload.
fn formed(random: &mut fastrand::Rng, payload: Vec<u8>) -> Given {
    let pick = |random: &mut fastrand::Rng, from: &[u32]| from[random.usize(..from.len())];
    let more = pick(random, &[0, 0, 0, 1, 100, 5000]);
    let fixed =
        if payload.len() > 30_000 { pick(random, &[0, 4096]) } else { pick(random, &[0, 0, 0, 64, 1000]) };
    Given {
        room: payload.len() as u32 + more,
        fixed,
        channel: if random.bool() { random.u8(..4) } else { random.u8(..) },
        error: if random.u8(..4) == 0 { random.u8(..) } else { 0 },
        flags: random.u16(..),
        port: 0,
        payload,
    }
}

fn any(random: &mut fastrand::Rng) -> Given {
    const SIZES: [usize; 12] = [0, 1, 2, 3, 7, 64, 255, 1000, 1024, 4097, 65535, 65536];
    let size = if random.bool() { SIZES[random.usize(..SIZES.len())] } else { random.usize(..3000) };
    let payload = std::iter::repeat_with(|| random.u8(..)).take(size).collect();
    formed(random, payload)
}

fn pairs(random: &mut fastrand::Rng) -> Vec<Given> {
    let mut all = Vec::new();
    for _ in 0..60 {
        let one = any(random);
        let mut other = Given { port: 1, ..one.clone() };
        (other.fixed, other.room) = (formed(random, Vec::new()).fixed, one.room + random.u32(..10));
        match random.u8(..12) {
            0 => other.channel ^= 1,
            1 => other.flags ^= 0x100,
            2 => other.payload.push(7),
            3 if !other.payload.is_empty() => {
                let at = random.usize(..other.payload.len());
                other.payload[at] ^= 0x10;
            }
            _ => {}
        }
        other.room = other.room.max(other.payload.len() as u32);
        all.extend([one, other]);
    }
    // Not one after the other, and some without a partner.
    for at in (0..all.len() - 8).step_by(5) {
        all.swap(at, at + random.usize(..2) * 2);
    }
    all.extend((0..5).map(|_| any(random)));
    all
}

fn samples(random: &mut fastrand::Rng) -> Given {
    let count = [0, 1, 3, 16, 64, 200, 500][random.usize(..7)];
    let mut values: Vec<i32> = (0..count).map(|_| 1000 + random.i32(-20..20)).collect();
    for _ in 0..random.usize(..5) {
        let (at, height) = (random.usize(..600), random.i32(-900..5000));
        for (sample, fall) in values.iter_mut().skip(at).zip(0..20) {
            *sample += height - height * fall / 20;
        }
    }
    let mut payload: Vec<u8> = values.iter().flat_map(|value| (*value as u16).to_le_bytes()).collect();
    payload.extend((random.u8(..10) == 0).then_some(3));
    formed(random, payload)
}

fn prbs(random: &mut fastrand::Rng) -> Vec<Given> {
    let stage = Stage::new(&found(&native("prbs", "prbs-source")));
    let made = stage.make(r#"{"size": 256, "count": 120}"#).expect("a source");
    let mut half = made.give.expect("a source gives");
    let mut payloads: Vec<Vec<u8>> = Vec::new();
    while payloads.len() < 120 {
        let mut out = Outbox { items: Vec::new(), limit: 64 };
        half.produce(&mut Call::asking(0, 64, &mut out));
        payloads.extend(out.items.into_iter().map(|item| item.frame.to_vec()));
    }
    let mut all = Vec::new();
    for mut payload in payloads {
        match random.u8(..15) {
            0 => continue,
            1 => payload[random.usize(..256)] ^= 4,
            2 => drop(payload.pop()),
            3 => all.push(formed(random, payload.clone())),
            _ => {}
        }
        let error = if random.u8(..20) == 0 { 3 } else { 0 };
        all.push(Given { error, ..formed(random, payload) });
    }
    all
}
