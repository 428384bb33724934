//! Who looked, when, why, in words: the same on the raiser's page and on the desk of the audit administrator.

use crate::{Fail, Page};
use audit::Looker;
use audit::looker::Reason;
use kernel::{Moment, Role};

impl From<audit::Error> for Fail {
    fn from(error: audit::Error) -> Self {
        match error {
            audit::Error::Store(e) => e.into(),
            audit::Error::Denied(e) => e.into(),
            audit::Error::People(e) => e.into(),
            audit::Error::Matters(e) => e.into(),
            audit::Error::Alerts(e) => e.into(),
            audit::Error::Invalid { .. } => Self::BadRequest("bad-form"),
            audit::Error::Refused(why) => Self::Refused(format!("audit-refused-{why}").into()),
            audit::Error::File(e) => Self::Internal(e),
        }
    }
}

/// A look as pages show it. The number is that of the entry in the log.
#[derive(Debug, Clone, Default)]
pub(crate) struct LookLine {
    pub n: i64,
    pub at: Moment,
    pub who: String,
    pub what: String,
    pub why: String,
    /// It was break-glass.
    pub glass: bool,
    /// The reason as it was written down then.
    pub reason: Option<String>,
    /// Looks before this one that say the same: shown with it, each with its own number and time.
    pub others: Vec<Again>,
}

/// Number and time of a look that says the same as a later one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Again {
    pub n: i64,
    pub at: Moment,
}

/// So long may lie between two looks that are shown as one.
const APART_SECS: i64 = 3_600;

impl LookLine {
    fn goes_with(&self, page: &Page, next: &Self) -> bool {
        let last = self.others.last().map_or(self.at, |again| again.at);
        (&self.who, &self.what, &self.why, self.glass, &self.reason)
            == (&next.who, &next.what, &next.why, next.glass, &next.reason)
            && last.secs_since(next.at) <= APART_SECS
            && page.day(last) == page.day(next.at)
    }

    /// How often, and from when to when; nothing for a single look.
    pub(crate) fn span(&self, page: &Page) -> Option<String> {
        let first = self.others.last()?.at;
        let (from, to) = (crate::fmt::clock(first), crate::fmt::clock(self.at));
        let times = [("n", (self.others.len() + 1).to_string()), ("from", from.clone()), ("to", to.clone())];
        Some(page.loc.args(if from == to { "seen-times-minute" } else { "seen-times" }, &times))
    }
}

/// The latest first: the same look again within an hour, on the same day, stands once, with all its times. The log has every one.
pub(crate) fn together(page: &Page, lines: Vec<LookLine>) -> Vec<LookLine> {
    let mut out: Vec<LookLine> = Vec::new();
    for line in lines {
        match out.last_mut().filter(|last| last.goes_with(page, &line)) {
            Some(last) => last.others.push(Again { n: line.n, at: line.at }),
            None => out.push(line),
        }
    }
    out
}

/// "居村委干部 王明（桂花里居委会）": role and body of that time, not just a name.
pub(crate) fn who(page: &Page, looker: &Looker) -> String {
    match looker {
        Looker::Person { name, role, seat, org, .. } => {
            let role = role.map_or_else(|| page.t("seen-staff"), |r: Role| page.tk("role-", r.code()));
            let said = format!("{role} {name}");
            match org.as_ref().or(seat.as_ref()).filter(|body| *body != name) {
                Some(body) => page.t2("seen-who", "who", said, "body", body),
                None => said,
            }
        }
        Looker::Gone(_) => page.t("seen-staff"),
        Looker::Program(job) => {
            page.loc.find(&format!("seen-program-{job}"), &[]).unwrap_or_else(|| page.t("seen-program"))
        }
        Looker::Raiser => page.t("seen-raiser"),
        Looker::Subject => page.t("seen-subject"),
        Looker::Anybody => page.t("seen-anybody"),
    }
}

