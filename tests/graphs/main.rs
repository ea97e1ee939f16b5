//! The graphs in `graphs/` against what they say of themselves: each is run by the command in its `# Run:` line,
//! checked, drawn, and compared with `graphs/expected/`; those in `graphs/wrong/` with the errors beside them.
//!
//! `ROGUE_BLESS=1 cargo test --release -p rogue-tests --test graphs` writes the expected texts anew.

mod books;
mod captures;
mod drawings;
mod expected;
mod place;
mod report;
mod shown;
mod wrong;
mod xml;
