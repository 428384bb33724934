//! Neighbours who look out, help teams and extra care, in a real browser.

use e2e::{Demo, browser};

#[test]
fn a_neighbour_is_worried_and_reads_what_became_of_it() {
    // Each on a district of its own: teams that were accepted are proposed to nobody any more.
    browser::run(&Demo::start(), "neighbours", &["lang=zh", "width=390"]);
    browser::run(&Demo::start(), "neighbours", &["lang=en", "width=1280"]);
}
