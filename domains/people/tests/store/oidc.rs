//! Links with providers: who is found by them, who makes and ends them, and what a trip there may be used for.

use super::factors::enrolled;
use super::login::RIGHT;
use super::{World, refused};
use kernel::ids::AccountId;
use people::Result;
use people::app::login::{LOGIN_FAILURES, SOURCE_FAILURES};
use people::app::oidc::{
    Arrival, Departure, Proven, Return, arrive, come_back, invite, invited, leave_invited, leave_to_confirm,
    leave_to_link, leave_to_sign_in, links, unlink,
};
use people::app::sessions::Method;
use people::app::told::News;
use people::app::{SignIn, accounts, require_fresh, resolve, sessions};
use people::model::SessionId;
use secrecy::ExposeSecret as _;
use store::{Cx, Who};

const CITY: &str = "https://id.city.example";

fn proven(issuer: &str, subject: &str, second_factor: bool) -> Proven {
    Proven { issuer: issuer.into(), subject: subject.into(), second_factor, at: None }
}

impl World {
    fn leave(&self, who: Who, go: impl FnOnce(&mut Cx<'_>) -> Result<Departure> + Send + 'static) -> (String, String) {
        let gone = self.house.rt.write_now(who, go).unwrap();
        (gone.state.expose_secret().to_owned(), gone.browser.expose_secret().to_owned())
    }
    fn back(&self, provider: &str, state: &str, browser: &str) -> Option<Return> {
        let (provider, state, browser) = (provider.to_owned(), state.to_owned(), browser.to_owned());
        self.house.rt.write_now(self.public(), move |cx| come_back(cx, &provider, &state, &browser)).unwrap()
    }
    fn arrive(&self, who: Who, back: Return, proven: Proven, source: &'static str) -> Result<Arrival> {
        self.house.rt.write_now(who, move |cx| arrive(cx, &back, &proven, "Firefox, Linux", source))
    }
    fn link_with(&self, id: AccountId, session: SessionId, proven: Proven) -> Result<Arrival> {
        let (state, browser) = self.leave(self.as_account(id), move |cx| {
            let fresh = require_fresh(cx, session)?;
            leave_to_link(cx, &fresh, session, "city", "/desk/me")
        });
        let back = self.back("city", &state, &browser).unwrap();
        self.arrive(self.as_account(id), back, proven, "192.0.2.1")
    }
    fn in_by(&self, proven: Proven, source: &'static str) -> Arrival {
        let (state, browser) = self.leave(self.public(), |cx| leave_to_sign_in(cx, "city", "/desk"));
        let back = self.back("city", &state, &browser).unwrap();
        self.arrive(self.public(), back, proven, source).unwrap()
    }
    fn linked(&self, login: &str, subject: &str) -> (AccountId, SessionId) {
        let id = self.with_password(login);
        let session = self.session(&self.token(login));
        assert!(matches!(self.link_with(id, session, proven(CITY, subject, false)), Ok(Arrival::Linked)));
        (id, session)
    }
    fn method(&self, arrival: &Arrival) -> Method {
        let Arrival::SignIn(SignIn::In { token, .. }) = arrival else { panic!("not in: {arrival:?}") };
        let token = token.expose_secret().to_owned();
        self.look(move |cx| resolve(cx, &token)).unwrap().unwrap().method.unwrap()
    }
}

testkit::both_databases! {
    fn an_account_is_found_by_issuer_and_subject_alone(w: World) {
        let (id, _) = w.linked("wang.li", "4711");
        let found = w.in_by(proven(CITY, "4711", false), "192.0.2.1");
        assert!(matches!(&found, Arrival::SignIn(SignIn::In { account, .. }) if *account == id), "{found:?}");
        assert_eq!(w.method(&found), Method::Oidc);
        for (issuer, subject) in [("https://id.other.example", "4711"), (CITY, "4712"), (CITY, "wang.li"), (CITY, "")] {
            assert!(matches!(w.in_by(proven(issuer, subject, true), "192.0.2.2"), Arrival::Unknown), "{issuer} {subject}");
        }
        assert_eq!(w.told(id), [News::LinkMade]);
        let rows = w.look(|cx| Ok(cx.query("SELECT subject_hash FROM oidc_link", &[])?)).unwrap();
        assert!(rows.iter().all(|r| r.blob("subject_hash").unwrap() != b"4711"), "the subject is not kept");
        assert_eq!((w.logged("oidc.linked"), w.logged("session.opened")), (1, 2));
        // The log says how it signed in.
        let methods = w.look(|cx| Ok(cx.query("SELECT payload FROM event WHERE kind = 'session.opened'", &[])?)).unwrap();
        assert!(methods.iter().any(|r| r.text("payload").unwrap().contains("\"oidc\"")));
    }

    fn a_subject_belongs_to_one_account(w: World) {
        w.linked("wang.li", "4711");
        let other = w.with_password("li.ming");
        let session = w.session(&w.token("li.ming"));
        assert_eq!(refused(w.link_with(other, session, proven(CITY, "4711", true))), "link-taken");
        assert!(matches!(w.link_with(other, session, proven("https://id.other.example", "4711", true)), Ok(Arrival::Linked)));
    }

    fn a_state_counts_once_in_its_browser_at_its_provider_and_not_for_long(w: World) {
        let go = || w.leave(w.public(), |cx| leave_to_sign_in(cx, "city", "/desk"));
        let (state, browser) = go();
        assert!(w.back("city", &state, "another").is_none());
        assert!(w.back("city", &state, &browser).is_none(), "shown once, gone");
        let (state, browser) = go();
        assert!(w.back("other", &state, &browser).is_none(), "mixed up");
        let (state, browser) = go();
        w.house.clock.advance_secs(601);
        assert!(w.back("city", &state, &browser).is_none(), "too late");
        let (state, browser) = go();
        let first = w.back("city", &state, &browser).unwrap();
        assert!(w.back("city", &state, &browser).is_none());
        let (state, browser) = go();
        let second = w.back("city", &state, &browser).unwrap();
        assert_ne!(first.bound.verifier.expose_secret(), second.bound.verifier.expose_secret());
        assert_ne!(first.bound.nonce.expose_secret(), first.bound.verifier.expose_secret());
        let rows = w.look(|cx| Ok(cx.query("SELECT id FROM oidc_trip", &[])?)).unwrap();
        assert!(rows.is_empty());
    }

    fn the_code_is_asked_unless_the_provider_asked_for_a_second_factor(w: World) {
        let (id, session, phone, _) = enrolled(&w, "wang.li");
        w.link_with(id, session, proven(CITY, "4711", false)).unwrap();
        let Arrival::SignIn(SignIn::Step { token }) = w.in_by(proven(CITY, "4711", false), "192.0.2.1") else { panic!("asks") };
        let SignIn::In { token, .. } = w.second(token.expose_secret(), &phone.code(&w, 1)) else { panic!("in") };
        let token = token.expose_secret().to_owned();
        assert_eq!(w.look(move |cx| resolve(cx, &token)).unwrap().unwrap().method, Some(Method::OidcCode));
        assert_eq!(w.method(&w.in_by(proven(CITY, "4711", true), "192.0.2.1")), Method::OidcFactor);
    }

    fn a_role_that_needs_a_second_factor_has_one_at_the_provider(w: World) {
        let sys = w.first.system;
        let hash = people::app::password::hash(&RIGHT.to_owned().into(), w.house.rt.ids()).unwrap();
        w.act(move |cx| people::app::password::reset_password(cx, sys, &hash, true)).unwrap();
        let session = w.session(&w.token("sys"));
        w.link_with(sys, session, proven(CITY, "1", false)).unwrap();
        for (factor, must) in [(false, true), (true, false)] {
            let Arrival::SignIn(SignIn::In { token, must_change_password, .. }) = w.in_by(proven(CITY, "1", factor), "192.0.2.1")
            else { panic!("in") };
            assert!(!must_change_password, "the password was not used");
            let token = token.expose_secret().to_owned();
            assert_eq!(w.look(move |cx| resolve(cx, &token)).unwrap().unwrap().must_enrol, must);
        }
    }

    fn locks_suspension_and_signing_out_hold_here_too(w: World) {
        let (id, session) = w.linked("wang.li", "4711");
        for _ in 0..LOGIN_FAILURES {
            let _ = w.try_login("wang.li", "wrong one 1", "192.0.2.9");
        }
        let locked = w.in_by(proven(CITY, "4711", true), "192.0.2.1");
        assert!(matches!(locked, Arrival::SignIn(SignIn::Locked { .. })), "{locked:?}");
        w.house.clock.advance_secs(3_600);
        // Signing out everywhere ends what was on its way, too.
        let token = w.token("wang.li");
        let session2 = w.session(&token);
        let (state, browser) = w.leave(w.as_account(id), move |cx| leave_to_confirm(cx, session2, "city", "/desk"));
        w.act_as(id, move |cx| sessions::revoke_all(cx, id, None)).unwrap();
        assert!(w.back("city", &state, &browser).is_none());
        // A session that ended meanwhile gets no link and no proof.
        assert_eq!(refused(w.house.rt.write_now(w.as_account(id), move |cx| require_fresh(cx, session))), "not-fresh");
        w.act(move |cx| accounts::suspend_account(cx, id)).unwrap();
        let out = w.in_by(proven(CITY, "4711", true), "192.0.2.1");
        assert!(matches!(out, Arrival::SignIn(SignIn::Inactive)), "{out:?}");
        // Whoever tries subjects from one address is locked like whoever tries logins.
        for n in 0..SOURCE_FAILURES {
            let _ = w.in_by(proven(CITY, &format!("guess {n}"), true), "192.0.2.77");
        }
        let out = w.in_by(proven(CITY, "one more", true), "192.0.2.77");
        assert!(matches!(out, Arrival::SignIn(SignIn::Locked { .. })), "{out:?}");
    }

    fn it_confirms_by_the_own_link_anew_and_with_the_factor_where_there_is_one(w: World) {
        let (id, session) = w.linked("wang.li", "4711");
        let other = w.linked("li.ming", "4712").0;
        let confirm = |subject: &str, late: i64, factor: bool| {
            let (state, browser) = w.leave(w.as_account(id), move |cx| leave_to_confirm(cx, session, "city", "/desk"));
            let back = w.back("city", &state, &browser).unwrap();
            let at = Some(w.house.rt.now().plus_secs(late));
            w.arrive(w.as_account(id), back, Proven { at, ..proven(CITY, subject, factor) }, "192.0.2.1")
        };
        w.house.clock.advance_secs(600);
        assert!(!w.is_fresh(id, session));
        assert!(matches!(confirm("4712", 0, true), Ok(Arrival::SignIn(SignIn::Wrong))), "somebody else's");
        assert!(matches!(confirm("4711", -600, true), Ok(Arrival::SignIn(SignIn::Wrong))), "an old sign-in there");
        assert!(!w.is_fresh(id, session));
        assert!(matches!(confirm("4711", 0, false), Ok(Arrival::Confirmed { .. })));
        assert!(w.is_fresh(id, session));
        // What one session left for is not another's.
        let (state, browser) = w.leave(w.as_account(id), move |cx| leave_to_confirm(cx, session, "city", "/desk"));
        let back = w.back("city", &state, &browser).unwrap();
        assert_eq!(refused(w.arrive(w.as_account(other), back, proven(CITY, "4712", true), "192.0.2.1")), "not-fresh");
        // With a code of their own, less than a second factor is not enough.
        let (id, session, _, _) = enrolled(&w, "zhao.qi");
        w.link_with(id, session, proven(CITY, "9", false)).unwrap();
        for (factor, enough) in [(false, false), (true, true)] {
            let (state, browser) = w.leave(w.as_account(id), move |cx| leave_to_confirm(cx, session, "city", "/desk"));
            let back = w.back("city", &state, &browser).unwrap();
            let at = Some(w.house.rt.now());
            let done = w.arrive(w.as_account(id), back, Proven { at, ..proven(CITY, "9", factor) }, "192.0.2.1").unwrap();
            assert_eq!(matches!(done, Arrival::Confirmed { .. }), enough, "{done:?}");
        }
    }

    fn a_session_with_a_factor_from_elsewhere_is_not_confirmed_by_a_password(w: World) {
        let (id, session) = w.linked("wang.li", "4711");
        let asked = |session| w.house.rt.read_now(w.as_account(id), move |cx| people::app::fresh::asked(cx, session)).unwrap();
        assert_eq!(asked(session), people::app::fresh::Asked::Password);
        let Arrival::SignIn(SignIn::In { session, .. }) = w.in_by(proven(CITY, "4711", true), "192.0.2.1") else { panic!() };
        assert_eq!(asked(session), people::app::fresh::Asked::SignInAgain);
    }

    fn a_link_is_ended_by_its_owner_or_the_security_administrator(w: World) {
        let (id, session) = w.linked("wang.li", "4711");
        let link = w.house.rt.read_now(w.as_account(id), move |cx| links(cx, id)).unwrap()[0].id;
        let nosy = w.with_password("nosy");
        let theirs = w.session(&w.token("nosy"));
        let end = |who: AccountId, session: SessionId| w.act_as(who, move |cx| {
            let fresh = require_fresh(cx, session)?;
            unlink(cx, &fresh, session, link)
        });
        assert_eq!(refused(end(nosy, theirs)), "role");
        assert_eq!(refused(w.house.rt.read_now(w.as_account(nosy), move |cx| links(cx, id))), "role");
        let other = w.token("wang.li");
        end(id, session).unwrap();
        assert_eq!(w.who_is(&other), None, "other devices are signed out");
        assert!(matches!(w.in_by(proven(CITY, "4711", true), "192.0.2.3"), Arrival::Unknown));
        assert_eq!(w.told(id), [News::LinkMade, News::LinkEnded]);
    }

    fn an_invitation_links_once_and_does_not_get_past_the_code(w: World) {
        let sys = w.first.system;
        let hash = people::app::password::hash(&RIGHT.to_owned().into(), w.house.rt.ids()).unwrap();
        w.act(move |cx| people::app::password::reset_password(cx, sys, &hash, false)).unwrap();
        let session = w.session(&w.token("sys"));
        let ask = |who: AccountId, session: SessionId, whom: AccountId| w.act_as(who, move |cx| {
            let fresh = require_fresh(cx, session)?;
            invite(cx, &fresh, whom)
        });
        let id = w.person("wang.li", "王丽");
        let nosy = w.with_password("nosy");
        let theirs = w.session(&w.token("nosy"));
        assert_eq!(refused(ask(nosy, theirs, id)), "role");
        let code = ask(sys, session, id).unwrap().expose_secret().to_owned();
        let open = |code: &str| { let code = code.to_owned(); w.look(move |cx| invited(cx, &code)).unwrap() };
        assert_eq!(open(&code).unwrap().login, "wang.li");
        assert!(open("00").is_none());
        let second = ask(sys, session, id).unwrap().expose_secret().to_owned();
        assert!(open(&code).is_none(), "a newer one ends it");
        let go = |code: &str| { let code = code.to_owned(); w.leave(w.public(), move |cx| leave_invited(cx, &code, "city", "/desk")) };
        let accept = |(state, browser): (String, String), subject: &str| {
            let back = w.back("city", &state, &browser).unwrap();
            w.arrive(w.public(), back, proven(CITY, subject, true), "192.0.2.1")
        };
        let (one, two) = (go(&second), go(&second));
        let done = accept(one, "4711").unwrap();
        assert!(matches!(done, Arrival::SignIn(SignIn::In { account, .. }) if account == id), "{done:?}");
        assert_eq!(refused(accept(two, "4712")), "not-found", "once");
        assert_eq!(w.told(id), [News::LinkMade, News::LinkInvited, News::LinkInvited]);
        // It has no password: its only way in stays.
        let link = w.house.rt.read_now(w.as_account(id), move |cx| links(cx, id)).unwrap()[0].id;
        let Arrival::SignIn(SignIn::In { session: own, .. }) = w.in_by(proven(CITY, "4711", true), "192.0.2.1") else { panic!() };
        let last = w.act_as(id, move |cx| { let fresh = require_fresh(cx, own)?; unlink(cx, &fresh, own, link) });
        assert_eq!(refused(last), "last-way");
        // Somebody with a code: whoever made the invitation and linked themselves does not get past it.
        let (victim, _, _, _) = enrolled(&w, "zhao.qi");
        let code = ask(sys, session, victim).unwrap().expose_secret().to_owned();
        assert!(matches!(accept(go(&code), "mallory"), Ok(Arrival::SignIn(SignIn::Step { .. }))));
        assert!(matches!(w.in_by(proven(CITY, "mallory", true), "192.0.2.1"), Arrival::SignIn(SignIn::Step { .. })));
        // Suspending ends invitations.
        let code = ask(sys, session, nosy).unwrap().expose_secret().to_owned();
        w.act(move |cx| accounts::suspend_account(cx, nosy)).unwrap();
        assert!(open(&code).is_none());
        assert_eq!(refused(ask(sys, session, nosy)), "not-active");
    }
}
