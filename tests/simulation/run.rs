//! One run of the simulation: a seed, its graph, and one thread that is every thread.
//!
//! What holds: the segments, the pools, the plan, the loader, restarts and the end are those of the product; only the
//! threads of segments and the clock are not. After every step the books are looked at ([`crate::books`]), and every
//! inbox is compared with the [`Model`].

use crate::{
    books, disk,
    end::end,
    graph::{Graph, graph},
    lie::Lie,
    model::Model,
    order::Order,
    point::Hits,
    profile::Profile,
    shop::SHOP,
    trace::Trace,
    turn::Actor,
    watch::{Shared, Watched, World},
};
use fastrand::Rng;
use rogue_runtime::{
    engine::Clock,
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
    /// Frames that wait for each node.
    pub waiting: Vec<u64>,
    /// Frames inside of each node, when it was last written down.
    pub held: Vec<i64>,
    /// Failed calls of each node, and whether it must not be called any more.
    pub failures: Vec<u64>,
    pub dead: Vec<bool>,
    pub starved_until: u64,
    pub stopping_since: Option<u64>,
    pub last: Option<usize>,
    pub forced: bool,
    /// Swaps, rollbacks and new parameters so far, refused ones included.
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
        Some(text) => Graph { text: text.to_owned(), ..Graph::default() },
    };
    if graph.endless {
        profile.stop_at.get_or_insert(300);
    }
    let mut trace = Trace::default();
    trace.lines = options.lines.then(Vec::new);
    let text = graph.text.clone();
    let failed = |step, what, trace| Failed { step, what, graph: text.clone(), trace };
    let mut run = match Run::start(dice, profile, graph, dir, options.lie, seed) {
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
        dir: &'a Path,
        lie: Option<Lie>,
        seed: u64,
    ) -> Result<Run<'a>, String> {
        for (name, room) in &graph.short {
            disk::make_short(&dir.join(name), *room).map_err(|error| format!("{name}: {error}"))?;
        }
        let plan = SHOP.plan(&graph.text.replace("{dir}", &dir.display().to_string()))?;
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
        let modules = plan.nodes.iter().enumerate().map(|(node, planned)| {
            let (inner, world) = (SHOP.module(&planned.module), world.clone());
            Arc::new(Watched { inner, node, world, made: AtomicU64::new(0), refuses: None })
                as Arc<dyn Module>
        });
        let modules = modules.collect();
        let (model, order, nodes) = (Model::new(&plan), Order::new(&plan), plan.nodes.len());
        let (running, steppers) = swap::start_stepped(plan, modules, Clock::Virtual(clock))
            .map_err(|error| format!("the graph does not start: {error}"))?;
        let actors = steppers.into_iter().zip(&running.plan.segments);
        let actors = actors.map(|(stepper, segment)| Actor::new(stepper, segment, &running.plan)).collect();
        Ok(Run {
            dir,
            dice,
            profile,
            graph,
            world,
            running,
            actors,
            model,
            order,
            trace: Trace::default(),
            step: 0,
            missing: 0,
            waiting: vec![0; nodes],
            held: vec![0; nodes],
            failures: vec![0; nodes],
            dead: vec![false; nodes],
            starved_until: 0,
            stopping_since: None,
            last: None,
            forced: false,
            changes: 0,
        })
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
