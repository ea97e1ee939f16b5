//! The graphs in the documents are sound: each is checked with the plugins of this build.

use super::page::{Page, root};
use rogue_runtime::{
    graph::{self, Options},
    load::{FileCatalog, Search},
};
use std::sync::Arc;

/// Where the plugins of this build are.
pub fn plugins() -> Search {
    let program = std::env::current_exe().unwrap();
    Search::new(&[program.parent().unwrap().to_owned()], None, None)
}

#[test]
fn every_graph_in_the_documents_is_sound() {
    let catalog = FileCatalog::new(root(), Arc::new(plugins()));
    let mut count = 0;
    for page in Page::all() {
        for block in page.blocks().into_iter().filter(|block| block.language == "yaml") {
            let name = format!("{}:{}", page.name, block.line);
            if let Err(errors) = graph::load(&block.text, &name, &Options::default(), &catalog) {
                panic!("{}", graph::render(&errors, &block.text, false));
            }
            count += 1;
        }
    }
    assert!(count >= 3, "only {count} graphs were found");
}
