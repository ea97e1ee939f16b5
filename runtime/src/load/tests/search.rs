//! The search path: its order, what is passed over, and what the errors name.

use std::{ffi::OsStr, fs, path::Path};

use super::library::{library, plugin_of};
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
