//! Robots in chat groups: what they still have to say, gathered from the sealed log, and one message for all of it, at most
//! one in three seconds (20 a minute, as both allow).

use crate::config::AlertsConfig;
use crate::outgoing::Outgoing;
use crate::robot::{self, Line, RobotConfig, SPACING_SECS, Said};
use crate::texts::text;
use crate::{Error, Result};
use kernel::ids::{CaseId, DistrictId, MatterId};
use kernel::{Lang, Moment};
use lost::app::About;
use matters::app::moves;
use people::policy::jobs as names;
use serde_json::json;
use store::jobs::{Job, JobError};
use store::{Cx, NewJob, Runtime, Who, chain, params};
use uuid::Uuid;

/// Kind of the job that says what waits.
pub(crate) const PUSH: &str = "robot.push";
const BATCH: usize = 500;
/// What could not be said for so long is no news any more.
const STALE_HOURS: i64 = 24;
/// A robot whose settings are wrong is tried again after this long.
const WRONG_SECS: i64 = 3_600;

fn into_store(error: Error) -> store::Error {
    match error {
        Error::Store(e) | Error::Matters(matters::Error::Store(e)) => e,
        other => store::Error::Setup(other.to_string()),
    }
}

/// Writes down what the robots have to say of what moved since the last look. Called after each sealing of the log.
pub(crate) fn follow(
    rt: &Runtime,
    district: DistrictId,
    robots: &[RobotConfig],
) -> std::result::Result<(), store::Error> {
    let who = || Who::system(district, names::DELIVERY);
    for robot in robots {
        let name = robot.name.clone();
        let seen = rt.read_now(who(), move |cx| {
            let last = chain::head(cx)?.last_event;
            let sql = "SELECT seen FROM robot WHERE district_id = $1 AND name = $2";
            let row = cx.query_opt(sql, params![cx.district(), name])?;
            Ok::<_, store::Error>(row.map(|r| r.i64("seen")).transpose()?.is_some_and(|seen| seen >= last))
        })?;
        if !seen {
            let robot = robot.clone();
            rt.write_now(who(), move |cx| fill(cx, &robot).map_err(into_store))?;
        }
    }
    Ok(())
}

/// A robot that is new says what happens from now on.
fn fill(cx: &mut Cx<'_>, robot: &RobotConfig) -> Result<()> {
    cx.lock("robots")?;
    let last = chain::head(cx)?.last_event;
    let sql = "SELECT seen FROM robot WHERE district_id = $1 AND name = $2";
    let Some(row) = cx.query_opt(sql, params![cx.district(), robot.name.as_str()])? else {
        let sql = "INSERT INTO robot (district_id, name, seen) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        cx.execute(sql, params![cx.district(), robot.name.as_str(), last])?;
        return Ok(());
    };
    let found = moves(cx, row.i64("seen")?, last, BATCH)?;
    let mut added = false;
    for m in &found {
        let Some(event) = robot::event(m).filter(|e| robot.events.iter().any(|wanted| wanted == e)) else { continue };
        let id: Uuid = cx.new_id();
        cx.execute(
            "INSERT INTO robot_line (id, district_id, robot, event, matter_id, number, class, place, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                id,
                cx.district(),
                robot.name.as_str(),
                event,
                m.matter,
                m.number.as_str(),
                m.class.as_str(),
                m.place.as_deref(),
                m.at
            ],
        )?;
        added = true;
    }
    let seen = if found.len() == BATCH { found.last().map_or(last, |m| m.n) } else { last };
    let sql = "UPDATE robot SET seen = $1 WHERE district_id = $2 AND name = $3";
    cx.execute(sql, params![seen, cx.district(), robot.name.as_str()])?;
    if added { push_at(cx, &robot.name, cx.now) } else { Ok(()) }
}

/// A new case of a lost elder: its number and the name of its post, in the groups that want to hear of it.
pub(crate) fn lost(cx: &mut Cx<'_>, robots: &[RobotConfig], case: CaseId, about: &About) -> Result<()> {
    let wanted: Vec<_> = robots.iter().filter(|r| r.events.iter().any(|e| e == robot::LOST)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    cx.lock("robots")?;
    let post = match about.post {
        Some(post) => places::snapshot(cx).map_err(lost::Error::from)?.post(post).map(|p| p.name.clone()),
        None => None,
    };
    for robot in wanted {
        let sql = "INSERT INTO robot (district_id, name, seen) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let last = chain::head(cx)?.last_event;
        cx.execute(sql, params![cx.district(), robot.name.as_str(), last])?;
        let id: Uuid = cx.new_id();
        cx.execute(
            "INSERT INTO robot_line (id, district_id, robot, event, matter_id, number, class, place, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![
                id,
                cx.district(),
                robot.name.as_str(),
                robot::LOST,
                case,
                about.number.as_str(),
                "",
                post.as_deref(),
                cx.now
            ],
        )?;
        push_at(cx, &robot.name, cx.now)?;
    }
    Ok(())
}

fn push_at(cx: &mut Cx<'_>, name: &str, at: Moment) -> Result<()> {
    let key = if at > cx.now {
        format!("{}/{name}/{}", cx.district(), at.micros())
    } else {
        let one: Uuid = cx.new_id();
        format!("{name}/{one}")
    };
    cx.enqueue(NewJob { kind: PUSH, key, run_at: at, payload: json!({ "robot": name }) })?;
    Ok(())
}

