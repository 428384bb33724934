//! Signing in through a real provider, and what a thief, a foreign provider or a careless one cannot do with it.

use e2e::provider::Provider;
use e2e::{Client, Site, http};

const PASSWORD: &str = "eine lange Reihe 7";

/// A district with two providers. `city` names a second factor, `other` does not.
struct World {
    site: Site,
    city: Provider,
    other: Provider,
}

fn world() -> World {
    let (city, other) = (testkit::free_port(), testkit::free_port());
    let one = |code: &str, port: u16, amr: &str| {
        format!(
            "[[oidc]]\ncode = \"{code}\"\nname_zh = \"{code}\"\nname_en = \"{code}\"\nissuer = \"http://127.0.0.1:{port}\"\n\
             client_id = \"mulin\"\nclient_secret = \"a secret between the two of them\"\n{amr}"
        )
    };
    let config = format!("{}{}", one("city", city, "amr = [\"mfa\"]\n"), one("other", other, ""));
    let site = Site::start_with(&config);
    let base = site.base().to_owned();
    World { city: Provider::start(city, &base, "city"), other: Provider::start(other, &base, "other"), site }
}

/// Where the page sends somebody on to.
fn onward(page: &http::Reply) -> String {
    let text = page.text();
    let to = text.split("content=\"0;url=").nth(1).and_then(|rest| rest.split('"').next());
    to.unwrap_or_else(|| panic!("leads nowhere: {} {text}", page.status)).replace("&#38;", "&").replace("&amp;", "&")
}

impl World {
    /// A member of staff with a password of their own, signed in.
    fn staff(&self) -> Client {
        let out =
            self.site.command("account").args(["create", "fang.li", "--name", "方力"]).output().expect("mulin starts");
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        let given = said.split_whitespace().nth(1).expect("a password").to_owned();
        let mut staff = self.site.visitor();
        let _ = staff.post("/login", &[("login", "fang.li"), ("password", &given)]).expect(303);
        let _ = staff.post("/password", &[("current", &given), ("new", PASSWORD)]).expect(303);
        staff
    }

    /// Leaves for a provider from the sign-in page; the address there.
    fn leave(visitor: &mut Client, code: &str, next: &str) -> String {
        onward(&visitor.post(&format!("/login/with/{code}"), &[("next", next)]).expect(200))
    }

    /// Links this login at the provider with whoever is signed in.
    fn link(staff: &mut Client, provider: &Provider, code: &str, login: &str) {
        let to = onward(&staff.post("/desk/me/ways/link", &[("provider", code)]).expect(200));
        let back = provider.walk(&mut Client::new(provider.base()), &to, login, false);
        assert_eq!(staff.get(&back).expect(303).location(), "/desk/me/ways?done=linked");
    }

    /// Signs in as this login at the provider in a fresh browser; what came of it.
    fn sign_in(&self, provider: &Provider, code: &str, login: &str, factor: bool) -> (Client, http::Reply) {
        let mut visitor = self.site.visitor();
        let to = Self::leave(&mut visitor, code, "/desk/me");
        let back = provider.walk(&mut Client::new(provider.base()), &to, login, factor);
        let reply = visitor.get(&back);
        (visitor, reply)
    }

    fn why(reply: &http::Reply) -> String {
        reply.location().rsplit("why=").next().unwrap_or_default().to_owned()
    }
}

