//! A record read back by the table of `docs/modules.md`, as its reader would.

/// A head and its pulses.
#[derive(Debug, PartialEq)]
pub struct Record {
    pub channel: u8,
    pub flags: u16,
    pub sequence: u32,
    pub samples: u32,
    pub baseline: i32,
    pub noise: u32,
    pub found: u32,
    pub pulses: Vec<Found>,
}

/// A pulse.
#[derive(Debug, PartialEq)]
pub struct Found {
    pub start: u32,
    pub width: u32,
    pub peak: u32,
    pub height: i32,
    pub area: i64,
    pub time: u32,
    pub flags: u16,
    pub raw: u16,
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn half(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap())
}

impl Record {
    /// Fails unless it is one of version 1 with nothing behind it.
    pub fn read(bytes: &[u8]) -> Record {
        let (head, each) = (half(bytes, 28).into(), half(bytes, 30).into());
        assert_eq!((bytes[0], head, each), (1, 32, 32));
        let count = word(bytes, 24) as usize;
        assert_eq!(bytes.len(), head + count * each);
        let pulse = |bytes: &[u8]| Found {
            start: word(bytes, 0),
            width: word(bytes, 4),
            peak: word(bytes, 8),
            height: word(bytes, 12) as i32,
            area: i64::from_le_bytes(bytes[16..24].try_into().unwrap()),
            time: word(bytes, 24),
            flags: half(bytes, 28),
            raw: half(bytes, 30),
        };
        Record {
            channel: bytes[1],
            flags: half(bytes, 2),
            sequence: word(bytes, 4),
            samples: word(bytes, 8),
            baseline: word(bytes, 12) as i32,
            noise: word(bytes, 16),
            found: word(bytes, 20),
            pulses: bytes[head..].chunks(each).map(pulse).collect(),
        }
    }
}
