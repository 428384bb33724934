//! A lost elder over HTTP, without a script and without an account: who found one, who misses one, and the family of one.

use crate::site::{Form, Reply, Site, encode};
use axum::http::{StatusCode, header};
use care::app::contacts;
use care::model::{NewContact, Whom};
use kernel::ids::{CaseId, ContactId, PersonId};
use kernel::{Lang, Purpose};
use lost::app::{self, Reached};
use lost::model::{How, State};
use people::app::persons::{self, For};
use people::model::person::{Contact, Identity, NewPerson};
use store::{Cx, Who};

const DISTRICT: &str = "tel:02105710110";
const POST: &str = "021-0571 0222";
/// What nobody but the desk reads.
const SECRETS: [&str; 8] = ["老街口", "蓝上衣", "0555", "王桂芳", "李敏", "王强", "桂花里 3 号", "limin"];

fn holds_nothing_of_anybody(reply: &Reply) {
    for secret in SECRETS {
        assert!(!reply.text.contains(secret), "{secret} on {}", reply.text);
    }
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
}

/// Fills the form of somebody who found an elder in the neighbourhood, and sends it.
fn report(site: &Site, form: &Reply) -> Reply {
    let area = site.community.to_string();
    let typed = [
        ("address", "老街口，药店门前"),
        ("area", area.as_str()),
        ("words", "蓝上衣，拄拐杖，说本地话"),
        ("stays", "yes"),
        ("phone", "021-0555 0111"),
    ];
    site.next(form, &typed)
}

/// The code of a receipt's address.
fn code(location: &str) -> String {
    location.split('/').skip_while(|part| *part != "found").nth(1).unwrap().to_owned()
}

fn case(site: &Site, code: &str) -> CaseId {
    let code = code.to_owned();
    site.world.act_as(site.world.public(), move |cx| app::find_by_code(cx, &code)).unwrap().case
}

/// A step of the head of the post, with the version that is there now.
fn step<T: Send + 'static>(
    site: &Site,
    case: CaseId,
    f: impl FnOnce(&mut Cx<'_>, i64) -> lost::Result<T> + Send + 'static,
) -> T {
    let who = site.world.who(site.head, Purpose::Case(case));
    let done = site.world.act_as(who, move |cx| {
        let seen = app::load(cx, case)?.version;
        f(cx, seen)
    });
    done.unwrap_or_else(|e| panic!("{e:?}"))
}

fn keep(site: &Site, case: CaseId) {
    step(site, case, move |cx, v| {
        let post = places::snapshot(cx)?.running_post("P001").unwrap().id;
        app::keep(cx, case, v, post, "")
    });
}

