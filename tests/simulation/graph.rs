//! A random graph from a seed, as the text of a graph file.
//!
//! What holds: every graph is valid (one that is refused fails the simulation), sources come first and links lead
//! onwards only, so that a run without endless sources ends by itself.

use crate::profile::Profile;
use fastrand::Rng;
use std::fmt::Write;

/// The number of a node, which is in its name.
pub fn number(name: &str) -> usize {
    name.strip_prefix('n')
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_else(|| panic!("{name} has no number"))
}

/// A graph file.
#[derive(Clone, Default)]
pub struct Graph {
    /// The lines of its nodes, each beginning with its name; `{dir}` stands for the folder of the run.
    pub nodes: Vec<String>,
    /// What links lead from and to, in listed order.
    pub links: Vec<(String, String)>,
    /// Whether a source of it never ends by itself.
    pub endless: bool,
    /// Files that take only so many bytes more, by name.
    pub short: Vec<(String, u64)>,
    /// Nodes that write to a device that is always full.
    pub full: usize,
}

impl Graph {
    /// As a file.
    pub fn text(&self) -> String {
        let mut text = "nodes:\n".to_owned();
        self.nodes.iter().for_each(|node| text.extend([node, "\n"]));
        if !self.links.is_empty() {
            text.push_str("links:\n");
        }
        for (from, to) in &self.links {
            let _ = writeln!(text, "  - {from} >> {to}");
        }
        text
    }
}

/// An output that links may leave.
struct Output {
    end: String,
    /// What it must lead to at least once.
    required: bool,
    linked: bool,
}

struct Builder<'a> {
    dice: &'a mut Rng,
    profile: &'a Profile,
    outputs: Vec<Output>,
    graph: Graph,
}

/// Makes the graph.
pub fn graph(dice: &mut Rng, profile: &Profile) -> Graph {
    let mut builder = Builder { dice, profile, outputs: Vec::new(), graph: Graph::default() };
    (0..builder.dice.u32(1..=3)).for_each(|_| builder.source());
    (0..builder.dice.u32(0..=6)).for_each(|_| builder.middle());
    (0..builder.dice.u32(1..=3)).for_each(|_| builder.sink());
    builder.last_sink();
    builder.finish()
}

