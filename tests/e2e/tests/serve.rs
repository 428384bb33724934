//! What an operator relies on: it starts, says whether it is well, ends when told, and survives a pulled plug.

use e2e::program::{command, run};
use e2e::{Demo, Site, http};
use std::time::Duration;
use testkit::{Kind, TestDb};

#[test]
fn a_new_district_serves_pages_and_ends_when_told() {
    let mut site = Site::start();
    let home = site.visitor().get("/").expect(200);
    assert!(home.text().contains("<html lang=\"zh-CN\""), "{}", home.text());
    assert!(site.visitor().get("/en").expect(200).text().contains("<html lang=\"en\""));
    for path in ["/healthz", "/readyz"] {
        let _ = site.supervisor().get(path).expect(200);
    }
    assert_eq!(site.visitor().get("/readyz").status, 404, "health is not for everybody");
    let ended = site.terminate(Duration::from_secs(5));
    assert!(ended.is_some_and(|s| s.success()), "after SIGTERM: {ended:?}");
}

#[test]
fn a_pulled_plug_is_survived() {
    let site = Site::start().kill_and_restart();
    let _ = site.visitor().get("/").expect(200);
}

#[test]
fn a_database_that_is_gone_for_a_while_is_told_and_comes_back() {
    let database = TestDb::new(Kind::Postgres);
    let mut site = Site::start_on(&database);
    let leak = [
        ("at", "check"),
        ("idem", "before"),
        ("class", "water-leak"),
        ("text", "楼道漏水"),
        ("address", "桂花弄 5 号"),
        ("reach", "anonymous"),
    ];
    let receipt = site.visitor().post("/report", &leak).expect(303).location();
    database.reachable(false);
    site.wait_until_ready_is(503, Duration::from_secs(20));
    let _ = site.supervisor().get("/healthz").expect(200);
    let page = site.visitor().get("/t/ABCD-EFGH-JKLM").expect(503);
    assert!(page.text().contains("021-0"), "the page names a telephone number: {}", page.text());
    let mut second = leak;
    if let Some(idem) = second.get_mut(1) {
        idem.1 = "meanwhile";
    }
    let refused = site.visitor().post("/report", &second).expect(503);
    assert!(refused.text().contains("没有保存"), "{}", refused.text());
    database.reachable(true);
    site.wait_until_ready_is(200, Duration::from_secs(20));
    let _ = site.visitor().get(&receipt).expect(200);
    let _ = site.visitor().post("/report", &second).expect(303);
    assert_eq!(site.visitor().get("/t/ABCD-EFGH-JKLM").status, 404);
}

/// `mulin demo --now …` as somebody types it: its elders keep walking, and it answers on, until it is told to end.
#[test]
fn a_demo_whose_time_stands_still_serves_until_it_is_told_to_end() {
    let mut demo = Demo::start_where_time_stands();
    demo.wait_until_it_says("Ctrl-C");
    let _ = demo.visitor().get("/").expect(200);
    let ended = demo.terminate(Duration::from_secs(10));
    assert!(ended.is_some_and(|s| s.success()), "after SIGTERM: {ended:?}\n{}", demo.output());
    assert!(!demo.output().contains("panicked"), "{}", demo.output());
}

#[test]
fn the_log_of_a_new_district_verifies() {
    let site = Site::start();
    let out = site.command("audit").arg("verify").output().expect("mulin starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let class = [("at", "words"), ("idem", "c"), ("class", "water-leak"), ("text", "楼道漏水")];
    let next = site.visitor().post("/report", &class).expect(200);
    assert!(next.text().contains("id=\"address\""), "a new district has classes to choose from: {}", next.text());
    let doctor = site.command("doctor").output().expect("mulin starts");
    assert!(doctor.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&doctor.stdout));
}

/// A rotation reaches the running program: what was raised before opens, what is raised after is sealed under the new key.
#[test]
fn keys_rotate_while_the_program_runs() {
    let site = Site::start();
    let raise = |idem: &str| {
        let leak = [
            ("at", "check"),
            ("idem", idem),
            ("class", "water-leak"),
            ("text", "楼道漏水"),
            ("address", "桂花弄 5 号"),
            ("reach", "anonymous"),
        ];
        site.visitor().post("/report", &leak).expect(303).location()
    };
    let key = |what: &str| {
        let out = site.command("key").arg(what).output().expect("mulin starts");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let before = raise("before");
    assert!(key("status").contains("key 1 (seals)"));
    let rotated = key("rotate");
    assert!(rotated.contains("are now under key 2"), "{rotated}");
    let _ = site.visitor().get(&before).expect(200);
    let after = raise("after");
    let status = key("status");
    assert!(status.contains("key 1: 0 data keys") && status.contains("key 2 (seals)"), "{status}");
    let site = site.kill_and_restart();
    for receipt in [before, after] {
        let _ = site.visitor().get(&receipt).expect(200);
    }
    let out = site.command("audit").arg("verify").output().expect("mulin starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn pages_guard_themselves() {
    let site = Site::start();
    let home = site.visitor().get("/").expect(200);
    let policy = home.header("content-security-policy").expect("a content security policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(home.header("x-content-type-options"), Some("nosniff"));

    let form = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", "https://elsewhere.example")];
    let forged = site.visitor().send("POST", "/login", &form, b"login=a&password=b");
    assert_eq!(forged.status, 400, "a form from another site is refused");

    let desk = site.visitor().get("/desk");
    assert_eq!(desk.status, 303);
    assert!(desk.location().contains("/login"), "{}", desk.location());
    assert_eq!(site.visitor().get("/desk/nowhere").status, 404);
    assert_eq!(site.visitor().get(&format!("/t/{}", http::encode("../../etc"))).status, 404);
}

/// R13: every core public page in less than 100 kB, without a script.
#[test]
fn public_pages_are_small() {
    let site = Site::start();
    for path in ["/", "/report", "/t", "/en/report", "/e", "/e/report"] {
        let page = site.visitor().get(path).expect(200);
        let text = page.text();
        let styles = text.split("rel=\"stylesheet\" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let weight =
            styles.map(|href| site.visitor().get(href).expect(200).body.len()).sum::<usize>() + page.body.len();
        assert!(weight < 100_000, "{path} weighs {weight} bytes with its styles");
    }
}

#[test]
fn wrong_use_is_told_and_has_its_own_exit_code() {
    let nonsense = run(["--no-such-thing"]);
    assert_eq!(nonsense.status.code(), Some(2));
    assert!(nonsense.stdout.is_empty(), "errors go to standard error");

    let dir = tempfile::tempdir().expect("a directory");
    let empty = command(["serve", "--data"]).arg(dir.path()).output().expect("it starts");
    assert_eq!(empty.status.code(), Some(1));
    let words = String::from_utf8_lossy(&empty.stderr).into_owned();
    assert!(words.contains("mulin init"), "says what to do: {words}");

    let clock = command(["serve", "--data"]).arg(dir.path()).env("MULIN_CLOCK", "unix:x").output().expect("it starts");
    assert_eq!(clock.status.code(), Some(1), "serve runs on real time only");
}
