//! The one way out over HTTP, for what an operator has set up: webhooks, the SMS gateway, group robots, and the providers
//! through which staff sign in.
//!
//! Nothing is made before the first call, so an installation without a channel opens no connection. Redirects are not
//! followed, proxies of the environment not used, answers cut at 64 KiB, calls ended after ten seconds. Addresses that
//! somebody typed at the desk or a browser sent ([`Reach::Guarded`]) lead to public addresses only, whatever their name
//! resolves to at that moment; the operator opens further networks by configuration.

use kernel::Moment;
use kernel::net::Net;
use reqwest::blocking::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::RETRY_AFTER;
use reqwest::{Method, Url};
use std::collections::HashMap;
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(4);
const WHOLE: Duration = Duration::from_secs(10);
const MOST_BYTES: u64 = 64 * 1024;
/// Seconds in which a host that did not answer is left alone, so that many waiting messages do not hold up other jobs one
/// time-out after the other.
const REST_SECS: i64 = 30;

/// Where a call may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere: the address stands in the configuration.
    Open,
    /// Public addresses over HTTPS, and whatever lies in the networks the operator allowed.
    Guarded,
}

/// One request.
#[derive(Clone)]
pub struct Call {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub reach: Reach,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Seconds that the other side asks to wait.
    pub retry_after: Option<i64>,
    /// The beginning of the body.
    pub body: Vec<u8>,
}

impl Answer {
    pub const fn is_good(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// Why nothing came back. The texts hold no address: it may carry a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("not an address")]
    NotAnAddress,
    #[error("the address leads into a network that is not allowed")]
    NotAllowed,
    #[error("no answer in time")]
    Slow,
    #[error("the connection failed")]
    Connection,
    #[error("the other side could not be reached a moment ago")]
    Resting,
    #[error("the program cannot make connections")]
    Setup,
}

/// See the module.
pub struct Outgoing {
    allow: Arc<[Net]>,
    whole: Duration,
    open: OnceLock<Option<Client>>,
    guarded: OnceLock<Option<Client>>,
    plain: OnceLock<Option<Client>>,
    rests: Mutex<HashMap<String, Moment>>,
}

impl Outgoing {
    pub fn new(allow: &[Net]) -> Self {
        let (open, guarded, plain) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { allow: allow.into(), whole: WHOLE, open, guarded, plain, rests: Mutex::default() }
    }

    /// Waits no longer than this for a whole answer: where somebody looks at the screen meanwhile.
    #[must_use]
    pub const fn within(mut self, whole: Duration) -> Self {
        self.whole = whole;
        self
    }

    /// Calls now; blocks for ten seconds at most. Not from within an async task.
    pub fn call(&self, call: &Call, now: Moment) -> Result<Answer, Trouble> {
        let url = Url::parse(&call.url).map_err(|_| Trouble::NotAnAddress)?;
        let host = url.host_str().ok_or(Trouble::NotAnAddress)?.to_owned();
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Trouble::NotAnAddress);
        }
        if self.rests.lock().unwrap_or_else(PoisonError::into_inner).get(&host).is_some_and(|until| now < *until) {
            return Err(Trouble::Resting);
        }
        if call.reach == Reach::Guarded {
            self.guard(&url, &host)?;
        }
        let method = Method::from_bytes(call.method.as_bytes()).map_err(|_| Trouble::NotAnAddress)?;
        let client = self.client(call.reach, url.scheme() == "https").ok_or(Trouble::Setup)?;
        let mut request = client.request(method, url).body(call.body.clone());
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        match request.send().and_then(read) {
            Ok(answer) => Ok(answer),
            Err(error) if refused(&error) => Err(Trouble::NotAllowed),
            Err(error) if error.is_builder() => Err(Trouble::NotAnAddress),
            Err(error) => {
                let mut rests = self.rests.lock().unwrap_or_else(PoisonError::into_inner);
                rests.retain(|_, until| *until > now);
                rests.insert(host, now.plus_secs(REST_SECS));
                Err(if error.is_timeout() { Trouble::Slow } else { Trouble::Connection })
            }
        }
    }

    /// What can be said before any name is resolved: literal addresses, and no plain HTTP to the public.
    fn guard(&self, url: &Url, host: &str) -> Result<(), Trouble> {
        let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        let fine = match literal {
            Some(ip) if self.allow.iter().any(|net| net.contains(ip)) => true,
            Some(ip) => url.scheme() == "https" && is_public(ip),
            // The resolver looks at what the name leads to.
            None => true,
        };
        if fine { Ok(()) } else { Err(Trouble::NotAllowed) }
    }

    fn client(&self, reach: Reach, secure: bool) -> Option<&Client> {
        let guard = |public| Some(Guard { allow: Arc::clone(&self.allow), public });
        let made = match (reach, secure) {
            (Reach::Open, _) => self.open.get_or_init(|| build(None, self.whole)),
            (Reach::Guarded, true) => self.guarded.get_or_init(|| build(guard(true), self.whole)),
            (Reach::Guarded, false) => self.plain.get_or_init(|| build(guard(false), self.whole)),
        };
        made.as_ref()
    }
}

