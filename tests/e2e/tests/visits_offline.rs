//! A day of visits on two phones, through dead spots.

use e2e::{Demo, browser};

#[test]
fn a_day_of_visits_through_dead_spots() {
    browser::run(&Demo::start(), "visits-offline", &["lang=zh", "width=390"]);
}
