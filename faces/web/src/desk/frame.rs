//! What surrounds every desk page: who is signed in, the queues with their counts, the search field.

use crate::session::Staff;
use crate::{Fail, Page};
use matters::app::{Queue, counts, year_to_load};
use people::policy::{Action, ResourceFacts, decide};
use store::Cx;

/// Second field of every desk template, beside `page`.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Name of whoever is signed in.
    pub user: String,
    pub nav: Vec<NavItem>,
    /// People in care, their visits and neighbours.
    pub care: Vec<NavItem>,
    pub admin: Vec<NavItem>,
    /// What stands in the search field.
    pub search: String,
    /// Key of what the field offers to find; none for those who can find nothing.
    pub finds: Option<&'static str>,
    /// Query of this page with its `?`, for the link to the other language.
    pub query: String,
    /// May take down what somebody says on the telephone.
    pub may_type: bool,
    /// In the street: says that they found a lost elder.
    pub may_find: bool,
    /// A year whose holidays must be loaded soon, shown to those who can do something about it.
    pub calendar_gap: Option<i16>,
    pub may_calendar: bool,
    /// Something happened to the reader's account that they have not seen.
    pub news: bool,
    /// The reader's break-glass window runs: until when, and for how long yet. On every page (R5).
    pub glass: Option<(String, String)>,
}

/// One line of the side list.
#[derive(Debug, Clone)]
pub(crate) struct NavItem {
    /// Plain address.
    pub path: &'static str,
    /// End of the key `desk-nav-…`.
    pub key: &'static str,
    pub count: Option<String>,
    pub tone: Tone,
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

/// Address of a queue.
pub(crate) const fn queue_path(queue: Queue) -> &'static str {
    match queue {
        Queue::DueNow => "/desk?queue=due-now",
        Queue::Today => "/desk?queue=today",
        Queue::Mine => "/desk?queue=mine",
        Queue::AssignedByMe => "/desk?queue=assigned-by-me",
        Queue::ToVerify => "/desk?queue=to-verify",
        Queue::Place => "/desk?queue=place",
    }
}

/// Pages of administrators: address, key, who may.
const ADMIN: [(&str, &str, Action); 16] = [
    ("/desk/admin/areas", "areas", Action::ManageAreas),
    ("/desk/admin/posts", "posts", Action::ManagePosts),
    ("/desk/admin/resources", "resource-kinds", Action::ManageResourceKinds),
    ("/desk/admin/imports", "imports", Action::Import),
    ("/desk/admin/people", "people", Action::ManageAccounts),
    ("/desk/admin/seats", "seats", Action::ManageSeats),
    ("/desk/admin/classes", "classes", Action::ManageClasses),
    ("/desk/admin/lost", "lost-rules", Action::ManageSettings),
    ("/desk/admin/calendar", "calendar", Action::ManageCalendar),
    ("/desk/admin/bulletins", "bulletins", Action::DraftBulletin),
    ("/desk/admin/letters", "letters", Action::ManageDeadLetters),
    ("/desk/admin/locators", "locators", Action::ViewLocators),
    ("/desk/admin/webhooks", "webhooks", Action::ManageWebhooks),
    ("/desk/admin/sign-in", "sign-in", Action::ManageSignIn),
    ("/desk/admin/records", "records", Action::ManageRecordRules),
    ("/desk/admin/audit", "audit", Action::VerifyAudit),
];

