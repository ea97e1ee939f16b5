//! A plan as an SVG picture, drawn without another program.
//!
//! [`layout`](super::layout) says where things stand; this file says what they look like.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::graph::plan::{Plan, Side};

use super::layout::{Layout, Rect, layout};
use super::{Line, joints, lines, segment_title, subtitle};

/// Space around the picture.
const MARGIN: f64 = 28.0;
const HEADER: f64 = 54.0;
const FOOTER: f64 = 44.0;
/// Least width: the legend needs it.
const LEAST_WIDTH: f64 = 640.0;
/// Between two lines that lead back below all segments.
const BACK_STEP: f64 = 12.0;
/// How far a line that leads back stands out from the halves it joins.
const BACK_OUT: f64 = 36.0;
/// Fill and border of segments, taken in turn.
const TINTS: [(&str, &str); 6] = [
    ("#eaf2fb", "#a9c6e8"),
    ("#eef7ea", "#b3d6a3"),
    ("#fdf3e4", "#e8c792"),
    ("#f5edf9", "#d0b3e0"),
    ("#e8f6f5", "#9fd3cd"),
    ("#fceef0", "#e8b1ba"),
];
const STYLE: &str = "text{font-family:'Inter','Segoe UI','Helvetica Neue',Arial,sans-serif;fill:#1f2933}\
    .name{font-size:14px;font-weight:600;text-anchor:middle}\
    .module{font-size:11px;fill:#62707f;text-anchor:middle}\
    .segment{font-size:11px;fill:#62707f;letter-spacing:.06em}\
    .label{font-size:12px;font-weight:600;fill:#334e68;text-anchor:middle;paint-order:stroke;stroke-width:6px;stroke-linejoin:round}\
    .title{font-size:18px;font-weight:600}\
    .node{fill:#fff;stroke:#52606d;stroke-width:1.4}\
    .open{stroke:#52606d;stroke-width:1.4;stroke-dasharray:2 3;fill:none}\
    .link{fill:none;stroke:#334e68;stroke-width:1.8}\
    .second{stroke-dasharray:7 5}\
    .loose{fill:none;stroke:#9b2c2c;stroke-width:1.8}\
    .joint{fill:none;stroke:#829ab1;stroke-width:2.4;stroke-dasharray:1 6;stroke-linecap:round}";

/// The plan as an SVG document.
pub fn svg(plan: &Plan) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write_svg(plan, &mut out);
    out
}

fn write_svg(plan: &Plan, out: &mut String) -> std::fmt::Result {
    let lines = lines(plan);
    let picture = layout(plan, &lines);
    let least = if loose(plan).is_empty() { LEAST_WIDTH } else { LEAST_WIDTH + 140.0 };
    let width = picture.width.max(least) + 2.0 * MARGIN;
    let back = joints(plan).into_iter().filter(|(take, give)| leads_back(&picture, *take, *give)).count();
    let below = picture.height + back as f64 * BACK_STEP;
    let height = below + HEADER + FOOTER + MARGIN;
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\">"
    )?;
    writeln!(out, "<title>{}</title>", escape(&plan.name))?;
    writeln!(out, "<style>{STYLE}</style>")?;
    writeln!(
        out,
        "<defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0.8L10 5L0 9.2z\" fill=\"#334e68\"/></marker></defs>"
    )?;
    writeln!(out, "<rect width=\"100%\" height=\"100%\" rx=\"14\" fill=\"#fff\"/>")?;
    writeln!(out, "<text class=\"title\" x=\"{MARGIN}\" y=\"34\">{}</text>", escape(&plan.name))?;
    writeln!(out, "<g transform=\"translate({MARGIN} {HEADER})\">")?;
    for (index, area) in picture.segments.iter().enumerate() {
        write_segment(out, index, *area)?;
    }
    let mut below = picture.height;
    for (take, give) in joints(plan) {
        let back = leads_back(&picture, take, give);
        below += if back { BACK_STEP } else { 0.0 };
        write_joint(out, picture.halves[take], picture.halves[give], back.then_some(below))?;
    }
    for (index, line) in lines.iter().enumerate() {
        write_line(out, line, index, &picture)?;
    }
    let loose = loose(plan);
    for half in &loose {
        let Rect { x, y, w, h } = picture.halves[*half];
        let (x, y) =
            (x + w, if lines.iter().any(|line| line.from == *half) { y + h - 9.0 } else { y + h / 2.0 });
        writeln!(out, "<path class=\"loose\" d=\"M{x:.1} {y:.1}h13m0 -6v12\"/>")?;
    }
    // Above all lines, each on the colour of its segment.
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| !line.label.is_empty()) {
        let segment = plan.segments.iter().position(|segment| segment.halves.contains(&line.from));
        write_label(out, line, index, TINTS[segment.unwrap_or(0) % TINTS.len()].0, &picture)?;
    }
    for half in 0..plan.halves.len() {
        write_half(out, plan, half, picture.halves[half])?;
    }
    writeln!(out, "</g>")?;
    write_legend(out, height - FOOTER / 2.0, !loose.is_empty())?;
    writeln!(out, "</svg>")
}

