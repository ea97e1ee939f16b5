//! The ways in which a stage is replaced by another.

use serde_json::{Value, json};

/// A way: the module that runs first, and those it is replaced by, over and over.
pub struct Way {
    pub name: &'static str,
    /// Module and frames that it keeps back.
    stages: &'static [(&'static str, u32)],
}

/// What a swap asks for.
pub struct Step {
    pub module: &'static str,
    pub params: Value,
}

const NATIVE: &str = "carry";
const COMPONENT: &str = "./carry.wasm#carry";

/// All of them.
pub const WAYS: [Way; 7] = [
    Way { name: "native → native", stages: &[(NATIVE, 0)] },
    Way { name: "component → component", stages: &[(COMPONENT, 0)] },
    Way { name: "native → component → native", stages: &[(NATIVE, 0), (COMPONENT, 0)] },
    Way { name: "native, frames held, other parameters", stages: &[(NATIVE, 3), (NATIVE, 40), (NATIVE, 0)] },
    Way { name: "component, frames held, other parameters", stages: &[(COMPONENT, 3), (COMPONENT, 10)] },
    Way { name: "native → component → native, frames held", stages: &[(NATIVE, 7), (COMPONENT, 7)] },
    Way { name: "another version of module and state", stages: &[("carry-3", 2), ("carry-4", 5)] },
];

impl Way {
    pub fn steps(&self) -> Vec<Step> {
        let later = self.stages.iter().cycle().skip(1).take(self.stages.len());
        later.map(|&(module, depth)| Step { module, params: json!({ "depth": depth }) }).collect()
    }

    pub fn first(&self) -> Step {
        let (module, depth) = self.stages[0];
        Step { module, params: json!({ "depth": depth }) }
    }
}
