//! System calls that no crate at hand wraps: addresses of network interfaces, and how far a peer has acknowledged.
#![allow(unsafe_code)]

use std::{
    ffi::CStr,
    io,
    mem::MaybeUninit,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, TcpStream},
    os::fd::AsRawFd,
};

/// The addresses of the interface of that name, IPv4 first; none if there is no such interface.
///
/// # Errors
/// What the system says.
pub fn interface(name: &str) -> io::Result<Vec<SocketAddr>> {
    let mut list = std::ptr::null_mut();
    // SAFETY: the list is written to a pointer of ours and freed below.
    if unsafe { libc::getifaddrs(&mut list) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let mut found = Vec::new();
    let mut at = list;
    while !at.is_null() {
        // SAFETY: the system's list is valid until it is freed, and ends with a null pointer.
        let entry = unsafe { &*at };
        at = entry.ifa_next;
        // SAFETY: a name in the list is a string that ends.
        if unsafe { CStr::from_ptr(entry.ifa_name) }.to_bytes() == name.as_bytes()
            && !entry.ifa_addr.is_null()
        {
            // SAFETY: an address has the size that its family says; it may be unaligned.
            unsafe {
                match i32::from((*entry.ifa_addr).sa_family) {
                    libc::AF_INET => {
                        let addr: libc::sockaddr_in =
                            entry.ifa_addr.cast::<libc::sockaddr_in>().read_unaligned();
                        let ip = Ipv4Addr::from(u32::from_be(addr.sin_addr.s_addr));
                        found.push(SocketAddr::new(IpAddr::V4(ip), 0));
                    }
                    libc::AF_INET6 => {
                        let addr: libc::sockaddr_in6 =
                            entry.ifa_addr.cast::<libc::sockaddr_in6>().read_unaligned();
                        let ip = Ipv6Addr::from(addr.sin6_addr.s6_addr);
                        found.push(SocketAddr::V6(SocketAddrV6::new(ip, 0, 0, addr.sin6_scope_id)));
                    }
                    _ => {}
                }
            }
        }
    }
    // SAFETY: the list is the system's, and nothing refers to it any more.
    unsafe { libc::freeifaddrs(list) };
    found.sort_by_key(SocketAddr::is_ipv6);
    Ok(found)
}

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