fn write_segment(out: &mut String, index: usize, Rect { x, y, w, h }: Rect) -> std::fmt::Result {
    let (fill, border) = TINTS[index % TINTS.len()];
    writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"14\" fill=\"{fill}\" stroke=\"{border}\"/>"
    )?;
    let title = segment_title(index);
    writeln!(out, "<text class=\"segment\" x=\"{:.1}\" y=\"{:.1}\">{title}</text>", x + 16.0, y + 20.0)
}

/// A node is a rounded box; a half of an endpoint is open towards its other half.
fn write_half(out: &mut String, plan: &Plan, half: usize, Rect { x, y, w, h }: Rect) -> std::fmt::Result {
    let (right, bottom, r) = (x + w, y + h, 10.0);
    match plan.halves[half].side {
        Side::Whole => writeln!(
            out,
            "<rect class=\"node\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"{r}\"/>"
        )?,
        Side::Take => {
            writeln!(
                out,
                "<path class=\"node\" d=\"M{right:.1} {y:.1}H{:.1}a{r} {r} 0 0 0 -{r} {r}V{:.1}a{r} {r} 0 0 0 {r} {r}H{right:.1}\"/>",
                x + r,
                bottom - r
            )?;
            writeln!(out, "<path class=\"open\" d=\"M{right:.1} {y:.1}V{bottom:.1}\"/>")?;
        }
        Side::Give => {
            writeln!(
                out,
                "<path class=\"node\" d=\"M{x:.1} {y:.1}H{:.1}a{r} {r} 0 0 1 {r} {r}V{:.1}a{r} {r} 0 0 1 -{r} {r}H{x:.1}\"/>",
                right - r,
                bottom - r
            )?;
            writeln!(out, "<path class=\"open\" d=\"M{x:.1} {y:.1}V{bottom:.1}\"/>")?;
        }
    }
    let (middle, name, module) = (x + w / 2.0, escape(&plan.halves[half].name), subtitle(plan, half));
    if module.is_empty() {
        return writeln!(
            out,
            "<text class=\"name\" x=\"{middle:.1}\" y=\"{:.1}\">{name}</text>",
            y + h / 2.0 + 5.0
        );
    }
    writeln!(out, "<text class=\"name\" x=\"{middle:.1}\" y=\"{:.1}\">{name}</text>", y + h / 2.0 - 1.0)?;
    let module = escape(&module);
    writeln!(out, "<text class=\"module\" x=\"{middle:.1}\" y=\"{:.1}\">{module}</text>", y + h / 2.0 + 15.0)
}

/// Halves with an output that no link leads from: what is put into it is dropped.
fn loose(plan: &Plan) -> Vec<usize> {
    let linked: BTreeSet<(usize, u32)> =
        plan.links.iter().map(|link| (link.from.node, link.from.port)).collect();
    let loose = |node: &usize| {
        let outputs = plan.nodes[*node].found.card.output_count();
        (0..outputs).any(|port| !linked.contains(&(*node, port)))
    };
    (0..plan.nodes.len()).filter(loose).filter_map(|node| plan.giving_half(node)).collect()
}

/// Where a line begins and ends.
fn ends(line: &Line, index: usize, picture: &Layout) -> [(f64, f64); 2] {
    let (from, to) = (picture.halves[line.from], picture.halves[line.to]);
    let start = (from.x + from.w, from.y + from.h / 2.0 + picture.offsets[index]);
    [start, (to.x - 1.0, to.y + to.h / 2.0 + picture.arrivals[index])]
}

