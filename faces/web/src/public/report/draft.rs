//! What somebody has typed so far. It travels in hidden fields from page to page, so that nothing is stored before it is
//! sent, nothing personal stands in an address, and no session can be lost.

use crate::Page;
use crate::public::find::{Places, spot};
use crate::public::post::Posted;
use kernel::geo::{Datum, Point};
use std::str::FromStr;

/// One question. Usual pages ask several at once, elder pages one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Class,
    Words,
    Place,
    Reach,
    Contact,
    Check,
}

impl Part {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Words => "words",
            Self::Place => "place",
            Self::Reach => "reach",
            Self::Contact => "contact",
            Self::Check => "check",
        }
    }
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        [Self::Class, Self::Words, Self::Place, Self::Reach, Self::Contact, Self::Check]
            .into_iter()
            .find(|p| p.code() == code)
    }
    /// Fields asked by this question.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Class => &["class"],
            Self::Words => &["text", "about"],
            Self::Place => &["address", "area", "lat", "lon"],
            Self::Reach => &["reach"],
            Self::Contact => &["name", "phone", "email"],
            Self::Check => &[],
        }
    }
}

/// How somebody wants to hear from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Phone,
    Email,
    Page,
    Anonymous,
}

impl Reach {
    pub(crate) const ALL: [Self; 4] = [Self::Phone, Self::Email, Self::Page, Self::Anonymous];
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Page => "page",
            Self::Anonymous => "anonymous",
        }
    }
}

impl FromStr for Reach {
    type Err = ();
    fn from_str(code: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|r| r.code() == code).ok_or(())
    }
}

/// Everything typed, as typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    /// Made with the first page: sending twice raises once.
    pub idem: String,
    /// Code of the post whose QR was scanned; stands for a place when no other is given.
    pub post: String,
    pub class: String,
    pub text: String,
    /// Id of the body it is about, from the list.
    pub about: String,
    pub address: String,
    /// Id of a community, from the list.
    pub area: String,
    pub lat: String,
    pub lon: String,
    pub reach: String,
    pub name: String,
    pub phone: String,
    pub email: String,
    /// Found pieces that the owner may read after all, and words to hide besides.
    pub show: Vec<String>,
    pub hide: String,
    /// What the address was found as, where that was asked.
    pub places: Option<Places>,
}

/// What is wrong with a field: its id and the words, shown on top and beside it.
pub(crate) type Problem = (&'static str, String);

impl Draft {
    pub(crate) fn of(posted: &Posted) -> Self {
        let get = |name| posted.get(name);
        let (lat, lon) = spot(posted);
        Self {
            idem: get("idem"),
            post: get("post"),
            class: get("class"),
            text: get("text"),
            about: get("about"),
            address: get("address"),
            area: get("area"),
            lat,
            lon,
            reach: get("reach"),
            name: get("name"),
            phone: get("phone"),
            email: get("email"),
            show: posted.list("show"),
            hide: get("hide"),
            places: None,
        }
    }

    fn field(&self, name: &str) -> &str {
        match name {
            "class" => &self.class,
            "text" => &self.text,
            "about" => &self.about,
            "address" => &self.address,
            "area" => &self.area,
            "lat" => &self.lat,
            "lon" => &self.lon,
            "reach" => &self.reach,
            "name" => &self.name,
            "phone" => &self.phone,
            "email" => &self.email,
            _ => "",
        }
    }

    /// Hidden fields of a page that asks `shown`: everything else that was typed.
    pub(crate) fn hidden(&self, shown: &[Part]) -> Vec<(&'static str, String)> {
        let all = [Part::Class, Part::Words, Part::Place, Part::Reach, Part::Contact];
        let mut out = vec![("idem", self.idem.clone())];
        if !self.post.is_empty() {
            out.push(("post", self.post.clone()));
        }
        for part in all.into_iter().filter(|part| !shown.contains(part)) {
            let typed = part.fields().iter().map(|name| (*name, self.field(name).to_owned()));
            out.extend(typed.filter(|(_, value)| !value.is_empty()));
        }
        if !shown.contains(&Part::Check) {
            out.extend(self.show.iter().map(|words| ("show", words.clone())));
            out.extend(Some(("hide", self.hide.clone())).filter(|(_, words)| !words.is_empty()));
        }
        out
    }

    pub(crate) fn reach(&self) -> Option<Reach> {
        self.reach.parse().ok()
    }

    /// The pin, if one was set. Browsers give WGS-84 (R11).
    pub(crate) fn point(&self) -> Option<Result<Point, ()>> {
        if self.lat.is_empty() && self.lon.is_empty() {
            return None;
        }
        let number = |text: &str| kernel::text::narrow(text).trim().parse::<f64>().map_err(drop);
        let both = number(&self.lon).and_then(|lon| number(&self.lat).map(|lat| (lon, lat)));
        Some(both.and_then(|(lon, lat)| Datum::Wgs84.to_wgs84(lon, lat).map_err(drop)))
    }

    /// A pin that cannot be used is taken off, so that it does not stand in the way of the next try.
    pub(crate) fn unpin(&mut self) {
        self.lat.clear();
        self.lon.clear();
    }

    /// The telephone number as it is stored; `None` when it is none or was not wanted.
    pub(crate) fn phone_digits(&self) -> Option<String> {
        phone(&self.phone).filter(|_| self.reach() != Some(Reach::Anonymous))
    }

    /// Likewise the e-mail address.
    pub(crate) fn email_plain(&self) -> Option<String> {
        let plain = kernel::text::narrow(&self.email).trim().to_owned();
        Some(plain).filter(|e| is_email(e) && self.reach() != Some(Reach::Anonymous))
    }

    /// What is wrong with the answers to one question.
    pub(crate) fn problems(&self, part: Part, page: &Page) -> Vec<Problem> {
        use matters::limits::{LINE_CHARS, NAME_CHARS, TEXT_CHARS};
        let mut out = Vec::new();
        if part == Part::Words && self.text.chars().count() > TEXT_CHARS {
            let have = self.text.chars().count();
            out.push(("text", page.t2("report-long-text", "limit", TEXT_CHARS, "have", have)));
        }
        let mut check = |wrong: bool, id: &'static str, key: &str, n: usize| {
            if wrong {
                out.push((id, page.t1(key, "n", n)));
            }
        };
        let long = |text: &str, max: usize| text.chars().count() > max;
        match part {
            Part::Class => check(self.class.is_empty(), "class", "report-need-class", 0),
            Part::Words => check(self.text.chars().count() < 2, "text", "report-need-text", 0),
            Part::Place => {
                check(long(&self.address, LINE_CHARS), "address", "report-long-address", LINE_CHARS);
                let nowhere = self.address.is_empty() && self.area.is_empty() && self.post.is_empty();
                let nowhere = nowhere && self.point().is_none();
                check(nowhere, "address", "report-need-place", 0);
                check(matches!(self.point(), Some(Err(()))), "address", "report-bad-point", 0);
            }
            Part::Reach => check(self.reach().is_none(), "reach", "report-need-reach", 0),
            Part::Contact => {
                // What the page hides for this way of answering can neither be seen nor mended.
                let (by_phone, by_email) = (self.reach() == Some(Reach::Phone), self.reach() == Some(Reach::Email));
                let sees_phone = by_phone || (!page.look.elder && self.reach() != Some(Reach::Anonymous));
                check(by_phone && self.phone.is_empty(), "phone", "report-need-phone", 0);
                let bad = !self.phone.is_empty() && phone(&self.phone).is_none();
                check(sees_phone && bad, "phone", "report-bad-phone", 0);
                check(by_email && self.email.is_empty(), "email", "report-need-email", 0);
                check(by_email && !self.email.is_empty() && !is_email(&self.email), "email", "report-bad-email", 0);
                check(long(&self.name, NAME_CHARS), "name", "report-long-name", NAME_CHARS);
            }
            Part::Check => {}
        }
        out
    }
}

