//! Connections that carry frames. An idle one costs a task and a session, and no buffer: bytes are read into one that all connections
//! of a thread share, once there are some.

use crate::hall::{Counts, Hall, Heard};
use crate::limits::{Pace, Place};
use crate::lines::{Line, NotSent};
use crate::spool::Kept;
use locators::gate::Memory;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use trackers::{Protocol, Session};
use uuid::Uuid;

/// Bytes read at a time.
const READ: usize = 16 * 1024;
/// Longest time for an answer to be taken; whoever does not read is gone.
const WRITE_TIME: Duration = Duration::from_secs(20);
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

thread_local! {
    /// What is used between two waits only: bytes that [`Wire::wait`] found are read before anything else is waited for.
    static DESK: RefCell<(Vec<u8>, Heard)> = RefCell::new((vec![0; READ], Heard::default()));
}

/// Takes connections until the task is ended.
pub(crate) async fn listen(hall: Arc<Hall>, listener: TcpListener, protocol: Protocol, tls: Option<TlsAcceptor>) {
    // Ends them when this task is ended.
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = open.join_next() => continue,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of file handles, for example: those that are open go on.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = hall.limits.enter(peer.ip()) else {
            Counts::add(&hall.counts.turned_away);
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (hall, tls) = (Arc::clone(&hall), tls.clone());
        if protocol.is_http() {
            open.spawn(crate::http::serve(hall, stream, peer, protocol, tls, place));
        } else if let Some(tls) = tls {
            open.spawn(async move {
                if let Ok(Ok(stream)) = timeout(HANDSHAKE_TIME, tls.accept(stream)).await {
                    let wire = Wire::Tls(Box::new((stream, vec![0; READ])));
                    serve(hall, wire, protocol, place).await;
                }
            });
        } else {
            open.spawn(serve(hall, Wire::Plain(stream), protocol, place));
        }
    }
}

/// The bytes of a connection.
enum Wire {
    Plain(TcpStream),
    /// With a buffer of its own: what TLS has opened cannot be left in the kernel.
    Tls(Box<(TlsStream<TcpStream>, Vec<u8>)>),
}

