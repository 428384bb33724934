//! Pages as they stand: in both languages, on a phone and at a desk, for everybody and for staff.

use e2e::{Demo, browser};

#[test]
fn public_pages_in_both_languages_and_widths() {
    let demo = Demo::start();
    for lang in ["lang=zh", "lang=en"] {
        for width in ["width=390", "width=1280"] {
            browser::run(&demo, "looks", &[lang, width, "pages=/,/report,/t,/my-grid,/login"]);
        }
    }
}

fn desk_pages(lang: &str) {
    let demo = Demo::start();
    for width in ["width=390", "width=1280"] {
        browser::run(&demo, "desk", &[lang, width]);
    }
}

#[test]
fn desk_pages_in_chinese() {
    desk_pages("lang=zh");
}

#[test]
fn desk_pages_in_english() {
    desk_pages("lang=en");
}

#[test]
fn pages_of_ones_own_sign_in() {
    let demo = Demo::start();
    browser::run(&demo, "second", &["lang=zh", "width=390"]);
    browser::run(&demo, "second", &["lang=en", "width=1280"]);
}
