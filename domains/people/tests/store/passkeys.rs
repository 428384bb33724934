//! Passkeys: what a proof made by the web face may be used for.

use super::factors::enrolled;
use super::login::RIGHT;
use super::{World, refused};
use kernel::ids::AccountId;
use people::Result;
use people::app::login::{LOGIN_FAILURES, SOURCE_FAILURES};
use people::app::passkeys::{Aim, Verdict, add, begin, confirm, find, list, remove, remove_of, sign_in, take};
use people::app::sessions::Method;
use people::app::told::News;
use people::app::{SignIn, accounts, password, require_fresh, resolve, sessions};
use people::model::SessionId;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

impl World {
    fn challenge_to_add(&self, id: AccountId, session: SessionId) -> String {
        let token = self.act_as(id, move |cx| {
            let fresh = require_fresh(cx, session)?;
            begin(cx, Aim::Add, Some(session), Some(&fresh), "state")
        });
        token.unwrap().expose_secret().to_owned()
    }
    fn add_key(&self, id: AccountId, session: SessionId, credential: &'static [u8]) -> Result<()> {
        let token = self.challenge_to_add(id, session);
        self.act_as(id, move |cx| {
            let challenge = take(cx, &token, Aim::Add)?.unwrap();
            add(cx, &challenge, credential, "{}", "值班室电脑")
        })
    }
    fn passkey_of(&self, id: AccountId) -> Uuid {
        self.house.rt.read_now(self.as_account(id), move |cx| list(cx, id)).unwrap()[0].id
    }
    fn keyed(&self, login: &str, credential: &'static [u8]) -> (AccountId, SessionId, Uuid) {
        let id = self.with_password(login);
        let session = self.session(&self.token(login));
        self.add_key(id, session, credential).unwrap();
        (id, session, self.passkey_of(id))
    }
    fn in_with(&self, verdict: Verdict, source: &'static str) -> SignIn {
        self.house.rt.write_now(self.public(), move |cx| sign_in(cx, &verdict, "Firefox, Linux", source)).unwrap()
    }
    fn confirms(&self, id: AccountId, session: SessionId, verdict: Verdict) -> Result<bool> {
        let who = self.as_account(id);
        self.house.rt.write_now(who, move |cx| {
            let token = begin(cx, Aim::Confirm, Some(session), None, "state")?;
            let challenge = take(cx, token.expose_secret(), Aim::Confirm)?.unwrap();
            Ok(confirm(cx, &challenge, &verdict, "192.0.2.1")?.is_some())
        })
    }
}

impl World {
    /// The security administrator, signed in.
    fn guard(&self) -> (AccountId, SessionId) {
        let (id, hash) =
            (self.first.security, password::hash(&SecretString::from(RIGHT), self.house.rt.ids()).unwrap());
        self.act(move |cx| password::reset_password(cx, id, &hash, false)).unwrap();
        (id, self.session(&self.token("sec")))
    }
}

fn holds(key: Uuid) -> Verdict {
    Verdict::Holds { key, credential: "{\"counter\":2}".into() }
}

