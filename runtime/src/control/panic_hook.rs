//! What happens when this program itself panics: it says so and ends with 70.
//!
//! Installed by [`super::main`]. A panic in a plugin does not come here: every plugin has a standard library
//! of its own, and its panics are caught before they leave it.

use super::{exit, screen::Screen};

/// Has every panic from now on end the process.
pub fn install(screen: Screen) {
    std::panic::set_hook(Box::new(move |info| {
        screen.last_words(&text(&info.to_string()));
        std::process::exit(i32::from(exit::INTERNAL));
    }));
}

fn text(what: &str) -> String {
    format!(
        "rogue-runtime: internal error: {what}\n\
         This is a bug of rogue-runtime {}. Please report it with the lines above and the graph file; \
         frames that were under way are lost.\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_text_says_whose_fault_it_is() {
        let text = super::text("panicked at x.rs:1:\nboom");
        assert!(text.contains("boom") && text.contains("This is a bug of rogue-runtime"), "{text}");
    }
}
