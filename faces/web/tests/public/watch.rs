//! A neighbour looks out: named on the family's page, agrees and presses on a telephone without script, and reads what became of it.

use crate::card::Carded;
use crate::plan::hidden;
use axum::http::StatusCode;
use care::app::watch;
use care::model::watch::Step;
use kernel::{Purpose, Role};
use people::model::Place;

/// The code on a slip, as it stands in its address.
fn code_on(text: &str) -> String {
    let at = text.find("/w/").unwrap_or_else(|| panic!("no link: {text}"));
    text[at + 3..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

#[test]
fn from_the_family_s_page_to_the_answer() {
    let t = Carded::new();
    let letter = t.letter(true);
    let own = format!("/p/{letter}/watch");
    assert!(t.open(&own).text.contains("name=\"digits\""), "behind the door");
    let cookie = t.comes_in(&letter);
    let page = t.with(&own, &cookie);
    let key = hidden(&page, "key");
    let wrong = t.say(&own, &[("key", &key), ("name", "赵阿姨"), ("phone", "12"), ("do", "name")], Some(&cookie));
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("value=\"赵阿姨\"") && wrong.text.contains("id=\"phone-error\""), "nothing is lost");
    let form: &[(&str, &str)] =
        &[("key", &key), ("name", "赵阿姨"), ("phone", "138 0555 0199"), ("called", "楼上王阿姨"), ("do", "name")];
    let slip = t.say(&own, form, Some(&cookie));
    assert_eq!(slip.status, StatusCode::OK, "{}", slip.text);
    let again = t.say(&own, form, Some(&cookie));
    let code = code_on(&again.text);
    assert_ne!(code, code_on(&slip.text), "sent twice names one, and the newer link counts");
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM care_neighbour"), 1);

    let at = format!("/w/{code}");
    for look in ["", "/en", "/e"] {
        let asked = t.open(&format!("{look}{at}"));
        assert_eq!(asked.status, StatusCode::OK);
        assert!(asked.text.contains("value=\"agree\"") && !asked.text.contains("value=\"worry\""));
        for secret in ["王桂芳", "李敏", "0555", "赵阿姨", "青禾里"] {
            assert!(!asked.text.contains(secret), "{look} tells {secret}");
        }
    }
    assert_eq!(t.say(&at, &[("do", "agree")], None).status, StatusCode::SEE_OTHER);
    let ready = t.open(&at);
    let read = hidden(&ready, "read");
    for _ in 0..2 {
        assert_eq!(t.say(&at, &[("do", "worry"), ("read", &read)], None).status, StatusCode::SEE_OTHER);
    }
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM care_worry"), 1, "pressed twice is one");
    let waits = t.open(&at);
    assert!(waits.text.contains("居委会知道了") && !waits.text.contains("value=\"worry\""), "{}", waits.text);

    let here = Place { area: Some(t.site.community), ..Place::default() };
    let committee = t.site.world.staff(Role::CommitteeWorker, here, "chen", "陈主任").0;
    let who = || t.site.world.who(committee, Purpose::Administration);
    let id = t.site.world.act_as(who(), |cx| Ok::<_, care::Error>(watch::list(cx)?[0].id)).unwrap();
    let done = t.site.world.act_as(who(), move |cx| {
        let o = watch::open(cx, id)?;
        watch::step(cx, id, o.version, Step::Well)
    });
    done.unwrap();
    let after = t.open(&at);
    assert!(after.text.contains("回了电话：一切都好") && after.text.contains("value=\"worry\""));
    let stale = t.say(&at, &[("do", "worry"), ("read", &read)], None);
    assert!(stale.text.contains("刚刚有了结果"), "a page older than the answer presses nothing");
    let seen = t.with(&own, &cookie);
    assert!(seen.text.contains("赵阿姨不放心") && seen.text.contains("一切都好"));
    let neighbour = hidden(&seen, "neighbour");
    let ended = t.say(&own, &[("do", "end"), ("neighbour", &neighbour)], Some(&cookie));
    assert!(ended.text.contains("不再留心") && !ended.text.contains("138 0555 0199"));
    assert_eq!(t.open(&at).status, StatusCode::NOT_FOUND);
    assert_eq!(t.open("/w/AAAA-BBBB-CCCC-DDDD").status, StatusCode::NOT_FOUND);
}