/// The same for whoever raised it: person and body. Titles of seats are for colleagues, and so is the word catch-all.
pub(crate) fn who_for_raiser(page: &Page, looker: &Looker) -> String {
    let Looker::Person { name, role, org, .. } = looker else { return who(page, looker) };
    let at_the_end = *role == Some(Role::CatchAll);
    let said = match role.filter(|_| !at_the_end) {
        Some(role) => format!("{} {name}", page.tk("role-", role.code())),
        None => format!("{} {name}", page.t("seen-staff")),
    };
    let desk = || page.t1("office-duty-desk", "place", page.place());
    match org.clone().or_else(|| at_the_end.then(desk)).filter(|body| body != name) {
        Some(body) => page.t2("seen-who", "who", said, "body", body),
        None => said,
    }
}

/// Why; the number of the matter where it says something to the reader.
pub(crate) fn why(page: &Page, reason: &Reason, number: Option<&str>) -> String {
    match (reason, number) {
        (Reason::Matter(_), Some(number)) => page.t1("seen-why-number", "number", number),
        (Reason::Matter(_), None) => page.t("seen-why-matter"),
        (Reason::Other(code), _) => {
            page.loc.find(&format!("seen-why-{code}"), &[]).unwrap_or_else(|| page.t("seen-why-other"))
        }
    }
}

/// What was shown: "姓名、电话", or the kind of record when the names say nothing to people.
pub(crate) fn what(page: &Page, kind: &str, fields: &[String]) -> String {
    let named: Vec<String> = fields.iter().filter_map(|f| page.loc.find(&format!("seen-field-{f}"), &[])).collect();
    if named.is_empty() { record(page, kind) } else { named.join(&page.t("seen-and")) }
}

/// Kind of record.
pub(crate) fn record(page: &Page, kind: &str) -> String {
    page.loc.find(&format!("seen-kind-{kind}"), &[]).unwrap_or_else(|| page.t("seen-kind-other"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Look;

    #[test]
    fn a_raiser_reads_the_body_and_never_the_title_of_a_seat() {
        let page = Page::sample(Look::default());
        let looker = |role, org: Option<&str>| Looker::Person {
            account: kernel::ids::AccountId(uuid::Uuid::nil()),
            name: "方兜".into(),
            role: Some(role),
            seat: Some("区兜底岗".into()),
            org: org.map(str::to_owned),
        };
        let none = who_for_raiser(&page, &looker(Role::CatchAll, None));
        assert!(none.contains("方兜") && none.contains("值班室") && !none.contains("兜底"), "{none}");
        let town = who_for_raiser(&page, &looker(Role::CatchAll, Some("青禾街道办事处")));
        assert!(town.contains("青禾街道办事处") && !town.contains("兜底"), "{town}");
        let worker = who_for_raiser(&page, &looker(Role::CommitteeWorker, None));
        assert!(worker.ends_with("方兜") && !worker.contains("区兜底岗"), "{worker}");
        assert!(who(&page, &looker(Role::CatchAll, None)).contains("区兜底岗"), "colleagues read the seat");
    }

    #[test]
    fn the_same_look_again_stands_once_with_all_its_times() {
        let page = Page::sample(crate::Look::default());
        let look = |n: i64, minutes: i64, who: &str| LookLine {
            n,
            at: page.now.plus_minutes(-minutes),
            who: who.into(),
            what: "x".into(),
            ..LookLine::default()
        };
        // 14:08, 14:05, 13:50 | somebody else | 13:40 | more than an hour before | the day before, within the hour.
        let lines = vec![
            look(9, 0, "a"),
            look(8, 3, "a"),
            look(7, 18, "a"),
            look(6, 20, "b"),
            look(5, 28, "a"),
            look(4, 120, "a"),
            look(3, 840, "a"),
            look(2, 860, "a"),
        ];
        let shown = together(&page, lines);
        let groups: Vec<Vec<i64>> =
            shown.iter().map(|l| std::iter::once(l.n).chain(l.others.iter().map(|again| again.n)).collect()).collect();
        assert_eq!(groups, [vec![9, 8, 7], vec![6], vec![5], vec![4], vec![3], vec![2]]);
        let mut spans = shown.iter().map(|l| l.span(&page));
        assert_eq!(spans.next().flatten().as_deref(), Some("3 次：13:50 至 14:08"));
        assert!(spans.all(|span| span.is_none()));
        let twice = together(&page, vec![look(2, 0, "a"), look(1, 0, "a")]);
        assert_eq!(twice.first().and_then(|l| l.span(&page)).as_deref(), Some("2 次，都在 14:08"));
    }
}
