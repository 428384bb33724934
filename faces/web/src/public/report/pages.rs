//! The pages of a report as templates see them.

use super::draft::{Draft, Part, Problem, Reach};
use crate::preview::Preview;
use crate::public::find::{Picks, Places};
use crate::{Look, Page, fmt};
use askama::Template;

/// One class to choose.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub code: String,
    pub name: String,
    pub hint: String,
    /// Code of the family, which is the group on the page.
    pub family: &'static str,
}

/// Communities of a town, to choose from.
#[derive(Debug, Clone)]
pub(crate) struct Town {
    pub name: String,
    /// (id, name)
    pub communities: Vec<(String, String)>,
}

/// What the pages offer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offer {
    pub choices: Vec<Choice>,
    pub towns: Vec<Town>,
    /// Name of the post whose QR was scanned.
    pub post: Option<String>,
    /// Bodies that a report can be about, by kind.
    pub bodies: Vec<Bodies>,
    /// The pin of the draft in words.
    pub near: Option<String>,
}

/// Bodies of one kind: id and name.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    pub kind: &'static str,
    pub all: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "public/report.html")]
pub(crate) struct ReportPage {
    pub page: Page,
    pub draft: Draft,
    pub offer: Offer,
    /// What this page asks.
    pub parts: Vec<Part>,
    pub number: usize,
    pub of: usize,
    pub problems: Vec<Problem>,
    /// What the owner will read, on the page where answers are checked.
    pub preview: Preview,
}

/// Which questions stand together.
pub(crate) fn plan(look: Look) -> Vec<Vec<Part>> {
    use Part::{Check, Class, Contact, Place, Reach, Words};
    if look.elder {
        [Class, Words, Place, Reach, Contact, Check].into_iter().map(|p| vec![p]).collect()
    } else {
        vec![vec![Words, Class], vec![Place], vec![Reach, Contact], vec![Check]]
    }
}

impl Picks for ReportPage {
    fn page(&self) -> &Page {
        &self.page
    }
    fn places(&self) -> Option<&Places> {
        self.draft.places.as_ref()
    }
    fn find_field(&self) -> &'static str {
        "address"
    }
    fn pin(&self) -> (String, String) {
        (self.draft.lat.clone(), self.draft.lon.clone())
    }
}

impl ReportPage {
    pub(crate) fn new(page: Page, draft: Draft, offer: Offer, index: usize, problems: Vec<Problem>) -> Self {
        let plan = plan(page.look);
        let parts = plan.get(index).cloned().unwrap_or_default();
        Self {
            page,
            draft,
            offer,
            parts,
            number: index + 1,
            of: plan.len().saturating_sub(1),
            problems,
            preview: Preview::default(),
        }
    }

    fn asks(&self, part: &str) -> bool {
        self.parts.iter().any(|p| p.code() == part)
    }
    /// Code of the first question, which names the page.
    fn at(&self) -> &'static str {
        self.parts.first().map_or("class", |p| p.code())
    }
    fn hidden(&self) -> Vec<(&'static str, String)> {
        self.draft.hidden(&self.parts)
    }
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    /// Groups of classes in the order they are read.
    fn groups(&self) -> Vec<(&'static str, Vec<&Choice>)> {
        ["emergency", "non_police", "police"]
            .into_iter()
            .map(|family| (family, self.offer.choices.iter().filter(|c| c.family == family).collect::<Vec<_>>()))
            .filter(|(_, list)| !list.is_empty())
            .collect()
    }
    /// Elder pages fold the groups; the one with the choice is open.
    fn group_is_open(&self, list: &[&Choice]) -> bool {
        list.iter().any(|c| c.code == self.draft.class)
    }
    fn chosen(&self) -> Option<&Choice> {
        self.offer.choices.iter().find(|c| c.code == self.draft.class)
    }
    fn emergency(&self) -> bool {
        self.chosen().is_some_and(|c| c.family == "emergency")
    }
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    fn reaches(&self) -> [&'static str; 4] {
        Reach::ALL.map(Reach::code)
    }
    fn area_name(&self) -> Option<String> {
        let of = |town: &Town| {
            let found = town.communities.iter().find(|(id, _)| *id == self.draft.area);
            found.map(|(_, name)| format!("{} {name}", town.name))
        };
        self.offer.towns.iter().find_map(of)
    }
    /// Name of the body it is about.
    fn about_name(&self) -> Option<&String> {
        self.offer.bodies.iter().flat_map(|b| &b.all).find(|(id, _)| *id == self.draft.about).map(|(_, name)| name)
    }
    fn has_pin(&self) -> bool {
        matches!(self.draft.point(), Some(Ok(_)))
    }
    /// Whether a contact field is wanted: elder pages show only what the chosen way needs.
    fn wants(&self, field: &str) -> bool {
        let elder = self.page.look.elder;
        match field {
            "phone" => !elder || self.draft.reach() != Some(Reach::Email),
            "email" => !elder || self.draft.reach() == Some(Reach::Email),
            _ => true,
        }
    }
    /// Exactly what will be stored.
    fn phone_read(&self) -> Option<String> {
        self.draft.phone_digits().map(|digits| fmt::phone(&digits))
    }
    /// The first usual page asks what it is and what happened.
    fn heading(&self) -> String {
        let both = self.asks("words") && self.asks("class");
        self.page.tk("report-title-", if both { "class" } else { self.at() })
    }
    fn title(&self) -> String {
        let title = self.heading();
        if self.problems.is_empty() { title } else { self.page.t1("form-problem-title", "title", title) }
    }
}

