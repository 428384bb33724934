//! "CSV and xlsx for every list": each list of the desk is had as a file that says what the page says, by whoever may read
//! the page and nobody else; and no list is forgotten.

use crate::imports::{AREAS, COMMUNITIES, upload};
use crate::world::{Desk, aside, hidden};
use axum::http::StatusCode;
use kernel::Role;

/// Lists: address, who asks, and the fewest rows here. Everything that stands in the first column stands on the page, too.
const LISTS: &[(&str, Role, usize)] = &[
    ("/desk/admin/areas?kind=community", Role::SystemAdmin, 2),
    ("/desk/admin/posts?tier=", Role::SystemAdmin, 1),
    ("/desk/admin/orgs?kind=shop", Role::SystemAdmin, 1),
    ("/desk/admin/people?q=", Role::SystemAdmin, 10),
    ("/desk/admin/seats?role=catch_all", Role::SecurityAdmin, 1),
    ("/desk/admin/classes?x=", Role::Coordinator, 5),
    ("/desk/admin/letters?x=", Role::SystemAdmin, 1),
    ("/desk/admin/webhooks?x=", Role::SystemAdmin, 0),
    ("/desk/admin/imports?x=", Role::SystemAdmin, 2),
    ("/desk/admin/calendar?x=", Role::SystemAdmin, 30),
    ("/desk/admin/bulletins?x=", Role::Coordinator, 1),
    ("/desk/admin/audit?x=", Role::AuditAdmin, 1),
    ("/desk/admin/audit?list=anchors", Role::AuditAdmin, 1),
    ("/desk/admin/audit/log?half=changes&kind=matter", Role::AuditAdmin, 1),
    ("/desk/admin/audit/log?half=views", Role::AuditAdmin, 1),
    ("/desk/admin/audit/sample?x=", Role::AuditAdmin, 1),
    ("/desk/withheld?x=", Role::Coordinator, 1),
    ("/desk/data-requests?x=", Role::Coordinator, 1),
    ("/desk/duty?all=1", Role::DutyOfficer, 1),
    ("/desk/contact-cards?x=", Role::Coordinator, 0),
    ("/desk/rounds?x=", Role::Coordinator, 0),
    ("/desk/care?x=", Role::Coordinator, 0),
    ("/desk/activities?x=", Role::Coordinator, 0),
    ("/desk/community-roles?x=", Role::Coordinator, 0),
    ("/desk/coverage?x=", Role::Coordinator, 0),
    ("/desk/volunteers?show=all", Role::Coordinator, 0),
    ("/desk/resources?x=", Role::DutyOfficer, 0),
    ("/desk/admin/resources?x=", Role::Coordinator, 10),
    ("/desk/teams?x=", Role::DutyOfficer, 0),
    ("/desk/extra-care?x=", Role::DutyOfficer, 0),
    ("/desk/worries?x=", Role::DutyOfficer, 0),
    ("/desk/crowd?days=120", Role::Coordinator, 0),
    ("/desk/lost?x=", Role::DutyOfficer, 1),
    ("/desk/locators?x=", Role::DutyOfficer, 0),
    ("/desk/admin/locators?x=", Role::SystemAdmin, 0),
    ("/desk/lost?closed=1", Role::DutyOfficer, 0),
    ("/desk/visits?filter=all", Role::Coordinator, 0),
    ("/desk/visits/inbox?x=", Role::Coordinator, 0),
    ("/desk/visits/switches?x=", Role::Coordinator, 0),
    ("/desk/staff?x=", Role::DutyOfficer, 0),
    ("/desk/questions?x=", Role::Coordinator, 0),
    ("/desk/notices?x=", Role::Coordinator, 1),
    ("/desk/me?x=", Role::DutyOfficer, 1),
    ("/desk/me/keys?x=", Role::DutyOfficer, 1),
    ("/desk/reports?x=", Role::Coordinator, 1),
    ("/desk/reports/ledger?month=2026-06", Role::Coordinator, 1),
];

/// Where everybody reads their own.
const OWN: &[&str] = &["/desk/questions", "/desk/notices", "/desk/me"];
/// No page of its own: the ledger of a month is only a file.
const NO_PAGE: &str = "/desk/reports/ledger";
/// Times stand first, which a page says in words.
const BY_TIME: &[&str] = &["/desk/admin/calendar", "/desk/admin/audit?"];

