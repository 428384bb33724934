//! The one binary: command line, configuration and wiring. What the commands do lives in the crates below.

mod backup;
mod bench_pages;
mod channels;
mod clock;
mod config;
mod demo;
mod doctor;
mod gateway;
mod init;
mod open;
mod providers;
#[cfg(test)]
mod schema_tests;
mod serve;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use config::Config;
use kernel::ids::DistrictId;
use kernel::{Clock as _, OsIds, SystemClock};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use store::jobs::Handlers;
use store::{Runtime, Who};

/// 睦邻 Mulin: the good-neighbour network of a district.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    /// Configuration file (TOML); default mulin.toml if it is there. See docs/mulin.example.toml.
    #[arg(long, global = true, env = "MULIN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of a district on this machine: DIR/mulin.db and DIR/mulin.keys instead of the configured ones.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make keys and database, and the district with its first four accounts.
    Init(init::Args),
    /// Serve the pages and run the jobs until SIGTERM.
    Serve,
    /// The invented district 和邻区, for trying everything out.
    Demo(::demo::run::Args),
    /// Bring the database's schema up to date (serve and every command do it too).
    Migrate,
    /// A sealed copy of the database (SQLite), made while the program runs.
    Backup(backup::Args),
    /// Bring a backup back where no database is; it opens only with the key file it was made with.
    Restore(backup::RestoreArgs),
    /// Check keys, database, clock, jobs and the log, and say how to mend what is wrong.
    Doctor,
    /// Accounts of staff and volunteers: make, new password, suspend.
    #[command(subcommand)]
    Account(cli::account::AccountCommand),
    /// Keys of programs that call the API in the name of an account.
    #[command(subcommand)]
    Token(cli::account::TokenCommand),
    /// How long what is kept: what would be erased tonight (nothing is, without --run).
    Retention(cli::retention::RetentionArgs),
    /// The master keys: rotate them while the program runs, and see which are in use.
    #[command(subcommand)]
    Key(cli::key::KeyCommand),
    /// The tamper-evident log.
    #[command(subcommand)]
    Audit(cli::audit::AuditCommand),
    /// Bring in what others have written down; a file is written whole or not at all.
    Import(cli::import::ImportCommand),
    /// Take what comes from outside: mails from a mail server's pipe, a Maildir or a folder.
    #[command(subcommand)]
    Intake(cli::intake::Intake),
    /// Work orders of a municipal hotline (12345): in from a file, and how they stand out again.
    #[command(subcommand)]
    Exchange(cli::exchange::Exchange),
    /// Who of a registry is described: candidates with their probability and the evidence; files, no database.
    Identify(cli::identify::IdentifyArgs),
    /// Which areas contain these points: exactly, from a GeoJSON file and a table; no database.
    Locate(cli::locate::LocateArgs),
    /// What frames of locators say: positions, alarms and what to answer, line by line; no database.
    Decode(cli::decode::DecodeArgs),
    /// Who visits whom and when: routes with time windows, skills and pairs, from a file; no database.
    Rounds(cli::rounds::RoundsArgs),
    /// Where a lost person probably is, and who looks where: JSON lines; files, no database.
    Seek(cli::seek::SeekArgs),
    /// Measure the program on a database of its own.
    #[command(subcommand)]
    Bench(Bench),
    /// Things that are not there, for trying out what is: elders with locators who call a gateway.
    #[command(subcommand)]
    Simulate(::demo::simulate::command::Simulate),
    /// Figures from the database.
    #[command(subcommand)]
    Report(cli::report::ReportCommand),
}

