//! Compiled code is believed only as it was written, by this user, for this engine.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::{Arc, Barrier},
};

use wasmtime::{Engine, component::Component};

use super::super::{cache::Cache, engine::engine};

/// A component of nothing.
const EMPTY: [u8; 8] = *b"\0asm\x0d\0\x01\0";
const CONTENT: [u8; 32] = [7; 32];

fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("rogue-runtime/wasm");
    (dir, folder)
}

fn kept(engine: &Engine, folder: &PathBuf) -> PathBuf {
    let cache = Cache::open(engine, folder.clone()).expect("a cache");
    let component = Component::from_binary(engine, &EMPTY).expect("it compiles");
    assert!(cache.get(&CONTENT).is_none());
    cache.put(&CONTENT, &component);
    assert!(cache.get(&CONTENT).is_some());
    let files: Vec<PathBuf> =
        fs::read_dir(folder).expect("readable").map(|e| e.expect("entry").path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[test]
fn what_is_kept_is_found_again_by_its_content_alone() {
    let (_dir, folder) = folder();
    let engine = engine().expect("an engine");
    let file = kept(engine, &folder);
    let mode = |path: &PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    let cache = Cache::open(engine, folder).expect("a cache");
    assert!(cache.get(&[8; 32]).is_none());
}

#[test]
fn other_settings_have_other_code() {
    let (_dir, folder) = folder();
    kept(engine().expect("an engine"), &folder);
    let mut config = wasmtime::Config::new();
    config.wasm_component_model(true).epoch_interruption(false);
    let other = Engine::new(&config).expect("an engine");
    assert!(Cache::open(&other, folder).expect("a cache").get(&CONTENT).is_none());
}

#[test]
fn a_torn_or_changed_file_is_not_believed_and_is_replaced() {
    let (_dir, folder) = folder();
    let engine = engine().expect("an engine");
    let file = kept(engine, &folder);
    let whole = fs::read(&file).expect("readable");
    let cache = Cache::open(engine, folder).expect("a cache");
    let mut changed = whole.clone();
    *changed.last_mut().expect("not empty") ^= 1;
    for bad in [&whole[..whole.len() - 1], &whole[..39], &[], &changed, b"#!/bin/sh"] {
        fs::write(&file, bad).expect("writable");
        assert!(cache.get(&CONTENT).is_none(), "{} bytes", bad.len());
    }
    cache.put(&CONTENT, &Component::from_binary(engine, &EMPTY).expect("it compiles"));
    assert!(cache.get(&CONTENT).is_some());
}

#[test]
fn what_others_can_write_or_read_is_not_believed() {
    let (_dir, folder) = folder();
    let engine = engine().expect("an engine");
    let file = kept(engine, &folder);
    let cache = Cache::open(engine, folder.clone()).expect("a cache");
    fs::set_permissions(&file, Permissions::from_mode(0o640)).expect("ours");
    assert!(cache.get(&CONTENT).is_none());
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("ours");
    assert!(cache.get(&CONTENT).is_some());
    let elsewhere = folder.with_extension("elsewhere");
    fs::rename(&file, &elsewhere).expect("ours");
    std::os::unix::fs::symlink(&elsewhere, &file).expect("a link");
    assert!(cache.get(&CONTENT).is_none());
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("ours");
    assert!(Cache::open(engine, folder).is_err());
}

#[test]
fn many_at_once_do_not_disturb_each_other() {
    let (_dir, folder) = folder();
    let engine = engine().expect("an engine");
    let begin = Arc::new(Barrier::new(4));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (folder, begin) = (folder.clone(), begin.clone());
            std::thread::spawn(move || {
                let cache = Cache::open(engine, folder).expect("a cache");
                let component = Component::from_binary(engine, &EMPTY).expect("it compiles");
                begin.wait();
                for _ in 0..50 {
                    cache.put(&CONTENT, &component);
                    assert!(cache.get(&CONTENT).is_some());
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    assert_eq!(fs::read_dir(folder).expect("readable").count(), 1);
}
