//! `std::thread`: threads of a model, and what each has for itself.

use crate::{
    registry::{self, ThreadKey},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use std::{cell::Cell, io, ptr, rc::Rc, time::Duration};

pub use loom::thread::yield_now;
pub use std::thread::{AccessError, Result, panicking};

/// Stack of a thread: the engine's calls are deeper than loom's usual 32 KiB.
pub(crate) const STACK_WORDS: usize = 32 << 10;

fn me() -> ThreadKey {
    loom::thread::current().id()
}

/// A thread, to be woken.
#[derive(Clone, Debug)]
pub struct Thread(ThreadKey);

impl Thread {
    /// As the real one.
    #[track_caller]
    pub fn unpark(&self) {
        registry::note(|| format!("unpark {:?}", self.0));
        let token = registry::with(|registry| registry.token(self.0));
        *token.given.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = true;
        token.bell.notify_one();
    }
}

/// The thread that asks.
pub fn current() -> Thread {
    Thread(me())
}

/// Sleeps until there is a token, and takes it. loom's own `park` forgets a token that comes while the thread waits for
/// a lock.
#[track_caller]
pub fn park() {
    registry::note(|| "park".to_owned());
    let token = registry::with(|registry| registry.token(me()));
    let mut given = token.given.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    while !*given {
        given = token.bell.wait(given).unwrap_or_else(|poisoned| poisoned.into_inner());
    }
    *given = false;
    registry::note(|| "parked no more".to_owned());
}

/// [`park`]: the time never comes.
#[track_caller]
pub fn park_timeout(_: Duration) {
    park();
}

/// Makes threads.
#[derive(Debug, Default)]
pub struct Builder;

impl Builder {
    /// As the real one.
    pub fn new() -> Builder {
        Builder
    }

    /// As the real one.
    pub fn name(self, _: String) -> Builder {
        self
    }

    /// As the real one.
    ///
    /// # Errors
    /// None.
    pub fn spawn<T, F>(self, body: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        registry::with(|registry| registry.threads_begin());
        let over = Arc::new(AtomicBool::new(false));
        let tell = over.clone();
        let thread = loom::thread::Builder::new().stack_size(STACK_WORDS);
        let thread = thread.spawn(move || {
            let result = body();
            end_locals();
            tell.store(true, Ordering::Release);
            result
        })?;
        Ok(JoinHandle { thread, over })
    }
}

/// As the real one.
pub fn spawn<T, F>(body: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder.spawn(body).unwrap_or_else(|error| panic!("{error}"))
}

/// A thread, to be waited for.
pub struct JoinHandle<T> {
    thread: loom::thread::JoinHandle<T>,
    over: Arc<AtomicBool>,
}

impl<T> JoinHandle<T> {
    /// As the real one.
    ///
    /// # Errors
    /// None: a panic ends the model.
    pub fn join(self) -> Result<T> {
        self.thread.join()
    }

    /// As the real one.
    pub fn is_finished(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// As the real one.
    pub fn thread(&self) -> Thread {
        Thread(self.thread.thread().id())
    }
}

/// A value that each thread has for itself.
pub struct LocalKey<T: 'static> {
    make: fn() -> T,
    /// So that each key has an address of its own.
    _place: u8,
}

impl<T: 'static> LocalKey<T> {
    /// For `thread_local!`.
    pub const fn new(make: fn() -> T) -> Self {
        LocalKey { make, _place: 0 }
    }

    fn value(&'static self) -> Rc<T> {
        let (thread, key) = (me(), ptr::from_ref(self) as usize);
        let known = registry::with(|registry| registry.local(thread, key));
        let value = known.unwrap_or_else(|| {
            let value: Rc<T> = Rc::new((self.make)());
            let drops = std::mem::needs_drop::<T>();
            registry::with(|registry| registry.put_local(thread, key, drops, value.clone()));
            value
        });
        value.downcast().unwrap_or_else(|_| unreachable!("a key has one type"))
    }

    /// As the real one.
    pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        f(&self.value())
    }

    /// As the real one.
    ///
    /// # Errors
    /// None: values are at hand until the thread has ended.
    pub fn try_with<R>(&'static self, f: impl FnOnce(&T) -> R) -> std::result::Result<R, AccessError> {
        Ok(f(&self.value()))
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// As the real one.
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.value().get()
    }

    /// As the real one.
    pub fn set(&'static self, value: T) {
        self.value().set(value);
    }

    /// As the real one.
    pub fn replace(&'static self, value: T) -> T {
        self.value().replace(value)
    }
}

/// What the system does when a thread ends.
pub(crate) fn end_locals() {
    while let Some(value) = registry::with(|registry| registry.take_local(me())) {
        drop(value);
    }
}
