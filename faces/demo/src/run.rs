//! `mulin demo`: a data folder that holds the invented district, made once and found again; what is printed, and the
//! links file. The server itself is wired in the binary.

use crate::seed::{MATTERS, PASSWORD, Seeded, VERSION, seed_some, streets};
use crate::{SEED, World};
use anyhow::Context as _;
use kernel::ids::DistrictId;
use kernel::{Clock, ManualClock, Moment, OsIds, SeededIds, SystemClock};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::jobs::Handlers;
use store::{Keys, Migration, Options, Runtime, Who};
use trackers::Protocol;

/// Options of `mulin demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address of the pages; port 0 takes a free one.
    #[arg(long, env = "MULIN_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: String,
    /// Writes accounts and links as JSON to this file once the pages can be opened.
    #[arg(long, value_name = "FILE")]
    pub links: Option<PathBuf>,
    /// Stands still at this instant (RFC 3339): the same instant gives the same data, every time.
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    pub now: Option<Moment>,
    /// Writes the invented district's streets as OpenStreetMap XML to this file, and ends.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["links", "now"])]
    pub streets: Option<PathBuf>,
}

fn instant(text: &str) -> Result<Moment, String> {
    Moment::parse_rfc3339(text).map_err(|e| format!("{e}; write for example 2026-06-24T10:00:00+08:00"))
}

/// Where the data lies unless `--data` says otherwise.
pub const DEFAULT_DATA: &str = ".demo";
/// Older data is made anew, so that "today" on the desks is today.
const STALE_HOURS: i64 = 12;
const DATABASE: &str = "mulin.db";
const KEYS: &str = "mulin.keys";
/// What was seeded; written last.
const MARKER: &str = "demo.json";
/// Stands while seeding: an interrupted one is begun again.
const UNFINISHED: &str = "demo.unfinished";

/// The district, opened and ready to be served.
pub struct Demo {
    pub rt: Runtime,
    pub district: DistrictId,
    pub seeded: Seeded,
    /// With `--now`: the clock that stands still until it is moved.
    pub clock: Option<ManualClock>,
}

/// Opens the district in `data`, making it first when it is not there or too old.
///
/// # Errors
/// When the folder holds another district, or cannot be written.
pub fn open(
    data: &Path,
    now: Option<Moment>,
    migrations: &[&[Migration]],
    handlers: &Handlers,
    out: &mut dyn Write,
) -> anyhow::Result<Demo> {
    open_some(data, now, &Making { migrations, handlers, matters: MATTERS }, out)
}

/// What a district is made with.
struct Making<'a> {
    migrations: &'a [&'a [Migration]],
    /// For the jobs of the invented past; they should send no mail.
    handlers: &'a Handlers,
    matters: usize,
}

fn open_some(data: &Path, now: Option<Moment>, making: &Making<'_>, out: &mut dyn Write) -> anyhow::Result<Demo> {
    fs::create_dir_all(data).with_context(|| format!("the folder {}", data.display()))?;
    let wall = SystemClock.now();
    let seeded = match remembered(data).filter(|s| is_fresh(s, now, wall)) {
        Some(seeded) => seeded,
        None => make(data, now.unwrap_or(wall), making, out)?,
    };
    let keys = Keys::load(&data.join(KEYS))?;
    let clock = now.map(ManualClock::at);
    let time: Arc<dyn Clock> = match &clock {
        Some(clock) => Arc::new(clock.clone()),
        None => Arc::new(SystemClock),
    };
    let rt = Runtime::open(Options::new(url(data), time, Arc::new(OsIds), keys))?;
    rt.migrate(making.migrations)?;
    if let Some(clock) = &clock {
        // Time that was moved on before a restart does not run backwards.
        clock.set(last_entry(&rt, seeded.district)?.max(clock.now()));
    }
    Ok(Demo { rt, district: seeded.district, seeded, clock })
}

fn url(data: &Path) -> String {
    format!("sqlite:{}", data.join(DATABASE).display())
}

fn remembered(data: &Path) -> Option<Seeded> {
    serde_json::from_slice(&fs::read(data.join(MARKER)).ok()?).ok()
}

fn is_fresh(seeded: &Seeded, now: Option<Moment>, wall: Moment) -> bool {
    let same = seeded.version == VERSION && seeded.seed == SEED;
    same && match now {
        Some(now) => seeded.start == now,
        None => seeded.start <= wall && wall < seeded.start.plus_hours(STALE_HOURS),
    }
}

