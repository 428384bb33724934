//! What is sent to a device.

use super::*;
use gateway::NotSent;
use trackers::Command;

fn send(house: &House, n: u64, command: Command) -> Result<(), NotSent> {
    house.runtime.block_on(house.gateway().send(locator(n).0, command))
}

#[test]
fn a_command_goes_through_the_open_connection() {
    let house = House::new();
    assert_eq!(send(&house, 1, Command::LocateNow), Err(NotSent::Away));
    let mut watch = house.call(Protocol::Watch);
    watch.say(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0));
    watch.hear(&lk(1));
    send(&house, 1, Command::LocateNow).unwrap();
    watch.hear(format!("[3G*{}*0002*CR]", device(1).as_str()).as_bytes());
    send(&house, 1, Command::Interval(600)).unwrap();
    watch.hear(format!("[3G*{}*000a*UPLOAD,600]", device(1).as_str()).as_bytes());
}

#[test]
fn the_newest_connection_is_the_one() {
    let house = House::new();
    let mut old = house.call(Protocol::Watch);
    let mut new = house.call(Protocol::Watch);
    for phone in [&mut old, &mut new] {
        phone.say(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0));
        phone.hear(&lk(1));
    }
    // The old one breaks afterwards, as they do; that takes nothing away from the new one.
    drop(old);
    while house.gateway().connections() > 1 {
        std::thread::yield_now();
    }
    send(&house, 1, Command::LocateNow).unwrap();
    new.hear(format!("[3G*{}*0002*CR]", device(1).as_str()).as_bytes());
    drop(new);
    while house.gateway().connections() > 0 {
        std::thread::yield_now();
    }
    assert_eq!(send(&house, 1, Command::LocateNow), Err(NotSent::Away));
}
