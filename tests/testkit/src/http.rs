//! A real HTTP server for tests: keeps what it is sent and answers as told; can be stopped and started again.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// A header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, v)| v.as_str())
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What is answered: status, headers, body.
type Reply = (u16, Vec<(String, String)>, String);

#[derive(Debug, Default)]
struct Shared {
    requests: Mutex<Vec<Request>>,
    /// Said once each, in order; then the standing one.
    next: Mutex<VecDeque<Reply>>,
    standing: Mutex<Option<Reply>>,
}

/// The server; stops when dropped.
#[derive(Debug)]
pub struct HttpSink {
    addr: SocketAddr,
    shared: Arc<Shared>,
    running: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl HttpSink {
    /// Starts on a free port of 127.0.0.1 and answers 200 with `{}`.
    ///
    /// # Panics
    /// When there is no port.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port for the HTTP sink");
        let addr = listener.local_addr().expect("its address");
        let mut sink = Self { addr, shared: Arc::default(), running: None };
        sink.listen(listener);
        sink
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Everything received so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.requests).clone()
    }

    /// What is answered from now on.
    pub fn answer(&self, status: u16, headers: &[(&str, &str)], body: &str) {
        *lock(&self.shared.standing) = Some(reply(status, headers, body));
    }

    /// What is answered once, before the standing answer.
    pub fn answer_once(&self, status: u16, headers: &[(&str, &str)], body: &str) {
        lock(&self.shared.next).push_back(reply(status, headers, body));
    }

    /// Refuses connections from now on.
    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            stop.store(true, Ordering::SeqCst);
            // Wakes the thread that waits for a connection.
            let _ = TcpStream::connect(self.addr);
            let _ = thread.join();
        }
    }

    /// Takes connections again, at the same address.
    ///
    /// # Panics
    /// When the port was taken meanwhile.
    pub fn start_again(&mut self) {
        self.listen(TcpListener::bind(self.addr).expect("the same port again"));
    }

    fn listen(&mut self, listener: TcpListener) {
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, stopping) = (Arc::clone(&self.shared), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopping.load(Ordering::SeqCst) {
                    break;
                }
                if let Ok(stream) = stream {
                    let shared = Arc::clone(&shared);
                    // A client that speaks TLS to us, or nothing at all, must not hold up the next one.
                    std::thread::spawn(move || serve(stream, &shared));
                }
            }
        });
        self.running = Some((stop, thread));
    }
}

impl Drop for HttpSink {
    fn drop(&mut self) {
        self.stop();
    }
}

fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    (status, headers, body.to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One request on one connection, then it is closed.
fn serve(stream: TcpStream, shared: &Shared) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut parts = line.split_whitespace();
    let (method, target) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 || line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    let mut request = Request { method, target, headers, body: Vec::new() };
    request.body = vec![0; request.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut request.body).ok()?;
    lock(&shared.requests).push(request);
    let once = lock(&shared.next).pop_front();
    let standing = lock(&shared.standing).clone();
    let (status, headers, body) = once.or(standing).unwrap_or_else(|| reply(200, &[], "{}"));
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut stream = stream;
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).ok()
}
