//! Where things stand in the picture of a plan: segments in columns left to right, nodes in layers inside each.
//!
//! Used by [`svg`](super::svg). Links never leave a segment, so each segment is laid out alone (layers by longest
//! path, long links through waypoints, order by where a node's feeders stand) and then set beside the others by
//! which queue feeds which. Units are pixels.

use std::collections::{BTreeMap, HashMap};

use crate::graph::plan::Plan;

use super::{Line, joints, subtitle};

/// Height of a node.
pub const NODE_HEIGHT: f64 = 46.0;
/// Width of one character of a name.
const CHAR_WIDTH: f64 = 8.4;
const ROW_GAP: f64 = 22.0;
const COLUMN_GAP: f64 = 60.0;
const LABEL_CHAR_WIDTH: f64 = 6.5;
const PADDING: f64 = 20.0;
const TITLE_HEIGHT: f64 = 24.0;
const SEGMENT_GAP: f64 = 64.0;
/// Most waypoints in a picture; links beyond that are drawn straight.
const WAYPOINT_LIMIT: usize = 10_000;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// The picture.
pub struct Layout {
    /// The box of each half.
    pub halves: Vec<Rect>,
    /// The box of each segment.
    pub segments: Vec<Rect>,
    /// How far each line is moved down, where several join the same two halves.
    pub offsets: Vec<f64>,
    /// How far below the middle of its box each line arrives.
    pub arrivals: Vec<f64>,
    /// The points between the ends of each line.
    pub waypoints: Vec<Vec<(f64, f64)>>,
    /// Width of all.
    pub width: f64,
    /// Height of all.
    pub height: f64,
}

/// Lays a plan out; the upper left corner is 0, 0.
pub fn layout(plan: &Plan, lines: &[Line]) -> Layout {
    let mut picture = Layout {
        halves: vec![Rect::default(); plan.halves.len()],
        segments: vec![],
        offsets: offsets(lines),
        arrivals: vec![0.0; lines.len()],
        waypoints: vec![vec![]; lines.len()],
        width: 0.0,
        height: 0.0,
    };
    let mut segment_of = vec![0; plan.halves.len()];
    for (index, segment) in plan.segments.iter().enumerate() {
        segment.halves.iter().for_each(|half| segment_of[*half] = index);
    }
    let mut lines_of = vec![vec![]; plan.segments.len()];
    for (index, line) in lines.iter().enumerate() {
        lines_of[segment_of[line.from]].push(index);
    }
    for (segment, own) in plan.segments.iter().zip(&lines_of) {
        let size = inside(plan, &segment.halves, own, lines, &mut picture);
        picture.segments.push(size);
    }
    beside(plan, &segment_of, &lines_of, &mut picture);
    arrive(lines, &mut picture);
    picture
}

/// Spreads the lines that join the same two halves over the height of a node.
fn offsets(lines: &[Line]) -> Vec<f64> {
    let mut alike: HashMap<(usize, usize), Vec<usize>> = HashMap::new();
    for (index, line) in lines.iter().enumerate() {
        alike.entry((line.from, line.to)).or_default().push(index);
    }
    let mut offsets = vec![0.0; lines.len()];
    for own in alike.values() {
        let step = (0.7 * NODE_HEIGHT / own.len() as f64).min(16.0);
        for (place, index) in own.iter().enumerate() {
            offsets[*index] = (place as f64 - (own.len() - 1) as f64 / 2.0) * step;
        }
    }
    offsets
}

/// Spreads the lines that arrive at one box over its height, in the order in which they come; one that comes straight
/// stays in the middle.
fn arrive(lines: &[Line], picture: &mut Layout) {
    let mut alike: BTreeMap<usize, Vec<(f64, usize)>> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        let from = picture.halves[line.from];
        let last = picture.waypoints[index].last().map(|point| point.1);
        let y = last.unwrap_or(from.y + from.h / 2.0) + picture.offsets[index];
        alike.entry(line.to).or_default().push((y, index));
    }
    for (to, mut own) in alike {
        own.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let middle = picture.halves[to].y + picture.halves[to].h / 2.0;
        let most = (own.len() - 1) as f64;
        let straight = own.iter().position(|(y, _)| (y - middle).abs() < 0.5);
        let pivot = straight.map_or(most / 2.0, |place| place as f64);
        let furthest = pivot.max(most - pivot).max(0.5);
        let step = (0.34 * NODE_HEIGHT / furthest).min(14.0);
        for (place, (_, index)) in own.into_iter().enumerate() {
            picture.arrivals[index] = (place as f64 - pivot) * step;
        }
    }
}

