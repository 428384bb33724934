//! Signing in with a second factor, showing again that it is oneself, and what ends a session.

use crate::world::{Answer, Desk, PASSWORD, aside, hidden};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt as _;
use kernel::{Purpose, Role};
use people::app::{Flat, SignInRules, end_term, set_sign_in_rules, sign_in_rules};
use people::model::Place;
use secrecy::ExposeSecret as _;
use std::time::Duration;
use totp_rs::{Builder, Secret, Totp};
use tower::ServiceExt as _;

/// The authenticator of somebody, set up on the pages.
struct Phone(Totp);

impl Phone {
    async fn set_up(desk: &Desk, cookie: &str) -> (Self, Vec<String>) {
        let begun = desk.post(cookie, "/desk/me/second/begin", "").await;
        assert_eq!((begun.status, begun.location.as_str()), (StatusCode::SEE_OTHER, "/desk/me/second"));
        let page = desk.get(cookie, "/desk/me/second").await.body;
        assert!(page.contains("<svg class=\"qr\""), "{page}");
        let secret = page.split("<code class=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
        let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
        let phone = Self(Builder::new().with_secret(secret).build().unwrap());
        let wrong = desk.post(cookie, "/desk/me/second/confirm", "code=000000").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = desk.post(cookie, "/desk/me/second/confirm", &format!("code={}", phone.code(desk))).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        let codes = done.body.split("<li><code>").skip(1).map(|c| c.split('<').next().unwrap().to_owned()).collect();
        (phone, codes)
    }

    /// Its next code; each counts once, so time moves on.
    fn code(&self, desk: &Desk) -> String {
        desk.world.house.clock.advance_secs(30);
        let at = desk.world.house.rt.now().micros() / 1_000_000;
        self.0.generate(at.try_into().unwrap()).to_string()
    }
}

impl Desk {
    async fn password(&self, login: &str, next: &str) -> Answer {
        self.post("", "/login", &format!("login={login}&password={}&next={next}", PASSWORD.replace(' ', "+"))).await
    }
    fn later(&self, minutes: i64) {
        self.world.house.clock.advance_secs(minutes * 60);
    }
}

#[tokio::test]
async fn the_code_is_asked_after_the_password_and_leads_back() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::Clerk).await;
    let (phone, codes) = Phone::set_up(&desk, &cookie).await;
    assert_eq!(codes.len(), 10);
    let asked = desk.password("clerk", "%2Fdesk%2Fhelp").await;
    assert_eq!((asked.status, asked.cookie.as_str()), (StatusCode::OK, ""), "no session yet");
    let step = hidden(&asked.body, "step");
    assert!(desk.get(&format!("mulin={step}"), "/desk/help").await.location.starts_with("/login"), "half is nothing");
    let wrong = desk.post("", "/login/code", &format!("step={step}&code=123456&next=%2Fdesk%2Fhelp")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("code-error") && !wrong.body.contains("123456"), "{}", wrong.body);
    let code = phone.code(&desk);
    let form = format!("step={step}&code={code}&next=%2Fdesk%2Fhelp");
    let done = desk.post("", "/login/code", &form).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/desk/help"));
    assert_eq!(desk.get(&done.cookie, "/desk/help").await.status, StatusCode::OK);
    // The same code again, with a step of its own.
    let again = hidden(&desk.password("clerk", "").await.body, "step");
    let replayed = desk.post("", "/login/code", &format!("step={again}&code={code}")).await;
    assert_eq!((replayed.status, replayed.cookie.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, ""));
    let away = desk.post("", "/login/code", &format!("step={again}&code={}&next=//evil.example", codes[0])).await;
    assert_eq!((away.status, away.location.as_str()), (StatusCode::SEE_OTHER, "/desk"), "a recovery code, and home");
}

