//! What a raiser sees of their own matter, in plain words.

use crate::Page;
use crate::looker::LookLine;
use kernel::Moment;

/// The matter as the holder of its code sees it.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub number: String,
    pub class: String,
    pub text: String,
    pub address: Option<String>,
    /// Areas, and the door nearest to the pin.
    pub place: Option<String>,
    pub raised_at: Moment,
    /// Somebody may be in danger, and it is not over: the numbers to call stand first.
    pub emergency: bool,
    /// The plain word for where it stands, end of the key `status-…`: received, working, facts, waiting, parked, done, …
    pub status: &'static str,
    /// Code of the state, end of the key `state-plain-…`: one more sentence.
    pub state: &'static str,
    /// Why it stands still, or takes longer than promised.
    pub pause: Option<Pause>,
    /// 0 received … 5 answered.
    pub progress: u8,
    /// Somebody makes first contact, or it is answered, by then.
    pub promise: Option<Promise>,
    /// The supervisor has been told that it is late.
    pub pressed: bool,
    /// First contact by then, as promised at the beginning.
    pub contact_by: Moment,
    /// It is dealt with by then, as promised at the beginning.
    pub answer_by: Moment,
    /// Both may move once next year's working days are known (R12).
    pub provisional: bool,
    pub holder: Option<Holder>,
    pub timeline: Vec<Entry>,
    pub answer: Option<Answer>,
    pub photos: Vec<String>,
    pub rating: Option<i64>,
    pub can_add: bool,
    pub can_rate: bool,
    /// Until when it can be reopened.
    pub reopen_until: Option<Moment>,
}

/// Something promised until an instant.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    /// End of the key `promise-…`: contact, answer, resume, facts.
    pub kind: &'static str,
    pub by: Moment,
    /// Needs a calendar year that is not loaded yet (R12).
    pub provisional: bool,
    pub overdue: bool,
}

/// A wait, a parking or an extension, with its reason.
#[derive(Debug, Clone)]
pub(crate) struct Pause {
    pub what: String,
    pub words: Option<String>,
}

/// Who has it.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub name: String,
    /// As on the door.
    pub office: String,
    pub phone: Option<String>,
}

/// A page of looks, newest first.
#[derive(Debug, Clone)]
pub(crate) struct Looks {
    pub lines: Vec<LookLine>,
    /// How many are told later, in a sentence.
    pub later: Option<String>,
    /// More below this entry.
    pub older: Option<i64>,
}

/// One step of the story.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub at: Moment,
    /// In the reader's language.
    pub what: String,
    pub words: Option<String>,
}

/// The answer. Its words are there only once it was opened.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub at: Moment,
    pub words: Option<String>,
    /// Pictures that belong to it, once it was opened.
    pub photos: Vec<String>,
}

/// One of the six steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    /// End of the key `step-…`.
    pub key: &'static str,
    pub class: &'static str,
}

impl View {
    pub(crate) fn steps(&self) -> Vec<Step> {
        let keys = ["received", "assigned", "contacted", "handling", "checking", "answered"];
        let ended = self.state == "closed" || self.state == "answered";
        keys.into_iter()
            .zip(0u8..)
            .map(|(key, i)| {
                let done = i < self.progress || (ended && i == self.progress);
                let class = if done {
                    "done"
                } else if i == self.progress {
                    "now"
                } else {
                    ""
                };
                Step { key, class }
            })
            .collect()
    }

    /// Colour and icon of the status; the word says the same.
    pub(crate) fn tone(&self) -> (&'static str, &'static str) {
        match self.status {
            "waiting" | "parked" => ("", "wait"),
            "facts" => ("", "pen"),
            "done" => ("state-good", "check"),
            "received" => ("", "mail"),
            "working" => ("state-work", "person"),
            _ => ("state-work", "mail"),
        }
    }

    /// Then the reason and the date say all there is to say.
    pub(crate) fn is_paused(&self) -> bool {
        matches!(self.status, "waiting" | "parked" | "facts")
    }

    /// The number to call about it: the post's, else the duty desk's.
    pub(crate) fn phone<'a>(&'a self, page: &'a Page) -> &'a str {
        self.holder.as_ref().and_then(|h| h.phone.as_deref()).unwrap_or_else(|| page.phone())
    }

    /// What the raiser can do to it now.
    pub(crate) fn allows(&self, kind: &str) -> bool {
        match kind {
            "add" => self.can_add,
            "rate" => self.can_rate,
            _ => self.reopen_until.is_some(),
        }
    }

