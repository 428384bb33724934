//! The second factor: set up, asked, used once, lost with the telephone.

use super::login::RIGHT;
use super::{World, refused};
use kernel::ids::AccountId;
use people::app::factors::{
    self, RECOVERY_CODES, begin_factor, confirm_factor, enrolment, remove_factor, renew_recovery_codes, reset_factor,
};
use people::app::fresh::Shown;
use people::app::login::LOGIN_FAILURES;
use people::app::told::News;
use people::app::{SignIn, finish_step, password, require_fresh, resolve};
use people::model::SessionId;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Secret, Totp};

/// The telephone of somebody.
pub(crate) struct Phone(Totp);

impl Phone {
    pub(crate) fn code(&self, w: &World, steps: i64) -> String {
        let at = w.house.rt.now().micros() / 1_000_000 + 30 * steps;
        self.0.generate(at.try_into().unwrap()).to_string()
    }
}

/// A signed-in person with a second factor: account, session, telephone, recovery codes.
pub(crate) fn enrolled(w: &World, login: &str) -> (AccountId, SessionId, Phone, Vec<String>) {
    let id = w.with_password(login);
    let session = w.session(&w.token(login));
    let (phone, codes) = enrol(w, id, session);
    (id, session, phone, codes)
}

fn enrol(w: &World, id: AccountId, session: SessionId) -> (Phone, Vec<String>) {
    w.act_as(id, move |cx| {
        let fresh = require_fresh(cx, session)?;
        begin_factor(cx, &fresh)
    })
    .unwrap();
    let shown = w.house.rt.read_now(w.as_account(id), enrolment).unwrap().unwrap();
    let secret = Secret::try_from_base32(shown.secret.expose_secret()).unwrap();
    let phone = Phone(Builder::new().with_secret(secret).build().unwrap());
    let code = phone.code(w, 0);
    let codes = w
        .act_as(id, move |cx| {
            let fresh = require_fresh(cx, session)?;
            confirm_factor(cx, &fresh, session, &code)
        })
        .unwrap();
    w.house.clock.advance_secs(30);
    (phone, codes.iter().map(|c| c.expose_secret().to_owned()).collect())
}

impl World {
    fn step(&self, login: &str) -> String {
        match self.try_login(login, RIGHT, "192.0.2.1") {
            SignIn::Step { token } => token.expose_secret().to_owned(),
            other => panic!("{other:?}"),
        }
    }
    pub(crate) fn second(&self, step: &str, code: &str) -> SignIn {
        let (step, code) = (step.to_owned(), code.to_owned());
        let done = move |cx: &mut store::Cx<'_>| finish_step(cx, &step, &code, "Firefox, Linux", "192.0.2.1");
        self.house.rt.write_now(self.public(), done).unwrap()
    }
}

