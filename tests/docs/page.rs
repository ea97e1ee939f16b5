//! The documents, and the parts of Markdown that the tests look at.

use std::path::{Path, PathBuf};

/// A document.
pub struct Page {
    /// Its path in the repository.
    pub name: String,
    pub text: String,
}

/// A fenced block.
pub struct Block {
    /// What stands behind the fence.
    pub language: String,
    /// Its line in the document, from 1.
    pub line: usize,
    pub text: String,
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

impl Page {
    /// One document.
    pub fn read(name: &str) -> Page {
        let text = std::fs::read_to_string(root().join(name));
        Page { name: name.to_owned(), text: text.unwrap_or_else(|error| panic!("{name}: {error}")) }
    }

    /// README, ARCHITECTURE and all of `docs/`.
    pub fn all() -> Vec<Page> {
        let mut names = vec!["README.md".to_owned(), "ARCHITECTURE.md".to_owned()];
        for entry in std::fs::read_dir(root().join("docs")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                names.push(format!("docs/{name}"));
            }
        }
        names.sort();
        assert!(names.len() > 10, "the documents are not where they were: {names:?}");
        names.iter().map(|name| Page::read(name)).collect()
    }

    /// Its fenced blocks.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut open = false;
        for (number, line) in (1..).zip(self.text.lines()) {
            match (line.strip_prefix("```"), open) {
                (Some(language), false) => {
                    blocks.push(Block { language: language.to_owned(), line: number, text: String::new() });
                    open = true;
                }
                (Some(_), true) => open = false,
                (None, true) => {
                    let block = blocks.last_mut().unwrap();
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, false) => {}
            }
        }
        assert!(!open, "{}: a block does not end", self.name);
        blocks
    }

    /// Its text without fenced blocks.
    pub fn prose(&self) -> String {
        let mut open = false;
        let mut prose = String::new();
        for line in self.text.lines() {
            if line.starts_with("```") {
                open = !open;
            } else if !open {
                prose.push_str(line);
                prose.push('\n');
            }
        }
        prose
    }

    /// What stands between backticks in its prose.
    pub fn code(&self) -> Vec<String> {
        let code =
            |line: &str| -> Vec<String> { line.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        self.prose().lines().flat_map(code).collect()
    }

    /// Its headings as Markdown makes anchors of them.
    pub fn anchors(&self) -> Vec<String> {
        let headings = self.prose();
        let headings = headings.lines().filter(|line| line.starts_with('#'));
        headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
    }

    /// The part under a heading, up to the next of the same level.
    pub fn section(&self, heading: &str) -> Option<String> {
        let level = heading.split(' ').next()?.to_owned() + " ";
        let mut lines = self.text.lines().skip_while(|line| *line != heading);
        lines.next()?;
        Some(lines.take_while(|line| !line.starts_with(&level)).map(|line| format!("{line}\n")).collect())
    }
}

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
