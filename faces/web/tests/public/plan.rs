//! The family writes the plan on a telephone: behind the door, one subject a page, kept on errors, in both languages.

use crate::card::{Carded, cookie_of};
use crate::site::Reply;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Purpose;
use kernel::ids::MatterId;
use people::app::links::{self, Proof};
use people::app::persons::{self, For};

impl Carded {
    /// Code of a letter of the daughter, confirmed by somebody else when `stood_for`.
    pub(crate) fn letter(&self, stood_for: bool) -> String {
        self.letter_of(true, stood_for)
    }
    /// The same of the daughter, or of the elder herself.
    pub(crate) fn letter_of(&self, daughter: bool, stood_for: bool) -> String {
        let elder = self.elder;
        let code = self.working(move |cx, why| {
            let guardian = if daughter { Some(persons::spoken_for(cx, elder)?[0].id) } else { None };
            Ok(links::issue(cx, elder, why, guardian, Proof::IdCard)?.code)
        });
        if stood_for {
            let (head, code) = (self.site.head, code.clone());
            let matter = MatterId(uuid::Uuid::from_u128(0x77));
            let facts = people::policy::MatterFacts { owner: head, ..self.facts() };
            let why = For::Matter(Box::new(facts));
            let who = self.site.world.who(head, Purpose::Matter(matter));
            self.site
                .world
                .act_as(who, move |cx| {
                    let link = links::find_by_code(cx, &code)?.link;
                    links::confirm(cx, elder, &why, link)
                })
                .unwrap();
        }
        code
    }
    pub(crate) fn with(&self, path: &str, cookie: &str) -> Reply {
        self.site.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap())
    }
    /// Comes in with the last digits of her number.
    pub(crate) fn comes_in(&self, code: &str) -> String {
        self.comes_in_with(code, "0102")
    }
    pub(crate) fn comes_in_with(&self, code: &str, digits: &str) -> String {
        let door = self.say(&format!("/p/{code}/plan"), &[("digits", digits)], None);
        assert_eq!((door.status, door.location()), (StatusCode::SEE_OTHER, format!("/p/{code}/plan").as_str()));
        let kept = door.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(kept.contains("HttpOnly") && kept.contains("SameSite=Lax"), "{kept}");
        cookie_of(&door)
    }
}

pub(crate) fn hidden(page: &Reply, name: &str) -> String {
    let at = page.text.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {}", page.text));
    page.text[at..].split('"').nth(3).unwrap().to_owned()
}

const PAGES: [&str; 8] =
    ["daily", "places", "looks", "contacts", "contacts/new", "hours", "consents", "consents/approach"];

