//! What the deployer decides about the web face.

pub use kernel::net::Net;
use serde::Deserialize;

/// Names, telephone numbers and addresses that must show even when the database is gone, so they live in configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address under which people reach the site, such as `https://mulin.example`; used in QR codes, mails and receipts.
    pub public_url: String,
    /// Addresses or networks (`10.0.0.0/8`) of reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Net>,
    /// Name of the district in Chinese and in English.
    pub name_zh: String,
    pub name_en: String,
    /// The duty desk, day and night. On every elder page and on every error page.
    pub duty_phone: String,
    /// Centre of the district (WGS-84 degrees) for maps that have nothing else to show.
    pub centre: (f64, f64),
    /// Requests a second that one source may make to any page.
    pub page_rate: u32,
    /// Requests a second with one key of a program.
    pub key_rate: u32,
    /// Where staff may sign in besides: filled in by [`crate::App::with_providers`].
    #[serde(skip)]
    pub ways: Vec<Way>,
}

/// A provider, as pages name it.
#[derive(Debug, Clone)]
pub struct Way {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub issuer: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".into(),
            trusted_proxies: Vec::new(),
            name_zh: "和邻区".into(),
            name_en: "Helin District".into(),
            duty_phone: "021-0571 0110".into(),
            centre: (30.92, 121.47),
            page_rate: 200,
            key_rate: 50,
            ways: Vec::new(),
        }
    }
}

impl Config {
    /// Whether people come over HTTPS: cookies are `Secure`, browsers are told to stay.
    pub fn https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The name that passkeys are made for: browsers want HTTPS, or this very machine by its name, and never a bare address.
    pub fn passkey_name(&self) -> Option<&str> {
        let host = self.host();
        let name = host.split(':').next().unwrap_or(host);
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !host.starts_with('[');
        (is_name && (self.https() || name == "localhost")).then_some(name)
    }

    /// Host and port of the public address.
    pub fn host(&self) -> &str {
        let rest = self.public_url.split_once("://").map_or(self.public_url.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }

    /// A page's address for other machines and for paper.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.trim_end_matches('/'))
    }
}