#[test]
fn who_finds_an_elder_says_it_in_four_answers_and_sees_what_became_of_it() {
    let site = Site::new();
    for path in ["/found", "/en/found", "/e/found", "/missing", "/en/missing", "/e/missing"] {
        let page = site.get(path);
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let main = &page.text[page.text.find("<main").unwrap()..];
        assert!(
            main.find(DISTRICT).unwrap() < main.find("name=\"words\"").unwrap(),
            "{path}: the number to call comes first"
        );
    }
    let home = site.get("/").text;
    assert!(home.contains("href=\"/found\"") && home.contains("href=\"/missing\"") && home.contains("走失老人"));
    assert!(site.get("/en").text.contains("href=\"/en/found\""));

    let empty = site.next(&site.get("/found"), &[("phone", "1")]);
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for id in ["#address", "#words", "#phone"] {
        assert!(empty.text.contains(&format!("href=\"{id}\"")), "{id} in {}", empty.text);
    }
    let form = site.get("/found");
    let sent = report(&site, &form);
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let again = report(&site, &form);
    assert_eq!(again.location(), sent.location(), "a double click is one case");
    let receipt = site.get(sent.location());
    let code = code(sent.location());
    assert!(receipt.text.contains("ZS-") && receipt.text.contains(&code), "{}", receipt.text);
    holds_nothing_of_anybody(&receipt);
    let page = site.get(&format!("/found/{}", code.to_lowercase()));
    assert!(page.text.contains("已收到"), "{}", page.text);
    holds_nothing_of_anybody(&page);
    let typed = site.post("/t", &format!("code={code}"));
    assert_eq!(typed.location(), format!("/found/{code}"), "the page for codes knows it too");
    assert_eq!(site.post("/t", "code=ZS-2026-00001").status, StatusCode::UNPROCESSABLE_ENTITY, "a number is no code");

    // The post takes it over and writes; the finder writes back; at the end they are thanked.
    let id = case(&site, &code);
    step(&site, id, move |cx, v| app::take(cx, id, v));
    step(&site, id, move |cx, v| app::tell_finder(cx, id, v, "请陪她一会儿 <b>"));
    keep(&site, id);
    assert_eq!(site.next(&page, &[("text", " ")]).status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.next(&page, &[("text", "她说要去菜场")]).status, StatusCode::SEE_OTHER);
    let page = site.get(&format!("/en/found/{code}"));
    for words in ["at the post", "请陪她一会儿 &#60;b&#62;", "她说要去菜场", POST] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    // Where they are now: looked up without a script first, then sent with the words.
    let form = Form::of(&page.text);
    let mut asked = form.filled(&[("text", "还在"), ("place", "桂花里")]);
    asked.push(("go".into(), "find".into()));
    let looked = site.post(&form.action, &encode(&asked));
    assert_eq!(looked.status, StatusCode::OK);
    assert!(looked.text.contains("还在</textarea>") && looked.text.contains("value=\"桂花里\""), "{}", looked.text);
    assert!(looked.text.contains("name=\"spot\""), "{}", looked.text);
    let before = step(&site, id, move |cx, _| app::view(cx, id)).timeline.len();
    let said = [("text", "还在"), ("place", "桂花里"), ("spot", "30.9,121.45")];
    assert_eq!(site.next(&looked, &said).status, StatusCode::SEE_OTHER);
    let seen = step(&site, id, move |cx, _| app::view(cx, id)).timeline;
    let last = seen.iter().rev().find(|e| e.place.is_some()).unwrap();
    assert_eq!((seen.len(), last.words.as_deref()), (before + 1, Some("桂花里: 还在")));
    step(&site, id, move |cx, v| app::answer(cx, id, v, "已经平安到家，谢谢您。", Reached::Page));
    assert!(site.get(&format!("/found/{code}")).text.contains("已经平安到家，谢谢您。"));
}

