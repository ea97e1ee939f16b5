//! One run of the simulation: a seed, its graph, and one thread that is every thread.
//!
//! What holds: the segments, the pools, the plan, the loader, restarts and the end are those of the product; only the
//! threads of segments and the clock are not. After every step the books are looked at ([`crate::books`]), and every
//! inbox is compared with the [`Model`].

use crate::{
    books, disk,
    end::end,
    graph::{Graph, graph, number},
    lie::Lie,
    model::Model,
    order::Order,
    point::Hits,
    profile::Profile,
    shop::SHOP,
    trace::Trace,
    turn::Actor,
    watch::{Refusal, Shared, Watched, World},
};
use fastrand::Rng;
use rogue_runtime::{
    engine::Clock,
    graph::PlanNode,
    module::Module,
    pool,
    swap::{self, Running},
};
use std::{
    path::Path,
    sync::{Arc, Mutex, atomic::AtomicU64},
};

/// Steps after which a run that has not come to its end never will.
const MOST_STEPS: u64 = 20_000;

/// How a run differs from what its seed says.
#[derive(Default)]
pub struct Options {
    /// A mistake to be found.
    pub lie: Option<Lie>,
    /// A graph in place of a random one, in a run without faults.
    pub graph: Option<&'static str>,
    /// Whether to keep the lines of the trace.
    pub lines: bool,
}

/// A run that went well.
pub struct Done {
    pub trace: Trace,
    pub steps: u64,
    pub hits: Hits,
}

/// A run that did not.
pub struct Failed {
    pub step: u64,
    pub what: String,
    pub graph: String,
    pub trace: Trace,
}

/// A run on its way.
pub struct Run<'a> {
    pub dir: &'a Path,
    pub dice: Rng,
    pub profile: Profile,
    pub graph: Graph,
    pub world: Arc<World>,
    pub running: Running,
    pub actors: Vec<Actor>,
    pub model: Model,
    pub order: Order,
    pub trace: Trace,
    pub step: u64,
    /// Shares that memory had no room for.
    pub missing: u64,
    /// The number of the next node that is new. What follows is by number.
    pub next: usize,
    /// Frames that wait for each node.
    pub waiting: Vec<u64>,
    /// Frames inside of each node, when it was last written down.
    pub held: Vec<i64>,
    /// Failed calls of each node, and whether it must not be called any more.
    pub failures: Vec<u64>,
    pub dead: Vec<bool>,
    /// Whether it is made anew when it fails.
    pub restarts: Vec<bool>,
    pub starved_until: u64,
    pub stopping_since: Option<u64>,
    pub last: Option<usize>,
    pub forced: bool,
    /// Reloads, swaps, rollbacks and new parameters so far, refused ones included.
    pub changes: u32,
}

/// Runs a seed.
pub fn run(seed: u64, dir: &Path, options: &Options) -> Result<Done, Failed> {
    let mut dice = Rng::with_seed(seed);
    let mut profile = match options.graph {
        None => Profile::of(&mut dice),
        Some(_) => Profile { attend: 50, ..Profile::default() },
    };
    let graph = match options.graph {
        None => graph(&mut dice, &profile),
        Some(_) => Graph::default(),
    };
    let text = options.graph.map_or_else(|| graph.text(), str::to_owned);
    if graph.endless {
        profile.stop_at.get_or_insert(300);
    }
    let mut trace = Trace::default();
    trace.lines = options.lines.then(Vec::new);
    let failed = |step, what, trace| Failed { step, what, graph: text.clone(), trace };
    let mut run = match Run::start(dice, profile, graph, &text, dir, options.lie, seed) {
        Ok(run) => run,
        Err(what) => return Err(failed(0, what, trace)),
    };
    run.trace = trace;
    let went = run.go();
    pool::starve(false);
    let (step, world) = (run.step, run.world.clone());
    match went {
        Ok(()) => match end(run) {
            Ok(trace) => Ok(Done { trace, steps: step, hits: world.lock().hits }),
            Err((what, trace)) => Err(failed(step, what, trace)),
        },
        Err(what) => {
            let trace = std::mem::take(&mut run.trace);
            // Threads are not left behind; what the end says of a run that failed is of no interest.
            run.running.force();
            run.actors.iter_mut().for_each(|actor| {
                let _ = actor.stepper.step();
            });
            drop(run.running.end());
            Err(failed(step, what, trace))
        }
    }
}

