//! Mails from outside on both databases: raised once, threaded, left alone when a machine wrote them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use alerts::Machine;
use alerts::app::intake::{NotTaken, Settings, Taken, take};
use kernel::ids::MatterId;
use kernel::{Actor, Purpose};
use matters::raiser;
use people::policy::jobs;
use store::{Who, params};
use testkit::{Kind, Setup, World};
use uuid::Uuid;

struct Town(World);

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let sets = [people::MIGRATIONS, places::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS];
        let world = World::with(kind, &sets);
        world.act(matters::app::seed_classes);
        Self(world)
    }
}

const HEAD: &str = "From: =?utf-8?B?546L5YWt?= <wang@mail.example>\r\nTo: intake@mulin.example\r\n";

impl Town {
    fn take(&self, mail: impl AsRef<[u8]>) -> Result<Taken, NotTaken> {
        let settings = Settings { class: "other".into(), own_domain: Some("mulin.example".into()), sends: true };
        take(&self.0.house.rt, self.0.house.district, &settings, mail.as_ref())
    }
    fn raised(&self, mail: impl AsRef<[u8]>) -> String {
        match self.take(mail).unwrap() {
            Taken::Raised(number) => number,
            other => panic!("{other:?}"),
        }
    }
    fn matter(&self, number: &str) -> MatterId {
        let number = number.to_owned();
        self.0.look(move |cx| cx.query_one("SELECT id FROM matter WHERE number = $1", params![number])?.id("id"))
    }
    /// Everything the raiser of this matter wrote.
    fn texts(&self, number: &str) -> Vec<String> {
        let matter = self.matter(number);
        let who = self.0.who(self.0.first.coordinator, Purpose::Matter(matter));
        let detail = self.0.act_as(who, move |cx| matters::app::detail(cx, matter)).unwrap();
        detail.texts.into_iter().map(|n| n.text).collect()
    }
    /// Name and address in the raiser block.
    fn sender(&self, number: &str) -> (Option<String>, Option<String>) {
        let matter = self.matter(number);
        let job = Who::system(self.0.house.district, jobs::DELIVERY);
        let block =
            self.0.act_as(Who { purpose: Purpose::Matter(matter), ..job }, move |cx| raiser::reveal(cx, matter));
        let block = block.unwrap().remove(0);
        (block.name, block.email)
    }
    /// Id of the last message of this kind.
    fn message(&self, kind: &'static str) -> Uuid {
        self.0.look(move |cx| {
            cx.query_one("SELECT id FROM message WHERE kind = $1 ORDER BY created_at DESC", params![kind])?.uuid("id")
        })
    }
    fn count(&self, sql: &'static str) -> i64 {
        self.0.look(move |cx| cx.query_one(sql, &[])?.i64("n"))
    }
}