#[test]
fn who_misses_an_elder_leaves_a_number_and_is_taken_at_once() {
    let site = Site::new();
    let typed = [("address", "桂花里东门"), ("words", "红围巾"), ("seen", "昨天")];
    let wrong = site.next(&site.get("/en/missing"), &typed);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["href=\"#phone\"", "href=\"#seen\"", "红围巾"] {
        assert!(wrong.text.contains(words), "{words}: what was typed stays: {}", wrong.text);
    }
    let area = site.community.to_string();
    let typed = [("address", "桂花里东门"), ("area", area.as_str()), ("words", "红围巾"), ("phone", "021-0555 0111")];
    let sent = site.next(&wrong, &typed);
    assert!(sent.location().starts_with("/en/found/"), "{}", sent.text);
    let code = code(sent.location());
    let page = site.get(&format!("/en/found/{code}"));
    assert!(page.text.contains("Your missing elder"), "{}", page.text);
    holds_nothing_of_anybody(&page);
    let id = case(&site, &code);
    assert_eq!(step(&site, id, move |cx, _| app::view(cx, id)).row.state, State::Missing);
    // Outside the district nothing is taken by a pin alone.
    let form = site.get("/missing");
    let fields = crate::site::Form::of(&form.text);
    let mut body: Vec<(String, String)> = fields.hidden.into_iter().filter(|(n, _)| n != "lat" && n != "lon").collect();
    for (name, value) in [("lat", "31.9"), ("lon", "121.5"), ("words", "红围巾"), ("phone", "021-0555 0111")] {
        body.push((name.to_owned(), value.to_owned()));
    }
    assert_eq!(site.post("/missing", &crate::site::encode(&body)).status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// A family's report and a finder's are about one elder: the family reads on its own page how it stands in the case that goes on.
#[test]
fn a_report_that_was_joined_shows_how_it_stands_in_the_other() {
    let site = Site::new();
    let area = site.community.to_string();
    let typed = [("address", "桂花里东门"), ("area", area.as_str()), ("words", "红围巾"), ("phone", "021-0555 0111")];
    let family = code(site.next(&site.get("/missing"), &typed).location());
    let finder = code(report(&site, &site.get("/found")).location());
    let (missed, found) = (case(&site, &family), case(&site, &finder));
    step(&site, found, move |cx, v| {
        let other = app::load(cx, missed)?.version;
        app::same(cx, found, v, missed, other)
    });
    keep(&site, found);
    let page = site.get(&format!("/found/{family}"));
    for words in ["老人在站里，有人照看", "ZS-2026-00001", "已经并到 ZS-2026-00002 里接着办", POST] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    assert!(!page.text.contains("<textarea"), "nobody reads there any more");
    holds_nothing_of_anybody(&page);
    let page = site.get(&format!("/found/{finder}"));
    assert!(page.text.contains("老人在站里，有人照看") && !page.text.contains("ZS-2026-00001"), "{}", page.text);
}

#[test]
fn wrong_codes_and_links_get_one_page_and_too_many_of_them_none() {
    let site = Site::new();
    let first = site.get("/t/ZZZZ-ZZZZ-ZZZ0");
    let same =
        ["/found/ZZZZ-ZZZZ-ZZZ0", "/found/x", "/found/ZZZZ-ZZZZ-ZZZ0/receipt", "/k/x", "/k/ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZ0"];
    let main =
        |reply: &Reply| reply.text[reply.text.find("<main").unwrap()..reply.text.find("</main>").unwrap()].to_owned();
    for path in same {
        let reply = site.get(path);
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(main(&reply), main(&first), "{path}");
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    }
    assert_eq!(site.post("/k/x/say", "text=1").status, StatusCode::NOT_FOUND);
    assert_eq!(site.post("/found/x/say", "text=1").status, StatusCode::NOT_FOUND);
    let many: Vec<_> = (0..20).map(|_| site.get("/k/x").status).collect();
    assert!(many.contains(&StatusCode::TOO_MANY_REQUESTS), "{many:?}");
}

struct Family {
    site: Site,
    elder: PersonId,
    case: CaseId,
    daughter: ContactId,
}

impl Family {
    fn new() -> Self {
        let site = Site::new();
        let person = NewPerson {
            area: site.community,
            identity: Identity { name: "王桂芳".into(), sex: "f".into(), birth_year: Some(1941), id_number: None },
            contact: Contact { phone: None, address: Some("桂花里 3 号".into()), language: None },
            guardians: Vec::new(),
        };
        let elder = site.world.act(move |cx| persons::register_person(cx, &people::app::Flat, &person));
        let sent = report(&site, &site.get("/found"));
        let case = case(&site, &code(sent.location()));
        step(&site, case, move |cx, v| app::identified(cx, case, v, elder, How::Known));
        let daughter = step(&site, case, move |cx, _| {
            let why: For = app::in_the_name_of(cx, case, elder)?;
            Ok(contacts::add(cx, elder, &why, &relative(false))?)
        });
        Self { site, elder, case, daughter }
    }
    /// As the sender of messages makes it.
    fn link(&self) -> String {
        let (case, contact) = (self.case, self.daughter);
        let who = Who::system(self.site.world.house.district, people::policy::jobs::DELIVERY);
        let token = self.site.world.act_as(who, move |cx| app::family::new_link(cx, case, contact)).unwrap();
        format!("/k/{}", token.unwrap())
    }
}

fn relative(barred: bool) -> NewContact {
    NewContact {
        whom: Whom::Other { name: "李敏".into(), relation: "女儿".into(), phone: Some("021-0555 0102".into()) },
        mail: Some("limin@family.example".into()),
        lang: Lang::ZhCn,
        may_collect: !barred,
        barred,
    }
}

#[test]
fn the_family_sees_where_the_elder_is_and_says_when_it_comes() {
    let f = Family::new();
    let (site, case, link) = (&f.site, f.case, f.link());
    let page = site.get(&link);
    assert!(page.status == StatusCode::OK && page.text.contains("有人看到了老人"), "{}", page.text);
    holds_nothing_of_anybody(&page);
    assert!(!page.text.contains("青禾路 1 号"), "where she is kept only when she is");
    assert_eq!(page.headers["referrer-policy"], "same-origin", "no other site hears of the address");
    keep(site, case);
    step(site, case, move |cx, _| app::view(cx, case).map(drop));
    let page = site.get(&format!("/en{link}"));
    for words in ["at the post", "青禾警务站", "青禾路 1 号", POST, "季站"] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    holds_nothing_of_anybody(&page);

    assert_eq!(site.post(&format!("{link}/come"), "how=comes&at=").status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.post(&format!("{link}/come"), "how=comes&at=18%3A30").status, StatusCode::SEE_OTHER);
    assert!(site.get(&link).text.contains("您说过：") && site.get(&link).text.contains("18:30"));
    site.world.house.clock.advance_secs(60);
    assert_eq!(site.post(&format!("{link}/come"), "how=cannot&at=").status, StatusCode::SEE_OTHER);
    assert!(site.get(&link).text.contains("您说过：来不了"));
    assert_eq!(site.post(&format!("{link}/say"), "text=").status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = crate::site::escape("她七点要吃药");
    assert_eq!(site.post(&format!("{link}/say"), &format!("text={words}")).status, StatusCode::SEE_OTHER);
    let seen = step(site, case, move |cx, _| app::view(cx, case));
    assert!(seen.timeline.iter().any(|e| e.words.as_deref() == Some("她七点要吃药") && e.of == Some(f.daughter.0)));
    assert_eq!(seen.circle.unwrap().attempts.len(), 2);
}

#[test]
fn who_is_kept_away_holds_nothing_any_more() {
    let f = Family::new();
    let (site, elder, case, daughter, link) = (&f.site, f.elder, f.case, f.daughter, f.link());
    assert_eq!(site.get(&link).status, StatusCode::OK);
    step(site, case, move |cx, _| {
        let why: For = app::in_the_name_of(cx, case, elder)?;
        Ok(contacts::change(cx, elder, &why, daughter, &relative(true))?)
    });
    assert_eq!(site.get(&link).status, StatusCode::NOT_FOUND);
    assert_eq!(site.post(&format!("{link}/come"), "how=cannot").status, StatusCode::NOT_FOUND);
    assert_eq!(site.post(&format!("{link}/say"), "text=1").status, StatusCode::NOT_FOUND);
}

#[test]
fn a_link_ends_when_it_was_somebody_else() {
    let f = Family::new();
    let (site, case, link) = (&f.site, f.case, f.link());
    step(site, case, move |cx, v| app::unidentified(cx, case, v));
    assert_eq!(site.get(&link).status, StatusCode::NOT_FOUND);
}

#[test]
fn the_family_takes_an_appeal_back_with_its_link() {
    let f = Family::new();
    let (site, case, daughter) = (&f.site, f.case, f.daughter);
    step(site, case, move |cx, v| app::leave(cx, case, v, true, ""));
    let link = f.link();
    assert!(!site.get(&link).text.contains("马上撤下"), "there is none yet");
    let area = site.community;
    let new = lost::model::NewAppeal {
        text: lost::model::AppealText {
            sex: "f".into(),
            age_from: 80,
            clothing: "灰毛衣".into(),
            area: Some(area),
            seen_at: site.world.house.rt.now(),
            ..lost::model::AppealText::default()
        },
        hours: 24,
        consent: lost::model::AppealConsent {
            contact: Some(daughter),
            way: people::app::consents::Way::Phone,
            witness: "站长".into(),
            name: false,
        },
    };
    step(site, case, move |cx, v| app::appeal::publish(cx, case, v, &new));
    let everybody = site.get("/appeals");
    assert!(everybody.text.contains("灰毛衣"));
    holds_nothing_of_anybody(&everybody);
    assert!(site.get(&link).text.contains("马上撤下"));
    assert_eq!(site.post("/k/x/appeal", "").status, StatusCode::NOT_FOUND, "nobody without a link");
    assert!(site.get("/appeals").text.contains("灰毛衣"));
    assert_eq!(site.post(&format!("{link}/appeal"), "").status, StatusCode::SEE_OTHER);
    assert!(!site.get("/appeals").text.contains("灰毛衣"), "gone with the click");
    assert_eq!(site.post(&format!("{link}/appeal"), "").status, StatusCode::SEE_OTHER, "twice is fine");
}
