//! The program under test as a child process: what it said, how it ended, and never without end.
//!
//! Used by `tests/graphs` and `tests/cli`. What holds: a child that does not end within [`LIMIT`] is killed and
//! fails its test, and none outlives its test.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

/// Far more than any child needs, even on a machine that does much else.
pub const LIMIT: Duration = Duration::from_secs(120);

/// The program and where it runs.
pub struct Program {
    path: PathBuf,
    /// Its working directory.
    pub dir: PathBuf,
}

/// A child that has ended.
#[derive(Debug)]
pub struct Done {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// The standard output.
    pub out: String,
    /// The error output.
    pub err: String,
}

/// A child that runs.
pub struct Child {
    process: process::Child,
    heard: Receiver<Heard>,
    /// Outputs that are not closed yet.
    open: usize,
    until: Instant,
    limit: Duration,
    out: String,
    err: String,
}

enum Heard {
    Out(String),
    Err(String),
    Closed,
}

/// The folder that `cargo test` builds plugins into: that of the test itself.
pub fn plugins() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    test.parent().expect("in a folder").to_owned()
}

impl Program {
    /// `path` is `env!("CARGO_BIN_EXE_rogue-runtime-under-test")`, which only a test knows.
    pub fn new(path: &str, dir: &Path) -> Program {
        Program { path: PathBuf::from(path), dir: dir.to_owned() }
    }

    /// With these arguments, and nothing of the environment that could change what it does.
    pub fn bare(&self, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(args).current_dir(&self.dir).env("RUST_BACKTRACE", "0");
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("ROGUE_") || ["NO_COLOR", "LD_PRELOAD"].contains(&&*text) {
                command.env_remove(&name);
            }
        }
        // Runs of tests are not to find each other; `tests/control` takes this back.
        command.env("ROGUE_NO_CONTROL", "1");
        command
    }

    /// The same with the plugins of this build.
    pub fn command(&self, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = self.bare(args);
        command.arg("--plugin-path").arg(plugins());
        command
    }

    /// Runs it to its end with the plugins of this build.
    pub fn run(&self, args: &[impl AsRef<OsStr>]) -> Done {
        run(&mut self.command(args))
    }
}

/// Runs a command to its end, with an empty standard input.
pub fn run(command: &mut Command) -> Done {
    run_within(command, LIMIT)
}

/// The same for a command that may take longer, or shall not take as long.
pub fn run_within(command: &mut Command, limit: Duration) -> Done {
    let mut child = Child::spawn(command, b"");
    child.until = Instant::now() + limit;
    child.limit = limit;
    child.end()
}

impl Child {
    /// Starts a command that reads this.
    pub fn spawn(command: &mut Command, input: &[u8]) -> Child {
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        Child::heard(command.stdout(Stdio::piped()), input)
    }

    /// The same, its standard output going where the command says.
    pub fn heard(command: &mut Command, input: &[u8]) -> Child {
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (say, heard) = channel();
        let mut open = 1;
        if let Some(out) = process.stdout.take() {
            listen(out, say.clone(), Heard::Out);
            open += 1;
        }
        listen(process.stderr.take().expect("is a pipe"), say, Heard::Err);
        let (mut stdin, input) = (process.stdin.take().expect("is a pipe"), input.to_vec());
        // A child that does not read it all is no mistake.
        thread::spawn(move || drop(stdin.write_all(&input)));
        Child {
            process,
            heard,
            open,
            until: Instant::now() + LIMIT,
            limit: LIMIT,
            out: String::new(),
            err: String::new(),
        }
    }

    /// Waits until it has said this on its error output.
    pub fn wait_for(&mut self, text: &str) {
        while !self.err.contains(text) {
            assert!(self.open > 0, "ended without saying {text:?}:\n{}{}", self.out, self.err);
            self.hear();
        }
    }

    /// The same; whether it has, and not ended without.
    pub fn says(&mut self, text: &str) -> bool {
        while !self.err.contains(text) && self.open > 0 {
            self.hear();
        }
        self.err.contains(text)
    }

    /// What it has said on its error output so far.
    pub fn said(&self) -> &str {
        &self.err
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until it has said this on its standard output.
    pub fn wait_for_output(&mut self, text: &str) {
        while !self.out.contains(text) {
            assert!(self.open > 0, "ended without saying {text:?}:\n{}{}", self.out, self.err);
            self.hear();
        }
    }

    /// Sends it a signal, named as `kill` names it.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.process.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().expect("there is a shell");
        assert!(sent.success(), "{kill}");
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.process.try_wait().expect("it was started").is_some()
    }

    /// Ends it with SIGKILL, unless it has ended.
    pub fn kill(mut self) -> Done {
        self.process.kill().expect("it was started");
        self.end()
    }

    /// Waits for its end.
    pub fn end(mut self) -> Done {
        while self.open > 0 {
            self.hear();
        }
        let status = self.process.wait().expect("it was started");
        let (out, err) = (std::mem::take(&mut self.out), std::mem::take(&mut self.err));
        Done { code: status.code(), out, err }
    }

    fn hear(&mut self) {
        match self.heard.recv_timeout(self.until.saturating_duration_since(Instant::now())) {
            Ok(Heard::Out(line)) => self.out.push_str(&line),
            Ok(Heard::Err(line)) => self.err.push_str(&line),
            Ok(Heard::Closed) => self.open -= 1,
            Err(_) => panic!("killed after {:?}; it had said:\n{}{}", self.limit, self.out, self.err),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Both fail only if it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn listen(from: impl Read + Send + 'static, say: Sender<Heard>, kind: fn(String) -> Heard) {
    thread::spawn(move || {
        let (mut from, mut line) = (BufReader::new(from), Vec::new());
        while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let _ = say.send(kind(String::from_utf8_lossy(&line).into_owned()));
            line.clear();
        }
        let _ = say.send(Heard::Closed);
    });
}

impl Done {
    /// The exit code, or what was said if it is another.
    #[track_caller]
    pub fn ended(self, code: i32) -> Done {
        assert_eq!(self.code, Some(code), "\n{}{}", self.out, self.err);
        self.sound()
    }

    /// Fails if the program itself panicked.
    #[track_caller]
    pub fn sound(self) -> Done {
        assert!(!self.err.contains("internal error"), "{}", self.err);
        assert!(!self.out.contains("DOES NOT BALANCE"), "{}", self.out);
        self
    }

    /// Fails if the error output lacks this.
    #[track_caller]
    pub fn says(self, text: &str) -> Done {
        assert!(self.err.contains(text), "{text:?} is not in:\n{}{}", self.out, self.err);
        self
    }

    /// Fails if the standard output lacks this.
    #[track_caller]
    pub fn shows(self, text: &str) -> Done {
        assert!(self.out.contains(text), "{text:?} is not in:\n{}{}", self.out, self.err);
        self
    }
}
