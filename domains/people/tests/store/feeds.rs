//! The calendar feed of an account.

use super::World;
use people::app::accounts::suspend_account;
use people::app::feeds;
use secrecy::{ExposeSecret as _, SecretString};

testkit::both_databases! {
    fn a_feed_is_made_replaced_and_ended_by_its_owner(w: World) {
        let me = w.person("duty", "李值班");
        assert_eq!(w.act_as(me, feeds::mine).unwrap(), None);
        let first = w.act_as(me, feeds::make).unwrap();
        let second = w.act_as(me, feeds::make).unwrap();
        assert_ne!(first.expose_secret(), second.expose_secret());
        let whose = |secret: &SecretString| {
            let secret = secret.expose_secret().to_owned();
            w.look(move |cx| feeds::resolve_feed(cx, &secret)).unwrap().map(|f| f.account.id)
        };
        assert_eq!((whose(&first), whose(&second)), (None, Some(me)));
        // What is stored opens nothing.
        let stored = w.look(|cx| Ok(cx.query_one("SELECT token_hash FROM calendar_feed", &[])?.blob("token_hash")?));
        assert_eq!(whose(&SecretString::from(String::from_utf8_lossy(&stored.unwrap()).into_owned())), None);
        w.act(move |cx| feeds::touch(cx, me)).unwrap();
        assert!(w.act_as(me, feeds::mine).unwrap().unwrap().last_used_at.is_some());
        for _ in 0..2 {
            w.act_as(me, feeds::revoke).unwrap();
        }
        assert_eq!((whose(&second), w.logged("feed.revoked")), (None, 1));
        let third = w.act_as(me, feeds::make).unwrap();
        w.act(move |cx| suspend_account(cx, me)).unwrap();
        assert_eq!(whose(&third), None, "a suspended account shows nothing");
        assert!(w.act(feeds::make).is_err(), "a feed belongs to a person");
    }
}
