//! The forms of an opened record: what may be written down about a person, each field with its words.

use super::day;
use super::show::area_name;
use crate::desk::view::{Choice, Field, FieldKind};
use crate::{Fail, Page};
use kernel::ids::PersonId;
use people::app::consents::{self, Aim, Answer, Standing, Way};
use people::app::links::{Link, Proof};
use people::app::persons::{self, EndReason, For};
use people::model::person::{Contact, Part};
use people::policy::{Action, PersonFacts, ResourceFacts, decide};
use store::Cx;

/// What a consent form of one part asks.
pub(super) struct ConsentView {
    pub part: &'static str,
    pub standing: String,
    pub given: bool,
    pub fields: Vec<Field>,
}

/// A link to the person's own page.
pub(super) struct LinkLine {
    pub id: String,
    pub words: String,
    /// Waits for a second person, who may be the reader.
    pub waits: bool,
    pub may_confirm: bool,
}

/// Forms of a record.
#[derive(Default)]
pub(super) struct Forms {
    pub contact: Vec<Field>,
    pub guardian: Vec<Field>,
    pub health: Vec<Field>,
    pub location: Vec<Field>,
    pub consents: Vec<ConsentView>,
    pub demand: Vec<Field>,
    /// Links to the person's own page that work, and the form for a new one.
    pub links: Vec<LinkLine>,
    pub link: Vec<Field>,
    pub history: Vec<String>,
    /// Another area to live in, where they lived before, and the end of their care.
    pub move_to: Vec<Field>,
    pub moved: Vec<String>,
    pub end: Vec<Field>,
    pub ended: Option<String>,
}

/// What may be written down on this record, as it stands.
pub(super) fn forms(
    cx: &mut Cx<'_>,
    page: &Page,
    person: PersonId,
    why: &For,
    opened: &persons::Record,
) -> Result<Forms, Fail> {
    let matter = match why {
        For::Matter(m) => Some((**m).clone()),
        For::Case(_) | For::Window | For::Own | For::Letter(_) => None,
    };
    let facts = ResourceFacts::Person(PersonFacts { id: Some(person), matter, ..PersonFacts::default() });
    let may = |cx: &Cx<'_>, action| decide(&cx.actor, cx.purpose, action, &facts).is_allowed();
    let mut forms = Forms { moved: moved(cx, page, person, why)?, ..Forms::default() };
    if let Some((at, reason)) = persons::ended(cx, person, why)? {
        let reason = page.tk("care-end-", reason.code());
        forms.ended = Some(page.t2("care-ended", "at", page.stamp(at), "reason", reason));
        return Ok(forms);
    }
    if may(cx, Action::ChangeRecord) {
        let areas = crate::desk::ground::choices(cx, page, "")?;
        forms.move_to = vec![Field::select("area", page.t("record-field-area"), areas).must()];
        let reasons = Choice::codes(page, "care-end-", EndReason::SAID.iter().map(|r| r.code()), "");
        forms.end = vec![Field::radio("reason", page.t("care-end-why"), reasons).must()];
    }
    if may(cx, Action::ChangeRecord) {
        forms.contact = contact_fields(page, opened.contact.yes().cloned().unwrap_or_default());
        if may(cx, Action::ViewIdentity) {
            forms.guardian = guardian_fields(page);
        }
    }
    if may(cx, Action::RecordConsent) {
        for part in [Part::Health, Part::Location] {
            let standing = consents::standing(cx, person, part)?;
            forms.consents.push(consent_view(page, part, standing, &opened.guardians));
            let given = matches!(standing, Standing::Given { .. });
            if given && may(cx, persons::view_of(part)) && may(cx, Action::ChangeRecord) {
                match part {
                    Part::Health => {
                        let now = opened.health.yes().map(|h| h.notes.clone()).unwrap_or_default();
                        forms.health = vec![Field::area("health", page.t("record-field-health"), &now, 4)];
                    }
                    _ => {
                        let now = opened.location.yes().map(|l| l.haunts.clone()).unwrap_or_default();
                        forms.location = vec![Field::area("haunts", page.t("record-field-haunts"), &now, 3)];
                    }
                }
            }
        }
        forms.history = consents::consents(cx, person, why)?.iter().map(|c| history(page, c)).collect();
    }
    if may(cx, Action::IssueLink) && may(cx, Action::ViewIdentity) {
        forms.link = link_fields(page, &opened.guardians);
        let links = people::app::links::links(cx, person, why)?;
        let me = cx.actor.account_id();
        forms.links = links.iter().map(|l| link_line(page, l, me, &opened.guardians)).collect();
    }
    if may(cx, Action::AskDemand) {
        forms.demand = demand_fields(page);
    }
    Ok(forms)
}

