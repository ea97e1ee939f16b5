//! `tap`: a live sample of the frames that leave a node, shown or saved.
//!
//! What holds: what comes from a run is shown without anything that moves the cursor; a file is written only where none
//! was, and has whole records only.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use rogue_record::Header;

use super::{
    answer::{Answer, Sample, TapEnd, Tapped},
    cli::{TapArgs, TapSheet},
    client,
    command::{Command, SAMPLE_LIMIT},
    exit,
    io::Io,
    live,
    numbers::frames,
};

/// Shows or saves what leaves a node, until there is enough or nobody reads.
pub fn tap(args: &TapArgs, io: &mut Io<'_>) -> io::Result<u8> {
    let mut run = match client::find(args.which.run.as_deref()) {
        Ok(run) => run,
        Err(error) => {
            io.error(live::plain(&error));
            return Ok(exit::USAGE);
        }
    };
    let mut file = match args.to.as_deref().map(create).transpose() {
        Ok(file) => file,
        Err(error) => {
            io.error(error);
            return Ok(exit::USAGE);
        }
    };
    let mut failed = None;
    let asked = run.stream(&command(args), |sample| {
        let done = match &mut file {
            Some(file) => save(sample, file),
            None => show(sample, args.format, io),
        };
        failed = done.err();
        failed.is_none()
    });
    match (failed, &args.to) {
        (Some(error), Some(path)) => {
            io.error(format!("{}: cannot be written: {error}", path.display()));
            return Ok(exit::INTERNAL);
        }
        (Some(error), None) => return Err(error),
        (None, _) => {}
    }
    match asked {
        Ok(Ok(Answer::Tapped(done))) => {
            io.remark(&remark(&done));
            Ok(exit::OK)
        }
        Ok(Ok(answer)) => writeln!(io.out, "{:#}", live::content(&answer)).map(|()| exit::OK),
        Ok(Err(refusal)) => Ok(live::refused(&refusal, io)),
        Err(error) => {
            io.error(live::plain(&error));
            Ok(exit::USAGE)
        }
    }
}

fn command(args: &TapArgs) -> Command {
    let (node, port) = match args.what.split_once('.') {
        Some((node, port)) => (node.to_owned(), Some(port.to_owned())),
        None => (args.what.clone(), None),
    };
    let every_ms = |every: Duration| u64::try_from(every.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
    Command::Tap {
        node,
        port,
        limit: args.limit,
        max_bytes: args.max_bytes.min(SAMPLE_LIMIT),
        whole: args.to.is_some(),
        every_ms: every_ms(args.every),
    }
}

fn create(path: &Path) -> Result<File, String> {
    let file = File::options().write(true).create_new(true).open(path);
    file.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            format!("{}: there is a file already; name another, or remove it", path.display())
        }
        io::ErrorKind::NotFound => {
            format!("{}: its folder is not there; make it, or name another file", path.display())
        }
        _ => format!("{}: {error}", path.display()),
    })
}

/// Writes a frame as a record.
fn save(sample: &Sample, file: &mut impl Write) -> io::Result<()> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let text = sample.base64.as_deref().ok_or_else(|| wrong("the run sent no whole frame"))?;
    let bytes =
        BASE64_STANDARD.decode(text).map_err(|_| wrong("the run sent a payload that is no base64"))?;
    let length = u32::try_from(bytes.len()).ok().and_then(|length| length.checked_add(4));
    let length = length.ok_or_else(|| wrong("a frame is too long for a record"))?;
    let Sample { flags, error, channel, .. } = *sample;
    // In one call, so that a file whose writer is interrupted ends with a whole record.
    let header = Header { length, flags, error, channel }.encode();
    file.write_all(&[&header[..], &bytes].concat())
}

fn show(sample: &Sample, format: TapSheet, io: &mut Io<'_>) -> io::Result<()> {
    match format {
        TapSheet::Json => writeln!(io.out, "{}", serde_json::json!(sample))?,
        TapSheet::Hex => writeln!(io.out, "{}", line(sample))?,
    }
    // Live: nobody waits for more to come.
    io.out.flush()
}

/// A frame in one line, as `debug` says it.
fn line(sample: &Sample) -> String {
    let Sample { port, size, channel, error, flags, hex, .. } = sample;
    let hex = hex.as_deref().unwrap_or_default();
    let bytes: Vec<&str> =
        hex.as_bytes().chunks(2).filter_map(|byte| std::str::from_utf8(byte).ok()).collect();
    let more = if bytes.len() < *size as usize { " …" } else { "" };
    live::plain(&format!(
        "{port}: size={size}, error=0x{error:02x}, flags=0x{flags:04x}, channel={channel}: {}{more}",
        bytes.join(" ")
    ))
}

fn remark(done: &Tapped) -> String {
    let Tapped { seen, shown, missed, ended } = *done;
    let why = match ended {
        TapEnd::Limit => "as many as were asked for",
        TapEnd::Asked => "ended from here",
        TapEnd::NodeEnded => "the node has come to its end",
        TapEnd::RunEnded => "the run has ended",
    };
    format!("{} shown of {} seen, {} missed: {why}", frames(shown), frames(seen), frames(missed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Sample {
        let port = "out\u{1b}[2J".to_owned();
        let (hex, base64) = (Some("00ff7f".to_owned()), Some("AP9/".to_owned()));
        Sample { port, size: 5, channel: 3, error: 1, flags: 0x102, stamp_ns: 7, hex, base64 }
    }

    #[test]
    fn a_line_has_the_metadata_and_the_first_bytes_and_moves_no_cursor() {
        let line = line(&sample());
        assert!(line.ends_with("size=5, error=0x01, flags=0x0102, channel=3: 00 ff 7f …"), "{line}");
        assert!(!line.contains('\u{1b}'), "{line}");
    }

    #[test]
    fn what_is_saved_is_a_record() {
        let mut file = Vec::new();
        save(&sample(), &mut file).expect("memory");
        assert_eq!(file, [7, 0, 0, 0, 2, 1, 1, 3, 0, 0xff, 0x7f]);
        let broken = Sample { base64: Some("?".to_owned()), ..sample() };
        assert!(save(&broken, &mut file).is_err_and(|error| error.to_string().contains("no base64")));
    }
}
