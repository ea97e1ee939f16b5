//! `--set`: what it changes, and its mistakes placed in it.

use super::*;

const TEXT: &str = "nodes:\n  src: { module: pattern, params: { size: 10 } }\n  q: { module: fifo }\n  end: { module: debug }\nlinks: [src >> q >> end]\n";

fn with(sets: &[&str]) -> Result<Checked, Vec<String>> {
    let set: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let result = load(TEXT, "g.yaml", &Options { env: None, set: &set }, &fake::Modules);
    result.map_err(|errors| errors.iter().map(|error| format!("{}:{}", error.file, short(error))).collect())
}

fn wrong(set: &str) -> Vec<String> {
    with(&[set]).expect_err("the set is wrong")
}

#[test]
fn a_parameter_a_key_or_a_node_is_set() {
    let plan = with(&[
        "q.max_depth=7",
        "src.size=20",
        "nodes.q.pool.fixed_size=2048",
        "nodes.end={module: prbs-check, params: {width: 64}}",
        "name=other",
        "nodes.view={module: debug}",
        "links=[src >> q >> end, q >> view]",
    ])
    .expect("sound")
    .plan;
    assert_eq!(plan.nodes[0].params["size"], 20);
    assert_eq!(plan.nodes[1].params["max_depth"], 7);
    assert_eq!(plan.nodes[1].pool, Some(PoolSpec { fixed_size: 2048, pool_size: 0 }));
    assert_eq!(
        (plan.nodes[2].module.as_str(), plan.nodes[2].params["width"].as_u64()),
        ("prbs-check", Some(64))
    );
    assert_eq!((plan.name.as_str(), plan.nodes.len(), plan.links.len()), ("other", 4, 3));
}

#[test]
fn a_later_set_wins() {
    assert_eq!(with(&["src.size=1", "src.size=2"]).expect("sound").plan.nodes[0].params["size"], 2);
}

#[test]
fn mistakes_have_the_set_as_their_place() {
    assert_eq!(
        wrong("q.max_dept=7"),
        ["--set 1:1:3+8 node `q`: there is no parameter `max_dept` | did you mean `max_depth`?"]
    );
    assert_eq!(
        wrong("q.max_depth=many"),
        [
            "--set 1:1:13+4 node `q`: `max_depth` must be a whole number from 0 to 4294967295, not the text \"many\""
        ]
    );
    assert_eq!(wrong("qq.max_depth=1"), ["--set 1:1:1+2 there is no node `qq`"]);
    assert_eq!(wrong("ned.max_bytes=1"), ["--set 1:1:1+3 there is no node `ned` | did you mean `end`?"]);
    assert_eq!(
        wrong("q=1"),
        [
            "--set 1:1:1+1 `q` is a node, not a parameter | write `q.PARAMETER=VALUE`, or `nodes.q=…` to replace the node"
        ]
    );
    assert_eq!(
        wrong("q.max_depth"),
        ["--set 1:1:1+11 there is no `=` | write PATH=VALUE, as in `fifo.max_depth=100`"]
    );
    assert!(wrong("q..x=1")[0].starts_with("--set 1:1:3+1 `q..x` is not a path"));
    assert!(wrong("=1")[0].starts_with("--set 1:1:1+1 `` is not a path"));
    assert_eq!(
        wrong("q.max_depth=[1"),
        [
            "--set 1:1:14+1 not YAML: while parsing a flow sequence, expected ',' or ']' | check brackets, quotes and indentation"
        ]
    );
    assert!(wrong("q.overflow=*")[0].starts_with("--set 1:1:12+1 an unquoted `*`"));
    assert_eq!(
        wrong("links.0=a"),
        ["--set 1:1:7+1 the path leads into a list, where there are no keys | set the whole of it"]
    );
    assert_eq!(
        wrong("q.max_depth=")[0],
        "--set 1:1:12+1 node `q`: `max_depth` must be a whole number from 0 to 4294967295, not nothing | leave the key out to have its default"
    );
}

#[test]
fn mistakes_of_the_file_and_of_each_set_come_together() {
    let text = TEXT.replace("size: 10", "siz: 10");
    let set = ["q.max_depth=1".to_owned(), "q.overflow=blok".to_owned()];
    let errors = load(&text, "g.yaml", &Options { env: None, set: &set }, &fake::Modules).expect_err("wrong");
    assert_eq!(
        render(&errors, &text, false),
        "error: node `src`: there is no parameter `siz`\n \
         --> g.yaml:2:37\n  \
         |\n\
         2 |   src: { module: pattern, params: { siz: 10 } }\n  \
         |                                     ^^^\n  \
         |\n  \
         = help: did you mean `size`?\n\
         \n\
         error: node `q`: `overflow` must be one of `drop_newest`, `drop_oldest`, `block`, not the text \"blok\"\n \
         --> --set 2:1:12\n  \
         |\n\
         1 | q.overflow=blok\n  \
         |            ^^^^\n  \
         |\n  \
         = help: did you mean `block`?\n"
    );
}
