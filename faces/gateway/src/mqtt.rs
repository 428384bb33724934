//! OwnTracks over MQTT (decision 0032): one subscription at a broker that others run. What a phone publishes goes the way of every report:
//! decoder, consent gate, segment file; only then is the message acknowledged. The session at the broker lasts, so that what comes while
//! this program is away waits there, and what was not acknowledged comes again.

use crate::hall::{Counts, Hall, Heard, Word};
use crate::settings::Mqtt;
use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Packet, Publish, QoS,
    SubscribeReasonCode, TlsConfiguration, Transport,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, MissedTickBehavior, interval};
use trackers::{DeviceId, Protocol, Reading};

const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// A longer message ends the connection, and comes again with the next one: brokers have a limit of their own, which belongs below this.
const LONGEST: usize = 4 << 20;
/// More messages than can be without an acknowledgement: their numbers have 16 bits.
const MESSAGES: usize = 1 << 16;
/// How often what could not be kept is tried again.
const AGAIN_EVERY: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Whoever stays connected for so long is connected.
const STEADY: Duration = Duration::from_secs(30);

/// A broker that is to be listened to.
pub(crate) struct Broker {
    client: AsyncClient,
    events: EventLoop,
    topics: Vec<String>,
}

impl Broker {
    /// Reads the settings; nothing is connected yet.
    ///
    /// # Errors
    /// What of the settings cannot be.
    pub(crate) fn of(settings: &Mqtt) -> Result<Self, crate::Error> {
        let wrong = |why: &str| crate::Error::Mqtt(why.to_owned());
        let (host, port, tls) = address(&settings.url).ok_or_else(|| {
            wrong("gateway.mqtt.url must be mqtt://HOST, mqtts://HOST, or one of these with :PORT; user and password stand beside it")
        })?;
        if settings.client_id.is_empty() {
            return Err(wrong("gateway.mqtt.client_id is empty: by it the broker knows what it still has for us"));
        }
        if settings.topic.is_empty() {
            return Err(wrong("gateway.mqtt.topic is empty; owntracks/+/+ is what the app uses"));
        }
        let mut options = MqttOptions::new(&settings.client_id, host, port);
        options.set_keep_alive(KEEP_ALIVE).set_clean_session(false).set_manual_acks(true);
        options.set_max_packet_size(LONGEST, LONGEST);
        if !settings.username.is_empty() {
            options.set_credentials(&settings.username, &settings.password);
        }
        if tls {
            options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(Arc::new(trust(settings)?))));
        }
        let (client, events) = AsyncClient::new(options, MESSAGES);
        // Leaving and entering of the app's regions come on a topic below.
        let topics = vec![settings.topic.clone(), format!("{}/event", settings.topic)];
        Ok(Self { client, events, topics })
    }

    /// Listens until the task is ended.
    pub(crate) async fn listen(self, hall: Arc<Hall>) {
        let Self { client, events, topics } = self;
        let (inbox, outbox) = channel(MESSAGES);
        let connection = Arc::<AtomicU64>::default();
        let desk = Desk { hall, client: client.clone(), connection: Arc::clone(&connection) };
        tokio::join!(stay_connected(events, &client, &topics, &connection, &inbox), desk.work(outbox));
    }
}

/// Host, port, and whether inside TLS.
fn address(url: &str) -> Option<(&str, u16, bool)> {
    let (scheme, rest) = url.split_once("://")?;
    let (tls, usual) = match scheme {
        "mqtt" => (false, 1883),
        "mqtts" => (true, 8883),
        _ => return None,
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
        _ => (rest, usual),
    };
    let host = host.strip_prefix('[').map_or(Some(host), |six| six.strip_suffix(']'))?;
    (!host.is_empty() && !host.contains(['/', '@', '?'])).then_some((host, port, tls))
}

/// Who may stand for the broker's certificate: the file of the settings, else whom the system trusts.
fn trust(settings: &Mqtt) -> Result<ClientConfig, crate::Error> {
    let wrong = |why: String| crate::Error::Mqtt(why);
    let mut roots = RootCertStore::empty();
    if settings.ca.as_os_str().is_empty() {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    } else {
        let shown = settings.ca.display();
        let read = CertificateDer::pem_file_iter(&settings.ca).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        for one in read.map_err(|e| wrong(format!("gateway.mqtt.ca: {shown}: {e}")))? {
            roots.add(one).map_err(|e| wrong(format!("gateway.mqtt.ca: {shown}: {e}")))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|e| wrong(format!("TLS: {e}")))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Keeps the connection, and hands on what comes with the number of the connection it came by.
async fn stay_connected(
    mut events: EventLoop,
    client: &AsyncClient,
    topics: &[String],
    connection: &AtomicU64,
    inbox: &Sender<(u64, Publish)>,
) {
    let (mut failures, mut since) = (0_u32, None::<Instant>);
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                since = Some(Instant::now());
                if failures > 0 {
                    tracing::info!("the MQTT broker answers again");
                }
                for topic in topics {
                    // There is room for as many requests as numbers.
                    let _ = client.try_subscribe(topic, QoS::AtLeastOnce);
                }
            }
            Ok(Event::Incoming(Packet::Publish(message))) => {
                if inbox.send((connection.load(Ordering::Acquire), message)).await.is_err() {
                    return;
                }
            }
            Ok(Event::Incoming(Packet::SubAck(answer))) => {
                if answer.return_codes.contains(&SubscribeReasonCode::Failure) {
                    tracing::error!("the MQTT broker does not let us read gateway.mqtt.topic; look at its access list");
                }
            }
            Ok(_) => {}
            Err(error) => {
                // What came by the old connection comes again by the next one, under a number of that.
                connection.fetch_add(1, Ordering::AcqRel);
                events.state.events.clear();
                if since.take().is_some_and(|since| since.elapsed() >= STEADY) {
                    failures = 0;
                }
                if failures == 0 {
                    tracing::error!(why = %plainly(&error), "the MQTT broker is away; we go on trying");
                }
                failures += 1;
                tokio::time::sleep((AGAIN_EVERY * 2_u32.saturating_pow(failures.min(10) - 1)).min(LONGEST_WAIT)).await;
            }
        }
    }
}