/// The acted test "lost phone", from the loss to the new telephone.
#[tokio::test]
async fn lost_phone() {
    let desk = Desk::new();
    let (rules, clerk) = (aside(|| desk.world.look(sign_in_rules)), desk.people[&Role::Clerk].0);
    aside(|| {
        desk.world.act(move |cx| set_sign_in_rules(cx, &SignInRules { factor_roles: vec![Role::Clerk], ..rules }))
    });
    let cookie = desk.sign_in(Role::Clerk).await;
    let must = desk.get(&cookie, "/desk").await;
    assert_eq!(must.location, "/desk/me/second", "the role asks for one: nothing else opens");
    let (old, _) = Phone::set_up(&desk, &cookie).await;
    assert_eq!(desk.get(&cookie, "/desk").await.status, StatusCode::OK);
    // The telephone is gone, its screen unlocked: the finder has the codes, but not the password.
    let guess = desk.post("", "/login", "login=clerk&password=not+the+one").await;
    assert_eq!(guess.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The finder had found a sign-in that was half done.
    let step = hidden(&desk.password("clerk", "").await.body, "step");
    let security = desk.sign_in(Role::SecurityAdmin).await;
    let reset = format!("/desk/admin/people/{clerk}/second");
    desk.later(10);
    let asked = desk.post(&security, &reset, "").await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN, "first: is it really the administrator?");
    let next = hidden(&asked.body, "next");
    let form = format!("next={next}&waiting=1&proof={}", PASSWORD.replace(' ', "+"));
    let shown = desk.post(&security, "/desk/me/confirm", &form).await;
    assert!(shown.body.contains(&format!("action=\"{reset}\"")), "{}", shown.body);
    let done = desk.post(&shown.cookie, &reset, "").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(desk.get(&cookie, "/desk").await.location.contains("why=secret"), "every device is signed out");
    let late = desk.post("", "/login/code", &format!("step={step}&code={}", old.code(&desk))).await;
    assert_eq!(late.cookie, "", "the old telephone opens nothing any more");
    // The owner signs in with the password and has to set up a new one first.
    let fresh = desk.sign_in(Role::Clerk).await;
    assert_eq!(desk.get(&fresh, "/desk").await.location, "/desk/me/second");
    Phone::set_up(&desk, &fresh).await;
    let told = desk.get(&fresh, "/desk/me").await.body;
    assert!(told.contains("两步验证被重置（security_admin）"), "who did it: {told}");
    assert_eq!(aside(|| desk.world.logged("factor.reset")), 1);
}

impl Desk {
    /// A passkey of the clerk, made in their open session. The signature is the web face's business and not needed here.
    fn passkey(&self) -> uuid::Uuid {
        use people::app::{passkeys, require_fresh};
        let clerk = self.people[&Role::Clerk].0;
        aside(|| {
            self.world
                .act_as(self.world.who(clerk, Purpose::Administration), move |cx| {
                    let sql = "SELECT id FROM login_session WHERE account_id = $1 AND revoked_at IS NULL";
                    let session = cx.query_one(sql, store::params![clerk])?.id("id")?;
                    let fresh = require_fresh(cx, session)?;
                    let token = passkeys::begin(cx, passkeys::Aim::Add, Some(session), Some(&fresh), "")?;
                    let challenge = passkeys::take(cx, token.expose_secret(), passkeys::Aim::Add)?.unwrap();
                    passkeys::add(cx, &challenge, b"a", "{}", "值班室手机")?;
                    Ok::<_, people::Error>(passkeys::list(cx, clerk)?[0].id)
                })
                .unwrap()
        })
    }
}