impl<'a> Run<'a> {
    fn start(
        dice: Rng,
        profile: Profile,
        graph: Graph,
        text: &str,
        dir: &'a Path,
        lie: Option<Lie>,
        seed: u64,
    ) -> Result<Run<'a>, String> {
        for (name, room) in &graph.short {
            disk::make_short(&dir.join(name), *room).map_err(|error| format!("{name}: {error}"))?;
        }
        let plan = SHOP.plan(&here(text, dir))?;
        let clock = Arc::new(AtomicU64::new(1_000_000));
        let shared = Shared {
            dice: Rng::with_seed(!seed),
            profile: profile.clone(),
            hits: Hits::default(),
            notes: Vec::new(),
            lie,
            starved: false,
            wrong: None,
        };
        let world = Arc::new(World { clock: clock.clone(), state: Mutex::new(shared) });
        let opened = |node: &PlanNode| watched(&world, number(&node.name), &node.found.card.name, None);
        let modules = plan.nodes.iter().map(opened).collect();
        let (model, order, next) = (Model::new(&plan), Order::new(&plan), plan.nodes.len());
        let (running, steppers) = swap::start_stepped(plan, modules, Clock::Virtual(clock))
            .map_err(|error| format!("the graph does not start: {error}"))?;
        drop(steppers);
        let plan = running.plan.clone();
        let mut run = Run {
            dir,
            dice,
            profile,
            graph,
            world,
            running,
            actors: Vec::new(),
            model,
            order,
            trace: Trace::default(),
            step: 0,
            missing: 0,
            next,
            waiting: Vec::new(),
            held: Vec::new(),
            failures: Vec::new(),
            dead: Vec::new(),
            restarts: Vec::new(),
            starved_until: 0,
            stopping_since: None,
            last: None,
            forced: false,
            changes: 0,
        };
        run.take_plan(&plan);
        Ok(run)
    }

    /// A module of that name, watched, for the node with that number.
    pub fn watched(&self, node: usize, module: &str, refuses: Option<Refusal>) -> Arc<dyn Module> {
        watched(&self.world, node, module, refuses)
    }

    /// The node with that number in the plan that runs.
    pub fn planned(&self, node: usize) -> Option<&PlanNode> {
        self.running.plan.nodes.iter().find(|planned| number(&planned.name) == node)
    }

    /// A graph's text for this run's folder.
    pub fn here(&self, text: &str) -> String {
        here(text, self.dir)
    }

    fn go(&mut self) -> Result<(), String> {
        while !self.running.is_over() {
            if self.step == MOST_STEPS {
                return Err(format!("no end after {MOST_STEPS} steps; held: {:?}", self.held));
            }
            self.step += 1;
            self.act()?;
            let books = books::check(&self.running, &self.waiting)?;
            if books.held != self.held {
                self.trace.add(format_args!("{}:   held {:?}", self.step, books.held));
                self.held = books.held;
            }
            let missing = books.missing;
            if missing != self.missing {
                return Err(format!(
                    "{missing} shares are booked as without memory, {} are missing",
                    self.missing
                ));
            }
        }
        Ok(())
    }
}

fn watched(world: &Arc<World>, node: usize, module: &str, refuses: Option<Refusal>) -> Arc<dyn Module> {
    let (inner, world, made) = (SHOP.module(module), world.clone(), AtomicU64::new(0));
    Arc::new(Watched { inner, node, world, made, refuses })
}

fn here(text: &str, dir: &Path) -> String {
    text.replace("{dir}", &dir.display().to_string())
}
