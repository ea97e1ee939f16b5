//! The points where faults are injected.

/// A point; each is counted, and the test fails if a point was never reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// The pool has no memory, for the length of one call or of some steps: `request`, `share`, copies on write, and
    /// the loop's own shares for further links.
    Allocation,
    /// Time passes inside of a call.
    SlowStage,
    /// A module panics in `accept`, frames in hand and results left.
    PanicInAccept,
    /// A module panics in `produce`.
    PanicInProduce,
    /// A module panics in `finish`.
    PanicInFinish,
    /// A module's call returns an error of its own.
    Error,
    /// Any module, the standard ones included, fails before it takes anything.
    FailedCall,
    /// A half takes nothing though it could, and asks for another call at a later time.
    Refusal,
    /// A half says that there is more to do, having done nothing.
    IdleTurn,
    /// The disk takes a part of a write, then none.
    ShortWrite,
    /// The disk takes nothing.
    DiskFull,
    /// A half is woken for nothing, at any time.
    Interrupt,
    /// A sleeping segment looks around without having been woken.
    EarlyReturn,
    /// The run is stopped.
    Stop,
    /// The drain of a stopped run takes too long: what is left is thrown away.
    Discard,
    /// A new instance, for a restart, refuses to be made or to start.
    Renewal,
    /// A new instance was made for one that failed.
    Restart,
    /// A node has another module, or the same with other parameters.
    Swap,
    /// The same, on trial.
    Trial,
    /// A module that failed on trial was replaced by the one before.
    TakenBack,
    /// New parameters were taken.
    Set,
    /// The module before the last swap runs again.
    Rollback,
    /// The whole graph became another.
    Reload,
    /// A node left with it.
    Removed,
    /// A reload, a swap, a rollback or new parameters were refused.
    Refused,
}

impl Point {
    /// All of them.
    pub const ALL: [Point; 25] = [
        Point::Allocation,
        Point::SlowStage,
        Point::PanicInAccept,
        Point::PanicInProduce,
        Point::PanicInFinish,
        Point::Error,
        Point::FailedCall,
        Point::Refusal,
        Point::IdleTurn,
        Point::ShortWrite,
        Point::DiskFull,
        Point::Interrupt,
        Point::EarlyReturn,
        Point::Stop,
        Point::Discard,
        Point::Renewal,
        Point::Restart,
        Point::Swap,
        Point::Trial,
        Point::TakenBack,
        Point::Set,
        Point::Rollback,
        Point::Reload,
        Point::Removed,
        Point::Refused,
    ];
}

/// How often each point was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits([u64; Point::ALL.len()]);

impl Hits {
    /// Counts one.
    pub fn hit(&mut self, point: Point) {
        self.0[point as usize] += 1;
    }

    /// How often it was reached.
    pub fn of(&self, point: Point) -> u64 {
        self.0[point as usize]
    }

    /// Adds those of another run.
    pub fn add(&mut self, other: &Hits) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, more)| *sum += more);
    }
}
