//! Networks as configurations name them.

use serde::Deserialize;
use std::net::IpAddr;

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