impl Builder<'_> {
    fn add(&mut self, module: &str, params: &str, one_to_one: bool) -> String {
        let name = format!("n{}", self.graph.nodes.len());
        let mut line = format!("  {name}: {{ module: {module}, params: {{ {params} }}");
        if self.dice.u32(0..10) < 3 {
            let _ = write!(line, ", batch: {}", self.dice.u32(1..=8));
        }
        if self.dice.u32(0..10) < 2 {
            let (fixed, kept) = (self.dice.u32(8..64), self.dice.u32(0..6));
            let _ = write!(line, ", pool: {{ fixed_size: {fixed}, pool_size: {kept} }}");
        }
        match self.dice.u32(0..10) {
            0..2 => line.push_str(", on_fault: drop"),
            2..6 => {
                let (backoff, most) = (self.dice.u32(1..100), self.dice.u32(1..8));
                let _ = write!(
                    line,
                    ", on_fault: {{ restart: {{ backoff: {backoff}us, backoff_max: 1ms, max_restarts: {most} }} }}"
                );
            }
            6..8 if one_to_one => line.push_str(", on_fault: bypass"),
            _ => {}
        }
        self.graph.nodes.push(line + " }");
        name
    }

    fn wild(&mut self) -> String {
        let Profile { panics, errors, naps, .. } = *self.profile;
        let (seed, size) = (self.dice.u32(..), self.dice.u32(8..100));
        format!("seed: {seed}, size: {size}, panics: {panics}, errors: {errors}, naps: {naps}")
    }

    fn maker(&mut self) -> String {
        let mut params = format!("{}, maker: {}", self.wild(), self.graph.nodes.len() + 1);
        if self.dice.u32(0..4) > 0 {
            let _ = write!(params, ", count: {}", self.dice.u32(0..80));
        } else {
            self.graph.endless = true;
        }
        params
    }

    fn output(&mut self, end: String, required: bool) {
        self.outputs.push(Output { end, required, linked: false });
    }

    fn source(&mut self) {
        let name = if self.dice.u32(0..5) == 0 {
            let (size, count) = (self.dice.u32(8..80), self.dice.u32(1..60));
            let rate = if self.dice.bool() { ", rate: 100000" } else { "" };
            self.add("pattern", &format!("size: {size}, count: {count}{rate}"), false)
        } else {
            let params = self.maker();
            self.add("wild-source", &params, false)
        };
        self.output(name, true);
    }

    /// Links outputs that are there to the input `end`.
    fn feed(&mut self, end: &str, most: u32) {
        for _ in 0..self.dice.u32(1..=most) {
            let from = self.dice.usize(0..self.outputs.len());
            self.outputs[from].linked = true;
            let link = (self.outputs[from].end.clone(), end.to_owned());
            if !self.graph.links.contains(&link) {
                self.graph.links.push(link);
            }
        }
    }

    fn middle(&mut self) {
        let kind = self.dice.u32(0..100);
        let (module, params, one_to_one) = match kind {
            0..20 => ("wild-stage", self.wild(), true),
            20..35 => ("wild-fork", self.wild(), false),
            35..43 => {
                ("filter", ["channel: [0, 1, 2]", "drop_errors: true"][self.dice.usize(0..2)].into(), true)
            }
            43..51 => {
                ("ratedrop", ["keep_every: 3", "min_interval: 5us"][self.dice.usize(0..2)].into(), true)
            }
            51..57 => ("tag", "channel: 5, flags: 258".to_owned(), true),
            57..82 => ("fifo", self.fifo(), false),
            82..92 => ("wild-queue", self.wild(), false),
            _ => ("wild-bridge", self.maker(), false),
        };
        let name = self.add(module, &params, one_to_one);
        self.feed(&name, 2);
        let endpoint = kind >= 57;
        if module == "wild-fork" {
            self.output(format!("{name}.out"), true);
            self.output(format!("{name}.side"), false);
        } else {
            self.output(name, !endpoint);
        }
    }

    fn fifo(&mut self) -> String {
        let overflow = ["block", "drop_newest", "drop_oldest"][self.dice.usize(0..3)];
        let copy = if self.dice.u32(0..3) == 0 { ", no_copy: false, trim_size: 40" } else { "" };
        format!("max_depth: {}, overflow: {overflow}{copy}", self.dice.u32(1..12))
    }

    fn sink(&mut self) {
        match self.dice.u32(0..10) {
            0..3 => self.writer(),
            3 if self.outputs.len() > 1 => {
                let name = self.add("compare", "stop_at: 0", false);
                self.feed(&format!("{name}.a"), 1);
                self.feed(&format!("{name}.b"), 1);
            }
            _ => {
                let params = self.wild();
                let name = self.add("wild-sink", &params, false);
                self.feed(&format!("{name}.in"), 2);
                if self.dice.bool() {
                    self.feed(&format!("{name}.more"), 1);
                }
            }
        }
    }

    fn writer(&mut self) {
        let file = format!("w{}.dat", self.graph.nodes.len());
        let path = match self.dice.u32(0..4) {
            0 => {
                self.graph.full += 1;
                "/dev/full".to_owned()
            }
            1 => {
                self.graph.short.push((file.clone(), self.dice.u64(0..2000)));
                format!("{{dir}}/{file}")
            }
            _ => format!("{{dir}}/{file}"),
        };
        let buffer = [0, 60, 500, 100_000][self.dice.usize(0..4)];
        let params = format!("path: {path:?}, if_exists: append, buffer_size: {buffer}");
        let name = self.add("file-writer", &params, false);
        self.feed(&name, 2);
        if self.dice.bool() {
            self.feed(&format!("{name}.7"), 1);
        }
    }

    /// Takes whatever would lead nowhere and must not.
    fn last_sink(&mut self) {
        let params = self.wild();
        let name = self.add("wild-sink", &params, false);
        let end = format!("{name}.in");
        self.feed(&end, 1);
        for output in self.outputs.iter().filter(|output| output.required && !output.linked) {
            self.graph.links.push((output.end.clone(), end.clone()));
        }
    }

    fn finish(mut self) -> Graph {
        // The first listed link of an output is its primary: it may be any.
        self.dice.shuffle(&mut self.graph.links);
        self.graph
    }
}
