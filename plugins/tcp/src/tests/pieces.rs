//! The protocol with streams that are cut anywhere, and with bytes that are no protocol.

use crate::zmtp::{
    COMMAND_MAX, Kind, command,
    decode::{Decoder, Found},
    encode::Head,
    handshake::{GREETING, Handshake, Progress},
    wrong::Wrong,
};
use proptest::prelude::*;

const LIMIT: u64 = 100_000;

#[derive(Clone, Debug)]
enum Item {
    Message(Head, Vec<u8>),
    Command(Vec<u8>),
}

fn item() -> impl Strategy<Value = Item> {
    let payload = prop_oneof![0usize..4, 250usize..260, 0usize..3000];
    let message =
        (any::<u16>(), any::<u8>(), any::<u8>(), payload).prop_map(|(flags, channel, error, len)| {
            let head = Head { flags, channel, error, size: len as u64 };
            Item::Message(head, (0..len).map(|j| (j * 7) as u8).collect())
        });
    let command = prop::collection::vec(any::<u8>(), 1..400).prop_map(Item::Command);
    prop_oneof![4 => message, 1 => command]
}

/// The items on the wire; a command of `amid` bytes stands between the parts of every message if there are any.
fn wire(items: &[Item], long: bool, amid: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let part = |bytes: &mut Vec<u8>, flags: u8, body: &[u8]| {
        if long || body.len() > 255 {
            bytes.push(flags | 2);
            bytes.extend((body.len() as u64).to_be_bytes());
        } else {
            bytes.extend([flags, body.len() as u8]);
        }
        bytes.extend(body);
    };
    for item in items {
        match item {
            Item::Command(body) => part(&mut bytes, 4, body),
            Item::Message(head, payload) if !long && amid == 0 => {
                head.write(&mut bytes);
                bytes.extend(payload);
            }
            Item::Message(head, payload) => {
                part(&mut bytes, 1, &head.flags.to_le_bytes());
                if amid > 0 {
                    part(&mut bytes, 4, &vec![9; amid]);
                }
                part(&mut bytes, 1, &[head.channel]);
                part(&mut bytes, 1, &[head.error]);
                part(&mut bytes, 0, payload);
            }
        }
    }
    bytes
}

/// Reads pieces; after `swap_at` pieces, another decoder goes on with what this one had.
fn read(bytes: &[u8], cuts: &[usize], swap_at: usize) -> (Vec<Item>, Vec<u8>) {
    let mut decoder = Decoder::new(LIMIT);
    let (mut found, mut left) = (Vec::new(), 0);
    let (mut at, mut piece_number) = (0, 0);
    while at < bytes.len() {
        let n = cuts[piece_number % cuts.len()].min(bytes.len() - at);
        let mut joined = Vec::new();
        if piece_number == swap_at {
            joined = decoder.residue();
            decoder = Decoder::new(LIMIT);
        }
        joined.extend_from_slice(&bytes[at..at + n]);
        let mut piece = &joined[..];
        at += n;
        piece_number += 1;
        while !piece.is_empty() {
            if left > 0 {
                let n = piece.len().min(left);
                if let Some(Item::Message(_, payload)) = found.last_mut() {
                    payload.extend_from_slice(&piece[..n]);
                }
                piece = &piece[n..];
                left -= n;
                continue;
            }
            match decoder.next(&mut piece).unwrap() {
                Some(Found::Message(head)) => {
                    left = head.size as usize;
                    found.push(Item::Message(head, Vec::new()));
                }
                Some(Found::Command(body)) => found.push(Item::Command(body)),
                None => assert!(piece.is_empty()),
            }
        }
    }
    (found, decoder.residue())
}

