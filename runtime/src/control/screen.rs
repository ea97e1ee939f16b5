//! The error output of a run: log lines, and on a terminal one line of status below them.
//!
//! Written by the logger and by `run`. What holds: the status line is gone before anything else is
//! written, and drawn again after it; off a terminal nothing of it is ever written.

use std::{
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A screen that several write to.
#[derive(Clone)]
pub struct Screen {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    out: Box<dyn Write + Send>,
    terminal: bool,
    /// How wide the terminal is at this moment.
    width: fn() -> Option<usize>,
    status: Option<String>,
}

impl Screen {
    /// A screen over `out`; `terminal` says whether it can show a status line.
    pub fn new(out: Box<dyn Write + Send>, terminal: bool, width: fn() -> Option<usize>) -> Screen {
        Screen { inner: Arc::new(Mutex::new(Inner { out, terminal, width, status: None })) }
    }

    /// Whether it shows a status line.
    pub fn is_terminal(&self) -> bool {
        self.lock().terminal
    }

    /// Writes whole lines.
    pub fn lines(&self, text: &str) {
        self.lock().lines(text);
    }

    /// The same from a panic hook, which may be called while this thread has the screen.
    pub fn last_words(&self, text: &str) {
        match self.inner.try_lock() {
            Ok(mut inner) => inner.lines(text),
            Err(_) => drop(std::io::stderr().write_all(text.as_bytes())),
        }
    }

    /// Shows this status, or none.
    pub fn status(&self, status: Option<String>) {
        let mut inner = self.lock();
        if !inner.terminal || inner.status == status {
            return;
        }
        let clear = inner.clear();
        inner.status = status;
        let text = clear + &inner.drawn();
        inner.write(&text);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn lines(&mut self, text: &str) {
        let all = self.clear() + text + &self.drawn();
        self.write(&all);
    }

    /// The status as it is written. The cursor waits in the row below, so that a process which is ended at once leaves
    /// a whole line behind, and nothing that is typed stands in it.
    fn drawn(&self) -> String {
        self.status.as_ref().map_or_else(String::new, |status| format!("{status}\n"))
    }

    /// Puts the cursor where the status begins and empties the screen from there on.
    ///
    /// A terminal that was made narrower than the status has broken it into several rows.
    fn clear(&self) -> String {
        let Some(status) = &self.status else { return String::new() };
        let length = status.chars().count();
        let more =
            (self.width)().filter(|width| *width > 0).map_or(0, |width| length.saturating_sub(1) / width);
        format!("\r\x1b[{}A\x1b[J", more + 1)
    }

    /// Nobody can be told when the error output itself fails, so that is passed over.
    fn write(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes());
        let _ = self.out.flush();
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// What was written, for tests of whoever writes.
    #[derive(Clone, Default)]
    pub struct Written(Arc<Mutex<Vec<u8>>>);

    impl Written {
        pub fn text(&self) -> String {
            String::from_utf8_lossy(&self.0.lock().expect("not poisoned")).into_owned()
        }
    }

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_status_gives_way_to_lines_and_comes_back() {
        let written = Written::default();
        let screen = Screen::new(Box::new(written.clone()), true, || None);
        screen.status(Some("s1".to_owned()));
        screen.status(Some("s1".to_owned()));
        screen.lines("line\n");
        screen.status(None);
        screen.lines("end\n");
        assert_eq!(written.text(), "s1\n\r\x1b[1A\x1b[Jline\ns1\n\r\x1b[1A\x1b[Jend\n");
    }

    #[test]
    fn a_status_that_a_narrower_terminal_has_broken_is_gone_whole() {
        let written = Written::default();
        let screen = Screen::new(Box::new(written.clone()), true, || Some(10));
        screen.status(Some("twenty-one characters".to_owned()));
        screen.status(Some("ten of it.".to_owned()));
        screen.lines("line\n");
        let expected = "twenty-one characters\n\r\x1b[3A\x1b[Jten of it.\n\r\x1b[1A\x1b[Jline\nten of it.\n";
        assert_eq!(written.text(), expected);
    }

    #[test]
    fn off_a_terminal_there_is_no_status() {
        let written = Written::default();
        let screen = Screen::new(Box::new(written.clone()), false, || None);
        screen.status(Some("s1".to_owned()));
        screen.lines("line\n");
        screen.status(None);
        assert_eq!(written.text(), "line\n");
    }
}