    pub(crate) fn promise_words(&self, page: &Page) -> Option<String> {
        self.promise.as_ref().map(|p| page.t1(&format!("promise-{}", p.kind), "by", page.by(p.by)))
    }
}

#[cfg(test)]
pub(crate) fn sample_looks(page: &Page) -> Vec<Looks> {
    use crate::looker::{together, what, who_for_raiser as who, why};
    use audit::Looker;
    use audit::looker::Reason;
    let body = if page.zh() { "桂花里居委会" } else { "Guihuali committee" };
    let person = Looker::Person {
        account: kernel::ids::AccountId(uuid::Uuid::from_u128(1)),
        name: if page.zh() { "王明".into() } else { "Wang".into() },
        role: Some(kernel::Role::CommitteeWorker),
        seat: None,
        org: Some(body.into()),
    };
    let fields = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let of = |n, looker: &Looker, kind: &str, names: &[&str], reason: &str| LookLine {
        n,
        at: page.now,
        who: who(page, looker),
        what: what(page, kind, &fields(names)),
        why: why(page, &Reason::of(reason), None),
        ..LookLine::default()
    };
    let matter = kernel::Purpose::Matter(kernel::ids::MatterId(uuid::Uuid::from_u128(2))).code();
    let lines = vec![
        of(10, &person, "raiser", &["name", "phone", "email", "address"], &matter),
        of(9, &person, "raiser", &["name", "phone", "email", "address"], &matter),
        of(8, &person, "matter", &["texts"], "proxy"),
        of(7, &Looker::Program("delivery".into()), "raiser", &["email"], "job"),
        of(5, &Looker::Raiser, "matter", &["picture"], "own_matter"),
    ];
    let later = page.t2("seen-later", "n", 2, "until", page.day(page.now.plus_days(30)));
    let empty = Looks { lines: Vec::new(), later: None, older: None };
    let lines = together(page, lines);
    vec![empty, Looks { lines, later: Some(later), older: Some(5) }]
}

#[cfg(test)]
pub(crate) fn sample(page: &Page, state: &'static str) -> View {
    let zh = page.zh();
    let word = |a: &str, b: &str| if zh { a.to_owned() } else { b.to_owned() };
    let now = page.now;
    let progress = match state {
        "received" => 0,
        "in_progress" | "waiting" => 3,
        _ => 5,
    };
    let answer = (progress == 5).then(|| Answer {
        at: now.plus_hours(-1),
        words: (state == "closed").then(|| word("水管已经换好，二楼墙面下周三粉刷。", "The pipe was replaced.")),
        photos: if state == "closed" { vec!["/t/ABCD/photo/2".into()] } else { Vec::new() },
    });
    View {
        number: "HQ-2026-01873".into(),
        class: word("漏水、下水道", "Leaks and drains"),
        text: word("三楼楼道漏水，水已经流到二楼。", "Water on the third floor."),
        address: Some(word("桂花弄 5 号 3 楼", "5 Guihua Lane")),
        place: Some(word("青禾街道桂花苑，桂花弄5号附近", "near 5 Guihua Lane, Guihuayuan, Qinghe Sub-district")),
        raised_at: now.plus_days(-1),
        emergency: state == "in_progress",
        status: match state {
            "received" => "received",
            "in_progress" => "working",
            "waiting" => "facts",
            _ => "not",
        },
        state,
        pause: (state == "waiting").then(|| Pause { what: page.tk("track-wait-", "raiser"), words: None }),
        progress,
        promise: (progress < 5).then(|| Promise {
            kind: "contact",
            by: now.plus_days(1),
            provisional: state == "received",
            overdue: state == "received",
        }),
        pressed: zh,
        contact_by: now.plus_days(1),
        answer_by: now.plus_days(7),
        provisional: state == "received",
        holder: Some(Holder {
            name: word("王工", "Wang"),
            office: word("桂花里物业", "Guihuali property"),
            phone: Some("021-0571 0122".into()),
        }),
        timeline: vec![Entry { at: now.plus_minutes(-3), what: page.tk("track-event-", "contact"), words: None }],
        answer,
        photos: vec!["/t/ABCD/photo/1".into()],
        rating: (state == "closed").then_some(4),
        can_add: progress < 5,
        can_rate: state == "answered",
        reopen_until: (state == "closed").then(|| now.plus_days(29)),
    }
}
