//! R3: who reads what of a raiser's words.

use crate::Town;
use crate::town::{COMMUNITY, something};
use kernel::ids::MatterId;
use kernel::{Lang, Purpose, Role};
use matters::app::{self, Filter, Raise, RaisedPlace, RaiserInput, raise_corrected};
use matters::model::{Channel, Command, ContactOutcome};
use matters::redaction::{self, Correction, Kind};
use matters::{Error, NoteKind, readings};
use people::app::orgs::{NewOrg, create_org};
use people::model::{OrgKind, Place};
use people::policy::Action;

const WORDS: &str = "我叫赵小玉,住在桂花弄5号302室,电话021-0555 0123。402室半夜拖家具,楼道里堆满纸箱。";

fn by_someone(text: &str) -> Raise {
    Raise {
        raiser: RaiserInput {
            anonymous: false,
            name: Some("赵小玉".into()),
            phone: Some("021-05550123".into()),
            email: None,
            address: Some("桂花弄5号302室".into()),
            channel: Channel::Phone,
            lang: Lang::ZhCn,
        },
        place: RaisedPlace {
            area: Some(COMMUNITY), address: Some("桂花弄5号402室".into()), ..RaisedPlace::default()
        },
        ..something("dispute", text)
    }
}

fn read(town: &Town, matter: MatterId, kind: NoteKind) -> String {
    let detail = town.detail(town.worker.0, matter).unwrap();
    detail.texts.into_iter().find(|n| n.kind == kind).map(|n| n.text).unwrap_or_default()
}