fn last_entry(rt: &Runtime, district: DistrictId) -> Result<Moment, store::Error> {
    rt.read_now(Who::system(district, "demo"), |cx| {
        let last = cx.query_opt("SELECT at FROM event ORDER BY n DESC LIMIT 1", &[])?;
        last.map_or(Ok(Moment::default()), |row| row.moment("at"))
    })
}

/// Makes the district from nothing.
fn make(data: &Path, start: Moment, making: &Making<'_>, out: &mut dyn Write) -> anyhow::Result<Seeded> {
    let ours = data.join(MARKER).exists() || data.join(UNFINISHED).exists();
    anyhow::ensure!(
        ours || !data.join(DATABASE).exists(),
        "{} holds a database that is not the demo's; choose another folder with --data",
        data.display()
    );
    fs::write(data.join(UNFINISHED), "the demo is being made\n")?;
    for name in [MARKER, KEYS, DATABASE, "mulin.db-wal", "mulin.db-shm"] {
        match fs::remove_file(data.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e).context(name),
            _ => {}
        }
    }
    // Anchors of a log that is gone prove nothing about the new one, and what locators told the old one is nobody's.
    for name in ["anchors", "spool"] {
        match fs::remove_dir_all(data.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e).context(name),
            _ => {}
        }
    }
    writeln!(out, "正在生成虚构的“和邻区”…… Inventing the district 和邻区 …")?;
    out.flush()?;
    let begin = std::time::Instant::now();
    let ids = Arc::new(SeededIds::new(SEED));
    let keys = Keys::generate(ids.as_ref());
    keys.save_new(&data.join(KEYS))?;
    let rt = Runtime::open(Options::new(url(data), Arc::new(ManualClock::at(start)), ids, keys))?;
    rt.migrate(making.migrations)?;
    // The map needs no database: it is drawn while people live their ninety days.
    let (seeded, map) = std::thread::scope(|scope| {
        let map = scope.spawn(|| streets::prepared(&World::new(SEED)));
        let seeded = seed_some(&rt, World::new(SEED), start, making.matters);
        (seeded, map.join().map_err(|_| anyhow::anyhow!("the map could not be drawn")))
    });
    let seeded = seeded?;
    streets::streets(&rt, seeded.district, map??)?;
    crate::seed::locators::past(&rt, seeded.district, &seeded)?;
    // What is due by now is done with the seeded ids; the server, whose ids are nobody's to foresee, finds nothing left.
    store::jobs::run_due(&rt, seeded.district, making.handlers)?;
    store::chain::seal_now(&rt, seeded.district)?;
    drop(rt);
    replace(&data.join(MARKER), &serde_json::to_vec_pretty(&seeded)?)?;
    fs::remove_file(data.join(UNFINISHED))?;
    writeln!(
        out,
        "{} 件事，{:.1} 秒。 {} matters in {:.1} s.",
        seeded.matters,
        begin.elapsed().as_secs_f64(),
        seeded.matters,
        begin.elapsed().as_secs_f64()
    )?;
    Ok(seeded)
}

/// Writes a file so that nobody ever reads half of it.
fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    fs::write(&part, bytes).with_context(|| path.display().to_string())?;
    fs::rename(&part, path).with_context(|| path.display().to_string())
}

/// Writes the links file (the contract is in DESIGN §4). Call it when the server listens; `base` is its address.
/// `ports`: where locators are listened to.
pub fn write_links(path: &Path, base: &str, seeded: &Seeded, ports: &[(Protocol, u16)]) -> anyhow::Result<()> {
    replace(path, &serde_json::to_vec_pretty(&links(base, seeded, ports))?)
}

/// Writes the streets of the invented district as OpenStreetMap XML. The same file every time; nothing else is made.
pub fn write_streets(path: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let map = crate::osm::Map::new(&World::new(SEED));
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let mut file = std::io::BufWriter::new(fs::File::create(&part).with_context(|| path.display().to_string())?);
    map.write(&mut file).and_then(|()| file.flush()).with_context(|| path.display().to_string())?;
    fs::rename(&part, path).with_context(|| path.display().to_string())?;
    writeln!(out, "{} nodes, {} ways: {}", map.nodes.len(), map.ways.len(), path.display())?;
    Ok(())
}

