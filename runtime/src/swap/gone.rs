//! Nodes that a reload removed: their books stay, so that those of the whole balance.
//!
//! What holds: the account of such a node is kept while anything is charged to it, and as long as memory of its module's
//! own lies in frames elsewhere its instance is; then its books are closed, those of one name as one.

use super::{deadline::within, node::RunningNode, running::LAST_CALL};
use crate::{
    host::nodes,
    metrics::NodeBook,
    module::Instance,
    pool::{self, AccountId, field},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Names with books of their own; what more is removed is counted as one, so that a run that is reloaded for years does not
/// grow.
const NAMES: usize = 256;
/// How often accounts are looked through, which counts all frames there are.
const APART: Duration = Duration::from_secs(1);

/// Where the thread on which an instance ends leaves it, while its memory is in use elsewhere.
#[derive(Clone, Default)]
pub(super) struct Rest {
    instances: Arc<Mutex<Vec<Box<dyn Instance>>>>,
    over: Arc<AtomicBool>,
}

impl Rest {
    /// The module has come to its end; an instance whose memory is in use is kept.
    pub(super) fn over(&self, instance: Option<Box<dyn Instance>>) {
        self.instances.lock().unwrap_or_else(PoisonError::into_inner).extend(instance);
        self.over.store(true, Ordering::Release);
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    fn take(&self) -> Vec<Box<dyn Instance>> {
        std::mem::take(&mut *self.instances.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Nodes that were removed.
#[derive(Default)]
pub(super) struct Gone {
    nodes: Vec<(RunningNode, Rest)>,
    books: Vec<NodeBook>,
    looked: Option<Instant>,
}

impl Gone {
    /// One more.
    pub(super) fn add(&mut self, node: RunningNode, rest: Rest) {
        self.nodes.push((node, rest));
    }

    /// The node with that number.
    pub(super) fn name_of(&self, number: usize) -> Option<String> {
        self.nodes.iter().find(|(node, _)| node.ctl.node == number).map(|(node, _)| node.spec.name.clone())
    }

    /// The accounts of those whose books are open.
    pub(super) fn accounts(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.nodes.iter().map(|(node, _)| node.account.id())
    }

    /// Their books; `live` are living headers by holder.
    pub(super) fn books<'a>(
        &'a self,
        live: Option<&'a HashMap<AccountId, u64>>,
    ) -> impl Iterator<Item = NodeBook> + 'a {
        let open = self.nodes.iter().map(move |(node, _)| NodeBook { removed: true, ..node.book(live) });
        let closed = self.books.iter().cloned().map(move |book| NodeBook { live: live.map(|_| 0), ..book });
        open.chain(closed)
    }

    /// Closes books that are complete.
    pub(super) fn tidy(&mut self) {
        if self.nodes.is_empty() || self.looked.is_some_and(|looked| looked.elapsed() < APART) {
            return;
        }
        self.looked = Some(Instant::now());
        let mut live = None;
        let (done, open): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.nodes).into_iter().partition(|(node, rest)| {
                rest.is_over()
                    && node.account.wrapped() == 0
                    && node.account.has_its_buffers_back()
                    && !live.get_or_insert_with(pool::live_by_holder).contains_key(&node.account.id())
            });
        self.nodes = open;
        for (node, rest) in done {
            let book = NodeBook { removed: true, ..node.book(None) };
            self.close(book);
            end(node, &rest);
        }
    }

    fn close(&mut self, mut book: NodeBook) {
        if self.books.len() >= NAMES && !self.books.iter().any(|known| known.name == book.name) {
            book.name = "others".to_owned();
        }
        match self.books.iter_mut().find(|known| known.name == book.name) {
            Some(known) => known.add(book),
            None => self.books.push(book),
        }
    }

    /// Ends what is left of them; gives the names of those whose module did not return.
    pub(super) fn end_rest(&mut self) -> Vec<String> {
        let mut stuck = Vec::new();
        for (node, rest) in &mut self.nodes {
            if !rest.is_over() {
                stuck.push(node.spec.name.clone());
            }
            let mut instances = rest.take();
            instances.append(&mut node.retired);
            if !instances.is_empty()
                && within(&node.spec.name, LAST_CALL, move || {
                    pool::charge_as(field::DROP_SWAPPED, || drop(instances));
                })
                .is_none()
            {
                stuck.push(node.spec.name.clone());
            }
        }
        stuck
    }

    /// Gives accounts up, but for those of modules that did not return.
    pub(super) fn forget(&mut self) {
        for (node, rest) in self.nodes.drain(..) {
            if rest.is_over() {
                nodes::forget(node.account);
                node.account.close();
            }
        }
    }
}

/// Nothing is charged to it any more.
fn end(mut node: RunningNode, rest: &Rest) {
    let mut instances = rest.take();
    instances.append(&mut node.retired);
    if !instances.is_empty() {
        within(&node.spec.name, LAST_CALL, move || drop(instances));
    }
    nodes::forget(node.account);
    node.account.close();
}
