//! A plan as an SVG picture, drawn without another program.
//!
//! [`layout`](super::layout) says where things stand; this file says what they look like.

use std::fmt::Write;

use crate::graph::plan::{Plan, Side};

use super::layout::{Layout, Rect, layout};
use super::{Line, joints, lines, segment_title, subtitle};

/// Space around the picture.
const MARGIN: f64 = 28.0;
const HEADER: f64 = 46.0;
const FOOTER: f64 = 44.0;
/// Least width: the legend needs it.
const LEAST_WIDTH: f64 = 470.0;
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
    .label{font-size:11px;fill:#3e4c59;text-anchor:middle}\
    .title{font-size:18px;font-weight:600}\
    .node{fill:#fff;stroke:#52606d;stroke-width:1.4}\
    .open{stroke:#52606d;stroke-width:1.4;stroke-dasharray:2 3;fill:none}\
    .link{fill:none;stroke:#334e68;stroke-width:1.8}\
    .second{stroke-dasharray:7 5}\
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
    let width = picture.width.max(LEAST_WIDTH) + 2.0 * MARGIN;
    let height = picture.height + HEADER + FOOTER + MARGIN;
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
    writeln!(out, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>")?;
    writeln!(out, "<text class=\"title\" x=\"{MARGIN}\" y=\"34\">{}</text>", escape(&plan.name))?;
    writeln!(out, "<g transform=\"translate({MARGIN} {HEADER})\">")?;
    for (index, area) in picture.segments.iter().enumerate() {
        write_segment(out, index, *area)?;
    }
    for (take, give) in joints(plan) {
        write_joint(out, picture.halves[take], picture.halves[give])?;
    }
    for (index, line) in lines.iter().enumerate() {
        write_line(out, line, index, &picture)?;
    }
    for half in 0..plan.halves.len() {
        write_half(out, plan, half, picture.halves[half])?;
    }
    writeln!(out, "</g>")?;
    write_legend(out, height - FOOTER / 2.0)?;
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

fn write_line(out: &mut String, line: &Line, index: usize, picture: &Layout) -> std::fmt::Result {
    let (from, to) = (picture.halves[line.from], picture.halves[line.to]);
    let (waypoints, down) = (&picture.waypoints[index], picture.offsets[index]);
    let start = (from.x + from.w, from.y + from.h / 2.0 + down);
    let end = (to.x - 1.0, to.y + to.h / 2.0 + down);
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
    writeln!(out, "\"/>")?;
    if line.label.is_empty() {
        return Ok(());
    }
    let first = waypoints.first().copied().unwrap_or(end);
    let (x, y) = ((start.0 + first.0) / 2.0, (start.1 + first.1) / 2.0 - 6.0);
    writeln!(out, "<text class=\"label\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(&line.label))
}

/// From the taking half to the giving half: straight on if that stands further right, else round below both.
fn write_joint(out: &mut String, take: Rect, give: Rect) -> std::fmt::Result {
    let (x1, y1) = (take.x + take.w, take.y + take.h / 2.0);
    let (x2, y2) = (give.x, give.y + give.h / 2.0);
    if x2 > x1 {
        let middle = (x1 + x2) / 2.0;
        return writeln!(
            out,
            "<path class=\"joint\" d=\"M{x1:.1} {y1:.1}C{middle:.1} {y1:.1} {middle:.1} {y2:.1} {x2:.1} {y2:.1}\"/>"
        );
    }
    let below = (take.y + take.h).max(give.y + give.h) + 12.0;
    writeln!(
        out,
        "<path class=\"joint\" d=\"M{x1:.1} {y1:.1}C{:.1} {y1:.1} {:.1} {below:.1} {x1:.1} {below:.1}\
         L{x2:.1} {below:.1}C{:.1} {below:.1} {:.1} {y2:.1} {x2:.1} {y2:.1}\"/>",
        x1 + 26.0,
        x1 + 26.0,
        x2 - 26.0,
        x2 - 26.0
    )
}

fn write_legend(out: &mut String, y: f64) -> std::fmt::Result {
    let entries =
        [("link", "primary link"), ("link second", "secondary link"), ("joint", "halves of an endpoint")];
    for (index, (class, text)) in entries.iter().enumerate() {
        let x = MARGIN + index as f64 * 150.0;
        writeln!(out, "<path class=\"{class}\" d=\"M{x:.1} {:.1}h34\"/>", y - 4.0)?;
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