/// The acted test "lost phone", where the telephone held a passkey.
#[tokio::test]
async fn a_lost_phone_with_a_passkey() {
    let desk = Desk::new();
    let (clerk, cookie) = (desk.people[&Role::Clerk].0, desk.sign_in(Role::Clerk).await);
    let key = desk.passkey();
    let security = desk.sign_in(Role::SecurityAdmin).await;
    let page = desk.get(&security, &format!("/desk/admin/people/{clerk}")).await.body;
    assert!(page.contains("值班室手机") && page.contains(&format!("/desk/admin/people/{clerk}/passkey")), "{page}");
    let system = desk.sign_in(Role::SystemAdmin).await;
    let page = desk.get(&system, &format!("/desk/admin/people/{clerk}")).await.body;
    assert!(!page.contains("值班室手机"), "accounts are theirs, ways to sign in are not");
    let (path, form) = (format!("/desk/admin/people/{clerk}/passkey"), format!("id={key}"));
    desk.later(10);
    let asked = desk.post(&security, &path, &form).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN, "first: is it really the administrator?");
    assert_eq!(desk.get(&cookie, "/desk/notices").await.status, StatusCode::OK);
    let security = desk.sign_in(Role::SecurityAdmin).await;
    let done = desk.post(&security, &path, &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(desk.get(&security, &done.location).await.body.contains("通行密钥已删除"));
    assert!(desk.get(&cookie, "/desk/notices").await.location.contains("why=secret"), "every device is signed out");
    let cookie = desk.sign_in(Role::Clerk).await;
    let told = desk.get(&cookie, "/desk/me").await.body;
    assert!(told.contains("删了一把通行密钥（security_admin）"), "who did it: {told}");
    assert_eq!(aside(|| desk.world.logged("passkey.removed")), 1);
}

#[tokio::test]
async fn a_form_waits_until_it_is_shown_who_sends_it() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::SecurityAdmin).await;
    desk.later(6);
    let form = "factor=nobody&max_sessions=7&idle_minutes=30&life_hours=24&fresh_minutes=5&version=1";
    let asked = desk.post(&cookie, "/desk/admin/sign-in", form).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert_eq!(aside(|| desk.world.look(sign_in_rules)).version, 1, "nothing was done");
    assert_eq!(hidden(&asked.body, "kept-max_sessions"), "7");
    let wrong = desk
        .post(&cookie, "/desk/me/confirm", "next=%2Fdesk%2Fadmin%2Fsign-in&waiting=1&kept-max_sessions=7&proof=no")
        .await;
    assert_eq!((wrong.status, wrong.cookie.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, ""));
    assert_eq!(hidden(&wrong.body, "kept-max_sessions"), "7", "still there after a wrong password");
    let kept: Vec<String> = form.split('&').map(|pair| format!("kept-{pair}")).collect();
    let proof =
        format!("next=%2Fdesk%2Fadmin%2Fsign-in&waiting=1&proof={}&{}", PASSWORD.replace(' ', "+"), kept.join("&"));
    let go_on = desk.post(&cookie, "/desk/me/confirm", &proof).await;
    assert_eq!(go_on.status, StatusCode::OK, "{}", go_on.body);
    assert!(go_on.body.contains("action=\"/desk/admin/sign-in\""));
    assert_eq!(hidden(&go_on.body, "max_sessions"), "7");
    assert!(!go_on.body.contains(PASSWORD));
    assert_ne!(go_on.cookie, cookie, "a proof changes the token");
    assert!(desk.get(&cookie, "/desk/me").await.location.starts_with("/login"), "the one of before is worth nothing");
    let done = desk.post(&go_on.cookie, "/desk/admin/sign-in", form).await;
    assert_eq!(done.location, "/desk/admin/sign-in?done=set");
    assert_eq!(aside(|| desk.world.look(sign_in_rules)).max_sessions, 7);
}

/// A page that is only read asks too, and leads back; it never leads away.
#[tokio::test]
async fn the_proof_never_leads_away() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::Clerk).await;
    let proof = format!("next=https%3A%2F%2Fevil.example&proof={}", PASSWORD.replace(' ', "+"));
    assert_eq!(desk.post(&cookie, "/desk/me/confirm", &proof).await.location, "/desk");
    let cookie = desk.sign_in(Role::Clerk).await;
    let page = desk.get(&cookie, "/desk/me/confirm?next=%2F%2Fevil.example").await;
    assert_eq!(hidden(&page.body, "next"), "/desk");
}

