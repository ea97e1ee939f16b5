//! Child processes with a deadline.
//!
//! Used by `check`, whose children run modules, and by the setting up of a toolchain, whose children load and unpack.
//! What holds: a child that is late is killed; of what it says on its error output only the end is kept.

use std::{
    io::{self, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

/// How much of what a child says on its error output is kept: the end of it.
const TAIL: usize = 4096;

/// How often it is looked whether a child has ended, when that is not heard of.
pub const LOOK: Duration = Duration::from_millis(20);

/// The end of what a child has said.
pub type Tail = Arc<Mutex<Vec<u8>>>;

/// Keeps the end of what the child says; the receiver hears of its end.
pub fn listen(child: &mut Child, tail: Tail) -> Receiver<()> {
    let (close, closed) = channel();
    if let Some(mut from) = child.stderr.take() {
        thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(read @ 1..) = from.read(&mut bytes) {
                let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
                tail.extend_from_slice(bytes.get(..read).unwrap_or_default());
                let over = tail.len().saturating_sub(TAIL);
                tail.drain(..over);
            }
            drop(close);
        });
    }
    closed
}

/// What a tail has.
pub fn text(tail: &Tail) -> String {
    String::from_utf8_lossy(&tail.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

/// Waits for the child's end; `None`: it was late, and is killed.
///
/// # Errors
/// When the system cannot say.
pub fn wait(child: &mut Child, closed: &Receiver<()>, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        if closed.recv_timeout(left.min(LOOK)) == Err(RecvTimeoutError::Disconnected) {
            // Its output is closed, so it ends, or has done something odd: both are seen soon.
            thread::park_timeout(Duration::from_millis(1));
        }
    }
}

/// Runs a command to its good end within `limit`; gives what it has said on its standard output.
///
/// # Errors
/// In words: which command, how it ended, and the last lines it has said.
pub fn run(command: &mut Command, limit: Duration) -> Result<String, String> {
    let name = in_words(command);
    let failed = |error: io::Error| format!("`{name}`: {error}");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let out = child.stdout.take().map(|mut from| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // What was read before an error is all there is.
            let _ = from.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    });
    let tail = Tail::default();
    let closed = listen(&mut child, tail.clone());
    let ended = wait(&mut child, &closed, limit).map_err(failed)?;
    let _ = closed.recv_timeout(LOOK);
    match ended {
        None => Err(format!("`{name}` did not end within {limit:?}{}", last_lines(&text(&tail)))),
        Some(status) if !status.success() => {
            Err(format!("`{name}` ended with {status}{}", last_lines(&text(&tail))))
        }
        Some(_) => Ok(out.and_then(|out| out.join().ok()).unwrap_or_default()),
    }
}

/// The program and its arguments, as far as they fit into a sentence.
fn in_words(command: &Command) -> String {
    const MOST: usize = 80;
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    let mut words = program;
    for arg in command.get_args() {
        let arg = arg.to_string_lossy();
        if words.len() + arg.len() > MOST {
            return words + " …";
        }
        words.push(' ');
        words.push_str(&arg);
    }
    words
}

/// The last lines of what a child has said, each on a line of its own.
fn last_lines(said: &str) -> String {
    const LINES: usize = 6;
    let lines: Vec<&str> = said.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(LINES)).map(|line| format!("\n    | {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(line: &str, limit: Duration) -> Result<String, String> {
        run(Command::new("/bin/sh").args(["-c", line]), limit)
    }

    const LONG: Duration = Duration::from_secs(120);

    #[test]
    fn a_good_end_gives_what_was_said() {
        assert_eq!(sh("echo out; echo err >&2", LONG), Ok("out\n".to_owned()));
    }

    #[test]
    fn a_bad_end_says_which_and_why() {
        let wrong = sh("echo so >&2; exit 3", LONG).expect_err("fails");
        assert_eq!(wrong, "`sh -c echo so >&2; exit 3` ended with exit status: 3\n    | so");
        let none = run(&mut Command::new("/no/such/program"), LONG).expect_err("fails");
        assert!(none.starts_with("`program`: "), "{none}");
    }

    #[test]
    fn who_is_late_is_killed() {
        let late = sh("exec sleep 600", Duration::from_millis(50)).expect_err("is late");
        assert_eq!(late, "`sh -c exec sleep 600` did not end within 50ms");
    }

    #[test]
    fn more_than_a_pipe_holds_is_read() {
        let out = sh("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2", LONG).expect("ends");
        assert_eq!(out.len(), 300_000);
    }
}
