//! The graphs in `graphs/wrong` are wrong to the pure floor already.
//!
//! Their expected texts are compared by the test that runs the program with the real modules; what holds whatever
//! the modules say is checked here.

use std::path::Path;

use super::*;

#[test]
fn each_wrong_graph_is_refused_with_places() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../graphs/wrong");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        count += 1;
        let text = std::fs::read_to_string(&path).expect("readable");
        assert!(text.starts_with("# "), "{} says what is wrong", path.display());
        let name = format!("graphs/wrong/{}", path.file_name().expect("a name").to_string_lossy());
        let result = load(&text, &name, &Options::default(), &fake::Modules);
        let errors = result.map(|_| ()).expect_err(&name);
        assert!(errors.iter().all(|error| error.place.is_some() && error.level == Level::Error), "{name}");
        let shown = render(&errors, &text, false);
        assert_eq!(shown.matches(&format!("--> {name}:")).count(), errors.len(), "{shown}");
        assert!(path.with_extension("expected").exists(), "{name} has its expected text");
    }
    assert!(count >= 12, "only {count} wrong graphs");
}
