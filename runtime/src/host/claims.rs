//! Things that only one node may have, such as a port or a file: who has announced which.
//!
//! Asked by modules through the table, and by `swap`. What holds: two nodes never have one thing at a time, but for a node
//! that is about to give it up and the one that is to follow; each instance takes back only what it has announced itself.

use crate::pool::AccountId;
use rogue_abi::NodeRef;
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// An instance, and the account of its node.
type Holder = (NodeRef, AccountId);

#[derive(Default)]
struct Claims {
    held: HashMap<String, Vec<Holder>>,
    /// Nodes that will have given up what they have before others start.
    leaving: HashSet<AccountId>,
    /// What nodes could not have yet, since another is still to give it up.
    waits: HashMap<AccountId, Vec<String>>,
}

static CLAIMS: Mutex<Option<Claims>> = Mutex::new(None);

fn with<T>(f: impl FnOnce(&mut Claims) -> T) -> T {
    let mut claims: MutexGuard<'_, Option<Claims>> = CLAIMS.lock().unwrap_or_else(PoisonError::into_inner);
    f(claims.get_or_insert_default())
}

/// Announces `name` for an instance. Gives whether it may have it, and whether another that is to give it up has it still:
/// an instance that starts `beside` that one must wait.
pub fn claim(node: NodeRef, account: AccountId, name: &str, beside: bool) -> (bool, bool) {
    with(|claims| {
        let Claims { held, leaving, waits } = claims;
        let holders = held.entry(name.to_owned()).or_default();
        let mut others = holders.iter().filter(|(of, _)| *of != node);
        let contested = others.clone().next().is_some();
        let yields = others.all(|(_, of)| *of == account || leaving.contains(of));
        let given = yields && !(contested && beside);
        if given && !holders.contains(&(node, account)) {
            holders.push((node, account));
        }
        if contested && yields && !given {
            waits.entry(account).or_default().push(name.to_owned());
        }
        (given, contested && yields)
    })
}

/// Takes an announcement back.
pub fn unclaim(node: NodeRef, name: &str) {
    with(|claims| {
        if let Some(holders) = claims.held.get_mut(name) {
            holders.retain(|(of, _)| *of != node);
            if holders.is_empty() {
                claims.held.remove(name);
            }
        }
    });
}

/// Whether an instance has announced that.
pub fn has(node: NodeRef, name: &str) -> bool {
    with(|claims| claims.held.get(name).is_some_and(|holders| holders.iter().any(|(of, _)| *of == node)))
}

/// The nodes that have what this one waits for; it is asked once.
pub fn in_the_way(account: AccountId) -> Vec<AccountId> {
    with(|claims| {
        let names = claims.waits.remove(&account).unwrap_or_default();
        let holders = names.iter().filter_map(|name| claims.held.get(name)).flatten();
        holders.map(|(_, of)| *of).filter(|of| *of != account).collect()
    })
}

/// Whether nobody has announced that.
pub fn is_unclaimed(name: &str) -> bool {
    with(|claims| !claims.held.contains_key(name))
}

/// A node no longer wants that, whichever of its instances announced it.
pub fn unclaim_of(account: AccountId, name: &str) {
    with(|claims| {
        if let Some(holders) = claims.held.get_mut(name) {
            holders.retain(|(_, of)| *of != account);
            if holders.is_empty() {
                claims.held.remove(name);
            }
        }
    });
}

fn retain(claims: &mut Claims, keep: impl Fn(&Holder) -> bool) {
    claims.held.retain(|_, holders| {
        holders.retain(&keep);
        !holders.is_empty()
    });
}

/// An instance is gone.
pub fn release(node: NodeRef) {
    with(|claims| retain(claims, |(of, _)| *of != node));
}

/// A node is gone.
pub fn forget(account: AccountId) {
    with(|claims| {
        retain(claims, |(_, of)| *of != account);
        claims.leaving.remove(&account);
        claims.waits.remove(&account);
    });
}

/// These nodes will give up what they have, or no longer will.
pub fn set_leaving(accounts: &[AccountId], leaving: bool) {
    with(|claims| {
        for account in accounts {
            if leaving {
                claims.leaving.insert(*account);
            } else {
                claims.leaving.remove(account);
            }
        }
    });
}

/// What several nodes have announced, with their accounts in the order in which they did.
pub fn contested() -> Vec<(String, Vec<AccountId>)> {
    with(|claims| {
        let accounts = |holders: &[Holder]| {
            let mut accounts: Vec<AccountId> = holders.iter().map(|(_, account)| *account).collect();
            accounts.dedup();
            accounts
        };
        let all = claims.held.iter().map(|(name, holders)| (name.clone(), accounts(holders)));
        all.filter(|(_, accounts)| accounts.len() > 1).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: (NodeRef, AccountId) = (NodeRef(1 << 40), 4001);
    const NEXT_A: NodeRef = NodeRef(1 << 40 | 1 << 16);
    const B: (NodeRef, AccountId) = (NodeRef(2 << 40), 4002);

    fn claim_of(holder: (NodeRef, AccountId), name: &str) -> (bool, bool) {
        claim(holder.0, holder.1, name, false)
    }

    #[test]
    fn one_node_has_it_until_it_gives_it_up() {
        assert_eq!(claim_of(A, "t:1"), (true, false));
        assert_eq!(claim_of(B, "t:1"), (false, false));
        unclaim(B.0, "t:1");
        assert_eq!(claim_of(B, "t:1"), (false, false));
        unclaim(A.0, "t:1");
        assert_eq!(claim_of(B, "t:1"), (true, false));
        release(B.0);
    }

    #[test]
    fn an_instance_beside_another_waits_and_takes_back_only_its_own() {
        assert_eq!(claim_of(A, "t:2"), (true, false));
        assert_eq!(claim(NEXT_A, A.1, "t:2", true), (false, true));
        assert_eq!(claim(NEXT_A, A.1, "t:2", false), (true, true));
        unclaim(A.0, "t:2");
        assert_eq!(claim_of(B, "t:2"), (false, false));
        forget(A.1);
    }

    #[test]
    fn what_a_node_that_leaves_has_another_may_announce() {
        assert_eq!(claim_of(A, "t:3"), (true, false));
        set_leaving(&[A.1], true);
        assert_eq!(claim_of(B, "t:3"), (true, true));
        assert!(contested().contains(&("t:3".to_owned(), vec![A.1, B.1])));
        forget(A.1);
        assert!(!contested().iter().any(|(name, _)| name == "t:3"));
        forget(B.1);
    }
}
