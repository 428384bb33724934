//! Signing in, being locked out, devices and keys.

use super::{World, refused};
use kernel::ids::AccountId;
use kernel::{Actor, Purpose};
use people::app::login::{LOGIN_FAILURES, SOURCE_FAILURES};
use people::app::tokens::{self, NewToken};
use people::app::{SignIn, begin_login, finish_login, password, resolve, resolve_token, sessions};
use people::policy::TokenScope;
use secrecy::{ExposeSecret, SecretString};
use store::Who;

pub(crate) const RIGHT: &str = "青禾 station 42";

/// Where [`World::try_login`] comes from.
pub(crate) fn here() -> sessions::Seen {
    sessions::Seen::new("Firefox, Linux", "192.0.2.1")
}

impl World {
    pub(crate) fn public(&self) -> Who {
        Who::new(Actor::public(self.house.district), Purpose::Public)
    }
    pub(crate) fn try_login(&self, login: &str, typed: &str, source: &str) -> SignIn {
        let (login, source) = (login.to_owned(), source.to_owned());
        let attempt = self.house.rt.read_now(self.public(), move |cx| begin_login(cx, &login, &source)).unwrap();
        let attempt = attempt.check(&SecretString::from(typed.to_owned()));
        self.house.rt.write_now(self.public(), move |cx| finish_login(cx, &attempt, "Firefox, Linux")).unwrap()
    }
    pub(crate) fn with_password(&self, login: &str) -> AccountId {
        let id = self.person(login, "王丽");
        let hash = password::hash(&SecretString::from(RIGHT), self.house.rt.ids()).unwrap();
        self.act(move |cx| password::reset_password(cx, id, &hash, false)).unwrap();
        id
    }
    pub(crate) fn token(&self, login: &str) -> String {
        match self.try_login(login, RIGHT, "192.0.2.1") {
            SignIn::In { token, .. } => token.expose_secret().to_owned(),
            other => panic!("{other:?}"),
        }
    }
    pub(crate) fn who_is(&self, token: &str) -> Option<AccountId> {
        let token = token.to_owned();
        self.look(move |cx| resolve(cx, &token)).unwrap().map(|r| r.account.id)
    }
}

