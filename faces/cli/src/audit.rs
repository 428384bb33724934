//! `mulin audit …`: the tamper-evident log from outside. Exit codes: 0 the log is whole, 1 it is broken (or the command
//! failed), 2 wrong use, such as a file that holds no anchor.

use crate::import::progress::Bar;
use crate::{Env, WrongUse, districts};
use ::audit::looker::{Looker, Reason};
use ::audit::sample;
use ::audit::seen::{self, Look};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use kernel::ids::DistrictId;
use std::io::Write;
use std::path::{Path, PathBuf};
use store::PublicKey;
use store::chain::{self, Against, Algorithm, Anchor, Mark, NotAnAnchor, Report};

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Recompute the hash chain over all changes and reads, and name the first break
    Verify(Verify),
    /// Print the head of the chain: the whole of it, and the short form as on receipts
    Head(At),
    /// Give out a signed anchor: into the anchor file, and on standard output
    Anchor(AnchorArgs),
    /// Who has seen the name of whoever raised this matter: exactly, newest first
    Raiser {
        /// Number of the matter, such as HQ-2026-00001
        number: String,
        /// One JSON array instead of lines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        at: At,
    },
    /// The weekly samples of views, each drawn again from its head and compared
    Sample(At),
    /// Show which hash the next blocks use, or change it; blocks that are sealed keep theirs
    Hash {
        #[arg(value_parser = hash_named)]
        algorithm: Option<Algorithm>,
        #[command(flatten)]
        at: At,
    },
    /// Print the public key that anchors of this house are signed with
    Key,
}

#[derive(Debug, Args)]
pub struct At {
    /// Code of the district; may be left out when there is only one
    #[arg(long)]
    pub district: Option<String>,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// A file of anchors kept outside the database (also plain heads, 64 hexadecimal digits a line); finds cuts at the end
    #[arg(long, value_name = "FILE")]
    pub anchor: Option<PathBuf>,
    /// A head as it stands on a receipt, an export or a printed page; may be given several times
    #[arg(long, value_name = "HEAD")]
    pub head: Vec<String>,
    /// Another public key that signed anchors (64 hexadecimal digits), for instance of a key file that was replaced
    #[arg(long, value_name = "KEY")]
    pub public_key: Vec<String>,
    /// One JSON object instead of a sentence
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub at: At,
}

#[derive(Debug, Args)]
pub struct AnchorArgs {
    /// A page to print and sign instead of the bare line
    #[arg(long)]
    pub print: bool,
    #[command(flatten)]
    pub at: At,
}

/// The log is broken; the sentence names the first break.
#[derive(Debug, thiserror::Error)]
#[error("the log is broken: {0}")]
pub struct Broken(String);

/// Runs one of them. `folder` is where anchor files are kept.
pub fn run(env: &mut Env<'_>, command: &AuditCommand, folder: Option<&Path>) -> anyhow::Result<()> {
    match command {
        AuditCommand::Verify(args) => verify(env, args),
        AuditCommand::Head(at) => {
            let target = districts::existing(env, at.district.as_deref())?;
            chain::seal_now(env.rt, target.id)?;
            let head = env.rt.read_now(target.who(), chain::head)?;
            writeln!(env.out, "{}\n{}", head.hex(), Mark::of(&head))?;
            Ok(())
        }
        AuditCommand::Anchor(args) => anchor(env, args, folder),
        AuditCommand::Raiser { number, json, at } => raiser(env, number, *json, at),
        AuditCommand::Sample(at) => samples(env, at),
        AuditCommand::Hash { algorithm, at } => {
            let target = districts::existing(env, at.district.as_deref())?;
            if let Some(algorithm) = *algorithm {
                env.rt.write_now(target.who(), move |cx| chain::set_algorithm(cx, algorithm))?;
            }
            let now = env.rt.read_now(target.who(), chain::algorithm)?;
            writeln!(env.out, "{}", now.code())?;
            Ok(())
        }
        AuditCommand::Key => {
            for key in env.rt.keys().public_keys() {
                writeln!(env.out, "{} {}", key.short(), key.hex())?;
            }
            Ok(())
        }
    }
}

/// For the command line: `sha256` or `sm3`.
pub fn hash_named(name: &str) -> Result<Algorithm, String> {
    Algorithm::from_code(name).ok_or_else(|| "write sha256 or sm3".to_owned())
}

