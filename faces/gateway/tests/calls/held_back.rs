//! Who is not let in, and what is not kept.

use super::*;

#[test]
fn an_unknown_device_is_shown_and_neither_answered_nor_kept() {
    let house = House::with(|s| s.first_frame_secs = 1);
    let mut watch = house.call(Protocol::Watch);
    for _ in 0..2 {
        watch.say(&speak::fix(Protocol::Watch, &device(77), &place(1), 0));
    }
    watch.is_hung_up();
    let unknown = house.gateway().unknown();
    assert_eq!(unknown.len(), 1);
    let one = unknown.first().unwrap();
    assert_eq!((one.device, one.protocol, one.frames), (device(77), Protocol::Watch, 2));
    // Registered since: it is unknown no longer.
    house.answers.put(77, Passage::Shut(Why::NotBound, None));
    assert!(house.gateway().unknown().is_empty());
    // Somebody who is known comes after it: what the worker saw first is theirs.
    let mut known = house.call(Protocol::Watch);
    known.say(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0));
    known.hear(&lk(1));
    assert_eq!(house.taken.wait_for(1).first().unwrap().locator, locator(1));
    assert_eq!(house.gateway().totals().unknown, 2);
}

#[test]
fn without_consent_a_device_is_answered_and_only_its_call_for_help_is_kept() {
    let house = House::new();
    house.answers.put(1, Passage::Shut(Why::NotAgreed, Some(door(1))));
    let mut watch = house.call(Protocol::Watch);
    watch.say(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0));
    watch.hear(&lk(1));
    watch.say(&speak::fix(Protocol::Watch, &device(1), &place(1), 0));
    watch.say(&speak::sos(Protocol::Watch, &device(1), Moment::default(), Some(&place(2)), 80, 0));
    let taken = house.taken.wait_for(1);
    let call = taken.first().unwrap();
    assert!(call.status.alarms.has(trackers::Alarms::SOS));
    assert!(call.fixes.is_empty() && call.status.battery_pct.is_none());
    // Agreed again: from here on everything is kept, and nothing of before.
    house.answers.put(1, Passage::Open(door(1)));
    watch.say(&speak::fix(Protocol::Watch, &device(1), &place(3), 0));
    let taken = house.taken.wait_for(2);
    assert_eq!(taken.iter().flat_map(|t| &t.fixes).count(), 1);
}

#[test]
fn a_gate_that_cannot_judge_acknowledges_nothing() {
    let house = House::new();
    house.answers.put(1, Passage::Shut(Why::Stale, None));
    let mut watch = house.call(Protocol::Watch);
    watch.say(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0));
    while house.gateway().totals().later == 0 {
        std::thread::yield_now();
    }
    house.answers.put(1, Passage::Open(door(1)));
    watch.say(&speak::fix(Protocol::Watch, &device(1), &place(1), 0));
    watch.say(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0));
    watch.hear(&lk(1));
    let taken = house.taken.wait_for(2);
    assert_eq!(taken.iter().map(|t| t.fixes.len()).collect::<Vec<_>>(), [1, 0], "what was sent before is not there");
}

#[test]
fn a_call_for_help_does_not_wait_for_the_gate() {
    let house = House::new();
    house.answers.put(1, Passage::Shut(Why::Stale, Some(door(1))));
    let mut watch = house.call(Protocol::Watch);
    watch.say(&speak::sos(Protocol::Watch, &device(1), Moment::default(), Some(&place(2)), 80, 0));
    let taken = house.taken.wait_for(1);
    let call = taken.first().unwrap();
    assert!(call.status.alarms.has(trackers::Alarms::SOS));
    assert!(call.fixes.is_empty(), "no place while nobody can say whether it may be kept");
}

#[test]
fn a_connection_that_dribbles_is_ended_in_time() {
    let house = House::with(|s| s.first_frame_secs = 2);
    let mut slow = house.call(Protocol::Watch);
    let begin = Instant::now();
    slow.0.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let mut back = [0; 16];
    loop {
        // An endless beginning of a frame, a byte at a time.
        let broken = slow.0.write_all(b"[").is_err();
        match slow.0.read(&mut back) {
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) && !broken => {
                assert!(begin.elapsed() < LONG, "still open");
            }
            _ => break,
        }
    }
    assert!(begin.elapsed() >= Duration::from_millis(1_900));
}

#[test]
fn a_known_device_that_falls_silent_is_ended_after_its_time() {
    let house = House::with(|s| (s.first_frame_secs, s.idle_secs) = (1, 2));
    let mut watch = house.call(Protocol::Watch);
    watch.say(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0));
    watch.hear(&lk(1));
    assert!(watch.is_hung_up() >= Duration::from_millis(1_500));
}

#[test]
fn one_address_has_so_many_connections() {
    let house = House::with(|s| s.connections_per_address = 2);
    let mut first = house.call(Protocol::Watch);
    let mut second = house.call(Protocol::Watch);
    for (n, phone) in [&mut first, &mut second].into_iter().enumerate() {
        let n = n as u64 + 1;
        phone.say(&speak::login(Protocol::Watch, &device(n), Moment::default(), 0));
        phone.hear(&lk(n));
    }
    house.call(Protocol::Gt06).is_hung_up();
    assert_eq!(house.gateway().totals().turned_away, 1);
    assert_eq!(house.gateway().connections(), 2);
}
