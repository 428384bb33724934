//! What surrounds every desk page: who is signed in, the queues with their counts, the search field.

use crate::Page;
use crate::session::Staff;

/// Second field of every desk template, beside `page`.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Name of whoever is signed in.
    pub user: String,
    pub nav: Vec<NavItem>,
    /// What stands in the search field.
    pub search: String,
}

/// One line of the side list.
#[derive(Debug, Clone)]
pub(crate) struct NavItem {
    /// Plain address.
    pub path: &'static str,
    /// End of the key `desk-nav-…`.
    pub key: &'static str,
    pub count: Option<i64>,
    pub tone: Tone,
    /// A letter that leads there.
    pub shortcut: Option<&'static str>,
    pub current: bool,
}

/// How urgent a count is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Soon,
    Bad,
}

impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Plain => "count",
            Self::Soon => "count count-soon",
            Self::Bad => "count count-bad",
        }
    }
}

impl Frame {
    pub(crate) fn of(page: &Page, staff: &Staff) -> Self {
        let item = |path, key, shortcut| NavItem {
            path,
            key,
            count: None,
            tone: Tone::Plain,
            shortcut,
            current: page.path == path,
        };
        let nav = vec![item("/desk", "home", None)];
        Self { user: staff.name.clone(), nav, search: String::new() }
    }

    #[cfg(test)]
    pub(crate) fn sample(page: &Page) -> Self {
        let nav = vec![NavItem {
            path: "/desk",
            key: "home",
            count: Some(3),
            tone: Tone::Bad,
            shortcut: None,
            current: page.path == "/desk",
        }];
        Self { user: "王工".into(), nav, search: String::new() }
    }
}
