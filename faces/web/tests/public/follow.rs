//! Following one's own matter: the code as people type it, one plain word for every state, and what the raiser can do.

use crate::site::{Form, Site, encode};
use axum::http::StatusCode;
use kernel::ids::MatterId;
use matters::model::{Command, ContactOutcome, Outcome, WaitReason};

/// A matter of the neighbourhood; its code.
fn raised(site: &Site) -> String {
    let area = site.community.to_string();
    let receipt = site.report(
        "/report",
        &[("class", &site.class()), ("text", "楼道漏水"), ("area", &area), ("reach", "page"), ("name", "赵一")],
    );
    receipt.split('/').nth(2).unwrap().to_owned()
}

/// P1: the receipt says the place in words, not only what was typed.
#[test]
fn the_receipt_says_the_place_in_words() {
    let site = Site::new();
    let code = raised(&site);
    let area = site.world.look(places::snapshot).area(site.community).unwrap().clone();
    let receipt = site.get(&format!("/t/{code}/receipt")).text;
    assert!(receipt.contains(&area.name), "{receipt}");
    let save = places::app::SaveArea {
        which: places::app::AreaRef::Id(area.id),
        name_en: Some("Reed Village".into()),
        ..places::app::SaveArea::new(area.kind, None, &area.name)
    };
    let changes = places::app::AreaChanges { save: vec![save], retire: Vec::new() };
    site.world.act(move |cx| places::app::save_areas(cx, &changes));
    let english = site.get(&format!("/en/t/{code}/receipt")).text;
    assert!(english.contains("Reed Village") && !english.contains(&area.name), "{english}");
}

#[test]
fn a_code_is_found_however_it_is_typed() {
    let site = Site::new();
    let code = raised(&site);
    let wide: String = code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    let address = format!("http://127.0.0.1:8080/en/t/{code}/receipt");
    let (lower, spaced) = (code.to_lowercase(), format!("  {} ", code.replace('-', " ")));
    for typed in [&code, &lower, &spaced, &wide, &address] {
        let found = site.post("/t", &encode(&[("code".into(), typed.clone())]));
        assert_eq!(found.status, StatusCode::SEE_OTHER, "{typed}: {}", found.text);
        assert_eq!(found.location(), format!("/t/{code}"));
    }
    let number = site.post("/t", "code=HQ-2026-00001");
    assert_eq!(number.status, StatusCode::UNPROCESSABLE_ENTITY, "a number is not a code, and is no guess either");
    assert!(number.text.contains("编号的下面"), "{}", number.text);
}

fn handle(site: &Site, matter: MatterId) {
    site.act(site.owner, matter, Command::Sign);
    site.act(site.owner, matter, Command::Contact { outcome: ContactOutcome::OnSite, note: None });
}

fn answer(site: &Site, matter: MatterId, outcome: Outcome) {
    site.act(site.owner, matter, Command::Submit { outcome, answer: "水管要等大修。".into() });
    site.act(site.head, matter, Command::Verify { note: None });
    site.act(site.owner, matter, Command::Answer);
}

/// The heading, the promise and the number to call, as the page shows them.
fn shows(site: &Site, code: &str, words: &[&str]) {
    for look in ["", "/e"] {
        let page = site.get(&format!("{look}/t/{code}"));
        let main = page.text.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        let heading = main.split("</h1>").next().unwrap();
        assert!(heading.trim_end().ends_with(words[0]), "{look} {words:?}: {main}");
        for word in words.iter().chain(&["021-0571 0"]) {
            assert!(main.contains(word), "{look} {word}: {main}");
        }
    }
}