/// The acted test "stolen session": seen by its owner, weak in the thief's hands, over within the minute.
#[tokio::test]
async fn stolen_session() {
    let desk = Desk::new();
    let owner = desk.sign_in(Role::Coordinator).await;
    let thief = |path: &str| {
        Request::get(path)
            .header(header::COOKIE, &owner)
            .header(header::USER_AGENT, "curl/8.5 (Linux)")
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(desk.send(thief("/desk")).await.status, StatusCode::OK, "a cookie is a cookie");
    // Nothing grave can be done with it: the proof of the owner does not go with the cookie.
    let grave = Request::post("/desk/me/second/begin")
        .header(header::COOKIE, &owner)
        .header(header::USER_AGENT, "curl/8.5 (Linux)")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::empty())
        .unwrap();
    assert_eq!(desk.send(grave).await.status, StatusCode::FORBIDDEN);
    // The owner sees it on the next page, and ends every device but a new one.
    let mine = desk.sign_in(Role::Coordinator).await;
    let page = desk.get(&mine, "/desk").await.body;
    assert!(page.contains("href=\"/desk/me#news\""), "{page}");
    let me = desk.get(&mine, "/desk/me").await.body;
    assert!(me.contains("curl · Linux") && me.contains("可能有人拿走了登录状态"), "{me}");
    assert_eq!(desk.post(&mine, "/desk/me/sessions/others", "").await.status, StatusCode::SEE_OTHER);
    assert!(desk.send(thief("/desk")).await.location.starts_with("/login"), "over at once");
    assert_eq!(desk.get(&mine, "/desk").await.status, StatusCode::OK);
    assert_eq!(aside(|| desk.world.logged("session.moved")), 1);
    let until = hidden(&me, "until");
    assert_eq!(desk.post(&mine, "/desk/me/seen", &format!("until={until}")).await.status, StatusCode::SEE_OTHER);
    assert!(!desk.get(&mine, "/desk").await.body.contains("/desk/me#news"), "seen once is enough");
}

#[tokio::test]
async fn what_ended_a_session_is_said_and_rights_end_with_it() {
    let desk = Desk::new();
    let (clerk, head) = (desk.people[&Role::Clerk].0, desk.people[&Role::PostHead].0);
    let cookie = desk.sign_in(Role::PostHead).await;
    let seat = aside(|| desk.world.seat(Role::Clerk, Place::default(), "第二坐席"));
    let term = aside(|| desk.world.sit(people::app::NewTerm::holder(seat, head)));
    let gone = desk.get(&cookie, "/desk?queue=mine").await;
    assert_eq!(gone.location, "/login?next=%2Fdesk%3Fqueue%3Dmine&why=roles");
    assert!(desk.get("", &gone.location).await.body.contains("岗位有变动"));
    let both = desk.sign_in(Role::PostHead).await;
    assert_eq!(desk.get(&both, "/desk/new").await.status, StatusCode::OK);
    aside(|| desk.world.act(move |cx| end_term(cx, &Flat, term, None)));
    assert!(desk.get(&both, "/desk/new").await.location.contains("why=roles"), "the same minute");
    let idle = desk.sign_in(Role::Clerk).await;
    desk.later(12 * 60);
    assert!(desk.get(&idle, "/desk").await.location.ends_with("&why=idle"));
    let out = desk.sign_in(Role::Clerk).await;
    aside(|| desk.world.act(move |cx| people::app::accounts::suspend_account(cx, clerk)));
    assert!(desk.get(&out, "/desk").await.location.ends_with("&why=account"));
    // A form that comes too late leads back to the page it stood on, not to an address that only takes forms.
    let late = Request::post("/desk/views")
        .header(header::COOKIE, &out)
        .header(header::HOST, "mulin.example")
        .header(header::ORIGIN, "http://mulin.example")
        .header(header::REFERER, "http://mulin.example/en/desk?queue=mine")
        .body(Body::empty())
        .unwrap();
    assert_eq!(desk.send(late).await.location, "/login?next=%2Fdesk%3Fqueue%3Dmine&why=account");
}

