//! What is logged, by the runtime and by modules, as lines on the screen.
//!
//! [`install`] makes it the `log` crate's logger; [`Logger::tick`] is called while a graph runs, so that
//! counts of suppressed lines appear when the burst is over. [`filter`](Filter) says what is shown,
//! [`limit`](Limiter) what is said too often, [`line`] how a line looks.
//!
//! What holds: a target that ends in `#always` is shown whatever the filter says, and never counted as a
//! repetition; the suffix is not shown. A message is one line, or a line and indented ones: what a module or
//! a peer puts into it cannot move the cursor.

mod filter;
mod limit;
mod line;

use std::{
    sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock},
    time::{Instant, SystemTime},
};

use log::{LevelFilter, Log, Metadata, Record};

pub use filter::{Directive, Filter};
use limit::{Limiter, Said};

use super::screen::Screen;
use crate::host;

/// The target of what the runtime itself says.
pub const TARGET: &str = "rogue_runtime";

/// Ends the target of lines that are always shown.
const ALWAYS: &str = "#always";

/// The logger of the process.
pub struct Logger {
    filter: RwLock<Filter>,
    limiter: Mutex<Limiter>,
    screen: Screen,
    color: bool,
}

/// Has everything logged from now on go to `screen`. Only the first call of a process counts.
pub fn install(filter: Filter, screen: Screen, color: bool) -> &'static Logger {
    static LOGGER: OnceLock<Logger> = OnceLock::new();
    let logger = LOGGER.get_or_init(|| Logger::new(filter, screen, color));
    // It can be set once; whoever is first has it.
    let _ = log::set_logger(logger);
    let_through(&logger.filter.read().unwrap_or_else(PoisonError::into_inner));
    logger
}

/// Has what can be shown get this far, and nothing else: lines that are always shown come as info.
fn let_through(filter: &Filter) {
    let level = filter.most().max(LevelFilter::Info);
    log::set_max_level(level);
    host::set_log_level(level);
}

impl Logger {
    fn new(filter: Filter, screen: Screen, color: bool) -> Logger {
        Logger { filter: RwLock::new(filter), limiter: Mutex::new(Limiter::default()), screen, color }
    }

    /// Changes what is shown from now on.
    ///
    /// # Errors
    /// When too many targets are told apart.
    pub fn change(&self, directives: &[Directive]) -> Result<(), String> {
        let mut filter = self.filter.write().unwrap_or_else(PoisonError::into_inner);
        filter.change(directives)?;
        let_through(&filter);
        Ok(())
    }

    /// Says how many lines were suppressed in bursts that are over.
    pub fn tick(&self) {
        let said = self.limiter().expire(Instant::now());
        self.say(&said);
    }

    /// Says of all bursts how many lines were suppressed.
    pub fn finish(&self) {
        let said = self.limiter().drain();
        self.say(&said);
    }

    fn limiter(&self) -> MutexGuard<'_, Limiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, said: &[Said]) {
        for Said { level, target, more, like } in said {
            let text = format!("… {more} more like this: {like}");
            self.screen.lines(&line::line(SystemTime::now(), *level, target, &text, self.color));
        }
    }

    fn write(&self, record: &Record<'_>, now: Instant) {
        let message = record.args().to_string();
        let target = match record.target().strip_suffix(ALWAYS) {
            Some(target) => target,
            None => {
                let said = self.limiter().admit(record.level(), record.target(), &message, now);
                match said {
                    None => return,
                    Some(said) => self.say(&said),
                }
                record.target()
            }
        };
        self.screen.lines(&line::line(SystemTime::now(), record.level(), target, &message, self.color));
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().ends_with(ALWAYS)
            || self
                .filter
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .shows(metadata.level(), metadata.target())
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.write(record, Instant::now());
        }
    }

    fn flush(&self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::screen::tests::Written;
    use log::Level;

    fn say(logger: &Logger, level: Level, target: &str, text: &str) {
        logger.log(&Record::builder().level(level).target(target).args(format_args!("{text}")).build());
    }

    #[test]
    fn filters_limits_and_lets_always_through() {
        let written = Written::default();
        let screen = Screen::new(Box::new(written.clone()), false, || None);
        let logger = Logger::new(Filter::new(LevelFilter::Warn, &[]), screen, false);
        say(&logger, Level::Info, "a", "hidden");
        for number in 0..30 {
            say(&logger, Level::Warn, "a", &format!("late by {number}"));
            say(&logger, Level::Info, "pyrogue.view#always", "a frame");
        }
        logger.finish();
        let text = written.text();
        assert!(!text.contains("hidden") && !text.contains(ALWAYS));
        assert_eq!(text.matches("INFO  pyrogue.view: a frame\n").count(), 30);
        assert_eq!(text.matches("WARN  a: late by").count(), 10);
        assert_eq!(text.matches("WARN  a: … 20 more like this: late by 29\n").count(), 1, "{text}");
    }
}