proptest! {
    #[test]
    fn messages_and_commands_come_out_however_they_are_cut(
        items in prop::collection::vec(item(), 1..12),
        cuts in prop::collection::vec(1usize..40, 1..20),
        long in any::<bool>(),
        swap_at in 0usize..60,
    ) {
        let (found, residue) = read(&wire(&items, long, 0), &cuts, swap_at);
        prop_assert_eq!(format!("{found:?}"), format!("{items:?}"));
        prop_assert!(residue.is_empty());
    }

    #[test]
    fn a_command_between_parts_disturbs_nothing(
        items in prop::collection::vec(item(), 1..8),
        cuts in prop::collection::vec(1usize..40, 1..20),
        amid in 1usize..30,
    ) {
        let (found, _) = read(&wire(&items, false, amid), &cuts, usize::MAX);
        let messages = |items: &[Item]| -> String {
            items.iter().filter(|item| matches!(item, Item::Message(..))).map(|item| format!("{item:?}")).collect()
        };
        prop_assert_eq!(messages(&found), messages(&items));
    }

    /// Whatever comes, it is refused or read: without a panic, and with bounded memory.
    #[test]
    fn garbage_is_refused_or_read(bytes in prop::collection::vec(0u8..8, 0..300), cut in 1usize..20) {
        let mut decoder = Decoder::new(LIMIT);
        'all: for mut piece in bytes.chunks(cut) {
            while !piece.is_empty() {
                match decoder.next(&mut piece) {
                    Ok(Some(Found::Message(head))) => {
                        prop_assert!(head.size <= LIMIT);
                        piece = &piece[piece.len().min(head.size as usize)..];
                    }
                    Ok(Some(Found::Command(body))) => prop_assert!(body.len() as u64 <= COMMAND_MAX),
                    Ok(None) => prop_assert!(piece.is_empty()),
                    Err(_) => break 'all,
                }
            }
            prop_assert!(decoder.residue().len() as u64 <= COMMAND_MAX + 30);
        }
    }

    #[test]
    fn a_handshake_of_garbage_is_refused(bytes in prop::collection::vec(any::<u8>(), 100..200), good in 0usize..90) {
        let mut all = GREETING.to_vec();
        all.extend(command::ready(Kind::Push));
        all.truncate(good);
        all.extend(&bytes);
        let mut handshake = Handshake::new(Kind::Pull);
        let mut rest = &all[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(handshake.wants().min(rest.len()));
            rest = later;
            match handshake.take(now) {
                Ok(Progress::Done) | Err(_) => break,
                Ok(_) => prop_assert!(handshake.wants() as u64 <= COMMAND_MAX),
            }
        }
    }
}

fn refusal(bytes: &[u8]) -> Wrong {
    let mut decoder = Decoder::new(LIMIT);
    let mut rest = bytes;
    loop {
        match decoder.next(&mut rest) {
            Err(wrong) => return wrong,
            Ok(found) => assert!(!rest.is_empty(), "{found:?}"),
        }
    }
}

#[test]
fn what_is_wrong_with_a_message_is_said() {
    assert_eq!(refusal(&[8, 1]), Wrong::Flags(8));
    assert_eq!(refusal(&[5, 1]), Wrong::Flags(5));
    assert_eq!(refusal(&[0, 2]), Wrong::Parts);
    assert_eq!(refusal(&[1, 2, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1]), Wrong::Parts);
    assert_eq!(refusal(&[1, 3]), Wrong::PartSize { part: 0, size: 3 });
    assert_eq!(refusal(&[1, 2, 0, 0, 1, 0]), Wrong::PartSize { part: 1, size: 0 });
    assert_eq!(
        refusal(&[1, 2, 0, 0, 1, 1, 0, 3, 0, 0, 0, 0, 0, 0, 1, 0]),
        Wrong::PartSize { part: 2, size: 256 }
    );
    assert_eq!(refusal(&[4, 0]), Wrong::Command(0));
    assert_eq!(refusal(&[6, 0xff, 0, 0, 0, 0, 0, 0, 0]), Wrong::Command(0xff << 56));
    let head = Head { size: LIMIT + 1, ..Head::default() };
    let mut bytes = Vec::new();
    head.write(&mut bytes);
    assert_eq!(refusal(&bytes), Wrong::TooLarge { size: LIMIT + 1, limit: LIMIT });
    let (last, but_last) = bytes.split_last().unwrap();
    let mut decoder = Decoder::new(LIMIT);
    assert_eq!(decoder.next(&mut &but_last[..]), Ok(None));
    assert_eq!(decoder.next(&mut &[*last][..]), Err(Wrong::TooLarge { size: LIMIT + 1, limit: LIMIT }));
}

