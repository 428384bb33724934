//! Devices: how many at once, what ends them, what a stolen one can do.

use super::login::{RIGHT, here};
use super::{World, at_post, refused};
use kernel::Role;
use kernel::ids::AccountId;
use people::app::fresh::{Shown, begin_proof, finish_proof, fresh_until, require_fresh};
use people::app::sessions::{self, Ended, Seen};
use people::app::told::{News, mark_seen, news};
use people::app::{Flat, NewTerm, SignIn, SignInRules, end_term, resolve, set_sign_in_rules, sign_in_rules};
use people::model::SessionId;
use secrecy::{ExposeSecret, SecretString};

impl World {
    pub(crate) fn session(&self, token: &str) -> SessionId {
        let token = token.to_owned();
        self.look(move |cx| resolve(cx, &token)).unwrap().expect("a session").session
    }
    fn ended(&self, token: &str) -> Option<Ended> {
        let token = token.to_owned();
        self.look(move |cx| sessions::why_ended(cx, &token)).unwrap()
    }
    pub(crate) fn told(&self, id: AccountId) -> Vec<News> {
        let news = self.house.rt.read_now(self.as_account(id), |cx| news(cx, true, 50)).unwrap();
        let mut kinds: Vec<News> = news.into_iter().map(|n| n.kind).collect();
        kinds.sort();
        kinds
    }
    pub(crate) fn is_fresh(&self, id: AccountId, session: SessionId) -> bool {
        match self.house.rt.read_now(self.as_account(id), move |cx| require_fresh(cx, session)) {
            Ok(fresh) => fresh.account() == id,
            Err(e) => {
                assert_eq!(e.code(), "not-fresh");
                false
            }
        }
    }
    pub(crate) fn prove(&self, id: AccountId, session: SessionId, password: &str, code: &str) -> Shown {
        let proof =
            self.house.rt.read_now(self.as_account(id), move |cx| begin_proof(cx, session, "192.0.2.1")).unwrap();
        let proof = proof.check(&SecretString::from(password.to_owned()));
        let code = code.to_owned();
        self.act_as(id, move |cx| finish_proof(cx, session, &proof, &code)).unwrap()
    }
}

