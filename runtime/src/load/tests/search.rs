//! The search path: its order, what is passed over, and what the errors name.

use std::{ffi::OsStr, fs, path::Path};

use super::{
    component::{component, component_of, core_module, custom},
    library::{library, plugin_of},
};
use crate::load::{Search, list};

fn put(dir: &Path, name: &str, bytes: &[u8]) {
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join(name), bytes).unwrap();
}

#[test]
fn the_order_is_given_then_environment_then_executable_then_system() {
    let env = OsStr::new("/env/a::/env/b:/given");
    let search = Search::new(&["/given".into()], Some(env), Some("/opt/r/bin/rogue-runtime".as_ref()));
    let dirs: Vec<&str> = search.dirs().iter().filter_map(|dir| dir.to_str()).collect();
    assert_eq!(
        dirs,
        [
            "/given",
            "/env/a",
            "/env/b",
            "/opt/r/bin",
            "/opt/r/lib/rogue-runtime",
            "/usr/local/lib/rogue-runtime",
            "/usr/lib/rogue-runtime"
        ]
    );
    assert_eq!(Search::new(&[], None, None).dirs().len(), 2);
}

#[test]
fn the_first_directory_wins_and_the_list_says_what_is_hidden() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    put(&a, "libx.so", &plugin_of(&["fifo"]));
    put(&b, "liby.so", &plugin_of(&["fifo", "filter"]));
    put(&b, "notes.txt", b"not looked at");
    put(&b, "libserde_derive.so", &library(&[("rust_metadata", b"x")]));
    let search = Search::new(&[a.clone(), b.clone()], None, None);
    assert_eq!(search.find("fifo").unwrap().plugin.file, a.join("libx.so"));
    let filter = search.find("filter").unwrap();
    assert_eq!((filter.plugin.file, filter.index), (b.join("liby.so"), 1));
    assert_eq!(search.names(), ["fifo", "filter"]);

    let (listed, broken) = list(&search);
    assert!(broken.is_empty(), "{broken:?}");
    let shown: Vec<_> = listed.iter().map(|one| (one.card.name.as_str(), one.hidden_by.clone())).collect();
    assert_eq!(shown, [("fifo", None), ("fifo", Some(a.join("libx.so"))), ("filter", None)]);
}

#[test]
fn two_files_of_one_name_are_both_named_when_it_is_used() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "liba.so", &plugin_of(&["twin", "single"]));
    put(root.path(), "libb.so", &plugin_of(&["twin"]));
    let search = Search::new(&[root.path().into()], None, None);
    assert!(search.find("single").is_ok());
    let text = search.find("twin").unwrap_err();
    let (a, b) = (root.path().join("liba.so"), root.path().join("libb.so"));
    assert!(text.contains(&format!("{} and {}", a.display(), b.display())), "{text}");
}

#[test]
fn a_second_name_of_one_file_is_no_second_file() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "liba.so", &plugin_of(&["one"]));
    std::os::unix::fs::symlink("liba.so", root.path().join("libb.so")).unwrap();
    fs::hard_link(root.path().join("liba.so"), root.path().join("libc.so")).unwrap();
    let search = Search::new(&[root.path().into()], None, None);
    assert_eq!(search.find("one").unwrap().plugin.file, root.path().join("liba.so"));
}

#[test]
fn what_was_not_found_says_where_it_was_looked_for_and_what_was_passed_over() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("plugins");
    let whole = plugin_of(&["my-filter"]);
    put(&dir, "libmy_filter.so", &whole[..whole.len() - 1]);
    for other in ["liba.so", "libb.so", "libc.so"] {
        put(&dir, other, b"junk");
    }
    std::os::unix::fs::symlink("nowhere", dir.join("libdangling.so")).unwrap();
    put(&dir, "libgood.so", &plugin_of(&["good"]));
    let absent = root.path().join("absent");
    let search = Search::new(&[dir.clone(), absent.clone()], None, None);
    let text = search.find("my-filter").unwrap_err();
    let expected = format!(
        "module `my-filter` was not found. Looked in {} (1 module), {} (no such directory)",
        dir.display(),
        absent.display()
    );
    assert!(text.starts_with(&expected), "{text}");
    let truncated = format!("Passed over: {} is truncated", dir.join("libmy_filter.so").display());
    assert!(text.find(&truncated) < text.find("liba.so"), "{text}");
    assert!(text.contains(&truncated) && text.contains(" 2 more files were passed over"), "{text}");
    assert!(text.ends_with("name its file under `modules:`."), "{text}");
    assert_eq!(list(&search).1.len(), 5);
}

#[test]
fn components_stand_behind_the_native_modules_of_their_directory() {
    let root = tempfile::tempdir().unwrap();
    let (a, b) = (root.path().join("a"), root.path().join("b"));
    put(&a, "both.wasm", &component_of(&["both", "safe"]));
    put(&a, "libboth.so", &plugin_of(&["both"]));
    put(&b, "safe.so", &plugin_of(&["safe", "native"]));
    put(&b, "both.wasm", &component_of(&["both"]));
    put(&b, "foreign.wasm", &component(&[custom("name", b"x")]));
    put(&b, "inner.wasm", &core_module(&[]));
    let search = Search::new(&[a.clone(), b.clone()], None, None);
    let file = |found: Result<crate::load::Hit, String>| found.unwrap().plugin.file;
    assert_eq!(file(search.find("both")), a.join("libboth.so"));
    assert_eq!(file(search.find_component("both")), a.join("both.wasm"));
    assert_eq!(file(search.find("safe")), a.join("both.wasm"), "the earlier directory");
    let text = search.find_component("native").unwrap_err();
    assert!(text.starts_with("a component with the module `native` was not found. Looked in"), "{text}");

    let (listed, broken) = list(&search);
    assert!(broken.is_empty(), "{broken:?}");
    let shown: Vec<_> =
        listed.iter().map(|one| (one.file.strip_prefix(&root).unwrap(), one.says())).collect();
    let says = |text: &str| Some(text.to_owned());
    assert_eq!(
        shown,
        [
            (Path::new("a/libboth.so"), says("both")),
            (Path::new("a/both.wasm"), says("both.wasm")),
            (Path::new("b/both.wasm"), None),
            (Path::new("b/safe.so"), says("native")),
            (Path::new("a/both.wasm"), says("safe")),
            (Path::new("b/safe.so"), None),
        ]
    );
}

#[test]
fn components_that_cannot_be_read_and_twins_are_named() {
    let root = tempfile::tempdir().unwrap();
    let whole = component_of(&["cut"]);
    put(root.path(), "cut.wasm", &whole[..whole.len() - 1]);
    put(root.path(), "core.wasm", &core_module(&[custom("rogue:cards", b"")]));
    put(root.path(), "a.wasm", &component_of(&["twin"]));
    put(root.path(), "b.wasm", &component_of(&["twin"]));
    let search = Search::new(&[root.path().into()], None, None);
    let cut = search.find("cut").unwrap_err();
    assert!(
        cut.contains("cut.wasm is truncated") && cut.contains("core.wasm is a core WebAssembly module"),
        "{cut}"
    );
    let twin = search.find("twin").unwrap_err();
    assert!(twin.contains("a.wasm and ") && twin.contains("b.wasm. Remove one"), "{twin}");
    // A native one settles it.
    put(root.path(), "libtwin.so", &plugin_of(&["twin"]));
    let search = Search::new(&[root.path().into()], None, None);
    assert_eq!(search.find("twin").unwrap().plugin.file, root.path().join("libtwin.so"));
    assert!(search.find_component("twin").is_err());
}