impl Frame {
    /// Loads the frame of a page in the page's own transaction. `here` is the address of the side list that is open.
    pub(crate) fn load(cx: &mut Cx<'_>, page: &Page, staff: &Staff, here: &str) -> Result<Self, Fail> {
        let may = |cx: &Cx<'_>, action| decide(&cx.actor, cx.purpose, action, &ResourceFacts::District).is_allowed();
        let mut nav = Vec::new();
        if may(cx, Action::ViewDesk) {
            nav.extend(queues(cx, here)?);
        }
        nav.extend(of_the_lost(cx, here)?);
        let mut notices = NavItem::plain("/desk/notices", "notices", here);
        let unread = alerts::app::notices::unread(cx)?;
        notices.count = (unread > 0).then(|| unread.to_string());
        nav.push(notices);
        if may(cx, Action::ViewStaff) {
            nav.push(NavItem::plain("/desk/staff", "staff", here));
        }
        if super::admin::resources::may_view(cx) {
            nav.push(NavItem::plain("/desk/resources", "resources", here));
        }
        if super::contact_cards::may_keep(cx) {
            nav.push(NavItem::plain("/desk/contact-cards", "contact-cards", here));
        }
        if people::policy::require_somewhere(&cx.actor, Action::FindNearPost).is_ok() {
            nav.push(NavItem::plain("/desk/near", "near", here));
        }
        if may(cx, Action::ViewCrowd) {
            nav.push(NavItem::plain("/desk/crowd", "crowd", here));
        }
        if may(cx, Action::ViewReports) {
            nav.push(NavItem::plain("/desk/reports", "reports", here));
        }
        nav.extend(of_the_log(cx, here)?);
        nav.extend(of_records(cx, here)?);
        let care = super::care::nav(cx, here)?;
        let glass = people::app::break_glass::running(cx)?;
        let mut admin: Vec<NavItem> = Vec::new();
        for (path, key, action) in ADMIN {
            let also = key == "people" && may(cx, Action::ManageSessions);
            if also || may(cx, action) {
                admin.push(NavItem::plain(path, key, here));
            }
        }
        if super::admin::register::may(cx) {
            admin.push(NavItem::plain(super::admin::register::HERE, "register", here));
        }
        if let Some(letters) = admin.iter_mut().find(|i| i.key == "letters") {
            let n = cx.dead_letters()?.len();
            letters.count = (n > 0).then(|| n.to_string());
            letters.tone = Tone::Bad;
        }
        if let Some(log) = admin.iter_mut().find(|i| i.key == "audit") {
            let n = audit::review::waiting(cx)?;
            log.count = (n > 0).then(|| n.to_string());
            log.tone = Tone::Soon;
        }
        let may_calendar = may(cx, Action::ManageCalendar);
        let calendar_gap =
            if may_calendar || may(cx, Action::ManageClasses) { year_to_load(cx, page.now)? } else { None };
        Ok(Self {
            user: staff.name.clone(),
            nav,
            care,
            admin,
            search: String::new(),
            finds: if may(cx, Action::ViewDesk) {
                Some("desk-search-hint")
            } else {
                may(cx, Action::ViewStaff).then_some("desk-search-hint-staff")
            },
            query: String::new(),
            may_type: may(cx, Action::RaiseFor),
            may_find: people::policy::require_somewhere(&cx.actor, Action::OfferHelp).is_ok(),
            calendar_gap,
            may_calendar,
            news: people::app::told::unseen(cx)? > 0,
            glass: glass.map(|(_, until)| (crate::fmt::clock(until), page.left(until))),
        })
    }

    /// The link to the other language keeps these fields of the address.
    pub(crate) fn keeps(&mut self, fields: &[(&str, &str)]) {
        self.keeps_query(&super::query_string(fields));
    }

    pub(crate) fn keeps_query(&mut self, query: &str) {
        if !query.is_empty() {
            self.query = format!("?{query}");
        }
    }

    #[cfg(test)]
    pub(crate) fn sample(page: &Page) -> Self {
        let item = |path, key, count: Option<&str>, tone| NavItem {
            path,
            key,
            count: count.map(str::to_owned),
            tone,
            current: page.path == path,
        };
        let nav = vec![
            item("/desk?queue=due-now", "due-now", Some("3"), Tone::Bad),
            item("/desk?queue=today", "today", Some("12"), Tone::Soon),
            item("/desk?queue=mine", "mine", Some("99+"), Tone::Plain),
        ];
        let admin = ADMIN.iter().map(|(path, key, _)| item(path, key, None, Tone::Plain)).collect();
        Self {
            user: if page.zh() { "王工".into() } else { "Wang".into() },
            nav,
            care: Vec::new(),
            admin,
            search: String::new(),
            finds: Some(if page.zh() { "desk-search-hint" } else { "desk-search-hint-staff" }),
            query: String::new(),
            may_type: true,
            may_find: true,
            calendar_gap: Some(2027),
            may_calendar: true,
            news: true,
            glass: Some((crate::fmt::clock(page.now.plus_minutes(12)), page.left(page.now.plus_minutes(12)))),
        }
    }
}

impl NavItem {
    pub(super) fn plain(path: &'static str, key: &'static str, here: &str) -> Self {
        Self { path, key, count: None, tone: Tone::Plain, current: path == here }
    }
}

