//! Links against nodes and ports: each end exists, none is there twice, and what must be linked is.

use std::collections::{HashMap, HashSet};

use crate::card::{self, Card, PortCard};
use crate::graph::plan::{Found, PlanLink, Port};
use crate::graph::report::{Report, Spot};
use crate::graph::spec::{End, Spec, SpecLink};
use crate::graph::suggest::{self, tick};

/// Which way frames go at an end.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    In,
    Out,
}

impl Way {
    fn ports(self, card: &Card) -> &[PortCard] {
        match self {
            Way::In => &card.inputs,
            Way::Out => &card.outputs,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Way::In => "input",
            Way::Out => "output",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Way::In => "takes",
            Way::Out => "gives",
        }
    }
}

/// The links in listed order with their places; `None` if one could not be resolved, which is reported.
pub(super) fn check(
    spec: &Spec,
    found: &[Option<Found>],
    report: &mut Report,
) -> Option<(Vec<PlanLink>, Vec<Spot>)> {
    let mut nodes =
        Nodes { spec, found, index: HashMap::new(), excused: HashSet::new(), reported: HashSet::new() };
    nodes.index.extend(spec.nodes.iter().enumerate().map(|(index, node)| (node.name.as_str(), index)));
    let mut links = vec![];
    let mut spots = vec![];
    let mut complete = spec.links_complete;
    let mut seen: HashMap<PlanLink, Spot> = HashMap::new();
    for SpecLink { from: left, to: right, spot, .. } in &spec.links {
        // Both ends are looked at even if the first is wrong, so that both are reported.
        let ends = (nodes.port(left, Way::Out, report), nodes.port(right, Way::In, report));
        let (Some(from), Some(to)) = ends else {
            complete = false;
            if !report.is_full() {
                nodes.excuse(left);
                nodes.excuse(right);
            }
            continue;
        };
        let link = PlanLink { from, to };
        if let Some(first) = seen.get(&link) {
            twice(spec, link, *first, *spot, report);
            continue;
        }
        seen.insert(link, *spot);
        links.push(link);
        spots.push(*spot);
    }
    if spec.links_complete {
        nodes.unlinked(&links, report);
    }
    complete.then_some((links, spots))
}

fn twice(spec: &Spec, link: PlanLink, first: Spot, second: Spot, report: &mut Report) {
    let name = |node: usize| spec.nodes.get(node).map_or("", |node| node.name.as_str());
    let message = format!("`{}` is linked to `{}` twice", name(link.from.node), name(link.to.node));
    report.error(second, message).help("remove one of them").also(first, "first here");
}

struct Nodes<'a> {
    spec: &'a Spec,
    found: &'a [Option<Found>],
    index: HashMap<&'a str, usize>,
    /// Nodes in a link of which either end is wrong: the mistake to report is that, not "unlinked".
    excused: HashSet<(usize, Way)>,
    /// Ends that were reported: those of a chain and of `==` stand in two links.
    reported: HashSet<(Spot, Way)>,
}

impl<'a> Nodes<'a> {
    fn port(&mut self, end: &'a End, way: Way, report: &mut Report) -> Option<Port> {
        let Some(node) = self.index.get(end.node.as_str()).copied() else {
            if self.reported.insert((end.spot, Way::In)) {
                self.unknown(end, report);
            }
            return None;
        };
        // A node that could not be read or found is reported already.
        let card = &self.found.get(node)?.as_ref()?.card;
        match number(end, card, way) {
            Ok(port) => Some(Port { node, port }),
            Err((message, help)) => {
                if self.reported.insert((end.spot, way)) {
                    report.error(end.spot, message).help_if(help);
                }
                None
            }
        }
    }

    /// Excuses the node an end means, or probably means, from being linked elsewhere.
    fn excuse(&mut self, end: &End) {
        let known = self.spec.nodes.iter().map(|node| node.name.as_str());
        let meant = match self.index.contains_key(end.node.as_str()) {
            true => Some(end.node.as_str()),
            false => suggest::nearest(&end.node, known),
        };
        if let Some(node) = meant.and_then(|name| self.index.get(name)) {
            self.excused.extend([(*node, Way::In), (*node, Way::Out)]);
        }
    }

