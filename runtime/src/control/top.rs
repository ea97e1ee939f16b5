//! `top`: what every node of a running graph does, again and again.
//!
//! On a terminal it is drawn over what was there before, as much as fits; in a pipe one after the other. What holds: it
//! ends when the run does, at once.

mod table;

use std::{io, time::Duration};

use super::{
    answer::Answer,
    cli::{Sheet, TopArgs},
    client,
    command::{Command, Kind, Refusal},
    exit,
    io::Io,
    live,
};
use table::screen;

/// The shortest time between two: nothing is seen of more.
const LEAST: Duration = Duration::from_millis(100);

/// Shows what every node does, until the run has ended or nobody reads.
pub fn top(args: &TopArgs, io: &mut Io<'_>) -> io::Result<u8> {
    let mut run = match client::find(args.which.run.as_deref()) {
        Ok(run) => run,
        Err(error) => {
            io.error(live::plain(&error));
            return Ok(exit::USAGE);
        }
    };
    let mut drawn = 0;
    loop {
        match run.ask(&Command::Top {}) {
            Ok(Ok(Answer::Top(top))) if args.format == Sheet::Table => {
                let terminal = (io.widths)().out.is_some() && !args.once;
                let text = screen(&top, (io.widths)().out, if terminal { rows() } else { None });
                let over = if drawn > 0 && terminal { format!("\x1b[{drawn}A\x1b[J") } else { String::new() };
                drawn = text.lines().count();
                io.out.write_all((over + &text).as_bytes())?;
            }
            Ok(Ok(answer)) => writeln!(io.out, "{}", live::content(&answer))?,
            // It was there, and has ended since.
            Ok(Err(Refusal { kind: Kind::Gone, .. })) | Err(_) if drawn > 0 => return Ok(exit::OK),
            Ok(Err(refusal)) => return Ok(live::refused(&refusal, io)),
            Err(error) => {
                io.error(live::plain(&error));
                return Ok(exit::USAGE);
            }
        }
        drawn = drawn.max(1);
        io.out.flush()?;
        if args.once || !run.wait(args.every.max(LEAST))? {
            return Ok(exit::OK);
        }
    }
}

/// The rows of the terminal.
fn rows() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(_, height)| usize::from(height.0))
}
