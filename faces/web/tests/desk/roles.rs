//! Every route of the desk against every role: who may not gets 403 and nothing else, who is not signed in goes to the
//! sign-in page.

use crate::world::Desk;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use kernel::Role;
use people::policy::{Action, who_may};

/// Open to every account: only its own things stand there.
const EVERYBODY: &[&str] = &[
    "/desk",
    "/desk/notices",
    "/desk/questions",
    "/desk/me",
    "/desk/me/second",
    "/desk/me/keys",
    "/desk/me/confirm?next=/desk",
    "/desk/notices?as=csv",
    "/desk/questions?as=csv",
    "/desk/me?as=csv",
    "/desk/me/keys?as=csv",
    "/desk/help",
    "/desk/volunteering",
    "/desk/areas.geojson",
    "/desk/posts.geojson",
    "/field/day",
];

/// Pages with the action that opens them.
const PAGES: &[(&str, &[Action])] = &[
    ("/desk?queue=place", &[]),
    ("/desk/points.geojson", &[Action::ViewDesk]),
    ("/desk/staff", &[Action::ViewStaff]),
    ("/desk/search", &[Action::ViewDesk, Action::ViewStaff]),
    ("/desk/new", &[Action::RaiseFor]),
    ("/desk/export.csv", &[Action::ExportMatters]),
    ("/desk/export.xlsx", &[Action::ExportMatters]),
    ("/desk/reports", &[Action::ViewReports]),
    ("/desk/reports?month=2026-05&as=csv", &[Action::ViewReports]),
    ("/desk/reports/ledger?month=2026-05&as=xlsx", &[Action::ExportMatters]),
    ("/desk/admin/areas?as=csv", &[Action::ManageAreas]),
    ("/desk/admin/posts?as=xlsx", &[Action::ManagePosts]),
    ("/desk/admin/orgs?as=csv", &[Action::ManageOrgs]),
    ("/desk/admin/areas", &[Action::ManageAreas]),
    ("/desk/admin/imports", &[Action::Import]),
    ("/desk/admin/register", &[Action::AskRegister, Action::ApproveRegister]),
    ("/desk/admin/imports?as=csv", &[Action::Import]),
    ("/desk/admin/people?as=xlsx", &[Action::ManageAccounts, Action::ManageSessions]),
    ("/desk/admin/seats?as=csv", &[Action::ManageSeats]),
    ("/desk/admin/classes?as=csv", &[Action::ManageClasses]),
    ("/desk/admin/letters?as=csv", &[Action::ManageDeadLetters]),
    ("/desk/admin/webhooks?as=xlsx", &[Action::ManageWebhooks]),
    ("/desk/duty?all=1&as=csv", &[Action::ViewDesk]),
    ("/desk/staff?as=csv", &[Action::ViewStaff]),
    ("/desk/admin/calendar?as=csv", &[Action::ManageCalendar]),
    ("/desk/admin/bulletins?as=csv", &[Action::DraftBulletin]),
    ("/desk/admin/audit?as=csv", &[Action::VerifyAudit]),
    ("/desk/admin/audit?list=anchors&as=xlsx", &[Action::VerifyAudit]),
    ("/desk/admin/audit/log?as=csv", &[Action::ReadAudit]),
    ("/desk/admin/audit/sample?as=csv", &[Action::ReviewReadings]),
    ("/desk/withheld?as=csv", &[Action::AskWithholding, Action::ApproveWithholding, Action::ReadAudit]),
    ("/desk/break-glass?as=csv", &[Action::BreakGlass, Action::ReviewBreakGlass]),
    ("/desk/demands?as=csv", &[Action::AskDemand]),
    ("/desk/admin/coverage.geojson", &[Action::ManageAreas]),
    ("/desk/admin/areas/edit", &[Action::EditAreas]),
    ("/desk/admin/areas/ground.json?kind=police", &[Action::EditAreas]),
    ("/desk/admin/posts", &[Action::ManagePosts]),
    ("/desk/admin/people", &[Action::ManageAccounts, Action::ManageSessions]),
    ("/desk/admin/people/new", &[Action::ManageAccounts]),
    ("/desk/admin/orgs", &[Action::ManageOrgs]),
    ("/desk/admin/orgs/new", &[Action::ManageOrgs]),
    ("/desk/admin/seats", &[Action::ManageSeats]),
    ("/desk/admin/classes", &[Action::ManageClasses]),
    ("/desk/admin/classes/new", &[Action::ManageClasses]),
    ("/desk/admin/calendar", &[Action::ManageCalendar]),
    ("/desk/admin/letters", &[Action::ManageDeadLetters]),
    ("/desk/admin/webhooks", &[Action::ManageWebhooks]),
    ("/desk/admin/webhooks/new", &[Action::ManageWebhooks]),
    ("/desk/admin/audit", &[Action::VerifyAudit]),
    ("/desk/admin/audit/log", &[Action::ReadAudit]),
    ("/desk/admin/audit/raiser", &[Action::ReadAudit]),
    ("/desk/admin/audit/sample", &[Action::ReviewReadings]),
    ("/desk/withheld", &[Action::AskWithholding, Action::ApproveWithholding, Action::ReadAudit]),
    ("/desk/admin/sign-in", &[Action::ManageSignIn]),
    ("/desk/admin/records", &[Action::ManageRecordRules]),
    ("/desk/break-glass", &[Action::BreakGlass, Action::ReviewBreakGlass]),
    ("/desk/demands", &[Action::AskDemand]),
    ("/desk/threads", &[Action::WriteToFinder]),
    ("/desk/cards", &[Action::MakeCards]),
    ("/desk/consent-form?part=health", &[Action::RecordConsent]),
    ("/desk/admin/bulletins", &[Action::DraftBulletin]),
    ("/desk/lost", &[Action::ViewCase]),
    ("/desk/lost?closed=1", &[Action::ViewCase]),
    ("/desk/lost/new", &[Action::RaiseFor]),
    ("/desk/help-needed", &[Action::OfferHelp]),
    ("/desk/locators", &[Action::WorkAlert]),
    ("/desk/locators?as=csv", &[Action::WorkAlert]),
    ("/desk/admin/locators", &[Action::ViewLocators]),
    ("/desk/admin/locators?as=xlsx", &[Action::ViewLocators]),
    ("/desk/admin/locators/rules", &[Action::ManageSettings]),
    ("/desk/admin/lost", &[Action::ManageSettings]),
    ("/desk/help-needed/found", &[Action::OfferHelp]),
    ("/desk/admin/bulletins/new", &[Action::DraftBulletin]),
    ("/desk/resources", &[Action::ViewResources]),
    ("/desk/resources?kind=aed&overdue=1&as=csv", &[Action::ViewResources]),
    ("/desk/contact-cards", &[Action::KeepContactCards]),
    ("/desk/rounds", &[Action::PlanVisits]),
    ("/desk/rounds?as=csv", &[Action::PlanVisits]),
    ("/desk/rounds/new", &[Action::PlanVisits]),
    ("/desk/care", &[Action::ViewVisits]),
    ("/desk/care/pairs", &[Action::JoinRecords]),
    ("/desk/care?which=late&as=xlsx", &[Action::ViewVisits]),
    ("/desk/contact-cards?as=csv", &[Action::KeepContactCards]),
    ("/desk/resources/new", &[Action::KeepResources]),
    ("/desk/resources/file", &[Action::KeepResources]),
    ("/desk/admin/resources", &[Action::ManageResourceKinds]),
    ("/desk/admin/resources?as=xlsx", &[Action::ManageResourceKinds]),
    ("/desk/admin/resources/new", &[Action::ManageResourceKinds]),
    ("/desk/admin/resources/aed", &[Action::ManageResourceKinds]),
    ("/desk/calls", &[Action::RecordVisit]),
    ("/desk/community-roles", &[Action::ViewVolunteers]),
    ("/desk/community-roles?as=csv", &[Action::ViewVolunteers]),
    ("/desk/activities", &[Action::RunActivities]),
    ("/desk/activities?as=csv", &[Action::RunActivities]),
    ("/desk/activities/new", &[Action::RunActivities]),
    ("/desk/coverage", &[Action::ViewCoverage]),
    ("/desk/coverage?month=2026-05&as=xlsx", &[Action::ViewCoverage]),
    ("/desk/volunteers", &[Action::ViewVolunteers]),
    ("/desk/volunteers?show=all&as=csv", &[Action::ViewVolunteers]),
    ("/desk/near", &[Action::FindNearPost]),
    ("/desk/worries", &[Action::AnswerWorry, Action::TypeWorry]),
    ("/desk/worries?as=csv", &[Action::AnswerWorry, Action::TypeWorry]),
    ("/desk/mutual", &[Action::ViewMutual]),
    ("/desk/teams", &[Action::ViewTeams]),
    ("/desk/teams?as=csv", &[Action::ViewTeams]),
    ("/desk/extra-care", &[Action::ViewExtraCare]),
    ("/desk/extra-care?as=xlsx", &[Action::ViewExtraCare]),
    ("/desk/crowd", &[Action::ViewCrowd]),
    ("/desk/crowd?days=60&as=csv", &[Action::ViewCrowd]),
    ("/desk/crowd/events.geojson", &[Action::ViewCrowd]),
    ("/desk/crowd/events/new", &[Action::ManageEvents]),
    ("/desk/visits", &[Action::ViewVisits]),
    ("/desk/visits?filter=late&alone=1&as=csv", &[Action::ViewVisits]),
    ("/desk/visits/inbox", &[Action::PlanVisits]),
    ("/desk/visits/inbox?as=csv", &[Action::PlanVisits]),
    ("/desk/visits/switches", &[Action::ViewVisits]),
    ("/desk/visits/switches?as=xlsx", &[Action::ViewVisits]),
    ("/desk/visits/rules", &[Action::ManageSettings]),
];

