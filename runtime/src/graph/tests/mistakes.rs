//! Each mistake a graph can have: found, placed exactly, with what to do; all of a file at once.

use super::*;
use crate::graph::render_within;

/// A sound graph with more nodes and links.
fn graph(nodes: &str, links: &str) -> String {
    format!(
        "nodes:\n  src: {{ module: pattern }}\n  end: {{ module: debug }}\n{nodes}links:\n  - src >> end\n{links}"
    )
}

fn of_node(node: &str) -> Vec<String> {
    mistakes(&graph(&format!("  x: {node}\n"), "  - src >> x >> end\n"))
}

#[test]
fn a_sound_graph_has_none() {
    assert_eq!(mistakes(&graph("", "")), [""; 0]);
    assert_eq!(mistakes(&graph("  x: { module: filter }\n", "  - src >> x >> end\n")), [""; 0]);
}

#[test]
fn all_mistakes_of_a_file_come_at_once_and_in_order() {
    let text = "nmae: x\nnodes:\n  src: { module: pattern, params: { size: .inf, coutn: 3 } }\n  \
                src: { module: debug }\n  q: { module: fif, params: {} }\n  1x: { modul: debug }\n\
                links:\n  - srk >> q\n  - src -> q\n";
    assert_eq!(
        mistakes(text),
        [
            "1:1+4 a graph file has no key `nmae` | did you mean `name`?",
            "3:43+4 `.inf` is not a finite number | write a finite number, or a text in quotes",
            "3:49+5 node `src`: there is no parameter `coutn` | did you mean `count`?",
            "4:3+3 two nodes are named `src` | give one of them another name",
            "5:16+3 node `q`: No module `fif` is on the search path | did you mean `fifo`?",
            "6:3+2 `1x` is not a name for a node | use letters, digits, `_` and `-`, at most 64, beginning with a letter or `_`",
            "6:3+2 node `1x` has no `module` | add `module:` with a name or a path",
            "6:9+5 node `1x` has no key `modul` | did you mean `module`?",
            "8:5+3 there is no node `srk` | did you mean `src`?",
            "9:5+8 link 2 has no operator | links are `a >> b`, `b << a` and `a == b`; an end is `node` or `node.port`",
        ]
    );
}

#[test]
fn yaml_that_surprises_is_refused_with_a_place() {
    let found = |text: &str, wanted: &str| {
        let all = mistakes(text);
        assert!(all.iter().any(|line| line.starts_with(wanted)), "{wanted}\nis not in {all:#?}");
    };
    let nothing = "1:1+1 there is nothing in it | it needs `nodes:` and `links:`";
    assert_eq!(mistakes(""), [nothing]);
    assert_eq!(mistakes("# only a comment\n"), [nothing]);
    found(
        "a: b\n---\nc: d\n",
        "2:1+3 a second document begins here | one file is one graph: remove the `---`",
    );
    found(
        "nodes:\n  a: &x { module: debug }\n  b: { <<: *x }\n",
        "3:8+2 merge keys (`<<`) are not part of graph files | ",
    );
    found("name: !!str 5\n", "1:7+7 tags (`!…`) are not part of graph files | leave it out");
    found("12: x\n", "1:1+2 a key must be a text, and `12` unquoted is none | write \"12\"");
    found("[a]: x\n", "1:1+1 a key must be a text, not a list or a mapping | check the indentation");
    found("a: &x 1\n*x : 2\n", "2:1+2 a key must be a text, not an alias | write the key out");
    found("name: a\nname: b\n", "2:1+4 the key `name` is there twice | remove one of them");
    found("a: [1, 2\n", "1:8+1 not YAML: while parsing a flow sequence");
    found("a:\n\tb: 1\n", "2:1+1 a tab in the indentation | indent with spaces");
    found("a: b: c\n", "1:5+1 a `:` that cannot stand here");
    found("links:\n  - >> b\n", "2:5+1 a link cannot begin with `>>` | begin it with a node: `a >> b`");
    found("a: &x [1, *x]\n", "1:11+2 this alias stands inside the value it repeats");
    found("nodes: 5\n", "1:8+1 `nodes` must be a mapping from names to nodes, not the number 5");
    found("nodes: {}\n", "1:8+1 `nodes` is empty");
    found(
        "links: a >> b\n",
        "1:8+6 `links` must be a list, not the text \"a >> b\" | write each link as an item: `- a >> b`",
    );
    found("just text\n", "1:1+9 a graph file must be a mapping, not the text \"just text\"");
    found("name: a/b\n", "1:7+3 `a/b` is not a name for a graph");
}

