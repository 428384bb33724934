//! What the own page and the desk say of mutual help.

use crate::{Page, fmt};
use care::app::mutual::{OfPerson, Part, Seen};
use care::model::mutual::{Help, Side};

/// An offer or a need.
#[derive(Debug, Clone)]
pub(crate) struct LineView {
    pub id: String,
    pub words: String,
}

#[derive(Debug, Clone)]
pub(crate) struct HoursView {
    pub id: String,
    pub words: String,
    pub state: String,
    pub class: &'static str,
    pub icon: &'static str,
    /// This side has not said yet whether it was so.
    pub ask: bool,
}

/// A pair as one of the two sees it.
#[derive(Debug, Clone)]
pub(crate) struct PairView {
    pub id: String,
    pub title: String,
    pub other: Option<(String, String)>,
    pub state: String,
    /// Asked, and has not answered.
    pub ask: bool,
    pub runs: bool,
    pub hours: Vec<HoursView>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    pub lines: Vec<LineView>,
    pub pairs: Vec<PairView>,
    pub balance: String,
    /// Made with the form of hours.
    pub key: String,
    pub today: String,
}

/// "2.5 hours".
pub(crate) fn hours(page: &Page, quarters: i64) -> String {
    let whole = quarters / 4;
    let rest = ["", ".25", ".5", ".75"].get(usize::try_from(quarters % 4).unwrap_or(0)).copied().unwrap_or_default();
    page.t1("mutual-hours", "h", format!("{whole}{rest}"))
}

pub(crate) fn shown(page: &Page, of: &OfPerson, key: String) -> Shown {
    let lines = of.lines.iter().map(|l| LineView {
        id: l.id.to_string(),
        words: format!("{}{}", page.tk("mutual-side-", l.side.code()), page.tk("mutual-what-", l.what.code())),
    });
    let balance = page.t2("mutual-balance", "given", hours(page, of.given), "received", hours(page, of.received));
    Shown {
        lines: lines.collect(),
        pairs: of.pairs.iter().map(|s| pair(page, s)).collect(),
        balance,
        key,
        today: page.now.zoned(&kernel::time::shanghai()).date().to_string(),
    }
}

fn pair(page: &Page, s: &Seen) -> PairView {
    let p = &s.pair;
    let title = page.t1(
        if s.part == Part::Giver { "mutual-you-give" } else { "mutual-you-get" },
        "what",
        page.tk("mutual-what-", p.what.code()),
    );
    let mine = p.said(s.part);
    let state = match (p.over, p.runs(), mine) {
        (true, _, _) => "over",
        (_, true, _) => "runs",
        (_, _, true) => "waits",
        _ => "asked",
    };
    let list = p.hours.iter().map(|h| {
        let ok = if s.part == Part::Giver { h.giver_ok } else { h.taker_ok };
        let (code, class, icon) = match (h.refused, h.counts()) {
            (true, _) => ("refused", "tag-plain", "warn"),
            (_, true) => ("counts", "tag-good", "check"),
            _ => ("open", "tag-wait", "clock"),
        };
        let day = h.on.map(|d| d.to_string()).unwrap_or_default();
        HoursView {
            id: h.id.to_string(),
            words: format!("{day} · {}", hours(page, h.quarters)),
            state: page.tk("mutual-hours-", code),
            class,
            icon,
            ask: !h.refused && !ok,
        }
    });
    PairView {
        id: p.id.to_string(),
        title,
        other: s
            .other
            .as_ref()
            .map(|(name, phone)| (name.clone(), phone.as_deref().map(fmt::phone).unwrap_or_default())),
        state: page.tk("mutual-state-", state),
        ask: !p.over && !mine,
        runs: p.runs(),
        hours: list.collect(),
    }
}

pub(crate) fn kinds(page: &Page) -> Vec<(&'static str, String)> {
    Help::ALL.iter().map(|w| (w.code(), page.tk("mutual-what-", w.code()))).collect()
}