/// Forms with the action that takes them. What is sent is empty: who may is told what is missing.
const FORMS: &[(&str, &str, &[Action])] = &[
    ("/desk/new", "key=k&class=danger-now&text=x", &[Action::RaiseFor]),
    ("/desk/new/areas", "area=x", &[Action::RaiseFor]),
    ("/desk/new/similar", "", &[Action::RaiseFor]),
    ("/desk/views", "name=x&query=queue%3Dmine", &[Action::SaveView]),
    ("/desk/admin/calendar", "csv=", &[Action::ManageCalendar]),
    ("/desk/admin/areas/later/00000000-0000-0000-0000-000000000007", "", &[Action::EditAreas]),
    ("/desk/admin/areas/00000000-0000-0000-0000-000000000007/put-back", "at=1", &[Action::EditAreas]),
    (
        "/desk/admin/classes/new",
        "code=x&name_zh=x&name_en=x&sign=1h&contact=1h&handle=1d&verify=1d",
        &[Action::ManageClasses],
    ),
    ("/desk/admin/imports", "kind=areas", &[Action::Import]),
    ("/desk/admin/imports/look/00000000-0000-0000-0000-000000000007", "wish=bring", &[Action::Import]),
    ("/desk/admin/imports/7/undo", "", &[Action::UndoImport]),
    ("/desk/admin/letters/retry", "job=1", &[Action::ManageDeadLetters]),
    ("/desk/admin/audit/verify", "", &[Action::VerifyAudit]),
    ("/desk/admin/audit/anchor", "", &[Action::VerifyAudit]),
    ("/desk/admin/audit/sample/00000000-0000-0000-0000-000000000007", "verdict=fine", &[Action::ReviewReadings]),
    ("/desk/withheld/ask", "number=x", &[Action::AskWithholding]),
    ("/desk/withheld/00000000-0000-0000-0000-000000000007", "do=", &[Action::ApproveWithholding]),
    ("/desk/teams", "do=accept", &[Action::KeepTeams]),
    ("/desk/teams", "do=new&team=x", &[Action::KeepTeams]),
    ("/desk/teams/00000000-0000-0000-0000-000000000007", "do=add", &[Action::KeepTeams]),
    ("/desk/mutual", "do=propose", &[Action::KeepMutual]),
    ("/desk/worries/call", "phone=1", &[Action::TypeWorry]),
    ("/desk/worries/press", "neighbour=x", &[Action::TypeWorry]),
    ("/desk/worries/rules", "callback=1&arrive=1", &[Action::ManageWatch]),
    ("/desk/worries/00000000-0000-0000-0000-000000000007", "do=well", &[Action::AnswerWorry]),
    ("/desk/locators/00000000-0000-0000-0000-000000000007", "do=take", &[Action::WorkAlert]),
    ("/desk/lost/00000000-0000-0000-0000-000000000007/search/tell/team", "name=x&size=2", &[Action::PlanSearch]),
    ("/desk/lost/00000000-0000-0000-0000-000000000007/search/give-out", "minutes=30", &[Action::PlanSearch]),
    ("/desk/lost/00000000-0000-0000-0000-000000000007/search/call", "radius=500", &[Action::PlanSearch]),
    ("/desk/lost/00000000-0000-0000-0000-000000000007/search/close", "", &[Action::PlanSearch]),
    (
        "/desk/lost/00000000-0000-0000-0000-000000000007/search/teams/00000000-0000-0000-0000-000000000008/gone",
        "",
        &[Action::PlanSearch],
    ),
    (
        "/desk/lost/00000000-0000-0000-0000-000000000007/locator",
        "device=00000000-0000-0000-0000-000000000007",
        &[Action::LiveTrack],
    ),
    ("/desk/admin/letters/discard", "job=1&reason=x", &[Action::ManageDeadLetters]),
    ("/desk/admin/orgs/new", "name=x&kind=shop", &[Action::ManageOrgs]),
    ("/desk/admin/webhooks/new", "label=x", &[Action::ManageWebhooks]),
    ("/desk/admin/webhooks/0199c000-0000-7000-8000-000000000001", "wish=test", &[Action::ManageWebhooks]),
    ("/desk/admin/webhooks/0199c000-0000-7000-8000-000000000001/secret", "x=", &[Action::ManageWebhooks]),
    ("/desk/admin/sign-in", "factor=admins", &[Action::ManageSignIn]),
    ("/desk/admin/records", "daily_lookups=x", &[Action::ManageRecordRules]),
    ("/desk/break-glass", "reason=", &[Action::BreakGlass]),
    ("/desk/break-glass/00000000-0000-0000-0000-000000000007/review", "verdict=", &[Action::ReviewBreakGlass]),
    (
        "/desk/break-glass/00000000-0000-0000-0000-000000000007/people/00000000-0000-0000-0000-000000000008/letter",
        "",
        &[Action::ReviewBreakGlass],
    ),
    (
        "/desk/break-glass/00000000-0000-0000-0000-000000000007/people/00000000-0000-0000-0000-000000000008/told",
        "how=letter",
        &[Action::ReviewBreakGlass],
    ),
    ("/desk/demands/00000000-0000-0000-0000-000000000007", "do=", &[Action::ApproveDemand]),
    ("/desk/threads/00000000-0000-0000-0000-000000000007", "text=x", &[Action::WriteToFinder]),
    ("/desk/threads/00000000-0000-0000-0000-000000000007/case", "", &[Action::WriteToFinder]),
    ("/desk/threads/card/00000000-0000-0000-0000-000000000007/case", "", &[Action::WriteToFinder]),
    ("/desk/cards", "count=0", &[Action::MakeCards]),
    ("/desk/demands/00000000-0000-0000-0000-000000000007/export", "", &[Action::ExportDemand]),
    ("/desk/lost/new", "kind=found", &[Action::RaiseFor]),
    ("/desk/admin/lost", "version=0&take_minutes=x", &[Action::ManageSettings]),
    ("/desk/admin/locators/rules", "version=0&take_minutes=x", &[Action::ManageSettings]),
    (
        "/desk/admin/locators/00000000-0000-0000-0000-000000000007",
        "version=1&model=x&datum=wgs84",
        &[Action::SetLocator],
    ),
    ("/desk/help-needed/found", "place=", &[Action::OfferHelp]),
    ("/desk/admin/bulletins/new", "event=x", &[Action::DraftBulletin]),
    ("/desk/admin/bulletins/0199c000-0000-7000-8000-000000000001/publish", "version=1", &[Action::PublishBulletin]),
    ("/desk/admin/bulletins/0199c000-0000-7000-8000-000000000001/cancel", "reason=x", &[Action::PublishBulletin]),
    ("/desk/admin/bulletins/0199c000-0000-7000-8000-000000000001/discard", "", &[Action::DraftBulletin]),
    ("/desk/visits/assign", "first=x&second=y", &[Action::PlanVisits]),
    ("/desk/visits/0199c000-0000-7000-8000-000000000001/assign", "version=1", &[Action::PlanVisits]),
    ("/desk/visits/0199c000-0000-7000-8000-000000000001/call-off", "version=1", &[Action::PlanVisits]),
    ("/desk/visits/0199c000-0000-7000-8000-000000000001/record", "outcome=seen", &[Action::RecordVisit]),
    ("/desk/visits/inbox/0199c000-0000-7000-8000-000000000001", "do=take", &[Action::PlanVisits]),
    ("/desk/visits/switches", "kind=heat", &[Action::SwitchRounds]),
    ("/desk/visits/switches/0199c000-0000-7000-8000-000000000001/end", "", &[Action::SwitchRounds]),
    ("/desk/visits/rules", "version=0", &[Action::ManageSettings]),
    ("/desk/contact-cards/enter", "community=0199c000-0000-7000-8000-000000000001&text=1", &[Action::KeepContactCards]),
    ("/desk/contact-cards/print", "community=0199c000-0000-7000-8000-000000000001", &[Action::KeepContactCards]),
    ("/desk/contact-cards/0199c000-0000-7000-8000-000000000001", "x=1", &[Action::KeepContactCards]),
    ("/desk/contact-cards/0199c000-0000-7000-8000-000000000001/name", "name=1&version=1", &[Action::KeepContactCards]),
    ("/desk/contact-cards/0199c000-0000-7000-8000-000000000001/remove", "version=1", &[Action::KeepContactCards]),
    ("/desk/rounds", "x=1", &[Action::PlanVisits]),
    ("/desk/rounds/0199c000-0000-7000-8000-000000000001", "do=plan&version=1", &[Action::PlanVisits]),
    ("/desk/rounds/0199c000-0000-7000-8000-000000000001", "do=move", &[Action::PlanVisits]),
    ("/desk/rounds/0199c000-0000-7000-8000-000000000001", "do=end&version=1", &[Action::PlanVisits]),
    ("/desk/rounds/0199c000-0000-7000-8000-000000000001", "do=called&version=1", &[Action::PlanVisits]),
    (
        "/desk/volunteers/seated",
        "account=0199c000-0000-7000-8000-000000000001&insured=2026-12-01",
        &[Action::ApproveVolunteer],
    ),
    (
        "/desk/calls",
        "person=0199c000-0000-7000-8000-000000000001&key=0199c000-0000-7000-8000-000000000002&outcome=not",
        &[Action::RecordVisit],
    ),
    ("/desk/community-roles", "name=x", &[Action::AppointCommunity]),
    ("/desk/community-roles/end", "term=0199c000-0000-7000-8000-000000000001", &[Action::AppointCommunity]),
    ("/desk/activities/new", "title=x", &[Action::RunActivities]),
    ("/desk/activities/0199c000-0000-7000-8000-000000000001/invite", "x=1", &[Action::RunActivities]),
    ("/desk/activities/0199c000-0000-7000-8000-000000000001/reply", "x=1", &[Action::RunActivities]),
    ("/desk/activities/0199c000-0000-7000-8000-000000000001/over", "version=1&attended=3", &[Action::RunActivities]),
    ("/desk/volunteers/0199c000-0000-7000-8000-000000000001/step", "step=check&version=1", &[Action::LeadVolunteers]),
    (
        "/desk/volunteers/0199c000-0000-7000-8000-000000000001/approve",
        "version=1&insured=2026-12-01&until=2026-12-01&title=x",
        &[Action::ApproveVolunteer],
    ),
    ("/desk/volunteers/0199c000-0000-7000-8000-000000000001/insure", "version=1&none=1", &[Action::LeadVolunteers]),
    ("/desk/volunteers/0199c000-0000-7000-8000-000000000001/mentor", "version=1", &[Action::LeadVolunteers]),
    ("/desk/volunteers/0199c000-0000-7000-8000-000000000001/thanks", "thanks=x", &[Action::LeadVolunteers]),
    ("/desk/resources/new", "count=x", &[Action::KeepResources]),
    ("/desk/resources/file", "csv=", &[Action::KeepResources]),
    ("/desk/resources/0199c000-0000-7000-8000-000000000001", "count=1", &[Action::KeepResources]),
    ("/desk/resources/0199c000-0000-7000-8000-000000000001/lend", "loan=1", &[Action::KeepResources]),
    ("/desk/resources/0199c000-0000-7000-8000-000000000001/back", "loan=x", &[Action::KeepResources]),
    ("/desk/resources/0199c000-0000-7000-8000-000000000001/remove", "version=1", &[Action::KeepResources]),
    ("/desk/admin/resources/new", "name_zh=", &[Action::ManageResourceKinds]),
    ("/desk/crowd/events/new", "name=x", &[Action::ManageEvents]),
    ("/desk/crowd/events/0199c000-0000-7000-8000-000000000001", "name=x", &[Action::ManageEvents]),
    ("/desk/crowd/events/0199c000-0000-7000-8000-000000000001/drop", "version=1", &[Action::ManageEvents]),
    ("/desk/crowd/decide", "key=x&do=decline", &[Action::DecideCrowd]),
];

