//! Reloads that nobody asks for over the socket: by SIGHUP, and with `--watch` when the graph file changes.
//!
//! Looked at by `watch` between two looks at the run. What holds: one reload is under way at a time, and however often it is
//! asked for meanwhile, one more follows; what comes of it is in the log.

use std::{
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::control::{
    answer::Answer,
    apply::Applied,
    asker::Asker,
    command::{Command, PATIENCE_MS},
    logger::TARGET,
};
use crate::load::Stamp;

/// How often the file is looked at. A change counts when the file was the same twice: an editor may be at it.
const LOOK: Duration = Duration::from_millis(250);

/// A file that is watched.
pub struct Watched {
    path: PathBuf,
    /// As it was when it was read.
    read: Option<Stamp>,
    /// As it was at the last look.
    seen: Option<Stamp>,
    looked: Instant,
}

impl Watched {
    /// Of a file that is about to be read.
    pub fn new(path: &Path) -> Watched {
        let stamp = Stamp::at(path);
        Watched { path: path.to_owned(), read: stamp, seen: stamp, looked: Instant::now() }
    }

    /// Whether the file has become another, and stays so.
    fn has_changed(&mut self) -> bool {
        if self.looked.elapsed() < LOOK {
            return false;
        }
        self.looked = Instant::now();
        // Between two states a file may not be there.
        let Some(now) = Stamp::at(&self.path) else { return false };
        let stays = self.seen.as_ref() == Some(&now);
        self.seen = Some(now);
        let changed = stays && self.read.as_ref() != Some(&now);
        if changed {
            self.read = Some(now);
        }
        changed
    }
}

/// Reloads on their own.
pub struct Reloads {
    asker: Asker,
    watched: Option<Watched>,
    under_way: Option<JoinHandle<()>>,
    /// Why one more is to follow.
    wanted: Option<&'static str>,
}

impl Reloads {
    /// Asks there; `watched` is the graph file, where it is to be watched.
    pub fn new(asker: Asker, watched: Option<Watched>) -> Reloads {
        Reloads { asker, watched, under_way: None, wanted: None }
    }

    /// Looks at the file, and begins what is wanted.
    pub fn look(&mut self, hup: bool) {
        if self.watched.as_mut().is_some_and(Watched::has_changed) {
            self.wanted = Some("the graph file has changed");
        }
        if hup {
            self.wanted = Some("SIGHUP");
        }
        if self.under_way.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        let Some(why) = self.wanted.take() else { return };
        let asker = self.asker.clone();
        let spawned = thread::Builder::new().name("reload".to_owned()).spawn(move || reload(why, &asker));
        match spawned {
            Ok(thread) => self.under_way = Some(thread),
            Err(error) => log::error!(target: TARGET, "{why}: no thread to reload the graph: {error}"),
        }
    }
}

fn reload(why: &str, asker: &Asker) {
    match asker.ask(Command::Reload { force: false, patience_ms: PATIENCE_MS }, &mut || true) {
        Ok(Applied::Done(Ok(Answer::Reloaded(_)))) => {}
        Ok(Applied::Done(Err(refusal))) | Err(refusal) => {
            log::error!(target: TARGET, "{why}, and the graph was not reloaded:\n{refusal}");
        }
        Ok(_) => {}
    }
}