#[test]
fn a_letter_that_was_found_opens_no_page_of_the_plan() {
    let t = Carded::new();
    let code = t.letter(true);
    for page in PAGES.iter().map(|p| format!("/p/{code}/plan/{p}")).chain([format!("/p/{code}/plan")]) {
        for look in ["", "/en", "/e"] {
            let shown = t.open(&format!("{look}{page}"));
            assert_eq!(shown.status, StatusCode::OK, "{look}{page}");
            assert!(shown.text.contains("name=\"digits\""), "{look}{page} asks first");
            for secret in ["王桂芳", "李敏", "王强", "0555", "失智", "老菜场", "慢慢说话。"] {
                assert!(!shown.text.contains(secret), "{look}{page} tells {secret}");
            }
        }
    }
    // A form without having come in writes nothing and loses nothing.
    let sent = t.say(&format!("/p/{code}/plan/daily"), &[("version", "1"), ("habits", "傍晚去河边")], None);
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
    assert!(sent.text.contains("value=\"傍晚去河边\"") && sent.text.contains("name=\"then\""));
    assert_eq!(t.count("SELECT version AS n FROM care_plan"), 1);
    let back = t.say(
        &format!("/p/{code}/plan"),
        &[("digits", "0102"), ("then", &format!("/p/{code}/plan/daily")), ("version", "1"), ("habits", "傍晚去河边")],
        None,
    );
    assert_eq!(back.status, StatusCode::OK);
    let saved =
        t.say(&format!("/p/{code}/plan/daily"), &[("version", "1"), ("habits", "傍晚去河边")], Some(&cookie_of(&back)));
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    // It leads nowhere else.
    let away = t.say(&format!("/p/{code}/plan"), &[("digits", "0102"), ("then", "https://elsewhere.example/")], None);
    assert!(!away.text.contains("elsewhere.example"));
    // Five wrong ones, and the right one opens no more today.
    for _ in 0..5 {
        assert_eq!(
            t.say(&format!("/p/{code}/plan"), &[("digits", "9999")], None).status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    assert_eq!(t.say(&format!("/p/{code}/plan"), &[("digits", "0102")], None).status, StatusCode::UNPROCESSABLE_ENTITY);
    // A letter that nobody stands for: whoever made it knows its code, and her number stands in the record.
    let waits = t.letter(false);
    let shown = t.say(&format!("/p/{waits}/plan"), &[("digits", "0102")], None);
    assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shown.text.contains("第二位工作人员") && !shown.headers.contains_key(header::SET_COOKIE));
    // Nor does the cookie of one letter open another, or a made-up code.
    assert_eq!(t.open("/p/AAAA-BBBB-CCCC-DDDD/plan").status, StatusCode::NOT_FOUND);
}

#[test]
fn a_daughter_writes_everything_at_work_without_script() {
    let t = Carded::new();
    let code = t.letter(true);
    let cookie = t.comes_in(&code);
    let at = |page: &str| format!("/p/{code}/plan{page}");
    for page in PAGES {
        for look in ["", "/en", "/e", "/en/e"] {
            let shown = t.with(&format!("{look}{}", at(&format!("/{page}"))), &cookie);
            if look == "/en/e" && shown.status == StatusCode::NOT_FOUND {
                continue;
            }
            assert_eq!(shown.status, StatusCode::OK, "{look} {page}");
            assert_eq!(shown.headers[header::CACHE_CONTROL], "no-store");
            assert!(shown.text.len() < 100_000);
        }
    }
    // Words: an error keeps what was typed and says where; a quicker one is shown, not overwritten.
    let page = t.with(&at("/daily"), &cookie);
    assert!(page.text.contains("请慢慢说话。"));
    let version = hidden(&page, "version");
    let words = |approach: &str, habits: &str| {
        vec![
            ("version".to_owned(), version.clone()),
            ("language".into(), "苏北话".into()),
            ("approach".into(), approach.into()),
            ("habits".into(), habits.into()),
        ]
    };
    let send = |path: &str, fields: &[(String, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        t.say(path, &fields, Some(&cookie))
    };
    let wrong = send(&at("/daily"), &words("她叫王桂芳，有失智", "傍晚去河边"));
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("href=\"#approach\"") && wrong.text.contains("傍晚去河边"));
    let saved = send(&at("/daily"), &words("站到面前说", "傍晚去河边"));
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, at("?done=daily").as_str()));
    assert!(t.with(&at("?done=daily"), &cookie).text.contains("已保存"));
    let late = send(&at("/daily"), &words("大声说", "清早去买菜"));
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("清早去买菜") && late.text.contains("傍晚去河边"), "both are shown");
    // A question comes before what needs it; asked the elder first.
    assert!(t.with(&at("/places"), &cookie).text.contains("/plan/consents/location"));
    let answer = |what: &str, elder: &str, answer: &str| {
        t.say(&at(&format!("/consents/{what}")), &[("elder", elder), ("answer", answer)], Some(&cookie))
    };
    assert_eq!(answer("location", "", "given").status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer("location", "no", "given").status, StatusCode::UNPROCESSABLE_ENTITY);
    for what in ["location", "identification", "approach", "health"] {
        assert_eq!(answer(what, "cannot", "given").status, StatusCode::SEE_OTHER, "{what}");
    }
    let version = hidden(&t.with(&at("/places"), &cookie), "version");
    let place = t.say(&at("/places"), &[("version", &version), ("kind", "work"), ("label", "老纺织厂")], Some(&cookie));
    assert_eq!(place.status, StatusCode::SEE_OTHER);
    assert!(t.with(&at("/places"), &cookie).text.contains("老纺织厂"));
    // A place that is found gets a point, which nears in the search are counted from.
    let version = hidden(&t.with(&at("/places"), &cookie), "version");
    let home = [("version", version.as_str()), ("kind", "home"), ("label", "青禾警务站对面"), ("go", "find")];
    let offered = t.say(&at("/places"), &home, Some(&cookie));
    assert!(offered.text.contains("青禾警务站对面") && offered.text.contains("没有找到这个地方"), "{}", offered.text);
    let placed = |spot: &str| {
        let home = [("version", version.as_str()), ("kind", "home"), ("label", "老家"), ("spot", spot), ("go", "save")];
        t.say(&at("/places"), &home, Some(&cookie)).status
    };
    assert_eq!(placed("x,y"), StatusCode::UNPROCESSABLE_ENTITY, "a place that is none is not lost silently");
    assert_eq!(placed("30.9,121.45"), StatusCode::SEE_OTHER);
    assert!(t.with(&at("/places"), &cookie).text.contains("老家"));
    let version = hidden(&t.with(&at("/looks"), &cookie), "version");
    let tall = t.say(&at("/looks"), &[("version", &version), ("height", "很高")], Some(&cookie));
    assert!(tall.status == StatusCode::UNPROCESSABLE_ENTITY && tall.text.contains("很高"));
    let looks = [("version", version.as_str()), ("height", "１５５"), ("build", "thin"), ("marks", "左手有疤，戴眼镜")];
    assert_eq!(t.say(&at("/looks"), &looks, Some(&cookie)).status, StatusCode::SEE_OTHER);
    // Contacts: herself is there; a neighbour comes, goes up, and goes.
    let state = hidden(&t.with(&at("/contacts/new"), &cookie), "state");
    let neighbour =
        [("state", state.as_str()), ("name", "周邻居"), ("relation", "邻居"), ("phone", "12"), ("lang", "zh-CN")];
    let wrong = t.say(&at("/contacts/new"), &neighbour, Some(&cookie));
    assert!(
        wrong.status == StatusCode::UNPROCESSABLE_ENTITY
            && wrong.text.contains("周邻居")
            && wrong.text.contains("href=\"#phone\"")
    );
    let right = neighbour.map(|(n, v)| (n, if n == "phone" { "021-0555 0188" } else { v }));
    assert_eq!(t.say(&at("/contacts/new"), &right, Some(&cookie)).status, StatusCode::SEE_OTHER);
    assert_eq!(
        t.say(&at("/contacts/new"), &right, Some(&cookie)).status,
        StatusCode::CONFLICT,
        "sent twice, added once"
    );
    let list = t.with(&at("/contacts"), &cookie);
    assert!(list.text.contains("周邻居") && list.text.contains("0188"));
    // Hours.
    let version = hidden(&t.with(&at("/hours"), &cookie), "version");
    let slot = [
        ("version", version.as_str()),
        ("do", "slot-add"),
        ("days", "0"),
        ("days", "1"),
        ("from", "07:30"),
        ("to", "18:30"),
        ("who", "alone"),
    ];
    assert_eq!(t.say(&at("/hours"), &slot, Some(&cookie)).status, StatusCode::SEE_OTHER);
    assert!(t.with(&at("/hours"), &cookie).text.contains("07:30–18:30"));
    assert_eq!(t.say(&at("/hours"), &slot, Some(&cookie)).status, StatusCode::CONFLICT);
    // It is told, and stands in who looked.
    assert!(t.count("SELECT COUNT(*) AS n FROM job WHERE kind = 'care.changed'") >= 4);
    assert!(t.open(&format!("/p/{code}")).text.contains("凭查询码"));
}
