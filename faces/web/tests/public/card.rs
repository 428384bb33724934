//! The page of a care card: what a stranger reads, what wrong codes get, who is alarmed by whom, and the thread.

use crate::site::{Reply, Site, encode};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use care::app::cards::{self, Made};
use care::app::consents::{self, NewConsent};
use care::app::plan::{self, WritePlan};
use care::app::{contacts, threads};
use care::model::{Consented, Inner, NewContact, Whom};
use kernel::ids::{AccountId, MatterId, PersonId};
use kernel::{Lang, Purpose, Role};
use people::app::consents::{Answer, By, Way};
use people::app::links::{self, Proof};
use people::app::persons::{self, For};
use people::model::Place;
use people::model::person::{Contact, GuardianName, Identity, NewGuardian, NewPerson};
use people::policy::MatterFacts;
use store::Cx;

const PHONE: &str = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36";
/// Of the card's post, and of the district.
const DESK: &str = "021-0571 0222";
const DISTRICT: &str = "021-0571 0110";
const SECRETS: &[&str] = &[
    "王桂芳",
    "李敏",
    "王强",
    "青禾里3号",
    "02105550101",
    "0555 0102",
    "02105550102",
    "02105550103",
    "失智",
    "limin@",
];

pub(crate) struct Carded {
    pub(crate) site: Site,
    pub(crate) elder: PersonId,
    officer: AccountId,
    made: Made,
    spare: Made,
}

impl Carded {
    pub(crate) fn new() -> Self {
        let site = Site::new();
        let area = site.community;
        let officer = site
            .world
            .staff(Role::CommunityOfficer, Place { area: Some(area), ..Place::default() }, "zhou", "周警官")
            .0;
        let new = NewPerson {
            area,
            identity: Identity { name: "王桂芳".into(), sex: "f".into(), birth_year: Some(1941), id_number: None },
            contact: Contact {
                phone: Some("021-0555 0101".into()),
                address: Some("青禾里3号".into()),
                language: Some("本地话".into()),
            },
            guardians: vec![NewGuardian {
                who: GuardianName { name: "李敏".into(), relation: "女儿".into() },
                phone: Some("021-0555 0102".into()),
            }],
        };
        let elder = site.world.act(move |cx| {
            let ground = care::Ground(places::snapshot(cx)?);
            Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
        });
        let post = site.world.look(places::snapshot).posts()[0].id;
        let mut made = site.world.act(move |cx| cards::make(cx, post, 2));
        let (spare, made) = (made.remove(1), made.remove(0));
        let this = Self { site, elder, officer, made, spare };
        let code = this.made.code.clone();
        this.working(move |cx, why| {
            cards::issue(cx, elder, why, &code)?;
            let guardian = persons::spoken_for(cx, elder)?[0].id;
            let whom = [
                Whom::Guardian(guardian),
                Whom::Other { name: "王强".into(), relation: "侄子".into(), phone: Some("021-0555 0103".into()) },
            ];
            for whom in whom {
                let new = NewContact {
                    whom,
                    mail: Some("limin@example.net".into()),
                    lang: Lang::ZhCn,
                    may_collect: true,
                    barred: false,
                };
                contacts::add(cx, elder, why, &new)?;
            }
            let inner =
                Inner {
                    approach: "请慢慢说话。".into(), habits: "有失智，清早去老菜场".into(), ..Inner::default()
                };
            plan::write(cx, elder, why, 0, &WritePlan { inner: Some(inner), outer: None })
        });
        this
    }

    pub(crate) fn facts(&self) -> MatterFacts {
        MatterFacts {
            id: MatterId(uuid::Uuid::from_u128(0x77)),
            areas: vec![self.site.community],
            posts: vec![],
            orgs: vec![],
            owner_seat: None,
            owner: self.officer,
            handlers: vec![],
            about_accounts: vec![],
            about_orgs: vec![],
            open: true,
        }
    }