    fn unknown(&self, end: &End, report: &mut Report) {
        let known: Vec<&str> = self.spec.nodes.iter().map(|node| node.name.as_str()).collect();
        let message = format!("there is no node {}", tick(&end.node));
        let help = if report.is_full() { None } else { suggest::help(&end.node, &known, "node") };
        report.error(end.spot, message).help_if(help);
    }

    fn unlinked(&self, links: &[PlanLink], report: &mut Report) {
        let linked: HashSet<(Port, Way)> =
            links.iter().flat_map(|link| [(link.from, Way::Out), (link.to, Way::In)]).collect();
        let touched: HashSet<(usize, Way)> = linked.iter().map(|(port, way)| (port.node, *way)).collect();
        for (node, (spec, found)) in self.spec.nodes.iter().zip(self.found).enumerate() {
            let Some(Found { card, .. }) = found else { continue };
            let touches = |way: Way| touched.contains(&(node, way)) || self.excused.contains(&(node, way));
            if card.is_endpoint() {
                if !touches(Way::In) && !touches(Way::Out) {
                    let message = format!("node `{}` is linked to nothing and does nothing", spec.name);
                    report.warning(spec.spot, message).help("link it, or remove it");
                }
                continue;
            }
            for way in [Way::In, Way::Out] {
                if !self.excused.contains(&(node, way)) {
                    unlinked_ports(&spec.name, spec.spot, node, card, way, &linked, report);
                }
            }
        }
    }
}

fn unlinked_ports(
    name: &str,
    spot: Spot,
    node: usize,
    card: &Card,
    way: Way,
    linked: &HashSet<(Port, Way)>,
    report: &mut Report,
) {
    let ports = way.ports(card);
    for port in card::unlinked(ports, |port| linked.contains(&(Port { node, port }, way))) {
        let end = match ports.len() {
            1 => name.to_owned(),
            _ => format!("{name}.{}", port.name),
        };
        let link = match way {
            Way::In => format!("… >> {end}"),
            Way::Out => format!("{end} >> …"),
        };
        let message = match ports.len() {
            1 => format!("the {} of node `{name}` is not linked", way.noun()),
            _ => format!("{} `{}` of node `{name}` is not linked", way.noun(), port.name),
        };
        report.error(spot, message).help(format!("add `- {link}` to `links:`"));
    }
}

type Problem = (String, Option<String>);

/// The number of the port an end means.
fn number(end: &End, card: &Card, way: Way) -> Result<u32, Problem> {
    let (node, module) = (&end.node, &card.name);
    let ports = way.ports(card);
    if ports.is_empty() {
        let message = format!("`{node}` {} nothing: `{module}` is a {}", way.verb(), card.shape);
        let help = match way {
            Way::In => format!("a source stands at the left: `{node} >> …`"),
            Way::Out => {
                format!("a sink stands at the right: `… >> {node}`; `==` is for nodes that take and give")
            }
        };
        return Err((message, Some(help)));
    }
    let Some(text) = &end.port else {
        let needed = ports.iter().filter(|port| !port.optional).count();
        if needed <= 1 {
            return Ok(0);
        }
        let names: Vec<String> = ports.iter().map(|port| format!("{node}.{}", port.name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = format!("`{node}` has more than one {}", way.noun());
        return Err((message, Some(format!("name the port: {}", suggest::list(&names)))));
    };
    let port = match way {
        Way::In => card.input_port(text),
        Way::Out => card.output_port(text),
    };
    port.ok_or_else(|| {
        let message = format!("`{node}` has no {} {}", way.noun(), tick(text));
        (message, port_help(text, ports, way, node))
    })
}

fn port_help(text: &str, ports: &[PortCard], way: Way, node: &str) -> Option<String> {
    if let [family] = ports
        && family.count > 1
    {
        return Some(format!("its {}s are numbers from 0 to {}", way.noun(), family.count - 1));
    }
    if let [port] = ports {
        return Some(format!("it has one {}, `{}`: write `{node}` alone", way.noun(), port.name));
    }
    let names: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
    suggest::help(text, &names, way.noun())
}