/// What a form asks for.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub what: String,
    pub side: Option<Side>,
    pub help: Option<Help>,
    pub id: uuid::Uuid,
    pub hours: uuid::Uuid,
    pub key: uuid::Uuid,
    pub on: Option<jiff::civil::Date>,
    pub quarters: i64,
}

impl Order {
    pub(crate) fn read(posted: &crate::public::post::Posted, fresh: uuid::Uuid) -> Self {
        let id = |name: &str| posted.get(name).parse().unwrap_or_default();
        let time: f64 = posted.get("time").trim().replace(['，', ','], ".").parse().unwrap_or(0.0);
        Self {
            what: posted.get("do"),
            side: Side::from_code(&posted.get("side")),
            help: Help::from_code(&posted.get("help")),
            id: id("id"),
            hours: id("hours"),
            key: crate::watch_view::key_of(&posted.get("key"), fresh),
            on: posted.get("on").trim().parse().ok(),
            quarters: if (0.0..=100.0).contains(&time) { (time * 4.0).round() as i64 } else { 0 },
        }
    }
    /// Does it, for this person and on whosever word.
    pub(crate) fn run(
        &self,
        cx: &mut store::Cx<'_>,
        person: kernel::ids::PersonId,
        side: care::app::watch::Side,
        by: people::app::consents::By,
    ) -> care::Result<()> {
        use care::app::mutual;
        match self.what.as_str() {
            "end" => mutual::end_line(cx, person, side, self.id),
            "yes" => mutual::answer(cx, person, side, self.id, true),
            "no" => mutual::answer(cx, person, side, self.id, false),
            "note" => {
                let on = self.on.ok_or(care::Error::Invalid { field: "on", why: "on" })?;
                mutual::note(cx, person, side, self.id, self.key, on, self.quarters)
            }
            "so" => mutual::confirm(cx, person, side, self.id, self.hours, true),
            "not-so" => mutual::confirm(cx, person, side, self.id, self.hours, false),
            _ => {
                let kind = self.side.ok_or(care::Error::Invalid { field: "side", why: "missing" })?;
                let help = self.help.ok_or(care::Error::Invalid { field: "help", why: "missing" })?;
                mutual::add(cx, person, side, kind, help, by)
            }
        }
    }
}

#[cfg(test)]
pub(crate) fn sample(page: &Page, full: bool) -> Shown {
    use care::app::mutual::{Hours, Pair};
    use kernel::ids::PersonId;
    use uuid::Uuid;
    if !full {
        return shown(page, &OfPerson::default(), String::new());
    }
    let (me, you) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
    let lines = Help::ALL.iter().map(|what| care::model::mutual::Line {
        id: Uuid::nil(),
        person: me,
        side: if *what == Help::Chat { Side::Need } else { Side::Offer },
        what: *what,
        birth_year: None,
    });
    let hours =
        |giver_ok, taker_ok, refused| Hours { id: Uuid::nil(), on: None, quarters: 6, giver_ok, taker_ok, refused };
    let pair = |giver_said, taker_said, over| Seen {
        pair: Pair {
            id: Uuid::nil(),
            giver: me,
            taker: you,
            what: Help::Walk,
            giver_said,
            taker_said,
            over,
            hours: vec![
                hours(true, true, false),
                hours(true, false, false),
                hours(false, true, false),
                hours(true, false, true),
            ],
        },
        part: if over { Part::Taker } else { Part::Giver },
        other: (giver_said && taker_said)
            .then(|| (if page.zh() { "王桂芳".to_owned() } else { "Wang Guifang".to_owned() }, None)),
    };
    let pairs =
        vec![pair(false, false, false), pair(true, false, false), pair(true, true, false), pair(true, true, true)];
    shown(page, &OfPerson { lines: lines.collect(), pairs, given: 6, received: 3 }, String::new())
}
