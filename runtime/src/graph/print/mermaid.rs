//! A plan as a Mermaid flowchart, for Markdown pages.

use std::fmt::Write;

use crate::graph::plan::Plan;

use super::{joints, lines, segment_title, subtitle};

/// The plan in Mermaid's language.
pub fn mermaid(plan: &Plan) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write_mermaid(plan, &mut out);
    out
}

fn write_mermaid(plan: &Plan, out: &mut String) -> std::fmt::Result {
    writeln!(out, "flowchart LR")?;
    for (index, segment) in plan.segments.iter().enumerate() {
        writeln!(out, "  subgraph s{index} [\"{}\"]", segment_title(index))?;
        for half in &segment.halves {
            let label = match subtitle(plan, *half) {
                module if module.is_empty() => escape(&plan.halves[*half].name),
                module => format!("{}<br/>{}", escape(&plan.halves[*half].name), escape(&module)),
            };
            writeln!(out, "    h{half}(\"{label}\")")?;
        }
        writeln!(out, "  end")?;
    }
    for line in lines(plan) {
        let arrow = if line.primary { "-->" } else { "-.->" };
        match line.label.as_str() {
            "" => writeln!(out, "  h{} {arrow} h{}", line.from, line.to)?,
            label => writeln!(out, "  h{} {arrow}|\"{}\"| h{}", line.from, escape(label), line.to)?,
        }
    }
    for (take, give) in joints(plan) {
        writeln!(out, "  h{take} -.- h{give}")?;
    }
    Ok(())
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