/// Lost elders: cases for those who see them, calls for help for those who may be called.
fn of_the_lost(cx: &mut Cx<'_>, here: &str) -> Result<Vec<NavItem>, Fail> {
    let mut items = Vec::new();
    if people::policy::require_somewhere(&cx.actor, Action::ViewCase).is_ok() {
        let open = lost::app::open_count(cx)?;
        let count = (open > 0).then(|| open.to_string());
        items.push(NavItem { count, tone: Tone::Bad, ..NavItem::plain("/desk/lost", "lost", here) });
    }
    if people::policy::require_somewhere(&cx.actor, Action::WorkAlert).is_ok() {
        let open = locators::app::desk::alert_count(cx)?;
        let count = (open > 0).then(|| open.to_string());
        items.push(NavItem { count, tone: Tone::Bad, ..NavItem::plain("/desk/locators", "sos", here) });
    }
    if people::policy::require_somewhere(&cx.actor, Action::OfferHelp).is_ok() {
        let called = lost::app::called(cx)?.len();
        let count = (called > 0).then(|| called.to_string());
        items.push(NavItem { count, tone: Tone::Soon, ..NavItem::plain("/desk/help-needed", "help-needed", here) });
    }
    Ok(items)
}

/// What the audit asks or reports, and looks that are told later: for those whom it concerns.
fn of_the_log(cx: &mut Cx<'_>, here: &str) -> Result<Vec<NavItem>, Fail> {
    let may = |action| decide(&cx.actor, cx.purpose, action, &ResourceFacts::District).is_allowed();
    let (hears, withholds) = (may(Action::HearReports), may(Action::AskWithholding) || may(Action::ReadAudit));
    let mut items = Vec::new();
    let asked = audit::review::asked_of_me(cx)?;
    if hears || asked > 0 {
        let count = (asked > 0).then(|| asked.to_string());
        items.push(NavItem { count, tone: Tone::Soon, ..NavItem::plain("/desk/questions", "questions", here) });
    }
    if withholds {
        items.push(NavItem::plain("/desk/withheld", "withheld", here));
    }
    Ok(items)
}

/// Break-glass and lawful demands, for those who may ask or look into them.
fn of_records(cx: &mut Cx<'_>, here: &str) -> Result<Vec<NavItem>, Fail> {
    let mut items = Vec::new();
    if people::policy::require_somewhere(&cx.actor, Action::WriteToFinder).is_ok() {
        items.push(NavItem::plain("/desk/threads", "threads", here));
    }
    if people::policy::require_somewhere(&cx.actor, Action::MakeCards).is_ok() {
        items.push(NavItem::plain("/desk/cards", "cards", here));
    }
    let opens = decide(&cx.actor, cx.purpose, Action::BreakGlass, &ResourceFacts::District).is_allowed();
    let waiting = people::app::break_glass::to_review(cx)?;
    if opens || waiting > 0 {
        let count = (waiting > 0).then(|| waiting.to_string());
        items.push(NavItem { count, tone: Tone::Soon, ..NavItem::plain("/desk/break-glass", "break-glass", here) });
    }
    if people::policy::require_somewhere(&cx.actor, Action::AskDemand).is_ok() {
        items.push(NavItem::plain("/desk/demands", "demands", here));
    }
    let answers = people::policy::require_somewhere(&cx.actor, Action::HandOverCopy).is_ok();
    if answers || people::policy::require_somewhere(&cx.actor, Action::TakeDataRequest).is_ok() {
        let waiting = if answers { matters::app::data_requests::open_count(cx)? } else { 0 };
        let count = (waiting > 0).then(|| waiting.to_string());
        let tone = Tone::Soon;
        items.push(NavItem { count, tone, ..NavItem::plain("/desk/data-requests", "data-requests", here) });
    }
    Ok(items)
}

fn queues(cx: &mut Cx<'_>, here: &str) -> Result<Vec<NavItem>, Fail> {
    let n = counts(cx)?;
    let number = |n: i64| Some(if n >= 100 { "99+".to_owned() } else { n.to_string() });
    let tone = |n: i64, tone| if n > 0 { tone } else { Tone::Plain };
    let line = |queue: Queue, n: Option<i64>, urgent| {
        let path = queue_path(queue);
        let tone = tone(n.unwrap_or(0), urgent);
        NavItem { path, key: queue.code(), count: n.and_then(number), tone, current: path == here }
    };
    Ok(vec![
        line(Queue::DueNow, Some(n.due_now), Tone::Bad),
        line(Queue::Today, Some(n.today), Tone::Soon),
        line(Queue::Mine, Some(n.mine), Tone::Plain),
        line(Queue::AssignedByMe, Some(n.assigned_by_me), Tone::Plain),
        line(Queue::ToVerify, Some(n.to_verify), Tone::Plain),
        line(Queue::Place, None, Tone::Plain),
    ])
}