fn mail(id: &str, subject: &str, body: &str) -> String {
    format!(
        "{HEAD}Message-ID: <{id}@mail.example>\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    )
}

testkit::both_databases! {
    /// J1, R3: one mail one matter; the sender stands in the raiser block and nowhere else.
    fn a_mail_is_raised_once(town: Town) {
        let text = mail("a1", "=?utf-8?Q?=E8=B7=AF=E7=81=AF?=", "青禾路的路灯不亮。");
        let number = town.raised(&text);
        assert_eq!(town.texts(&number), ["路灯\n\n青禾路的路灯不亮。"]);
        assert_eq!(town.sender(&number), (Some("王六".into()), Some("wang@mail.example".into())));
        assert_eq!(town.take(&text).unwrap(), Taken::Known(number.clone()));
        assert_eq!(town.take(mail("a1", "x", "另一封")).unwrap(), Taken::Known(number), "one id, one matter");
        assert_eq!(town.count("SELECT COUNT(*) AS n FROM matter"), 1);
        assert_eq!(town.count("SELECT COUNT(*) AS n FROM message WHERE kind = 'receipt'"), 1);
        let clear = town.0.look(|cx| {
            let mut all = String::new();
            for sql in ["SELECT payload AS t FROM event", "SELECT payload AS t FROM job", "SELECT summary AS t FROM matter", "SELECT idem AS t FROM matter"] {
                for row in cx.query(sql, &[])? { all.push_str(&row.text("t")?); }
            }
            Ok::<_, store::Error>(all)
        });
        assert!(!clear.contains("wang") && !clear.contains("王六"), "{clear}");
    }

    /// An answer to a mail of ours adds what is new to the matter, without the old mail and without its secret address.
    fn a_reply_adds_facts(town: Town) {
        let number = town.raised(mail("b1", "路灯", "不亮"));
        let ours = town.message("receipt");
        let reply = format!(
            "{HEAD}Message-ID: <b2@mail.example>\r\nIn-Reply-To: <{ours}@mulin.example>\r\nSubject: Re: x\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n灯杆上写着 12 号。\r\nhttps://mulin.example/t/ABCD-EFGH-JKMN 打不开\r\n\r\n\
             > 您的邮件已经收到\r\n在 2026年6月29日，睦邻 写道：\r\n您好：\r\n"
        );
        assert_eq!(town.take(&reply).unwrap(), Taken::Added(number.clone()));
        assert_eq!(town.take(&reply).unwrap(), Taken::Known(number.clone()), "once");
        let texts = town.texts(&number);
        assert_eq!(texts[1], "灯杆上写着 12 号。\nhttps://mulin.example/t/… 打不开");
        assert_eq!(texts.len(), 2);
        // By References alone, with other mails in between.
        let later = format!(
            "{HEAD}Message-ID: <b3@mail.example>\r\nReferences: <{ours}@mulin.example> <b2@mail.example>\r\nSubject: Re\r\n\r\nstill dark\r\n"
        );
        assert_eq!(town.take(later).unwrap(), Taken::Added(number));
        // An id that is none of ours is a new mail.
        let other = format!("{HEAD}Message-ID: <b4@m.example>\r\nIn-Reply-To: <{}@x.example>\r\nSubject: y\r\n\r\nz\r\n", Uuid::from_u128(7));
        assert!(matches!(town.take(other).unwrap(), Taken::Raised(_)));
    }

    fn machines_raise_nothing(town: Town) {
        let with = |header: &str| format!("{HEAD}Message-ID: <{}@m.example>\r\n{header}\r\nSubject: x\r\n\r\ny\r\n", header.len());
        for (header, machine) in [
            ("Auto-Submitted: auto-replied", Machine::AutoReply),
            ("Auto-Submitted: auto-generated (vacation)", Machine::AutoReply),
            ("X-Autoreply: yes", Machine::AutoReply),
            ("Precedence: auto_reply", Machine::AutoReply),
            ("Precedence: bulk", Machine::Bulk),
            ("List-Id: <news.example>", Machine::Bulk),
            ("X-Loop: mulin.example", Machine::Loop),
        ] {
            assert_eq!(town.take(with(header)).unwrap(), Taken::LeftAlone(machine), "{header}");
        }
        assert_eq!(town.take(with("Return-Path: <>")).unwrap(), Taken::Bounced(0));
        let daemon = "From: MAILER-DAEMON@mail.example\r\nMessage-ID: <d@m.example>\r\nSubject: failure\r\n\r\nx\r\n";
        assert_eq!(town.take(daemon).unwrap(), Taken::Bounced(0));
        let own = format!("From: no-reply@mulin.example\r\nMessage-ID: <{}@mulin.example>\r\nSubject: x\r\n\r\ny\r\n", Uuid::from_u128(9));
        assert_eq!(town.take(own).unwrap(), Taken::LeftAlone(Machine::Loop));
        assert!(matches!(town.take(with("Auto-Submitted: no")).unwrap(), Taken::Raised(_)), "a person says so too");
        assert_eq!(town.count("SELECT COUNT(*) AS n FROM matter"), 1);
    }

    /// What people really send: GB18030, HTML only, no subject, no sender, long texts, files.
    fn odd_mails_are_read(town: Town) {
        // 路灯 in GB18030.
        let mut gb = format!("{HEAD}Message-ID: <g1@m.example>\r\nSubject: =?gb18030?B?wre1xg==?=\r\nContent-Type: text/plain; charset=gb18030\r\nContent-Transfer-Encoding: 8bit\r\n\r\n").into_bytes();
        gb.extend([0xc2, 0xb7, 0xb5, 0xc6, 0x0d, 0x0a]);
        let number = town.raised(&gb);
        assert!(town.texts(&number)[0].ends_with("路灯"), "{:?}", town.texts(&number));
        let html = format!(
            "{HEAD}Message-ID: <g2@m.example>\r\nSubject: html\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
             <html><head><style>p {{ color: red }}</style><script>alert(1)</script></head><body><p>楼道&nbsp;漏水</p><p>请来看</p></body></html>"
        );
        let texts = town.texts(&town.raised(html));
        assert!(texts[0].contains("漏水") && texts[0].contains("请来看"), "{texts:?}");
        assert!(!texts[0].contains('<') && !texts[0].contains("alert") && !texts[0].contains("color"), "{texts:?}");
        let quoted = format!("{HEAD}Message-ID: <g3@m.example>\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E6=BC=8F=E6=B0=B4=\r\n=E4=BA=86\r\n");
        assert!(town.texts(&town.raised(quoted))[0].contains("漏水了"));
        let nobody = town.raised("Message-ID: <g4@m.example>\r\nSubject: water\r\n\r\nit leaks\r\n");
        assert_eq!(town.sender(&nobody), (None, None), "taken all the same, as from somebody anonymous");
        let empty = town.raised(format!("{HEAD}Message-ID: <g5@m.example>\r\n\r\n"));
        assert_eq!(town.texts(&empty), ["（邮件里没有文字）"]);
        let long = town.raised(mail("g6", "x", &"长".repeat(9_000)));
        assert!(town.texts(&long).iter().map(|t| t.matches('长').count()).sum::<usize>() == 9_000, "nothing of it is lost");
        let files = format!(
            "{HEAD}Message-ID: <g7@m.example>\r\nSubject: files\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nsee\r\n\
             --b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n\
             --b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n{PNG}\r\n\
             --b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=b.png\r\n\r\nno picture\r\n--b--\r\n"
        );
        let files = town.raised(files);
        assert_eq!(town.0.logged("matter.attach"), 1, "the picture was cleaned and kept");
        assert!(town.texts(&files)[1].contains('2'), "the others are named: {:?}", town.texts(&files));
    }

    fn what_cannot_be_read_is_refused_plainly(town: Town) {
        let big = vec![b'x'; alerts::MOST_BYTES + 1];
        let said = town.take(&big).unwrap_err().to_string();
        assert!(said.contains("20 MB") && said.contains("没有收下"), "{said}");
        for nothing in ["", "\r\n", "no mail at all"] {
            assert!(matches!(town.take(nothing), Err(NotTaken::Unreadable(_))), "{nothing:?}");
        }
        assert_eq!(town.count("SELECT COUNT(*) AS n FROM matter"), 0);
    }

    /// Mails for staff are answered at the desk; a report about an answer takes its delivery back.
    fn answers_of_staff_do_nothing_and_reports_are_heard(town: Town) {
        let number = town.raised(mail("s1", "x", "y"));
        let (matter, staff) = (town.matter(&number), town.0.first.coordinator);
        let notice = Uuid::from_u128(0x0199_c000_0000_7000_8000_0000_0000_0007);
        town.0.act(move |cx| {
            let sql = "INSERT INTO message (id, district_id, channel, kind, matter_id, to_account, try_no, idem_key, state, created_at) \
                       VALUES ($1, $2, 'email', 'new', $3, $4, 1, 'k', 'sent', $5)";
            cx.execute(sql, params![notice, cx.district(), matter, staff, cx.now])
        });
        let reply = format!("{HEAD}Message-ID: <s2@m.example>\r\nIn-Reply-To: <{notice}@mulin.example>\r\nSubject: Re\r\n\r\n好的\r\n");
        assert_eq!(town.take(reply).unwrap(), Taken::FromStaff);
        let report = |action: &str| format!(
            "From: MAILER-DAEMON@mail.example\r\nMessage-ID: <r{action}@m.example>\r\nSubject: Undelivered\r\nAuto-Submitted: auto-replied\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{notice}@mulin.example>\r\nSubject: x\r\n\r\n--b--\r\n"
        );
        assert_eq!(town.take(report("delayed")).unwrap(), Taken::Bounced(0), "a delay is no failure");
        assert_eq!(town.take(report("failed")).unwrap(), Taken::Bounced(1));
        assert_eq!(town.count("SELECT COUNT(*) AS n FROM message WHERE state = 'bounced'"), 1);
        let _ = Actor::public(town.0.house.district);
    }
}

/// One pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