#[derive(Debug, Subcommand)]
enum Bench {
    #[command(flatten)]
    Parts(cli::bench::Bench),
    /// Every page of the desk in a district of a million residents, by several roles
    Pages(cli::bench::pages::PagesArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("MULIN_LOG").unwrap_or_else(|_| "warn,mulin=info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output (`| head`) has seen enough.
        Err(error) if error.chain().any(is_broken_pipe) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "mulin: {error:#}");
            // 75: a mail server keeps the mail and tries again.
            let later = error.is::<cli::intake::TryAgain>();
            ExitCode::from(if later { 75 } else { u8::from(error.is::<cli::WrongUse>()) + 1 })
        }
    }
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let mut config = Config::load(cli.config.as_deref())?;
    if let Some(dir) = &cli.data {
        std::fs::create_dir_all(dir).with_context(|| format!("the folder {}", dir.display()))?;
        config.database = format!("sqlite:{}", dir.join("mulin.db").display());
        config.keys = dir.join("mulin.keys");
        config.audit.anchors = dir.join("anchors");
        config.gateway.spool = dir.join("spool");
    }
    match cli.command {
        Command::Init(args) => init::run(&config, &args),
        Command::Serve => {
            anyhow::ensure!(
                std::env::var_os("MULIN_CLOCK").is_none(),
                "MULIN_CLOCK is for the demo and tests; serve runs on real time"
            );
            let (rt, district) = open_district(&config)?;
            serve_district(&config, rt, district)
        }
        Command::Demo(args) => demo::run(config, cli.data.as_deref(), args),
        Command::Migrate => {
            let rt = open::open(&config)?;
            Ok(writeln!(std::io::stdout(), "the {} database is up to date", rt.database_kind())?)
        }
        Command::Backup(args) => backup::run(&config, &args),
        Command::Restore(args) => backup::restore(&config, &args),
        Command::Doctor => doctor::run(&config),
        Command::Audit(command) => {
            let folder = config.audit().folder;
            with_env(&config, |env| cli::audit::run(env, &command, folder.as_deref()))
        }
        Command::Retention(args) => {
            let rules = config.retention()?;
            with_env(&config, |env| cli::retention::run(env, &args, rules))
        }
        Command::Key(command) => with_env(&config, |env| cli::key::run(env, &command)),
        Command::Account(command) => with_env(&config, |env| cli::account::run(env, &command)),
        Command::Token(command) => with_env(&config, |env| cli::account::run_token(env, &command)),
        Command::Exchange(command) => with_env(&config, |env| cli::exchange::run(env, &command)),
        Command::Import(command) => with_env(&config, |env| command.run(env)),
        Command::Identify(args) => {
            let year = SystemClock.now().zoned(&kernel::time::shanghai()).year();
            let mut input = std::io::BufReader::new(std::io::stdin());
            cli::identify::run(&args, i32::from(year), &mut input, &mut std::io::stdout().lock())
        }
        Command::Decode(args) => {
            let clock = || kernel::Clock::now(&SystemClock);
            let mut input = std::io::stdin().lock();
            cli::decode::run(&args, &clock, &mut input, &mut std::io::stdout().lock())
        }
        Command::Locate(args) => cli::locate::run(&args, &mut std::io::stdout().lock(), &mut std::io::stderr().lock()),
        Command::Rounds(args) => cli::rounds::run(&args, &mut std::io::stdout().lock()),
        Command::Seek(args) => {
            let mut input = std::io::BufReader::new(std::io::stdin());
            cli::seek::run(&args, &mut input, &mut std::io::stdout().lock())
        }
        Command::Bench(Bench::Pages(args)) => bench_pages::run(&config, &args),
        Command::Bench(Bench::Parts(command)) => {
            let open = |url: &str, keys| {
                open::open_with(url, config.connections, keys, Arc::new(SystemClock), Arc::new(OsIds))
            };
            cli::bench::run(&command, &open, &mut std::io::stdout().lock())
        }
        Command::Intake(command) => {
            let settings = config.intake();
            with_env(&config, |env| cli::intake::run(env, &command, &settings))
        }
        Command::Simulate(command) => ::demo::simulate::command::run(&command, &mut std::io::stdout().lock()),
        Command::Report(command) => with_env(&config, |env| cli::report::run(env, &command)),
    }
}

