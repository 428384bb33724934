//! A missing elder is searched for by three teams with phones, from the report to the find.

use e2e::{Demo, browser};

#[test]
fn three_teams_search_through_dead_spots_in_chinese() {
    browser::run(&Demo::start(), "search", &["lang=zh", "width=390"]);
}

#[test]
fn three_teams_search_in_english() {
    browser::run(&Demo::start(), "search", &["lang=en", "width=390"]);
}
