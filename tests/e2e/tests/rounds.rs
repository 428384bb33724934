//! A committee worker plans a round of visits, changes it by hand and prints the sheets.

use e2e::{Demo, browser};

#[test]
fn a_round_is_planned_at_a_desk_in_chinese() {
    browser::run(&Demo::start(), "rounds", &["lang=zh", "width=1280"]);
}

#[test]
fn a_round_is_planned_on_a_phone_in_english() {
    browser::run(&Demo::start(), "rounds", &["lang=en", "width=390"]);
}
