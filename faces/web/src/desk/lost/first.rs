//! What to do first on a case, what is due, and which parts of its screen stand open: one thing at a time on a telephone.

use super::circle::CircleView;
use super::show::Can;
use crate::{Page, fmt};
use kernel::Moment;
use lost::app::Case;
use lost::model::{Helping, How, State, Task};

/// Something that has a time.
pub(super) struct Due {
    pub words: String,
    pub late: bool,
    /// Counted down on the page.
    pub until: Option<String>,
}

/// The one thing to do now: a form without fields, or a place on the page, or a telephone call.
pub(super) struct Primary {
    pub icon: &'static str,
    pub words: String,
    pub post: Option<String>,
    pub href: String,
}

/// Which parts stand open.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fold {
    pub who: bool,
    pub contacts: bool,
    pub hand: bool,
    pub next: bool,
    pub finder: bool,
    pub answer: bool,
    pub close: bool,
}

impl Fold {
    /// Opens a part that somebody asked for; no browser does it by the part of an address alone.
    pub(super) fn open(&mut self, part: &str) {
        match part {
            "who" => self.who = true,
            "contacts" => self.contacts = true,
            "hand" => self.hand = true,
            "next" => self.next = true,
            "finder" => {
                self.finder = true;
                self.answer = true;
            }
            "close" => self.close = true,
            _ => {}
        }
    }
    /// Opens the part whose form came back: what is wrong with it is mended there.
    pub(super) fn open_of(&mut self, step: &str) {
        self.open(match step {
            "hand-over" => "hand",
            "answer" | "tell-finder" => "finder",
            "close" => "close",
            _ => "",
        });
    }
}

pub(super) struct First {
    pub dues: Vec<Due>,
    pub primary: Option<Primary>,
    pub fold: Fold,
    pub jumps: Vec<(&'static str, &'static str)>,
}

impl First {
    pub(super) fn of(page: &Page, c: &Case, can: &Can, circle: Option<&CircleView>, href: &str) -> Self {
        Self {
            dues: dues(page, c, circle),
            primary: primary(page, c, can, circle, href),
            fold: fold(c, can, circle),
            jumps: jumps(c, can, circle),
        }
    }
}

fn kept(c: &Case) -> Option<&lost::app::KeepLine> {
    c.keeps.iter().rev().find(|k| k.to.is_none())
}

fn dues(page: &Page, c: &Case, circle: Option<&CircleView>) -> Vec<Due> {
    let mut out = Vec::new();
    if let Some(due) = circle.and_then(|k| k.next_call.as_ref()) {
        out.push(Due { words: due.words.clone(), late: due.late, until: due.until.clone() });
    }
    if let Some(k) = kept(c) {
        let late = k.look_due < page.now;
        let key = if late { "lost-look-late" } else { "lost-look-due" };
        out.push(timed(page, page.t1(key, "clock", fmt::clock(k.look_due)), late, k.look_due));
    }
    if c.row.taken_at.is_none() && c.row.state.is_open() {
        let by = c.row.opened_at.plus_minutes(c.rules.take_minutes);
        out.push(timed(page, page.t1("lost-take-by", "clock", fmt::clock(by)), by < page.now, by));
    }
    let escorts = c.helpers.iter().filter(|h| h.task == Task::Escort && h.state == Helping::Helps).count();
    if escorts == 1 && !matches!(c.row.state, State::HandedOver | State::Closed) {
        out.push(Due { words: page.t("lost-second-helper"), late: true, until: None });
    }
    out
}

fn timed(page: &Page, words: String, late: bool, at: Moment) -> Due {
    Due { words, late, until: Some(page.machine_time(at)) }
}

fn primary(page: &Page, c: &Case, can: &Can, circle: Option<&CircleView>, href: &str) -> Option<Primary> {
    let to = |icon, key: &str, part: &str| {
        let href = format!("{href}?open={part}#{part}");
        Some(Primary { icon, words: page.t(key), post: None, href })
    };
    let post =
        |icon, key: &str, at: String| Some(Primary { icon, words: page.t(key), post: Some(at), href: String::new() });
    if can.agree {
        return to("check", "lost-second-do", "second");
    }
    if can.take {
        return post("check", "lost-take", format!("{href}/step/take"));
    }
    if !can.work {
        return None;
    }
    if c.row.state == State::HandedOver {
        return match (c.row.answered_at, c.row.debriefed_at) {
            (None, _) => to("mail", "lost-answer", "finder"),
            (_, None) => to("edit", "lost-debrief", "debrief"),
            _ if can.close_home => to("check", "lost-close", "close"),
            _ => None,
        };
    }
    if can.identify_again && c.row.identified_how.as_deref() == Some(How::Scan.code()) {
        return to("person", "lost-compare-first", "who");
    }
    if can.identify {
        return post("search", "lost-candidates", format!("{href}/candidates"));
    }
    if kept(c).is_some_and(|k| k.look_due < page.now) {
        return to("eye", "lost-look-do", "keep");
    }
    let next = circle.and_then(|k| k.contacts.iter().find(|x| x.next));
    if let Some((x, phone)) = next.and_then(|x| Some((x, x.phone.as_ref()?))) {
        let words = page.t1("lost-call-contact", "who", &x.name);
        return Some(Primary { icon: "phone", words, post: None, href: format!("tel:{}", page.tel(phone)) });
    }
    if can.hand_over && circle.is_some() {
        return to("check", "lost-hand-over-do", "hand");
    }
    if can.call_help { to("person", "lost-call", "next") } else { None }
}

fn fold(c: &Case, can: &Can, circle: Option<&CircleView>) -> Fold {
    let state = c.row.state;
    let over = matches!(state, State::HandedOver | State::Closed);
    Fold {
        who: !over,
        contacts: !over,
        hand: can.hand_over && circle.is_some_and(|k| k.near),
        next: matches!(state, State::Missing | State::Sighted),
        finder: c.row.answered_at.is_none() && state == State::HandedOver || circle.is_some_and(|k| k.heard),
        answer: state == State::HandedOver,
        close: c.row.debriefed_at.is_some(),
    }
}

fn jumps(c: &Case, can: &Can, circle: Option<&CircleView>) -> Vec<(&'static str, &'static str)> {
    let mut out = vec![("who", "lost-who")];
    let mut add = |shown: bool, id, key| {
        if shown {
            out.push((id, key));
        }
    };
    add(circle.is_some(), "contacts", "lost-contacts");
    add(kept(c).is_some(), "keep", "lost-keep");
    add(can.hand_over, "hand", "lost-hand-over");
    add(can.work && c.row.state.is_open(), "next", "lost-next");
    add(can.work && c.row.state.is_open(), "finder", "lost-finder");
    add(can.debrief, "debrief", "lost-debrief");
    add(can.close_home, "close", "lost-close");
    add(true, "events", "desk-timeline");
    add(true, "aside", "lost-looks-like");
    out
}