impl Wire {
    /// Waits for bytes; how many came. They lie on the desk of this thread, or in the buffer. Nothing is lost when the wait is given up.
    async fn wait(&mut self) -> io::Result<usize> {
        let came = match self {
            // One call of the kernel for what is there. Asking whether something is there and reading it then would be two, the second
            // of which finds nothing: tokio learns only from a reading that left room that the kernel has no more.
            Self::Plain(stream) => {
                poll_fn(|cx| {
                    DESK.with_borrow_mut(|(scratch, _)| {
                        let mut into = ReadBuf::new(scratch);
                        ready!(Pin::new(&mut *stream).poll_read(cx, &mut into))?;
                        Poll::Ready(Ok::<_, io::Error>(into.filled().len()))
                    })
                })
                .await?
            }
            Self::Tls(tls) => tls.0.read(&mut tls.1).await?,
        };
        if came == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(came) }
    }

    /// The bytes that came.
    fn bytes<'a>(&'a self, scratch: &'a [u8], came: usize) -> &'a [u8] {
        let whole = match self {
            Self::Plain(_) => scratch,
            Self::Tls(tls) => &tls.1,
        };
        whole.get(..came).unwrap_or_default()
    }

    /// Sends what goes at once; the rest comes back.
    fn send_now(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let sent = match self {
            Self::Plain(stream) => match stream.try_write(bytes) {
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => 0,
                Err(e) => return Err(e),
            },
            Self::Tls(_) => 0,
        };
        Ok(bytes.get(sent..).unwrap_or_default().to_vec())
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let all = async {
            match self {
                Self::Plain(stream) => stream.write_all(bytes).await,
                Self::Tls(tls) => {
                    tls.0.write_all(bytes).await?;
                    tls.0.flush().await
                }
            }
        };
        timeout(WRITE_TIME, all).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// One connection.
struct Caller {
    hall: Arc<Hall>,
    wire: Wire,
    protocol: Protocol,
    session: Session,
    pace: Pace,
    place: Place,
    line: Arc<Line>,
    locator: Option<Uuid>,
    /// As of which the gate was asked for the device's model.
    turn: u64,
    /// What the gate said.
    gate: Memory,
    /// The last frame of a known locator, or the beginning.
    heard: Instant,
}

/// What is to be done after the bytes of one reading.
enum Next {
    /// Everything is done, and answered.
    Read,
    /// This is to be sent still.
    Send(Vec<u8>),
    /// This is to be sent once it is safe.
    #[cfg(feature = "nats")]
    Wait(Kept, Vec<u8>),
}

async fn serve(hall: Arc<Hall>, wire: Wire, protocol: Protocol, place: Place) {
    let session = Session::asking(protocol, hall.models.clone());
    let pace = hall.limits.pace();
    let line = Arc::new(Line::default());
    let (turn, heard) = (hall.guard.turn(), Instant::now());
    let mut caller = Caller {
        hall,
        wire,
        protocol,
        session,
        pace,
        place,
        line,
        locator: None,
        turn,
        gate: Memory::default(),
        heard,
    };
    // What goes wrong on a connection is the sender's or the network's.
    let _ = caller.run().await;
    if let Some(locator) = caller.locator {
        caller.hall.lines.close(locator, &caller.line);
    }
}

impl Caller {
    async fn run(&mut self) -> io::Result<()> {
        let mut end = pin!(sleep_until(self.end()));
        let line = Arc::clone(&self.line);
        let mut called = pin!(line.called.notified());
        loop {
            let came = tokio::select! {
                biased;
                came = self.wire.wait() => came?,
                () = &mut called => {
                    called.set(line.called.notified());
                    self.carry_out().await?;
                    continue;
                }
                () = &mut end => {
                    let until = self.end();
                    if until <= Instant::now() {
                        return Ok(());
                    }
                    end.as_mut().reset(until);
                    continue;
                }
            };
            let (next, pause) = self.read(came)?;
            match next {
                Next::Read => {}
                Next::Send(rest) => self.wire.send(&rest).await?,
                #[cfg(feature = "nats")]
                Next::Wait(kept, reply) => {
                    if !kept.safe().await {
                        Counts::add(&self.hall.counts.refused);
                        return Err(io::ErrorKind::StorageFull.into());
                    }
                    self.wire.send(&reply).await?;
                }
            }
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
        }
    }

    /// When this connection ends if nothing more is heard of a known locator. Bytes alone put nothing off, so that nobody holds a
    /// connection by a drop now and then.
    fn end(&self) -> Instant {
        let settings = &self.hall.settings;
        self.heard + if self.place.is_known() { settings.idle(self.protocol) } else { settings.first_frame() }
    }

    fn read(&mut self, came: usize) -> io::Result<(Next, Option<Duration>)> {
        DESK.with_borrow_mut(|(scratch, heard)| {
            heard.clear();
            let (hall, pace, protocol, gate) = (&self.hall, &self.pace, self.protocol, &mut self.gate);
            // Somebody may have changed what the device is since its last frame; of a new device the session asks by itself.
            let turn = hall.guard.turn();
            if turn != std::mem::replace(&mut self.turn, turn) {
                self.session.ask_again();
            }
            let bytes = self.wire.bytes(scratch, came);
            let (now, mut pause) = (hall.now(), None);
            self.session.feed(bytes, now, &mut |reading| {
                hall.hear_again(gate, protocol, reading, now, heard);
                pause = pace.frame();
            });
            if heard.known > 0 {
                self.place.known();
                self.heard = Instant::now();
            }
            if heard.locator.is_some() && heard.locator != self.locator {
                if let Some(before) = self.locator {
                    self.hall.lines.close(before, &self.line);
                }
                self.locator = heard.locator;
                heard.locator.into_iter().for_each(|locator| self.hall.lines.open(locator, &self.line));
            }
            let kept = self.hall.keep(heard).map_err(io::Error::other)?;
            let next = match kept {
                Kept::Safe if heard.reply.is_empty() => Next::Read,
                Kept::Safe => {
                    let rest = self.wire.send_now(&heard.reply)?;
                    if rest.is_empty() { Next::Read } else { Next::Send(rest) }
                }
                #[cfg(feature = "nats")]
                Kept::Sent(_) => Next::Wait(kept, heard.reply.clone()),
            };
            Ok((next, pause))
        })
    }

    async fn carry_out(&mut self) -> io::Result<()> {
        for order in self.line.orders() {
            let Some(bytes) = self.session.command(&order.command) else {
                let _ = order.done.send(Err(NotSent::NoCommand));
                continue;
            };
            let sent = self.wire.send(&bytes).await;
            let _ = order.done.send(if sent.is_ok() { Ok(()) } else { Err(NotSent::Broken) });
            sent?;
        }
        Ok(())
    }
}
