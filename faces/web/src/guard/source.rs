//! Where a request comes from. `X-Forwarded-For` is believed only from configured proxies, from the right.

use crate::{App, Config};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address a limit counts: IPv6 by its /64, because a household has 2⁶⁴ of them. Never logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(pub IpAddr);

pub(super) async fn find_source(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let ip = client(peer, request.headers(), &app.config);
    request.extensions_mut().insert(Source(bucket(ip)));
    next.run(request).await
}

fn client(peer: Option<IpAddr>, headers: &HeaderMap, config: &Config) -> IpAddr {
    let trusted = |ip: IpAddr| config.trusted_proxies.iter().any(|net| net.contains(ip));
    let mut at = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
    let hops: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).collect();
    for hop in hops.iter().rev() {
        if !trusted(at) {
            break;
        }
        let Ok(ip) = hop.trim().parse::<IpAddr>() else { break };
        at = ip.to_canonical();
    }
    at
}

fn bucket(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::config::Net;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let config =
            Config { trusted_proxies: vec![Net::try_from("10.0.0.0/8".to_owned()).unwrap()], ..Config::default() };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.7, 10.1.1.1".parse().unwrap());
        let of = |peer: &str| client(Some(peer.parse().unwrap()), &headers, &config).to_string();
        assert_eq!(of("10.0.0.1"), "203.0.113.7");
        assert_eq!(of("198.51.100.4"), "198.51.100.4");
        assert_eq!(bucket("2001:db8:1:2:3:4:5:6".parse().unwrap()).to_string(), "2001:db8:1:2::");
    }
}
