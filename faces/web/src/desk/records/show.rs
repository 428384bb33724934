//! An opened record as templates see it.

use crate::{Fail, Page, fmt};
use kernel::ids::AreaId;
use people::app::persons::{GuardianLine, Record, Shown};
use people::model::person::{Contact, Health, Identity, Location, Part};
use store::Cx;

/// One part: its lines, or why there are none.
pub(super) struct PartView {
    pub code: &'static str,
    pub lines: Vec<(String, String)>,
    pub none: Option<String>,
}

/// Somebody who speaks for the person.
pub(super) struct GuardianView {
    pub id: String,
    pub name: String,
    pub phone: Option<String>,
}

pub(super) struct RecordView {
    pub version: i64,
    pub name: String,
    pub area: Option<String>,
    pub parts: Vec<PartView>,
    pub guardians: Vec<GuardianView>,
    /// Who looks, and when: it stands on the page and on what is printed of it.
    pub mark: String,
}

/// Where somebody lives, in words.
pub(super) fn area_name(cx: &mut Cx<'_>, page: &Page, area: AreaId) -> Result<Option<String>, Fail> {
    let ground = places::snapshot(cx)?;
    Ok(ground.area(area).map(|a| a.called(page.look.lang).to_owned()))
}

pub(super) fn record(cx: &mut Cx<'_>, page: &Page, user: &str, r: &Record) -> Result<RecordView, Fail> {
    let name = r.identity.yes().map_or_else(|| page.t("record-no-name"), |i| i.name.clone());
    Ok(RecordView {
        version: r.version,
        name,
        area: area_name(cx, page, r.area)?,
        parts: vec![
            part(page, Part::Identity, &r.identity, identity),
            part(page, Part::Contact, &r.contact, contact),
            part(page, Part::Health, &r.health, health),
            part(page, Part::Location, &r.location, location),
        ],
        guardians: r.guardians.iter().map(|g| guardian(page, g)).collect(),
        mark: page.t2("record-mark", "who", user, "at", page.stamp(page.now)),
    })
}

pub(super) type Lines = Vec<(String, String)>;

fn part<T>(page: &Page, part: Part, shown: &Shown<T>, lines: impl Fn(&Page, &T) -> Lines) -> PartView {
    let why = |key: &str| (Vec::new(), Some(page.t(key)));
    let (lines, none) = match shown {
        Shown::Yes(value) => (lines(page, value), None),
        Shown::Nothing => why("record-nothing"),
        Shown::NotForRole => why("record-not-for-role"),
        Shown::NoConsent => why("record-no-consent"),
    };
    PartView { code: part.code(), lines, none }
}

pub(super) fn identity(page: &Page, i: &Identity) -> Lines {
    let mut out = vec![(page.t("record-field-name"), i.name.clone())];
    if !i.sex.is_empty() {
        out.push((page.t("record-field-sex"), page.tk("record-sex-", &i.sex)));
    }
    out.extend(i.birth_year.map(|y| (page.t("record-field-birth_year"), y.to_string())));
    out.extend(i.id_number.clone().map(|n| (page.t("record-field-id_number"), n)));
    out
}

pub(super) fn contact(page: &Page, c: &Contact) -> Lines {
    let mut out = Vec::new();
    out.extend(c.phone.as_ref().map(|p| (page.t("record-field-phone"), fmt::phone(p))));
    out.extend(c.address.clone().map(|a| (page.t("record-field-address"), a)));
    out.extend(c.language.clone().map(|l| (page.t("record-field-language"), l)));
    out
}

pub(super) fn health(page: &Page, h: &Health) -> Lines {
    vec![(page.t("record-field-health"), h.notes.clone())]
}

pub(super) fn location(page: &Page, l: &Location) -> Lines {
    let mut out = Vec::new();
    out.extend(l.home.map(|(lon, lat)| (page.t("record-field-home"), format!("{lat:.5}, {lon:.5} (WGS-84)"))));
    if !l.haunts.is_empty() {
        out.push((page.t("record-field-haunts"), l.haunts.clone()));
    }
    out
}

pub(super) fn guardian(page: &Page, g: &GuardianLine) -> GuardianView {
    let name = match &g.who {
        Some(who) if who.relation.is_empty() => who.name.clone(),
        Some(who) => page.t2("record-guardian-line", "name", &who.name, "relation", &who.relation),
        None => page.t("record-guardian-unnamed"),
    };
    GuardianView { id: g.id.to_string(), name, phone: g.phone.as_ref().map(|p| fmt::phone(p)) }
}
