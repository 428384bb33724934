//! Devices call a gateway over real sockets: what is acknowledged is counted, what is not is said.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use demo::simulate::crowd::{Call, Crowd, Pace};
use demo::simulate::device::Make;
use demo::simulate::ids::invented;
use demo::simulate::town::Town;
use kernel::{Datum, Moment};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use trackers::{Options, Protocol, Session};

static TOWN: LazyLock<Town> =
    LazyLock::new(|| Town::read(include_bytes!("../data/shanghai-centre.osm.pbf").as_slice(), 7).unwrap());

fn start() -> Moment {
    Moment::parse_rfc3339("2026-06-24T08:00:00+08:00").unwrap()
}

fn calls(protocol: Protocol, count: u32, to: SocketAddr) -> Vec<Call> {
    let call = |n| Call { id: invented(protocol, n).unwrap(), make: Make { protocol, datum: Datum::Wgs84 }, to };
    (0..count).map(call).collect()
}

/// Reads with the decoders and replies as they say; hangs up after so many frames of a connection. Counts frames, fixes and connections.
async fn gateway(protocol: Protocol, patience: usize) -> (SocketAddr, Arc<[AtomicUsize; 3]>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (to, counts) = (listener.local_addr().unwrap(), Arc::new([const { AtomicUsize::new(0) }; 3]));
    let seen = Arc::clone(&counts);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let seen = Arc::clone(&seen);
            seen[2].fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let (mut session, mut bytes, mut left) =
                    (Session::new(protocol, &Options::default()), [0; 4_096], patience);
                while let Ok(n @ 1..) = stream.read(&mut bytes).await {
                    let mut reply = Vec::new();
                    session.feed(&bytes[..n], start(), &mut |reading| {
                        assert_eq!(reading.error, None);
                        seen[0].fetch_add(1, Ordering::SeqCst);
                        seen[1].fetch_add(reading.fixes.len(), Ordering::SeqCst);
                        reply.extend_from_slice(&reading.reply);
                        left = left.saturating_sub(1);
                    });
                    if stream.write_all(&reply).await.is_err() || left == 0 {
                        return;
                    }
                }
            });
        }
    });
    (to, counts)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_frame_is_heard_and_its_reply_is_counted() {
    for protocol in [Protocol::Watch, Protocol::Gt06, Protocol::Jt808, Protocol::H02, Protocol::Tk103] {
        let (to, counts) = gateway(protocol, usize::MAX).await;
        let mut crowd = Crowd::new(&TOWN, 7, &calls(protocol, 10, to), start());
        crowd.catch_up(start(), start().plus_hours(3)).await;
        let tally = crowd.tally();
        assert!(tally.sent > 300 && tally.fixes > 100, "{tally:?}");
        assert_eq!((tally.failed(), tally.acknowledged + tally.unanswered), (0, tally.sent), "{:?}", tally.errors);
        // What has no reply may still be on its way.
        while (counts[0].load(Ordering::SeqCst) as u64) < tally.sent {
            tokio::task::yield_now().await;
        }
        assert!(tally.within_ms(0.99).unwrap() < 10_000.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_line_is_counted_and_made_anew() {
    let (to, counts) = gateway(Protocol::Gt06, 5).await;
    let mut crowd = Crowd::new(&TOWN, 7, &calls(Protocol::Gt06, 4, to), start());
    crowd.catch_up(start(), start().plus_hours(6)).await;
    let tally = crowd.tally();
    let connections = counts[2].load(Ordering::SeqCst);
    assert!(connections > 50, "{connections} connections of four devices");
    assert!(
        tally.acknowledged > 100 && tally.acknowledged + tally.unanswered + tally.failed() == tally.sent,
        "{tally:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_listens_that_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    drop(listener);
    let mut crowd = Crowd::new(&TOWN, 7, &calls(Protocol::Watch, 2, to), start());
    crowd.catch_up(start(), start().plus_hours(1)).await;
    let tally = crowd.tally();
    assert_eq!((tally.acknowledged, tally.errors.get("nobody listens")), (0, Some(&tally.sent)));
}

/// What lies far back is not sent when a clock jumps; and at a pace everything comes in its time.
#[tokio::test(flavor = "multi_thread")]
async fn a_jump_sends_only_its_end_and_a_pace_sends_all() {
    let (to, _) = gateway(Protocol::Watch, usize::MAX).await;
    let mut jumping = Crowd::new(&TOWN, 7, &calls(Protocol::Watch, 5, to), start());
    let noon = start().plus_hours(4);
    jumping.catch_up(noon.plus_secs(-600), noon).await;
    let mut walking = Crowd::new(&TOWN, 7, &calls(Protocol::Watch, 5, to), start());
    let pace = Pace { start: start(), speed: 3_600.0 * 8.0 };
    let begin = std::time::Instant::now();
    walking.run(pace, noon).await;
    assert!(begin.elapsed().as_secs_f64() > 0.3, "half a second of ours for four hours of theirs");
    assert!(jumping.tally().sent > 5 && jumping.tally().sent * 3 < walking.tally().sent, "{:?}", jumping.tally());
}
