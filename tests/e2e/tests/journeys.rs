//! Residents, clerks and owners in a real browser, each on a demo of their own.

use e2e::{Demo, MailBox, browser};

#[test]
fn a_resident_raises_and_follows_on_a_phone_without_a_script() {
    let demo = Demo::start();
    browser::run(&demo, "resident", &["lang=zh", "script=off"]);
}

#[test]
fn a_resident_raises_and_follows_in_english() {
    let demo = Demo::start();
    browser::run(&demo, "resident", &["lang=en"]);
    browser::run(&demo, "resident", &["lang=en", "width=1280"]);
}

#[test]
fn an_elder_raises_and_follows() {
    let demo = Demo::start();
    browser::run(&demo, "resident", &["lang=zh", "elder=yes"]);
    browser::run(&demo, "resident", &["lang=en", "elder=yes"]);
}

#[test]
fn a_clerk_takes_a_call_with_the_keyboard_only() {
    let demo = Demo::start();
    browser::run(&demo, "clerk", &["lang=zh"]);
    browser::run(&demo, "clerk", &["lang=en"]);
}

#[test]
fn the_loop_closes_in_chinese_at_a_desk() {
    let demo = Demo::start();
    browser::run(&demo, "loop", &["lang=zh", "width=1280"]);
}

#[test]
fn the_loop_closes_in_english_on_a_phone() {
    let demo = Demo::start();
    browser::run(&demo, "loop", &["lang=en", "width=390"]);
}

/// Chinese on a phone, English at a desk: each of the other journeys sees both, on one demo.
fn both(demo: &Demo, script: &str) {
    browser::run(demo, script, &["lang=zh", "width=390"]);
    browser::run(demo, script, &["lang=en", "width=1280"]);
}

#[test]
fn an_owner_returns_once_waits_extends_and_parks() {
    both(&Demo::start(), "return");
}

#[test]
fn people_in_care_are_visited_and_a_closed_door_is_not_forgotten() {
    both(&Demo::start(), "visits");
}

/// From who is due to the figures of the month, in Chinese: the day is lived on 25 and 26 June.
#[test]
fn a_committee_worker_has_a_month_on_a_phone() {
    browser::run(&Demo::start(), "month", &["lang=zh", "width=390"]);
}

#[test]
fn joint_reports_are_answered_together_and_reopened() {
    both(&Demo::start(), "joint");
}

#[test]
fn an_answer_that_reaches_nobody_closes_after_three_attempts() {
    both(&Demo::start(), "undelivered");
}

#[test]
fn two_people_at_once_see_both_versions() {
    both(&Demo::start(), "together");
}

#[test]
fn doors_close_and_open_and_a_post_changes_hands() {
    both(&Demo::start(), "doors");
}

#[test]
fn a_list_is_taken_out_and_stays_text() {
    both(&Demo::start(), "export");
}

#[test]
fn a_person_in_care_asks_for_a_copy_of_everything() {
    both(&Demo::start(), "own");
}

#[test]
fn news_come_to_devices_and_tell_nothing() {
    let demo = Demo::start_with(&[
        ("MULIN_PUSH__CONTACT", "mailto:it@mulin.example"),
        ("MULIN_PUSH__SERVICES", "[\"127.0.0.1\"]"),
        ("MULIN_OUTGOING__ALLOW", "[\"127.0.0.0/8\"]"),
    ]);
    both(&demo, "push");
}

#[test]
fn a_lost_elder_gets_home() {
    both(&Demo::start(), "lost");
}

#[test]
fn a_printed_card_is_read_by_a_decoder_that_is_not_ours() {
    both(&Demo::start(), "card");
}

/// Four phones and the district's mail server, in Chinese, from 29 June to 2 July.
#[test]
fn the_founding_story_is_lived_through() {
    let mails = MailBox::start();
    let settings = mails.settings();
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser::run_with_mail(&Demo::start_with(&settings), &mails, "story", &["lang=zh", "width=390"]);
}

#[test]
fn the_map_is_read_by_day_by_night_and_on_paper() {
    both(&Demo::start(), "map");
}

#[test]
fn areas_are_drawn_and_their_borders_have_a_history() {
    both(&Demo::start(), "editor");
}
