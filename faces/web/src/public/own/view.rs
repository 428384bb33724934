//! What a person in care, or a guardian, sees on their own page. Nothing of the record itself.

#[cfg(test)]
use crate::looker::Again;
use crate::looker::LookLine;
use kernel::Moment;

#[derive(Debug, Clone)]
pub(super) struct View {
    /// The link was given to a guardian.
    pub guardian: bool,
    /// The link ends then.
    pub until: Moment,
    /// Looks that are told, on all pages.
    pub all: usize,
    pub lines: Vec<LookLine>,
    /// How many are told later, in a sentence.
    pub later: Option<String>,
    /// More below this entry.
    pub older: Option<i64>,
    /// What needs a consent, and where it stands.
    pub consents: Vec<(String, String)>,
    pub demands: Vec<DemandLine>,
    /// They are lost now.
    pub now: Option<NowView>,
    /// When they were lost before, and how it ended.
    pub before: Vec<String>,
}

/// Where somebody is who is lost.
#[derive(Debug, Clone)]
pub(super) struct NowView {
    pub number: String,
    /// End of the key `k-state-…`.
    pub state: &'static str,
    pub since: String,
    /// Name and address of the post they are kept at.
    pub place: Option<String>,
    /// The one number to call.
    pub phone: String,
    pub doctor: Option<String>,
}

/// A lawful demand that was met.
#[derive(Debug, Clone)]
pub(super) struct DemandLine {
    pub what: String,
    pub parts: String,
}

#[cfg(test)]
pub(super) fn sample(page: &crate::Page, full: bool) -> View {
    let look = |n, glass: bool| LookLine {
        n,
        at: page.now.plus_minutes(-90),
        who: format!("{} {}", page.tk("role-", "committee_worker"), if page.zh() { "王明" } else { "Wang Ming" }),
        what: page.t("seen-field-identity"),
        why: page.t(if glass { "seen-why-break_glass" } else { "own-why-matter" }),
        glass,
        reason: glass.then(|| page.t("record-nothing")),
        others: if glass { Vec::new() } else { vec![Again { n: n - 1, at: page.now.plus_minutes(-95) }] },
    };
    let consents = ["health", "location"].map(|part| (page.tk("own-part-", part), page.t("own-consent-none")));
    View {
        guardian: full,
        until: page.now.plus_days(300),
        all: if full { 2 } else { 0 },
        lines: if full { vec![look(9, true), look(4, false)] } else { Vec::new() },
        later: full.then(|| page.t2("seen-later", "n", 1, "until", page.day(page.now.plus_days(9)))),
        older: full.then_some(4),
        consents: consents.to_vec(),
        now: full.then(|| NowView {
            number: "ZS-2026-00001".into(),
            state: "kept",
            since: page.ago(page.now),
            place: Some(if page.zh() { "青禾警务站，青禾路 1 号" } else { "Qinghe post, 1 Qinghe Road" }.into()),
            phone: page.phone().to_owned(),
            doctor: Some(page.by(page.now)),
        }),
        before: if full { vec![format!("{} {}", page.day(page.now), page.t("lost-outcome-home"))] } else { Vec::new() },
        demands: if full {
            let parts =
                page.t2("own-demand-parts", "parts", page.t("record-part-identity"), "at", page.stamp(page.now));
            let who = if page.zh() { "区法院" } else { "District court" };
            vec![DemandLine { what: page.t2("own-demand-line", "who", who, "document", "12"), parts }]
        } else {
            Vec::new()
        },
    }
}