fn serve_district(config: &Config, rt: Runtime, district: DistrictId) -> anyhow::Result<()> {
    let listener = serve::bind(&config.listen)?;
    start_timers(&rt, district)?;
    let _worker = store::jobs::Worker::start(rt.clone(), district, Arc::new(handlers(config)?))?;
    let receipts = config.sms.gateway()?.and_then(|sms| sms.receipts);
    let app = web::App::new(rt, district, config.site.clone())
        .with_map(&config.map)?
        .with_receipts(receipts)
        .with_push(config.push.read()?);
    let app = app.with_relay(config.relay_provider()?).with_providers(config.providers()?, &config.outgoing.allow);
    let locators = gateway::Wanted::of(&config.gateway);
    let app = app.with_strangers(locators.as_ref().map(gateway::Wanted::strangers));
    let listen = config.listen.clone();
    serve::run(app, listener, &config.admin_listen, locators, move |_| {
        tracing::info!(%listen, "mulin listens");
        Ok(())
    })
}

/// Everything that jobs can ask for; later ones take the place of earlier ones of the same kind.
fn handlers(config: &Config) -> anyhow::Result<Handlers> {
    let own = people::app::turns::handlers()
        .merge(care::handlers())
        .merge(places::app::edit_later::handlers())
        .merge(lost::jobs::handlers())
        .merge(locators::jobs::handlers())
        .merge(matters::jobs::handlers())
        .merge(cli::import::uploads::handlers());
    let own = own.merge(store::retention::handlers(config.retention()?));
    Ok(own.merge(alerts::handlers(config.alerts()?)).merge(audit::jobs::handlers(config.audit())))
}

/// Recurring jobs of the district, started once.
fn start_timers(rt: &Runtime, district: DistrictId) -> anyhow::Result<()> {
    locators::start(rt);
    let who = Who::system(district, people::policy::jobs::CLOCKS);
    rt.write_now(who.clone(), matters::app::ensure_timers)?;
    rt.write_now(who, store::retention::ensure_timer)?;
    let who = Who::system(district, people::policy::jobs::AUDIT);
    Ok(rt.write_now(who, audit::jobs::ensure_timers)?)
}

/// The configured database and the district that commands and pages work on.
fn open_district(config: &Config) -> anyhow::Result<(Runtime, DistrictId)> {
    let rt = open::open(config)?;
    let id = find_district(&rt, config)?;
    Ok((rt, id))
}

fn find_district(rt: &Runtime, config: &Config) -> anyhow::Result<DistrictId> {
    let nobody = Who::system(DistrictId(uuid::Uuid::nil()), "start");
    let all = rt.read_now(nobody, people::app::all_districts)?;
    let found = match (config.district.as_str(), all.as_slice()) {
        ("", [only]) => only,
        ("", []) => anyhow::bail!("there is no district yet; run mulin init"),
        ("", several) => {
            let codes: Vec<&str> = several.iter().map(|d| d.code.as_str()).collect();
            anyhow::bail!(
                "the database holds several districts ({}): write district = \"{}\" into the configuration, or set \
                 MULIN_DISTRICT",
                codes.join(", "),
                several.first().map_or("", |d| d.code.as_str())
            )
        }
        (code, all) => all.iter().find(|d| d.code == code).with_context(|| {
            let codes: Vec<&str> = all.iter().map(|d| d.code.as_str()).collect();
            format!(
                "the configuration names the district “{code}”, which is not there; there are: {}",
                codes.join(", ")
            )
        })?,
    };
    Ok(found.id)
}

/// Runs a command of the `cli` crate; it chooses its district itself when the configuration does not.
fn with_env(config: &Config, run: impl FnOnce(&mut cli::Env<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let rt = open::open(config)?;
    // With several districts and none configured the command's own --district or map file decides.
    let district =
        if config.district.is_empty() { find_district(&rt, config).ok() } else { Some(find_district(&rt, config)?) };
    run(&mut cli::Env { rt: &rt, district, out: &mut std::io::stdout().lock() })
}