    pub(crate) fn working<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>, &For) -> care::Result<T> + Send + 'static,
    ) -> T {
        let matter = MatterId(uuid::Uuid::from_u128(0x77));
        let why = For::Matter(Box::new(self.facts()));
        let who = self.site.world.who(self.officer, Purpose::Matter(matter));
        self.site.world.act_as(who, move |cx| f(cx, &why)).unwrap()
    }

    fn agree_to_approach(&self) {
        self.answer(Consented::Approach, Answer::Given);
    }
    fn answer(&self, what: Consented, answer: Answer) {
        let (elder, review_on) = (self.elder, self.site.world.house.rt.now().plus_days(300));
        self.working(move |cx, why| {
            let new = NewConsent {
                what,
                answer,
                by: By::Subject,
                guardian: None,
                way: Way::Paper,
                witness: "陈主任".into(),
                review_on,
                // After a no only whoever comes by themselves is asked again.
                by_themselves: true,
            };
            consents::record(cx, elder, why, &new)
        });
    }

    pub(crate) fn token(&self) -> String {
        format!("/c/{}", self.made.token)
    }

    pub(crate) fn visit(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.site.send(request.body(Body::empty()).unwrap())
    }
    pub(crate) fn open(&self, path: &str) -> Reply {
        self.visit("GET", path, &[("user-agent", PHONE)])
    }
    pub(crate) fn say(&self, path: &str, fields: &[(&str, &str)], cookie: Option<&str>) -> Reply {
        let fields: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.site.send(request.body(Body::from(encode(&fields))).unwrap())
    }
    pub(crate) fn count(&self, sql: &'static str) -> i64 {
        self.site.world.look(move |cx| cx.query_one(sql, &[])?.i64("n"))
    }
    fn scans(&self) -> i64 {
        self.count("SELECT COUNT(*) AS n FROM care_scan")
    }
}

pub(crate) fn cookie_of(reply: &Reply) -> String {
    reply.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[test]
fn a_stranger_reads_how_to_help_and_nothing_of_anybody() {
    let t = Carded::new();
    for path in [t.token(), format!("/en{}", t.token()), format!("/c/{}", t.made.code), format!("/e{}", t.token())] {
        let page = t.open(&path);
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.text.contains(&format!("tel:{}", DESK.replace(['-', ' '], ""))), "{path}: the post's own desk");
        for secret in SECRETS {
            assert!(!page.text.contains(secret), "{path} tells {secret}");
        }
        assert!(!page.text.contains("慢慢说话。"), "how to approach was not agreed to");
        assert!(page.text.len() < 30_000, "{path} is {} bytes", page.text.len());
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(
            page.headers[header::REFERRER_POLICY],
            "same-origin",
            "else old telephones send forms without an origin"
        );
        assert!(page.text.contains("<form method=\"post\""));
    }
    t.agree_to_approach();
    assert!(t.open(&t.token()).text.contains("请慢慢说话。"));
}

/// Of every combination of the two answers about the photo, only one shows it, and the bytes of no other page hold it.
#[test]
fn a_photo_is_on_the_page_only_by_the_answer_for_strangers() {
    let t = Carded::new();
    let photo = format!("{}/photo", t.token());
    let seen = |t: &Carded| {
        let (page, picture) = (t.open(&t.token()), t.open(&photo));
        let shows = page.text.contains("<img") || page.text.contains("/photo") || page.text.contains("data:image");
        assert_eq!(picture.status == StatusCode::OK, shows, "the page and the picture agree");
        assert!(picture.headers[header::CACHE_CONTROL].to_str().unwrap().contains("no-store"), "kept nowhere");
        shows
    };
    assert!(!seen(&t), "nobody agreed to anything");
    t.answer(Consented::Photo, Answer::Given);
    let elder = t.elder;
    t.working(move |cx, why| {
        let picture = care::app::photo::Picture { jpeg: vec![0xff; 400], width: 20, height: 20 };
        care::app::photo::put(cx, elder, why, &picture)
    });
    assert!(!seen(&t), "kept for those who search, not for strangers");
    t.answer(Consented::PhotoCard, Answer::Given);
    assert!(seen(&t));
    let withdraw = |what| t.working(move |cx, why| consents::withdraw(cx, elder, why, what, By::Subject, Way::Paper));
    withdraw(Consented::PhotoCard);
    assert!(!seen(&t), "withdrawn: at the next opening");
    t.answer(Consented::PhotoCard, Answer::Given);
    assert!(seen(&t));
    withdraw(Consented::Photo);
    assert!(!seen(&t));
    t.answer(Consented::Photo, Answer::Given);
    assert!(!seen(&t), "what was destroyed does not come back with a new yes");
}

#[test]
fn the_page_speaks_the_language_of_the_telephone_until_a_reader_chooses() {
    let t = Carded::new();
    let lang =
        |path: &str, asked: &str| t.visit("GET", path, &[("accept-language", asked), ("user-agent", PHONE)]).text;
    assert!(lang(&t.token(), "en-GB,en;q=0.9").contains("<html lang=\"en\""));
    assert!(lang(&t.token(), "zh-CN,zh;q=0.9,en;q=0.8").contains("<html lang=\"zh-CN\""));
    assert!(lang(&t.token(), "fr").contains("<html lang=\"zh-CN\""));
    assert!(lang(&format!("{}?lang=zh-CN", t.token()), "en").contains("<html lang=\"zh-CN\""));
}

