//! A spec against the modules' cards: modules found, parameters fit, ports exist and are linked.
//!
//! The third step of [`load`](super::load); pure, since cards are read without running a module. It hands back
//! nodes and links with names resolved, for [`build`](super::build). What holds: a link handed back names an
//! output and an input that exist.

pub(super) mod buffers;
mod links;
pub(super) mod needs;
mod params;
pub(super) mod warn;

pub(in crate::graph) use params::check as check_params;

use std::collections::HashMap;

use super::catalog::{Catalog, Wanted};
use super::plan::{Found, OnFault, PlanLink, PlanNode};
use super::report::{Report, Spot};
use super::spec::{Spec, SpecNode};
use super::suggest::{self, tick};

/// A spec's nodes and links, resolved.
pub struct Resolved {
    /// Nodes in written order.
    pub nodes: Vec<PlanNode>,
    /// Links in listed order.
    pub links: Vec<PlanLink>,
    /// Where each link is.
    pub link_spots: Vec<Spot>,
}

/// Checks everything a card can tell; `None` if a node or a link could not be resolved, which is reported.
pub fn check(spec: &Spec, catalog: &dyn Catalog, report: &mut Report) -> Option<Resolved> {
    let found = find_all(spec, catalog, report);
    for (node, found) in spec.nodes.iter().zip(&found) {
        if let Some(found) = found {
            params::check(node, found, report);
            on_fault(node, found, report);
        }
    }
    unused_modules(spec, report);
    let (links, link_spots) = links::check(spec, &found, report)?;
    let nodes: Option<Vec<PlanNode>> =
        spec.nodes.iter().zip(found).map(|(node, found)| plan_node(node, found?)).collect();
    Some(Resolved { nodes: nodes?, links, link_spots })
}

fn plan_node(node: &SpecNode, found: Found) -> Option<PlanNode> {
    Some(PlanNode {
        name: node.name.clone(),
        module: node.module.as_ref()?.0.clone(),
        found,
        params: node.params.as_ref().map(|params| params.json_map()).unwrap_or_default(),
        pool: node.pool,
        on_fault: node.on_fault,
        batch: node.batch,
        sandbox: node.sandbox,
        limits_written: node.limits.is_some(),
        grant_written: node.grant.is_some(),
    })
}

/// The module of each node. Each `module:` text is looked up once, since that may open and hash a file.
fn find_all(spec: &Spec, catalog: &dyn Catalog, report: &mut Report) -> Vec<Option<Found>> {
    let mut answers: HashMap<&str, Result<Found, String>> = HashMap::new();
    let mut names: Option<Vec<String>> = None;
    let mut all = vec![];
    for node in &spec.nodes {
        let Some((module, spot)) = &node.module else {
            all.push(None);
            continue;
        };
        let entry = spec.modules.iter().find(|entry| entry.name == *module).map(|entry| &entry.entry);
        let answer = answers.entry(module).or_insert_with(|| catalog.find(&Wanted { module, entry }));
        match answer {
            Ok(found) => all.push(Some(found.clone())),
            Err(message) => {
                let named = !module.contains('/') && entry.is_none();
                let known = names.get_or_insert_with(|| known_names(spec, catalog));
                let near = suggest::nearest(module, known.iter().map(String::as_str)).filter(|_| named);
                let help = near.map(|name| format!("did you mean `{name}`?"));
                let message =
                    format!("node `{}`: {}", suggest::plain(&node.name), message.trim_end_matches('.'));
                report.error(*spot, message).help_if(help);
                all.push(None);
            }
        }
    }
    all
}

fn known_names(spec: &Spec, catalog: &dyn Catalog) -> Vec<String> {
    spec.modules.iter().map(|entry| entry.name.clone()).chain(catalog.names()).collect()
}

fn on_fault(node: &SpecNode, found: &Found, report: &mut Report) {
    let card = &found.card;
    let passes = !card.is_endpoint() && card.input_count() == 1 && card.output_count() == 1;
    if node.on_fault == OnFault::Bypass && !passes {
        let message =
            format!("node `{}` cannot be bypassed: `{}` is no one-in one-out stage", node.name, card.name);
        report.error(node.on_fault_spot, message).help("choose `stop`, `drop` or `restart`");
    }
}

fn unused_modules(spec: &Spec, report: &mut Report) {
    for entry in &spec.modules {
        let used = |node: &SpecNode| node.module.as_ref().is_some_and(|(module, _)| *module == entry.name);
        if !spec.nodes.iter().any(used) {
            let names: Vec<&str> =
                spec.nodes.iter().filter_map(|n| n.module.as_ref()).map(|m| m.0.as_str()).collect();
            let help =
                suggest::nearest(&entry.name, names).map(|near| format!("a node says `module: {near}`"));
            report
                .warning(entry.spot, format!("no node uses the module {}", tick(&entry.name)))
                .help_if(help);
        }
    }
}
