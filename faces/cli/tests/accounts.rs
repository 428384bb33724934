//! The operator makes accounts, passwords and keys; secrets are shown once and work.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::Env;
use cli::account::{AccountCommand, At, TokenCommand, run, run_token};
use kernel::ids::DistrictId;
use people::app::{begin_login, finish_login, resolve_token};
use store::Who;
use testkit::both_databases;
use testkit::world::World;

fn here() -> At {
    At { district: None }
}

both_databases! {
    fn an_account_signs_in_with_the_shown_password_and_its_key_works(world: World) {
        let rt = world.house.rt.clone();
        let district: DistrictId = testkit::DISTRICT;
        let mut out = Vec::new();
        let mut env = Env { rt: &rt, district: Some(district), out: &mut out };
        run(&mut env, &AccountCommand::Create { login: "lin".into(), name: "林小满".into(), lang: "zh-CN".into(), at: here() }).unwrap();
        run_token(&mut env, &TokenCommand::Issue {
            login: "lin".into(), label: "test".into(), scopes: vec!["read".into()], area: None, days: 7, at: here(),
        }).unwrap();
        let shown = String::from_utf8(out).unwrap();
        let password = shown.split_whitespace().nth(1).unwrap().to_owned();
        let token = shown.split_whitespace().find(|w| w.starts_with("mulin_")).unwrap().to_owned();

        let public = Who::new(kernel::Actor::public(district), kernel::Purpose::Public);
        let attempt = rt.write_now(public.clone(), |cx| begin_login(cx, "lin", "127.0.0.1")).unwrap();
        let attempt = attempt.check(&password.into());
        let signed = rt.write_now(public.clone(), move |cx| finish_login(cx, &attempt, "test")).unwrap();
        assert!(matches!(signed, people::app::SignIn::In { .. }), "the shown password signs in");
        let actor = rt.read_now(public, move |cx| resolve_token(cx, &token)).unwrap();
        assert!(actor.is_some(), "the shown key works");
    }

    fn an_unknown_login_or_scope_is_told_plainly(world: World) {
        let rt = world.house.rt.clone();
        let mut env = Env { rt: &rt, district: Some(testkit::DISTRICT), out: &mut Vec::new() };
        let unknown = run(&mut env, &AccountCommand::Password { login: "nobody".into(), at: here() }).unwrap_err();
        assert_eq!(unknown.to_string(), "there is no account nobody in this district");
    }
}
