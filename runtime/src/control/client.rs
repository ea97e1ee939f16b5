//! The other end of the control socket: finds the run that is meant and asks it.
//!
//! Used by the verbs for a running graph. What holds: a process that does not answer is named and not waited for
//! without end; an answer of a version this program does not know is not guessed at.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    answer::{Answer, Sample},
    command::{Command, Hello, PROTOCOL, Refusal},
    folder,
};

/// How long a run may take to say who it is.
const GREETING: Duration = Duration::from_secs(5);
/// How long it may take to answer: a swap waits for modules, and others may be before it.
pub const ANSWER: Duration = Duration::from_secs(180);
/// Longest answer in bytes: the largest graph there can be, with room.
const ANSWER_LIMIT: u64 = 256 << 20;

/// A connection to a run.
pub struct Client {
    /// Who is there.
    pub hello: Hello,
    /// Where its socket is.
    pub path: PathBuf,
    lines: BufReader<UnixStream>,
}

/// Runs that were found, and sockets behind which nobody answered.
#[derive(Default)]
pub struct Found {
    /// Runs by name.
    pub runs: Vec<Client>,
    /// Path and reason.
    pub silent: Vec<(PathBuf, String)>,
}

/// What came of asking.
pub type Asked = Result<Result<Answer, Refusal>, String>;

impl Client {
    /// Connects and hears who is there.
    ///
    /// # Errors
    /// What is wrong, in a sentence; `None`: nobody is there any more.
    pub fn connect(path: &Path) -> Result<Client, Option<String>> {
        let stream = folder::connect(path).map_err(|error| match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => None,
            _ => Some(format!("{}: {error}", path.display())),
        })?;
        let mut lines = BufReader::new(stream);
        let hello = line(&mut lines, Some(GREETING)).and_then(|line| {
            serde_json::from_slice::<Hello>(&line).map_err(|_| "it is no rogue-runtime".to_owned())
        });
        let hello = hello.map_err(|why| Some(format!("{}: {why}", path.display())))?;
        if hello.protocol != PROTOCOL {
            return Err(Some(format!(
                "run {} speaks version {} of the protocol, this program {PROTOCOL}; use the rogue-runtime {} that \
                 runs it",
                hello.name, hello.protocol, hello.rogue_runtime
            )));
        }
        Ok(Client { hello, path: path.to_owned(), lines })
    }

    /// Asks one thing.
    ///
    /// # Errors
    /// When the connection fails.
    pub fn ask(&mut self, command: &Command) -> Asked {
        self.ask_within(command, ANSWER)
    }

    /// The same, for something that may take so long.
    ///
    /// # Errors
    /// When the connection fails.
    pub fn ask_within(&mut self, command: &Command, longest: Duration) -> Asked {
        let name = self.hello.name.clone();
        let failed = |why: String| format!("run {name}: {why}");
        self.send(command).map_err(failed)?;
        let line = line(&mut self.lines, Some(longest)).map_err(failed)?;
        match parsed(&line).map_err(failed)? {
            Heard::Answer(answer) => Ok(*answer),
            Heard::Sample(_) => Err(failed("it showed a frame that was not asked for".to_owned())),
        }
    }

    /// Asks for something that comes in lines before its answer, until `each` says that there is enough: then the
    /// answer is not waited for.
    ///
    /// # Errors
    /// When the connection fails; without an answer when there was enough.
    pub fn stream(&mut self, command: &Command, mut each: impl FnMut(&Sample) -> bool) -> Asked {
        let name = self.hello.name.clone();
        let failed = |why: String| format!("run {name}: {why}");
        self.send(command).map_err(failed)?;
        loop {
            let line = line(&mut self.lines, None).map_err(failed)?;
            match parsed(&line).map_err(failed)? {
                Heard::Sample(sample) if each(&sample) => {}
                Heard::Sample(_) => return Err(failed("no more was wanted".to_owned())),
                Heard::Answer(answer) => return Ok(*answer),
            }
        }
    }

    fn send(&mut self, command: &Command) -> Result<(), String> {
        let text = serde_json::to_string(command).map_err(|error| error.to_string())?;
        let stream = self.lines.get_mut();
        let sent = stream
            .set_write_timeout(Some(GREETING))
            .and_then(|()| stream.write_all((text + "\n").as_bytes()));
        sent.map_err(|error| ended(&error))
    }

    /// Waits for so long, or until the run is gone; says whether it is still there.
    ///
    /// # Errors
    /// What the system says.
    pub fn wait(&mut self, longest: Duration) -> io::Result<bool> {
        let until = Instant::now() + longest;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(true);
            }
            self.lines.get_ref().set_read_timeout(Some(left))?;
            match self.lines.fill_buf() {
                Ok([]) => return Ok(false),
                // It speaks only when it is asked.
                Ok(_) => return Err(io::ErrorKind::InvalidData.into()),
                Err(error) if is_late(&error) => return Ok(true),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }
}

