//! A long import is filled aside: others raise and change meanwhile, and what comes in is whole or not there.

use crate::town::{Town, something};
use kernel::{Moment, Purpose};
use matters::Error;
use matters::app::{self, Filter, ForeignMatter, IMPORTED, Importer, Queue};
use store::Cx;

fn foreign(key: &str, at: Moment, closed: bool) -> ForeignMatter {
    ForeignMatter {
        key: key.into(),
        class: "dispute".into(),
        text: "楼上半夜拖家具，找过物业".into(),
        address: Some("桂花弄5号".into()),
        opened_at: at.plus_days(-3),
        closed_at: closed.then_some(at),
        ..ForeignMatter::default()
    }
}

fn matters(cx: &mut Cx<'_>) -> Result<i64, Error> {
    Ok(cx.query_one("SELECT COUNT(*) AS n FROM matter", &[])?.i64("n")?)
}

testkit::both_databases! {
    /// `IMPORTED` names every table the importer writes: were one missing, the other writer would wait here for ever.
    fn an_import_holds_nobody_up_and_comes_in_whole(t: Town) {
        let rt = t.world.house.rt.clone();
        let (now, other, public) = (rt.now(), rt.clone(), t.world.public());
        let mut importer = t.world.act(Importer::begin);
        let fill = move |cx: &mut Cx<'_>| {
            importer.add(cx, &foreign("ALT-1", now, false))?;
            importer.add(cx, &foreign("ALT-2", now, true))?;
            let raised = other.write_now(public.clone(), |cx| app::raise(cx, something("dispute", "楼道灯坏了")))?;
            importer.add(cx, &foreign("ALT-3", now, false))?;
            let seen = other.read_now(public, matters)?;
            Ok::<_, Error>((importer, raised, seen))
        };
        let bring = |cx: &mut Cx<'_>, (importer, raised, seen): (Importer, app::Receipt, i64)| {
            Ok((importer.still_holds(cx)?, raised, seen, matters(cx)?))
        };
        let (holds, raised, seen, all) = rt.write_aside(&t.world.operator(), IMPORTED, fill, bring).unwrap();
        assert_eq!((holds, seen, all), (true, 1, 4));
        let coordinator = t.world.first.coordinator;
        assert_eq!(t.detail(coordinator, raised.matter).unwrap().line.summary, "楼道灯坏了");
        let found = |word: &'static str| -> Vec<String> {
            let who = t.world.who(coordinator, Purpose::Administration);
            let filter = Filter { queue: Queue::Place, ..Filter::default() };
            let page = rt.read_now(who, move |cx| app::search(cx, word, &filter)).unwrap();
            let mut numbers: Vec<String> = page.lines.into_iter().map(|l| l.number).collect();
            numbers.sort();
            numbers
        };
        assert_eq!(found("家具"), ["ALT-1", "ALT-2", "ALT-3"]);
        assert_eq!(found("灯坏"), [raised.number], "numbers of the search are those of the rows");
        t.world.house.rt.write_now(t.world.public(), |cx| app::raise(cx, something("dispute", "又来一件"))).unwrap();
    }

    fn what_changed_meanwhile_is_noticed(t: Town) {
        let rt = t.world.house.rt.clone();
        let (now, other, operator) = (rt.now(), rt.clone(), t.world.operator());
        let mut importer = t.world.act(Importer::begin);
        let fill = move |cx: &mut Cx<'_>| {
            importer.add(cx, &foreign("ALT-1", now, false))?;
            other.write_now(operator, |cx| {
                let mut rule = app::classes(cx)?.iter().find(|c| c.code == "dispute").unwrap().as_ref().clone();
                rule.handle = matters::model::Allowance::days(3);
                app::save_class(cx, rule)
            })?;
            Ok::<_, Error>(importer)
        };
        let holds = rt.write_aside(&t.world.operator(), IMPORTED, fill, |cx, importer| importer.still_holds(cx)).unwrap();
        assert!(!holds);
    }
}
