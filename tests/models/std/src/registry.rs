//! What the models' `std` keeps of one run of a model: which of loom's objects stands for which address.
//!
//! Called by the rest of this crate. What holds: a model runs on one thread of the system, so this is a thread-local;
//! it is never borrowed while loom may switch.

use loom::sync::atomic::{AtomicU32, AtomicU64};
use std::{
    any::Any,
    cell::RefCell,
    collections::{BTreeMap, HashMap, HashSet},
    mem::ManuallyDrop,
    panic::Location,
    rc::Rc,
    sync::LazyLock,
};

/// An atomic: its value is loom's plus `base`.
///
/// loom looks for another order of two accesses only where it has kept the one before: a load, another thread's load, and
/// that thread's change are one order too few. So each access first touches a bell that nobody waits for, which loom
/// puts into every order, and which tells no thread of another.
pub(crate) struct Bound<A, V> {
    pub(crate) atomic: Rc<A>,
    pub(crate) base: V,
    pub(crate) touched: Rc<loom::sync::Condvar>,
}

impl<A, V: Copy> Clone for Bound<A, V> {
    fn clone(&self) -> Self {
        Bound { atomic: self.atomic.clone(), base: self.base, touched: self.touched.clone() }
    }
}

pub(crate) type Bound32 = Bound<AtomicU32, u32>;
pub(crate) type Bound64 = Bound<AtomicU64, u64>;
pub(crate) type ThreadKey = loom::thread::ThreadId;

/// Whether a thread is allowed to go on from `park`, and what it waits for.
pub(crate) struct Token {
    pub(crate) given: loom::sync::Mutex<bool>,
    pub(crate) bell: loom::sync::Condvar,
}

#[derive(Default)]
pub(crate) struct Registry {
    atomics32: HashMap<usize, Bound32>,
    atomics64: HashMap<usize, Bound64>,
    spare32: Vec<Rc<AtomicU32>>,
    spare64: Vec<Rc<AtomicU64>>,
    /// Addresses that others write as plain memory.
    plain: HashSet<usize>,
    mutexes: HashMap<usize, Rc<loom::sync::Mutex<()>>>,
    cells: HashMap<usize, Rc<loom::cell::UnsafeCell<()>>>,
    tokens: HashMap<ThreadKey, Rc<Token>>,
    /// Values of thread-locals, by thread and key, in order of their making; whether they have a `Drop`.
    locals: Vec<(ThreadKey, usize, bool, Rc<dyn Any>)>,
    /// What brings a static back to its first value, by address.
    resets: BTreeMap<usize, Box<dyn FnOnce()>>,
    /// Mappings of the system's.
    mappings: Vec<(usize, usize)>,
    /// With `MODEL_TRACE` set, what happened in this run.
    trace: Vec<String>,
    /// Whether a thread was started: from then on an atomic's first value must not carry what its first user has seen.
    threads: bool,
}

thread_local! {
    /// Never dropped: what a model that failed leaves cannot be ended outside of it.
    static REGISTRY: ManuallyDrop<RefCell<Registry>> = ManuallyDrop::default();
}

pub(crate) fn with<T>(f: impl FnOnce(&mut Registry) -> T) -> T {
    REGISTRY.with(|registry| f(&mut registry.borrow_mut()))
}

/// The same from a `Drop` that may run when everything ends.
pub(crate) fn try_with(f: impl FnOnce(&mut Registry)) {
    let _ = REGISTRY.try_with(|registry| registry.try_borrow_mut().map(|mut registry| f(&mut registry)));
}

/// Forgets the run before, and brings all statics back to their first values.
pub(crate) fn clear() {
    while let Some((_, reset)) = with(|registry| registry.resets.pop_first()) {
        reset();
    }
    let before = with(std::mem::take);
    for &(at, bytes) in &before.mappings {
        // SAFETY: mapped by `system::mmap`, and everything that could point there is of the run before.
        unsafe { libc::munmap(at as *mut libc::c_void, bytes) };
    }
}

/// A new run, with so many atomics of each size for those that are first touched after a thread was started.
pub(crate) fn begin(spare: usize) {
    clear();
    let spare32 = (0..spare).map(|_| Rc::new(AtomicU32::new(0))).collect();
    let spare64 = (0..spare).map(|_| Rc::new(AtomicU64::new(0))).collect();
    with(|registry| {
        registry.spare32 = spare32;
        registry.spare64 = spare64;
    });
}

fn bell() -> Rc<loom::sync::Condvar> {
    Rc::new(loom::sync::Condvar::new())
}

/// Notes a step of this run, for [`steps`].
#[track_caller]
pub(crate) fn note(what: impl FnOnce() -> String) {
    static WANTED: LazyLock<bool> = LazyLock::new(|| std::env::var_os("MODEL_TRACE").is_some());
    if *WANTED {
        let (thread, place) = (loom::thread::current().id(), Location::caller());
        let line = format!("{thread:?} {}:{} {}", place.file(), place.line(), what());
        with(|registry| registry.trace.push(line));
    }
}

