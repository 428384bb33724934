//! Who signs in.

use super::codes;
use kernel::ids::AccountId;
use kernel::{Lang, Moment};

codes! {
    /// Whether an account can be used.
    AccountStatus {
        Active = "active",
        /// Kept from signing in for a while; terms keep running but count for nothing.
        Suspended = "suspended",
        /// Ended for good. The row stays, because the log names it.
        Closed = "closed",
    }
}

/// A person who works in the district with a login of their own.
/// The e-mail address is sealed in the database and read on its own, by whoever sends mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub login: String,
    /// Shown to colleagues and on contact cards.
    pub display_name: String,
    /// Extension or desk telephone of the office.
    pub phone_ext: Option<String>,
    pub lang: Lang,
    pub status: AccountStatus,
    /// The password was set by somebody else and must be changed at the next sign-in.
    pub must_change_password: bool,
    pub created_at: Moment,
    /// Optimistic version; a change names the one it saw.
    pub version: i64,
}

/// The form of a login under which it must be unique: width-folded, without outer spaces, lower case.
pub fn login_key(login: &str) -> String {
    kernel::text::narrow(login).trim().to_lowercase()
}

/// A login can be typed on any keyboard: 2–40 letters, digits, `.`, `_`, `-` or `@`.
pub fn login_is_valid(login: &str) -> bool {
    let key = login_key(login);
    (2..=40).contains(&key.len())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_and_capitals_are_the_same_login() {
        assert_eq!(login_key(" ＷANG.Li７ "), "wang.li7");
        assert!(login_is_valid("ＷANG.Li７"));
        assert!(!login_is_valid("王丽"));
        assert!(!login_is_valid("a"));
    }
}