/// A line from a run.
enum Heard {
    Sample(Sample),
    Answer(Box<Result<Answer, Refusal>>),
}

fn parsed(line: &[u8]) -> Result<Heard, String> {
    #[derive(Deserialize)]
    struct Line {
        sample: Option<Sample>,
        ok: Option<Answer>,
        error: Option<Refusal>,
    }
    match serde_json::from_slice(line) {
        Ok(Line { ok: Some(answer), .. }) => Ok(Heard::Answer(Box::new(Ok(answer)))),
        Ok(Line { error: Some(refusal), .. }) => Ok(Heard::Answer(Box::new(Err(refusal)))),
        Ok(Line { sample: Some(sample), .. }) => Ok(Heard::Sample(sample)),
        Ok(Line { .. }) => Err("it answered without `ok` and without `error`".to_owned()),
        Err(error) => Err(format!("its answer is not understood: {error}")),
    }
}

/// All runs of this user.
pub fn all() -> Found {
    let mut found = Found::default();
    for path in folder::sockets(&folder::folders()) {
        match Client::connect(&path) {
            Ok(run) => found.runs.push(run),
            Err(Some(why)) => found.silent.push((path, why)),
            // A process that is gone; the next start removes its socket.
            Err(None) => {}
        }
    }
    found
}

/// The run that is meant: by name, process, or path of its socket; the only one if none is named.
///
/// # Errors
/// Which there are.
pub fn find(wanted: Option<&str>) -> Result<Client, String> {
    if let Some(path) = wanted.filter(|wanted| wanted.contains('/')) {
        return Client::connect(Path::new(path))
            .map_err(|why| why.unwrap_or_else(|| format!("{path}: no graph runs behind this socket")));
    }
    pick(all(), wanted)
}

fn pick(found: Found, wanted: Option<&str>) -> Result<Client, String> {
    let Found { runs, silent } = found;
    let names: Vec<String> =
        runs.iter().map(|run| format!("{} (pid {})", run.hello.name, run.hello.pid)).collect();
    let beside = silent.iter().map(|(_, why)| format!("; {why}")).collect::<String>();
    let Some(wanted) = wanted else {
        let several =
            format!("several graphs run: {}; say which with --run NAME|PID|SOCKET", names.join(", "));
        return match (one(runs), names.len()) {
            (Some(run), _) => Ok(run),
            (None, 0) => Err(format!("no graph runs that belongs to this user{beside}")),
            (None, _) => Err(several),
        };
    };
    // The name a run has is meant before that of its graph, of which there may be several.
    let by_name = |run: &Client| run.hello.name == wanted;
    let by_pid = |run: &Client| run.hello.pid.to_string() == wanted;
    let (named, others): (Vec<_>, Vec<_>) = runs.into_iter().partition(by_name);
    let run = one(named).or_else(|| one(others.into_iter().filter(by_pid).collect()));
    run.ok_or_else(|| match names.is_empty() {
        true => format!("no graph runs that belongs to this user{beside}"),
        false => format!("--run: no graph `{wanted}` runs; there are {}{beside}", names.join(", ")),
    })
}

/// The only one.
fn one(mut runs: Vec<Client>) -> Option<Client> {
    if runs.len() == 1 { runs.pop() } else { None }
}

/// One line, within a time, if there is one.
fn line(lines: &mut BufReader<UnixStream>, longest: Option<Duration>) -> Result<Vec<u8>, String> {
    let late = || format!("it did not answer within {} s", longest.unwrap_or_default().as_secs());
    let (until, mut line) = (longest.map(|longest| Instant::now() + longest), Vec::new());
    while line.last() != Some(&b'\n') {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(late());
        }
        lines.get_ref().set_read_timeout(left).map_err(|error| error.to_string())?;
        match lines.take(ANSWER_LIMIT).read_until(b'\n', &mut line) {
            Ok(0) => return Err("the run has ended".to_owned()),
            Ok(_) if line.len() as u64 >= ANSWER_LIMIT => return Err("its answer is too long".to_owned()),
            Ok(_) => {}
            Err(error) if is_late(&error) => return Err(late()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ended(&error)),
        }
    }
    Ok(line)
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn ended(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => "the run has ended".to_owned(),
        _ => error.to_string(),
    }
}

/// What a run is, for a list.
pub fn described(run: &Client) -> Map<String, Value> {
    let Hello { graph, name, pid, rogue_runtime, .. } = &run.hello;
    let socket = run.path.display().to_string();
    let keys = [
        ("name", Value::from(name.as_str())),
        ("graph", Value::from(graph.as_str())),
        ("pid", Value::from(*pid)),
        ("version", Value::from(rogue_runtime.as_str())),
        ("socket", Value::from(socket)),
    ];
    keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
