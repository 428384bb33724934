//! `mulin doctor`: what an operator wants to know before people do.

use crate::config::Config;
use crate::open::open;
use kernel::ids::DistrictId;
use people::app::all_districts;
use std::io::Write as _;
use store::{Runtime, Who, chain, params};

/// One finding: fine, or what is wrong and how to mend it.
type Finding = Result<String, String>;

pub(crate) fn run(config: &Config) -> anyhow::Result<()> {
    let mut findings = vec![keys(config)];
    match open(config) {
        Ok(rt) => {
            findings.push(Ok(format!("database: {} answers, schema is current", rt.database_kind())));
            findings.extend(clock(&rt));
            findings.extend(districts(&rt));
        }
        Err(error) => findings.push(Err(format!("database: {error:#}"))),
    }
    findings.push(mail(config));
    findings.extend(locators(config));
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        match finding {
            Ok(text) => writeln!(out, "ok    {text}")?,
            Err(text) => writeln!(out, "WRONG {text}")?,
        }
    }
    let wrong = findings.iter().filter(|f| f.is_err()).count();
    anyhow::ensure!(wrong == 0, "{wrong} of {} checks found something to mend", findings.len());
    Ok(())
}

/// Whether as many locators as are allowed can call in.
fn locators(config: &Config) -> Option<Finding> {
    let settings = &config.gateway;
    (!settings.bind.is_empty()).then(|| match settings.has_files() {
        Ok(()) => Ok(format!("gateway: the system allows files for {} connections", settings.connections)),
        Err(why) => Err(format!("gateway: {why}")),
    })
}

fn keys(config: &Config) -> Finding {
    use std::os::unix::fs::MetadataExt as _;
    let shown = config.keys.display();
    let meta = std::fs::metadata(&config.keys)
        .map_err(|e| format!("keys: {shown}: {e}; `mulin init` makes them, a restore needs the old file"))?;
    if meta.mode() & 0o077 != 0 {
        return Err(format!("keys: {shown} can be read by others; run chmod 600 {shown}"));
    }
    Ok(format!("keys: {shown} is readable by its owner only"))
}

fn clock(rt: &Runtime) -> Option<Finding> {
    let who = Who::system(DistrictId(uuid::Uuid::nil()), "doctor");
    let last = rt.read_now(who, |cx| cx.query_opt("SELECT at FROM event ORDER BY n DESC LIMIT 1", &[])).ok()??;
    let ahead = last.moment("at").ok()?.secs_since(rt.now());
    Some(if ahead > 60 {
        Err(format!(
            "clock: the last event lies {ahead} s in the future: the clock was moved back; set the machine's clock right (ntp). \
             Due times stay, and the log keeps its order"
        ))
    } else {
        Ok("clock: runs on from the last event".into())
    })
}

fn districts(rt: &Runtime) -> Vec<Finding> {
    let nobody = Who::system(DistrictId(uuid::Uuid::nil()), "doctor");
    match rt.read_now(nobody, all_districts) {
        Err(error) => vec![Err(format!("districts: {error}"))],
        Ok(all) if all.is_empty() => vec![Err("districts: none; run mulin init".into())],
        Ok(all) => all.iter().flat_map(|d| one_district(rt, d)).collect(),
    }
}

fn one_district(rt: &Runtime, district: &people::app::District) -> Vec<Finding> {
    let name = format!("{} ({})", district.name, district.code);
    let who = Who::system(district.id, "doctor");
    let opened = match district.opened_at {
        Some(_) => Ok(format!("{name}: open, with a catch-all holder")),
        None => Err(format!("{name}: not open; it needs a catch-all holder without an end date")),
    };
    let dead = rt.read_now(who.clone(), |cx| cx.dead_letters()).map_or_else(
        |e| Err(format!("{name}: {e}")),
        |dead| match dead.len() {
            0 => Ok(format!("{name}: no dead letters")),
            n => Err(format!("{name}: {n} messages could not be delivered; see Dead letters on the desk")),
        },
    );
    let late = rt.now().plus_minutes(-5);
    let waiting = rt.read_now(who, move |cx| {
        cx.query_one("SELECT COUNT(*) AS n FROM job WHERE state = 'ready' AND run_at < $1", params![late])?.i64("n")
    });
    let waiting = match waiting {
        Ok(0) => Ok(format!("{name}: jobs run in time")),
        Ok(n) => Err(format!("{name}: {n} jobs are more than 5 minutes late; is mulin serve running?")),
        Err(e) => Err(format!("{name}: {e}")),
    };
    let log = match chain::verify(rt, district.id, &chain::Against::default(), &|_| ()) {
        Ok(report) => report.broken().map_or_else(
            || Ok(format!("{name}: the log is whole, {} entries, {} not yet sealed", report.entries, report.unsealed)),
            |b| Err(format!("{name}: the log is broken: {b}")),
        ),
        Err(e) => Err(format!("{name}: {e}")),
    };
    let classes = match rt.read_now(Who::system(district.id, "doctor"), matters::app::classes) {
        Ok(all) if all.iter().any(|c| c.active) => Ok(format!("{name}: {} classes of matters", all.len())),
        Ok(_) => {
            Err(format!("{name}: no class of matters, so nobody can raise one; make one at the desk under 类别和时限"))
        }
        Err(e) => Err(format!("{name}: {e}")),
    };
    vec![opened, classes, dead, waiting, log]
}

fn mail(config: &Config) -> Finding {
    Ok(if config.mail.host.is_empty() {
        "mail: no server set, e-mail is off".into()
    } else {
        format!("mail: handed in at {}:{}", config.mail.host, config.mail.port)
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kernel::{ManualClock, Moment, OsIds};
    use std::sync::Arc;

    testkit::both_databases! {
        fn a_clock_that_was_moved_back_is_found(db: testkit::TestDb) {
            let hands = ManualClock::at(Moment::parse_rfc3339("2026-06-29T06:00:00Z").unwrap());
            let keys = store::Keys::generate(&OsIds);
            let rt = crate::open::open_with(&db.url(), 1, keys, Arc::new(hands.clone()), Arc::new(OsIds)).unwrap();
            let who = Who::system(DistrictId(uuid::Uuid::from_u128(1)), "test");
            rt.write_now(who, |cx| cx.record("x", "x", uuid::Uuid::nil(), &serde_json::json!({}))).unwrap();
            assert!(clock(&rt).unwrap().is_ok());
            hands.advance_secs(-3_600);
            let said = clock(&rt).unwrap().unwrap_err();
            assert!(said.contains("3600 s in the future") && said.contains("set the machine's clock"), "{said}");
        }
    }
}