fn raiser(env: &mut Env<'_>, number: &str, json: bool, at: &At) -> anyhow::Result<()> {
    let target = districts::existing(env, at.district.as_deref())?;
    let (typed, asked) = (number.to_owned(), number.to_owned());
    let found = env.rt.read_now(target.who(), move |cx| seen::of_number(cx, &asked));
    let (_, looks) = found.map_err(|e| match e {
        ::audit::Error::Matters(matters::Error::NotFound) => anyhow::anyhow!("there is no matter {typed}"),
        other => other.into(),
    })?;
    if json {
        let lines: Vec<serde_json::Value> = looks.iter().map(as_json).collect();
        serde_json::to_writer_pretty(&mut *env.out, &lines)?;
        writeln!(env.out)?;
        return Ok(());
    }
    for look in &looks {
        let at = look.at.zoned(&kernel::time::shanghai()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let why = match &look.why {
            Reason::Matter(_) => "for the matter",
            Reason::Other(code) => code.as_str(),
        };
        let later = look.withheld_until.map_or_else(String::new, |u| format!("  (told from {} on)", u.rfc3339()));
        writeln!(env.out, "{:>8}  {at}  {}  {why}  {}{later}", look.n, who(&look.who), look.fields.join(","))?;
    }
    writeln!(env.out, "{} times", looks.len())?;
    Ok(())
}

/// In the words of the district: role, seat, body and name of that time.
fn who(looker: &Looker) -> String {
    match looker {
        Looker::Person { name, role, seat, org, .. } => {
            let parts = [role.map(kernel::Role::code), org.as_deref(), seat.as_deref(), Some(name.as_str())];
            let mut said: Vec<&str> = parts.into_iter().flatten().collect();
            said.dedup();
            said.join(" · ")
        }
        Looker::Gone(account) => format!("account {account}"),
        Looker::Program(job) => format!("program ({job})"),
        Looker::Raiser => "the raiser".into(),
        Looker::Subject => "the person or a guardian".into(),
        Looker::Anybody => "anybody".into(),
    }
}

fn as_json(look: &Look) -> serde_json::Value {
    let (role, seat, org, name) = match &look.who {
        Looker::Person { role, seat, org, name, .. } => {
            (role.map(kernel::Role::code), seat.clone(), org.clone(), Some(name))
        }
        _ => (None, None, None, None),
    };
    serde_json::json!({
        "entry": look.n, "at": look.at.rfc3339(), "who": who(&look.who), "account": look.who.account(), "name": name,
        "role": role, "seat": seat, "body": org, "fields": look.fields,
        "why": match &look.why { Reason::Matter(id) => format!("matter:{id}"), Reason::Other(code) => code.clone() },
        "withheld_until": look.withheld_until.map(kernel::Moment::rfc3339),
    })
}

fn samples(env: &mut Env<'_>, at: &At) -> anyhow::Result<()> {
    let target = districts::existing(env, at.district.as_deref())?;
    let drawn = env.rt.read_now(target.who(), |cx| {
        let all = sample::samples(cx, 100)?;
        all.into_iter().map(|week| sample::redraw(cx, &week).map(|again| (week, again))).collect::<Result<Vec<_>, _>>()
    })?;
    let mut wrong = 0;
    for (week, (lines, same)) in &drawn {
        let from = week.from.zoned(&kernel::time::shanghai()).date();
        let said = if *same { "as drawn" } else { "NOT as drawn" };
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        writeln!(env.out, "{from}  {} views, block {}, {said}: {}", week.views, week.block, lines.join(" "))?;
        wrong += usize::from(!same);
    }
    anyhow::ensure!(wrong == 0, "{wrong} samples are not what their head draws: lines were exchanged");
    Ok(())
}

fn verify(env: &mut Env<'_>, args: &Verify) -> anyhow::Result<()> {
    let target = districts::existing(env, args.at.district.as_deref())?;
    let against = against(env, args, target.id)?;
    let bar = std::sync::OnceLock::new();
    let report = chain::verify(env.rt, target.id, &against, &|p| {
        bar.get_or_init(|| Bar::new(p.entries, "entries")).set(p.done);
    })?;
    if let Some(bar) = bar.get() {
        bar.done();
    }
    if args.json {
        serde_json::to_writer_pretty(&mut *env.out, &report.json())?;
        writeln!(env.out)?;
    } else if report.broken().is_none() {
        whole(&report, env.out)?;
    }
    match report.broken() {
        None => Ok(()),
        Some(first) => {
            let more = report.faults.saturating_sub(1);
            let more = if more == 0 { String::new() } else { format!(" ({more} more)") };
            Err(Broken(format!("{first}{more}")).into())
        }
    }
}

fn whole(r: &Report, out: &mut dyn Write) -> std::io::Result<()> {
    let held = match r.anchors {
        0 => "; held against no anchor, so a cut at the end would not show".to_owned(),
        n => format!("; held against {n} anchors"),
    };
    let (entries, blocks, unsealed) = (r.entries, r.blocks, r.unsealed);
    writeln!(
        out,
        "the log is whole: {entries} entries in {blocks} blocks, {unsealed} not yet sealed, head {}{held}",
        r.head
    )
}

fn against(env: &Env<'_>, args: &Verify, district: DistrictId) -> anyhow::Result<Against> {
    let mut keys = env.rt.keys().public_keys();
    for text in &args.public_key {
        keys.push(PublicKey::from_hex(text).ok_or_else(|| WrongUse(format!("{text} is not a public key")))?);
    }
    let mut against = match &args.anchor {
        Some(file) => read_file(file, &keys, district)?,
        None => Against::default(),
    };
    for typed in &args.head {
        let mark = Mark::parse(typed).ok_or_else(|| {
            WrongUse(format!("{typed} is not a head; type it as printed, such as 412:4f2a-9c01-77de-0b12"))
        })?;
        against.marks.push(mark);
    }
    Ok(against)
}

fn read_file(file: &Path, keys: &[PublicKey], district: DistrictId) -> anyhow::Result<Against> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| WrongUse(format!("anchor file {shown}: {e}")))?;
    let mut against = Against::default();
    let lines = text.lines().map(str::trim).zip(1..).filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    for (line, number) in lines {
        if !Anchor::is_line(line) {
            let mark = Mark::parse(line).ok_or_else(|| {
                WrongUse(format!("anchor file {shown}, line {number}: it is neither an anchor nor a head"))
            })?;
            against.marks.push(mark);
            continue;
        }
        match Anchor::read(line, keys) {
            Ok(anchor) => against.anchors.push(anchor),
            Err(NotAnAnchor::Altered) => {
                let what = format!("line {number} of the anchor file {shown}: {}", NotAnAnchor::Altered);
                return Err(Broken(what).into());
            }
            Err(other) => return Err(WrongUse(format!("anchor file {shown}, line {number}: {other}")).into()),
        }
    }
    // A file may hold the anchors of several districts; without one of this district it proves nothing.
    if against.marks.is_empty() && !against.anchors.iter().any(|a| a.district == district) {
        return Err(WrongUse(format!("anchor file {shown} holds no anchor of this district")).into());
    }
    Ok(against)
}

