//! The files that Rogue 6.15 wrote are read exactly, and what we write from them is byte-identical.

use super::*;

/// Frame `i` of a file whose byte `j` is `step·i + j`.
fn counts(frames: &[Frame], step: usize) {
    for (i, frame) in frames.iter().enumerate() {
        let wanted: Vec<u8> = (0..frame.payload() as usize).map(|j| (step * i + j) as u8).collect();
        assert_eq!(frame.to_vec(), wanted, "frame {i}");
    }
}

#[test]
fn multichannel_is_as_described() {
    let frames = read(&rogue("multichannel.dat"));
    assert_eq!(frames.len(), 600);
    counts(&frames, 1);
    for (i, frame) in frames.iter().enumerate() {
        assert!((1..=1500).contains(&frame.payload()) && frame.channel() <= 2, "frame {i}");
        assert_eq!(frame.error(), u8::from(i % 37 == 5), "frame {i}");
        assert!(i % 5 == 0 || frame.flags() == 0, "frame {i}");
    }
    for channel in 0..3 {
        assert!(frames.iter().any(|frame| frame.channel() == channel));
    }
    assert!(frames.iter().filter(|frame| frame.flags() != 0).count() > 100);
}

#[test]
fn prbs_files_are_as_described() {
    for (width, channel) in [(32, 1), (64, 2), (128, 4)] {
        let frames = read(&rogue(&format!("prbs{width}.dat")));
        assert_eq!(frames.len(), 40);
        for (i, frame) in frames.iter().enumerate() {
            assert_eq!(frame.payload() as usize, (4 + 5 * i) * width / 8);
            assert_eq!((frame.channel(), frame.flags(), frame.error()), (channel, 0, 0));
            assert_eq!(frame.reader().number::<u32>().unwrap(), i as u32);
        }
    }
}

#[test]
fn the_rolled_files_are_read_as_one() {
    let frames = read(&rogue("rollover.dat.1"));
    assert_eq!(frames.len(), 60);
    counts(&frames, 3);
    for (i, frame) in frames.iter().enumerate() {
        assert_eq!((frame.payload() as usize, frame.channel()), (1000 + i % 257, 7));
    }
}

#[test]
fn what_we_write_is_the_same_whatever_the_buffer_and_the_pieces() {
    let frames = read(&rogue("multichannel.dat"));
    let original = fs::read(rogue("multichannel.dat")).unwrap();
    for buffer_size in [0, 1, 1500, 100_000, 1 << 20] {
        for piece in [0, 37, 700] {
            let dir = Dir::new();
            let mut bench = writer(json!({ "path": dir.path("x.dat"), "buffer_size": buffer_size }));
            for frame in &frames {
                let mut copy = Bench::frame_with(piece, frame.payload()).unwrap();
                copy.write(0, &frame.to_vec()).unwrap();
                copy.copy_metadata(frame);
                bench.push(copy).unwrap();
            }
            assert_eq!(number(&bench, "total_size"), original.len() as u64);
            end(bench);
            assert!(dir.get("x.dat") == original, "buffer {buffer_size}, pieces of {piece}");
        }
    }
}

#[test]
fn what_we_write_through_channel_ports_is_the_same() {
    for (width, channel) in [(32, 1), (64, 2), (128, 4)] {
        let name = format!("prbs{width}.dat");
        let dir = Dir::new();
        let mut bench = writer(json!({ "path": dir.path(&name) }));
        bench
            .push_all(channel, read(&rogue(&name)).iter().map(|made| frame(&made.to_vec(), 99, 0, 0)))
            .unwrap();
        end(bench);
        assert!(dir.get(&name) == fs::read(rogue(&name)).unwrap());
    }
}

#[test]
fn what_we_roll_over_is_the_same() {
    for buffer_size in [0, 3000, 1 << 20] {
        let dir = Dir::new();
        let params = json!({ "path": dir.path("x.dat"), "max_size": 20000, "buffer_size": buffer_size });
        let mut bench = writer(params);
        bench
            .push_all(7, read(&rogue("rollover.dat.1")).iter().map(|made| frame(&made.to_vec(), 0, 0, 0)))
            .unwrap();
        end(bench);
        assert_eq!(dir.names(), ["x.dat.1", "x.dat.2", "x.dat.3", "x.dat.4"]);
        for index in 1..=4 {
            let original = fs::read(rogue(&format!("rollover.dat.{index}"))).unwrap();
            assert!(dir.get(&format!("x.dat.{index}")) == original, "file {index}");
        }
    }
}

#[test]
fn raw_payloads_are_the_same() {
    let dir = Dir::new();
    let mut bench = writer(json!({ "path": dir.path("x.dat"), "raw": true }));
    for i in 0..20 {
        let payload: Vec<u8> = (0..100 + i).map(|j| (7 * i + j) as u8).collect();
        bench.push_to(3, frame(&payload, 5, 1, 0)).unwrap();
    }
    end(bench);
    assert!(dir.get("x.dat") == fs::read(rogue("raw.dat")).unwrap());
}
