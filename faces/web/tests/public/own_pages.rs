//! Help team and company on the own page: behind the door, without script, by the elder and the family; a form sent twice counts once, one
//! that is too old says so.

use crate::card::Carded;
use crate::plan::hidden;
use axum::http::StatusCode;
use care::app::company::{self, NewActivity};
use care::app::visits;
use care::model::company::ActivityKind;
use kernel::Purpose;

#[test]
fn a_team_is_agreed_to_and_left_on_the_own_page() {
    let t = Carded::new();
    let letter = t.letter(true);
    let here = format!("/p/{letter}/team");
    assert!(t.open(&here).text.contains("name=\"digits\""), "behind the door");
    assert_eq!(t.say(&here, &[("do", "agree"), ("version", "0")], None).status, StatusCode::FORBIDDEN);
    let cookie = t.comes_in(&letter);
    for look in ["", "/en", "/e"] {
        let page = t.with(&format!("{look}{here}"), &cookie);
        assert_eq!(page.status, StatusCode::OK, "{look}");
        assert!(page.text.contains("value=\"agree\"") && !page.text.contains("value=\"leave\""), "{}", page.text);
    }
    for _ in 0..2 {
        let done = t.say(&here, &[("do", "agree"), ("version", "0"), ("own_language", "1")], Some(&cookie));
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    }
    let waits = t.with(&here, &cookie).text;
    assert!(waits.contains("正在为您安排") && waits.contains("value=\"leave\""), "{waits}");
    let stale = t.say(&here, &[("do", "agree"), ("version", "0")], Some(&cookie));
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.text.contains("情况变过了"), "{}", stale.text);
    for _ in 0..2 {
        let left = t.say(&here, &[("do", "leave")], Some(&cookie));
        assert!(left.status == StatusCode::OK && left.text.contains("别的服务一样都不会少"), "{}", left.text);
    }
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM care_team_person"), 0);
}

#[test]
fn invitations_and_calls_are_answered_on_the_own_page() {
    let t = Carded::new();
    let letter = t.letter(true);
    let here = format!("/p/{letter}/company");
    assert!(t.open(&here).text.contains("name=\"digits\""), "behind the door: it says when somebody is out");
    let cookie = t.comes_in(&letter);
    assert!(t.open(&format!("/p/{letter}")).text.contains(&format!("href=\"{here}\"")));
    let (area, on) = (t.site.community, visits::day_of(t.site.world.house.rt.now().plus_days(3)));
    let new = NewActivity {
        key: "k".into(),
        area,
        kind: ActivityKind::PhoneLesson,
        title: "手机课：视频通话".into(),
        place: "活动室".into(),
        on: Some(on),
        begins: care::model::company::time_of("14:00"),
        capacity: 9,
    };
    let id = t.site.world.act(move |cx| company::make(cx, &new));
    let before = t.with(&here, &cookie).text;
    assert!(!before.contains("手机课：视频通话") && before.contains("还没有说要收到邀请"), "{before}");
    let version = hidden(&t.with(&here, &cookie), "version");
    let form: &[(&str, &str)] =
        &[("do", "wishes"), ("version", &version), ("calls", "1"), ("activities", "1"), ("day", "2"), ("part", "m")];
    for _ in 0..2 {
        let saved = t.say(&here, form, Some(&cookie));
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    }
    let page = t.with(&here, &cookie).text;
    assert!(page.contains("手机课：视频通话") && page.contains("说好的时间：星期二上午"), "{page}");
    let stale =
        t.say(&here, &[("do", "wishes"), ("version", "0"), ("calls", "1"), ("day", "5"), ("part", "e")], Some(&cookie));
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        stale.text.contains("情况变过了") && stale.text.contains("value=\"5\" selected"),
        "what was chosen is kept"
    );
    let activity = id.to_string();
    for (what, says) in [("come", "您说来"), ("come", "您说来"), ("stay", "您说不来")] {
        let said = t.say(&here, &[("do", what), ("activity", &activity)], Some(&cookie));
        assert!(said.status == StatusCode::OK && said.text.contains(says), "{}", said.text);
    }
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM care_invitation"), 1);
    let nowhere = t.say(&here, &[("do", "come"), ("activity", "x")], Some(&cookie));
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    // Nobody answers in the name of somebody else.
    let who = t.site.world.who(t.site.head, Purpose::Administration);
    let of = people::app::links::Holder {
        link: uuid::Uuid::nil(),
        person: t.elder,
        guardian: None,
        until: t.site.world.house.rt.now(),
    };
    assert!(t.site.world.act_as(who, move |cx| company::own_reply(cx, of, id, true)).is_err());
}
