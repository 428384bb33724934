//! What somebody typed who found or misses an elder; kept through errors and changes of the look.

use crate::Page;
use crate::public::find::{Places, spot};
use crate::public::post::Posted;
use kernel::geo::{Datum, Point};
use kernel::ids::AreaId;
use kernel::{Moment, text, time};
use lost::model::{Build, Described, Kind, Report, Reporter, ScenePlace, Sex};

/// A field's id and what is wrong with it.
pub(super) type Problem = (&'static str, String);

#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// Made with the page: sending twice reports once.
    pub idem: String,
    pub address: String,
    /// Id of a community, from the list.
    pub area: String,
    pub lat: String,
    pub lon: String,
    pub words: String,
    /// Last seen, `2026-11-24T14:08` on the wall.
    pub seen: String,
    pub stays: bool,
    pub phone: String,
    /// What tells one elder from another; nothing of it must be known. Codes of the lists, or empty.
    pub sex: String,
    pub age: String,
    pub build: String,
    pub dialect: String,
    /// Hair, glasses, a stick, a scar.
    pub marks: String,
    /// What the address was found as, where that was asked.
    pub places: Option<Places>,
}

impl Draft {
    pub(super) fn of(posted: &Posted) -> Self {
        let get = |name| posted.get(name);
        let (lat, lon) = spot(posted);
        Self {
            idem: get("idem"),
            address: get("address"),
            area: get("area"),
            lat,
            lon,
            words: get("words"),
            seen: get("seen"),
            stays: get("stays") == "yes",
            phone: get("phone"),
            sex: get("sex"),
            age: get("age"),
            build: get("build"),
            dialect: get("dialect"),
            marks: get("marks"),
            places: None,
        }
    }

    /// As the engine that identifies reads it. An age that is none is a problem of the page.
    fn described(&self) -> Result<Described, ()> {
        let typed = text::narrow(&self.age);
        let age = match typed.trim().trim_end_matches('岁') {
            "" => None,
            typed => Some(typed.trim().parse::<i64>().ok().filter(|n| (1..=120).contains(n)).ok_or(())?),
        };
        let marks = self.marks.split([';', '；', '、', ',', '，']).map(str::trim).filter(|m| !m.is_empty());
        Ok(Described {
            // A made-up code is as good as none.
            sex: Sex::from_code(&self.sex).map_or_else(String::new, |s| s.code().to_owned()),
            build: Build::from_code(&self.build).map_or_else(String::new, |b| b.code().to_owned()),
            age,
            dialect: self.dialect.clone(),
            marks: marks.map(str::to_owned).collect(),
            ..Described::default()
        })
    }

    /// Something of it was typed: it stands open.
    pub(super) fn has_more(&self) -> bool {
        ![&self.sex, &self.age, &self.build, &self.dialect, &self.marks].into_iter().all(String::is_empty)
    }

    /// A pin that cannot be used is taken off, so that it does not stand in the way of the next try.
    pub(super) fn unpin(&mut self) {
        self.lat.clear();
        self.lon.clear();
    }

    /// The pin, if one was set. Browsers give WGS-84 (R11).
    fn point(&self) -> Option<Point> {
        let number = |typed: &str| text::narrow(typed).trim().parse::<f64>().ok();
        Datum::Wgs84.to_wgs84(number(&self.lon)?, number(&self.lat)?).ok()
    }

    pub(super) fn has_pin(&self) -> bool {
        !self.lat.is_empty() || !self.lon.is_empty()
    }

    /// Empty: nobody knows. Some browsers send what was typed, with a blank in the middle.
    fn seen_at(&self) -> Result<Option<Moment>, ()> {
        let typed = text::narrow(&self.seen).trim().replacen(' ', "T", 1);
        if typed.is_empty() {
            return Ok(None);
        }
        let on_the_wall: jiff::civil::DateTime = typed.parse().map_err(drop)?;
        let zoned = on_the_wall.to_zoned_datetime(time::shanghai()).map_err(drop)?;
        Ok(Some(Moment::from(&zoned)))
    }