#[test]
fn every_state_has_a_plain_word_a_time_and_a_number_to_call() {
    let site = Site::new();
    let code = raised(&site);
    let matter = site.matter(&code);
    // A resident reads where that is, not what the seat is called among colleagues.
    shows(&site, &code, &["已收到", "前联系您", "方兜 · ", "值班室"]);
    site.act(site.owner, matter, Command::Sign);
    shows(&site, &code, &["有人在办", "前联系您"]);
    site.act(site.owner, matter, Command::Contact { outcome: ContactOutcome::NoAnswer, note: None });
    shows(&site, &code, &["有人在办", "前答复您"]);
    let until = site.world.house.rt.now().plus_days(3);
    let wait = |reason, note: &str| Command::Wait { reason, until, note: Some(note.into()) };
    site.act(site.owner, matter, wait(WaitReason::Raiser, "请补一张照片。"));
    shows(&site, &code, &["需要您补充", "等您补充情况", "请补一张照片。", "请在"]);
    site.act(site.owner, matter, Command::Resume);
    site.act(site.owner, matter, wait(WaitReason::Parts, "配件在路上。"));
    shows(&site, &code, &["有人在办，要等一等", "在等材料", "配件在路上。", "接着办"]);
    site.act(site.owner, matter, Command::Resume);
    site.act(site.owner, matter, Command::Park { until, reason: "连着下雨。".into() });
    shows(&site, &code, &["有人在办，先放一放", "连着下雨。", "接着办"]);
    site.world.house.clock.advance_secs(4 * 86_400);
    shows(&site, &code, &["有人在办", "前答复您"]);
    site.act(site.owner, matter, Command::Resume);
    let until = site.world.house.rt.now().plus_days(60);
    site.act(site.owner, matter, Command::Extend { until, reason: "要会同几家单位。".into() });
    shows(&site, &code, &["有人在办", "时间延长了", "要会同几家单位。", "前答复您"]);
    site.act(site.owner, matter, Command::Submit { outcome: Outcome::Done, answer: "换好了。".into() });
    shows(&site, &code, &["有人在办", "另一个人核查"]);
    site.act(site.head, matter, Command::Verify { note: None });
    site.act(site.owner, matter, Command::Answer);
    shows(&site, &code, &["办好了，请您看看", "打开答复"]);
    assert!(!site.get(&format!("/t/{code}")).text.contains("换好了。"), "opening it is the proof, so it stays closed");
    let _ = site.post(&format!("/t/{code}/answer"), "");
    shows(&site, &code, &["办好了，请您看看", "换好了。", "要求重办", "评价"]);
}

#[test]
fn what_could_not_be_done_says_so_and_late_promises_are_owned_up_to() {
    let site = Site::new();
    let code = raised(&site);
    let matter = site.matter(&code);
    site.world.house.clock.advance_secs(90 * 86_400);
    shows(&site, &code, &["已收到", "前联系您", "对不起", "上级已经知道"]);
    handle(&site, matter);
    answer(&site, matter, Outcome::NotPossible);
    let _ = site.post(&format!("/t/{code}/answer"), "");
    shows(&site, &code, &["没办成，原因是…", "水管要等大修。"]);
}

#[test]
fn said_twice_is_said_once() {
    let site = Site::new();
    let code = raised(&site);
    let page = site.get(&format!("/t/{code}/add"));
    let fields = Form::of(&page.text).filled(&[("text", "今天更大了。")]);
    for _ in 0..2 {
        let done = site.post_files(&format!("/t/{code}/add"), &fields, &[]);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    }
    assert_eq!(site.world.logged("matter.add_facts"), 1);
    // Another form says another thing; a client that knows no hidden field is heard every time.
    for _ in 0..2 {
        let _ = site.post(&format!("/t/{code}/add"), "text=more");
    }
    assert_eq!(site.world.logged("matter.add_facts"), 3);
}

#[test]
fn what_is_too_late_is_told_and_keeps_the_words() {
    let site = Site::new();
    let code = raised(&site);
    let matter = site.matter(&code);
    let early = site.get(&format!("/t/{code}/reopen"));
    assert_eq!(early.location(), format!("/t/{code}?done=late"), "nothing to reopen yet");
    assert!(site.get(early.location()).text.contains("现在不能这样做"));
    handle(&site, matter);
    answer(&site, matter, Outcome::Done);
    let _ = site.post(&format!("/t/{code}/answer"), "");
    let late = site.post(&format!("/t/{code}/add"), "text=still+wet");
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text.contains("still wet") && late.text.contains("要求重办"), "{}", late.text);
    let fields = Form::of(&site.get(&format!("/t/{code}/reopen")).text).filled(&[("text", "还在漏。")]);
    for _ in 0..2 {
        let again = site.post(&format!("/t/{code}/reopen"), &encode(&fields));
        assert_eq!(again.location(), format!("/t/{code}?done=reopen"), "a double click reopens once: {}", again.text);
    }
    shows(&site, &code, &["已收到", "重新办理"]);
}