#[cfg(test)]
pub(crate) fn sample_offer(page: &Page) -> Offer {
    let zh = page.zh();
    let choice = |code: &str, family, zh_name: &str, en: &str, hint_zh: &str, hint_en: &str| Choice {
        code: code.into(),
        name: if zh { zh_name.into() } else { en.into() },
        hint: if zh { hint_zh.into() } else { hint_en.into() },
        family,
    };
    Offer {
        choices: vec![
            choice(
                "danger",
                "emergency",
                "有人有危险",
                "Somebody is in danger",
                "着火、煤气、受伤、正在打人",
                "Fire, gas, injury, violence",
            ),
            choice(
                "water-leak",
                "non_police",
                "漏水、下水道",
                "Leaks and drains",
                "楼道漏水、管道堵塞",
                "A leaking stairwell, a blocked drain",
            ),
            choice("noise", "non_police", "太吵", "Noise", "装修、广场舞、商铺", "Building work, music, shops"),
            choice(
                "quarrel",
                "police",
                "邻里吵架",
                "A quarrel between neighbours",
                "需要有人来劝",
                "Somebody should come and calm it",
            ),
        ],
        towns: vec![Town {
            name: if zh { "青禾镇".into() } else { "Qinghe".into() },
            communities: vec![(
                "0197b0c0-0000-7000-8000-000000000001".into(),
                if zh { "桂花里居委会".into() } else { "Guihuali".into() },
            )],
        }],
        post: Some(if zh { "青禾站".into() } else { "Qinghe post".into() }),
        near: Some(page.t1("place-beside", "name", if zh { "青禾街12号" } else { "12 Qinghe Street" })),
        bodies: vec![Bodies {
            kind: "committee",
            all: vec![(
                "0197b0c0-0000-7000-8000-000000000002".into(),
                if zh { "桂花里居委会".into() } else { "Guihuali committee".into() },
            )],
        }],
    }
}

#[cfg(test)]
pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let full = Draft {
        idem: "0197b0c0-0000-7000-8000-00000000000a".into(),
        post: "QH".into(),
        class: "danger".into(),
        text: if page.zh() {
            "三楼楼道漏水，水已经流到二楼。".into()
        } else {
            "Water on the third floor.".into()
        },
        about: "0197b0c0-0000-7000-8000-000000000002".into(),
        address: if page.zh() { "桂花弄 5 号 3 楼".into() } else { "5 Guihua Lane".into() },
        area: "0197b0c0-0000-7000-8000-000000000001".into(),
        lat: "30.92".into(),
        lon: "121.47".into(),
        reach: "phone".into(),
        name: if page.zh() { "𠮷小龘".into() } else { "Ji".into() },
        phone: "138 0000 0000".into(),
        email: "a@b.cn".into(),
        show: vec!["021-05550123".into()],
        hide: "桂花弄".into(),
        places: Some(crate::public::find::sample_places(page)),
    };
    let mut out = Vec::new();
    for (index, parts) in plan(page.look).into_iter().enumerate() {
        for draft in [Draft { idem: "1".into(), ..Draft::default() }, full.clone()] {
            let problems = parts.iter().flat_map(|p| draft.problems(*p, page)).collect();
            let mut shown = ReportPage::new(page.clone(), draft, sample_offer(page), index, problems);
            shown.preview = crate::preview::sample(page);
            out.push(("public/report.html", shown.render().unwrap_or_default()));
        }
    }
    out
}