fn allowed(role: Role, actions: &[Action]) -> bool {
    actions.is_empty() || actions.iter().any(|a| who_may(*a).contains(&role))
}

#[tokio::test]
async fn every_route_refuses_who_may_not() {
    let desk = Desk::new();
    let mut wrong = Vec::new();
    for role in Role::ALL {
        let cookie = desk.sign_in(*role).await;
        for path in EVERYBODY {
            let answer = desk.get(&cookie, path).await;
            if answer.status != StatusCode::OK && answer.status != StatusCode::SEE_OTHER {
                wrong.push(format!("{} GET {path}: {}", role.code(), answer.status));
            }
        }
        for (path, actions) in PAGES {
            let answer = desk.get(&cookie, path).await;
            let ok = if allowed(*role, actions) {
                matches!(answer.status, StatusCode::OK | StatusCode::SEE_OTHER)
            } else {
                answer.status == StatusCode::FORBIDDEN && answer.body.contains("class=\"button\" href=\"/desk\"")
            };
            if !ok {
                wrong.push(format!("{} GET {path}: {}", role.code(), answer.status));
            }
        }
        let offered = desk.get(&cookie, "/desk/me").await.body.contains("role=\"search\"");
        if offered != allowed(*role, &[Action::ViewDesk, Action::ViewStaff]) {
            wrong.push(format!("{} sees a search field: {offered}", role.code()));
        }
        for (path, form, actions) in FORMS {
            let answer = desk.post(&cookie, path, form).await;
            let refused = answer.status == StatusCode::FORBIDDEN;
            if refused == allowed(*role, actions) || answer.status.is_server_error() {
                wrong.push(format!("{} POST {path}: {}", role.code(), answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn who_has_no_desk_is_led_on_in_their_language() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::SystemAdmin).await;
    for lang in ["", "/en"] {
        let answer = desk.get(&cookie, &format!("{lang}/desk")).await;
        assert_eq!(
            (answer.status, answer.location.as_str()),
            (StatusCode::SEE_OTHER, &*format!("{lang}/desk/notices"))
        );
    }
}

#[tokio::test]
async fn a_matter_is_seen_only_by_those_it_concerns() {
    let desk = Desk::new();
    let id = desk.raise("有人落水");
    // Seats here name no place: these roles then stand for the whole district, the others for nothing.
    let sees = [Role::Coordinator, Role::CatchAll, Role::DutyOfficer, Role::Clerk];
    let names = [Role::DutyOfficer, Role::Clerk];
    for role in Role::ALL {
        let cookie = desk.sign_in(*role).await;
        let page = desk.get(&cookie, &format!("/desk/matters/{id}")).await;
        let expected = if sees.contains(role) { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(page.status, expected, "{} looks", role.code());
        assert!(
            !page.body.contains("张三") && !page.body.contains("02105710199"),
            "{} sees the raiser unasked",
            role.code()
        );
        for path in ["point.geojson", "do/sign", "do/add_note"] {
            let status = desk.get(&cookie, &format!("/desk/matters/{id}/{path}")).await.status;
            assert_eq!(status, expected, "{} {path}", role.code());
        }
        let shown = desk.post(&cookie, &format!("/desk/matters/{id}/raiser"), "").await;
        if shown.status == StatusCode::OK {
            assert!(names.contains(role) || sees.contains(role), "{} sees the name", role.code());
            assert!(shown.body.contains("张三"));
        } else {
            assert_eq!(shown.status, StatusCode::FORBIDDEN, "{} asks for the name", role.code());
            assert!(!names.contains(role), "{} may know the name", role.code());
        }
        if !sees.contains(role) {
            let step = desk.post(&cookie, &format!("/desk/matters/{id}/do/sign"), "version=1&key=x").await;
            assert_eq!(step.status, StatusCode::FORBIDDEN, "{} signs", role.code());
        }
    }
}

#[tokio::test]
async fn only_the_security_administrator_helps_somebody_who_lost_a_device() {
    let desk = Desk::new();
    let owner = desk.sign_in(Role::Volunteer).await;
    let id = desk.people[&Role::Volunteer].0;
    for role in Role::ALL.iter().filter(|r| **r != Role::Volunteer) {
        let cookie = desk.sign_in(*role).await;
        let security = *role == Role::SecurityAdmin;
        let second = desk.post(&cookie, &format!("/desk/admin/people/{id}/second"), "").await;
        // There is none to take away: who may is told so.
        assert_eq!(
            second.status,
            if security { StatusCode::CONFLICT } else { StatusCode::FORBIDDEN },
            "{}",
            role.code()
        );
        let passkey = desk.post(&cookie, &format!("/desk/admin/people/{id}/passkey"), &format!("id={id}")).await;
        assert_eq!(
            passkey.status,
            if security { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN },
            "{}",
            role.code()
        );
        let end = format!("key={}", desk.key(Role::Volunteer, &["read"], None).0);
        let key = desk.post(&cookie, &format!("/desk/admin/people/{id}/keys"), &end).await;
        assert_eq!(key.status, if security { StatusCode::SEE_OTHER } else { StatusCode::FORBIDDEN }, "{}", role.code());
        let own = desk.post(&cookie, "/desk/me/keys/end", &end).await;
        assert_eq!(own.status, if security { StatusCode::SEE_OTHER } else { StatusCode::FORBIDDEN }, "{}", role.code());
        let out = desk.post(&cookie, &format!("/desk/admin/people/{id}/sign-out"), "").await;
        assert_eq!(out.status, if security { StatusCode::SEE_OTHER } else { StatusCode::FORBIDDEN }, "{}", role.code());
        let still = desk.get(&owner, "/desk/me").await.status == StatusCode::OK;
        assert!(!still || !security, "signed out at once");
        if security {
            break;
        }
        assert!(still, "{} signed somebody out", role.code());
    }
}

#[tokio::test]
async fn without_a_session_everything_leads_to_the_sign_in_page() {
    let desk = Desk::new();
    let id = desk.raise("有人落水");
    let matter = format!("/desk/matters/{id}");
    let paths = EVERYBODY.iter().chain(PAGES.iter().map(|(p, _)| p)).map(|p| (*p).to_owned());
    for path in paths.chain([matter]) {
        let answer = desk.get("", &path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.location.starts_with("/login?next="), "{path} → {}", answer.location);
    }
    // Nobody reads a page in a stream of news: it ends, and the page that listens asks whether it is signed out.
    let stream = desk.get("", "/desk/events").await;
    assert_eq!((stream.status, stream.body.as_str()), (StatusCode::NO_CONTENT, ""));
    for (path, form, _) in FORMS {
        let answer = desk.post("", path, form).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(answer.body.contains("id=\"login\""), "{path} asks for signing in");
    }
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::Clerk).await;
    let request = Request::post("/desk/new")
        .header("cookie", cookie)
        .header("sec-fetch-site", "cross-site")
        .body(Body::empty())
        .unwrap();
    assert_eq!(desk.send(request).await.status, StatusCode::BAD_REQUEST);
}