/// Where somebody lived before, in words.
fn moved(cx: &mut Cx<'_>, page: &Page, person: PersonId, why: &For) -> Result<Vec<String>, Fail> {
    let mut out = Vec::new();
    for m in persons::moves(cx, person, why)? {
        let (from, to) =
            (area_name(cx, page, m.from)?.unwrap_or_default(), area_name(cx, page, m.to)?.unwrap_or_default());
        out.push(format!("{} · {}", page.stamp(m.at), page.t2("record-moved-line", "from", from, "to", to)));
    }
    Ok(out)
}

fn history(page: &Page, c: &consents::Consent) -> String {
    let said = page.t2(
        "record-consent-line",
        "part",
        page.tk("record-part-", c.part.code()),
        "answer",
        page.tk("record-answer-", c.answer.code()),
    );
    let mut all =
        vec![page.stamp(c.at), said, page.tk("record-by-", c.by.code()), page.tk("record-way-", c.way.code())];
    all.push(page.t1("record-witness-was", "who", &c.witness));
    all.extend(c.ended_at.map(|at| page.t1("record-consent-ended", "at", page.stamp(at))));
    all.join(" · ")
}

fn contact_fields(page: &Page, c: Contact) -> Vec<Field> {
    vec![
        Field::line("phone", page.t("record-field-phone"), &c.phone.unwrap_or_default()),
        Field::line("address", page.t("record-field-address"), &c.address.unwrap_or_default()),
        Field::line("language", page.t("record-field-language"), &c.language.unwrap_or_default()),
    ]
}

fn guardian_fields(page: &Page) -> Vec<Field> {
    vec![
        Field::line("guardian", page.t("record-field-guardian"), "").must(),
        Field::line("relation", page.t("record-field-relation"), ""),
        Field::line("guardian_phone", page.t("record-field-guardian_phone"), ""),
    ]
}

fn demand_fields(page: &Page) -> Vec<Field> {
    vec![
        Field::line("document", page.t("record-field-document"), "").must(),
        Field::line("authority", page.t("record-field-authority"), "").must(),
    ]
}

fn link_fields(page: &Page, guardians: &[people::app::persons::GuardianLine]) -> Vec<Field> {
    let proofs = Choice::codes(page, "own-proof-", Proof::ALL.iter().map(|p| p.code()), "");
    vec![
        Field::select("to", page.t("own-link-to"), holders(page, guardians)),
        Field::radio("proof", page.t("record-field-proof"), proofs),
    ]
}

/// The person, then who speaks for them.
fn holders(page: &Page, guardians: &[people::app::persons::GuardianLine]) -> Vec<Choice> {
    let mut people = vec![Choice::new("subject", page.t("record-by-subject"), "subject")];
    people.extend(guardians.iter().map(|g| {
        let shown = super::show::guardian(page, g);
        Choice::new(shown.id, shown.name, "")
    }));
    people
}

fn link_line(
    page: &Page,
    l: &Link,
    me: Option<kernel::ids::AccountId>,
    guardians: &[people::app::persons::GuardianLine],
) -> LinkLine {
    let to = match l.guardian {
        None => page.t("record-by-subject"),
        Some(id) => {
            let found = guardians.iter().find(|g| g.id == id);
            found.map_or_else(|| page.t("record-guardian-unnamed"), |g| super::show::guardian(page, g).name)
        }
    };
    let how = page.tk("own-proof-", l.proof.code());
    let words = [page.t2("own-link-line", "who", to, "at", page.stamp(l.issued_at)), how];
    let may_confirm = !l.confirmed && Some(l.issued_by) != me;
    LinkLine { id: l.id.to_string(), words: words.join(" · "), waits: !l.confirmed, may_confirm }
}

