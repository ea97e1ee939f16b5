//! Three modules in one file, one per kind of half: for tests of loading and of the calls' way there and
//! back.

use rogue_sdk::prelude::*;
use std::sync::{Arc, Mutex};

/// Parameters of `doubler`.
#[derive(Params)]
struct DoublerParams {
    /// How many shared handles follow each frame.
    #[param(default = 1)]
    copies: u32,
}

/// Gives each frame, then `copies` more handles of it by output 1; counts frames in its state.
struct Doubler {
    copies: u32,
    seen: u64,
    destroyed: Counter,
}

impl Module for Doubler {
    type Params = DoublerParams;
    const CARD: Card = Card::transform("doubler")
        .about("gives each frame several times")
        .outputs(&[Port::new("out", "the frame"), Port::new("copies", "its copies")])
        .counters(&[card::Counter::new("destroyed", "ended instances")])
        .state("doubler", 1, &[1]);

    fn new(params: DoublerParams, node: &Node) -> Result<Self> {
        if params.copies == 999 {
            return Err(Error::new("999 copies are too many"));
        }
        Ok(Doubler { copies: params.copies, seen: 0, destroyed: node.counter("destroyed") })
    }

    fn check(params: &DoublerParams) -> Result<()> {
        if params.copies == 13 { Err(Error::new("13 brings bad luck")) } else { Ok(()) }
    }

    fn reconfigure(&mut self, params: DoublerParams) -> Result<Reconfigured> {
        self.copies = params.copies;
        Ok(Reconfigured::Done)
    }

    fn snapshot(&self) -> Result<Option<State>> {
        Ok(Some(State::of("doubler", 1, &self.seen)?))
    }

    fn restore(&mut self, state: State) -> Result<()> {
        self.seen = state.read("doubler", 1)?;
        Ok(())
    }
}

impl Transform for Doubler {
    fn accept(&mut self, frame: Frame, out: &mut Out<'_>, _: &Context<'_>) -> Result<()> {
        self.seen += 1;
        let copies: Result<Vec<Frame>, _> = (0..self.copies).map(|_| frame.share()).collect();
        out.send(frame);
        copies?.into_iter().for_each(|copy| out.send_to(1, copy));
        Ok(())
    }
}

impl Drop for Doubler {
    fn drop(&mut self) {
        self.destroyed.add(1);
    }
}

/// Gives frames of 4 bytes with the numbers from 0, as many as asked for in each call; a blocking source.
struct Numbers {
    next: u32,
    interrupted: Counter,
}

impl Module for Numbers {
    type Params = NoParams;
    const CARD: Card = Card::source("numbers")
        .about("counts")
        .counters(&[card::Counter::new("interrupted", "interrupts")])
        .blocking();

    fn new(_: NoParams, node: &Node) -> Result<Self> {
        Ok(Numbers { next: 0, interrupted: node.counter("interrupted") })
    }

    fn interrupter(&self) -> Option<Interrupter> {
        let interrupted = self.interrupted;
        Some(Box::new(move || interrupted.add(1)))
    }
}

impl Source for Numbers {
    fn produce(&mut self, out: &mut Out<'_>, _: &Context<'_>) -> Result<Flow> {
        while !out.is_full() {
            let mut frame = out.request(4)?;
            frame.write(0, &self.next.to_le_bytes())?;
            self.next += 1;
            out.send(frame);
        }
        Ok(Flow::More)
    }
}

/// A queue of two frames: what its taking half took comes out of its giving half.
struct Pair {
    queue: Queue,
}

type Queue = Arc<Mutex<Vec<Frame>>>;

fn lock(queue: &Queue) -> std::sync::MutexGuard<'_, Vec<Frame>> {
    queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Module for Pair {
    type Params = NoParams;
    const CARD: Card = Card::endpoint("pair").about("holds two frames");

    fn new(_: NoParams, _: &Node) -> Result<Self> {
        Ok(Pair { queue: Queue::default() })
    }

    fn release_held(&mut self, held: &mut Held) {
        held.frames.extend(lock(&self.queue).drain(..).map(|frame| (0, frame)));
        if let Ok(file) = std::fs::File::open("/dev/null") {
            held.handles.push(("null".to_owned(), file.into()));
        }
    }

    fn adopt(&mut self, held: &mut Held) -> Result<()> {
        let mut queue = lock(&self.queue);
        let room = 2usize.saturating_sub(queue.len());
        queue.extend(held.frames.drain(..room.min(held.frames.len())).map(|(_, frame)| frame));
        Ok(())
    }
}

impl Endpoint for Pair {
    type Take = PairTake;
    type Give = PairGive;

    fn split(&mut self, _: &Node) -> Result<(PairTake, PairGive)> {
        Ok((PairTake(self.queue.clone()), PairGive(self.queue.clone())))
    }
}

struct PairTake(Queue);

impl Take for PairTake {
    fn accept(&mut self, frame: Frame, _: &Context<'_>) -> Result<Accepted> {
        let mut queue = lock(&self.0);
        if queue.len() == 2 {
            return Ok(Accepted::Blocked(frame));
        }
        queue.push(frame);
        Ok(Accepted::Taken)
    }
}

struct PairGive(Queue);

impl Give for PairGive {
    fn produce(&mut self, out: &mut Out<'_>, _: &Context<'_>) -> Result<Flow> {
        lock(&self.0).drain(..).for_each(|frame| out.send(frame));
        Ok(Flow::Idle)
    }
}

export_module!(Doubler: Transform, Numbers: Source, Pair: Endpoint);