fn anchor(env: &mut Env<'_>, args: &AnchorArgs, folder: Option<&Path>) -> anyhow::Result<()> {
    let target = districts::existing(env, args.at.district.as_deref())?;
    let key = format!("hand/{}", env.rt.now().rfc3339());
    let kept = chain::anchor_now(env.rt, target.who(), &key)?;
    if let Some(folder) = folder {
        let file = ::audit::anchors::append(folder, &target.code, &kept.line).context("the anchor file")?;
        writeln!(std::io::stderr(), "written to {}", file.display())?;
    }
    if args.print {
        page(env.out, &target.name, &kept)?;
    } else {
        writeln!(env.out, "{}", kept.line)?;
    }
    Ok(())
}

fn page(out: &mut dyn Write, district: &str, kept: &chain::KeptAnchor) -> std::io::Result<()> {
    let a = &kept.anchor;
    let head = a.head_hex();
    let groups: Vec<&str> = (0..16).filter_map(|i| head.get(i * 4..i * 4 + 4)).collect();
    let rows: Vec<String> = groups.chunks(8).map(|row| row.join(" ")).collect();
    let at = a.at.zoned(&kernel::time::shanghai()).strftime("%Y-%m-%d %H:%M:%S %z").to_string();
    writeln!(out, "Anchor of the log · 审计日志锚点\n\n{district}\n{at}\n")?;
    writeln!(out, "Block 区块      {}", a.block)?;
    writeln!(out, "Entries 条目    {} (event {}, audit_read {})", a.entries, a.last_event, a.last_read)?;
    writeln!(out, "Head 链首       {}", rows.join("\n                "))?;
    writeln!(out, "\n{}\n\nKept by 保管人 ____________________    Date 日期 ____________________", kept.line)
}
