//! Who looked, when, why, in words: the same on the raiser's page and on the desk of the audit administrator.

use crate::{Fail, Page};
use audit::Looker;
use audit::looker::Reason;
use kernel::Role;

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
}