/// Something in a layer: a node, or the point where a long line passes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Item {
    Half(usize),
    Pass { line: usize, layer: usize },
}

/// Lays out one segment from 0, 0 and says how large it is.
fn inside(plan: &Plan, order: &[usize], own: &[usize], lines: &[Line], picture: &mut Layout) -> Rect {
    let layer_of = longest_paths(order, own, lines);
    let layer_count = order.iter().map(|half| layer_of[half] + 1).max().unwrap_or(0);
    let mut layers: Vec<Vec<Item>> = vec![vec![]; layer_count];
    for half in order {
        layers[layer_of[half]].push(Item::Half(*half));
    }
    // What feeds each item, secondaries after primaries, so that the primary goes on straight.
    let mut feeders: HashMap<Item, Vec<(Item, bool)>> = HashMap::new();
    let mut passes = 0;
    for line in own {
        let Line { from, to, primary, .. } = &lines[*line];
        let mut before = Item::Half(*from);
        let between = layer_of[from] + 1..layer_of[to];
        if passes + between.len() <= WAYPOINT_LIMIT {
            passes += between.len();
            for layer in between {
                let pass = Item::Pass { line: *line, layer };
                layers[layer].push(pass);
                feeders.entry(pass).or_default().push((before, *primary));
                before = pass;
            }
        }
        feeders.entry(Item::Half(*to)).or_default().push((before, *primary));
    }
    let middle = rows(&layers, &feeders);
    let lowest = middle.values().fold(f64::INFINITY, |least, y| least.min(*y)) - NODE_HEIGHT / 2.0;
    let highest = middle.values().fold(0.0f64, |most, y| most.max(*y)) + NODE_HEIGHT / 2.0;
    let mut x = PADDING;
    for (layer, items) in layers.iter().enumerate() {
        let width = items.iter().map(|item| width(plan, *item)).fold(0.0, f64::max);
        for item in items {
            let y = middle[item] - lowest + PADDING + TITLE_HEIGHT;
            match item {
                Item::Half(half) => {
                    picture.halves[*half] = Rect { x, y: y - NODE_HEIGHT / 2.0, w: width, h: NODE_HEIGHT };
                }
                Item::Pass { line, .. } => picture.waypoints[*line].extend([(x, y), (x + width, y)]),
            }
        }
        let labels = own.iter().map(|line| &lines[*line]).filter(|line| layer_of[&line.from] == layer);
        let label =
            labels.map(|line| line.label.chars().count()).max().unwrap_or(0) as f64 * LABEL_CHAR_WIDTH;
        x += width + COLUMN_GAP + label;
        if layer + 1 == layer_count {
            x -= COLUMN_GAP + label;
        }
    }
    Rect { x: 0.0, y: 0.0, w: x + PADDING, h: highest - lowest + 2.0 * PADDING + TITLE_HEIGHT }
}

fn width(plan: &Plan, item: Item) -> f64 {
    let Item::Half(half) = item else { return 0.0 };
    let text = plan.halves[half].name.chars().count().max(subtitle(plan, half).chars().count());
    (text as f64 * CHAR_WIDTH + 30.0).max(86.0)
}

/// The layer of each half: one behind its furthest feeder.
fn longest_paths(order: &[usize], own: &[usize], lines: &[Line]) -> HashMap<usize, usize> {
    let mut layer: HashMap<usize, usize> = order.iter().map(|half| (*half, 0)).collect();
    let mut out: HashMap<usize, Vec<usize>> = HashMap::new();
    for line in own {
        out.entry(lines[*line].from).or_default().push(lines[*line].to);
    }
    // In topological order, every feeder is done before what it feeds.
    for half in order {
        let next = layer[half] + 1;
        for to in out.get(half).into_iter().flatten() {
            layer.entry(*to).and_modify(|have| *have = (*have).max(next)).or_insert(next);
        }
    }
    layer
}