#[test]
fn an_unquoted_star_gets_its_own_hint() {
    let hint = "an unquoted `*` begins a YAML alias, and there is no such anchor | write it in quotes: \"*\"";
    for (text, place) in [
        ("nodes:\n  t:\n    params:\n      addr: *\n", "4:13+1"),
        ("nodes: { t: { addr: * } }\n", "1:21+1"),
        ("nodes: { t: { addr: *} }\n", "1:21+1"),
        ("addr: *:8000\n", "1:7+1"),
    ] {
        assert_eq!(mistakes(text), [format!("{place} {hint}")]);
    }
}

#[test]
fn columns_count_characters() {
    let text = "\u{feff}nodes:\r\n  src: { module: pattern, params: { \"größe\": 1 } } # ü\r\n  end: { module: debug, params: { name: \"ünï\", max_bytes: yes } }\r\nlinks: [\"src >> end\"]\r\n";
    assert_eq!(
        mistakes(text),
        [
            "2:37+7 node `src`: there is no parameter `größe` | parameters are `size`, `rate`, `count`, `width`, `taps` and `channel`",
            "3:59+3 node `end`: `max_bytes` must be a whole number from 0 to 4294967295, not the text \"yes\"",
        ]
    );
}

#[test]
fn nodes_have_known_keys_and_values() {
    assert_eq!(
        of_node("filter"),
        ["4:6+6 node `x` must be a mapping, not the text \"filter\" | write `{ module: filter }`"]
    );
    assert_eq!(of_node("[filter]"), ["4:6+1 node `x` must be a mapping, not a list | write `{ module: … }`"]);
    assert_eq!(of_node(""), ["4:3+1 node `x` has no `module` | add `module:` with a name or a path"]);
    assert_eq!(
        of_node("{ module: a b }"),
        [
            "4:16+3 `module` of node `x`: `a b` is neither a name nor a path | write a module's name, `NAME.wasm` for its component, or a path with a `/` in it, as in `./libx.so`"
        ]
    );
    assert_eq!(
        of_node("{ module: ../x.wasm }"),
        ["4:16+9 node `x`: No module `../x.wasm` is on the search path"],
        "a path is not looked at"
    );
    assert_eq!(
        of_node("{ module: .wasm }").len()
            + of_node("{ module: a.so }").len()
            + of_node("{ module: a.wasm.wasm }").len(),
        3
    );
    assert_eq!(
        of_node("{ module: 5 }"),
        ["4:16+1 `module` of node `x` must be a text, not the number 5 | write it in quotes: \"5\""]
    );
    assert_eq!(
        of_node("{ module: filter, max_depth: 3 }"),
        [
            "4:24+9 node `x` has no key `max_depth` | its keys are `module`, `params`, `pool`, `on_fault`, `batch`, `limits` and `grant`; a module's own go under `params:`"
        ]
    );
    assert_eq!(
        of_node("{ module: filter, batch: 65 }"),
        ["4:31+2 `batch` of node `x` must be a whole number from 1 to 64, not the number 65"]
    );
    assert_eq!(
        of_node("{ module: filter, pool: { fixed_size: -1, size: 3 } }"),
        [
            "4:44+2 `fixed_size` in the pool of node `x` must be a whole number from 0 to 1073741824, not the number -1",
            "4:48+4 `pool` of node `x` has no key `size` | did you mean `fixed_size`?",
        ]
    );
    assert_eq!(
        of_node("{ module: filter, pool: { pool_size: 10 } }"),
        [
            "4:32+9 `pool_size` of node `x` has no effect without `fixed_size` | add `fixed_size`, the bytes of each buffer"
        ]
    );
    assert_eq!(
        of_node("{ module: filter, on_fault: restrat }"),
        ["4:34+7 `on_fault` of node `x` cannot be `restrat` | did you mean `restart`?"]
    );
    assert_eq!(
        of_node("{ module: filter, on_fault: { restart: { backoff: 5 } } }"),
        ["4:56+1 `backoff` of node `x` must be a duration such as `100ms`, not the number 5"]
    );
    assert_eq!(
        of_node("{ module: filter, limits: { memory: 64mib, call: 3, heap: 1 } }"),
        [
            "4:42+5 `memory` in the limits of node `x` must be a size such as `64MiB`, not the text \"64mib\"",
            "4:55+1 `call` in the limits of node `x` must be a duration such as `100ms`, not the number 3",
            "4:58+4 `limits` of node `x` has no key `heap` | keys are `memory`, `call` and `output`",
        ]
    );
    assert_eq!(
        of_node("{ module: filter, limits: { memory: 64KiB, call: 2m, output: 5GiB } }"),
        [
            "4:42+5 `memory` in the limits of node `x` must be from 1MiB to 4GiB, not the text \"64KiB\"",
            "4:55+2 `call` in the limits of node `x` must be from 1ms to 1m, not the text \"2m\"",
            "4:67+4 `output` in the limits of node `x` must be from 1KiB to 4GiB, not the text \"5GiB\"",
        ]
    );
    assert_eq!(
        of_node("{ module: filter, grant: wal }"),
        [
            "4:31+3 `grant` of node `x` must be a mapping, not the text \"wal\" | write `grant: { wall: true }`"
        ]
    );
    let all = "what can be granted is `wall` (the time of day) and `random`; no files, no network";
    assert_eq!(
        of_node("{ module: filter, grant: { wal: true, files: true, random: 1 } }"),
        [
            format!("4:33+3 `wal` cannot be granted to node `x` | did you mean `wall`? {all}"),
            format!("4:44+5 `files` cannot be granted to node `x` | {all}"),
            "4:65+1 `random` in the grant of node `x` must be `true` or `false`, not the number 1".to_owned(),
        ]
    );
}

