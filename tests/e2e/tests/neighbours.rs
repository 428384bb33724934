//! Neighbours who look out, help teams and extra care, in a real browser.

use e2e::{Demo, browser};

#[test]
fn a_neighbour_is_worried_and_reads_what_became_of_it() {
    let demo = Demo::start();
    browser::run(&demo, "neighbours", &["lang=zh", "width=390"]);
    browser::run(&demo, "neighbours", &["lang=en", "width=1280"]);
}