/// Names of the fields, which are ids of the page too.
const OF_HEALTH: [&str; 7] =
    ["health_answer", "health_by", "health_aim", "health_way", "health_witness", "health_review_on", "health_own"];
const OF_LOCATION: [&str; 7] = [
    "location_answer",
    "location_by",
    "location_aim",
    "location_way",
    "location_witness",
    "location_review_on",
    "location_own",
];

fn consent_view(
    page: &Page,
    part: Part,
    standing: Standing,
    guardians: &[people::app::persons::GuardianLine],
) -> ConsentView {
    let [answer, by, aim, way, witness, review_on, own] = if part == Part::Location { OF_LOCATION } else { OF_HEALTH };
    let given = matches!(standing, Standing::Given { .. });
    let words = match standing {
        Standing::NotAsked => page.t("record-standing-not-asked"),
        Standing::Given { review_on } => page.t1("record-standing-given", "day", page.day(review_on)),
        Standing::Respected { until } => page.t1("record-standing-respected", "day", page.day(until)),
        Standing::MayAsk => page.t("record-standing-may-ask"),
    };
    let by = Field::select(by, page.t("record-field-by"), holders(page, guardians));
    let ways =
        Choice::codes(page, "record-way-", Way::ALL.iter().filter(|w| **w != Way::Page).map(|w| w.code()), "paper");
    let way = Field::select(way, page.t("record-field-way"), ways);
    let mut fields = Vec::new();
    if given {
        fields.extend([by, way]);
    } else {
        let answers = Choice::codes(page, "record-answer-", Answer::ALL.iter().map(|a| a.code()), "");
        let aims = Choice::codes(page, "record-aim-", Aim::ALL.iter().map(|a| a.code()), "getting_home");
        fields.push(Field::radio(answer, page.t("record-field-answer"), answers));
        fields.extend([by, Field::select(aim, page.t("record-field-aim"), aims), way]);
        fields.push(Field::line(witness, page.t("record-field-witness"), "").must());
        fields.push(Field {
            kind: FieldKind::Date,
            min: Some(day(page.now.plus_days(1))),
            max: Some(day(page.now.plus_days(consents::REVIEW_DAYS - 1))),
            ..Field::line(review_on, page.t("record-field-review_on"), &day(page.now.plus_days(365)))
        });
        if matches!(standing, Standing::Respected { .. }) {
            let yes = vec![
                Choice::new("no", page.t("record-own-no"), "no"),
                Choice::new("yes", page.t("record-own-yes"), "no"),
            ];
            fields.push(Field::radio(own, page.t("record-field-own"), yes));
        }
    }
    ConsentView { part: part.code(), standing: words, given, fields }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk::records) fn sample(page: &Page) -> Forms {
        let standings = [Standing::Respected { until: page.now.plus_days(90) }, Standing::MayAsk];
        Forms {
            contact: contact_fields(page, Contact::default()),
            guardian: guardian_fields(page),
            health: vec![Field::area("health", page.t("record-field-health"), "", 4)],
            location: vec![Field::area("haunts", page.t("record-field-haunts"), "", 3)],
            consents: [Part::Health, Part::Location]
                .into_iter()
                .zip(standings)
                .map(|(part, standing)| consent_view(page, part, standing, &[]))
                .collect(),
            demand: demand_fields(page),
            links: vec![LinkLine {
                id: "1".into(),
                words: page.t("record-by-subject"),
                waits: true,
                may_confirm: true,
            }],
            link: link_fields(page, &[]),
            history: vec![page.stamp(page.now)],
            move_to: vec![Field::select("area", page.t("record-field-area"), Vec::new())],
            moved: vec![page.stamp(page.now)],
            end: vec![Field::radio("reason", page.t("care-end-why"), Vec::new())],
            ended: Some(page.t2("care-ended", "at", page.stamp(page.now), "reason", page.t("care-end-died"))),
        }
    }
}