#[test]
fn unknown_malformed_and_retired_are_one_page_and_a_right_card_always_opens() {
    let t = Carded::new();
    let (elder, spare) = (t.elder, t.spare.code.clone());
    t.working(move |cx, why| {
        let old = cards::of(cx, elder, why)?[0].id;
        cards::replace(cx, elder, why, old, &spare)
    });
    let first = t.open("/c/00000000000000000000");
    assert_eq!(first.status, StatusCode::NOT_FOUND);
    assert!(first.text.contains(DISTRICT));
    assert!(!first.text.contains(DESK), "a retired card does not even say which post it was");
    for path in
        ["/c/zzz", "/c/%E8%80%81%E4%BA%BA", "/c/' OR 1=1", &t.token(), &format!("/c/{}", t.made.code), "/c/0000-0000"]
    {
        let page = t.open(&path.replace(' ', "%20"));
        assert_eq!((page.status, page.text == first.text), (StatusCode::NOT_FOUND, true), "{path}");
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    }
    let typed = t.say("/c", &[("code", &t.made.code)], None);
    assert_eq!((typed.status, typed.text == first.text), (StatusCode::NOT_FOUND, true));
    // Guessing on: 429 with the same number on the same page, and the right card still opens.
    let mut limited = t.open("/c/00000000000000000001");
    for _ in 0..12 {
        limited = t.open("/c/00000000000000000001");
    }
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(limited.headers.contains_key(header::RETRY_AFTER) && limited.text == first.text);
    assert_eq!(t.open(&format!("/c/{}", t.spare.token)).status, StatusCode::OK);
    let typed = t.say("/c", &[("code", &format!(" {} ", t.spare.code.to_lowercase()))], None);
    assert_eq!((typed.status, typed.location()), (StatusCode::SEE_OTHER, format!("/c/{}", t.spare.code).as_str()));
    for path in ["say", "end"] {
        let wrong = t.say(&format!("{}/{path}", t.token()), &[("text", "x")], None);
        assert_eq!(wrong.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
    }
}

#[test]
fn the_post_hears_of_an_old_card_and_the_family_does_not() {
    let t = Carded::new();
    let elder = t.elder;
    t.working(move |cx, why| {
        let card = cards::of(cx, elder, why)?[0].id;
        cards::lose(cx, elder, why, card)
    });
    assert_eq!(t.open(&t.token()).status, StatusCode::NOT_FOUND);
    // It is written down behind the answer.
    let jobs = || t.count("SELECT COUNT(*) AS n FROM job WHERE kind = 'care.old_card'");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while jobs() == 0 && std::time::Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert_eq!(jobs(), 1);
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM job WHERE kind = 'care.scanned'"), 0);
}

#[test]
fn previews_and_mail_scanners_alarm_nobody() {
    let t = Carded::new();
    let ahead: [(&str, &[(&str, &str)]); 6] = [
        ("HEAD", &[("user-agent", PHONE)]),
        ("GET", &[("user-agent", PHONE), ("purpose", "prefetch")]),
        ("GET", &[("user-agent", PHONE), ("sec-purpose", "prefetch;prerender")]),
        ("GET", &[("user-agent", "facebookexternalhit/1.1")]),
        ("GET", &[("user-agent", "Mozilla/5.0 (compatible; Barracuda Link Protect)")]),
        ("GET", &[("user-agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")]),
    ];
    for (method, headers) in ahead {
        assert_eq!(t.visit(method, &t.token(), headers).status, StatusCode::OK, "{headers:?}");
        assert_eq!(t.scans(), 0, "{method} {headers:?}");
    }
    t.open(&t.token());
    assert_eq!(t.scans(), 1);
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM job WHERE kind = 'care.scanned'"), 1);
    t.open(&t.token());
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM job WHERE kind = 'care.scanned'"), 1, "once in ten minutes");
}

#[test]
fn finder_and_family_write_without_seeing_each_other() {
    let t = Carded::new();
    let form = t.open(&t.token());
    assert!(form.text.contains("name=\"lat\"") && form.text.contains("name=\"again\""));
    let say = format!("{}/say", t.token());
    let none = t.say(&say, &[("text", ""), ("again", "aaaaaaaa")], None);
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = "她在桥边 <b>x</b> http://evil.example/a";
    let sent = t.say(
        &say,
        &[("text", words), ("place", "老街桥头"), ("lat", "30.9"), ("lon", "121.45"), ("again", "aaaaaaaa")],
        None,
    );
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let cookie = cookie_of(&sent);
    assert!(!sent.location().contains(cookie.split('=').nth(1).unwrap()), "the secret is in no address");
    let talk = |cookie: &str| t.visit("GET", sent.location(), &[("cookie", cookie)]);
    let seen = talk(&cookie);
    assert!(seen.text.contains("老街桥头") && seen.text.contains("&#60;b&#62;"), "{}", seen.text);
    assert!(!seen.text.contains("href=\"http://evil"), "what looks like a link stays text");
    assert_eq!(talk("finder=0000000000000000000000000000000000000000").status, StatusCode::SEE_OTHER, "nobody else's");
    // The family answers on its own page.
    let elder = t.elder;
    let letter = t.working(move |cx, why| {
        let guardian = persons::spoken_for(cx, elder)?[0].id;
        Ok(links::issue(cx, elder, why, Some(guardian), Proof::IdCard)?)
    });
    let own = format!("/p/{}/card", letter.code);
    let page = t.site.get(&own);
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("桥边") && page.text.contains("30.90000"));
    assert!(!page.text.contains("href=\"http://evil"));
    assert!(page.text.contains("不要打开留言里的网址"), "the family is warned");
    let action =
        page.text.split("action=\"").find(|a| a.starts_with(&own)).unwrap().split('"').next().unwrap().to_owned();
    let done = t.say(&action, &[("text", "我马上来"), ("again", "bbbbbbbb"), ("do", "answer")], None);
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let seen = talk(&cookie);
    assert!(seen.text.contains("我马上来"));
    for secret in SECRETS {
        assert!(!seen.text.contains(secret), "the thread tells {secret}");
    }
    // Another family's letter does not open it.
    let thread = action.rsplit('/').next().unwrap().to_owned();
    let other = t.say(&format!("/p/0000-0000-0000-0000/card/{thread}"), &[("text", "x")], None);
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    // The finder ends it; nobody writes any more.
    let ended = t.say(&format!("{}/end", t.token()), &[("do", "report")], Some(&cookie));
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    let late = t.say(&action, &[("text", "喂"), ("again", "cccccccc"), ("do", "answer")], None);
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM job WHERE kind = 'care.look'"), 1);
    t.site.world.act(move |cx| threads::close_home(cx, elder));
}