#[test]
fn bypass_needs_one_in_and_one_out() {
    assert_eq!(of_node("{ module: filter, on_fault: bypass }"), [""; 0]);
    assert_eq!(
        of_node("{ module: fifo, on_fault: bypass }"),
        [
            "4:32+6 node `x` cannot be bypassed: `fifo` is no one-in one-out stage | choose `stop`, `drop` or `restart`"
        ]
    );
}

#[test]
fn parameters_are_checked_against_the_card() {
    let of = |module: &str, params: &str| {
        let text = format!(
            "nodes:\n  src: {{ module: pattern }}\n  x: {{ module: {module}, params: {{ {params} }} }}\nlinks:\n  - src >> x\n"
        );
        let all = mistakes(&text);
        let own = |line: &String| {
            line.split_once(' ').filter(|(place, _)| place.starts_with("3:")).map(|(_, rest)| rest.to_owned())
        };
        all.iter().filter_map(own).filter(|line| !line.starts_with("the output")).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(of("fifo", "max_depth: 0, max_held: 0, overflow: block, no_copy: false"), none);
    assert_eq!(of("fifo", "max_held: 64MB"), none);
    assert_eq!(
        of("fifo", "max_dept: 3"),
        ["node `x`: there is no parameter `max_dept` | did you mean `max_depth`?"]
    );
    assert_eq!(
        of("fifo", "overflow: drop_newst"),
        [
            "node `x`: `overflow` must be one of `drop_newest`, `drop_oldest`, `block`, not the text \"drop_newst\" | did you mean `drop_newest`?"
        ]
    );
    assert_eq!(
        of("fifo", "no_copy: off"),
        ["node `x`: `no_copy` must be `true` or `false`, not the text \"off\" | write `false`"]
    );
    assert_eq!(
        of("fifo", "max_depth: \"7\""),
        [
            "node `x`: `max_depth` must be a whole number from 0 to 4294967295, not the text \"7\" | write it without quotes and without leading zeros"
        ]
    );
    assert_eq!(
        of("fifo", "max_depth: 4294967296")[0],
        "node `x`: `max_depth` must be a whole number from 0 to 4294967295, not the number 4294967296"
    );
    assert_eq!(
        of("fifo", "max_depth: 1.5")[0],
        "node `x`: `max_depth` must be a whole number from 0 to 4294967295, not the number 1.5"
    );
    assert_eq!(
        of("fifo", "max_held: 64mb")[0],
        "node `x`: `max_held` must be a size such as `64MiB`, or a number of bytes, not the text \"64mb\""
    );
    assert_eq!(of("filter", "channel: 255"), none);
    assert_eq!(of("filter", "channel: [1, 2]"), none);
    assert_eq!(
        of("filter", "channel: [1, 300]"),
        ["node `x`: `channel[1]` must be a whole number from 0 to 255, not the number 300"]
    );
    assert_eq!(
        of("filter", "channel: 300"),
        [
            "node `x`: `channel` must be a whole number from 0 to 255, or a list, each item a whole number from 0 to 255, not the number 300"
        ]
    );
    assert_eq!(
        of("ratedrop", "min_interval: 5"),
        [
            "node `x`: `min_interval` must be a duration such as `100ms`, not the number 5 | write a unit, as in `5ms`"
        ]
    );
    assert_eq!(of("udp-server", "port: 8000, timeout: 5000"), none);
    assert_eq!(
        of("udp-server", "port: 8000, timeout: 5 s")[0],
        "node `x`: `timeout` must be a duration such as `100ms`, or a number of us, not the text \"5 s\""
    );
    assert_eq!(
        of("debug", "name: 5"),
        ["node `x`: `name` must be a text, not the number 5 | write it in quotes: \"5\""]
    );
    assert_eq!(
        of("debug", "name: \"${X}\", max_bytes: \"${X}\""),
        [
            "node `x`: `max_bytes` must be a whole number from 0 to 4294967295, not the text \"${X}\" | `${…}` is replaced only with `--env`"
        ]
    );
    assert_eq!(
        of("file-writer", "raw: true"),
        ["node `x`: the parameter `path` is missing | add `path`: a text"]
    );
    assert_eq!(
        of("file-writer", "path: "),
        ["node `x`: `path` must be a text, not nothing | leave the key out to have its default"]
    );
}

#[test]
fn links_name_nodes_and_ports_that_are_there() {
    let of = |links: &str| {
        mistakes(&format!(
            "nodes:\n  src: {{ module: pattern }}\n  cmp: {{ module: compare }}\n  w: {{ module: file-writer, params: {{ path: x }} }}\n  v: {{ module: debug }}\nlinks: [{links}]\n"
        ))
    };
    let rest = "src >> cmp.a, src >> cmp.b, src >> w.3, src >> v";
    assert_eq!(of(rest), [""; 0]);
    assert_eq!(
        of(&format!("{rest}, src >> v.in")),
        ["6:59+11 `src` is linked to `v` twice | remove one of them"]
    );
    assert_eq!(
        of(&format!("{rest}, src >> w.256")),
        ["6:66+5 `w` has no input `256` | its inputs are numbers from 0 to 255"]
    );
    assert_eq!(
        of(&format!("{rest}, src >> cmp.c")),
        ["6:66+5 `cmp` has no input `c` | inputs are `a` and `b`"]
    );
    assert_eq!(
        of(&format!("{rest}, src >> cmp")),
        ["6:66+3 `cmp` has more than one input | name the port: `cmp.a` and `cmp.b`"]
    );
    assert_eq!(
        of(&format!("{rest}, src >> v.3")),
        ["6:66+3 `v` has no input `3` | it has one input, `in`: write `v` alone"]
    );
    assert_eq!(
        of(&format!("{rest}, v >> src")),
        [
            "6:59+1 `v` gives nothing: `debug` is a sink | a sink stands at the right: `… >> v`; `==` is for nodes that take and give",
            "6:64+3 `src` takes nothing: `pattern` is a source | a source stands at the left: `src >> …`",
        ]
    );
    assert_eq!(
        of(&format!("{rest}, src >> , a.b.c >> v")),
        [
            "6:65+1 link 5 lacks a node beside its operator | links are `a >> b`, `b << a` and `a == b`; an end is `node` or `node.port`",
            "6:68+5 link 6: `a.b.c` is not a node or a node's port | links are `a >> b`, `b << a` and `a == b`; an end is `node` or `node.port`",
        ]
    );
    assert_eq!(
        of(&format!("{rest}, {{ src: v }}"))[0].split(" | ").next(),
        Some("6:59+1 link 5 must be a text such as `a >> b`, not a mapping")
    );
}

#[test]
fn a_link_twice_shows_both_places() {
    let text = "nodes:\n  a: { module: fifo }\n  b: { module: fifo }\nlinks:\n  - a == b\n  - b << a\n";
    let errors = check(text).expect_err("the link is there twice");
    assert_eq!(
        errors.iter().map(short).collect::<Vec<_>>(),
        ["6:5+6 `a` is linked to `b` twice | remove one of them"]
    );
    assert_eq!(errors[0].also, [(Place { line: 5, col: 5, len: 6 }, "first here".to_owned())]);
    assert!(mistakes("nodes:\n  a: { module: fifo }\nlinks: [a == a]\n")[0].contains("twice"));
}

#[test]
fn ports_that_must_be_linked_are() {
    let text = "nodes:\n  src: { module: pattern }\n  f: { module: filter }\n  cmp: { module: compare }\n  q: { module: fifo }\nlinks:\n  - src >> cmp.a\n  - src >> q\n";
    assert_eq!(
        mistakes(text),
        [
            "3:3+1 the input of node `f` is not linked | add `- … >> f` to `links:`",
            "3:3+1 the output of node `f` is not linked | add `- f >> …` to `links:`",
            "4:3+3 input `b` of node `cmp` is not linked | add `- … >> cmp.b` to `links:`",
        ]
    );
    let missing = "nodes:\n  src: { module: pattern }\nlinks: []\n";
    assert_eq!(
        mistakes(missing),
        ["2:3+3 the output of node `src` is not linked | add `- src >> …` to `links:`"]
    );
    // Where a link has a mistake, its nodes are not called unlinked as well.
    let slip = "nodes:\n  src: { module: pattern }\n  v: { module: debug }\nlinks: [src >> w]\n";
    assert_eq!(
        mistakes(slip),
        [
            "3:3+1 the input of node `v` is not linked | add `- … >> v` to `links:`",
            "4:16+1 there is no node `w` | nodes are `src` and `v`"
        ]
    );
}

#[test]
fn a_cycle_without_an_endpoint_is_named() {
    let text = "nodes:\n  src: { module: pattern }\n  a: { module: filter }\n  b: { module: tag }\n  v: { module: debug }\nlinks:\n  - src >> a >> b >> v\n  - a << b\n";
    assert_eq!(
        mistakes(text),
        ["8:5+6 the links go round: a >> b >> a | a cycle must cross an endpoint: put a `fifo` into it"]
    );
    let own = "nodes:\n  a: { module: filter }\n  b: { module: filter }\nlinks: [a >> a, b >> b]\n";
    assert_eq!(
        mistakes(own),
        [
            "4:9+6 the links go round: a >> a | a cycle must cross an endpoint: put a `fifo` into it",
            "4:17+6 the links go round: b >> b | a cycle must cross an endpoint: put a `fifo` into it",
        ]
    );
    let through = "nodes:\n  a: { module: filter }\n  q: { module: fifo }\nlinks: [a >> q >> a]\n";
    assert_eq!(mistakes(through), [""; 0]);
}

#[test]
fn modules_are_names_with_files() {
    let text = "modules:\n  a: ./a.so\n  b: { path: ./b.so, sha256: abc }\n  c: { sha: 1 }\n  d e: ./d.so\nnodes:\n  x: { module: a }\nlinks: []\n";
    let found = mistakes(text);
    assert_eq!(
        found[..5],
        [
            "3:30+3 `sha256` of module `b` is not a SHA-256 | write the 64 hexadecimal digits that `sha256sum` prints",
            "4:6+1 module `c` has no `path` | add the module's file: `path: ./x.so`",
            "4:8+3 module `c` has no key `sha` | did you mean `sha256`?",
            "5:3+3 `d e` is not a name for a module | use letters, digits, `_` and `-`, at most 64, beginning with a letter or `_`",
            "7:16+1 node `x`: There is no file `./a.so`",
        ]
    );
}

#[test]
fn variables_are_replaced_only_when_asked_and_never_as_yaml() {
    let env = |name: &str| match name {
        "DEPTH" => Some("7".to_owned()),
        "EVIL" => Some("1, overflow: block}, x: {".to_owned()),
        "INF" => Some(".inf".to_owned()),
        _ => None,
    };
    let with = |value: &str| {
        let text = format!(
            "nodes:\n  src: {{ module: pattern }}\n  q:\n    module: fifo\n    params:\n      max_depth: {value}\nlinks: [src >> q]\n"
        );
        let options = Options { env: Some(&env), set: &[] };
        match load(&text, "g.yaml", &options, &fake::Modules) {
            Ok(checked) => checked.plan.nodes[1].params["max_depth"].to_string(),
            Err(errors) => errors.iter().map(short).collect::<Vec<_>>().join("\n"),
        }
    };
    assert_eq!(with("${DEPTH}"), "7");
    assert_eq!(with("1${DEPTH}2"), "172");
    assert_eq!(with("${NONE:-12}"), "12");
    assert!(with("\"${DEPTH}\"").contains("not the text \"7\""), "a quoted variable is a text");
    assert!(with("${EVIL}").contains("not the text \"1, overflow: block}, x: {\""));
    assert!(with("${NONE}").starts_with(
        "6:18+7 the variable `NONE` is not set | set it, or give it a default: `${NONE:-value}`"
    ));
    assert!(with("${INF}").starts_with("6:18+6 `.inf` is not a finite number"));
    assert!(
        mistakes("nodes:\n  q: { module: fifo, params: { max_depth: ${DEPTH} } }\n")[0]
            .contains("cannot stand unquoted")
    );
}

#[test]
fn a_modules_own_mistakes_are_placed_by_path() {
    let text = "nodes:\n  src: { module: pattern }\n  f:\n    module: filter\n    params:\n      channel: [1, 2]\n  v: { module: debug }\nlinks: [src >> f >> v]\n";
    let checked = check(text).expect("sound");
    let place = |node, path: &str| short(&checked.place_param_error(node, path, "is bad"));
    assert_eq!(place(1, "channel"), "6:16+1 node `f`: `channel`: is bad");
    assert_eq!(place(1, "channel[1]"), "6:20+1 node `f`: `channel[1]`: is bad");
    assert_eq!(place(1, "channel.1"), "6:20+1 node `f`: `channel.1`: is bad");
    assert_eq!(place(1, "channel[9].x"), "6:16+1 node `f`: `channel[9].x`: is bad");
    assert_eq!(place(1, "other"), "5:5+6 node `f`: `other`: is bad");
    assert_eq!(place(1, ""), "5:5+6 node `f`: is bad");
    assert_eq!(place(2, "."), "7:3+1 node `v`: is bad");
    assert_eq!(place(99, "x"), "1:1+1 is bad");
    assert_eq!(short(&checked.place_node_error(1, "did not start")), "4:13+6 node `f`: did not start");
}

#[test]
fn mistakes_are_shown_with_line_and_caret() {
    let text = "nodes:\n  q: { module: fifo, params: { max_dept: 3 } }\n  q: { module: fifo }\nlinks: []\n";
    let errors = check(text).expect_err("wrong");
    assert_eq!(
        render(&errors, text, false),
        "error: node `q`: there is no parameter `max_dept`\n \
         --> g.yaml:2:32\n  \
         |\n\
         2 |   q: { module: fifo, params: { max_dept: 3 } }\n  \
         |                                ^^^^^^^^\n  \
         |\n  \
         = help: did you mean `max_depth`?\n\
         \n\
         error: two nodes are named `q`\n \
         --> g.yaml:3:3\n  \
         |\n\
         2 |   q: { module: fifo, params: { max_dept: 3 } }\n  \
         |   - first here\n\
         3 |   q: { module: fifo }\n  \
         |   ^\n  \
         |\n  \
         = help: give one of them another name\n"
    );
    assert!(render(&errors, text, true).contains("\u{1b}["));
    assert!(!render(&errors, "", false).contains('^'), "another text than the file's shows no line");
}

#[test]
fn mistakes_fit_a_terminal() {
    let text = "nodes:\n  q: { module: fifo, params: { max_depth: 100, overflow: block, no_copy: true, \
                max_dept: 3 } }\nlinks: []\n";
    let errors = check(text).expect_err("wrong");
    let shown = |width| render_within(&errors, text, false, width);
    assert_eq!(shown(None), render(&errors, text, false));
    for width in [40, 50, 60, 80] {
        let shown = shown(Some(width));
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= width), "{width}:\n{shown}");
        // The carets stand under what they mean, wherever the line was cut.
        let caret = lines.iter().position(|line| line.contains("^^^^^^^^")).expect("carets");
        let from = lines[caret].find('^').expect("a caret");
        assert_eq!(lines[caret - 1].get(from..from + 8), Some("max_dept"), "{width}:\n{shown}");
    }
    assert_eq!(shown(Some(1)), shown(Some(40)), "no narrower than can be read");
    let narrow = shown(Some(40));
    assert!(narrow.contains("error: node `q`: there is no parameter\n       `max_dept`\n"), "{narrow}");
}
