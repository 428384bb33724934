//! What no handler sees, over a real connection: slow heads, huge heads, two lengths, requests hidden behind others.

use crate::world::Desk;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use web::server::{Doors, serve};

struct Site {
    address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: tokio::task::JoinHandle<()>,
    _desk: Desk,
}

impl Site {
    async fn open(doors: Doors) -> Self {
        let desk = Desk::new();
        let app = web::App::new(desk.world.house.rt.clone(), desk.world.house.district, web::Config::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(serve(listener, app, doors, async move { drop(stopped.await) }));
        Self { address, stop: Some(stop), served, _desk: desk }
    }

    /// Sends these bytes and reads until the other side closes.
    async fn send(&self, bytes: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        tokio::time::timeout(Duration::from_secs(20), read).await.expect("it closes by itself").ok();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn quick() -> Doors {
    Doors { head_time: Duration::from_millis(300), ..Doors::default() }
}

fn answers(text: &str) -> usize {
    text.matches("HTTP/1.1 ").count()
}

#[tokio::test]
async fn two_lengths_are_refused_and_nothing_hides_behind_a_request() {
    let site = Site::open(quick()).await;
    let hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
    let cases = [
        format!(
            "POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
        ),
        format!("POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n{hidden}"),
        format!("POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 44\r\n\r\n{hidden}"),
        format!("POST /report HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}"),
        format!("POST /report HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("POST /report HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n{hidden}"),
        format!("POST /report HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n{hidden}"),
        format!("GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n{hidden}"),
        format!("GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n{hidden}"),
    ];
    for case in &cases {
        let answer = site.send(case).await;
        // Of a length beside chunks only the chunks count; everything else is no request at all.
        assert!(answer.starts_with("HTTP/1.1 4"), "{case:?} → {answer}");
        assert_eq!(answers(&answer), 1, "what hid behind {case:?} was answered: {answer}");
    }
    let both = site.send("GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\nGET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert_eq!(answers(&both), 2, "honest requests may follow each other: {both}");
}

#[tokio::test]
async fn a_slow_or_huge_head_does_not_keep_the_door_open() {
    let site = Site::open(quick()).await;
    let slow = site.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
    assert!(!slow.starts_with("HTTP/1.1 200"), "{slow}");
    assert_eq!(site.send("").await, "", "a connection that says nothing is closed");
    let long = site.send(&format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000))).await;
    assert!(long.is_empty() || long.starts_with("HTTP/1.1 4"), "{long}");
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(500));
    let many = site.send(&many).await;
    assert!(many.is_empty() || many.starts_with("HTTP/1.1 431"), "{many}");
}

#[tokio::test]
async fn it_ends_when_told_and_lets_go_of_idle_connections() {
    let mut site = Site::open(Doors::default()).await;
    let mut idle = TcpStream::connect(site.address).await.unwrap();
    let answer = site.send("GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    site.stop.take().unwrap().send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(20), site.served).await.expect("it ends").unwrap();
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.ok();
    assert!(rest.is_empty());
}