testkit::both_databases! {
    fn it_is_a_password_and_a_second_factor_in_one(w: World) {
        let (id, session, _, _) = enrolled(&w, "wang.li");
        w.add_key(id, session, b"a").unwrap();
        let key = w.passkey_of(id);
        let SignIn::In { account, token, .. } = w.in_with(holds(key), "192.0.2.1") else { panic!("no code is asked") };
        assert_eq!(account, id);
        let token = token.expose_secret().to_owned();
        let seen = w.look(move |cx| resolve(cx, &token)).unwrap().unwrap();
        assert_eq!((seen.method, seen.must_enrol), (Some(Method::Passkey), false));
        let kept = w.look(move |cx| find(cx, b"a", id.0)).unwrap().unwrap();
        assert!(kept.credential.contains("counter\":2"), "the counter is written down");
        assert!(w.house.rt.read_now(w.as_account(id), move |cx| list(cx, id)).unwrap()[0].last_used.is_some());
        assert_eq!(w.told(id), [News::FactorOn, News::PasskeyAdded]);
        let opened = w.look(|cx| Ok(cx.query("SELECT payload FROM event WHERE kind = 'session.opened'", &[])?)).unwrap();
        assert!(opened.iter().any(|r| r.text("payload").unwrap().contains("\"passkey\"")), "the log says how");
    }

    fn a_challenge_counts_once_for_what_it_was_made_and_not_for_long(w: World) {
        let id = w.with_password("wang.li");
        let session = w.session(&w.token("wang.li"));
        let taken = |token: &str, aim| { let t = token.to_owned(); w.house.rt.write_now(w.public(), move |cx| take(cx, &t, aim)).unwrap() };
        let token = w.challenge_to_add(id, session);
        assert!(taken(&token, Aim::SignIn).is_none(), "made for something else");
        assert!(taken(&token, Aim::Add).is_none(), "gone all the same");
        let token = w.challenge_to_add(id, session);
        assert!(taken(&token, Aim::Add).is_some());
        assert!(taken(&token, Aim::Add).is_none(), "once");
        let token = w.challenge_to_add(id, session);
        w.house.clock.advance_secs(301);
        assert!(taken(&token, Aim::Add).is_none(), "too late");
        // Without a fresh proof there is none to add one.
        let asked = w.act_as(id, move |cx| begin(cx, Aim::Add, Some(session), None, "state").map(|_| ()));
        assert_eq!(refused(asked), "not-fresh");
    }

    fn a_passkey_belongs_to_one_account(w: World) {
        let (id, _, key) = w.keyed("wang.li", b"a");
        let (other, theirs, _) = w.keyed("li.ming", b"b");
        assert_eq!(refused(w.add_key(other, theirs, b"a")), "link-taken");
        assert!(w.look(move |cx| find(cx, b"a", other.0)).unwrap().is_none(), "the device must name its own account");
        assert!(w.look(move |cx| find(cx, b"a", id.0)).unwrap().is_some());
        w.house.clock.advance_secs(600);
        assert!(!w.confirms(other, theirs, holds(key)).unwrap(), "somebody else's confirms nothing");
        assert!(!w.is_fresh(other, theirs));
        // A challenge of one session is not answered in another's.
        let session = w.session(&w.token("wang.li"));
        let token = w.challenge_to_add(id, session);
        let added = w.act_as(other, move |cx| {
            let challenge = take(cx, &token, Aim::Add)?.unwrap();
            add(cx, &challenge, b"c", "{}", "x")
        });
        assert_eq!(refused(added), "not-fresh");
    }

    fn a_copied_one_is_refused_and_told(w: World) {
        let (id, _, key) = w.keyed("wang.li", b"a");
        assert!(matches!(w.in_with(Verdict::Copied { key }, "192.0.2.1"), SignIn::Wrong));
        assert_eq!(w.told(id), [News::PasskeyAdded, News::PasskeyCopied]);
        assert_eq!(w.logged("passkey.copied"), 1);
    }

    fn locks_suspension_and_signing_out_hold_here_too(w: World) {
        let (id, _, key) = w.keyed("wang.li", b"a");
        for _ in 0..SOURCE_FAILURES {
            let _ = w.in_with(Verdict::Not, "192.0.2.7");
        }
        assert!(matches!(w.in_with(holds(key), "192.0.2.7"), SignIn::Locked { .. }), "this address tried too often");
        assert!(matches!(w.in_with(holds(key), "192.0.2.8"), SignIn::In { .. }), "and locks nobody's account");
        for _ in 0..LOGIN_FAILURES {
            let _ = w.try_login("wang.li", "wrong one 1", "192.0.2.9");
        }
        assert!(matches!(w.in_with(holds(key), "192.0.2.8"), SignIn::Locked { .. }));
        w.house.clock.advance_secs(3_600);
        let session = w.session(&w.token("wang.li"));
        let token = w.challenge_to_add(id, session);
        w.act_as(id, move |cx| sessions::revoke_all(cx, id, None)).unwrap();
        let gone = w.house.rt.write_now(w.public(), move |cx| take(cx, &token, Aim::Add)).unwrap();
        assert!(gone.is_none(), "what was begun is over");
        w.act(move |cx| accounts::suspend_account(cx, id)).unwrap();
        assert!(matches!(w.in_with(holds(key), "192.0.2.8"), SignIn::Inactive));
    }

    fn it_confirms_and_is_taken_away_by_its_owner_or_the_security_administrator(w: World) {
        let (id, session, key) = w.keyed("wang.li", b"a");
        w.house.clock.advance_secs(600);
        assert!(!w.is_fresh(id, session));
        assert!(w.confirms(id, session, holds(key)).unwrap());
        assert!(w.is_fresh(id, session));
        let nosy = w.with_password("nosy");
        let theirs = w.session(&w.token("nosy"));
        let end = |who: AccountId, session: SessionId| w.act_as(who, move |cx| {
            let fresh = require_fresh(cx, session)?;
            remove(cx, &fresh, session, key)
        });
        assert!(end(nosy, theirs).is_err(), "not theirs");
        let take = |who: AccountId, session: SessionId, of: AccountId| w.act_as(who, move |cx| {
            let fresh = require_fresh(cx, session)?;
            remove_of(cx, &fresh, of, key)
        });
        assert_eq!(refused(take(nosy, theirs, id)), "role");
        // An account that has nothing to do with it does not lead there either.
        let (security, guards) = w.guard();
        assert!(take(security, guards, nosy).is_err(), "not a passkey of that account");
        assert_eq!(refused(w.house.rt.read_now(w.as_account(nosy), move |cx| list(cx, id))), "role");
        let other = w.token("wang.li");
        end(id, session).unwrap();
        assert_eq!(w.who_is(&other), None, "other devices are signed out");
        assert!(matches!(w.in_with(holds(key), "192.0.2.3"), SignIn::Wrong));
        assert_eq!(w.told(id), [News::PasskeyAdded, News::PasskeyRemoved]);
    }

    fn a_lost_one_is_taken_away_by_the_security_administrator(w: World) {
        let (id, _, key) = w.keyed("wang.li", b"a");
        let (security, session) = w.guard();
        let left = w.token("wang.li");
        w.house.clock.advance_secs(600);
        let take = || w.act_as(security, move |cx| {
            let fresh = require_fresh(cx, session)?;
            remove_of(cx, &fresh, id, key)
        });
        assert!(matches!(take(), Err(people::Error::NotFresh)), "first: is it really the administrator?");
        let again = w.session(&w.token("sec"));
        w.act_as(security, move |cx| { let fresh = require_fresh(cx, again)?; remove_of(cx, &fresh, id, key) }).unwrap();
        assert_eq!(w.who_is(&left), None, "every device is signed out");
        assert!(matches!(w.in_with(holds(key), "192.0.2.3"), SignIn::Wrong));
        assert!(w.house.rt.read_now(w.as_account(id), move |cx| list(cx, id)).unwrap().is_empty());
        assert_eq!(w.told(id), [News::PasskeyAdded, News::PasskeyRemoved]);
        let by = w.look(|cx| Ok(cx.query_one("SELECT actor FROM event WHERE kind = 'passkey.removed'", &[])?.text("actor")?));
        assert!(by.unwrap().contains(&security.to_string()), "the log says who");
    }
}