testkit::both_databases! {
    fn a_code_is_asked_and_counts_once(w: World) {
        let (id, _, phone, _) = enrolled(&w, "wang.li");
        let step = w.step("wang.li");
        assert_eq!(w.who_is(&step), None, "half a sign-in opens nothing");
        assert!(matches!(w.second(&step, "000000"), SignIn::Wrong));
        let code = phone.code(&w, 0);
        let SignIn::In { account, .. } = w.second(&step, &format!("{} {}", &code[..3], &code[3..])) else { panic!("right") };
        assert_eq!(account, id);
        assert!(matches!(w.second(&step, &phone.code(&w, 1)), SignIn::TooLate), "a step is gone once");
        let again = w.step("wang.li");
        assert!(matches!(w.second(&again, &code), SignIn::Wrong), "the same code a second time");
        assert!(matches!(w.second(&again, &phone.code(&w, -1)), SignIn::Wrong), "an earlier one after a later one");
        assert!(matches!(w.second(&again, &phone.code(&w, 2)), SignIn::Wrong), "two steps ahead");
        assert!(matches!(w.second(&again, &phone.code(&w, 1)), SignIn::In { .. }), "a clock that is fast by one");
        assert_eq!(w.told(id), [News::FactorOn]);
    }

    fn the_secret_is_sealed_and_shown_only_while_it_is_set_up(w: World) {
        let (id, _, phone, codes) = enrolled(&w, "wang.li");
        assert!(w.house.rt.read_now(w.as_account(id), enrolment).unwrap().is_none());
        let row = w.look(|cx| Ok(cx.query_one("SELECT secret FROM second_factor", &[])?)).unwrap();
        let stored = row.blob("secret").unwrap();
        let plain = phone.0.secret().as_bytes().to_vec();
        assert!(!stored.windows(plain.len()).any(|part| part == plain));
        assert_eq!(codes.len(), RECOVERY_CODES);
        let rows = w.look(|cx| Ok(cx.query("SELECT code_hash FROM recovery_code", &[])?)).unwrap();
        assert!(rows.iter().all(|r| !codes.iter().any(|c| r.blob("code_hash").unwrap() == c.as_bytes())));
    }

    fn the_time_to_type_the_code_is_short_and_wrong_ones_lock(w: World) {
        let (_, _, phone, _) = enrolled(&w, "wang.li");
        let step = w.step("wang.li");
        w.house.clock.advance_secs(300);
        assert!(matches!(w.second(&step, &phone.code(&w, 0)), SignIn::TooLate));
        // Somebody who knows the password cannot buy fresh guesses with it.
        for n in 1..LOGIN_FAILURES {
            let step = w.step("wang.li");
            assert!(matches!(w.second(&step, "000000"), SignIn::Wrong), "{n}");
        }
        let step = w.step("wang.li");
        assert!(matches!(w.second(&step, "000000"), SignIn::Locked { .. }));
        assert!(matches!(w.second(&step, &phone.code(&w, 0)), SignIn::Locked { .. }));
    }

    fn a_lost_phone_is_bridged_by_a_recovery_code_each_of_them_once(w: World) {
        let (id, session, _, codes) = enrolled(&w, "wang.li");
        let typed = codes[0].to_lowercase().replace('-', " ");
        assert!(matches!(w.second(&w.step("wang.li"), &typed), SignIn::In { .. }));
        assert!(matches!(w.second(&w.step("wang.li"), &typed), SignIn::Wrong));
        assert_eq!(w.told(id), [News::FactorOn, News::RecoveryUsed]);
        let state = w.house.rt.read_now(w.as_account(id), move |cx| factors::factor_state(cx, id)).unwrap();
        assert_eq!(state.recovery_left, 9);
        let fresh = w.act_as(id, move |cx| { let fresh = require_fresh(cx, session)?; renew_recovery_codes(cx, &fresh) }).unwrap();
        assert_eq!(fresh.len(), RECOVERY_CODES);
        assert!(matches!(w.second(&w.step("wang.li"), &codes[1]), SignIn::Wrong), "old ones are worth nothing");
        assert!(matches!(w.second(&w.step("wang.li"), fresh[0].expose_secret()), SignIn::In { .. }));
    }

    fn a_lost_phone_without_codes_is_reset_by_the_security_administrator_alone(w: World) {
        let (id, session, _, codes) = enrolled(&w, "wang.li");
        let phone_thief = w.step("wang.li");
        let hash = password::hash(&SecretString::from(RIGHT), w.house.rt.ids()).unwrap();
        let (sec, sys) = (w.first.security, w.first.system);
        for who in [sec, sys] {
            let hash = hash.clone();
            w.act(move |cx| password::reset_password(cx, who, &hash, false)).unwrap();
        }
        let of = |login: &str| w.session(&w.token(login));
        let (sec_session, sys_session) = (of("sec"), of("sys"));
        let reset = |who: AccountId, session: SessionId| w.act_as(who, move |cx| {
            let fresh = require_fresh(cx, session)?;
            reset_factor(cx, &fresh, id)
        });
        assert_eq!(refused(reset(sys, sys_session)), "role");
        assert_eq!(refused(reset(id, session)), "role", "one's own is removed, not reset");
        w.house.clock.advance_secs(600);
        assert_eq!(refused(reset(sec, sec_session)), "not-fresh");
        assert!(matches!(w.prove(sec, sec_session, RIGHT, ""), Shown::Yes { .. }));
        reset(sec, sec_session).unwrap();
        assert_eq!(w.logged("factor.reset"), 1);
        assert!(matches!(w.second(&phone_thief, &codes[0]), SignIn::TooLate), "what was begun with the old one is over");
        let news = w.told(id);
        assert_eq!(news, [News::FactorOn, News::FactorReset]);
        assert!(matches!(w.try_login("wang.li", RIGHT, "192.0.2.1"), SignIn::In { .. }), "the password alone, until a new one is set up");
    }

    fn administrators_must_have_one_and_cannot_take_it_off(w: World) {
        let sec = w.first.security;
        let hash = password::hash(&SecretString::from(RIGHT), w.house.rt.ids()).unwrap();
        w.act(move |cx| password::reset_password(cx, sec, &hash, false)).unwrap();
        let token = w.token("sec");
        let must = |token: &str| { let t = token.to_owned(); w.look(move |cx| resolve(cx, &t)).unwrap().unwrap().must_enrol };
        assert!(must(&token));
        let session = w.session(&token);
        enrol(&w, sec, session);
        assert!(!must(&token));
        let off = w.act_as(sec, move |cx| { let fresh = require_fresh(cx, session)?; remove_factor(cx, &fresh) });
        assert_eq!(refused(off), "factor-needed");
        let (id, session, ..) = enrolled(&w, "wang.li");
        let twice = w.act_as(id, move |cx| { let fresh = require_fresh(cx, session)?; begin_factor(cx, &fresh) });
        assert_eq!(refused(twice), "factor-state");
        w.act_as(id, move |cx| { let fresh = require_fresh(cx, session)?; remove_factor(cx, &fresh) }).unwrap();
        assert!(matches!(w.try_login("wang.li", RIGHT, "192.0.2.1"), SignIn::In { .. }));
    }

    fn a_proof_asks_the_code_where_there_is_one(w: World) {
        let (id, session, phone, _) = enrolled(&w, "wang.li");
        w.house.clock.advance_secs(600);
        assert!(!w.is_fresh(id, session));
        assert!(matches!(w.prove(id, session, RIGHT, ""), Shown::Wrong), "the password is not enough");
        let code = phone.code(&w, 0);
        assert!(matches!(w.prove(id, session, "", &code), Shown::Yes { .. }));
        assert!(w.is_fresh(id, session));
        assert!(matches!(w.prove(id, session, "", &code), Shown::Wrong), "once");
    }

    fn setting_up_signs_the_other_devices_out(w: World) {
        let id = w.with_password("wang.li");
        let (other, mine) = (w.token("wang.li"), w.token("wang.li"));
        let session = w.session(&mine);
        enrol(&w, id, session);
        assert_eq!((w.who_is(&other), w.who_is(&mine)), (None, Some(id)));
        let late = w.session(&mine);
        w.house.clock.advance_secs(600);
        let wrong = w.act_as(id, move |cx| { let fresh = require_fresh(cx, late)?; remove_factor(cx, &fresh) });
        assert_eq!(refused(wrong), "not-fresh");
    }
}