/// The middle of each item: as near to its feeders' as the items above it leave room.
fn rows(layers: &[Vec<Item>], feeders: &HashMap<Item, Vec<(Item, bool)>>) -> HashMap<Item, f64> {
    let mut middle: HashMap<Item, f64> = HashMap::new();
    for items in layers {
        let mut wanted: Vec<(Option<f64>, bool, Item)> = items
            .iter()
            .map(|item| {
                let above: Vec<&(Item, bool)> = feeders.get(item).into_iter().flatten().collect();
                let sum: f64 = above.iter().filter_map(|(feeder, _)| middle.get(feeder)).sum();
                let mean = (!above.is_empty()).then(|| sum / above.len() as f64);
                (mean, above.iter().any(|(_, primary)| *primary), *item)
            })
            .collect();
        // Stable, so that nodes without feeders stay in written order, below those with.
        wanted.sort_by(|a, b| {
            let y = |mean: Option<f64>| mean.unwrap_or(f64::MAX);
            y(a.0).total_cmp(&y(b.0)).then(b.1.cmp(&a.1))
        });
        let mut free = f64::NEG_INFINITY;
        for (mean, _, item) in wanted {
            let half_height = if matches!(item, Item::Half(_)) { NODE_HEIGHT / 2.0 } else { ROW_GAP / 2.0 };
            let top = if free.is_finite() { free + ROW_GAP + half_height } else { half_height };
            let y = match mean {
                Some(mean) if !free.is_finite() => mean,
                Some(mean) => mean.max(top),
                None => top,
            };
            middle.insert(item, y);
            free = y + half_height;
        }
    }
    middle
}

/// Sets the segments beside each other: what a queue feeds stands right of what fills it.
fn beside(plan: &Plan, segment_of: &[usize], lines_of: &[Vec<usize>], picture: &mut Layout) {
    let joints = joints(plan);
    let ranks = ranks(plan.segments.len(), &joints, segment_of);
    let columns = ranks.iter().max().map_or(0, |most| most + 1);
    let mut x = 0.0;
    for rank in 0..columns {
        let mut own: Vec<(f64, usize)> = (0..ranks.len())
            .filter(|segment| ranks[*segment] == rank)
            .map(|segment| (wanted_top(segment, &joints, segment_of, &ranks, picture), segment))
            .collect();
        own.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut free, mut widest) = (0.0f64, 0.0f64);
        for (wanted, segment) in own {
            let y = wanted.max(free);
            shift(plan, segment, &lines_of[segment], x, y, picture);
            let Rect { w, h, .. } = picture.segments[segment];
            free = y + h + SEGMENT_GAP / 2.0;
            widest = widest.max(w);
            picture.height = picture.height.max(y + h);
        }
        picture.width = x + widest;
        x += widest + SEGMENT_GAP;
    }
}

/// The column of each segment: one right of the furthest that fills it; what comes round in a circle is left out.
fn ranks(count: usize, joints: &[(usize, usize)], segment_of: &[usize]) -> Vec<usize> {
    let mut next = vec![vec![]; count];
    for (take, give) in joints {
        next[segment_of[*take]].push(segment_of[*give]);
    }
    // Postorder of a depth-first walk; an edge to a segment still open would close a circle.
    let (mut state, mut order) = (vec![0u8; count], vec![]);
    let mut forward = vec![vec![]; count];
    for root in 0..count {
        if state[root] != 0 {
            continue;
        }
        state[root] = 1;
        let mut path = vec![(root, 0)];
        while let Some((at, edge)) = path.last_mut() {
            let Some(to) = next[*at].get(*edge).copied() else {
                state[*at] = 2;
                order.push(*at);
                path.pop();
                continue;
            };
            *edge += 1;
            if state[to] != 1 {
                forward[*at].push(to);
            }
            if state[to] == 0 {
                state[to] = 1;
                path.push((to, 0));
            }
        }
    }
    let mut rank = vec![0; count];
    for at in order.into_iter().rev() {
        for to in &forward[at] {
            rank[*to] = rank[*to].max(rank[at] + 1);
        }
    }
    rank
}

/// Where a segment's upper edge should be for its giving halves to stand beside their taking halves.
fn wanted_top(
    segment: usize,
    joints: &[(usize, usize)],
    segment_of: &[usize],
    ranks: &[usize],
    picture: &Layout,
) -> f64 {
    let fed = joints
        .iter()
        .filter(|(take, give)| segment_of[*give] == segment && ranks[segment_of[*take]] < ranks[segment]);
    let tops: Vec<f64> = fed.map(|(take, give)| picture.halves[*take].y - picture.halves[*give].y).collect();
    if tops.is_empty() { 0.0 } else { (tops.iter().sum::<f64>() / tops.len() as f64).max(0.0) }
}

fn shift(plan: &Plan, segment: usize, own: &[usize], x: f64, y: f64, picture: &mut Layout) {
    let area = &mut picture.segments[segment];
    (area.x, area.y) = (area.x + x, area.y + y);
    for half in &plan.segments[segment].halves {
        let node = &mut picture.halves[*half];
        (node.x, node.y) = (node.x + x, node.y + y);
    }
    for line in own {
        for point in &mut picture.waypoints[*line] {
            *point = (point.0 + x, point.1 + y);
        }
    }
}
