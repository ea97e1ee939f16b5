//! A node of a running graph: its module, its instance, where its halves are.

use super::{
    StartError,
    deadline::{COLD_CALL, within},
    restart::Restart,
    running::LAST_CALL,
    tally::Tally,
    wanted::Previous,
};
use crate::{
    engine::{NodeCtl, Pump},
    host::nodes,
    metrics::{Intent, NodeBook},
    module::{Call, Half, Instance, Made, Module, Outbox, State, Status},
    pool::{self, Account, AccountId, field},
};
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

/// Where a half is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) segment: usize,
    pub(super) index: usize,
}

/// What does not change about a node.
#[derive(Clone, Debug)]
pub(super) struct NodeSpec {
    pub(super) name: String,
    /// Parameters, a JSON object.
    pub(super) params: String,
    /// The card's drop reasons.
    pub(super) reasons: Vec<(String, Intent)>,
}

/// A node of a running graph.
pub(super) struct RunningNode {
    pub(super) spec: NodeSpec,
    pub(super) module: Arc<dyn Module>,
    pub(super) account: &'static Account,
    pub(super) ctl: Arc<NodeCtl>,
    /// Its halves: taking, giving.
    pub(super) places: [Option<Place>; 2],
    /// Halves that no link leads to.
    pub(super) unplaced: [Option<Box<dyn Half>>; 2],
    pub(super) instance: Option<Box<dyn Instance>>,
    /// Instances that failed and whose memory is still in use.
    pub(super) retired: Vec<Box<dyn Instance>>,
    pub(super) started: bool,
    pub(super) pump: Option<Pump>,
    pub(super) restart: Restart,
    /// The last state that was good of an instance that failed, for the next.
    pub(super) good: Option<State>,
    /// What ran before the last swap.
    pub(super) previous: Option<Previous>,
    /// The instance that a swap has just replaced.
    pub(super) replaced: Option<Box<dyn Instance>>,
    /// Until when the module is on trial, by the run's clock.
    pub(super) trial_ends_ns: Option<u64>,
    /// What has been done to it.
    pub(super) tally: Tally,
}

impl RunningNode {
    pub(super) fn new(
        spec: NodeSpec,
        module: Arc<dyn Module>,
        account: &'static Account,
        ctl: Arc<NodeCtl>,
        places: [Option<Place>; 2],
    ) -> Self {
        RunningNode {
            spec,
            module,
            account,
            ctl,
            places,
            unplaced: [None, None],
            instance: None,
            retired: Vec::new(),
            started: false,
            pump: None,
            restart: Restart::default(),
            good: None,
            previous: None,
            replaced: None,
            trial_ends_ns: None,
            tally: Tally::default(),
        }
    }

    /// The node has failed, and not in a call of its segment: nobody calls it any more.
    pub(super) fn fail(&self, text: &str) {
        self.ctl.shared.set_fault(text);
        self.ctl.fail(Status::Fault, false);
        self.wake();
    }

    /// Its books; `live` are living headers by holder.
    pub(super) fn book(&self, live: Option<&HashMap<AccountId, u64>>) -> NodeBook {
        let id = self.account.id();
        let mut book = NodeBook::read(&self.spec.name, id, &self.spec.reasons);
        book.live = live.map(|live| live.get(&id).copied().unwrap_or(0));
        book.faults = self.ctl.faults.load(Ordering::Relaxed);
        book.busy_ns = self.ctl.times.busy_ns();
        book
    }

    /// Has both halves called.
    pub(super) fn wake(&self) {
        for half in [rogue_abi::half::TAKE, rogue_abi::half::GIVE] {
            nodes::wake(self.account.node_ref(), half);
        }
    }

    /// Tells a queue that nothing feeds that nothing will come.
    pub(super) fn finish_unfed(&mut self) {
        let [Some(take), _] = &mut self.unplaced else { return };
        let mut out = Outbox::default();
        let mut call = Call::asking(pool::now_ns(), 0, &mut out);
        take.finish(&mut call);
    }

    /// Stops and ends the instance; what it still holds is counted in `charge`. False = it did not return.
    pub(super) fn end(&mut self, charge: usize) -> bool {
        let instance = self.instance.take();
        let started = std::mem::take(&mut self.started);
        let halves = std::mem::take(&mut self.unplaced);
        let retired = std::mem::take(&mut self.retired);
        if instance.is_none() && retired.is_empty() {
            return true;
        }
        let ended = within(&self.spec.name, LAST_CALL, move || {
            pool::charge_as(charge, || {
                if let Some(mut instance) = instance {
                    if started {
                        instance.stop();
                    }
                    drop(halves);
                    drop(instance);
                }
            });
            pool::charge_as(field::DROP_FAULT, || drop(retired));
        });
        ended.is_some()
    }

    /// Ends an instance that failed, to be replaced. While frames elsewhere lie in memory of its own it is only
    /// stopped, and kept until the run ends.
    pub(super) fn retire(&mut self) {
        let good = self.instance.as_mut().and_then(|instance| instance.good_state());
        self.good = good.or_else(|| self.good.take());
        if self.account.wrapped() == 0 {
            self.end(field::DROP_FAULT);
        } else if let Some(mut instance) = self.instance.take() {
            self.started = false;
            let stopped = within(&self.spec.name, LAST_CALL, move || {
                instance.stop();
                instance
            });
            self.retired.extend(stopped);
        }
    }
}

impl RunningNode {
    /// Makes an instance, with a deadline.
    pub(super) fn create(&self) -> Result<Made, StartError> {
        let (module, node, params) = (self.module.clone(), self.account.node_ref(), self.spec.params.clone());
        let name = self.spec.name.clone();
        match within(&name, COLD_CALL, move || module.create(node, &params)) {
            Some(Ok(made)) => Ok(made),
            Some(Err(error)) => Err(StartError::Create { node: name, error }),
            None => Err(StartError::Late { node: name, call: "create" }),
        }
    }

    /// Gives the instance the last state that was good, with a deadline. One that does not take it begins without.
    pub(super) fn restore_good(&mut self) -> Result<(), StartError> {
        let Some(state) = self.good.clone() else { return Ok(()) };
        let Some(mut instance) = self.instance.take() else { return Ok(()) };
        let node = self.spec.name.clone();
        let restored = within(&node, COLD_CALL, move || {
            let done = instance.restore(&state);
            (instance, done)
        });
        let Some((instance, done)) = restored else { return Err(StartError::Late { node, call: "restore" }) };
        self.instance = Some(instance);
        if let Err(error) = done {
            log::warn!(
                "{node}: the new instance does not take the last good state, and begins without: {error}"
            );
        }
        Ok(())
    }

    /// Has the instance take what it needs, with a deadline; an instance that does not return is left alone.
    pub(super) fn start(&mut self) -> Result<(), StartError> {
        let Some(mut instance) = self.instance.take() else { return Ok(()) };
        let node = self.spec.name.clone();
        let started = within(&node, COLD_CALL, move || {
            let done = instance.start();
            (instance, done)
        });
        match started {
            Some((instance, Ok(()))) => {
                self.instance = Some(instance);
                self.started = true;
                Ok(())
            }
            Some((instance, Err(error))) => {
                self.instance = Some(instance);
                Err(StartError::Start { node, error })
            }
            None => Err(StartError::Late { node, call: "start" }),
        }
    }
}