testkit::both_databases! {
    /// Detail, list and search show the copy; the raiser reads their own words; the place stays.
    fn the_owner_reads_the_text_without_the_raiser(town: Town) {
        let receipt = town.raise(by_someone(WORDS));
        let read_by_owner = read(&town, receipt.matter, NoteKind::Body);
        assert_eq!(read_by_owner, "我叫〔姓名〕,住在〔地址〕,电话〔电话〕。402室半夜拖家具,楼道里堆满纸箱。");
        assert_eq!(read(&town, receipt.matter, NoteKind::Place), "桂花弄5号402室");
        let own = town.track(&receipt.code).unwrap();
        assert!(own.texts.iter().any(|n| n.text == WORDS), "the raiser reads what they wrote");
        let me = town.world.who(town.worker.0, Purpose::Job);
        let lines = town.world.act_as(me.clone(), |cx| app::list(cx, &Filter::default())).unwrap().lines;
        assert!(lines.iter().all(|l| !l.summary.contains("赵小玉") && !l.summary.contains("302")), "{lines:?}");
        for (words, hits) in [("家具", 1), ("赵小玉", 0), ("302", 0), ("姓名", 0)] {
            let found = town.world.act_as(me.clone(), move |cx| app::search(cx, words, &Filter::default())).unwrap();
            assert_eq!(found.lines.len(), hits, "{words}");
        }
        // What comes later is treated alike, and known of the raiser from the start.
        town.raiser_acts(receipt.matter, Command::AddFacts { text: "小玉再说一句:敲墙的声音更大了".into() }).unwrap();
        assert_eq!(read(&town, receipt.matter, NoteKind::Facts), "〔姓名〕再说一句:敲墙的声音更大了");
    }

    /// "This is what the owner will read", put right.
    fn the_raiser_corrects_what_the_owner_will_read(town: Town) {
        let correction = Correction { show: vec!["021-0555 0123".into()], hide: vec!["纸箱".into()] };
        let (raise, same) = (by_someone(WORDS), correction.clone());
        let pieces = town.world.act_as(town.world.public(), move |cx| redaction::preview(cx, &raise, &same)).unwrap();
        assert_eq!(pieces.iter().map(|p| p.text.as_str()).collect::<String>(), WORDS);
        let hidden = |kind| pieces.iter().filter(|p| p.kind == Some(kind)).map(|p| p.hidden).collect::<Vec<_>>();
        assert_eq!((hidden(Kind::Phone), hidden(Kind::Words)), (vec![false], vec![true]));
        let receipt = town
            .world
            .act_as(town.world.public(), move |cx| raise_corrected(cx, by_someone(WORDS), &correction))
            .unwrap();
        let shown = read(&town, receipt.matter, NoteKind::Body);
        assert_eq!(shown, "我叫〔姓名〕,住在〔地址〕,电话021-0555 0123。402室半夜拖家具,楼道里堆满〔隐去〕。");
    }

    /// Only with the right, for this matter, and never unseen.
    fn the_original_is_opened_by_right_and_purpose_and_logged(town: Town) {
        let receipt = town.raise(by_someone(WORDS));
        let matter = receipt.matter;
        let open = |who, purpose| {
            town.world.act_as(town.world.who(who, purpose), move |cx| redaction::original(cx, matter))
        };
        let (worker, second) = (town.worker.0, town.second.0);
        for (who, purpose) in [(worker, Purpose::Job), (town.stranger.0, Purpose::Matter(matter))] {
            let refused = open(who, purpose).unwrap_err();
            assert!(matches!(refused, Error::Denied(ref d) if d.action == Action::ViewOriginal), "{refused:?}");
        }
        let texts = open(worker, Purpose::Matter(matter)).unwrap();
        assert!(texts.iter().any(|n| n.text == WORDS));
        assert!(texts.iter().all(|n| n.kind.is_raisers()), "what colleagues wrote is no original");
        let seen = town.world.act_as(town.staff(second, matter), move |cx| readings::of_names(cx, matter)).unwrap();
        assert_eq!(seen.len(), 1, "who has seen the raiser: exactly the one who opened it");
        assert!(seen[0].actor.contains(&worker.to_string()));
    }

    /// Property managers, shops and volunteers never, even as owners (N2).
    fn the_supplementary_force_never_opens_the_original(town: Town) {
        let place = Place { area: Some(COMMUNITY), ..Place::default() };
        let (volunteer, seat) = town.world.staff(Role::Volunteer, place, "volunteer", "高义");
        let receipt = town.raise(by_someone(WORDS));
        town.act(town.worker.0, receipt.matter, Command::Assign { seat, note: None });
        let matter = receipt.matter;
        let opened = town.world.act_as(town.staff(volunteer, matter), move |cx| redaction::original(cx, matter));
        assert!(matches!(opened, Err(Error::Denied(_))), "{opened:?}");
        let detail = town.detail(volunteer, matter).unwrap();
        assert!(!detail.may_view_original);
        assert!(detail.texts.iter().any(|n| n.text.contains("402室半夜拖家具") && !n.text.contains("赵小玉")));
    }

    /// A body that gets the matter has a copy of its own.
    fn another_body_gets_its_own_copy(town: Town) {
        let org = town.world.act(|cx| {
            let name = "水务所".to_owned();
            create_org(cx, &NewOrg { kind: OrgKind::Agency, name, parent: None, area: None, post: None, phone: None })
        });
        let place = Place { org: Some(org), ..Place::default() };
        let (agent, seat) = town.world.staff(Role::AgencyWorker, place, "agent", "何水");
        let receipt = town.raise(by_someone(WORDS));
        let copies = |town: &Town| {
            town.sql(|cx| {
                let rows = cx.query("SELECT body_id, COUNT(*) AS n FROM matter_copy GROUP BY body_id ORDER BY body_id", &[])?;
                rows.iter().map(|r| Ok((r.uuid("body_id")?, r.i64("n")?))).collect::<Result<Vec<_>, store::Error>>()
            })
        };
        assert_eq!(copies(&town).len(), 1, "one body so far");
        town.act(town.worker.0, receipt.matter, Command::Assign { seat, note: None });
        let after = copies(&town);
        assert_eq!(after.len(), 2, "{after:?}");
        assert!(after.contains(&(org.0, 2)), "text and place: {after:?}");
        let read_by_agent = town.detail(agent, receipt.matter).unwrap();
        assert!(read_by_agent.texts.iter().any(|n| n.text.starts_with("我叫〔姓名〕")));
    }

    /// Nothing readable is left of it in the tables.
    fn nothing_personal_stands_in_the_open(town: Town) {
        town.raise(by_someone(WORDS));
        for sql in ["SELECT summary AS t FROM matter", "SELECT payload AS t FROM event", "SELECT payload AS t FROM job"] {
            let all = town.sql(move |cx| cx.query(sql, &[])?.iter().map(|r| r.text("t")).collect::<Result<Vec<_>, _>>());
            for value in ["赵小玉", "0555", "302"] {
                assert!(all.iter().all(|t| !t.contains(value)), "{value} in {sql}");
            }
        }
    }

    /// Whoever may not see the number writes: the words lie on the raiser's page, other notes of a contact do not.
    fn a_message_reaches_the_raiser_without_their_number(town: Town) {
        let receipt = town.raise(by_someone(WORDS));
        let (me, matter) = (town.worker.0, receipt.matter);
        town.act(me, matter, Command::Sign);
        let empty = town.try_act(me, matter, Command::Contact { outcome: ContactOutcome::Written, note: None });
        assert!(matches!(empty, Err(Error::Invalid(_))), "a message has words: {empty:?}");
        let note = |text: &str| Some(text.to_owned());
        town.act(me, matter, Command::Contact { outcome: ContactOutcome::NoAnswer, note: note("内部:电话没人接") });
        town.act(me, matter, Command::Contact { outcome: ContactOutcome::Written, note: note("明天上午去看,请留门") });
        let texts = town.track(&receipt.code).unwrap().texts;
        assert!(texts.iter().any(|n| n.text == "明天上午去看,请留门"));
        assert!(texts.iter().all(|n| !n.text.contains("内部")), "{texts:?}");
    }
}