/// As [`kernel::text::phone`]; a mainland mobile number with a digit too few or too many is a slip of the thumb.
fn phone(text: &str) -> Option<String> {
    let digits = kernel::text::phone(text)?;
    let mobile = digits.starts_with('1') && matches!(digits.as_bytes().get(1), Some(b'3'..=b'9'));
    (!mobile || digits.len() == 11).then_some(digits)
}

/// Good enough to be worth a try; the receiving server says the rest.
fn is_email(text: &str) -> bool {
    let text = kernel::text::narrow(text);
    let Some((user, host)) = text.trim().rsplit_once('@') else { return false };
    !user.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !text.trim().contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Look;

    fn wrong(draft: &Draft, part: Part) -> Vec<&'static str> {
        draft.problems(part, &Page::sample(Look::default())).into_iter().map(|(id, _)| id).collect()
    }

    #[test]
    fn typed_as_people_type() {
        let draft = Draft { reach: "phone".into(), phone: "138 1234 5678".into(), ..Draft::default() };
        assert!(wrong(&draft, Part::Contact).is_empty());
        for good in
            ["１３８１２３４５６７８", "+86 138-1234-5678", "021 0571 0110", "+44 20 7946 0000", "0571（8888）1234"]
        {
            let draft = Draft { reach: "phone".into(), phone: good.into(), ..Draft::default() };
            assert!(wrong(&draft, Part::Contact).is_empty(), "{good}");
        }
        for bad in ["明天打", "138 1234 567", "138 1234 56789", "12"] {
            let draft = Draft { reach: "phone".into(), phone: bad.into(), ..Draft::default() };
            assert_eq!(wrong(&draft, Part::Contact), ["phone"], "{bad}");
            let draft = Draft { reach: "anonymous".into(), ..draft };
            assert!(wrong(&draft, Part::Contact).is_empty(), "a field that is not shown is not complained about");
            assert_eq!(draft.phone_digits(), None);
        }
        let draft = Draft { reach: "email".into(), email: "li@example.com".into(), ..Draft::default() };
        assert!(wrong(&draft, Part::Contact).is_empty());
        for bad in ["li", "li@", "@x.cn", "a b@c.cn", "li@.cn"] {
            let draft = Draft { reach: "email".into(), email: bad.into(), ..Draft::default() };
            assert_eq!(wrong(&draft, Part::Contact), ["email"], "{bad}");
        }
    }

    #[test]
    fn a_place_is_an_address_an_area_or_a_pin() {
        assert_eq!(wrong(&Draft::default(), Part::Place), ["address"]);
        assert!(wrong(&Draft { address: "桂花弄 5 号".into(), ..Draft::default() }, Part::Place).is_empty());
        let pin = |lat: &str, lon: &str| Draft { lat: lat.into(), lon: lon.into(), ..Draft::default() };
        assert!(wrong(&pin("30.92", "121.47"), Part::Place).is_empty());
        for (lat, lon) in [("NaN", "121"), ("91", "121"), ("30", ""), ("x", "y"), ("inf", "0")] {
            assert_eq!(wrong(&pin(lat, lon), Part::Place), ["address"], "{lat} {lon}");
        }
    }

    #[test]
    fn hidden_fields_carry_the_rest() {
        let draft = Draft { idem: "1".into(), class: "noise".into(), text: "吵".into(), ..Draft::default() };
        let names: Vec<_> = draft.hidden(&[Part::Place]).into_iter().map(|(n, _)| n).collect();
        assert_eq!(names, ["idem", "class", "text"]);
    }
}