fn links(base: &str, seeded: &Seeded, ports: &[(Protocol, u16)]) -> serde_json::Value {
    let base = base.trim_end_matches('/');
    let accounts = seeded.accounts.iter().map(
        |a| serde_json::json!({ "role": a.role, "login": a.login, "password": PASSWORD, "api_token": a.api_token }),
    );
    let track = seeded.track.iter().map(|code| serde_json::json!({ "url": format!("{base}/t/{code}") }));
    let cards =
        seeded.care.cards.iter().map(
            |c| serde_json::json!({ "url": format!("{base}/c/{}", c.token), "short_code": c.code, "state": c.state }),
        );
    let family = seeded.care.family.iter().zip(&seeded.care.digits);
    let family =
        family.map(|(code, digits)| serde_json::json!({ "url": format!("{base}/p/{code}"), "digits": digits }));
    let neighbours = seeded.neighbours.iter().map(|code| serde_json::json!({ "url": format!("{base}/w/{code}") }));
    // First those that nobody moves.
    let still = seeded.locators.iter().filter(|l| !l.walks);
    let gateway = still.chain(seeded.locators.iter().filter(|l| l.walks)).filter_map(|l| {
        let (protocol, port) = ports.iter().find(|(protocol, _)| protocol.name() == l.protocol)?;
        Some(serde_json::json!({
            "protocol": protocol.name(),
            "port": port,
            "device": l.number,
            "datum": l.datum,
            "walks": l.walks,
            "home": l.home,
            "family": format!("{base}/p/{}", l.letter),
            "digits": l.digits,
        }))
    });
    serde_json::json!({
        "base": base,
        "accounts": accounts.collect::<Vec<_>>(),
        "cards": cards.collect::<Vec<_>>(),
        "track": track.collect::<Vec<_>>(),
        "family": family.collect::<Vec<_>>(),
        "gateway": gateway.collect::<Vec<_>>(),
        "neighbours": neighbours.collect::<Vec<_>>(),
        "secrets": seeded.care.secrets,
    })
}