/// Session fixation: a token that somebody planted never becomes a session.
#[tokio::test]
async fn a_planted_token_is_not_taken_over() {
    let desk = Desk::new();
    let planted = format!("mulin={}", "ab".repeat(32));
    let form = format!("login=clerk&password={}", PASSWORD.replace(' ', "+"));
    let done = desk.post(&planted, "/login", &form).await;
    assert!(!done.cookie.is_empty() && done.cookie != planted);
    assert!(desk.get(&planted, "/desk").await.location.starts_with("/login"));
    let first = done.cookie;
    let second = desk.post(&first, "/login", &form).await.cookie;
    assert_ne!(first, second, "a new token at each sign-in");
}

#[tokio::test]
async fn a_key_is_shown_once_listed_and_ended() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::Coordinator).await;
    let nothing = desk.post(&cookie, "/desk/me/keys", "label=&area=nowhere&days=0").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.body.contains("href=\"#area\""), "{}", nothing.body);
    let made = desk.post(&cookie, "/desk/me/keys", "label=weighing&scope-read=1&days=30").await;
    let secret = made.body.split("mulin_").nth(1).map(|rest| format!("mulin_{}", &rest[..64])).expect("the key");
    assert_eq!(made.status, StatusCode::OK);
    let list = desk.get(&cookie, "/desk/me/keys").await.body;
    assert!(list.contains("weighing") && !list.contains(&secret), "shown once");
    let found = aside(|| desk.world.look(move |cx| people::app::resolve_token(cx, &secret))).expect("it works");
    assert_eq!(found.actor.account_id(), Some(desk.people[&Role::Coordinator].0));
    let end = format!("key={}", hidden(&list, "key"));
    assert_eq!(desk.post(&cookie, "/desk/me/keys/end", &end).await.location, "/desk/me/keys?done=ended");
    assert!(!desk.get(&cookie, "/desk/me/keys").await.body.contains("weighing"));
    desk.later(6);
    let asked = desk.post(&cookie, "/desk/me/keys", "label=again&scope-read=1&days=30").await;
    assert_eq!((asked.status, hidden(&asked.body, "kept-label").as_str()), (StatusCode::FORBIDDEN, "again"));
}

