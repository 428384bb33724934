//! The night's work: an anchor in the file and in the mail, the public counts, a verification that stays and is told when
//! it finds something.

use crate::town::Town;
use alerts::{AlertsConfig, Encryption, MailConfig};
use audit::transparency::{Count, quarters};
use audit::{AuditConfig, state, verification, withhold};
use secrecy::SecretString;
use store::chain::{self, Against, Anchor};
use store::jobs::{Handlers, run_due};
use testkit::MailSink;

fn handlers(t: &Town, sink: &MailSink) -> Handlers {
    let mail = MailConfig {
        host: sink.addr().ip().to_string(),
        port: sink.addr().port(),
        encryption: Encryption::None,
        user: String::new(),
        password: SecretString::from(""),
        from: "睦邻 <no-reply@mulin.example>".into(),
        reply_to: String::new(),
    };
    let alerts = AlertsConfig {
        mail: Some(mail),
        public_url: "https://mulin.example".into(),
        duty_phone: "021-0571 0110".into(),
        anchors_to: vec!["keeper@elsewhere.example".into(), "second@elsewhere.example".into()],
        ..AlertsConfig::default()
    };
    let config = AuditConfig { folder: Some(t.world.house.db.dir().join("anchors")), mails: 2 };
    let quiet = matters::jobs::handlers();
    audit::jobs::handlers(config).merge(quiet).merge(alerts::handlers(alerts))
}

