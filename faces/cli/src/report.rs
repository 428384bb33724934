//! `mulin report`: figures of the database. `on-time`: closed by the target or not, from the dates of imported matters;
//! `month`: what a month came to (R10).

use crate::import::matters::write_on_time;
use crate::{Env, districts};
use clap::{Args, Subcommand};
use kernel::ids::AreaId;
use matters::app::report::{self, Figures, Month};
use serde_json::{Value, json};

/// Reports on what is in the database.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// How many imported matters were closed by their target, and whether the other system says the same
    OnTime(OnTimeArgs),
    /// What a month came to: received, closed, late, by class and by town
    Month(MonthArgs),
}

#[derive(Debug, Args)]
pub struct MonthArgs {
    /// Year and month on the wall of Shanghai, such as 2026-05; the running month when left out
    #[arg(value_parser = month)]
    pub month: Option<Month>,
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
    /// One JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| "give year and month, such as 2026-05".to_owned())
}

#[derive(Debug, Args)]
pub struct OnTimeArgs {
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
    /// One JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

pub fn run(env: &mut Env<'_>, command: &ReportCommand) -> anyhow::Result<()> {
    match command {
        ReportCommand::OnTime(args) => on_time(env, args),
        ReportCommand::Month(args) => of_month(env, args),
    }
}

fn of_month(env: &mut Env<'_>, args: &MonthArgs) -> anyhow::Result<()> {
    let target = districts::existing(env, args.district.as_deref())?;
    let asked = args.month.unwrap_or_else(|| Month::of(env.rt.now()));
    let (report, names) = env.rt.read_now(target.who(), move |cx| {
        let report = report::month(cx, asked)?;
        let ground = places::snapshot(cx).map_err(matters::Error::from)?;
        let name = |id: &Option<AreaId>| id.and_then(|id| ground.area(id)).map(|a| a.name.clone());
        let names: Vec<Option<String>> = report.places.keys().map(name).collect();
        Ok::<_, matters::Error>((report, names))
    })?;
    let place = |name: Option<String>| name.unwrap_or_else(|| "place not known".to_owned());
    let places: Vec<(String, Figures)> = names.into_iter().map(place).zip(report.places.values().copied()).collect();
    if args.json {
        let line = |name: &str, f: &Figures| json!({ "name": name, "figures": figures(f) });
        let whole = json!({
            "month": asked.to_string(),
            "all": figures(&report.all),
            "classes": report.classes.iter().map(|(c, f)| line(c, f)).collect::<Vec<_>>(),
            "places": places.iter().map(|(p, f)| line(p, f)).collect::<Vec<_>>(),
        });
        writeln!(env.out, "{whole}")?;
        return Ok(());
    }
    writeln!(env.out, "{asked}   received, closed (of these late, opened again), open at the end")?;
    let mut line = |name: &str, f: &Figures| {
        let (late, again) = (f.late, f.reopened);
        writeln!(env.out, "{:7} {:7} ({late}, {again}) {:7}   {name}", f.received, f.closed, f.open)
    };
    line("all", &report.all)?;
    report.classes.iter().try_for_each(|(class, f)| line(class, f))?;
    places.iter().try_for_each(|(place, f)| line(place, f))?;
    Ok(())
}

fn figures(f: &Figures) -> Value {
    json!({
        "received": f.received, "closed": f.closed, "late": f.late, "reopened": f.reopened, "minutes": f.minutes,
        "rated": f.rated, "stars": f.stars, "open": f.open,
    })
}

fn on_time(env: &mut Env<'_>, args: &OnTimeArgs) -> anyhow::Result<()> {
    let target = districts::existing(env, args.district.as_deref())?;
    let report = env.rt.read_now(target.who(), matters::app::on_time)?;
    if args.json {
        serde_json::to_writer(&mut *env.out, &report)?;
        writeln!(env.out)?;
    } else {
        write_on_time(env.out, report)?;
    }
    Ok(())
}
