//! A system call that no crate at hand wraps: how far a peer has acknowledged.
#![allow(unsafe_code)]

use std::{mem::MaybeUninit, net::TcpStream, os::fd::AsRawFd};

/// Where `tcpi_bytes_acked` lies in Linux's `struct tcp_info`, since 4.1.
const BYTES_ACKED: usize = 120;

/// Bytes that the peer has acknowledged over the connection's life; `None` where the system does not say.
pub fn acknowledged(stream: &TcpStream) -> Option<u64> {
    let mut info = [MaybeUninit::<u8>::zeroed(); 256];
    let mut len = info.len() as libc::socklen_t;
    // SAFETY: the system writes at most `len` bytes to an array of ours.
    let done = unsafe {
        libc::getsockopt(
            stream.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            info.as_mut_ptr().cast(),
            &mut len,
        )
    };
    if done != 0 || (len as usize) < BYTES_ACKED + 8 {
        return None;
    }
    // SAFETY: every byte was zero before the system wrote some of them.
    let bytes = info[BYTES_ACKED..BYTES_ACKED + 8].iter().map(|byte| unsafe { byte.assume_init() });
    let mut number = [0; 8];
    number.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
    Some(u64::from_ne_bytes(number))
}