/// The steps of this run.
pub(crate) fn steps() -> Vec<String> {
    with(|registry| std::mem::take(&mut registry.trace))
}

impl Registry {
    pub(crate) fn threads_begin(&mut self) {
        self.threads = true;
    }

    pub(crate) fn has_threads(&self) -> bool {
        self.threads
    }

    pub(crate) fn bound32(&mut self, at: usize, first: u32) -> Bound32 {
        let (threads, spare) = (self.threads, &mut self.spare32);
        let bind = || match threads {
            false => Bound { atomic: Rc::new(AtomicU32::new(first)), base: 0, touched: bell() },
            // loom lets the first value happen where it is made, so what is made now would tell of its maker.
            true => Bound {
                atomic: spare.pop().expect("a spare atomic: raise the number in `model`"),
                base: first,
                touched: bell(),
            },
        };
        self.atomics32.entry(at).or_insert_with(bind).clone()
    }

    pub(crate) fn bound64(&mut self, at: usize, first: u64) -> Bound64 {
        let (threads, spare) = (self.threads, &mut self.spare64);
        let bind = || match threads {
            false => Bound { atomic: Rc::new(AtomicU64::new(first)), base: 0, touched: bell() },
            true => Bound {
                atomic: spare.pop().expect("a spare atomic: raise the number in `model`"),
                base: first,
                touched: bell(),
            },
        };
        self.atomics64.entry(at).or_insert_with(bind).clone()
    }

    pub(crate) fn unbind(&mut self, at: usize) {
        self.atomics32.remove(&at);
        self.atomics64.remove(&at);
    }

    pub(crate) fn set_plain(&mut self, at: usize) {
        self.plain.insert(at);
    }

    pub(crate) fn is_plain(&self, at: usize) -> bool {
        self.plain.contains(&at)
    }

    /// The lock at an address, and what undoes the changes to what it guards.
    pub(crate) fn mutex(
        &mut self,
        at: usize,
        reset: impl FnOnce() -> Box<dyn FnOnce()>,
    ) -> Rc<loom::sync::Mutex<()>> {
        self.resets.entry(at).or_insert_with(reset);
        self.mutexes.entry(at).or_insert_with(|| Rc::new(loom::sync::Mutex::new(()))).clone()
    }

    pub(crate) fn on_reset(&mut self, at: usize, reset: Box<dyn FnOnce()>) {
        self.resets.insert(at, reset);
    }

    /// What was at this address is dropped in order, within its run.
    pub(crate) fn forget(&mut self, at: usize) {
        self.resets.remove(&at);
        self.mutexes.remove(&at);
    }

    pub(crate) fn cell(&mut self, at: usize) -> Rc<loom::cell::UnsafeCell<()>> {
        self.cells.entry(at).or_insert_with(|| Rc::new(loom::cell::UnsafeCell::new(()))).clone()
    }

    pub(crate) fn token(&mut self, thread: ThreadKey) -> Rc<Token> {
        let fresh =
            || Rc::new(Token { given: loom::sync::Mutex::new(false), bell: loom::sync::Condvar::new() });
        self.tokens.entry(thread).or_insert_with(fresh).clone()
    }

    pub(crate) fn local(&self, thread: ThreadKey, key: usize) -> Option<Rc<dyn Any>> {
        let mine = self.locals.iter().find(|(t, k, ..)| (*t, *k) == (thread, key));
        mine.map(|(.., value)| value.clone())
    }

    pub(crate) fn put_local(&mut self, thread: ThreadKey, key: usize, drops: bool, value: Rc<dyn Any>) {
        self.locals.push((thread, key, drops, value));
    }

    /// The next value of a thread that ends: those with a `Drop` first, since it may use the others.
    pub(crate) fn take_local(&mut self, thread: ThreadKey) -> Option<Rc<dyn Any>> {
        let find = |drops| self.locals.iter().position(|(t, _, d, _)| *t == thread && *d == drops);
        let at = find(true).or_else(|| find(false))?;
        Some(self.locals.remove(at).3)
    }

    pub(crate) fn mapped(&mut self, at: usize, bytes: usize) {
        self.mappings.push((at, bytes));
    }

    /// Forgets a mapping and all atomics in it.
    pub(crate) fn unmapped(&mut self, at: usize, bytes: usize) {
        self.mappings.retain(|mapping| *mapping != (at, bytes));
        let inside = |place: &usize| (at..at + bytes).contains(place);
        self.atomics32.retain(|place, _| !inside(place));
        self.atomics64.retain(|place, _| !inside(place));
        self.plain.retain(|place| !inside(place));
        self.cells.retain(|place, _| !inside(place));
    }
}
