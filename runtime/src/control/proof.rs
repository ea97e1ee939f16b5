//! What a swap proves before it swaps: read from a command, done on the thread of whoever asks, told in words.
//!
//! Used by `apply` and `server`; the work is in [`crate::swap::proof`]. What holds: whoever asks and goes is not worked
//! for; what is refused names the first difference and where the frames are.

use std::{path::PathBuf, time::Duration};

use super::{
    answer::Comparison,
    candidate::{Kind, Ready},
    command::{Refusal, SHADOW_LIMIT_MS},
    numbers::{frames, thousands, time},
};
use crate::{
    card::{Card, Tolerance},
    swap::{
        Wanted,
        proof::{Compared, Rehearsal, Ticket, Trial, Verdict, rehearse},
    },
};

const SHADOW: &str = "shadow";
const REHEARSAL: &str = "rehearsal";
/// How long the end of a client may wait to be seen.
const LOOK: Duration = Duration::from_millis(50);

/// What is to be proved.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// Frames in the shadow.
    shadow: Option<u64>,
    /// How long each way may take.
    within: Duration,
    /// A recording.
    recording: Option<PathBuf>,
    /// Compares only.
    pub dry_run: bool,
    /// Swaps though something differs.
    accept: bool,
    tolerance: Option<Tolerance>,
}

impl Proof {
    /// What a command says.
    ///
    /// # Errors
    /// What does not go together.
    pub fn read(
        shadow: Option<u64>,
        shadow_for_ms: u64,
        rehearse: Option<String>,
        dry_run: bool,
        accept: bool,
        tolerance: Option<&str>,
    ) -> Result<Proof, Refusal> {
        let usage = |text: &str| Err(Refusal::usage(text));
        if shadow == Some(0) {
            return usage("a shadow compares at least one frame");
        }
        if shadow_for_ms > SHADOW_LIMIT_MS {
            let longest = time(Duration::from_millis(SHADOW_LIMIT_MS));
            return usage(&format!("a shadow or a rehearsal takes at most {longest}"));
        }
        if shadow.is_none() && rehearse.is_none() && (dry_run || accept || tolerance.is_some()) {
            return usage(
                "--dry-run, --accept and --tolerance say how to compare; add --shadow N or --rehearse FILE",
            );
        }
        if dry_run && accept {
            return usage("--dry-run does not swap and --accept does; leave one of them out");
        }
        let tolerance = tolerance.map(str::parse::<Tolerance>).transpose().map_err(Refusal::usage)?;
        let within = Duration::from_millis(shadow_for_ms);
        Ok(Proof { shadow, within, recording: rehearse.map(PathBuf::from), dry_run, accept, tolerance })
    }

    /// The same by a module's card: how near its results must be, unless the command says.
    pub fn of_module(self, card: &Card) -> Proof {
        let offered = card.tolerance.parse().ok();
        Proof { tolerance: self.tolerance.or(offered), ..self }
    }

    /// What a shadow is asked for, if there is to be one.
    pub fn trial(&self) -> Option<Trial> {
        let (within, tolerance, counts) = (self.within, self.tolerance, self.counts());
        self.shadow.map(|frames| Trial { frames, within, tolerance, counts })
    }

    fn counts(&self) -> bool {
        self.dry_run || self.accept
    }
}

/// What is wanted in the node's place.
pub fn wanted(ready: &Ready) -> Wanted {
    let (mut keep, mut patience, mut grace) = (true, 0, 0);
    if let Kind::Swap { keep_state, patience_ms, grace_ms, .. } = ready.change.kind {
        (keep, patience, grace) = (keep_state, patience_ms, grace_ms);
    }
    Wanted {
        node: ready.change.node.name.clone(),
        found: ready.found.clone(),
        module: ready.module.clone(),
        params: ready.params.clone(),
        sandbox: ready.change.node.sandbox,
        keep_state: keep,
        patience: Duration::from_millis(patience),
        grace: Duration::from_millis(grace),
    }
}

