//! What Linux offers for datagrams and no crate at hand wraps: reading many in one call, runs of them in one piece (GRO),
//! whether runs can be sent (GSO), and how many it has dropped.
//!
//! Where a kernel refuses an option, the caller is told and does without.
#![allow(unsafe_code)]

use socket2::{MsgHdr, SockAddr, SockAddrStorage, SockRef};
use std::{
    io::{self, IoSlice, IoSliceMut},
    mem,
    net::{SocketAddr, UdpSocket},
    os::fd::AsRawFd,
};

/// Most messages of one call.
pub const MESSAGES_MAX: usize = 64;
/// Most datagrams that the kernel takes as one run (`UDP_MAX_SEGMENTS` of older ones).
pub const RUN_MAX: usize = 64;

/// A message: one datagram, or a run of them of equal length, the last one maybe shorter.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    pub from: SocketAddr,
    /// Bytes that came, more than there was room for included.
    pub len: usize,
    /// Length of each datagram of a run; 0: it is one.
    pub each: usize,
}

/// Room for a control message of the kernel's.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Control([u8; 64]);

/// Reads as many messages as there are rooms and the kernel has, without waiting.
///
/// # Errors
/// `WouldBlock` when there is none, and what the kernel says else.
pub fn receive(
    socket: &UdpSocket,
    rooms: &mut [IoSliceMut<'_>],
    messages: &mut Vec<Message>,
) -> io::Result<()> {
    let count = rooms.len().min(MESSAGES_MAX);
    // SAFETY: all-zero is an address of no family and an empty header.
    let (mut from, mut heads): ([libc::sockaddr_storage; MESSAGES_MAX], [libc::mmsghdr; MESSAGES_MAX]) =
        unsafe { mem::zeroed() };
    let mut controls = [Control([0; 64]); MESSAGES_MAX];
    for (at, room) in rooms[..count].iter_mut().enumerate() {
        let head = &mut heads[at].msg_hdr;
        head.msg_name = (&raw mut from[at]).cast();
        head.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
        // The layout of `IoSliceMut` is that of `iovec` by contract.
        head.msg_iov = (&raw mut *room).cast();
        head.msg_iovlen = 1;
        head.msg_control = (&raw mut controls[at]).cast();
        head.msg_controllen = size_of::<Control>() as _;
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
    // SAFETY: each of the first `count` headers refers to a name, a room and a control buffer that live through the call and
    // are as long as it says.
    let got = unsafe {
        let fd = socket.as_raw_fd();
        libc::recvmmsg(fd, heads.as_mut_ptr(), count as u32, flags as _, std::ptr::null_mut())
    };
    let Ok(got) = usize::try_from(got) else { return Err(io::Error::last_os_error()) };
    for (at, head) in heads[..got.min(count)].iter().enumerate() {
        let mut storage = SockAddrStorage::zeroed();
        // SAFETY: the kernel has written an address of that length, which is viewed as what it is.
        let from = unsafe {
            *storage.view_as::<libc::sockaddr_storage>() = from[at];
            SockAddr::new(storage, head.msg_hdr.msg_namelen)
        };
        let Some(from) = from.as_socket() else { continue };
        messages.push(Message { from, len: head.msg_len as usize, each: run_of(&head.msg_hdr) });
    }
    Ok(())
}

/// The length of the datagrams of a run, as the kernel says beside it; 0: it says nothing.
fn run_of(head: &libc::msghdr) -> usize {
    // SAFETY: the header refers to a control buffer of ours that the kernel has filled as far as it says; the macros stay
    // within that.
    unsafe {
        let mut at = libc::CMSG_FIRSTHDR(head);
        while !at.is_null() {
            if (*at).cmsg_level == libc::SOL_UDP && (*at).cmsg_type == libc::UDP_GRO {
                let each = libc::CMSG_DATA(at).cast::<libc::c_int>().read_unaligned();
                return usize::try_from(each).unwrap_or(0);
            }
            at = libc::CMSG_NXTHDR(head, at);
        }
    }
    0
}

/// Sends the bytes of all slices: as one datagram, or as a run of them of `each` bytes.
///
/// # Errors
/// What the kernel says; nothing was sent then.
pub fn send(
    socket: &UdpSocket,
    to: &SockAddr,
    slices: &[IoSlice<'_>],
    each: Option<u16>,
) -> io::Result<usize> {
    let control = each.map(segment);
    let head = MsgHdr::new().with_addr(to).with_buffers(slices);
    let head = match &control {
        Some(control) => head.with_control(control),
        None => head,
    };
    SockRef::from(socket).sendmsg(&head, libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL)
}

/// Length of a control message with a `u16` in it, and the same with what fills it up.
const SEGMENT_LEN: usize = size_of::<libc::cmsghdr>() + size_of::<u16>();
const SEGMENT_SPACE: usize = size_of::<libc::cmsghdr>() + size_of::<usize>();

/// The control message that says how long the datagrams of a run are. Made of bytes, as the kernel copies it.
fn segment(each: u16) -> [u8; SEGMENT_SPACE] {
    let mut bytes = [0; SEGMENT_SPACE];
    let (len, rest) = bytes.split_at_mut(mem::offset_of!(libc::cmsghdr, cmsg_level));
    let len_bytes = SEGMENT_LEN.to_ne_bytes();
    let shown = len.len().min(len_bytes.len());
    len[..shown].copy_from_slice(&len_bytes[..shown]);
    rest[..4].copy_from_slice(&libc::SOL_UDP.to_ne_bytes());
    rest[4..8].copy_from_slice(&libc::UDP_SEGMENT.to_ne_bytes());
    rest[8..10].copy_from_slice(&each.to_ne_bytes());
    bytes
}

/// Has the kernel give runs of datagrams in one piece; whether it does.
pub fn receive_runs(socket: &UdpSocket, wanted: bool) -> bool {
    let wanted = libc::c_int::from(wanted);
    // SAFETY: the option is an integer of ours.
    let done = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_UDP,
            libc::UDP_GRO,
            (&raw const wanted).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    done == 0 && wanted != 0
}

/// Whether the kernel takes runs of datagrams in one piece.
pub fn sends_runs(socket: &UdpSocket) -> bool {
    option::<libc::c_int>(socket, libc::SOL_UDP, libc::UDP_SEGMENT).is_some()
}

/// How many messages the kernel has dropped at this socket since it was made; `None` where it does not say. A run that it
/// would have given in one piece counts as one.
pub fn dropped(socket: &UdpSocket) -> Option<u32> {
    /// Where the drops stand among the numbers (`SK_MEMINFO_DROPS`, since Linux 4.12).
    const DROPS: usize = 8;
    option::<[u32; DROPS + 1]>(socket, libc::SOL_SOCKET, libc::SO_MEMINFO).map(|numbers| numbers[DROPS])
}

/// A number, or an array of them, that the kernel keeps of a socket; `None` where it has no such thing.
fn option<T: Copy + Default>(socket: &UdpSocket, level: libc::c_int, name: libc::c_int) -> Option<T> {
    let mut value = T::default();
    let mut len = size_of::<T>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `len` bytes to a value of ours, which is made of integers: any bytes are one.
    let done =
        unsafe { libc::getsockopt(socket.as_raw_fd(), level, name, (&raw mut value).cast(), &raw mut len) };
    (done == 0 && len as usize == size_of::<T>()).then_some(value)
}
