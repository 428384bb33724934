//! Which district a command works on.

use crate::Env;
use anyhow::Context as _;
use kernel::ids::DistrictId;
use kernel::{Actor, Lang, Purpose};
use people::app::{Init, NewAccount, districts};
use store::{Cx, Who};

/// Name of the job in the log: the operator at the command line.
const JOB: &str = "cli";

/// A district that is there, or will be made in the transaction that first needs it.
#[derive(Debug, Clone)]
pub struct Target {
    pub id: DistrictId,
    pub code: String,
    pub name: String,
    exists: bool,
}

impl Target {
    pub fn who(&self) -> Who {
        operator(self.id)
    }

    /// Makes the district if it is not there: four accounts without a password, one of which holds the catch-all seat,
    /// so that R1 holds from the first matter. Answers whether it was made.
    pub fn ensure(&self, cx: &mut Cx<'_>) -> anyhow::Result<bool> {
        if districts::district(cx)?.is_some() {
            return Ok(false);
        }
        let account = |login: &str, display_name: &str| NewAccount {
            login: login.to_owned(),
            display_name: display_name.to_owned(),
            phone_ext: None,
            email: None,
            lang: Lang::default(),
            password: None,
            must_change_password: true,
        };
        let init = Init {
            district_code: self.code.clone(),
            district_name: self.name.clone(),
            system: account("system", "System administration"),
            security: account("security", "Security administration"),
            audit: account("audit", "Audit"),
            coordinator: account("catch-all", "Catch-all desk"),
            titles: ["System administration", "Security administration", "Audit", "Coordination", "Catch-all"]
                .map(str::to_owned),
        };
        people::app::init(cx, &init).with_context(|| format!("the district “{}”", self.name))?;
        Ok(true)
    }
}

/// Acts for the operator of the machine.
pub fn operator(district: DistrictId) -> Who {
    Who::new(Actor::system(district, JOB), Purpose::Administration)
}

/// The district of this code or name, or a new one called `new_name`; without a code, the configured one.
pub fn target(env: &Env<'_>, code: Option<&str>, new_name: Option<&str>) -> anyhow::Result<Target> {
    let who = Who::system(env.district.unwrap_or(DistrictId(uuid::Uuid::nil())), JOB);
    let all = env.rt.read_now(who, districts::all_districts)?;
    let known = match code.map(str::trim) {
        Some(wanted) => all.into_iter().find(|d| d.code == wanted || d.name == wanted),
        None => {
            anyhow::ensure!(!all.is_empty(), "there is no district yet: run mulin init");
            let codes: Vec<String> = all.iter().map(|d| format!("{} ({})", d.code, d.name)).collect();
            let id = env.district.or_else(|| all.first().filter(|_| all.len() == 1).map(|d| d.id));
            Some(all.into_iter().find(|d| Some(d.id) == id).with_context(|| {
                format!(
                    "the database holds several districts: name one with --district (or MULIN_DISTRICT): {}",
                    codes.join(", ")
                )
            })?)
        }
    };
    let code = code.unwrap_or_default().trim();
    Ok(match known {
        Some(d) => Target { id: d.id, code: d.code, name: d.name, exists: true },
        None => Target {
            id: DistrictId(env.rt.ids().uuid(env.rt.now())),
            code: code.to_owned(),
            name: new_name.unwrap_or(code).trim().to_owned(),
            exists: false,
        },
    })
}

/// The district that pages work in.
pub fn here(cx: &mut Cx<'_>) -> anyhow::Result<Target> {
    let id = cx.district();
    let here = districts::district(cx)?.context("there is no district yet: run mulin init")?;
    Ok(Target { id, code: here.code, name: here.name, exists: true })
}

/// As [`target`], for commands that do not make districts.
pub fn existing(env: &Env<'_>, code: Option<&str>) -> anyhow::Result<Target> {
    let target = target(env, code, None)?;
    anyhow::ensure!(target.exists, "there is no district “{}”; mulin doctor lists those that are there", target.code);
    Ok(target)
}
