//! What a rule can ask for. The rule of each action stands in [`super::rules`].

use kernel::Role;

/// How near the thing must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Within {
    /// Owned by the actor or by the seat the role is held on.
    Mine,
    /// In the area, post or organisation the role is held at (or mine).
    Place,
    /// Anywhere in the district.
    District,
}
/// Names under which the program itself acts, see [`kernel::Actor::system`].
pub mod jobs {
    /// The operator at the machine: `mulin init`, `mulin account`, `mulin import` …
    pub const CLI: &str = "cli";
    /// Builds the invented district.
    pub const DEMO: &str = "demo";
    /// Clocks, escalation, owner changes.
    pub const CLOCKS: &str = "clocks";
    /// Sends messages and keeps the proof.
    pub const DELIVERY: &str = "delivery";
    /// Closes what has its proof.
    pub const CLOSER: &str = "closer";
    pub const IMPORT: &str = "import";
    /// Anchors and verifies the log, draws the weekly sample.
    pub const AUDIT: &str = "audit";
}

/// What an action asks for. Everything not said is refused.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Roles, with how near the thing must be.
    pub staff: &'static [(Role, Within)],
    /// Anybody, signed in or not.
    pub public: bool,
    /// The holder of the matter's code.
    pub raiser: bool,
    /// The holder of this person's link.
    pub subject: bool,
    /// For the holder of this person's link: only with a letter for which a second person stands. Whoever made the letter knows
    /// its code.
    pub letter: bool,
    /// Any signed-in account with a running term.
    pub any_account: bool,
    /// The account itself.
    pub own_account: bool,
    /// Names of jobs of the program.
    pub jobs: &'static [&'static str],
    /// Not by whoever handled the matter.
    pub not_by_handler: bool,
    pub while_open: bool,
    /// Shows content: not for an administrative or public purpose, nor under the name of another matter.
    pub content: bool,
    /// Only with this very matter as purpose.
    pub for_this_matter: bool,
    /// A record of a person: only in the name of an open matter about them, or within one's own break-glass window.
    pub in_purpose: bool,
    /// Not in the name of a lost elder: a search for somebody is no way to find things out about them (R14).
    pub not_in_case: bool,
    /// In the name of a lost elder also by all who may say who it is (L3).
    pub knowers_in_case: bool,
    /// Not by whoever opened or asked for it, nor twice by the same person.
    pub second_person: bool,
}

pub(super) const NOBODY: Rule = Rule {
    staff: &[],
    public: false,
    raiser: false,
    subject: false,
    letter: false,
    any_account: false,
    own_account: false,
    jobs: &[],
    not_by_handler: false,
    while_open: false,
    content: false,
    for_this_matter: false,
    in_purpose: false,
    not_in_case: false,
    knowers_in_case: false,
    second_person: false,
};

pub(super) const fn staff(staff: &'static [(Role, Within)]) -> Rule {
    Rule { staff, ..NOBODY }
}
