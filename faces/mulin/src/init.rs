//! `mulin init`: keys, database, district and its first four people.

use crate::config::Config;
use crate::open::open;
use anyhow::Context as _;
use cli::account::readable_password;
use kernel::ids::DistrictId;
use kernel::{Actor, Lang, OsIds, Purpose};
use people::app::{Init, NewAccount, init, password};
use std::io::Write as _;
use store::chain::{Algorithm, set_algorithm};
use store::{Keys, Who};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Statistical code of the district, or another short name.
    #[arg(long, default_value = "000000")]
    code: String,
    /// Name of the district as people say it.
    #[arg(long, default_value = "新建区")]
    name: String,
    /// Hash of the log: sha256, or sm3 where the rules of the house ask for it
    #[arg(long, default_value = "sha256", value_parser = cli::audit::hash_named)]
    hash: Algorithm,
}

/// Login, name and seat title of the first people; three administrators are three different people.
const FIRST: [(&str, &str, &str); 4] = [
    ("sysadmin", "系统管理员", "系统管理"),
    ("secadmin", "安全管理员", "安全管理"),
    ("auditadmin", "审计管理员", "审计管理"),
    ("coordinator", "区协调员", "区协调"),
];

pub(crate) fn run(config: &Config, args: &Args) -> anyhow::Result<()> {
    let fresh_keys = !config.keys.exists();
    if fresh_keys {
        Keys::generate(&OsIds).save_new(&config.keys)?;
    }
    let rt = open(config).inspect_err(|_| {
        // Keys that protect nothing yet must not stand where the lost ones are looked for.
        if fresh_keys {
            let _ = std::fs::remove_file(&config.keys);
        }
    })?;
    let passwords: Vec<String> = FIRST.iter().map(|_| readable_password(&OsIds)).collect();
    let mut accounts = Vec::new();
    for ((login, name, _), secret) in FIRST.iter().zip(&passwords) {
        let hash = password::hash(&secret.clone().into(), &OsIds).context("hashing the first passwords")?;
        accounts.push(NewAccount {
            login: (*login).into(),
            display_name: (*name).into(),
            phone_ext: None,
            email: None,
            lang: Lang::ZhCn,
            password: Some(hash),
            must_change_password: true,
        });
    }
    let [system, security, audit, coordinator] =
        <[NewAccount; 4]>::try_from(accounts).map_err(|_| anyhow::anyhow!("four first accounts"))?;
    let titles = [FIRST[0].2, FIRST[1].2, FIRST[2].2, FIRST[3].2, "区兜底"].map(str::to_owned);
    let (district_code, district_name) = (args.code.clone(), args.name.clone());
    let new = Init { district_code, district_name, system, security, audit, coordinator, titles };
    let district = DistrictId(rt.ids().uuid(rt.now()));
    let hash = args.hash;
    let operator = Who::new(Actor::system(district, people::policy::jobs::CLI), Purpose::Administration);
    let code = args.code.clone();
    rt.write_now(operator, move |cx| -> anyhow::Result<()> {
        init(cx, &new).map_err(|e| match e {
            people::Error::DistrictExists => anyhow::anyhow!("a district with code {code} is in this database already"),
            other => other.into(),
        })?;
        if hash != Algorithm::default() {
            set_algorithm(cx, hash)?;
        }
        // Without a class nobody could raise anything; the office changes them at the desk.
        matters::app::seed_classes(cx)?;
        Ok(())
    })?;
    report(config, args, fresh_keys, &passwords)
}

fn report(config: &Config, args: &Args, fresh_keys: bool, passwords: &[String]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "District {} ({}) is open.", args.name, args.code)?;
    if fresh_keys {
        writeln!(out, "Keys: {} (keep a copy apart from the database)", config.keys.display())?;
    }
    writeln!(out, "First accounts; each must choose a new password at the first sign-in:")?;
    for ((login, name, _), password) in FIRST.iter().zip(passwords) {
        writeln!(out, "  {login:<12} {password}   {name}")?;
    }
    writeln!(out, "Next: mulin import areas FILE --kind district --datum wgs84, then mulin serve")?;
    Ok(())
}
