//! The pages with invented data, for the tests of the pages.

use super::one::{BuildingPage, Door};
use super::sheet::{SheetPage, WallCard};
use super::*;
use askama::Template as _;

fn lines(page: &Page) -> Vec<Line> {
    let word = |a: &str, b: &str| if page.zh() { a.to_owned() } else { b.to_owned() };
    Part::ALL
        .into_iter()
        .map(|part| {
            line(
                page,
                &Contact {
                    part,
                    account: None,
                    name: word("王丽", "Wang"),
                    office: word("青禾站", "Qinghe post"),
                    phone: (part != Part::Mediator).then(|| "021-0571 0100".to_owned()),
                },
            )
        })
        .collect()
}

pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let word = |a: &str, b: &str| if page.zh() { a.to_owned() } else { b.to_owned() };
    let walls = [Wall::Never, Wall::Right(page.now), Wall::Old(page.now, vec![Part::Officer, Part::Post])];
    let row = |wall: &Wall| Row {
        id: "1".into(),
        href: "/desk/contact-cards/1".into(),
        name: word("3号楼", "Building 3"),
        area: word("第一网格", "Cell 1"),
        tag: tag(page, wall),
        why: why(page, wall),
        wants: true,
        doors: 24,
        given: 18,
        declined: 2,
    };
    let place = word("青禾镇 · 桂花里", "Qinghe · Guihuali");
    let mut out = Vec::new();
    for full in [false, true] {
        let tally = Tally { buildings: 6, never: 1, old: 2, doors: 140, given: 120, declined: 6 };
        let places = PlacesPage {
            page: page.clone(),
            frame: Frame::sample(page),
            places: if full { vec![Place { name: place.clone(), href: "#".into(), tally }] } else { Vec::new() },
            file: "/desk/contact-cards?as=".into(),
        };
        let cards = CardsPage {
            page: page.clone(),
            frame: Frame::sample(page),
            place: place.clone(),
            community: "1".into(),
            lines: if full { lines(page) } else { Vec::new() },
            rows: if full { walls.iter().map(row).collect() } else { Vec::new() },
            wanted: 2,
            areas: vec![crate::desk::view::Choice::new("1", page.t("contact-whole"), "")],
            typed: String::new(),
            errors: if full { Vec::new() } else { vec![("text".into(), page.t("contact-wrong-not-a-door"))] },
            done: full.then(|| page.t("contact-removed")),
            file: "/desk/contact-cards?as=".into(),
        };
        let door = |door: &str, answer| Door { door: door.into(), answer };
        let building = BuildingPage {
            page: page.clone(),
            frame: Frame::sample(page),
            href: "/desk/contact-cards/1".into(),
            back: "/desk/contact-cards".into(),
            name: word("3号楼", "Building 3"),
            place: place.clone(),
            tag: tag(page, &walls[2]),
            why: why(page, &walls[2]),
            doors: if full { vec![door("101", ""), door("102", "given"), door("201", "declined")] } else { Vec::new() },
            given: 1,
            declined: 1,
            version: 1,
            community: "1".into(),
            id: "1".into(),
            errors: if full { Vec::new() } else { vec![("name".into(), page.t("contact-wrong-taken"))] },
            done: full,
        };
        out.push(("desk/contact_places.html", places.render().unwrap_or_default()));
        out.push(("desk/contact_cards.html", cards.render().unwrap_or_default()));
        out.push(("desk/contact_building.html", building.render().unwrap_or_default()));
    }
    let card = WallCard {
        place,
        building: word("3号楼", "Building 3"),
        lines: lines(page),
        qr: crate::qr::svg("https://mulin.example/my-grid", "qr"),
    };
    let sheet = SheetPage {
        page: page.clone(),
        frame: Frame::sample(page),
        cards: vec![card],
        back: "/desk/contact-cards".into(),
        typed_at: "https://mulin.example/my-grid".into(),
        day: printed_on(page),
        emergency: "110 · 119 · 120",
    };
    out.push(("desk/contact_sheet.html", sheet.render().unwrap_or_default()));
    out
}
