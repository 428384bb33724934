//! Configuration of `mulin serve` and the commands that work on a district's database: TOML, then `MULIN_*`.

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use serde::Deserialize;
use std::path::{Path, PathBuf};

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
    /// Reader threads (SQLite) or pooled connections (PostgreSQL).
    pub connections: usize,
    /// Code of the district that the pages show; empty when the database holds only one.
    pub district: String,
    /// Names, numbers and addresses that the pages show.
    pub site: web::Config,
    pub mail: Mail,
    pub audit: Audit,
}

/// Where anchors of the log go, out of the database's reach.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Audit {
    /// Folder of the anchor files; empty: none are written.
    pub anchors: PathBuf,
}

impl Default for Audit {
    fn default() -> Self {
        Self { anchors: "anchors".into() }
    }
}

impl Audit {
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        Some(self.anchors.clone()).filter(|folder| !folder.as_os_str().is_empty())
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
        Self { host: none(), port: 25, user: none(), password: none(), from: none(), encryption: "starttls".into() }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database: "sqlite:mulin.db".into(),
            keys: "mulin.keys".into(),
            listen: "127.0.0.1:8080".into(),
            admin_listen: String::new(),
            connections: 4,
            district: String::new(),
            site: web::Config::default(),
            mail: Mail::default(),
            audit: Audit::default(),
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
        // Other MULIN_* variables belong to the demo, the build and tests.
        const SECTIONS: [&str; 9] =
            ["database", "keys", "listen", "admin_listen", "connections", "district", "site", "mail", "audit"];
        let ours = |key: &figment::value::UncasedStr| {
            SECTIONS.iter().any(|section| key.as_str().to_ascii_lowercase().split("__").next() == Some(section))
        };
        let environment = Env::prefixed("MULIN_").filter(move |key| ours(key)).split("__");
        figment.merge(environment).extract().context("configuration")
    }

    /// What the alerts need: where mail goes out, and what stands on every message.
    pub(crate) fn alerts(&self) -> anyhow::Result<alerts::AlertsConfig> {
        let mail = (!self.mail.host.is_empty()).then(|| self.mail_server()).transpose()?;
        let public_url = self.site.public_url.trim_end_matches('/').to_owned();
        Ok(alerts::AlertsConfig { mail, public_url, duty_phone: self.site.duty_phone.clone() })
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
        })
    }
}
