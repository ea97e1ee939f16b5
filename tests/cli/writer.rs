//! Files that cannot be written, or not to their end: every frame that is lost is counted as `disk`.

use crate::place::Place;
use std::fs;

const WRITE: &str = "name: write
nodes:
  src: { module: pattern, params: { size: 1000, count: 500 } }
  disk: { module: file-writer, params: { path: out.dat } }
links: [ src >> disk ]
";

#[test]
fn a_full_disk_is_counted_and_3() {
    let place = Place::new();
    place.file("g.yaml", WRITE);
    for buffer in ["0", "10000", "1MiB"] {
        let buffer = format!("disk.buffer_size={buffer}");
        let args =
            ["g.yaml", "--set", "disk.path=/dev/full", "--set", "disk.if_exists=append", "--set", &buffer];
        let done = place.run(&args).ended(3).says("No space left on device").says("/dev/full");
        let done =
            done.shows("disk 500 (loss)").shows("= 0 consumed + 500 dropped + 0 held + 0 queued: balances");
        done.shows("\nINCOMPLETE(500 frames, disk): disk lost 500 (disk)\n");
    }
}

#[test]
fn a_file_that_is_there_is_not_touched() {
    let place = Place::new();
    place.file("out.dat", "precious");
    let done = place.graph(WRITE).ended(4).says("error: node `disk`: could not start: cannot write out.dat");
    assert_eq!(done.out, "");
    done.says("it is there already").says("if_exists: replace");
    assert_eq!(fs::read(place.path("out.dat")).expect("it is there"), b"precious");
    place.run(&["g.yaml", "--set", "disk.if_exists=append"]).ended(0);
    let written = fs::read(place.path("out.dat")).expect("it is there");
    assert!(written.starts_with(b"precious") && written.len() == 8 + 500 * 1008, "{}", written.len());
    place.run(&["g.yaml", "--set", "disk.if_exists=replace"]).ended(0);
    assert_eq!(fs::metadata(place.path("out.dat")).expect("it is there").len(), 500 * 1008);
}

#[test]
fn a_place_that_cannot_be_written_keeps_the_graph_from_starting() {
    let place = Place::new();
    place.file("g.yaml", WRITE);
    for (path, says) in [
        ("no/folder/out.dat", "there is no directory no/folder"),
        (".", "is a directory"),
        ("g.yaml/out.dat", "cannot write g.yaml/out.dat"),
    ] {
        let done = place.run(&["g.yaml", "--set", &format!("disk.path={path}")]).ended(4).says(says);
        assert_eq!(done.out, "", "{path}");
        done.says("error: node `disk`: could not start: ");
    }
}

/// A record that no file may take is a loss with a reason, and the others are written.
#[test]
fn frames_too_large_for_a_file_are_counted() {
    let place = Place::new();
    let text =
        WRITE.replace("size: 1000", "size: [100, 3000]").replace("out.dat }", "out.dat, max_size: 2000 }");
    let done = place.graph(&text).ended(3).shows("too_large 250 (loss)").shows(": balances");
    done.shows("INCOMPLETE(250 frames, disk)");
}
