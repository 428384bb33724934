//! Frames over TCP and UDP: kept, answered, taken in.

use super::*;
use std::net::UdpSocket;

#[test]
fn a_watch_is_answered_and_its_place_taken_in() {
    let house = House::new();
    let mut watch = house.call(Protocol::Watch);
    watch.say(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0));
    watch.hear(&lk(1));
    let frame = speak::fix(Protocol::Watch, &device(1), &place(1), 0);
    let (front, back) = frame.split_at(frame.len() / 2);
    watch.say(front);
    watch.say(back);
    let taken = house.taken.wait_for(2);
    assert!(taken.iter().all(|t| t.locator == locator(1)));
    let fixes: Vec<_> = taken.iter().flat_map(|t| &t.fixes).collect();
    assert_eq!(fixes.len(), 1);
    assert!((fixes.first().unwrap().lat - place(1).lat).abs() < 1e-5);
    assert_eq!(house.gateway().totals().frames, 2);
}

#[test]
fn what_was_not_taken_in_is_taken_in_after_a_restart() {
    let mut house = House::new();
    *house.taken.refuses.lock().unwrap() = true;
    let mut watch = house.call(Protocol::Watch);
    for _ in 0..3 {
        watch.say(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0));
        watch.hear(&lk(1));
    }
    house.runtime.block_on(house.gateway.take().unwrap().stop());
    assert!(house.taken.taken.lock().unwrap().is_empty());
    *house.taken.refuses.lock().unwrap() = false;
    let (guard, takes) = (Arc::clone(&house.answers), Arc::clone(&house.taken));
    let parts = Parts {
        settings: settings(house.dir.path()),
        clock: Arc::new(SystemClock),
        guard,
        takes,
        seal: gateway::Seal::none(),
    };
    house.gateway = Some(house.runtime.block_on(Gateway::start(parts)).unwrap());
    assert_eq!(house.taken.wait_for(3).len(), 3);
}

#[test]
fn datagrams_are_answered_to_their_own_sender() {
    let house = House::new();
    let to = house.address(Protocol::Watch);
    let senders: Vec<_> = (1..4)
        .map(|n| {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(LONG)).unwrap();
            socket.send_to(&speak::login(Protocol::Watch, &device(n), Moment::default(), 0), to).unwrap();
            (n, socket)
        })
        .collect();
    for (n, socket) in senders {
        let mut back = [0; 100];
        let got = socket.recv(&mut back).unwrap();
        assert_eq!(back.get(..got).unwrap(), lk(n));
    }
    assert_eq!(house.taken.wait_for(3).len(), 3);
}

#[test]
fn a_binary_protocol_speaks_as_well() {
    let house = House::new();
    let imei = DeviceId::new("355000000000017").unwrap();
    house.answers.0.lock().unwrap().insert(imei, Passage::Open(door(3)));
    let mut tracker = house.call(Protocol::Gt06);
    tracker.say(&speak::login(Protocol::Gt06, &imei, Moment::default(), 1));
    let mut back = [0; 10];
    tracker.0.set_read_timeout(Some(LONG)).unwrap();
    tracker.0.read_exact(&mut back).unwrap();
    assert_eq!(back.get(..4).unwrap(), [0x78, 0x78, 0x05, 0x01]);
    // The place comes in the same conversation, without the number of the device.
    tracker.say(&speak::fix(Protocol::Gt06, &imei, &place(2), 2));
    let taken = house.taken.wait_for(2);
    assert_eq!(taken.last().unwrap().locator, locator(3));
    assert_eq!(taken.last().unwrap().fixes.len(), 1);
}