fn query(address: &str, name: &str) -> String {
    let found = address.split(['?', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    found.unwrap_or_else(|| panic!("{name} is not in {address}")).to_owned()
}

#[test]
fn a_linked_account_signs_in_and_nobody_else_does() {
    let w = world();
    // Nobody is linked yet: whoever it is there, nobody is found by a name.
    let (mut stranger, reply) = w.sign_in(&w.city, "city", "fang.li", true);
    assert_eq!(World::why(&reply), "unknown");
    assert_eq!(stranger.get("/desk").status, 303, "still outside");
    let told = stranger.get("/login?why=unknown").expect(403).text();
    assert!(told.contains("还没有关联"), "{told}");

    let mut staff = w.staff();
    World::link(&mut staff, &w.city, "city", "fang");
    let ways = staff.get("/desk/me/ways").expect(200).text();
    assert!(ways.contains("<strong>city</strong>"), "{ways}");

    let (mut in_, reply) = w.sign_in(&w.city, "city", "fang", false);
    assert_eq!(reply.location(), "/desk/me");
    let me = in_.get("/desk/me").expect(200).text();
    assert!(me.contains("统一登录"), "how it signed in is shown: {me}");
    let (_, reply) = w.sign_in(&w.city, "city", "fang", true);
    assert_eq!(reply.location(), "/desk/me");
    let (mut other, _) = w.sign_in(&w.city, "city", "fang", true);
    let me = other.get("/desk/me").expect(200).text();
    assert!(me.contains("那边做了两步验证"), "the provider's second factor is shown: {me}");

    // The same subject at another provider is somebody else.
    let (_, reply) = w.sign_in(&w.other, "other", "fang", false);
    assert_eq!(World::why(&reply), "unknown");
    // Whoever gives up there is not in.
    let mut visitor = w.site.visitor();
    let to = World::leave(&mut visitor, "city", "/desk");
    let back = w.city.give_up(&mut Client::new(w.city.base()), &to);
    assert_eq!(World::why(&visitor.get(&back)), "refused");

    // An account that ended is not let in by somebody else's word.
    let out = w.site.command("account").args(["suspend", "fang.li"]).output().expect("mulin starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(in_.get("/desk/me").status, 303, "what was open is over");
    let (_, reply) = w.sign_in(&w.city, "city", "fang", true);
    assert_eq!(World::why(&reply), "inactive");
}

#[test]
fn what_comes_back_counts_once_in_the_browser_that_left_and_from_whom_it_was_asked() {
    let w = world();
    let mut staff = w.staff();
    World::link(&mut staff, &w.city, "city", "fang");

    // A stolen answer: another browser cannot use it, and afterwards the right one cannot either.
    let mut victim = w.site.visitor();
    let to = World::leave(&mut victim, "city", "/desk");
    let back = w.city.walk(&mut Client::new(w.city.base()), &to, "fang", true);
    let mut thief = w.site.visitor();
    assert_eq!(World::why(&thief.get(&back)), "lost");
    assert_eq!(World::why(&victim.get(&back)), "lost", "a state is gone once it was shown");

    // A stolen code in the thief's own sign-in: it is bound to the other browser's secret.
    let to = World::leave(&mut victim, "city", "/desk");
    let stolen = w.city.walk(&mut Client::new(w.city.base()), &to, "fang", true);
    let own = World::leave(&mut thief, "city", "/desk");
    let swapped = format!(
        "/login/with/city/back?code={}&state={}&iss={}",
        query(&stolen, "code"),
        query(&own, "state"),
        query(&stolen, "iss")
    );
    assert_eq!(World::why(&thief.get(&swapped)), "refused");
    assert_eq!(thief.get("/desk").status, 303);

    // Replayed: the address works once.
    let to = World::leave(&mut victim, "city", "/desk");
    let back = w.city.walk(&mut Client::new(w.city.base()), &to, "fang", true);
    assert_eq!(victim.get(&back).expect(303).location(), "/desk");
    let mut again = victim.clone();
    assert_eq!(World::why(&again.get(&back)), "lost");

    // Mixed up: an answer of one provider at the address of the other, and one that names another issuer.
    let mut mixed = w.site.visitor();
    let to = World::leave(&mut mixed, "city", "/desk");
    let back = w.city.walk(&mut Client::new(w.city.base()), &to, "fang", true);
    assert_eq!(World::why(&mixed.get(&back.replace("/with/city/", "/with/other/"))), "lost");
    let to = World::leave(&mut mixed, "city", "/desk");
    let back = w.city.walk(&mut Client::new(w.city.base()), &to, "fang", true);
    let foreign = back.replace(&query(&back, "iss"), &http::encode(w.other.base()));
    assert_eq!(World::why(&mixed.get(&foreign)), "untrue");
    let to = World::leave(&mut mixed, "city", "/desk");
    let back = w.city.walk(&mut Client::new(w.city.base()), &to, "fang", true);
    let unnamed = back.split("&iss=").next().expect("the address before it").to_owned();
    assert_eq!(World::why(&mixed.get(&unnamed)), "untrue", "this provider always names itself");

    // Nobody is led away afterwards, and a provider that is not configured does not exist.
    for away in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let mut visitor = w.site.visitor();
        let to = World::leave(&mut visitor, "city", away);
        let back = w.city.walk(&mut Client::new(w.city.base()), &to, "fang", true);
        assert_eq!(visitor.get(&back).expect(303).location(), "/desk", "{away}");
    }
    assert_eq!(w.site.visitor().post("/login/with/nobody", &[]).status, 404);
    assert_eq!(w.site.visitor().get("/login/with/nobody/back?code=a&state=b").status, 404);
    // A foreign page sends nobody away.
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", "https://evil.example")];
    assert_eq!(w.site.visitor().send("POST", "/login/with/city", &headers, b"").status, 400);
}

#[test]
fn it_confirms_who_somebody_is_only_anew_and_by_the_linked_account() {
    let w = world();
    let mut staff = w.staff();
    World::link(&mut staff, &w.city, "city", "fang");
    let confirm = |staff: &mut Client, login: &str| {
        let form = [("provider", "city"), ("next", "/desk/me/keys")];
        let to = onward(&staff.post("/desk/me/confirm/with", &form).expect(200));
        assert!(to.contains("prompt=login") && to.contains("max_age=0"), "{to}");
        let back = w.city.walk(&mut Client::new(w.city.base()), &to, login, false);
        staff.get(&back)
    };
    let before = staff.clone();
    assert_eq!(confirm(&mut staff, "fang").expect(303).location(), "/desk/me/keys");
    let mut old = before;
    assert_eq!(old.get("/desk/me").status, 303, "the session goes on under a new token only");
    let refused = confirm(&mut staff, "somebody else");
    assert!(!matches!(refused.status, 200 | 303), "{}", refused.status);
    // Whoever is not signed in has nothing to confirm or link.
    let form = [("provider", "city")];
    assert!(w.site.visitor().post("/desk/me/ways/link", &form).text().contains("id=\"password\""));
    // A link made in one browser is not finished in another's session.
    let to = onward(&staff.post("/desk/me/ways/link", &form).expect(200));
    let back = w.city.walk(&mut Client::new(w.city.base()), &to, "mallory", false);
    assert_eq!(World::why(&w.site.visitor().get(&back)), "lost");
    // Ending the link ends the sign-in.
    let page = staff.get("/desk/me/ways").expect(200).text();
    let id = page.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    assert_eq!(staff.post("/desk/me/ways/unlink", &[("id", id)]).expect(303).location(), "/desk/me/ways?done=unlinked");
    let (_, reply) = w.sign_in(&w.city, "city", "fang", true);
    assert_eq!(World::why(&reply), "unknown");
}

#[test]
fn a_provider_that_is_down_holds_nobody_up() {
    let port = testkit::free_port();
    let site = Site::start_with(&format!(
        "[[oidc]]\ncode = \"city\"\nname_zh = \"市\"\nname_en = \"City\"\nissuer = \"http://127.0.0.1:{port}\"\nclient_id = \"m\"\n"
    ));
    let reply = site.visitor().post("/login/with/city", &[("next", "/desk")]).expect(303);
    assert_eq!(reply.location(), "/login?why=silent");
    let page = site.visitor().get("/login?why=silent").expect(502).text();
    assert!(page.contains("id=\"password\""), "the password still works: {page}");
}
