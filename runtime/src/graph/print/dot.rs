//! A plan as a DOT graph, for Graphviz.

use std::fmt::Write;

use crate::graph::plan::Plan;

use super::{joints, lines, segment_title, subtitle};

/// The plan in the DOT language.
pub fn dot(plan: &Plan) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write_dot(plan, &mut out);
    out
}

fn write_dot(plan: &Plan, out: &mut String) -> std::fmt::Result {
    writeln!(out, "digraph \"{}\" {{", escape(&plan.name))?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
    for (index, segment) in plan.segments.iter().enumerate() {
        writeln!(out, "  subgraph cluster_{index} {{")?;
        writeln!(
            out,
            "    label=\"{}\"; style=\"rounded,filled\"; fillcolor=\"#eef3f9\";",
            segment_title(index)
        )?;
        for half in &segment.halves {
            let label = match subtitle(plan, *half) {
                module if module.is_empty() => escape(&plan.halves[*half].name),
                module => format!("{}\\n{}", escape(&plan.halves[*half].name), escape(&module)),
            };
            writeln!(out, "    h{half} [label=\"{label}\"];")?;
        }
        writeln!(out, "  }}")?;
    }
    for line in lines(plan) {
        let style = if line.primary { "solid" } else { "dashed" };
        write!(out, "  h{} -> h{} [style={style}", line.from, line.to)?;
        if !line.label.is_empty() {
            write!(out, ", label=\"{}\"", escape(&line.label))?;
        }
        writeln!(out, "];")?;
    }
    for (take, give) in joints(plan) {
        writeln!(out, "  h{take} -> h{give} [style=dotted, arrowhead=none];")?;
    }
    writeln!(out, "}}")
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
