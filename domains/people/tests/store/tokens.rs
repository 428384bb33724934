//! Keys of programs: made by whom, for what, where, until when.

use super::{World, area, at_post, refused};
use kernel::Role;
use kernel::ids::AccountId;
use people::app::tokens::{self, NewToken};
use people::app::told::News;
use people::app::{NewTerm, TokenActor, accounts, require_fresh, resolve_token, sessions};
use people::model::{SessionId, TokenId};
use people::policy::{Action, ResourceFacts, TokenScope, Why, require, require_scope};
use secrecy::ExposeSecret;

impl World {
    fn key(&self, account: AccountId, scopes: &[TokenScope]) -> NewToken {
        let expires_at = Some(self.house.rt.now().plus_days(30));
        NewToken { account, label: "报表".into(), scopes: scopes.to_vec(), area: None, expires_at }
    }
    fn issue_own(&self, by: AccountId, session: SessionId, new: NewToken) -> people::Result<(TokenId, String)> {
        let (id, secret) = self.act_as(by, move |cx| {
            let fresh = require_fresh(cx, session)?;
            tokens::issue_own(cx, &fresh, &new)
        })?;
        Ok((id, secret.expose_secret().to_owned()))
    }
    fn by_key(&self, secret: &str) -> Option<TokenActor> {
        let secret = secret.to_owned();
        self.look(move |cx| resolve_token(cx, &secret)).unwrap()
    }
}

testkit::both_databases! {
    fn a_key_has_the_rights_of_its_account_cut_to_what_it_is_for(w: World) {
        let id = w.with_password("wang.li");
        let seat = w.seat(Role::DutyOfficer, at_post(1), "值班");
        w.sit(NewTerm::holder(seat, id)).unwrap();
        let session = w.session(&w.token("wang.li"));
        let (token_id, secret) = w.issue_own(id, session, w.key(id, &[TokenScope::Read])).unwrap();
        let got = w.by_key(&secret).unwrap();
        assert!(got.actor.has(Role::DutyOfficer));
        assert!(require_scope(&got.scopes, Action::ViewMatter).is_ok());
        let purpose = kernel::Purpose::Administration;
        let why = |action| require(&got.actor, purpose, action, &ResourceFacts::District).map_err(|d| d.why);
        assert_eq!(why(Action::ViewDesk), Ok(()));
        for action in [Action::Sign, Action::RaiseFor, Action::RevealRaiser, Action::ManageDuty, Action::OwnAccount] {
            assert_eq!(why(action), Err(Why::TokenScope), "{}", action.code());
        }
        assert_eq!(w.told(id), [News::KeyIssued]);
        let raw = w.look(|cx| Ok(cx.query_one("SELECT token_hash FROM api_token", &[])?)).unwrap();
        assert!(!secret.contains(&hex::encode(raw.blob("token_hash").unwrap())), "only a keyed hash is stored");
        let listed = w.house.rt.read_now(w.as_account(id), move |cx| tokens::list(cx, id)).unwrap();
        assert_eq!((listed.len(), listed[0].id, listed[0].label.as_str()), (1, token_id, "报表"));
        w.house.clock.advance_secs(30 * 86_400);
        assert!(w.by_key(&secret).is_none(), "expired");
    }

    fn a_key_is_made_by_its_owner_freshly_confirmed_and_ends_within_a_year(w: World) {
        let id = w.with_password("wang.li");
        let session = w.session(&w.token("wang.li"));
        let other = w.first.coordinator;
        assert_eq!(refused(w.issue_own(id, session, w.key(other, &[TokenScope::Read]))), "role", "in somebody else's name");
        for (expires_at, why) in [(None, "invalid"), (Some(w.house.rt.now().plus_days(400)), "invalid"), (Some(w.house.rt.now()), "invalid")] {
            let new = NewToken { expires_at, ..w.key(id, &[TokenScope::Read]) };
            assert_eq!(refused(w.issue_own(id, session, new)), why);
        }
        assert_eq!(refused(w.issue_own(id, session, w.key(id, &[]))), "invalid", "for nothing");
        let new = w.key(id, &[TokenScope::Read]);
        assert_eq!(refused(w.act_as(id, move |cx| tokens::issue(cx, &new))), "not-fresh");
        // Who looks after roles and sessions could otherwise act as anybody.
        let sec = w.first.security;
        let new = w.key(id, &[TokenScope::Read]);
        assert_eq!(refused(w.act_as(sec, move |cx| tokens::issue(cx, &new))), "not-fresh");
        w.house.clock.advance_secs(600);
        assert_eq!(refused(w.issue_own(id, session, w.key(id, &[TokenScope::Read]))), "not-fresh");
    }

    fn a_key_cannot_show_that_it_is_somebody(w: World) {
        let id = w.with_password("wang.li");
        let session = w.session(&w.token("wang.li"));
        let (_, secret) = w.issue_own(id, session, w.key(id, TokenScope::ALL)).unwrap();
        let actor = w.by_key(&secret).unwrap().actor;
        let who = || store::Who::new(actor.clone(), kernel::Purpose::Administration);
        assert_eq!(refused(w.house.rt.read_now(who(), move |cx| require_fresh(cx, session))), "not-fresh", "even with the owner's session");
        assert_eq!(refused(w.house.rt.read_now(who(), move |cx| people::app::fresh::asked(cx, session))), "token-scope");
        assert_eq!(refused(w.house.rt.read_now(who(), move |cx| sessions::devices(cx, id))), "token-scope");
        assert_eq!(refused(w.house.rt.read_now(who(), move |cx| tokens::list(cx, id))), "token-scope");
    }

    fn the_area_of_a_key_holds_everywhere(w: World) {
        let id = w.with_password("wang.li");
        let session = w.session(&w.token("wang.li"));
        let new = NewToken { area: Some(area(1)), ..w.key(id, &[TokenScope::Read]) };
        let (_, secret) = w.issue_own(id, session, new).unwrap();
        let got = w.by_key(&secret).unwrap();
        assert_eq!(got.actor.key.as_ref().unwrap().area, Some(area(1)));
        assert_eq!(people::policy::scope(&got.actor, Action::ViewMatter).within, Some(area(1)));
    }

    fn ended_keys_and_closed_accounts_open_nothing(w: World) {
        let id = w.with_password("wang.li");
        let session = w.session(&w.token("wang.li"));
        let (first, secret) = w.issue_own(id, session, w.key(id, &[TokenScope::Read])).unwrap();
        let nosy = w.person("nosy", "好奇");
        assert_eq!(refused(w.act_as(nosy, move |cx| tokens::revoke(cx, first))), "role");
        w.act_as(w.first.security, move |cx| tokens::revoke(cx, first)).unwrap();
        assert!(w.by_key(&secret).is_none());
        let (_, secret) = w.issue_own(id, session, w.key(id, &[TokenScope::Read])).unwrap();
        w.act(move |cx| accounts::suspend_account(cx, id)).unwrap();
        assert!(w.by_key(&secret).is_none());
    }
}
