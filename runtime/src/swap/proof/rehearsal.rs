//! A rehearsal: the module that runs and the one that is wanted, fresh instances of both, are given the frames of a
//! recording, and what they make of it is compared. The graph is not touched.
//!
//! Called on the thread of whoever asks, which waits and watches; the modules are called on another. What holds: every
//! length in the file is distrusted, and a file that is not made of whole records is refused where it is wrong; both
//! modules are told the same time with each frame.

use super::{
    Tolerance, Verdict,
    comparison::Comparison,
    observer::{judged, made},
    shadow::may_be_tried,
    subject::{Given, Role, Stage, Subject},
    watched::Watched,
};
use crate::{
    pool::{self, MAX_FRAME_BYTES},
    swap::Wanted,
};
use crossbeam_channel::{RecvTimeoutError, bounded};
use rogue_record::{HEADER, Header};
use rogue_sdk::Frame;
use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long who asks may wait to be told that it is enough.
const LOOK: Duration = Duration::from_millis(50);

/// What is to be rehearsed.
pub struct Rehearsal {
    /// What runs.
    pub old: Wanted,
    /// What is wanted in its place.
    pub new: Wanted,
    /// The recording.
    pub recording: PathBuf,
    /// How near payloads must be; equal if there is none.
    pub tolerance: Option<Tolerance>,
    /// Goes on after a difference, and counts.
    pub counts: bool,
    /// How long it may take.
    pub within: Duration,
}