/// What is said next.
enum Next {
    Say { lines: Vec<Uuid>, title: String, text: String },
    At(Moment),
    Nothing,
}

/// The job: everything that waits, in one message.
pub(crate) fn push(
    rt: &Runtime,
    job: &Job,
    config: &AlertsConfig,
    out: &Outgoing,
) -> std::result::Result<(), JobError> {
    let name = job.payload.get("robot").and_then(|r| r.as_str()).unwrap_or_default().to_owned();
    let Some(robot) = config.robots.iter().find(|r| r.name == name) else {
        return Err(JobError::Dead("the robot is not in the configuration any more".into()));
    };
    let who = || Who::system(job.district, names::DELIVERY);
    let (url, asked) = (config.public_url.clone(), name.clone());
    let (lines, title, text) = match rt.write_now(who(), move |cx| take(cx, &asked, &url)).map_err(JobError::from)? {
        Next::Say { lines, title, text } => (lines, title, text),
        Next::At(at) => return rt.write_now(who(), move |cx| push_at(cx, &name, at)).map_err(JobError::from),
        Next::Nothing => return Ok(()),
    };
    let now = rt.now();
    let said = robot::read(&out.call(&robot.call((&title, &text), now.micros() / 1_000), now));
    let outcome = said.clone();
    rt.write_now(who(), move |cx| note(cx, &name, &lines, &outcome)).map_err(JobError::from)?;
    match said {
        Said::Taken | Said::Later { .. } => Ok(()),
        // Among the messages that could not be sent, for the administrator; what waits is kept for a day.
        Said::Wrong(why) => Err(JobError::Dead(why)),
    }
}

fn take(cx: &mut Cx<'_>, name: &str, public_url: &str) -> Result<Next> {
    cx.lock("robots")?;
    let sql = "SELECT rests_until FROM robot WHERE district_id = $1 AND name = $2";
    let Some(row) = cx.query_opt(sql, params![cx.district(), name])? else { return Ok(Next::Nothing) };
    if let Some(until) = row.opt_moment("rests_until")?.filter(|until| *until > cx.now) {
        return Ok(Next::At(until));
    }
    let sql = "DELETE FROM robot_line WHERE district_id = $1 AND robot = $2 AND at < $3";
    cx.execute(sql, params![cx.district(), name, cx.now.plus_hours(-STALE_HOURS)])?;
    let sql = "SELECT id, event, matter_id, number, class, place FROM robot_line WHERE district_id = $1 AND robot = $2 \
               ORDER BY at, id LIMIT 500";
    let rows = cx.query(sql, params![cx.district(), name])?;
    if rows.is_empty() {
        return Ok(Next::Nothing);
    }
    // Nobody else says the same meanwhile.
    rest(cx, name, SPACING_SECS.max(15))?;
    let classes = matters::app::classes(cx)?;
    let (mut ids, mut lines) = (Vec::new(), Vec::new());
    for r in &rows {
        let (class, matter): (String, MatterId) = (r.text("class")?, r.id("matter_id")?);
        let event = r.text("event")?;
        if event == robot::LOST {
            let link = format!("{}/desk/lost/{matter}", public_url.trim_end_matches('/'));
            let (number, place) = (r.text("number")?, r.opt_text("place")?);
            ids.push(r.uuid("id")?);
            lines.push(Line { event, number, class: text(Lang::ZhCn, "robot-lost-what", &[]), place, link });
            continue;
        }
        // Said meanwhile to be about a unit, whose people may sit in the group.
        if matters::app::is_about_a_unit(cx, matter)? {
            cx.execute("DELETE FROM robot_line WHERE id = $1", params![r.uuid("id")?])?;
            continue;
        }
        let class = classes.iter().find(|c| c.code == class).map_or(class, |c| c.name(Lang::ZhCn).to_owned());
        let link = format!("{}/desk/matters/{matter}", public_url.trim_end_matches('/'));
        ids.push(r.uuid("id")?);
        lines.push(Line { event, number: r.text("number")?, class, place: r.opt_text("place")?, link });
    }
    if lines.is_empty() {
        return Ok(Next::Nothing);
    }
    let word = |event: &str| text(Lang::ZhCn, &format!("robot-{event}"), &[]);
    let more = |n: usize| text(Lang::ZhCn, "robot-more", &[("n", &n.to_string())]);
    let (title, text) = robot::message(&lines, word, more);
    Ok(Next::Say { lines: ids, title, text })
}

fn rest(cx: &mut Cx<'_>, name: &str, secs: i64) -> Result<()> {
    let sql = "UPDATE robot SET rests_until = $1 WHERE district_id = $2 AND name = $3";
    cx.execute(sql, params![cx.now.plus_secs(secs), cx.district(), name])?;
    Ok(())
}

fn note(cx: &mut Cx<'_>, name: &str, lines: &[Uuid], said: &Said) -> Result<()> {
    let secs = match said {
        Said::Taken => {
            for id in lines {
                cx.execute("DELETE FROM robot_line WHERE id = $1", params![*id])?;
            }
            SPACING_SECS
        }
        Said::Later { secs, why } => {
            tracing::warn!(robot = name, %why, "a robot could not speak");
            *secs
        }
        Said::Wrong(_) => WRONG_SECS,
    };
    rest(cx, name, secs)?;
    push_at(cx, name, cx.now.plus_secs(secs))
}
