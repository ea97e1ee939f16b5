//! Names of files: the time in a path, and the members of a roll-over group.
//!
//! Used by the writer for what it makes, and by the reader for what it finds.

use core::time::Duration;
use std::path::Path;

/// Puts the time for every `{time}` in a path: `YYYYMMDD_HHMMSS`, in UTC, since 1970 being `wall` ago.
pub fn with_time(path: &str, wall: Duration) -> String {
    if path.contains("{time}") { path.replace("{time}", &time(wall)) } else { path.to_owned() }
}

/// `YYYYMMDD_HHMMSS` by the Gregorian calendar.
fn time(wall: Duration) -> String {
    let seconds = wall.as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years are counted from 1 March 0000, so that a leap day is the last day of its year; 400 years have
    // 146,097 days. 1970-01-01 is day 719,468.
    let day = days + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = (era * 400 + year, if month < 10 { month + 3 } else { month - 9 });
    let year = if month <= 2 { year + 1 } else { year };
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}_{hour:02}{minute:02}{second:02}")
}

/// File `index` of a roll-over group, counted from 1.
pub fn member(base: &str, index: u32) -> String {
    format!("{base}.{index}")
}

/// The last of the group's files that follow each other on disk, 0 if there is not even the first.
pub fn last_member(base: &str) -> u32 {
    (1..u32::MAX).find(|index| !exists(&member(base, *index))).map_or(u32::MAX, |missing| missing - 1)
}

/// Whether there is something of that name. What cannot be looked at counts: opening it says why.
pub fn exists(name: &str) -> bool {
    Path::new(name).try_exists().unwrap_or(true)
}
