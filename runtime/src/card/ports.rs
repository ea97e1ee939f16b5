//! How ports are numbered: through, in declaration order, a family of `count` taking `count` numbers.
//!
//! A port with a name is called by it; a port of a family by its number, and the family's name means its first.

use super::PortCard;

/// How many ports, families counted through.
pub(super) fn count(ports: &[PortCard]) -> u32 {
    ports.iter().fold(0u32, |sum, port| sum.saturating_add(port.count))
}

/// Each declaration with the number of its first port.
fn numbered(ports: &[PortCard]) -> impl Iterator<Item = (u32, &PortCard)> {
    ports.iter().scan(0u32, |next, port| {
        let first = *next;
        *next = next.saturating_add(port.count);
        Some((first, port))
    })
}

/// The ports and families of these that need a link and have none, by what is said of each number.
pub fn unlinked(ports: &[PortCard], linked: impl Fn(u32) -> bool) -> impl Iterator<Item = &PortCard> {
    let lacks = move |(first, port): &(u32, &PortCard)| {
        !port.optional && !(*first..first.saturating_add(port.count)).any(&linked)
    };
    numbered(ports).filter(lacks).map(|(_, port)| port)
}

/// The number of the port a link calls `text`.
pub(super) fn port_number(ports: &[PortCard], text: &str) -> Option<u32> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let number: u32 = text.parse().ok()?;
        let in_family = |(first, port): (u32, &PortCard)| {
            port.count > 1 && (first..first.saturating_add(port.count)).contains(&number)
        };
        return numbered(ports).any(in_family).then_some(number);
    }
    numbered(ports).find(|(_, port)| port.name == text).map(|(first, _)| first)
}

/// What a link calls port `number`.
pub(super) fn port_name(ports: &[PortCard], number: u32) -> String {
    match numbered(ports).find(|(first, port)| (*first..first.saturating_add(port.count)).contains(&number)) {
        Some((_, port)) if port.count == 1 => port.name.clone(),
        _ => number.to_string(),
    }
}
