//! Datagrams: a session for each address that sent some.

use crate::hall::{Counts, Hall, Heard};
use crate::spool::Kept;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use trackers::{Protocol, Session};

/// Addresses remembered for each protocol.
const SESSIONS: usize = 20_000;
/// Datagrams read before they are kept together and answered.
const TOGETHER: usize = 64;
const LONGEST: usize = 8 * 1024;

struct Post {
    hall: Arc<Hall>,
    socket: Arc<UdpSocket>,
    protocol: Protocol,
    sessions: HashMap<SocketAddr, (Session, Instant, u64)>,
    tidied: Instant,
    heard: Heard,
    /// Which address gets which part of the replies.
    replies: Vec<(SocketAddr, usize)>,
}

/// Takes datagrams until the task is ended.
pub(crate) async fn listen(hall: Arc<Hall>, socket: UdpSocket, protocol: Protocol) {
    let socket = Arc::new(socket);
    let (sessions, heard) = (HashMap::new(), Heard::default());
    let mut post = Post {
        hall,
        socket: Arc::clone(&socket),
        protocol,
        sessions,
        tidied: Instant::now(),
        heard,
        replies: Vec::new(),
    };
    let mut buffer = vec![0; LONGEST];
    loop {
        if socket.readable().await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        post.heard.clear();
        post.replies.clear();
        for _ in 0..TOGETHER {
            match socket.try_recv_from(&mut buffer) {
                Ok((n, from)) => post.take(buffer.get(..n).unwrap_or_default(), from),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                // What the network says about something that was sent before.
                Err(_) => {}
            }
        }
        post.answer().await;
        post.tidy();
    }
}

impl Post {
    fn take(&mut self, bytes: &[u8], from: SocketAddr) {
        let (hall, protocol, heard) = (&self.hall, self.protocol, &mut self.heard);
        if !hall.limits.arrival(from.ip()) {
            Counts::add(&hall.counts.turned_away);
            return;
        }
        let now = hall.now();
        let turn = hall.guard.turn();
        let fresh = || (Session::asking(protocol, hall.models.clone()), Instant::now(), turn);
        let (session, last, asked) = self.sessions.entry(from).or_insert_with(fresh);
        *last = Instant::now();
        if turn != std::mem::replace(asked, turn) {
            session.ask_again();
        }
        let before = (heard.reply.len(), heard.known);
        session.whole(bytes, now, &mut |reading| {
            let slow = reading.device.is_some_and(|device| !hall.limits.frame(device));
            if slow && !Hall::is_call(reading) {
                Counts::add(&hall.counts.turned_away);
            } else {
                hall.hear(protocol, reading, now, heard);
            }
        });
        if heard.known == before.1
            && session.device().is_none_or(|d| matches!(hall.guard.ask(d, now), locators::gate::Passage::Unknown))
        {
            // Senders are easily invented: only known ones are remembered.
            self.sessions.remove(&from);
        }
        self.replies.push((from, heard.reply.len() - before.0));
        // What cannot be judged silences its own sender only.
        heard.silent = false;
    }

    async fn answer(&mut self) {
        let safe = match self.hall.keep(&self.heard) {
            Ok(Kept::Safe) => true,
            #[cfg(feature = "nats")]
            Ok(sent) => {
                let (socket, hall) = (Arc::clone(&self.socket), Arc::clone(&self.hall));
                let (replies, bytes) = (std::mem::take(&mut self.replies), std::mem::take(&mut self.heard.reply));
                // Others are not kept waiting for the server's answer.
                tokio::spawn(async move {
                    if sent.safe().await {
                        send(&socket, &replies, &bytes).await;
                    } else {
                        Counts::add(&hall.counts.refused);
                    }
                });
                return;
            }
            Err(_) => false,
        };
        if safe {
            send(&self.socket, &self.replies, &self.heard.reply).await;
        }
    }

    fn tidy(&mut self) {
        let full = self.sessions.len() >= SESSIONS;
        let due = self.tidied.elapsed() >= Duration::from_secs(60);
        if !(full || due) {
            return;
        }
        let idle = self.hall.settings.idle(self.protocol);
        self.sessions.retain(|_, (_, last, _)| last.elapsed() < idle);
        if self.sessions.len() >= SESSIONS {
            // The quieter half starts anew with its next datagram.
            let mut ages: Vec<Instant> = self.sessions.values().map(|(_, last, _)| *last).collect();
            ages.sort_unstable();
            let middle = ages.get(ages.len() / 2).copied().unwrap_or_else(Instant::now);
            self.sessions.retain(|_, (_, last, _)| *last > middle);
        }
        self.tidied = Instant::now();
    }
}

async fn send(socket: &UdpSocket, replies: &[(SocketAddr, usize)], bytes: &[u8]) {
    let mut rest = bytes;
    for (to, len) in replies {
        let (reply, after) = rest.split_at_checked(*len).unwrap_or((rest, &[]));
        rest = after;
        if !reply.is_empty() {
            let _ = socket.send_to(reply, to).await;
        }
    }
}