fn write_line(out: &mut String, line: &Line, index: usize, picture: &Layout) -> std::fmt::Result {
    let [start, end] = ends(line, index, picture);
    let waypoints = &picture.waypoints[index];
    let mut at = start;
    let class = if line.primary { "link" } else { "link second" };
    write!(out, "<path class=\"{class}\" marker-end=\"url(#tip)\" d=\"M{:.1} {:.1}", at.0, at.1)?;
    for point in waypoints.iter().chain([&end]) {
        let bend = ((point.0 - at.0) / 2.0).max(0.0);
        write!(
            out,
            "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            at.0 + bend,
            at.1,
            point.0 - bend,
            point.1,
            point.0,
            point.1
        )?;
        at = *point;
    }
    writeln!(out, "\"/>")
}

/// In the middle of the line's first curve, on the colour behind it.
fn write_label(
    out: &mut String,
    line: &Line,
    index: usize,
    tint: &str,
    picture: &Layout,
) -> std::fmt::Result {
    let [start, end] = ends(line, index, picture);
    let first = picture.waypoints[index].first().copied().unwrap_or(end);
    let (x, y) = ((start.0 + first.0 - 7.0) / 2.0, (start.1 + first.1) / 2.0 + 4.0);
    let label = escape(&line.label);
    writeln!(out, "<text class=\"label\" stroke=\"{tint}\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>")
}

/// Whether the giving half of an endpoint does not stand right of the taking one.
fn leads_back(picture: &Layout, take: usize, give: usize) -> bool {
    picture.halves[give].x <= picture.halves[take].x + picture.halves[take].w
}

/// From the taking half to the giving half: straight on if that stands further right, else round at height `below`.
fn write_joint(out: &mut String, take: Rect, give: Rect, below: Option<f64>) -> std::fmt::Result {
    let (x1, y1) = (take.x + take.w, take.y + take.h / 2.0);
    let (x2, y2) = (give.x, give.y + give.h / 2.0);
    let Some(below) = below else {
        let middle = (x1 + x2) / 2.0;
        return writeln!(
            out,
            "<path class=\"joint\" d=\"M{x1:.1} {y1:.1}C{middle:.1} {y1:.1} {middle:.1} {y2:.1} {x2:.1} {y2:.1}\"/>"
        );
    };
    let (right, left, r) = (x1 + BACK_OUT, x2 - BACK_OUT, 12.0);
    writeln!(
        out,
        "<path class=\"joint\" d=\"M{x1:.1} {y1:.1}H{:.1}a{r} {r} 0 0 1 {r} {r}V{:.1}a{r} {r} 0 0 1 -{r} {r}H{:.1}\
         a{r} {r} 0 0 1 -{r} -{r}V{:.1}a{r} {r} 0 0 1 {r} -{r}H{x2:.1}\"/>",
        right - r,
        below - r,
        left + r,
        y2 + r
    )
}

fn write_legend(out: &mut String, y: f64, loose: bool) -> std::fmt::Result {
    let entries = [
        ("link", "primary link"),
        ("link second", "secondary link"),
        ("joint", "halves of an endpoint"),
        ("loose", "not linked: dropped"),
    ];
    let (fill, border) = TINTS[0];
    writeln!(
        out,
        "<rect x=\"{MARGIN}\" y=\"{:.1}\" width=\"34\" height=\"15\" rx=\"5\" fill=\"{fill}\" stroke=\"{border}\"/>",
        y - 11.5
    )?;
    writeln!(out, "<text class=\"segment\" x=\"{:.1}\" y=\"{y:.1}\">one thread</text>", MARGIN + 42.0)?;
    let shown = if loose { entries.len() } else { entries.len() - 1 };
    for (index, (class, text)) in entries.iter().take(shown).enumerate() {
        let x = MARGIN + 132.0 + index as f64 * 150.0 + if index > 2 { 48.0 } else { 0.0 };
        let path = if *class == "loose" { "h26m0 -6v12" } else { "h34" };
        writeln!(out, "<path class=\"{class}\" d=\"M{x:.1} {:.1}{path}\"/>", y - 4.0)?;
        writeln!(out, "<text class=\"segment\" x=\"{:.1}\" y=\"{y:.1}\">{text}</text>", x + 42.0)?;
    }
    Ok(())
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML has no way to write these.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
