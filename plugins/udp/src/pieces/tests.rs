//! Long datagrams stay in the blocks that the system wrote them to: the frames are parts of these.

use super::*;
use crate::{params::ServerParams, sys};
use rogue_sdk::bench::{Bench, json};
use socket2::SockAddr;
use std::io::IoSlice;

/// Length of the datagrams, which is more than is copied, and how many are sent at once.
const LEN: usize = 8000;
const AT_ONCE: usize = 8;
const ROUNDS: usize = 5;

/// Sends itself datagrams, and gives them as they are cut.
struct Probe {
    node: Node,
    pieces: Pieces,
    to: UdpSocket,
    from: UdpSocket,
    round: usize,
}

impl Module for Probe {
    type Params = ServerParams;
    const CARD: Card = Card::source("probe").about("Gives datagrams that it has sent to itself");

    fn new(params: ServerParams, node: &Node) -> Result<Probe> {
        let (to, from) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
        let mut pieces = Pieces::new(&Settings::from(&params));
        pieces.runs = params.offload && sys::sends_runs(&from) && sys::receive_runs(&to, true);
        Ok(Probe { node: *node, pieces, to, from, round: 0 })
    }
}

impl Probe {
    fn send(&self, bytes: &[u8]) -> Result<()> {
        let to = self.to.local_addr()?;
        if self.pieces.runs {
            sys::send(&self.from, &SockAddr::from(to), &[IoSlice::new(bytes)], Some(LEN as u16))?;
            return Ok(());
        }
        for datagram in bytes.chunks(LEN) {
            self.from.send_to(datagram, to)?;
        }
        Ok(())
    }

    /// Where the blocks are that the next read may use.
    fn rooms(&mut self) -> Result<Vec<std::ops::Range<usize>>> {
        self.pieces.make_blocks(&self.node, MESSAGES_MAX)?;
        let rooms = self.pieces.blocks.iter_mut().map(|block| {
            let mut buffer = block.buffer_mut(0)?;
            let room = buffer.room_mut()?;
            Ok(room.as_ptr().addr()..room.as_ptr().addr() + room.len())
        });
        rooms.collect()
    }
}

impl Source for Probe {
    fn produce(&mut self, out: &mut Out<'_>, _: &Context<'_>) -> Result<Flow> {
        if self.round == ROUNDS {
            return Ok(Flow::Ended);
        }
        let bytes: Vec<u8> = (0..LEN * AT_ONCE).map(|j| (j / LEN + self.round) as u8).collect();
        self.send(&bytes)?;
        let mut came = 0;
        while came < AT_ONCE {
            let rooms = self.rooms()?;
            came += self.pieces.read(&self.to, &self.node)?.0;
            // The first read does not know yet how long they are.
            if self.round > 0 && !self.pieces.in_blocks {
                return Err(Error::new("they were not read into blocks"));
            }
            while let Some(piece) = self.pieces.next(&self.node)? {
                let Piece::Frame(frame) = piece else { return Err(Error::new("it is no frame")) };
                let at = frame.buffer(0)?.bytes().as_ptr().addr();
                if self.pieces.in_blocks && !rooms.iter().any(|room| room.contains(&at)) {
                    return Err(Error::new("a datagram was copied"));
                }
                out.send(frame);
            }
        }
        self.round += 1;
        Ok(Flow::More)
    }
}

#[test]
fn long_datagrams_are_cut_out_of_the_blocks_that_they_were_received_into() {
    for offload in [true, false] {
        let params = json!({ "port": 0, "jumbo": true, "offload": offload });
        let mut bench = Bench::source::<Probe>(params).unwrap();
        while bench.produce().unwrap() == Flow::More {}
        let frames = bench.out();
        assert_eq!(frames.len(), ROUNDS * AT_ONCE);
        for (i, frame) in frames.iter().enumerate() {
            let byte = (i % AT_ONCE + i / AT_ONCE) as u8;
            assert_eq!(frame.to_vec(), vec![byte; LEN], "frame {i}");
        }
        bench.end().unwrap();
    }
}
