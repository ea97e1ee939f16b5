//! Texts made to cost time or memory. That each test ends, and with a place, is the point.

use super::*;

fn refused(text: &str) -> String {
    let found = mistakes(text);
    assert!(!found.is_empty() && found.len() <= 2 * report::ERROR_LIMIT + 1);
    found[0].clone()
}

#[test]
fn a_text_beyond_the_size_limit_is_not_read() {
    assert!(refused(&"a: 1\n".repeat(300_000)).contains("more than the limit of 1048576"));
}

#[test]
fn depth_is_bounded_in_every_style() {
    for text in ["[".repeat(500_000), "{a: ".repeat(200_000), "- ".repeat(500_000), "? ".repeat(500_000)] {
        let first = refused(&text);
        assert!(
            first.contains("deeper") || first.contains("not YAML") || first.contains("a key must be"),
            "{first}"
        );
    }
    let indented: String = (0..1000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    assert!(refused(&indented).contains("deeper than 32"));
}

#[test]
fn aliases_that_multiply_are_counted_in_full() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..30 {
        let row = vec![format!("*a{}", n - 1); 10].join(", ");
        text.push_str(&format!("a{n}: &a{n} [{row}]\n"));
    }
    assert!(refused(&text).contains("more than 50000 keys and values"));
}

#[test]
fn many_values_many_mistakes_and_many_links_end() {
    assert!(refused(&"- a\n".repeat(100_000)).contains("more than 50000 keys and values"));
    let keys: String = (0..9_000).map(|n| format!("k{n}: 1\n")).collect();
    let found = mistakes(&keys);
    assert!(found.last().is_some_and(|last| last.contains("more mistakes are not listed")), "{found:?}");
    let errors = check(&keys).expect_err("wrong");
    assert!(render(&errors, &keys, false).len() < 100_000);
    let links = vec!["a"; 200_000].join("==");
    assert!(
        refused(&format!("nodes:\n  a: {{ module: fifo }}\nlinks: [{links}]\n"))
            .contains("more than 16384 links")
    );
    let wide: String = (0..4000).map(|n| format!("  n{n}: {{ module: fifo }}\n")).collect();
    let chain: Vec<String> = (0..4000).map(|n| format!("n{n}")).collect();
    let plan = plan(&format!("nodes:\n{wide}links: [{}]\n", chain.join(" >> ")));
    assert_eq!(plan.segments.len(), 4000);
}

#[test]
fn many_slips_beside_many_names_end() {
    let name = |kind: &str, n: usize| format!("{kind}{n:05}{}", "x".repeat(50));
    let nodes: String = (0..4000).map(|n| format!("  {}: {{ module: fifo }}\n", name("a", n))).collect();
    let links: Vec<String> = (0..8000).map(|n| format!("{} >> {}", name("b", n), name("c", n))).collect();
    let first = refused(&format!("nodes:\n{nodes}links: [{}]\n", links[..4000].join(", ")));
    assert!(first.contains("there is no node"), "{first}");
    let params: Vec<String> = (0..9000).map(|n| format!("{}: 1", name("max_depth", n))).collect();
    let text = format!("nodes:\n  q: {{ module: fifo, params: {{ {} }} }}\nlinks: []\n", params.join(", "));
    assert!(refused(&text).contains("there is no parameter"));
}

#[test]
fn a_long_chain_in_one_segment_is_planned_and_drawn() {
    let nodes: String = (0..3000).map(|n| format!("  n{n}: {{ module: filter }}\n")).collect();
    let chain: Vec<String> = (0..3000).map(|n| format!("n{n}")).collect();
    let text = format!(
        "nodes:\n  s: {{ module: pattern }}\n  v: {{ module: debug }}\n{nodes}links: [s >> {} >> v]\n",
        chain.join(" >> ")
    );
    let chain_plan = plan(&text);
    assert_eq!(chain_plan.segments[0].halves.len(), 3002);
    assert!(super::super::print::svg(&chain_plan).ends_with("</svg>\n"));
    let round = text.replace("links: [", "links: [n2999 >> n0, ");
    assert!(refused(&round).contains("the links go round: n0 >> n1 >> "));
}

#[test]
fn long_words_are_cut_in_messages() {
    let long = "x".repeat(100_000);
    assert!(refused(&format!("{long}: 1\n")).len() < 300);
    assert!(refused(&format!("nodes:\n  {long}: {{ module: fifo }}\nlinks: []\n")).len() < 300);
    let errors = check(&format!("name: \"{long}\"\n")).expect_err("wrong");
    assert!(errors.iter().all(|error| error.message.len() < 300));
}