fn plainly(error: &ConnectionError) -> String {
    match error {
        ConnectionError::ConnectionRefused(
            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized,
        ) => "it refuses gateway.mqtt.username and password".to_owned(),
        other => other.to_string(),
    }
}

/// Where messages are read, kept and acknowledged.
struct Desk {
    hall: Arc<Hall>,
    client: AsyncClient,
    connection: Arc<AtomicU64>,
}

impl Desk {
    async fn work(self, mut outbox: Receiver<(u64, Publish)>) {
        // What could not be judged or kept; the broker keeps it as well until it is acknowledged.
        let mut waiting = VecDeque::new();
        let mut ticks = interval(AGAIN_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                came = outbox.recv() => {
                    let Some(message) = came else { return };
                    self.take(message, &mut waiting).await;
                }
                _ = ticks.tick(), if !waiting.is_empty() => {
                    for message in std::mem::take(&mut waiting) {
                        self.take(message, &mut waiting).await;
                    }
                }
            }
        }
    }

    async fn take(&self, (connection, message): (u64, Publish), waiting: &mut VecDeque<(u64, Publish)>) {
        let is_current = || connection == self.connection.load(Ordering::Acquire);
        if !is_current() {
            return;
        }
        if !self.keep(&message).await {
            waiting.push_back((connection, message));
        } else if is_current() {
            // There is room for as many acknowledgements as numbers of messages.
            let _ = self.client.try_ack(&message);
        }
    }

    /// Whether the message is done with: safe, or nothing that is kept.
    async fn keep(&self, message: &Publish) -> bool {
        // What a broker keeps for newcomers may be days old, and would look like now.
        if message.retain {
            return true;
        }
        let hall = &self.hall;
        let now = hall.now();
        let device = device(&message.topic);
        let mut reading = Reading::default();
        trackers::http::owntracks(
            "/",
            None,
            device.as_ref().map(DeviceId::as_str),
            &message.payload,
            now,
            &mut reading,
        );
        // The broker's access list says who may write to which topic; what a phone calls itself in the message does not count.
        reading.device = device;
        if is_last_will(&message.payload, &reading) {
            return true;
        }
        tell_encrypted(&reading);
        let mut heard = Heard::default();
        hall.hear(Protocol::OwnTracks, &reading, now, &mut heard);
        if heard.last == Word::Later {
            return false;
        }
        match hall.keep(&heard) {
            Ok(kept) => {
                let safe = kept.safe().await;
                if !safe {
                    Counts::add(&hall.counts.refused);
                }
                safe
            }
            Err(_) => false,
        }
    }
}

/// User and device: the last two parts of `owntracks/USER/DEVICE`, joined as over HTTP.
fn device(topic: &str) -> Option<DeviceId> {
    let mut parts = topic.strip_suffix("/event").unwrap_or(topic).rsplit('/');
    let (device, user) = (parts.next()?, parts.next()?);
    if device.is_empty() || user.is_empty() {
        return None;
    }
    DeviceId::new(&format!("{user}-{device}"))
}

/// The broker's word that a phone is gone: no sign of life.
fn is_last_will(payload: &[u8], reading: &Reading) -> bool {
    reading.fixes.is_empty() && payload.windows(5).any(|word| word == b"\"lwt\"")
}

/// Once: whoever sets up phones has to know, and the log needs no more.
fn tell_encrypted(reading: &Reading) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    let encrypted = reading.error.is_some_and(|why| why.contains("encrypts"));
    if encrypted && !TOLD.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "OwnTracks encrypts its messages, so they cannot be read: take the key out of the app, and use mqtts://"
        );
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn addresses_are_read() {
        assert_eq!(address("mqtt://broker"), Some(("broker", 1883, false)));
        assert_eq!(address("mqtts://broker.example/"), Some(("broker.example", 8883, true)));
        assert_eq!(address("mqtts://10.0.0.1:18883"), Some(("10.0.0.1", 18883, true)));
        assert_eq!(address("mqtt://[::1]:1884"), Some(("::1", 1884, false)));
        assert_eq!(address("mqtt://[::1]"), Some(("::1", 1883, false)));
        for wrong in
            ["", "broker", "http://broker", "mqtt://", "mqtt://user:word@broker", "mqtt://broker:x", "mqtt://a/b"]
        {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_topic_names_the_device() {
        assert_eq!(device("owntracks/lin/phone").unwrap().as_str(), "lin-phone");
        assert_eq!(device("owntracks/lin/phone/event").unwrap().as_str(), "lin-phone");
        assert_eq!(device("a/district/owntracks/lin/phone").unwrap().as_str(), "lin-phone");
        for wrong in ["phone", "/phone", "owntracks/lin/", &format!("owntracks/lin/{}", "x".repeat(99))] {
            assert_eq!(device(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_broker_needs_a_name_for_us() {
        let settings = Mqtt { url: "mqtt://broker".to_owned(), client_id: String::new(), ..Mqtt::default() };
        assert!(Broker::of(&settings).err().unwrap().to_string().contains("client_id"));
    }
}