/// A district with something in every list.
async fn filled(desk: &Desk) {
    let admin = desk.sign_in(Role::SystemAdmin).await;
    let kept = upload(desk, &admin, COMMUNITIES, "areas.csv", AREAS).await;
    assert_eq!(desk.post(&admin, &kept.location, "wish=bring").await.status, StatusCode::SEE_OTHER);
    let posts: &[(&str, &str)] = &[("kind", "posts"), ("datum", "none")];
    let kept = upload(desk, &admin, posts, "posts.csv", "tier,name,hours\n警务站,青禾站,24h\n").await;
    assert_eq!(desk.post(&admin, &kept.location, "wish=bring").await.status, StatusCode::SEE_OTHER);
    let org = desk.post(&admin, "/desk/admin/orgs/new", "name=%3D1%2B1&kind=shop").await;
    assert_eq!(org.status, StatusCode::SEE_OTHER, "{}", org.body);

    let receipt = desk.receipt("有人落水");
    let asked = desk.post("", &format!("/t/{}/requests", receipt.code), "kind=object&text=x").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    let duty = desk.sign_in(Role::DutyOfficer).await;
    desk.post(&duty, &format!("/desk/matters/{}/raiser", receipt.matter), "").await;
    let key = desk.post(&duty, "/desk/me/keys", "label=weighing&scope-read=1&days=30").await;
    assert_eq!(key.status, StatusCode::OK, "{}", key.body);

    desk.lost(&duty).await;

    let coordinator = desk.sign_in(Role::Coordinator).await;
    let looks = desk.get(&coordinator, &format!("/desk/withheld?number={}", receipt.number)).await.body;
    let (n, until) = (hidden(&looks, "read"), desk.day_after(30));
    let form = format!("number={}&read={n}&until={until}&document=x-1", receipt.number);
    assert_eq!(desk.post(&coordinator, "/desk/withheld/ask", &form).await.status, StatusCode::SEE_OTHER);
    let area: String = desk.sql(|cx| Ok(cx.query_one("SELECT id FROM area", &[])?.uuid("id")?.to_string()));
    let draft = format!(
        "event=x&headline=%2Bx&description=x&category=infra&urgency=expected&severity=moderate&certainty=observed&\
         hours=6&exercise=no&checked=no&area={area}"
    );
    let saved = desk.post(&coordinator, "/desk/admin/bulletins/new", &draft).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);

    // What no job here can do lies among the dead letters.
    desk.run_alerts();
    desk.draw_sample();
    let auditor = desk.sign_in(Role::AuditAdmin).await;
    assert_eq!(desk.post(&auditor, "/desk/admin/audit/verify", "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.post(&auditor, "/desk/admin/audit/anchor", "").await.status, StatusCode::SEE_OTHER);
}

impl Desk {
    /// What was promised to be told is told.
    fn run_alerts(&self) {
        let handlers = alerts::handlers(alerts::AlertsConfig::default());
        aside(|| store::jobs::run_due(&self.world.house.rt, self.world.house.district, &handlers).unwrap());
    }
}

#[tokio::test]
async fn a_list_s_file_holds_what_its_page_shows_and_nobody_else_gets_it() {
    let desk = Desk::new();
    filled(&desk).await;
    let nobody = desk.sign_in(Role::Volunteer).await;
    // Who is on duty and what a colleague is called every volunteer may read; whoever has no desk may not.
    let no_desk = desk.sign_in(Role::AuditAdmin).await;
    for (path, role, least) in LISTS {
        let cookie = desk.sign_in(*role).await;
        let page = desk.get(&cookie, path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let file = desk.get(&cookie, &format!("{path}&as=csv")).await;
        assert!(file.status == StatusCode::OK && file.kind.starts_with("text/csv"), "{path}: {}", file.kind);
        let mut reader = csv::Reader::from_reader(file.body.trim_start_matches('\u{feff}').as_bytes());
        let heads = reader.headers().unwrap().len();
        let mut rows = 0;
        for row in reader.records().map(Result::unwrap) {
            rows += 1;
            assert_eq!(row.len(), heads, "{path}");
            assert!(!row.iter().any(|cell| cell.starts_with(['=', '+', '-', '@'])), "{path}: a formula: {row:?}");
            if path.starts_with(NO_PAGE) || BY_TIME.iter().any(|p| path.starts_with(p)) {
                continue;
            }
            for word in row[0].trim_start_matches('\'').split(&['，', '、'][..]) {
                assert!(page.body.contains(word), "{path}: “{word}” is not on the page");
            }
        }
        assert!(rows >= *least, "{path}: {rows} rows");
        let link = path.split_once('?').unwrap().0;
        let linked = page.body.contains("as=csv") && page.body.contains("as=xlsx");
        assert!(linked || rows == 0 || link == NO_PAGE, "{path}: the page leads to neither file");
        let sheet = desk.get(&cookie, &format!("{path}&as=xlsx")).await;
        assert!(sheet.status == StatusCode::OK && sheet.kind.contains("spreadsheetml"), "{path}: {}", sheet.kind);
        if OWN.iter().any(|own| path.starts_with(own)) {
            continue;
        }
        for kind in ["csv", "xlsx"] {
            let open = path.starts_with("/desk/duty") || path.starts_with("/desk/staff");
            let refused = desk.get(if open { &no_desk } else { &nobody }, &format!("{path}&as={kind}")).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path} as {kind}");
        }
    }
    // Lists of who looked at what do not leave unseen: as often as above, half of them for the auditor.
    let taken =
        desk.sql(|cx| cx.query_one("SELECT COUNT(*) AS n FROM event WHERE kind = 'list.exported'", &[])?.i64("n"));
    assert_eq!(taken, 2 * 6, "log twice, sample, told later, requests about own data, questions; each in two forms");
    // Matters have two addresses of their own.
    let boss = desk.sign_in(Role::Coordinator).await;
    for (kind, mime) in [("csv", "text/csv"), ("xlsx", "spreadsheetml")] {
        let path = format!("/desk/export.{kind}?queue=place");
        let file = desk.get(&boss, &path).await;
        assert!(file.status == StatusCode::OK && file.kind.contains(mime), "{path}: {}", file.kind);
        assert_eq!(desk.get(&nobody, &path).await.status, StatusCode::FORBIDDEN, "{path}");
        let found = desk.post(&boss, "/desk/search", "q=%E8%90%BD%E6%B0%B4").await.location;
        for page in ["/desk?queue=place", &found] {
            assert!(desk.get(&boss, page).await.body.contains(&format!("/desk/export.{kind}?")), "{page}");
        }
    }
}

#[tokio::test]
async fn a_file_of_the_calendar_can_be_loaded_again() {
    let desk = Desk::new();
    let admin = desk.sign_in(Role::SystemAdmin).await;
    for path in ["/desk/admin/calendar?as=csv", "/en/desk/admin/calendar?as=csv"] {
        let file = desk.get(&admin, path).await.body;
        let mut read = kernel::WorkCalendar::empty();
        assert_eq!(read.load_csv(&file).unwrap(), [2024, 2025, 2026], "{file}");
        assert!(read.listed().eq(kernel::WorkCalendar::embedded().listed()), "{path}");
    }
}

/// Templates with a table or list that is no list of its own, and why.
const NOT_LISTS: &[(&str, &str)] = &[
    ("admin/areas_edit.html", "the corners of an outline while it is drawn; what was saved is the list of its history"),
    ("admin/import.html", "what one file would change, before it does"),
    ("admin/person.html", "one account"),
    (
        "admin/register.html",
        "who asked for the register; what leaves is the register itself, once somebody else agreed",
    ),
    ("care/joined.html", "one join, and what stands twice since"),
    ("care/round.html", "one plan; on paper it is the sheets"),
    ("care/round_new.html", "what one round could be made of, before it is"),
    ("care/round_sheet.html", "the sheet for the printer"),
    ("care/extra.html", "what was asked for one elder"),
    ("care/mutual.html", "who helps whom, by name: personal data leaves by two people only"),
    ("care/mutual_person.html", "one elder"),
    ("care/pair.html", "two records side by side: personal data leaves by two people only"),
    ("care/pairs.html", "who may be registered twice, by name: personal data leaves by two people only"),
    ("care/team.html", "the members of one team; the teams are the list"),
    ("care/watch.html", "the neighbours of one elder: personal data leaves by two people only"),
    ("care/worry.html", "one worry"),
    ("care_person.html", "one person"),
    ("care/volunteering.html", "a week to tick on one's own page"),
    ("contact_sheet.html", "the cards for the printer; the buildings are the list"),
    ("crowd_decide.html", "who may be chosen for one suggestion"),
    ("help_needed.html", "what somebody was called for just now: it is over when the elder is found"),
    ("lost_known.html", "who an elder may be: never taken along"),
    ("part_keys.html", "part of a page"),
    ("part_list.html", "part of a page: the matters, which have /desk/export.csv"),
    ("part_sessions.html", "part of a page"),
    ("people.html", "records of one matter: personal data leaves by two people only"),
    ("register.html", "who might be meant, before somebody is registered"),
    ("report.html", "has its own links: the report and its ledger"),
    ("threads.html", "what finders and families wrote: erased after a month, and never a file"),
    ("search.html", "has its own links: the matters found"),
];

#[test]
fn no_list_is_forgotten() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/desk");
    let (mut open, mut missing) = (vec![root.clone()], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            let lists = text.contains("class=\"list\"") || text.contains("<tbody");
            if lists && !text.contains("part_file.html") && !NOT_LISTS.iter().any(|(exempt, _)| *exempt == name) {
                missing.push(name);
            }
        }
    }
    assert!(missing.is_empty(), "lists without a file: {missing:?}");
}