/// Greets a newcomer: who can sign in, and five things to try.
pub fn greet(out: &mut dyn Write, base: &str, seeded: &Seeded) -> std::io::Result<()> {
    let base = base.trim_end_matches('/');
    writeln!(out, "\n睦邻 Mulin — 和邻区（虚构 · invented）   {base}\n")?;
    writeln!(out, "演示账号，密码都是 {PASSWORD} / demo accounts, password {PASSWORD} for all:")?;
    for a in &seeded.accounts {
        writeln!(out, "  {:<12} {}  {}", a.login, a.name, a.title)?;
    }
    let track = seeded.track.first().map_or_else(String::new, |code| format!("{base}/t/{code}"));
    let things = [
        ("反映一件事（不用账号）", "Raise something, no account needed", format!("{base}/report")),
        ("看一件事办到哪了", "See how far something has got", track),
        ("值班员：接电话、分派", "Duty officer: take a call, hand it out", format!("{base}/login  (duty)")),
        ("站长：核查别人办的事", "Head of post: check what others did", format!("{base}/login  (head)")),
        (
            "区协调员：哪些快到期、哪些超了",
            "Coordinator: what is due, what is late",
            format!("{base}/login  (coordinator)"),
        ),
    ];
    writeln!(out, "\n试试这五件事 / five things to try:")?;
    for (n, (zh, en, link)) in things.iter().enumerate() {
        writeln!(out, "  {}. {zh} / {en}\n     {link}", n + 1)?;
    }
    writeln!(out, "\n地图上另有一角真实的街道 / and a few real blocks on the map: Shanghai, © OpenStreetMap")?;
    writeln!(out, "     {base}/near?at=31.2345,121.4755,15  (在地图上指出来 / point at the map)")?;
    writeln!(out, "\n所有人名、地址、电话都是虚构的。All names, addresses and numbers are invented. Ctrl-C ends.")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::seed::Shown;

    fn a_locator(protocol: &str) -> crate::seed::DemoLocator {
        crate::seed::DemoLocator {
            id: kernel::ids::LocatorId(uuid::Uuid::from_u128(1)),
            number: "8800000001".into(),
            protocol: protocol.into(),
            datum: "wgs84".into(),
            home: [121.5, 30.9],
            walks: true,
            battery: None,
            letter: "LETTER".into(),
            digits: "0304".into(),
        }
    }

    fn seeded(start: &str) -> Seeded {
        Seeded {
            version: VERSION,
            seed: SEED,
            start: instant(start).unwrap(),
            district: crate::seed::district_of(SEED),
            accounts: vec![Shown {
                role: "clerk".into(),
                login: "clerk".into(),
                name: "某人".into(),
                title: "坐席".into(),
                api_token: "mulin_x".into(),
            }],
            track: vec!["ABCD-EFGH-JKMN".into()],
            care: crate::seed::Cards {
                cards: vec![crate::seed::DemoCard {
                    token: "TOKEN".into(),
                    code: "CODE".into(),
                    state: "active".into(),
                }],
                secrets: vec!["某某".into()],
                family: vec!["FAMILY".into()],
                digits: vec!["0102".into()],
            },
            locators: ["watch", "gt06"].map(a_locator).into(),
            matters: 1,
            refused: vec![],
            neighbours: vec!["NEIGHBOUR".into()],
        }
    }

    #[test]
    fn data_is_made_anew_when_old_or_for_another_instant() {
        let s = seeded("2026-06-24T10:00:00+08:00");
        let wall = |text| instant(text).unwrap();
        assert!(is_fresh(&s, None, wall("2026-06-24T20:00:00+08:00")));
        assert!(!is_fresh(&s, None, wall("2026-06-24T22:00:00+08:00")));
        assert!(!is_fresh(&s, None, wall("2026-06-24T09:59:00+08:00")), "the clock was moved back");
        assert!(is_fresh(&s, Some(s.start), wall("2027-01-01T00:00:00+08:00")));
        assert!(!is_fresh(&s, Some(s.start.plus_secs(1)), s.start));
        assert!(!is_fresh(&Seeded { version: VERSION + 1, ..s.clone() }, None, s.start));
    }

    #[test]
    fn nothing_is_left_to_do_when_the_server_starts() {
        let dir = tempfile::tempdir().unwrap();
        let sets: [&[Migration]; 7] = [
            places::MIGRATIONS,
            people::MIGRATIONS,
            care::MIGRATIONS,
            lost::MIGRATIONS,
            locators::MIGRATIONS,
            matters::MIGRATIONS,
            alerts::MIGRATIONS,
        ];
        let now = Some(instant("2026-06-24T10:00:00+08:00").unwrap());
        let config = alerts::AlertsConfig::default();
        let handlers = people::app::turns::handlers()
            .merge(care::handlers())
            .merge(places::app::edit_later::handlers())
            .merge(lost::jobs::handlers())
            .merge(locators::jobs::handlers())
            .merge(matters::jobs::handlers())
            .merge(alerts::handlers(config));
        let making = Making { migrations: &sets, handlers: &handlers, matters: 60 };
        let demo = open_some(dir.path(), now, &making, &mut Vec::new()).unwrap();
        assert_eq!(store::jobs::run_due(&demo.rt, demo.district, &handlers).unwrap(), 0);
        let dead = demo.rt.read_now(Who::system(demo.district, "test"), |cx| cx.dead_letters()).unwrap();
        assert!(dead.is_empty(), "{dead:?}");
        // Almost everybody with a locator was heard in the last hours; nobody whose family did not agree.
        let sql = "SELECT COUNT(*) AS n, COUNT(fix) AS fixes FROM locator_state WHERE heard_at > $1";
        let since = demo.seeded.start.plus_hours(-1);
        let heard =
            demo.rt.read_now(Who::system(demo.district, "test"), move |cx| cx.query_one(sql, store::params![since]));
        let heard = heard.unwrap();
        let (devices, fixes) = (heard.i64("n").unwrap(), heard.i64("fixes").unwrap());
        assert!((45..60).contains(&devices) && fixes > 30, "{devices} heard, {fixes} with a place");
    }

    #[test]
    fn the_links_file_is_as_promised() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("links.json");
        let ports = [(Protocol::Watch, 5093)];
        write_links(&path, "http://127.0.0.1:8080/", &seeded("2026-06-24T10:00:00+08:00"), &ports).unwrap();
        let found: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let expected = serde_json::json!({
            "base": "http://127.0.0.1:8080",
            "accounts": [{ "role": "clerk", "login": "clerk", "password": PASSWORD, "api_token": "mulin_x" }],
            "cards": [{ "url": "http://127.0.0.1:8080/c/TOKEN", "short_code": "CODE", "state": "active" }],
            "track": [{ "url": "http://127.0.0.1:8080/t/ABCD-EFGH-JKMN" }],
            "family": [{ "url": "http://127.0.0.1:8080/p/FAMILY", "digits": "0102" }],
            "gateway": [{
                "protocol": "watch", "port": 5093, "device": "8800000001", "datum": "wgs84", "walks": true, "home": [121.5, 30.9],
                "family": "http://127.0.0.1:8080/p/LETTER", "digits": "0304",
            }],
            "neighbours": [{ "url": "http://127.0.0.1:8080/w/NEIGHBOUR" }],
            "secrets": ["某某"],
        });
        assert_eq!(found, expected);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn somebody_elses_data_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(DATABASE), "precious").unwrap();
        let refused = open(dir.path(), None, &[], &Handlers::default(), &mut Vec::new()).err().unwrap();
        assert!(refused.to_string().contains("not the demo's"));
        assert_eq!(fs::read(dir.path().join(DATABASE)).unwrap(), b"precious");
    }
}
