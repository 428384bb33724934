//! What the desk and the own page say of extra care.

use crate::Page;
use care::app::extra::Extra;
use care::model::extra::{ExtraState, Reason, What};

/// One that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub id: String,
    pub what: String,
    pub why: String,
    pub state: String,
    pub class: &'static str,
    pub icon: &'static str,
    pub asked: String,
    pub version: i64,
    pub open: bool,
    /// The committee may say until when.
    pub decide: bool,
    /// It runs already: a later day renews it.
    pub renew: bool,
    pub until: String,
}

/// What was chosen on the form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    pub key: String,
    pub what: String,
    pub reason: String,
}

impl Typed {
    pub(crate) fn read(posted: &crate::public::post::Posted) -> Self {
        Self { key: posted.get("key"), what: posted.get("what"), reason: posted.get("reason") }
    }
    pub(crate) fn kinds(&self, page: &Page) -> Vec<(&'static str, String, bool)> {
        What::ALL.iter().map(|w| (w.code(), page.tk("extra-what-", w.code()), self.what == w.code())).collect()
    }
    pub(crate) fn reasons(&self, page: &Page) -> Vec<(&'static str, String, bool)> {
        Reason::ALL.iter().map(|r| (r.code(), page.tk("extra-why-", r.code()), self.reason == r.code())).collect()
    }
}

pub(crate) fn line(page: &Page, e: &Extra, may_decide: bool) -> Line {
    let day = e.until.map(|day| page.date(day)).unwrap_or_default();
    let state = match e.state {
        ExtraState::Accepted | ExtraState::Lapsed => page.t1(&format!("extra-state-{}", e.state.code()), "day", day),
        other => page.tk("extra-state-", other.code()),
    };
    let (class, icon) = match e.state {
        ExtraState::Asked => ("tag-wait", "clock"),
        ExtraState::Accepted => ("tag-good", "check"),
        ExtraState::Lapsed => ("tag-wait", "warn"),
        ExtraState::Declined | ExtraState::Ended => ("tag-plain", "check"),
    };
    let by =
        page.tk("extra-by-", if e.agreed_by == people::app::consents::By::Guardian { "guardian" } else { "subject" });
    Line {
        id: e.id.to_string(),
        what: page.tk("extra-what-", e.what.code()),
        why: e.reason.map(|r| page.tk("extra-why-", r.code())).unwrap_or_default(),
        state,
        class,
        icon,
        asked: page.t2("extra-asked", "day", page.day(e.asked_at), "by", by),
        version: e.version,
        open: e.state.is_open(),
        decide: may_decide && (e.state.is_open() || e.state == ExtraState::Lapsed),
        renew: e.state != ExtraState::Asked,
        until: page.now.plus_days(28).zoned(&kernel::time::shanghai()).date().to_string(),
    }
}

#[cfg(test)]
pub(crate) fn sample(page: &Page, state: ExtraState) -> Line {
    let extra = Extra {
        id: uuid::Uuid::nil(),
        person: kernel::ids::PersonId(uuid::Uuid::nil()),
        what: What::WeeklyVisit,
        reason: Some(Reason::Bereaved),
        agreed_by: people::app::consents::By::Subject,
        asked_at: page.now,
        asked_by: None,
        state,
        until: Some(page.now.zoned(&kernel::time::shanghai()).date()),
        version: 1,
    };
    line(page, &extra, true)
}
