//! Configuration of `mulin serve` and the commands that work on a district's database: TOML, then `MULIN_*`.

use crate::channels::{Push, Relay, Robot, Sms};
use crate::providers::Oidc;
use anyhow::Context as _;
use figment::error::Kind;
use figment::providers::{Format as _, Serialized, Toml};
use figment::value::Value;
use figment::{Figment, Profile, Source};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Every setting, with its default. The reference file is `docs/mulin.example.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub database: String,
    /// File of the master keys, made by `mulin init`.
    pub keys: PathBuf,
    /// Address of the pages.
    pub listen: String,
    /// Address of health, readiness and metrics; empty switches it off.
    pub admin_listen: String,
    /// Reader threads (SQLite) or pooled connections (PostgreSQL); 0 chooses 4 or 16.
    pub connections: usize,
    /// Code of the district that the pages show; empty when the database holds only one.
    pub district: String,
    /// Names, numbers and addresses that the pages show.
    pub site: web::Config,
    /// What maps stand on, when that is not the imported streets.
    pub map: web::map::Settings,
    pub mail: Mail,
    pub audit: Audit,
    pub outgoing: Outgoing,
    /// Days that rules of keeping use instead of their own, by name; `mulin retention` lists them.
    pub retention: BTreeMap<String, i64>,
    pub sms: Sms,
    pub relay: Relay,
    pub robots: Vec<Robot>,
    pub oidc: Vec<Oidc>,
    pub push: Push,
    /// Where locators call in.
    pub gateway: gateway::Settings,
}

/// Where connections may go whose address was typed at the desk. What stands in this file itself may lead anywhere.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Outgoing {
    /// Networks that are not public: `10.20.0.0/16`.
    pub allow: Vec<kernel::net::Net>,
}

/// Where anchors of the log go, out of the database's reach.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Audit {
    /// Folder of the anchor files; empty: none are written.
    pub anchors: PathBuf,
    /// Addresses that get the daily anchor by mail.
    pub mail_to: Vec<String>,
}

impl Default for Audit {
    fn default() -> Self {
        Self { anchors: "anchors".into(), mail_to: Vec::new() }
    }
}

/// Where e-mail is handed in. Without a host no mail is sent, and the other channels still work.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Mail {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: String,
    pub from: String,
    /// Where answers to our mails go: the address whose mails `mulin intake mail` takes. Empty: nobody reads them.
    pub reply_to: String,
    /// Class of what comes by mail.
    pub intake_class: String,
    /// `none`, `starttls` or `tls`.
    pub encryption: String,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Default for Mail {
    fn default() -> Self {
        let none = String::new;
        Self {
            host: none(),
            port: 25,
            user: none(),
            password: none(),
            from: none(),
            reply_to: none(),
            intake_class: "other".into(),
            encryption: "starttls".into(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database: "sqlite:mulin.db".into(),
            keys: "mulin.keys".into(),
            listen: "127.0.0.1:8080".into(),
            admin_listen: String::new(),
            connections: 0,
            district: String::new(),
            site: web::Config::default(),
            map: web::map::Settings::default(),
            mail: Mail::default(),
            audit: Audit::default(),
            outgoing: Outgoing::default(),
            retention: BTreeMap::new(),
            sms: Sms::default(),
            relay: Relay::default(),
            robots: Vec::new(),
            oidc: Vec::new(),
            push: Push::default(),
            gateway: gateway::Settings::default(),
        }
    }
}

impl Config {
    /// Defaults, then the file, then the environment (`MULIN_DATABASE`, `MULIN_MAIL__HOST` …).
    pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(file) = file {
            anyhow::ensure!(file.exists(), "the configuration file {} is not there", file.display());
        }
        let figment = Figment::from(Toml::file(file.unwrap_or_else(|| Path::new("mulin.toml"))));
        let environment = environment(std::env::vars_os());
        figment.merge(environment).extract().map_err(explain)
    }

    /// How long what is kept.
    pub(crate) fn retention(&self) -> anyhow::Result<Vec<store::retention::Kept>> {
        let rules = [
            store::retention::RULES,
            people::RETENTION,
            care::RETENTION,
            lost::RETENTION,
            locators::RETENTION,
            matters::RETENTION,
            alerts::RETENTION,
        ];
        Ok(store::retention::configured(&rules, &self.retention)?)
    }

    /// What the alerts need: where mail goes out, and what stands on every message.
    pub(crate) fn alerts(&self) -> anyhow::Result<alerts::AlertsConfig> {
        let mail = (!self.mail.host.is_empty()).then(|| self.mail_server()).transpose()?;
        let public_url = self.site.public_url.trim_end_matches('/').to_owned();
        let (duty_phone, anchors_to) = (self.site.duty_phone.clone(), self.audit.mail_to.clone());
        let allow = self.outgoing.allow.clone();
        let sms = self.sms.gateway()?;
        let relay = self.relay.read()?;
        let robots = self.robots.iter().map(Robot::read).collect::<anyhow::Result<Vec<_>>>()?;
        let twice = robots.iter().enumerate().find(|(i, r)| robots.iter().take(*i).any(|other| other.name == r.name));
        anyhow::ensure!(twice.is_none(), "two robots have the same name");
        let push = self.push.read()?;
        Ok(alerts::AlertsConfig { mail, public_url, duty_phone, anchors_to, allow, sms, relay, robots, push })
    }

    /// Who puts finders through to families, where the operator has set somebody up.
    pub(crate) fn relay_provider(&self) -> anyhow::Result<Option<Arc<dyn alerts::Relay>>> {
        let Some(relay) = self.relay.read()? else { return Ok(None) };
        // A finder stands beside the elder and waits.
        let out = Arc::new(alerts::Outgoing::new(&self.outgoing.allow).within(Duration::from_secs(5)));
        Ok(Some(Arc::new(alerts::HttpRelay::new(relay, out))))
    }

    /// Where staff may sign in besides.
    pub(crate) fn providers(&self) -> anyhow::Result<Vec<web::ProviderConfig>> {
        crate::providers::read(&self.oidc)
    }

    /// What looking after the log needs.
    pub(crate) fn audit(&self) -> audit::AuditConfig {
        let folder = Some(self.audit.anchors.clone()).filter(|folder| !folder.as_os_str().is_empty());
        let mails = if self.mail.host.is_empty() { 0 } else { self.audit.mail_to.len() };
        audit::AuditConfig { folder, mails }
    }

    /// How mails from outside are taken.
    pub(crate) fn intake(&self) -> alerts::app::intake::Settings {
        let domain = self.mail.from.rsplit('@').next().map(|d| d.trim_end_matches('>').trim().to_owned());
        alerts::app::intake::Settings {
            class: self.mail.intake_class.clone(),
            own_domain: domain.filter(|d| !d.is_empty()),
            sends: !self.mail.host.is_empty(),
        }
    }

    fn mail_server(&self) -> anyhow::Result<alerts::MailConfig> {
        let mail = &self.mail;
        let encryption = alerts::Encryption::from_code(&mail.encryption)
            .with_context(|| format!("mail.encryption is \"{}\"; write none, starttls or tls", mail.encryption))?;
        anyhow::ensure!(!mail.from.is_empty(), "mail.from is missing: the sender of every mail");
        Ok(alerts::MailConfig {
            host: mail.host.clone(),
            port: mail.port,
            encryption,
            user: mail.user.clone(),
            password: mail.password.clone().into(),
            from: mail.from.clone(),
            reply_to: mail.reply_to.clone(),
        })
    }
}

/// Parts of the configuration. Other `MULIN_*` variables belong to the demo, the build and tests.
const SECTIONS: [&str; 16] = [
    "database",
    "keys",
    "listen",
    "admin_listen",
    "connections",
    "district",
    "site",
    "map",
    "mail",
    "audit",
    "outgoing",
    "sms",
    "relay",
    "robots",
    "push",
    "gateway",
];
/// What is not text. Everything else is taken as written: a district's code or a password may look like a number.
const NOT_TEXT: [&str; 29] = [
    "connections",
    "mail.port",
    "site.trusted_proxies",
    "site.centre",
    "site.page_rate",
    "map.max_zoom",
    "map.tile_size",
    "outgoing.allow",
    "sms.refused",
    "sms.receipt_arrived",
    "push.services",
    "gateway.connections",
    "gateway.strangers",
    "gateway.connections_per_address",
    "gateway.arrivals_per_address",
    "gateway.frames_per_device",
    "gateway.first_frame_secs",
    "gateway.idle_secs",
    "gateway.nats_shards",
    "gateway.nats_lease_secs",
    "gateway.nats_work",
    "gateway.ports.watch",
    "gateway.ports.gt06",
    "gateway.ports.h02",
    "gateway.ports.jt808",
    "gateway.ports.tk103",
    "gateway.ports.gps103",
    "gateway.ports.osmand",
    "gateway.ports.owntracks",
];

/// The variables that are settings: `MULIN_MAIL__HOST` is `mail.host`.
fn environment(all: impl Iterator<Item = (OsString, OsString)>) -> Figment {
    let mut figment = Figment::new();
    for (name, value) in all {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        let upper = name.to_ascii_uppercase();
        let Some(key) = upper.strip_prefix("MULIN_").map(|k| k.to_ascii_lowercase().replace("__", ".")) else {
            continue;
        };
        if !key.split('.').next().is_some_and(|section| SECTIONS.contains(&section)) {
            continue;
        }
        let value = if NOT_TEXT.contains(&key.as_str()) {
            value.parse().unwrap_or_else(|never: Infallible| match never {})
        } else {
            Value::from(value)
        };
        figment = figment.merge(Serialized::from(value, Profile::Default).key(&key));
    }
    figment
}

/// Says which setting is wrong and where it stands, without the value: it may be a password.
fn explain(error: figment::Error) -> anyhow::Error {
    let told: Vec<String> = error
        .into_iter()
        .map(|e| {
            let path = e.path.join(".");
            let from = match e.metadata.as_ref().and_then(|m| m.source.as_ref()) {
                Some(Source::File(file)) => format!(" in {}", file.display()),
                _ if path.is_empty() => String::new(),
                _ => format!(" in MULIN_{}", path.to_uppercase().replace('.', "__")),
            };
            match e.kind {
                Kind::UnknownField(field, known) => {
                    format!("there is no setting “{field}”{from}; known here: {}", known.join(", "))
                }
                Kind::InvalidType(_, wanted) | Kind::InvalidValue(_, wanted) => {
                    format!("{path}{from} must be {wanted}")
                }
                other => format!("{path}{from}: {other}"),
            }
        })
        .collect();
    anyhow::anyhow!("configuration: {}", told.join("; "))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(all: &[(&str, &str)]) -> anyhow::Result<Config> {
        let all = all.iter().map(|(k, v)| (OsString::from(k), OsString::from(v)));
        environment(all).extract().map_err(explain)
    }

    #[test]
    fn what_looks_like_a_number_stays_what_was_written() {
        let all = [
            ("MULIN_DISTRICT", "310120"),
            ("MULIN_MAIL__PASSWORD", "007"),
            ("MULIN_MAIL__PORT", "587"),
            ("MULIN_CONNECTIONS", "8"),
            ("MULIN_SITE__DUTY_PHONE", "12345"),
            ("MULIN_SITE__TRUSTED_PROXIES", "[\"10.0.0.1\"]"),
            ("MULIN_CLOCK", "unix:x"),
            ("HOME", "/root"),
        ];
        let config = read(&all).unwrap();
        assert_eq!((config.district.as_str(), config.mail.password.as_str()), ("310120", "007"));
        assert_eq!((config.mail.port, config.connections), (587, 8));
        assert_eq!(config.site.duty_phone, "12345");
        assert_eq!(config.site.trusted_proxies.len(), 1);
    }

    #[test]
    fn a_wrong_setting_is_named_without_its_value() {
        let port = read(&[("MULIN_MAIL__PORT", "hunter2")]).unwrap_err().to_string();
        assert!(port.contains("mail.port in MULIN_MAIL__PORT must be"), "{port}");
        assert!(!port.contains("hunter2"), "{port}");
        let unknown = read(&[("MULIN_MAIL__HOTS", "x")]).unwrap_err().to_string();
        assert!(unknown.contains("there is no setting “hots”") && unknown.contains("host"), "{unknown}");
    }

    #[test]
    fn the_reference_file_shows_every_default() {
        let text = include_str!("../../../docs/mulin.example.toml");
        let live: Vec<&str> =
            text.lines().map(|l| l.strip_prefix('#').filter(|r| !r.starts_with(' ')).unwrap_or(l)).collect();
        let mut shown: Config = Figment::from(Toml::string(&live.join("\n"))).extract().unwrap();
        let default = Config::default();
        // Rules of keeping bring their own days; the file shows them all.
        let rules = [
            store::retention::RULES,
            people::RETENTION,
            care::RETENTION,
            lost::RETENTION,
            locators::RETENTION,
            matters::RETENTION,
            alerts::RETENTION,
        ];
        let days: BTreeMap<String, i64> = rules.iter().copied().flatten().map(|r| (r.key.to_owned(), r.days)).collect();
        assert_eq!(std::mem::take(&mut shown.retention), days);
        assert_eq!(format!("{shown:?}"), format!("{default:?}"));
        // Every setting has its line.
        let settings =
            ["centre", "page_rate", "trusted_proxies", "encryption", "password", "connections", "duty_phone"];
        let missing: Vec<_> =
            settings.iter().filter(|s| !live.iter().any(|l| l.starts_with(&format!("{s} =")))).collect();
        assert!(missing.is_empty(), "not in docs/mulin.example.toml: {missing:?}");
    }

    #[test]
    fn a_misspelt_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("mulin.toml");
        std::fs::write(&file, "databse = \"x\"\n").unwrap();
        let misspelt = Config::load(Some(&file)).unwrap_err().to_string();
        assert!(misspelt.contains("“databse” in") && misspelt.contains("mulin.toml"), "{misspelt}");
    }
}