testkit::both_databases! {
    fn one_device_too_many_ends_the_one_used_longest_ago(w: World) {
        let id = w.with_password("wang.li");
        let tokens: Vec<String> = (0..3).map(|_| { w.house.clock.advance_secs(60); w.token("wang.li") }).collect();
        w.house.clock.advance_secs(600);
        let oldest = w.session(&tokens[0]);
        w.act_as(id, move |cx| sessions::touch(cx, oldest, &here())).unwrap();
        let fourth = w.token("wang.li");
        assert_eq!(w.who_is(&tokens[1]), None, "the one used longest ago");
        assert_eq!(w.ended(&tokens[1]), Some(Ended::Limit));
        for token in [&tokens[0], &tokens[2], &fourth] {
            assert_eq!(w.who_is(token), Some(id));
            assert_eq!(w.ended(token), None);
        }
        assert_eq!(w.told(id), [News::SessionLimit]);
    }

    fn the_rules_are_the_security_administrators_and_count_at_once(w: World) {
        let id = w.with_password("wang.li");
        let first = w.token("wang.li");
        let tight = SignInRules { max_sessions: 1, idle_minutes: 10, life_hours: 1, ..SignInRules::default() };
        let (sys, sec) = (w.first.system, w.first.security);
        for who in [sys, id, w.first.audit] {
            let rules = tight.clone();
            assert_eq!(refused(w.act_as(who, move |cx| set_sign_in_rules(cx, &rules))), "role");
        }
        let rules = tight.clone();
        w.act_as(sec, move |cx| set_sign_in_rules(cx, &rules)).unwrap();
        let rules = tight.clone();
        assert_eq!(refused(w.act_as(sec, move |cx| set_sign_in_rules(cx, &rules))), "stale");
        let wild = SignInRules { version: 1, idle_minutes: 100_000, ..tight };
        assert_eq!(refused(w.act_as(sec, move |cx| set_sign_in_rules(cx, &wild))), "invalid");
        assert_eq!(w.look(sign_in_rules).unwrap().version, 1);
        let second = w.token("wang.li");
        assert_eq!((w.who_is(&first), w.who_is(&second)), (None, Some(id)));
        w.house.clock.advance_secs(600);
        assert_eq!((w.who_is(&second), w.ended(&second)), (None, Some(Ended::Idle)));
        let third = w.token("wang.li");
        for _ in 0..7 {
            w.house.clock.advance_secs(500);
            let session = w.session(&third);
            w.act_as(id, move |cx| sessions::touch(cx, session, &here())).unwrap();
        }
        w.house.clock.advance_secs(100);
        assert_eq!((w.who_is(&third), w.ended(&third)), (None, Some(Ended::Expired)), "used all the time, but an hour old");
    }

    fn other_rights_need_another_sign_in(w: World) {
        let id = w.with_password("wang.li");
        let before = w.token("wang.li");
        let seat = w.seat(Role::DutyOfficer, at_post(1), "值班");
        let term = w.sit(NewTerm::holder(seat, id)).unwrap();
        assert_eq!((w.who_is(&before), w.ended(&before)), (None, Some(Ended::Roles)), "a role was won");
        let gone = before.clone();
        w.act(move |cx| sessions::close_ended(cx, &gone)).unwrap();
        let with = w.token("wang.li");
        assert_eq!(w.who_is(&with), Some(id));
        let noon = w.house.rt.now().plus_hours(4);
        w.act(move |cx| end_term(cx, &Flat, term, Some(noon))).unwrap();
        assert_eq!(w.who_is(&with), Some(id), "still on the seat");
        w.house.clock.set(noon);
        assert_eq!((w.who_is(&with), w.ended(&with)), (None, Some(Ended::Roles)), "a role ran out by itself");
        assert_eq!(w.who_is(&before), None, "the rights of before are back, the session is not");
        let devices = w.house.rt.read_now(w.as_account(id), move |cx| sessions::devices(cx, id)).unwrap();
        assert!(devices.is_empty(), "what opens nothing is not listed: {devices:?}");
    }

    fn a_stolen_session_is_seen_weak_and_ended(w: World) {
        let id = w.with_password("wang.li");
        let token = w.token("wang.li");
        let session = w.session(&token);
        assert!(w.is_fresh(id, session), "just signed in");
        // The cookie turns up in another network, in another browser.
        let thief = Seen::new("curl · Linux", "198.51.100.77");
        let found = { let t = token.clone(); w.look(move |cx| resolve(cx, &t)).unwrap().unwrap() };
        assert!(found.has_moved(&thief) && !found.has_moved(&here()));
        let seen = thief.clone();
        w.act_as(id, move |cx| sessions::touch(cx, session, &seen)).unwrap();
        assert!(!w.is_fresh(id, session), "the proof of the owner does not go with the cookie");
        assert_eq!(w.told(id), [News::SessionMoved]);
        let devices = w.house.rt.read_now(w.as_account(id), move |cx| sessions::devices(cx, id)).unwrap();
        assert_eq!((devices[0].opened_from.as_str(), devices[0].last_from.as_str()), ("192.0.2.*", "198.51.100.*"));
        assert_eq!(devices[0].other_label.as_deref(), Some("curl · Linux"));
        assert_eq!(w.logged("session.moved"), 1);
        // The thief does not know the password; the owner ends the session.
        assert!(matches!(w.prove(id, session, "wrong one 1", ""), Shown::Wrong));
        let other = w.token("wang.li");
        w.act_as(id, move |cx| sessions::revoke(cx, session)).unwrap();
        assert_eq!((w.who_is(&token), w.who_is(&other)), (None, Some(id)));
        let now = w.house.rt.now();
        w.act_as(id, move |cx| mark_seen(cx, now)).unwrap();
        assert!(w.told(id).is_empty());
    }

    fn a_machine_with_two_kinds_of_address_keeps_its_proof(w: World) {
        let id = w.with_password("wang.li");
        let session = w.session(&w.token("wang.li"));
        for (from, fresh) in [("2001:db8:1:2::", true), ("192.0.2.99", true), ("198.51.100.7", false)] {
            let seen = Seen::new("Firefox, Linux", from);
            w.act_as(id, move |cx| sessions::touch(cx, session, &seen)).unwrap();
            assert_eq!(w.is_fresh(id, session), fresh, "{from}");
        }
    }

    fn a_proof_counts_five_minutes_and_changes_the_token(w: World) {
        let id = w.with_password("wang.li");
        let token = w.token("wang.li");
        let session = w.session(&token);
        w.house.clock.advance_secs(299);
        assert!(w.is_fresh(id, session));
        w.house.clock.advance_secs(1);
        assert!(!w.is_fresh(id, session));
        let Shown::Yes { token: new } = w.prove(id, session, RIGHT, "") else { panic!("the right password") };
        assert_eq!(w.who_is(&token), None, "the token of before is worth nothing");
        assert_eq!(w.who_is(new.expose_secret()), Some(id));
        let until = w.house.rt.read_now(w.as_account(id), move |cx| fresh_until(cx, session)).unwrap();
        assert_eq!(until, Some(w.house.rt.now().plus_minutes(5)));
        let nosy = w.person("nosy", "好奇");
        assert!(!w.is_fresh(nosy, session), "somebody else's proof");
        w.act_as(id, move |cx| sessions::revoke(cx, session)).unwrap();
        assert!(!w.is_fresh(id, session));
    }

    fn wrong_proofs_lock_as_wrong_passwords_do(w: World) {
        let id = w.with_password("wang.li");
        let session = w.session(&w.token("wang.li"));
        for _ in 1..people::app::login::LOGIN_FAILURES {
            assert!(matches!(w.prove(id, session, "wrong one 1", ""), Shown::Wrong));
        }
        assert!(matches!(w.prove(id, session, "wrong one 1", ""), Shown::Locked { .. }));
        assert!(matches!(w.prove(id, session, RIGHT, ""), Shown::Locked { .. }));
        assert!(matches!(w.try_login("wang.li", RIGHT, "192.0.2.1"), SignIn::Locked { .. }));
        assert_eq!(w.told(id), [News::LoginLocked]);
    }
}