testkit::both_databases! {
    fn the_right_password_opens_a_session_that_can_be_ended(w: World) {
        let id = w.with_password("wang.li");
        assert!(matches!(w.try_login("wang.li", "wrong one 1", "192.0.2.1"), SignIn::Wrong));
        let (phone, desk) = (w.token("WANG.li "), w.token("wang.li"));
        assert_eq!((w.who_is(&phone), w.who_is(&desk), w.who_is("0000")), (Some(id), Some(id), None));
        let raw = w.look(|cx| Ok(cx.query("SELECT token_hash FROM login_session", &[])?)).unwrap();
        assert!(raw.iter().all(|r| hex::encode(r.blob("token_hash").unwrap()) != phone), "only the hash is stored");
        let devices = w.house.rt.read_now(w.as_account(id), move |cx| sessions::devices(cx, id)).unwrap();
        assert_eq!(devices.len(), 2);
        assert_eq!(devices[0].label, "Firefox, Linux");
        let other = w.person("nosy", "好奇");
        let session = devices[0].session;
        assert_eq!(refused(w.act_as(other, move |cx| sessions::revoke(cx, session))), "role");
        w.act_as(id, move |cx| sessions::revoke_all(cx, id, None)).unwrap();
        assert_eq!((w.who_is(&phone), w.who_is(&desk)), (None, None));
    }

    fn five_wrong_ones_lock_a_login_known_or_not(w: World) {
        w.with_password("wang.li");
        for login in ["wang.li", "nobody.here"] {
            for _ in 1..LOGIN_FAILURES {
                assert!(matches!(w.try_login(login, "wrong one 1", "192.0.2.1"), SignIn::Wrong));
            }
            assert!(matches!(w.try_login(login, "wrong one 1", "192.0.2.1"), SignIn::Locked { .. }));
            assert!(matches!(w.try_login(login, RIGHT, "192.0.2.9"), SignIn::Locked { .. }), "even the right one waits");
        }
        w.house.clock.advance_secs(61);
        assert!(matches!(w.try_login("wang.li", "wrong one 1", "192.0.2.1"), SignIn::Locked { .. }), "the next lock is longer");
        w.house.clock.advance_secs(61);
        assert!(matches!(w.try_login("wang.li", RIGHT, "192.0.2.1"), SignIn::Locked { .. }));
        w.house.clock.advance_secs(61);
        assert!(matches!(w.try_login("wang.li", RIGHT, "192.0.2.1"), SignIn::In { .. }));
        assert!(matches!(w.try_login("wang.li", "wrong one 1", "192.0.2.1"), SignIn::Wrong), "success forgets the failures");
    }

    fn a_source_that_tries_many_logins_is_locked(w: World) {
        w.with_password("wang.li");
        for n in 0..SOURCE_FAILURES {
            let got = w.try_login(&format!("guess{n}"), "wrong one 1", "198.51.100.7");
            assert_eq!(matches!(got, SignIn::Locked { .. }), n + 1 == SOURCE_FAILURES, "{n}");
        }
        assert!(matches!(w.try_login("wang.li", RIGHT, "198.51.100.7"), SignIn::Locked { .. }));
        assert!(matches!(w.try_login("wang.li", RIGHT, "192.0.2.1"), SignIn::In { .. }), "others go on");
    }

    fn guesses_at_the_same_time_are_counted_one_by_one(w: World) {
        w.with_password("wang.li");
        let results: Vec<SignIn> = std::thread::scope(|s| {
            let tasks: Vec<_> = (0..8).map(|i| { let w = &w; s.spawn(move || w.try_login("wang.li", &format!("wrong one {i}"), "192.0.2.1")) }).collect();
            tasks.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|r| matches!(r, SignIn::Wrong)).count(), 4, "{results:?}");
    }

    fn a_session_ends_by_itself(w: World) {
        let id = w.with_password("wang.li");
        let token = w.token("wang.li");
        w.house.clock.advance_secs(11 * 3_600);
        let t = token.clone();
        let r = w.look(move |cx| resolve(cx, &t)).unwrap().unwrap();
        assert!(r.needs_touch);
        w.act(move |cx| sessions::touch(cx, r.session, &here())).unwrap();
        w.house.clock.advance_secs(11 * 3_600);
        assert_eq!(w.who_is(&token), Some(id), "used in between");
        w.house.clock.advance_secs(3_600);
        assert_eq!(w.who_is(&token), None, "twelve hours without use");
    }

    fn a_suspended_account_is_out_at_once(w: World) {
        let id = w.with_password("wang.li");
        let token = w.token("wang.li");
        let (_, key) = w.act(move |cx| tokens::issue(cx, &NewToken { account: id, label: "脚本".into(), scopes: vec![TokenScope::Read], area: None, expires_at: None })).unwrap();
        w.act(move |cx| people::app::accounts::suspend_account(cx, id)).unwrap();
        let key = key.expose_secret().to_owned();
        assert_eq!(w.who_is(&token), None);
        assert!(w.look(move |cx| resolve_token(cx, &key)).unwrap().is_none());
        assert!(matches!(w.try_login("wang.li", RIGHT, "192.0.2.1"), SignIn::Inactive));
        assert!(matches!(w.try_login("wang.li", "wrong one 1", "192.0.2.1"), SignIn::Wrong));
    }

    fn ones_own_password_is_changed_by_knowing_it(w: World) {
        let id = w.with_password("wang.li");
        let token = w.token("wang.li");
        let stored = w.house.rt.read_now(w.as_account(id), password::own_hash).unwrap().unwrap();
        assert!(password::check(&stored, &SecretString::from(RIGHT)));
        let new = password::hash(&SecretString::from("另外一个 password"), w.house.rt.ids()).unwrap();
        let (seen, next) = (stored.clone(), new.clone());
        w.act_as(id, move |cx| password::set_own_password(cx, &seen, &next, None)).unwrap();
        assert_eq!(w.who_is(&token), None, "other devices are signed out");
        assert_eq!(refused(w.act_as(id, move |cx| password::set_own_password(cx, &stored, &new, None))), "wrong-password");
        assert!(matches!(w.try_login("wang.li", "另外一个 password", "192.0.2.1"), SignIn::In { .. }));
    }
}