fn build(guard: Option<Guard>, whole: Duration) -> Option<Client> {
    // Fails when another part of the program was faster, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .connect_timeout(CONNECT)
        .timeout(whole)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(1)
        .user_agent(concat!("Mulin/", env!("CARGO_PKG_VERSION")));
    if let Some(guard) = guard {
        builder = builder.dns_resolver(Arc::new(guard));
    }
    builder.build().inspect_err(|error| tracing::error!(%error, "no outgoing connections")).ok()
}

fn read(response: reqwest::blocking::Response) -> Result<Answer, reqwest::Error> {
    let status = response.status().as_u16();
    let retry_after =
        response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse().ok());
    let mut body = Vec::new();
    // A body that breaks off is read as far as it came: the status decides.
    let _ = response.take(MOST_BYTES).read_to_end(&mut body);
    Ok(Answer { status, retry_after, body })
}

/// Resolves names, and leaves out where nobody may be led.
struct Guard {
    allow: Arc<[Net]>,
    /// Public addresses too; not where the words would go unencrypted.
    public: bool,
}

/// Marks the resolver's own refusal in the chain of errors.
#[derive(Debug, thiserror::Error)]
#[error("not allowed")]
struct Refused;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (allow, public) = (Arc::clone(&self.allow), self.public);
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::task::spawn_blocking(move || (host.as_str(), 0).to_socket_addrs()).await??;
            let fine: Vec<SocketAddr> = found
                .filter(|a| (public && is_public(a.ip())) || allow.iter().any(|net| net.contains(a.ip())))
                .collect();
            if fine.is_empty() {
                return Err(Refused.into());
            }
            let addresses: Addrs = Box::new(fine.into_iter());
            Ok(addresses)
        })
    }
}

fn refused(error: &reqwest::Error) -> bool {
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        if error.is::<Refused>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// Neither this machine nor its neighbours. Addresses that wrap another one count as that one.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

const fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    let shared = a == 100 && b & 0b1100_0000 == 64;
    let benchmark = a == 198 && b & 0xfe == 18;
    !(ip.is_loopback()
        || ip.is_link_local()
        || ip.is_private()
        || ip.is_broadcast()
        || ip.is_documentation()
        || a == 0
        || a >= 224
        || shared
        || benchmark)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    // Only global unicast is given out to the public; in it, 6to4 and Teredo lead back to IPv4 addresses.
    first & 0xe000 == 0x2000 && first != 0x2002 && !(first == 0x2001 && (second == 0 || second == 0x0db8))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn get(url: &str, reach: Reach) -> Call {
        Call { method: "GET", url: url.into(), headers: Vec::new(), body: Vec::new(), reach }
    }

    #[test]
    fn neither_this_machine_nor_its_neighbours_are_public() {
        for ip in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["1.1.1.1", "114.114.114.114", "100.128.0.1", "2400:3200::1", "::ffff:1.1.1.1"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    /// However the address of this machine is written: as a literal, in odd digits, as a name.
    #[test]
    fn a_guarded_call_never_reaches_this_machine() {
        let sink = testkit::HttpSink::start();
        let port = sink.addr().port();
        let out = Outgoing::new(&[]);
        for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"] {
            for scheme in ["http", "https"] {
                let answer = out.call(&get(&format!("{scheme}://{host}:{port}/"), Reach::Guarded), Moment::default());
                assert_eq!(answer.unwrap_err(), Trouble::NotAllowed, "{scheme} {host}");
            }
        }
        assert!(sink.requests().is_empty());
        let allowed = Outgoing::new(&["127.0.0.0/8".to_owned().try_into().unwrap()]);
        for host in ["127.0.0.1", "localhost"] {
            let answer =
                allowed.call(&get(&format!("http://{host}:{port}/"), Reach::Guarded), Moment::default()).unwrap();
            assert!(answer.is_good(), "{host}");
        }
        assert!(
            out.call(&get(&format!("http://127.0.0.1:{port}/"), Reach::Open), Moment::default()).unwrap().is_good()
        );
    }

    #[test]
    fn a_redirect_is_not_followed_and_a_long_answer_is_cut() {
        let sink = testkit::HttpSink::start();
        let out = Outgoing::new(&[]);
        sink.answer(302, &[("Location", "http://169.254.169.254/")], "");
        assert_eq!(out.call(&get(&sink.url("/"), Reach::Open), Moment::default()).unwrap().status, 302);
        sink.answer(429, &[("Retry-After", "17")], &"x".repeat(200_000));
        let answer = out.call(&get(&sink.url("/"), Reach::Open), Moment::default()).unwrap();
        assert_eq!((answer.status, answer.retry_after, answer.body.len()), (429, Some(17), 65_536));
        assert_eq!(sink.requests().len(), 2);
    }

    #[test]
    fn a_host_that_is_down_is_left_alone_for_a_while() {
        let mut sink = testkit::HttpSink::start();
        let (out, url) = (Outgoing::new(&[]), sink.url("/"));
        sink.stop();
        let now = Moment::default();
        assert_eq!(out.call(&get(&url, Reach::Open), now).unwrap_err(), Trouble::Connection);
        assert_eq!(out.call(&get(&url, Reach::Open), now.plus_secs(5)).unwrap_err(), Trouble::Resting);
        assert_eq!(out.call(&get(&url, Reach::Open), now.plus_secs(31)).unwrap_err(), Trouble::Connection);
        assert_eq!(out.call(&get("ftp://x/", Reach::Open), now).unwrap_err(), Trouble::NotAnAddress);
    }
}
