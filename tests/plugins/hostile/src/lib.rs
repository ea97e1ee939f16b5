//! Two modules that no graph wants, for tests of what must see through them: `hostile` hangs, crashes or leaks in the
//! call that its parameters name; `promises` has a card that it does not keep.

use rogue_sdk::prelude::*;

/// What goes wrong.
#[derive(Params, Clone, Copy, PartialEq)]
enum How {
    /// Nothing.
    Not,
    /// It never returns.
    Loops,
    /// It ends the process with an abort.
    Aborts,
    /// It ends the process in order, with exit code 0.
    Exits,
    /// It runs out of stack.
    Overflows,
    /// It leaves a thread behind.
    Thread,
    /// It leaves an open descriptor behind.
    Descriptor,
    /// It leaves 100 KiB of memory behind.
    Memory,
    /// It keeps a frame for ever.
    Frame,
}

/// Parameters of `hostile`.
#[derive(Params)]
struct HostileParams {
    /// What goes wrong.
    #[param(default = "not")]
    how: How,
    /// The call in which it does: check, start, accept, finish, stop, drop.
    #[param(default = "start")]
    at: String,
}

struct Hostile {
    params: HostileParams,
}

impl HostileParams {
    fn reach(&self, here: &str) {
        if self.at != here {
            return;
        }
        match self.how {
            How::Not | How::Frame => {}
            How::Loops => loop {
                std::hint::spin_loop();
            },
            How::Aborts => std::process::abort(),
            How::Exits => std::process::exit(0),
            How::Overflows => {
                deeper(1);
            }
            How::Thread => {
                std::thread::spawn(std::thread::park);
            }
            How::Descriptor => std::mem::forget(std::fs::File::open("/dev/null")),
            How::Memory => std::mem::forget(std::hint::black_box(vec![1u8; 100 << 10])),
        }
    }
}

/// Goes on until there is no stack.
#[inline(never)]
#[expect(unconditional_recursion, reason = "that is what it is for")]
fn deeper(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    deeper(depth + 1) + room[7]
}

impl Module for Hostile {
    type Params = HostileParams;
    const CARD: Card = Card::transform("hostile").about("goes wrong where it is told");

    fn check(params: &HostileParams) -> Result<()> {
        params.reach("check");
        Ok(())
    }

    fn new(params: HostileParams, _: &Node) -> Result<Self> {
        Ok(Hostile { params })
    }

    fn start(&mut self) -> Result<()> {
        self.params.reach("start");
        Ok(())
    }

    fn stop(&mut self) {
        self.params.reach("stop");
    }
}

impl Transform for Hostile {
    fn accept(&mut self, frame: Frame, out: &mut Out<'_>, _: &Context<'_>) -> Result<()> {
        self.params.reach("accept");
        if self.params.how == How::Frame {
            std::mem::forget(frame.share()?);
        }
        out.send(frame);
        Ok(())
    }

    fn finish(&mut self, _: &mut Out<'_>, _: &Context<'_>) -> Result<Flow> {
        self.params.reach("finish");
        Ok(Flow::Ended)
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.params.reach("drop");
    }
}

#[derive(Params)]
struct PromisesParams {
    // No doc comment, so that nobody is told what it is.
    #[param(default = 1, live)]
    level: u8,
}

/// Promises to take a new level while it runs, and a state; keeps neither.
struct Promises {
    level: u8,
}

impl Module for Promises {
    type Params = PromisesParams;
    const CARD: Card =
        Card::transform("promises").drops(&[DropReason::asked("low", "")]).state("promises", 1, &[1]);

    fn new(params: PromisesParams, _: &Node) -> Result<Self> {
        Ok(Promises { level: params.level })
    }
}

impl Transform for Promises {
    fn accept(&mut self, frame: Frame, out: &mut Out<'_>, _: &Context<'_>) -> Result<()> {
        if frame.payload() < self.level.into() {
            return Err(Error::new("a frame without payload"));
        }
        out.send(frame);
        Ok(())
    }
}

export_module!(Hostile: Transform, Promises: Transform);
