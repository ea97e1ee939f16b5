//! How rough a run is: what may happen in it, and how often, all decided by the seed.

use fastrand::Rng;

/// The rates of one run, per thousand calls or steps, and what comes when.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Of the wild modules' decisions: panics, errors, pauses.
    pub panics: u32,
    pub errors: u32,
    pub naps: u32,
    /// Of calls into any module.
    pub slow_stage: u32,
    pub failed_call: u32,
    pub refusal: u32,
    pub idle_turn: u32,
    pub starved_call: u32,
    /// Of steps.
    pub starved_steps: u32,
    pub interrupt: u32,
    pub early_return: u32,
    pub time_passes: u32,
    pub attend: u32,
    pub change: u32,
    /// Of new instances.
    pub renewal: u32,
    /// Whether one segment goes on as long as it can before another is chosen.
    pub sticky: bool,
    /// The step at which the run is stopped, and how many steps later it is ended by force.
    pub stop_at: Option<u64>,
    pub force_after: Option<u64>,
}

impl Profile {
    /// Four in ten runs are without faults, so that all of what a graph delivers is checked to its end.
    pub fn of(dice: &mut Rng) -> Profile {
        let rough = dice.u32(0..10) >= 4;
        let mut rate = |chance: u32, most: u32| {
            if rough && dice.u32(0..100) < chance { dice.u32(1..=most) } else { 0 }
        };
        let (panics, errors) = (rate(50, 15), rate(50, 15));
        let (failed_call, renewal) = (rate(30, 10), rate(40, 400));
        let (starved_call, starved_steps) = (rate(40, 60), rate(30, 30));
        let mut mild = |chance: u32, most: u32| {
            if dice.u32(0..100) < chance { dice.u32(1..=most) } else { 0 }
        };
        Profile {
            panics,
            errors,
            failed_call,
            renewal,
            starved_call,
            starved_steps,
            naps: mild(60, 150),
            slow_stage: mild(40, 100),
            refusal: mild(40, 100),
            idle_turn: mild(40, 100),
            interrupt: mild(40, 60),
            early_return: mild(30, 60),
            time_passes: mild(50, 100),
            attend: 1 + mild(90, 200),
            change: mild(50, 40),
            sticky: dice.bool(),
            stop_at: (dice.u32(0..100) < 45).then(|| dice.u64(0..400)),
            force_after: (dice.u32(0..100) < 35).then(|| dice.u64(0..60)),
        }
    }
}
