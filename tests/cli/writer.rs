//! Files that cannot be written, or not to their end: every frame that is lost is counted as `disk`.

use crate::place::Place;
use rogue_tests::child::{Done, plugins, run};
use std::{fs, process::Command};

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

/// What the writer could write before the disk was full: whole records, and nothing else. `code` and the books are
/// those of a run that lost the rest.
fn cut_short(done: Done, written: &[u8], record: usize, limit: usize) {
    let whole = written.len() / record;
    assert!(written.len().is_multiple_of(record), "it ends in a record: {} bytes", written.len());
    assert!(whole > 0 && written.len() <= limit, "{} bytes of at most {limit}", written.len());
    let lost = 500 - whole;
    let done = done
        .ended(3)
        .says("write failed on ")
        .says("out.dat at byte ")
        .says("make room, then set open to true");
    let done = done.shows(&format!("= {whole} consumed + {lost} dropped + 0 held + 0 queued: balances"));
    done.shows(&format!("\nINCOMPLETE({lost} frames, disk): disk lost {lost} (disk)\n"));
}

/// A shell that runs the program as `"$@"`.
fn in_shell(place: &Place, shell: &mut Command, script: &str, path: &str, buffer: &str) -> Done {
    let set = [format!("disk.buffer_size={buffer}"), format!("disk.path={path}")];
    let program = place.program.command(&["g.yaml", "--set", &set[0], "--set", &set[1]]);
    shell.args(["sh", "-c", script, "sh"]).arg(program.get_program()).args(program.get_args());
    run(shell.current_dir(&place.program.dir).env_remove("ROGUE_PLUGIN_PATH"))
}

/// A limit on the size of files: the write that meets it is short, the next one fails.
#[test]
fn a_limit_on_file_sizes_is_a_full_disk() {
    // The copies of the modules must fit: some more than the largest of them, in units of 512 bytes.
    let largest = fs::read_dir(plugins())
        .expect("a folder")
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "so"));
    let largest = largest.filter_map(|entry| entry.metadata().ok()).map(|about| about.len()).max();
    let blocks = largest.expect("modules were built") / 512 + 8000;
    // The shell counts in units of 512 or of 1024 bytes: a recording goes beyond both.
    let size = (blocks * 1024 + (1 << 20)) / 500 / 4 * 4;
    for buffer in ["0", "100000", "4MiB"] {
        let place = Place::new();
        place.file("g.yaml", WRITE.replace("size: 1000", &format!("size: {size}")));
        let limited = format!("ulimit -f {blocks}; exec \"$@\"");
        let done = in_shell(&place, &mut Command::new("env"), &limited, "out.dat", buffer);
        let written = fs::read(place.path("out.dat")).expect("it was made");
        cut_short(done.says("File too large"), &written, size as usize + 8, blocks as usize * 1024);
    }
    // So small a limit that not even the modules can be copied is said as well.
    let place = Place::new();
    place.file("g.yaml", WRITE);
    let done =
        in_shell(&place, &mut Command::new("env"), "ulimit -f 8; exec \"$@\"", "out.dat", "0").ended(78);
    assert_eq!(done.says("cannot be copied to ").says("File too large").out, "");
}

/// A file system with room for a part of it. The namespace is the test's own: nothing is mounted for others.
#[test]
fn a_small_file_system_becomes_full() {
    let namespace = || {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount"]);
        unshare
    };
    let mount = "mount -t tmpfs -o size=128k none small";
    let place = Place::new();
    fs::create_dir(place.path("small")).expect("a folder");
    let tried = namespace().args(["sh", "-c", mount]).current_dir(place.path(".")).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        eprintln!("no file system can be mounted here; the limit on file sizes is tried all the same");
        return;
    }
    for buffer in ["0", "10000", "1MiB"] {
        place.file("g.yaml", WRITE);
        let script = format!("{mount} && \"$@\"; code=$?; cp small/out.dat seen; exit $code");
        let done = in_shell(&place, &mut namespace(), &script, "small/out.dat", buffer);
        let written = fs::read(place.path("seen")).expect("it was made");
        cut_short(done.says("No space left on device"), &written, 1008, 128 << 10);
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