#[test]
fn forms_of_other_sites_are_refused() {
    let t = Carded::new();
    let request = Request::post(format!("{}/say", t.token()))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("text=x"))
        .unwrap();
    assert_eq!(t.site.send(request).status, StatusCode::BAD_REQUEST);
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM care_thread"), 0);
}

#[test]
fn the_family_says_on_its_own_page_that_she_is_missing_and_need_not_say_who() {
    let t = Carded::new();
    let elder = t.elder;
    let letter = t.working(move |cx, why| {
        let guardian = persons::spoken_for(cx, elder)?[0].id;
        Ok(links::issue(cx, elder, why, Some(guardian), Proof::IdCard)?)
    });
    let path = format!("/p/{}/missing", letter.code);
    assert!(t.site.get(&format!("/p/{}", letter.code)).text.contains(&format!("href=\"{path}\"")));
    let form = t.site.get(&path);
    for secret in SECRETS {
        assert!(!form.text.contains(secret), "{secret} in {}", form.text);
    }
    let area = t.site.community.to_string();
    let answers = [("address", "桥边"), ("area", area.as_str()), ("words", "红围巾"), ("phone", "021-0555 0102")];
    let sent = t.site.next(&form, &answers);
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let person = t.site.world.look(|cx| {
        let sql = "SELECT person_id FROM lost_case";
        cx.query_one(sql, &[])?.id::<PersonId>("person_id")
    });
    assert_eq!(person, elder, "the post knows whom the family misses");
    let again = t.site.next(&t.site.get(&path), &answers);
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.text.contains("已经有人报过"), "{}", again.text);
    for wrong in ["/p/ZZZZ-ZZZZ-ZZZZ-ZZZ0/missing", "/p/x/missing"] {
        assert_eq!(t.site.get(wrong).status, StatusCode::NOT_FOUND);
        assert_eq!(t.site.post(wrong, "words=1").status, StatusCode::NOT_FOUND);
    }
}