impl Town {
    fn night(&self, handlers: &Handlers) {
        self.world.act_as(self.program(), audit::jobs::ensure_timers).unwrap();
        self.wait(86_400);
        run_due(&self.world.house.rt, self.world.house.district, handlers).unwrap();
    }
    fn lines(&self) -> Vec<String> {
        let folder = self.world.house.db.dir().join("anchors");
        let text = std::fs::read_to_string(audit::anchors::file(&folder, "310199")).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

testkit::both_databases! {
    fn every_night_the_anchor_leaves_the_house_and_the_log_is_verified(t: Town) {
        let sink = MailSink::start();
        let handlers = handlers(&t, &sink);
        t.opens(t.worker);
        t.night(&handlers);
        t.opens(t.head);
        t.night(&handlers);
        let lines = t.lines();
        assert_eq!(lines.len(), 2, "{lines:?}");
        let keys = t.world.house.rt.keys().public_keys();
        let anchors: Vec<Anchor> = lines.iter().map(|l| Anchor::read(l, &keys).unwrap()).collect();
        assert!(anchors[1].entries > anchors[0].entries);
        let mails = sink.mails();
        for (line, to) in lines.iter().flat_map(|l| [(l, "keeper@elsewhere.example"), (l, "second@elsewhere.example")]) {
            assert!(mails.iter().any(|m| m.to == [to] && m.text().contains(line.as_str())), "{to}");
        }
        let done = t.world.act_as(t.auditor(), |cx| verification::latest(cx, 10)).unwrap();
        assert_eq!(done.iter().map(|v| v.state.as_str()).collect::<Vec<_>>(), ["whole", "whole"]);
        assert_eq!(done[0].asked_by, "system:audit");

        // Cut back to the first night: the file knows.
        let district = t.world.house.district;
        t.world
            .act_as(t.world.house.system(), move |cx| {
                cx.execute("DELETE FROM seal_block WHERE n > (SELECT block FROM anchor ORDER BY n LIMIT 1)", &[])?;
                cx.execute("DELETE FROM audit_read WHERE n > (SELECT last_read FROM anchor ORDER BY n LIMIT 1)", &[])?;
                cx.execute("DELETE FROM event WHERE n > (SELECT last_event FROM anchor ORDER BY n LIMIT 1)", &[])?;
                cx.execute("DELETE FROM anchor", &[])
            })
            .unwrap();
        let check = |anchors| chain::verify(&t.world.house.rt, district, &Against { anchors, marks: vec![] }, &|_| ()).unwrap();
        assert_eq!(check(vec![anchors[0].clone()]).broken(), None);
        assert!(matches!(check(anchors.clone()).broken(), Some(chain::Break::Cut { .. })));
    }

    fn a_broken_log_is_told_to_three_offices(t: Town) {
        let sink = MailSink::start();
        let handlers = handlers(&t, &sink);
        t.opens(t.worker);
        t.night(&handlers);
        t.world.act_as(t.world.house.system(), |cx| cx.execute("UPDATE audit_read SET actor = 'public' WHERE n = 1", &[])).unwrap();
        let first = &t.world.first;
        for who in [t.worker, first.coordinator, first.system, first.security] {
            assert!(t.world.act_as(t.desk(who), verification::ask).is_err(), "who may not");
        }
        let n = t.world.act_as(t.auditor(), verification::ask).unwrap();
        assert_eq!(t.world.act_as(t.auditor(), verification::ask).unwrap(), n, "one at a time");
        run_due(&t.world.house.rt, t.world.house.district, &handlers).unwrap();
        let done = t.world.act_as(t.auditor(), |cx| verification::latest(cx, 1)).unwrap();
        let report = done[0].report.clone().unwrap();
        assert_eq!(done[0].state, "broken");
        assert_eq!(report["breaks"][0]["kind"], "changed");
        assert_eq!((report["breaks"][0]["table"].as_str(), report["breaks"][0]["entry"].as_i64()), (Some("audit_read"), Some(1)));
        for who in [first.audit, first.security, first.coordinator] {
            assert!(t.notices(who).contains(&"audit_broken".to_owned()));
            assert!(t.world.act_as(t.desk(who), verification::last_result).unwrap().is_some());
        }
        assert!(t.world.act_as(t.desk(t.head), verification::last_result).is_err());
    }

    fn the_state_of_the_chain_is_for_the_audit_administrator(t: Town) {
        let sink = MailSink::start();
        t.night(&handlers(&t, &sink));
        t.opens(t.worker);
        let now = t.world.act_as(t.auditor(), state::state).unwrap();
        let sealed = t.sql(|cx| cx.query_one("SELECT CAST(SUM(entries) AS BIGINT) AS n FROM seal_block", &[])?.i64("n"));
        assert_eq!((now.entries, now.algorithm, now.anchors.len()), (sealed, "sha256", 1));
        assert!(now.unsealed > 0 && now.mark.to_string().starts_with(&format!("{}:", now.block)));
        for who in [t.head, t.world.first.system, t.world.first.security, t.world.first.coordinator] {
            assert!(t.world.act_as(t.desk(who), state::state).is_err());
        }
    }

    fn what_is_withheld_is_counted_publicly_and_small_counts_are_hidden(t: Town) {
        let sink = MailSink::start();
        let handlers = handlers(&t, &sink);
        let withhold_one = || {
            t.wait(1);
            t.reveals(t.worker);
            let (n, until) = (t.last_read("raiser"), t.now().plus_days(90));
            let id = t.world.act_as(t.desk(t.head), move |cx| withhold::ask(cx, n, until, "1号")).unwrap();
            t.world.act_as(t.desk(t.second), move |cx| withhold::settle(cx, id, true)).unwrap();
        };
        let shown = || t.world.house.rt.read_now(t.world.public(), quarters).unwrap();
        assert_eq!((shown()[0].counts, shown().len()), ([Count::None; 4], 8));
        withhold_one();
        t.night(&handlers);
        let quarter = shown().into_iter().find(|q| q.counts[1] != Count::None).unwrap();
        assert_eq!((quarter.year, quarter.quarter, quarter.counts[1]), (2026, 2, Count::Few));
        // 30 June has passed: the rest belongs to the third quarter.
        t.wait(86_400);
        (0..6).for_each(|_| withhold_one());
        t.night(&handlers);
        t.night(&handlers);
        assert_eq!((shown()[0].quarter, shown()[0].counts[1]), (3, Count::Exactly(6)), "counted once each");
        assert_eq!(shown()[1].counts[1], Count::Few);
    }
}
