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

/// The district of this name, or a new one; without a name, the configured one.
pub fn target(env: &Env<'_>, name: Option<&str>) -> anyhow::Result<Target> {
    let all = all(env)?;
    let Some(name) = name else {
        let id = env.district.or_else(|| all.first().filter(|_| all.len() == 1).map(|d| d.0));
        let (id, name) = all
            .into_iter()
            .find(|d| Some(d.0) == id)
            .context("there is no district yet, or more than one: run mulin init, or name the district")?;
        return Ok(Target { id, name, exists: true });
    };
    let known = all.into_iter().find(|d| d.1 == name.trim());
    Ok(match known {
        Some((id, name)) => Target { id, name, exists: true },
        None => Target { id: DistrictId(env.rt.ids().uuid(env.rt.now())), name: name.trim().to_owned(), exists: false },
    })
}

/// As [`target`], for commands that do not make districts.
pub fn existing(env: &Env<'_>, name: Option<&str>) -> anyhow::Result<Target> {
    let target = target(env, name)?;
    anyhow::ensure!(target.exists, "there is no district “{}”", target.name);
    Ok(target)
}

fn all(env: &Env<'_>) -> anyhow::Result<Vec<(DistrictId, String)>> {
    let who = operator(env.district.unwrap_or(DistrictId(uuid::Uuid::nil())));
    Ok(env.rt.read_now(who, districts::all)?.into_iter().map(|(id, d)| (id, d.name)).collect())
}
