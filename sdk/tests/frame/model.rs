//! Frames against a naive model of sections 1 and 2: random operations on a handful of frames that share memory.
//!
//! The model copies where frames share, and knows of each byte whether it was ever written. A byte that was not, or that
//! was given up when the payload shrank, may be anything.

use proptest::{collection::vec, prelude::*};
use rogue_sdk::{Frame, bench::Bench};

/// Most frames alive at once, and most buffers of one: enough for every way of sharing, small enough to see.
const FRAMES: usize = 6;
const BUFFERS: usize = 24;

/// A buffer: section 2's fields, and what is in it.
#[derive(Clone, Debug)]
struct Buf {
    bytes: Vec<Option<u8>>,
    head: usize,
    tail: usize,
    end: usize,
}

impl Buf {
    fn new(raw: usize) -> Buf {
        Buf { bytes: vec![None; raw], head: 0, tail: 0, end: 0 }
    }

    fn size(&self) -> usize {
        self.bytes.len() - self.head - self.tail
    }

    fn payload(&self) -> usize {
        self.end - self.head
    }

    fn set_end(&mut self, end: usize) {
        self.end = end;
        self.forget();
    }

    /// What lies beyond the payload need not be kept.
    fn forget(&mut self) {
        self.bytes[self.end..].fill(None);
    }
}

/// A frame.
#[derive(Clone, Debug, Default)]
struct Model {
    fixed: usize,
    metadata: (u16, u8, u8),
    bufs: Vec<Buf>,
}

impl Model {
    fn request(fixed: usize, size: usize) -> Model {
        let bufs = match (fixed, size) {
            (_, 0) => Vec::new(),
            (0, size) => vec![Buf::new(size)],
            (fixed, size) if size <= fixed => vec![Buf::new(size)],
            (fixed, size) => vec![Buf::new(fixed); size.div_ceil(fixed)],
        };
        Model { fixed, metadata: (0, 0, 0), bufs }
    }

    fn size(&self) -> usize {
        self.bufs.iter().map(Buf::size).sum()
    }

    fn payload(&self) -> usize {
        self.bufs.iter().map(Buf::payload).sum()
    }

    fn bytes(&self) -> Vec<Option<u8>> {
        self.bufs.iter().flat_map(|buf| buf.bytes[buf.head..buf.end].to_vec()).collect()
    }

    fn set_payload(&mut self, payload: usize) -> bool {
        if payload > self.size() {
            return false;
        }
        let mut left = payload;
        for buf in &mut self.bufs {
            let here = left.min(buf.size());
            buf.set_end(buf.head + here);
            left -= here;
        }
        true
    }