/// Invitations are the system administrator's, ending a link is the security administrator's, and neither is anybody else's.
#[tokio::test]
async fn who_invites_to_single_sign_on_and_who_ends_a_link() {
    let desk = Desk::new();
    let (clerk, _) = desk.people[&Role::Clerk];
    let link = uuid::Uuid::nil();
    for (role, invites) in [
        (Role::SystemAdmin, StatusCode::OK),
        (Role::SecurityAdmin, StatusCode::FORBIDDEN),
        (Role::AuditAdmin, StatusCode::FORBIDDEN),
        (Role::Coordinator, StatusCode::FORBIDDEN),
        (Role::Clerk, StatusCode::FORBIDDEN),
    ] {
        let cookie = desk.sign_in(role).await;
        let answer = desk.post(&cookie, &format!("/desk/admin/people/{clerk}/invite"), "").await;
        assert_eq!(answer.status, invites, "{role:?}: {}", answer.body);
        assert_eq!(answer.body.contains("/login/invited/"), invites == StatusCode::OK, "{role:?}");
        let answer = desk.post(&cookie, &format!("/desk/admin/people/{clerk}/unlink"), &format!("id={link}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role:?}: there is none");
    }
    assert_eq!(desk.post("", &format!("/desk/admin/people/{clerk}/invite"), "").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(desk.post("", "/desk/me/ways/link", "provider=city").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(desk.get("", "/desk/me/ways").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.get("", "/login/invited/00").await.status, StatusCode::NOT_FOUND);
    // Without a provider there is nowhere to go.
    let cookie = desk.sign_in(Role::Clerk).await;
    assert_eq!(desk.post(&cookie, "/desk/me/ways/link", "provider=city").await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.post("", "/login/with/city", "next=/desk").await.status, StatusCode::NOT_FOUND);
    assert!(!desk.get("", "/login").await.body.contains("/login/with/"));
}

/// A stream of news that somebody left open.
async fn listen(desk: &Desk, cookie: &str) -> axum::body::BodyDataStream {
    let request = Request::get("/desk/events").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let response = desk.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body().into_data_stream()
}

/// It ends by itself; what came before is read over.
async fn ends(mut stream: axum::body::BodyDataStream) {
    let end = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(5), end).await.expect("closed within five seconds");
}

#[tokio::test]
async fn an_open_stream_ends_with_its_session() {
    let desk = Desk::new();
    let rules = aside(|| desk.world.look(sign_in_rules));
    aside(|| desk.world.act(move |cx| set_sign_in_rules(cx, &SignInRules { max_sessions: 3, ..rules })));
    let security = desk.sign_in(Role::SecurityAdmin).await;
    let system = desk.sign_in(Role::SystemAdmin).await;
    // Signed out by oneself, on the same device.
    let cookie = desk.sign_in(Role::DutyOfficer).await;
    let stream = listen(&desk, &cookie).await;
    assert_eq!(desk.post(&cookie, "/logout", "").await.status, StatusCode::SEE_OTHER);
    ends(stream).await;
    // By the security administrator.
    let clerk = desk.people[&Role::Clerk].0;
    let stream = listen(&desk, &desk.sign_in(Role::Clerk).await).await;
    desk.post(&security, &format!("/desk/admin/people/{clerk}/sign-out"), "").await;
    ends(stream).await;
    // The account is suspended.
    let stream = listen(&desk, &desk.sign_in(Role::Clerk).await).await;
    let kept_out = desk.post(&system, &format!("/desk/admin/people/{clerk}/status"), "to=suspend").await;
    assert_eq!(kept_out.status, StatusCode::SEE_OTHER, "{}", kept_out.body);
    ends(stream).await;
    // Another post: the rights it was opened with are not theirs any more.
    let (auxiliary, seat) = desk.people[&Role::Auxiliary];
    let stream = listen(&desk, &desk.sign_in(Role::Auxiliary).await).await;
    aside(|| {
        desk.world.act(move |cx| {
            let sql = "SELECT id FROM term WHERE account_id = $1 AND seat_id = $2";
            let term = cx.query_one(sql, store::params![auxiliary, seat])?.id("id")?;
            end_term(cx, &Flat, term, None)
        });
    });
    ends(stream).await;
    // One device too many ends the one used longest ago.
    let first = desk.sign_in(Role::Mediator).await;
    let stream = listen(&desk, &first).await;
    for _ in 0..3 {
        desk.later(2);
        desk.sign_in(Role::Mediator).await;
    }
    let gone = desk.get(&first, "/desk/notices").await;
    assert!(gone.location.contains("why=limit"), "it was the first one: {} {}", gone.status, gone.location);
    ends(stream).await;
    // Left lying about: the clock alone ends it. Whoever goes on working elsewhere hears on.
    let cookie = desk.sign_in(Role::PostHead).await;
    let lying = listen(&desk, &desk.sign_in(Role::PostHead).await).await;
    let mut working = listen(&desk, &cookie).await;
    desk.later(7 * 60);
    assert_eq!(desk.get(&cookie, "/desk/notices").await.status, StatusCode::OK);
    desk.later(7 * 60);
    ends(lying).await;
    let still = tokio::time::timeout(Duration::from_secs(2), working.next()).await;
    assert!(still.is_err(), "an open session keeps its stream: {still:?}");
}