fn handshake(bytes: &[u8]) -> Result<Progress, Wrong> {
    let (mut handshake, mut rest, mut progress) = (Handshake::new(Kind::Pull), bytes, Ok(Progress::More));
    while !rest.is_empty() && progress.is_ok() && progress != Ok(Progress::Done) {
        let (now, later) = rest.split_at(handshake.wants().min(rest.len()));
        rest = later;
        progress = handshake.take(now);
    }
    progress
}

#[test]
fn what_is_wrong_with_a_handshake_is_said() {
    let with = |at: usize, byte: u8| {
        let mut bytes = GREETING.to_vec();
        bytes[at] = byte;
        handshake(&bytes)
    };
    assert_eq!(handshake(b"GET / HTTP/1.1\r\n"), Err(Wrong::NotZmtp));
    assert_eq!(with(9, 0), Err(Wrong::NotZmtp));
    assert_eq!(with(10, 1), Err(Wrong::Version(2)));
    assert_eq!(with(12, b'C'), Err(Wrong::Mechanism("CULL".to_owned())));
    // Other minor and later major versions, the role, the filler: nobody minds.
    for (at, byte) in [(11, 0), (11, 9), (10, 4), (32, 1), (63, 7), (3, 9)] {
        assert_eq!(with(at, byte), Ok(Progress::Greeted(command::ready(Kind::Pull))), "{at}");
    }
    let after = |command: &[u8]| handshake(&[&GREETING, command].concat());
    assert_eq!(after(&command::ready(Kind::Push)), Ok(Progress::Done));
    let is = |is: &str| Err(Wrong::SocketType { is: is.to_owned(), must_be: "PUSH" });
    assert_eq!(after(&command::ready(Kind::Pull)), is("PULL"));
    assert_eq!(after(&command::wire("READY", &[])), is(""));
    assert_eq!(after(&command::wire("ERROR", b"\x02no")), Err(Wrong::Refused("no".to_owned())));
    assert_eq!(after(&command::wire("PING", &[0; 4])), Err(Wrong::NotReady));
    assert_eq!(after(&command::wire("READY", b"\x0bSocket-Type\xff\xff\xff\xffPUSH")), Err(Wrong::NotReady));
    assert_eq!(after(&[1, 2]), Err(Wrong::NotReady));
    assert_eq!(after(&[6, 0, 0, 0, 0, 0, 1, 0, 0]), Err(Wrong::Command(1 << 16)));
    // Other properties, and the name of the right one in other letters; a long header.
    let rest = b"\x08Identity\0\0\0\x02ab\x0bSOCKET-type\0\0\0\x04PUSH";
    assert_eq!(after(&command::wire("READY", rest)), Ok(Progress::Done));
    let short = command::ready(Kind::Push);
    let long = [&[6, 0, 0, 0, 0, 0, 0, 0, short[1]], &short[2..]].concat();
    assert_eq!(after(&long), Ok(Progress::Done));
}

#[test]
fn a_ping_is_answered_with_its_context() {
    assert_eq!(command::answer(b"\x04PING\0\x0aabc"), Ok(Some(b"\x04\x08\x04PONGabc".to_vec())));
    let longer = [b"\x04PING\0\x0a".as_slice(), &[7; 40]].concat();
    assert_eq!(command::answer(&longer).unwrap().unwrap().len(), 2 + 5 + 16);
    assert_eq!(command::answer(b"\x04PONGabc"), Ok(None));
    assert_eq!(command::answer(b"\xffx"), Ok(None));
    assert_eq!(command::answer(b"\x05ERROR\x02no"), Err(Wrong::Refused("no".to_owned())));
}