    fn min_payload(&mut self, payload: usize) -> bool {
        payload <= self.payload() || self.set_payload(payload)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> bool {
        if offset + bytes.len() > self.size() || !self.min_payload(offset + bytes.len()) {
            return false;
        }
        let places: Vec<(usize, usize)> = (self.bufs.iter().enumerate())
            .flat_map(|(index, buf)| (buf.head..buf.head + buf.size()).map(move |at| (index, at)))
            .collect();
        for (byte, (index, at)) in bytes.iter().zip(&places[offset..]) {
            self.bufs[*index].bytes[*at] = Some(*byte);
        }
        // A write into room beyond a buffer's payload (which a larger payload elsewhere makes possible) is kept no
        // better than other bytes there.
        self.bufs.iter_mut().for_each(Buf::forget);
        true
    }

    fn slice(&self, offset: usize, len: usize) -> Option<Model> {
        if offset + len > self.payload() {
            return None;
        }
        let (mut skip, mut left) = (offset, len);
        let mut bufs = Vec::new();
        for buf in &self.bufs {
            let from = skip.min(buf.payload());
            let take = left.min(buf.payload() - from);
            skip -= from;
            left -= take;
            if take > 0 {
                let bytes = buf.bytes[buf.head + from..buf.head + from + take].to_vec();
                bufs.push(Buf { end: bytes.len(), bytes, head: 0, tail: 0 });
            }
        }
        Some(Model { bufs, ..self.clone() })
    }

    fn extend(&mut self, size: usize) {
        let more = match (self.fixed, size) {
            (_, 0) => Vec::new(),
            (0, size) => vec![Buf::new(size)],
            (fixed, size) => vec![Buf::new(fixed); size.div_ceil(fixed)],
        };
        self.bufs.extend(more);
    }

    fn ensure_single(&mut self) {
        if self.bufs.len() != 1 {
            let bytes = self.bytes();
            self.bufs = vec![Buf { end: bytes.len(), bytes, head: 0, tail: 0 }];
        }
    }
}

/// An operation; numbers pick frames and buffers modulo what there is.
#[derive(Clone, Debug)]
enum Op {
    New(u32, u32),
    Drop(usize),
    Metadata(usize, u16, u8, u8),
    SetPayload(usize, u32),
    MinPayload(usize, u32),
    AdjustPayload(usize, i32),
    Full(usize),
    Empty(usize),
    Write(usize, u32, Vec<u8>),
    Number(usize, u32, u16),
    Invert(usize),
    Append(usize, usize),
    Share(usize),
    Slice(usize, u32, u32),
    Extend(usize, u32),
    Single(usize),
    Clear(usize),
    Header(usize, usize, i32),
    Tail(usize, usize, i32),
    BufferPayload(usize, usize, u32),
    ZeroHeader(usize, usize),
    ZeroTail(usize, usize),
}

fn ops() -> impl Strategy<Value = Op> {
    let f = || 0..FRAMES;
    let b = || 0..BUFFERS;
    prop_oneof![
        4 => (0..6_u32, 0..20_u32).prop_map(|(fixed, size)| Op::New(fixed, size)),
        2 => f().prop_map(Op::Drop),
        1 => (f(), any::<u16>(), any::<u8>(), any::<u8>()).prop_map(|(a, b, c, d)| Op::Metadata(a, b, c, d)),
        3 => (f(), 0..40_u32).prop_map(|(a, n)| Op::SetPayload(a, n)),
        2 => (f(), 0..40_u32).prop_map(|(a, n)| Op::MinPayload(a, n)),
        2 => (f(), -20..20_i32).prop_map(|(a, n)| Op::AdjustPayload(a, n)),
        2 => f().prop_map(Op::Full),
        1 => f().prop_map(Op::Empty),
        8 => (f(), 0..30_u32, vec(any::<u8>(), 0..12)).prop_map(|(a, at, bytes)| Op::Write(a, at, bytes)),
        2 => (f(), 0..30_u32, any::<u16>()).prop_map(|(a, at, value)| Op::Number(a, at, value)),
        2 => f().prop_map(Op::Invert),
        3 => (f(), f()).prop_map(|(a, other)| Op::Append(a, other)),
        4 => f().prop_map(Op::Share),
        4 => (f(), 0..20_u32, 0..20_u32).prop_map(|(a, at, len)| Op::Slice(a, at, len)),
        1 => (f(), 0..10_u32).prop_map(|(a, n)| Op::Extend(a, n)),
        1 => f().prop_map(Op::Single),
        1 => f().prop_map(Op::Clear),
        3 => (f(), b(), -8..8_i32).prop_map(|(a, i, by)| Op::Header(a, i, by)),
        3 => (f(), b(), -8..8_i32).prop_map(|(a, i, by)| Op::Tail(a, i, by)),
        2 => (f(), b(), 0..10_u32).prop_map(|(a, i, n)| Op::BufferPayload(a, i, n)),
        1 => (f(), b()).prop_map(|(a, i)| Op::ZeroHeader(a, i)),
        1 => (f(), b()).prop_map(|(a, i)| Op::ZeroTail(a, i)),
    ]
}

/// Moves a border by `by` if that is between what it has and what is free; says whether.
fn moved(border: &mut usize, free: usize, by: i32) -> bool {
    match border.checked_add_signed(by as isize) {
        Some(new) if by < 0 || by as usize <= free => {
            *border = new;
            true
        }
        _ => false,
    }
}

type Pair = (Frame, Model);

/// Does one thing to both; the results must agree.
fn apply(pairs: &mut Vec<Pair>, op: Op) {
    if let Op::New(fixed, size) = op {
        if pairs.len() < FRAMES {
            let frame = Bench::frame_with(fixed, size).unwrap();
            pairs.push((frame, Model::request(fixed as usize, size as usize)));
        }
        return;
    }
    if pairs.is_empty() {
        return;
    }
    let count = pairs.len();
    let pick = |at: usize| at % count;
    match op {
        Op::New(..) => {}
        Op::Drop(at) => drop(pairs.swap_remove(pick(at))),
        Op::Append(at, other) if pick(at) != pick(other) => {
            if pairs[pick(at)].1.bufs.len() + pairs[pick(other)].1.bufs.len() > BUFFERS {
                return;
            }
            let (other, theirs) = pairs.remove(pick(other));
            let at = if pick(at) > pairs.len() - 1 { pairs.len() - 1 } else { pick(at) };
            let (frame, model) = &mut pairs[at];
            assert!(frame.append(other).is_ok());
            model.bufs.extend(theirs.bufs);
        }
        Op::Append(..) => {}
        Op::Share(at) => {
            let (frame, model) = &mut pairs[pick(at)];
            let pair = (frame.share().unwrap(), model.clone());
            if count < FRAMES {
                pairs.push(pair);
            }
        }
        Op::Slice(at, offset, len) => {
            let (frame, model) = &pairs[pick(at)];
            let (slice, expected) = (frame.slice(offset, len), model.slice(offset as usize, len as usize));
            assert_eq!(slice.is_ok(), expected.is_some());
            if let (Ok(slice), Some(expected), true) = (slice, expected, count < FRAMES) {
                pairs.push((slice, expected));
            }
        }
        Op::Metadata(at, flags, error, channel) => {
            let (frame, model) = &mut pairs[pick(at)];
            frame.set_flags(flags);
            frame.set_error(error);
            frame.set_channel(channel);
            model.metadata = (flags, error, channel);
        }
        Op::SetPayload(at, n) => {
            let (frame, model) = &mut pairs[pick(at)];
            assert_eq!(frame.set_payload(n).is_ok(), model.set_payload(n as usize));
        }
        Op::MinPayload(at, n) => {
            let (frame, model) = &mut pairs[pick(at)];
            assert_eq!(frame.min_payload(n).is_ok(), model.min_payload(n as usize));
        }
        Op::AdjustPayload(at, by) => {
            let (frame, model) = &mut pairs[pick(at)];
            let wanted = model.payload().checked_add_signed(by as isize);
            assert_eq!(frame.adjust_payload(by).is_ok(), wanted.is_some_and(|n| model.set_payload(n)));
        }
        Op::Full(at) => {
            let (frame, model) = &mut pairs[pick(at)];
            frame.set_payload_full();
            model.bufs.iter_mut().for_each(|buf| buf.set_end(buf.bytes.len() - buf.tail));
        }
        Op::Empty(at) => {
            let (frame, model) = &mut pairs[pick(at)];
            frame.set_payload_empty();
            model.bufs.iter_mut().for_each(|buf| buf.set_end(buf.head));
        }
        Op::Write(at, offset, bytes) => {
            let (frame, model) = &mut pairs[pick(at)];
            assert_eq!(frame.write(offset, &bytes).is_ok(), model.write(offset as usize, &bytes));
        }
        Op::Number(at, offset, value) => number(&mut pairs[pick(at)], offset, value),
        Op::Invert(at) => {
            let (frame, model) = &mut pairs[pick(at)];
            frame.bytes_mut().unwrap().iter_mut().for_each(|byte| *byte = !*byte);
            if model.bufs.len() > 1 {
                model.ensure_single();
            }
            for buf in &mut model.bufs {
                buf.bytes[buf.head..buf.end].iter_mut().for_each(|byte| *byte = byte.map(|byte| !byte));
            }
        }
        Op::Extend(at, size) => {
            let (frame, model) = &mut pairs[pick(at)];
            if model.bufs.len() + 10 <= BUFFERS {
                frame.extend(size).unwrap();
                model.extend(size as usize);
            }
        }
        Op::Single(at) => {
            let (frame, model) = &mut pairs[pick(at)];
            frame.ensure_single_buffer().unwrap();
            model.ensure_single();
        }
        Op::Clear(at) => {
            let (frame, model) = &mut pairs[pick(at)];
            frame.clear();
            model.bufs.clear();
        }
        Op::Header(at, ..)
        | Op::Tail(at, ..)
        | Op::BufferPayload(at, ..)
        | Op::ZeroHeader(at, ..)
        | Op::ZeroTail(at, ..) => apply_to_buffer(&mut pairs[pick(at)], op),
    }
}

/// Writes a number through a view of one buffer.
fn number((frame, model): &mut Pair, offset: u32, value: u16) {
    let mut skip = offset as usize;
    let place = model.bufs.iter().position(|buf| {
        let here = skip < buf.payload();
        skip -= if here { 0 } else { buf.payload().min(skip) };
        here
    });
    let fits = place.filter(|index| skip + 2 <= model.bufs[*index].payload());
    let view = frame.accessor_mut::<u16>(offset, 1);
    assert_eq!(view.is_ok(), fits.is_some());
    if let (Ok(mut view), Some(index)) = (view, fits) {
        assert!(view.set(0, value));
        let buf = &mut model.bufs[index];
        let at = buf.head + skip;
        buf.bytes[at..at + 2].copy_from_slice(&value.to_le_bytes().map(Some));
    }
}

fn apply_to_buffer((frame, model): &mut Pair, op: Op) {
    let count = model.bufs.len();
    let (Op::Header(_, at, _)
    | Op::Tail(_, at, _)
    | Op::BufferPayload(_, at, _)
    | Op::ZeroHeader(_, at)
    | Op::ZeroTail(_, at)) = op
    else {
        return;
    };
    if count == 0 {
        assert!(frame.buffer_mut(at).is_err());
        return;
    }
    let mut real = frame.buffer_mut(at % count).unwrap();
    let buf = &mut model.bufs[at % count];
    let size = buf.size();
    match op {
        Op::Header(_, _, by) => {
            assert_eq!(real.adjust_header(by).is_ok(), moved(&mut buf.head, size, by));
            buf.set_end(buf.end.max(buf.head));
        }
        Op::Tail(_, _, by) => assert_eq!(real.adjust_tail(by).is_ok(), moved(&mut buf.tail, size, by)),
        Op::BufferPayload(_, _, n) => {
            assert_eq!(real.set_payload(n).is_ok(), n as usize <= size);
            if n as usize <= size {
                buf.set_end(buf.head + n as usize);
            }
        }
        Op::ZeroHeader(..) => {
            real.zero_header().unwrap();
            buf.head = 0;
        }
        Op::ZeroTail(..) => {
            real.zero_tail().unwrap();
            buf.tail = 0;
        }
        _ => {}
    }
}

/// Everything that can be seen of a frame.
fn compare((frame, model): &Pair) {
    assert_eq!((frame.flags(), frame.error(), frame.channel()), model.metadata);
    assert_eq!((frame.size() as usize, frame.payload() as usize), (model.size(), model.payload()));
    assert_eq!(frame.available() as usize, model.size().saturating_sub(model.payload()));
    assert_eq!(frame.buffer_count(), model.bufs.len());
    for (real, buf) in frame.buffers().zip(&model.bufs) {
        let rooms = (real.raw_size() as usize, real.head_room() as usize, real.tail_room() as usize);
        assert_eq!(rooms, (buf.bytes.len(), buf.head, buf.tail));
        assert_eq!((real.size() as usize, real.payload() as usize), (buf.size(), buf.payload()));
        assert_eq!(real.available() as usize, buf.size().saturating_sub(buf.payload()));
    }
    let (bytes, expected) = (frame.to_vec(), model.bytes());
    assert_eq!(bytes.len(), expected.len());
    for (at, (byte, expected)) in bytes.iter().zip(&expected).enumerate() {
        assert!(expected.is_none_or(|expected| expected == *byte), "byte {at}: {byte} for {expected:?}");
    }
    // Every way of reading sees the same bytes.
    let mut through = vec![0; bytes.len()];
    frame.read(0, &mut through).unwrap();
    assert_eq!(through, bytes);
    let mut reader = frame.reader();
    reader.fill(&mut through).unwrap();
    assert_eq!((through, reader.remaining()), (bytes, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Sections 1 and 2: after every operation, every frame is what the model says, and in the end nothing is left.
    #[test]
    fn frames_are_as_the_model_says(ops in vec(ops(), 1..80)) {
        let mut pairs = Vec::new();
        for op in ops {
            apply(&mut pairs, op);
            pairs.iter().for_each(compare);
        }
        drop(pairs);
        assert_eq!((Bench::live_frames(), Bench::live_buffers(), Bench::live_bytes()), (0, 0, 0));
    }
}