/// Rehearses; `wanted` says whether somebody still waits.
pub fn rehearse(rehearsal: Rehearsal, mut wanted: impl FnMut() -> bool) -> Verdict {
    let failed = |why: String| Verdict::Failed(why, super::Compared::default());
    let names = [&rehearsal.old, &rehearsal.new].map(|of| {
        let card = &of.found.card;
        format!("{} {}", card.name, card.version)
    });
    for (of, name) in [&rehearsal.old, &rehearsal.new].into_iter().zip(&names) {
        if let Err(why) = may_be_tried(&of.found.card) {
            return failed(format!("{name} cannot be given a recording: {why}"));
        }
    }
    let (watched, within, patience) = (Watched::default(), rehearsal.within, rehearsal.new.patience);
    let until = Instant::now() + within;
    let (give, take) = bounded(1);
    let (inside, name) = (watched.clone(), format!("rehearsal-{}", rehearsal.new.node));
    let spawned =
        std::thread::Builder::new().name(name).spawn(move || drop(give.send(play(&rehearsal, &inside))));
    if let Err(error) = spawned {
        return failed(format!("no thread for a rehearsal: {error}"));
    }
    loop {
        match take.recv_timeout(LOOK) {
            Ok(verdict) => return verdict,
            Err(RecvTimeoutError::Disconnected) => return failed("the rehearsal broke off".to_owned()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some((who, call)) = watched.stuck(patience) {
            watched.end("it was given up");
            let (name, longest) = (&names[who.min(1)], patience.as_millis());
            return failed(format!("{name} did not return from {call} within {longest} ms; it was given up"));
        }
        if !wanted() {
            watched.end("nobody waits for it any more");
        } else if Instant::now() >= until {
            watched.end(&format!("the recording was not over within {} s", within.as_secs_f64()));
        }
    }
}

fn play(rehearsal: &Rehearsal, watched: &Watched) -> Verdict {
    let mut comparison = Comparison::new(rehearsal.tolerance, rehearsal.counts);
    let done = played(rehearsal, watched, &mut comparison);
    judged(&rehearsal.new.node, comparison, done.err())
}

fn played(rehearsal: &Rehearsal, watched: &Watched, comparison: &mut Comparison) -> Result<(), String> {
    let mut recording = Recording::open(&rehearsal.recording)?;
    let roles = [Role::of(0, &rehearsal.old), Role::of(1, &rehearsal.new)];
    let stage = || {
        let links = vec![1; rehearsal.old.found.card.output_count() as usize];
        Stage::open(&rehearsal.new.node, links).ok_or("no account is left for a rehearsal".to_owned())
    };
    let stages = [stage()?, stage()?];
    let mut old = Subject::new(&roles[0], &stages[0], watched)?;
    let done = Subject::new(&roles[1], &stages[1], watched).and_then(|mut new| {
        let both = Both { subjects: [&mut old, &mut new], reasons: [roles[0].reasons(), roles[1].reasons()] };
        let done = both.given(&mut recording, &stages, watched, comparison);
        new.end();
        done
    });
    old.end();
    done
}

/// Both modules.
struct Both<'a> {
    subjects: [&'a mut Subject; 2],
    reasons: [Vec<String>; 2],
}

impl Both<'_> {
    fn given(
        self,
        recording: &mut Recording,
        stages: &[Stage; 2],
        watched: &Watched,
        comparison: &mut Comparison,
    ) -> Result<(), String> {
        let [old, new] = self.subjects;
        let accounts = [stages[0].account.id(), stages[1].account.id()];
        let take = |comparison: &mut Comparison, gave: [Given; 2], input: &[Frame]| {
            let [of_old, of_new] = gave;
            comparison.old_gave(made(of_old, &self.reasons[0]), input);
            comparison.new_gave(0, made(of_new, &self.reasons[1]), input.first());
            comparison.settle(input)
        };
        while let Some(frame) = recording.next(accounts[0])? {
            if let Some(why) = watched.told_to_end() {
                return Err(why);
            }
            let share =
                |account| pool::share_for(&frame, account).ok_or("no memory for the frames of a rehearsal");
            let now_ns = pool::now_ns();
            let gave = [
                old.accept(now_ns, 0, Some(share(accounts[0])?))?,
                new.accept(now_ns, 0, Some(share(accounts[1])?))?,
            ];
            if !take(comparison, gave, &[frame]) {
                return Ok(());
            }
        }
        let now_ns = pool::now_ns();
        if take(comparison, [old.finish(now_ns)?, new.finish(now_ns)?], &[]) {
            comparison.end(&[]);
        }
        Ok(())
    }
}

/// A file of records.
struct Recording {
    file: BufReader<File>,
    name: String,
    /// Place of the next record.
    at: u64,
    len: u64,
}

impl Recording {
    fn open(path: &Path) -> Result<Recording, String> {
        let name = path.display().to_string();
        let failed = |what: String| format!("cannot read the recording {name}: {what}");
        // Opening a pipe would wait for its writer, so the kind is looked at before.
        let about = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
        if !about.is_file() {
            return Err(failed("it is no regular file".to_owned()));
        }
        let file = File::open(path).map_err(|error| failed(error.to_string()))?;
        Ok(Recording { file: BufReader::new(file), at: 0, len: about.len(), name })
    }

    /// The next frame; records without payload make none (spec section 13).
    fn next(&mut self, account: u32) -> Result<Option<Frame>, String> {
        while self.at < self.len {
            let wrong = |what: &str| format!("recording {}: {what} at byte {}", self.name, self.at);
            let failed = |error: io::Error| wrong(&format!("it cannot be read ({error})"));
            let mut head = [0; HEADER];
            let left = self.len - self.at;
            if left < HEADER as u64 {
                return Err(wrong("there is no whole record"));
            }
            self.file.read_exact(&mut head).map_err(failed)?;
            let header = Header::decode(head);
            if header.length < 4 {
                return Err(wrong("there is no record"));
            }
            let payload = header.payload();
            if left - (HEADER as u64) < u64::from(payload) || payload > MAX_FRAME_BYTES {
                return Err(wrong("the record is torn: it is longer than the file,"));
            }
            self.at += HEADER as u64 + u64::from(payload);
            if payload == 0 {
                continue;
            }
            let frame = pool::request_from(account, account, payload);
            let mut frame = frame.ok_or_else(|| format!("no memory for a frame of {payload} bytes"))?;
            let read = |error: String| format!("recording {}: {error}", self.name);
            frame.set_payload(payload).map_err(|error| read(error.to_string()))?;
            let bytes = frame.bytes_mut().map_err(|error| read(error.to_string()))?;
            self.file.read_exact(bytes).map_err(|error| read(error.to_string()))?;
            header.stamp(&mut frame);
            return Ok(Some(frame));
        }
        Ok(None)
    }
}
