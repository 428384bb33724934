//! OwnTracks over a real broker (mosquitto).

use super::killed::{Killed, child_of};
use super::*;
use gateway::segment::{Reader, waits};
use gateway::{Domain, Mqtt, Seal};
use kernel::{OsIds, SeededIds};
use std::net::TcpListener;
use store::{Keys, Migration, Options, Runtime, Who, params};
use testkit::{Kind, Mosquitto, TestDb};
use trackers::Model;

/// CONNECT of a clean session, with a user where there is one.
fn connect(name: &str) -> Vec<u8> {
    let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 60];
    body.extend(text(name));
    packet(0x10, &body)
}

fn text(text: &str) -> Vec<u8> {
    [&u16::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat()
}

fn packet(head: u8, body: &[u8]) -> Vec<u8> {
    let (mut out, mut len) = (vec![head], body.len());
    loop {
        let low = (len & 0x7f) as u8;
        len >>= 7;
        out.push(if len > 0 { low | 0x80 } else { low });
        if len == 0 {
            break;
        }
    }
    out.extend_from_slice(body);
    out
}

/// One packet: its first byte, and what comes after the length.
fn receive(stream: &mut TcpStream) -> std::io::Result<(u8, Vec<u8>)> {
    let mut one = [0];
    stream.read_exact(&mut one)?;
    let head = one[0];
    let (mut len, mut shift) = (0_usize, 0);
    loop {
        stream.read_exact(&mut one)?;
        len |= usize::from(one[0] & 0x7f) << shift;
        shift += 7;
        if one[0] & 0x80 == 0 {
            break;
        }
    }
    let mut body = vec![0; len];
    stream.read_exact(&mut body)?;
    Ok((head, body))
}

/// A phone that publishes; each message has arrived at the broker when this returns.
fn publish(broker: &Mosquitto, topic: &str, body: &str) {
    publish_as(broker, 0x32, topic, body);
}

fn publish_as(broker: &Mosquitto, head: u8, topic: &str, body: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", broker.port())).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.write_all(&connect("phone")).unwrap();
    assert_eq!(receive(&mut stream).unwrap(), (0x20, vec![0, 0]));
    let mut message = text(topic);
    message.extend([0, 7]);
    message.extend_from_slice(body.as_bytes());
    stream.write_all(&packet(head, &message)).unwrap();
    assert_eq!(receive(&mut stream).unwrap(), (0x40, vec![0, 7]));
    stream.write_all(&[0xe0, 0]).unwrap();
}

fn location(n: u32) -> String {
    let fix = place(n);
    let time = fix.time.unwrap().micros() / 1_000_000;
    format!(r#"{{"_type":"location","lat":{},"lon":{},"tst":{time},"acc":12,"batt":55,"tid":"xy"}}"#, fix.lat, fix.lon)
}

fn mqtt(url: String) -> Mqtt {
    Mqtt { url, ..Mqtt::default() }
}

/// Knows the phone of Lin.
fn house(url: &str) -> House {
    let house = House::with(|s| s.mqtt = mqtt(url.to_owned()));
    know_lin(&house.answers, Passage::Open(door(4)));
    house
}

fn know_lin(answers: &Answers, passage: Passage) {
    answers.0.lock().unwrap().insert(DeviceId::new("lin-phone").unwrap(), passage);
}

const LIN: &str = "owntracks/lin/phone";

/// Strangers publish until one is heard: the gateway has subscribed.
fn listens(house: &House, broker: &Mosquitto) {
    let begin = Instant::now();
    while house.gateway().totals().unknown == 0 {
        assert!(begin.elapsed() < LONG, "the gateway does not subscribe");
        publish(broker, "owntracks/nobody/phone", &location(1));
    }
}

fn fixes(taken: &[Taken]) -> Vec<(LocatorId, i64)> {
    let all = taken.iter().flat_map(|t| t.fixes.iter().map(|f| (t.locator, f.time.unwrap().micros())));
    all.collect()
}

fn micros(n: u32) -> i64 {
    place(n).time.unwrap().micros()
}

#[test]
fn a_phone_at_the_broker_is_taken_in_and_a_stranger_is_shown_only() {
    let broker = Mosquitto::start();
    let house = house(&broker.url());
    listens(&house, &broker);
    publish(&broker, LIN, &location(1));
    // The broker says who may write to a topic, not the message whose it is.
    publish(&broker, "owntracks/evil/phone", &location(9).replace('{', r#"{"topic":"owntracks/lin/phone","#));
    publish(
        &broker,
        &format!("{LIN}/event"),
        r#"{"_type":"transition","event":"leave","lat":30.9,"lon":121.5,"tst":1795000002,"tid":"xy"}"#,
    );
    let taken = house.taken.wait_for(2);
    assert_eq!(fixes(&taken), [(locator(4), micros(1)), (locator(4), micros(2))]);
    let shown: Vec<String> = house.gateway().unknown().iter().map(|s| s.device.as_str().to_owned()).collect();
    assert!(shown.contains(&"nobody-phone".to_owned()) && shown.contains(&"evil-phone".to_owned()), "{shown:?}");
}

#[test]
fn what_says_no_place_of_now_is_passed_over_and_acknowledged() {
    let broker = Mosquitto::start();
    publish_as(&broker, 0x33, LIN, &location(1));
    let first = house(&broker.url());
    listens(&first, &broker);
    know_lin(&first.answers, Passage::Shut(Why::NotAgreed, Some(door(4))));
    publish(&broker, LIN, &location(2));
    let begin = Instant::now();
    while first.gateway().totals().shut == 0 {
        assert!(begin.elapsed() < LONG);
        std::thread::park_timeout(Duration::from_millis(5));
    }
    know_lin(&first.answers, Passage::Open(door(4)));
    publish(&broker, LIN, r#"{"_type":"lwt","tst":1795000003}"#);
    publish(&broker, LIN, r#"{"_type":"encrypted","data":"AAAA"}"#);
    publish(&broker, LIN, "no JSON");
    publish(&broker, LIN, &location(3));
    // What was kept for newcomers, what came while it was not agreed, the broker's own word, what cannot be read: none has a place.
    let begin = Instant::now();
    while fixes(&first.taken.taken.lock().unwrap()).is_empty() {
        assert!(begin.elapsed() < LONG);
        std::thread::park_timeout(Duration::from_millis(5));
    }
    assert_eq!(fixes(&first.taken.taken.lock().unwrap()), [(locator(4), micros(3))]);
    drop(first);
    // All of it was acknowledged: nothing of it comes again.
    let second = house(&broker.url());
    publish(&broker, LIN, &location(4));
    assert_eq!(fixes(&second.taken.wait_for(1)), [(locator(4), micros(4))]);
    assert_eq!(second.gateway().totals().frames, 1);
}

#[test]
fn what_cannot_be_judged_is_not_acknowledged_and_comes_through_later() {
    let broker = Mosquitto::start();
    let house = house(&broker.url());
    listens(&house, &broker);
    know_lin(&house.answers, Passage::Shut(Why::Stale, Some(door(4))));
    publish(&broker, LIN, &location(1));
    let begin = Instant::now();
    while house.gateway().totals().later == 0 {
        assert!(begin.elapsed() < LONG);
        std::thread::park_timeout(Duration::from_millis(5));
    }
    know_lin(&house.answers, Passage::Open(door(4)));
    assert_eq!(fixes(&house.taken.wait_for(1)), [(locator(4), micros(1))]);
}

#[test]
fn nothing_is_lost_while_we_or_the_broker_are_away() {
    let mut broker = Mosquitto::start();
    let first = house(&broker.url());
    listens(&first, &broker);
    broker.stop();
    broker.go_on();
    // It may not have come back yet: the broker knows that it will.
    publish(&broker, LIN, &location(1));
    assert_eq!(fixes(&first.taken.wait_for(1)), [(locator(4), micros(1))]);
    drop(first);
    publish(&broker, LIN, &location(2));
    broker.stop();
    broker.go_on();
    publish(&broker, LIN, &location(3));
    let second = house(&broker.url());
    assert_eq!(fixes(&second.taken.wait_for(2)), [(locator(4), micros(2)), (locator(4), micros(3))]);
}

#[test]
fn the_broker_is_spoken_to_inside_tls_with_a_password() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let port = testkit::free_port();
    let lines = format!(
        "allow_anonymous true\nlistener {port} 127.0.0.1\nallow_anonymous false\npassword_file DIR/users\n\
         certfile DIR/chain.pem\nkeyfile DIR/key.pem\n"
    );
    let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let users = password_file("mulin", "for tests only");
    let broker = Mosquitto::with(&lines, &[("chain.pem", &chain), ("key.pem", &key), ("users", &users)]);
    let house = House::with(|s| {
        s.mqtt = Mqtt {
            url: format!("mqtts://localhost:{port}"),
            username: "mulin".to_owned(),
            password: "for tests only".to_owned(),
            ca: broker.file("chain.pem"),
            ..Mqtt::default()
        };
    });
    know_lin(&house.answers, Passage::Open(door(4)));
    listens(&house, &broker);
    publish(&broker, LIN, &location(1));
    assert_eq!(fixes(&house.taken.wait_for(1)), [(locator(4), micros(1))]);
    assert!(!format!("{:?}", mqtt(broker.url())).contains("password"));
}

/// As an operator makes it.
fn password_file(user: &str, password: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("users");
    let made =
        std::process::Command::new("mosquitto_passwd").args(["-b", "-c"]).arg(&file).args([user, password]).status();
    assert!(made.unwrap().success());
    std::fs::read_to_string(file).unwrap()
}

const FOLDER: &str = "MULIN_TEST_MQTT_FOLDER";
const URL: &str = "MULIN_TEST_MQTT_URL";

/// Not a test of its own: the gateway that is killed. What it takes in would be lost with it, so it refuses to take in.
#[test]
fn child() {
    let (Ok(folder), Ok(url)) = (std::env::var(FOLDER), std::env::var(URL)) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (answers, taken) = (Arc::<Answers>::default(), Arc::<Remembers>::default());
    know_lin(&answers, Passage::Open(worn()));
    *taken.refuses.lock().unwrap() = true;
    let settings = Settings { bind: String::new(), mqtt: mqtt(url), ..settings(Path::new(&folder)) };
    let parts = Parts { settings, clock: Arc::new(SystemClock), guard: answers, takes: taken, seal: Seal::none() };
    let _gateway = runtime.block_on(Gateway::start(parts)).unwrap();
    std::thread::park();
}

/// Between the gateway and its broker: once a message has come, the broker hears nothing of the gateway any more.
struct Between {
    port: u16,
    /// Answers of the broker to subscriptions.
    subscribed: Arc<AtomicU64>,
}

impl Between {
    fn start(broker: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let subscribed = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&subscribed);
        std::thread::spawn(move || {
            for ours in listener.incoming() {
                let (Ok(mut ours), Ok(mut theirs)) = (ours, TcpStream::connect(("127.0.0.1", broker))) else { return };
                let (mut from_ours, mut to_theirs) = (ours.try_clone().unwrap(), theirs.try_clone().unwrap());
                let deaf = Arc::new(AtomicU64::new(0));
                let (is_deaf, counted) = (Arc::clone(&deaf), Arc::clone(&counted));
                std::thread::spawn(move || {
                    let mut chunk = [0; 4_096];
                    while let Ok(got @ 1..) = from_ours.read(&mut chunk) {
                        if is_deaf.load(Ordering::SeqCst) == 0
                            && to_theirs.write_all(chunk.get(..got).unwrap()).is_err()
                        {
                            break;
                        }
                    }
                });
                std::thread::spawn(move || {
                    while let Ok((head, body)) = receive(&mut theirs) {
                        if head >> 4 == 3 {
                            deaf.store(1, Ordering::SeqCst);
                        }
                        if ours.write_all(&packet(head, &body)).is_err() {
                            break;
                        }
                        counted.fetch_add(u64::from(head >> 4 == 9), Ordering::SeqCst);
                    }
                });
            }
        });
        Self { port, subscribed }
    }
}

const SETS: [&[Migration]; 5] =
    [places::MIGRATIONS, people::MIGRATIONS, care::MIGRATIONS, lost::MIGRATIONS, locators::MIGRATIONS];
const DISTRICT: DistrictId = testkit::DISTRICT;

/// A device that somebody wears.
fn worn() -> Door {
    Door { district: DISTRICT, binding: Uuid::from_u128(77), model: Model::Standard, ..door(4) }
}

fn hand_out(rt: &Runtime) {
    let done = rt.write_now(Who::system(DISTRICT, "test"), |cx| -> Result<(), store::Error> {
        let (bound, person): (Moment, Uuid) = (Moment::default(), cx.new_id());
        cx.execute(
            "INSERT INTO locator (id, district_id, number_hash, number, kind, protocol, model, datum, label, state, \
             made_at, made_by, version) VALUES ($1, $2, $3, $4, 'watch', 'owntracks', '', 'wgs84', '', 'bound', $5, 'test', 1)",
            params![worn().locator, DISTRICT, vec![1_u8], vec![1_u8], bound],
        )?;
        cx.execute(
            "INSERT INTO locator_binding (id, district_id, locator_id, person_id, bound_at, bound_by, by_kind) \
             VALUES ($1, $2, $3, $4, $5, 'test', 'committee')",
            params![worn().binding, DISTRICT, worn().locator, person, bound],
        )?;
        cx.execute(
            "INSERT INTO locator_permit (person_id, district_id, key_id, allowed, why, changed_at) \
             VALUES ($1, $2, $3, $4, 'agreed', $5)",
            params![person, DISTRICT, cx.new_id::<Uuid>(), true, bound],
        )?;
        Ok(())
    });
    done.unwrap();
}

/// Positions of all days.
fn positions(rt: &Runtime) -> i64 {
    rt.read_now(Who::system(DISTRICT, "test"), |cx| -> Result<i64, store::Error> {
        let mut sum = 0;
        for row in &cx.query("SELECT day FROM locator_day WHERE district_id = $1", params![DISTRICT])? {
            let table = format!("locator_track_{:012x}_{}", DISTRICT.0.as_u128() & 0xffff_ffff_ffff, row.i64("day")?);
            sum += cx.query_one(&format!("SELECT COUNT(*) AS n FROM {table}"), &[])?.i64("n")?;
        }
        Ok(sum)
    })
    .unwrap()
}

#[test]
fn killed_between_keeping_and_acknowledging_it_comes_again_and_counts_once() {
    let (broker, dir) = (Mosquitto::start(), tempfile::tempdir().unwrap());
    let spool = dir.path().join("spool");
    let between = Between::start(broker.port());
    let url = format!("mqtt://127.0.0.1:{}", between.port);
    let mut child: Killed = child_of("mqtt::child", &[(FOLDER, dir.path().as_os_str()), (URL, url.as_ref())]);
    let until = |what: &str, there: &mut dyn FnMut() -> bool| {
        let begin = Instant::now();
        while !there() {
            assert!(begin.elapsed() < LONG, "{what} did not come");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    };
    until("the subscription", &mut || between.subscribed.load(Ordering::SeqCst) == 2);
    let now = kernel::Clock::now(&SystemClock).micros() / 1_000_000;
    publish(&broker, LIN, &format!(r#"{{"_type":"location","lat":30.9,"lon":121.5,"tst":{now},"tid":"xy"}}"#));
    until("the record", &mut || spool.exists() && !Reader::open(&spool).unwrap().next(9).unwrap().is_empty());
    child.0.kill().unwrap();
    drop(child);

    let database = TestDb::new(Kind::Sqlite);
    let keys = Keys::generate(&SeededIds::new(0));
    let rt = Runtime::open(Options::new(&database.url(), Arc::new(SystemClock), Arc::new(OsIds), keys)).unwrap();
    rt.migrate(&SETS).unwrap();
    hand_out(&rt);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let answers = Arc::<Answers>::default();
    know_lin(&answers, Passage::Open(worn()));
    let settings = Settings { bind: String::new(), mqtt: mqtt(broker.url()), ..settings(dir.path()) };
    let takes = Arc::new(Domain { rt: rt.clone(), district: DISTRICT });
    let parts = Parts { settings, clock: Arc::new(SystemClock), guard: answers, takes, seal: Seal::none() };
    let gateway = runtime.block_on(Gateway::start(parts)).unwrap();
    until("the message, again,", &mut || gateway.totals().frames == 1);
    until("everything", &mut || !waits(&spool).unwrap());
    assert_eq!(positions(&rt), 1);
    runtime.block_on(gateway.stop());
}
