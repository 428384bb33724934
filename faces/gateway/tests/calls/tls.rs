//! The same frames inside TLS.

use super::*;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

#[test]
fn frames_inside_tls_are_answered_and_taken_in() {
    let files = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["locators.example".to_owned()]).unwrap();
    let (certificate, key) = (files.path().join("chain.pem"), files.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let port = testkit::free_port();
    let house = House::with(|s| {
        (s.free_ports, s.tls_certificate, s.tls_key) = (false, certificate, key);
        s.ports = gateway::Ports::off();
        s.tls_ports = [("watch".to_owned(), port)].into();
    });
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("locators.example").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(house.address(Protocol::Watch)).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    for _ in 0..2 {
        stream.write_all(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0)).unwrap();
        let mut back = vec![0; lk(1).len()];
        stream.read_exact(&mut back).unwrap();
        assert_eq!(back, lk(1));
    }
    assert_eq!(house.taken.wait_for(2).len(), 2);
    assert!(house.gateway().listening().iter().all(|l| l.tls));
}

#[test]
fn a_missing_certificate_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = settings(dir.path());
    (settings.free_ports, settings.tls_certificate) = (false, dir.path().join("nowhere.pem"));
    settings.tls_ports = [("watch".to_owned(), testkit::free_port())].into();
    settings.ports = gateway::Ports::off();
    let parts = Parts {
        settings,
        clock: Arc::new(SystemClock),
        guard: Arc::<Answers>::default(),
        takes: Arc::<Remembers>::default(),
        seal: gateway::Seal::none(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(Gateway::start(parts)).err().unwrap().to_string();
    assert!(error.contains("nowhere.pem"), "{error}");
}
