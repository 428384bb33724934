//! The family's page of visits: behind the door, when and why, how often they wish it, and the end of it.

use crate::card::Carded;
use axum::http::StatusCode;
use care::app::visits::{self, NewFact};
use care::model::visit::VisitKind;
use care::model::visit_plan::{FactKind, FactSource};
use kernel::Purpose;
use people::app::consents::By;

impl Carded {
    /// Somebody agreed to be visited, and lives alone.
    fn visited(&self) {
        let elder = self.elder;
        self.site.world.act(move |cx| visits::begin(cx, elder, By::Subject, VisitKind::Chat));
        let on = visits::day_of(self.site.world.house.rt.now());
        let fact = NewFact { kind: FactKind::Alone, source: FactSource::Family, on, until: None };
        self.site.world.act(move |cx| visits::state_fact(cx, elder, &fact));
    }
}

#[test]
fn the_family_reads_why_somebody_comes_and_says_how_often() {
    let t = Carded::new();
    t.visited();
    let code = t.letter(true);
    let here = format!("/p/{code}/visits");
    // A letter that was found tells nobody that somebody lives alone.
    for look in ["", "/en", "/e"] {
        let shut = t.open(&format!("{look}{here}"));
        assert!(shut.text.contains("name=\"digits\"") && !shut.text.contains("独居"), "{look}");
    }
    assert_eq!(t.say(&here, &[("often", "none")], None).status, StatusCode::FORBIDDEN);
    let cookie = t.comes_in(&code);
    for look in ["", "/en", "/e"] {
        assert_eq!(t.with(&format!("{look}{here}"), &cookie).status, StatusCode::OK, "{look}");
    }
    let page = t.with(&here, &cookie).text;
    assert!(page.contains("刚加入，先认识一下") && page.contains("独居") && page.contains("家人说的"), "{page}");
    let none = t.say(&here, &[("version", "1")], Some(&cookie));
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("请选一项"));
    // A daughter alone takes nobody's visits away: the elder is asked first, and the page says so (R7, N4).
    let version =
        |page: &str| page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let seen = version(&page);
    for _ in 0..2 {
        let said = t.say(&here, &[("version", &seen), ("often", "90")], Some(&cookie));
        assert_eq!((said.status, said.location()), (StatusCode::SEE_OTHER, format!("{here}?done=waits").as_str()));
    }
    let waits = t.with(&format!("{here}?done=waits"), &cookie).text;
    assert!(waits.contains("我们会先问老人本人") && waits.contains("已收到您的意思：至少隔 90 天"), "{waits}");
    assert!(waits.contains("刚加入，先认识一下"), "visits go on");
    assert!(t.with(&format!("/en{here}"), &cookie).text.contains("We call the elder first"));
    let stale = t.say(&here, &[("version", &seen), ("often", "180")], Some(&cookie));
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.text.contains("刚刚改过"));
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM job WHERE kind = 'care.visit_task'"), 1, "somebody calls");

    // The elder herself says it with her own letter: that holds at once.
    let own = t.letter_of(false, true);
    let (mine, cookie) = (format!("/p/{own}/visits"), t.comes_in_with(&own, "0101"));
    let seen = version(&t.with(&mine, &cookie).text);
    for _ in 0..2 {
        let said = t.say(&mine, &[("version", &seen), ("often", "90")], Some(&cookie));
        assert_eq!(said.location(), format!("{mine}?done=wish"), "{}", said.text);
    }
    let holds = t.with(&format!("{mine}?done=wish"), &cookie).text;
    assert!(holds.contains("按老人的意愿少去") && !holds.contains("已收到您的意思"), "{holds}");
    for _ in 0..2 {
        let end = t.say(&mine, &[("often", "none")], Some(&cookie));
        assert_eq!(end.status, StatusCode::SEE_OTHER, "{}", end.text);
    }
    assert!(t.with(&mine, &cookie).text.contains("现在没有人定期上门"));
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM job WHERE kind = 'care.visit_task'"), 2, "somebody calls");
    // Nobody does it in the name of somebody else.
    let (elder, officer) = (t.elder, t.site.head);
    let who = t.site.world.who(officer, Purpose::Administration);
    assert!(t.site.world.act_as(who, move |cx| visits::own_wish(cx, elder, None, 1, visits::Often::None)).is_err());
}
