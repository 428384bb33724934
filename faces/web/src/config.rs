//! What the deployer decides about the web face.

use serde::Deserialize;
use std::net::IpAddr;

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
        }
    }
}

impl Config {
    /// Whether people come over HTTPS: cookies are `Secure`, browsers are told to stay.
    pub fn https(&self) -> bool {
        self.public_url.starts_with("https://")
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

/// An address or a network in CIDR notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Net {
    addr: IpAddr,
    bits: u32,
}

impl Net {
    pub fn contains(self, ip: IpAddr) -> bool {
        match (self.addr, ip.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => same_prefix(net.to_bits().into(), ip.to_bits().into(), 32, self.bits),
            (IpAddr::V6(net), IpAddr::V6(ip)) => same_prefix(net.to_bits(), ip.to_bits(), 128, self.bits),
            _ => false,
        }
    }
}

fn same_prefix(a: u128, b: u128, width: u32, bits: u32) -> bool {
    (a ^ b).checked_shr(width - bits).unwrap_or(0) == 0
}

impl TryFrom<String> for Net {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is not an address or network such as 10.0.0.0/8");
        let (addr, bits) = text.split_once('/').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
        let addr: IpAddr = addr.parse().map_err(|_| wrong())?;
        let width = if addr.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), str::parse).map_err(|_| wrong())?;
        if bits > width { Err(wrong()) } else { Ok(Self { addr, bits }) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn networks() {
        let net = |t: &str| Net::try_from(t.to_owned());
        assert!(net("10.0.0.0/8").unwrap().contains("10.200.3.4".parse().unwrap()));
        assert!(!net("10.0.0.0/8").unwrap().contains("11.0.0.1".parse().unwrap()));
        assert!(net("127.0.0.1").unwrap().contains("::ffff:127.0.0.1".parse().unwrap()));
        assert!(net("0.0.0.0/0").unwrap().contains("8.8.8.8".parse().unwrap()));
        assert!(net("fd00::/8").unwrap().contains("fd12::1".parse().unwrap()));
        assert!(net("10.0.0.0/33").is_err());
        assert!(net("proxy").is_err());
    }
}
