//! The gist of abi_stable's reports.

use abi_stable::{StableAbi, abi_stability::abi_checking::check_layout_compatibility};

use crate::load::layout::errors_of;

#[test]
fn a_real_report_is_understood() {
    let (ours, theirs) = (<rogue_abi::Seg as StableAbi>::LAYOUT, <rogue_abi::Block as StableAbi>::LAYOUT);
    let report = check_layout_compatibility(ours, theirs).expect_err("the layouts differ").to_string();
    assert_eq!(errors_of(&report), "`Seg`: mismatched type (expected Seg, found Block)");
}

/// What a table says whose inner type has grown: one block per type, the inner one with its layouts.
const NESTED: &str = "\
Compared <this>:
    --- Type Layout ---
    type:Table
    size:16 align:8
    data:
        Struct with Fields:
            field_name:seg
            type:Seg
To <other>:
    --- Type Layout ---
    type:Table
    size:24 align:8

1 error(s).


Error:incompatible type size
Expected:
    16
Found:
    24
3 error(s)inside:
    <other>

    field_name:seg
    type:Seg
    size:16 align:8

Layout of expected type:
    --- Type Layout ---
    type:Seg
    size:8 align:4
    data:
        Struct with Fields:
            field_name:raw
            type:u32

Layout of found type:
    --- Type Layout ---
    type:Seg
    size:16 align:8



Error:incompatible type size
Expected:
    8
Found:
    16

Error:too many fields
Expected:
    2
Found:
    3
";

#[test]
fn only_the_differences_are_told_each_with_its_type() {
    assert_eq!(
        errors_of(NESTED),
        "`Table`: incompatible type size (expected 16, found 24); \
         `Seg`: incompatible type size (expected 8, found 16); \
         `Seg`: too many fields (expected 2, found 3)"
    );
}

#[test]
fn a_report_of_another_form_still_gives_a_text() {
    assert_eq!(errors_of(""), "their layouts differ");
    assert_eq!(errors_of("Error:"), "``: ");
    let many = "Error:x\nExpected:\n    a\n    b\nFound:\n    c\n\n".repeat(8);
    let told = errors_of(&many);
    assert!(
        told.starts_with("``: x (expected a b, found c); ") && told.ends_with("; 2 more differences"),
        "{told}"
    );
}