/// Whether the module has been in the shadow already.
pub fn was_shadowed(ready: &Ready) -> bool {
    ready.compared.iter().any(|comparison| comparison.how == SHADOW)
}

/// Rehearses what is ready, if that is asked for. `waits`: somebody still wants to know.
///
/// # Errors
/// What differs, or failed; nothing was changed.
pub fn rehearsed(ready: Ready, waits: &mut dyn FnMut() -> bool) -> Result<Ready, Refusal> {
    let Kind::Swap { proof, .. } = &ready.change.kind else { return Ok(ready) };
    let Some(recording) = proof.recording.clone() else { return Ok(ready) };
    let new = wanted(&ready);
    let node = &ready.change.node;
    let (found, module, params) = (node.found.clone(), ready.change.runs.clone(), node.params.clone());
    let old = Wanted { found, module, params, ..new.clone() };
    let (tolerance, counts, within) = (proof.tolerance, proof.counts(), proof.within);
    let verdict = rehearse(Rehearsal { old, new, recording, tolerance, counts, within }, waits);
    judged(ready, REHEARSAL, verdict)
}

/// Waits for what comes of a shadow.
///
/// # Errors
/// As [`rehearsed`].
pub fn shadowed(ready: Ready, ticket: &Ticket, waits: &mut dyn FnMut() -> bool) -> Result<Ready, Refusal> {
    loop {
        if let Some(verdict) = ticket.wait(LOOK) {
            return judged(ready, SHADOW, verdict);
        }
        if !waits() {
            return Err(Refusal::gone("the shadow was given up; nothing was changed"));
        }
    }
}

fn judged(mut ready: Ready, how: &str, verdict: Verdict) -> Result<Ready, Refusal> {
    let Kind::Swap { proof, .. } = &ready.change.kind else { return Ok(ready) };
    let (name, new, old) = (&ready.change.node.name, &ready.found.card, &ready.change.node.found.card);
    let compared = match verdict {
        Verdict::Done(compared) => compared,
        Verdict::Differs(compared) if proof.counts() => compared,
        Verdict::Differs(compared) => {
            return Err(Refusal::refused(format!(
                "node {name}: {} {} differs from {} {} after {}: {}; {}nothing was changed",
                new.name,
                new.version,
                old.name,
                old.version,
                frames(compared.frames),
                compared.first.as_deref().unwrap_or("it does not say in what"),
                where_saved(&compared)
            )));
        }
        Verdict::Failed(why, compared) => {
            let asked = match (how, proof.shadow) {
                (SHADOW, Some(asked)) => format!(" of {}", thousands(asked)),
                _ => String::new(),
            };
            let far = match compared.frames {
                0 => "no frame was compared".to_owned(),
                given => format!(
                    "only {}{asked} compared ({} equal, {} different)",
                    frames(given),
                    thousands(compared.equal),
                    thousands(compared.different)
                ),
            };
            return Err(Refusal::refused(format!(
                "node {name}, {how} of {} {}: {why}; {far}; {}nothing was changed",
                new.name,
                new.version,
                where_saved(&compared)
            )));
        }
    };
    let done = Comparison {
        how: how.to_owned(),
        frames: compared.frames,
        equal: compared.equal,
        different: compared.different,
        tolerance: proof.tolerance.map(|tolerance| tolerance.to_string()),
        resynchronised: compared.resynchronised,
        paused_us: compared.paused.as_nanos() as f64 / 1000.0,
        first: compared.first,
        saved: compared.saved.map(|folder| folder.display().to_string()),
        not_saved: compared.not_saved,
    };
    ready.compared.push(done);
    Ok(ready)
}

fn where_saved(compared: &Compared) -> String {
    match (&compared.saved, &compared.not_saved) {
        (Some(folder), _) => format!("input.dat, old.dat and new.dat are in {}; ", folder.display()),
        (None, Some(why)) => format!("the frames could not be saved: {why}; "),
        (None, None) => String::new(),
    }
}