    /// The command, or what is wrong on the page. What the domain checks besides comes back from it.
    pub(super) fn report(&self, page: &Page, kind: Kind) -> Result<Report, Vec<Problem>> {
        let mut problems = Vec::new();
        if self.has_pin() && self.point().is_none() {
            problems.push(("address", page.t("report-bad-point")));
        }
        let seen_at = self.seen_at();
        if seen_at.is_err() {
            problems.push(("seen", page.t("missing-bad-time")));
        }
        let described = self.described();
        if described.is_err() {
            problems.push(("age", page.t("missing-bad-age")));
        }
        let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        let place = ScenePlace {
            point: self.point(),
            words: some(&self.address),
            // A made-up id is as good as none: the whole district looks after it.
            area: self.area.parse::<AreaId>().ok(),
            post: None,
        };
        if self.words.is_empty() {
            problems.push(("words", page.t("found-need-words")));
        }
        if place.point.is_none() && place.words.is_none() && place.area.is_none() {
            problems.push(("address", page.t("found-need-place")));
        }
        if kind == Kind::Missing && self.phone.is_empty() {
            problems.push(("phone", page.t("missing-need-phone")));
        }
        if !self.phone.is_empty() && text::phone(&self.phone).is_none() {
            problems.push(("phone", page.t("report-bad-phone")));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Report {
            key: Some(format!("web:{}", self.idem)),
            kind,
            place,
            words: self.words.clone(),
            described: described.unwrap_or_default(),
            seen_at: seen_at.unwrap_or_default(),
            reporter: Reporter { name: None, phone: some(&self.phone), lang: page.look.lang, stays: self.stays },
            person: None,
        })
    }
}

/// What the domain says is wrong, at the field of the page.
pub(super) fn problem(page: &Page, field: &str, why: &str) -> Problem {
    match (field, why) {
        ("place", "outside-district") => ("address", page.t("report-outside")),
        ("place", "too-long") => ("address", page.t1("report-long-address", "n", 200)),
        ("place", _) => ("address", page.t("found-need-place")),
        ("seen_at", _) => ("seen", page.t("missing-bad-time")),
        ("phone", _) => ("phone", page.t("report-bad-phone")),
        ("age", _) => ("age", page.t("missing-bad-age")),
        ("dialect" | "marks", _) => ("marks", page.t("missing-long-marks")),
        ("words", "too-long") => ("words", page.t1("found-long-words", "n", 600)),
        _ => ("words", page.t("field-wrong")),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::look::Look;

    #[test]
    fn the_wall_clock_is_read_as_browsers_and_people_write_it() {
        let of = |seen: &str| Draft { seen: seen.into(), ..Draft::default() }.seen_at();
        let at = Moment::parse_rfc3339("2026-11-24T14:08:00+08:00").unwrap();
        for typed in ["2026-11-24T14:08", "2026-11-24 14:08", " ２０２６-11-24T14:08 "] {
            assert_eq!(of(typed), Ok(Some(at)), "{typed}");
        }
        assert_eq!(of(""), Ok(None));
        assert_eq!(of("昨天"), Err(()));
    }

    #[test]
    fn what_the_family_knows_of_the_elder_goes_to_whoever_identifies() {
        let draft = Draft {
            sex: "f".into(),
            age: " ８４岁".into(),
            build: "huge".into(),
            dialect: "吴语".into(),
            marks: "白发、拄拐杖；".into(),
            ..Draft::default()
        };
        let d = draft.described().unwrap();
        assert_eq!((d.sex.as_str(), d.age, d.build.as_str(), d.dialect.as_str()), ("f", Some(84), "", "吴语"));
        assert_eq!(d.marks, ["白发", "拄拐杖"]);
        assert!(Draft { age: "很大".into(), ..Draft::default() }.described().is_err());
        assert!(Draft::default().described().unwrap().is_empty() && !Draft::default().has_more());
    }

    #[test]
    fn what_is_missing_is_said_at_its_field() {
        let page = Page::sample(Look::default());
        let fields = |draft: &Draft, kind| -> Vec<&str> {
            draft.report(&page, kind).err().unwrap_or_default().into_iter().map(|(field, _)| field).collect()
        };
        assert_eq!(fields(&Draft::default(), Kind::Found), ["words", "address"]);
        assert_eq!(
            fields(&Draft::default(), Kind::Missing),
            ["words", "address", "phone"],
            "the family must be reached"
        );
        let full = Draft { words: "蓝上衣".into(), address: "老街口".into(), ..Draft::default() };
        assert!(full.report(&page, Kind::Found).is_ok());
        let pinned = Draft { lat: "x".into(), lon: "1".into(), phone: "1".into(), ..full };
        assert_eq!(fields(&pinned, Kind::Found), ["address", "phone"]);
    }
}
