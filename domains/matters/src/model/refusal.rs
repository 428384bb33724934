//! A refused step: says the rule, who could do it instead, and what to do.

use super::codes;
use std::fmt;

codes! {
    /// Who could do what was refused. Locale keys `who-…`.
    WhoCould {
        Owner = "owner",
        /// Somebody with rights in the area who has not handled it.
        Verifier = "verifier",
        Supervisor = "supervisor",
        Raiser = "raiser",
        Clerk = "clerk",
        Administrator = "administrator",
        Nobody = "nobody",
    }
}

/// Why a step is not done. All texts are locale keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Locale key of the rule, `refuse-…`.
    pub key: &'static str,
    /// Arguments of the text: codes, numbers, dates; never personal data.
    pub args: Vec<(&'static str, String)>,
    pub who: WhoCould,
    /// Locale key of what to do now, `todo-…`.
    pub todo: &'static str,
}

impl Refusal {
    pub const fn new(key: &'static str, who: WhoCould, todo: &'static str) -> Self {
        Self { key, args: Vec::new(), who, todo }
    }
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)?;
        for (name, value) in &self.args {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
