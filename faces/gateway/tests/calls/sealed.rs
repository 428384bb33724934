//! What waits on the disk, and whose codes a frame is read by.

use super::*;
use gateway::Seal;
use std::os::unix::fs::PermissionsExt as _;
use trackers::{Alarms, Model};

#[test]
fn what_waits_on_the_disk_says_no_place() {
    let house = House::sealed(Seal::new([9; 32], &kernel::OsIds));
    *house.taken.refuses.lock().unwrap() = true;
    let mut watch = house.call(Protocol::Watch);
    watch.say(&speak::fix(Protocol::Watch, &device(1), &place(7), 0));
    watch.say(&speak::login(Protocol::Watch, &device(1), Moment::default(), 0));
    watch.hear(&lk(1));
    let folder = house.dir.path().join("spool");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let mut whole = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "fixes") {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            whole.extend(std::fs::read(&path).unwrap());
        }
    }
    assert!(whole.len() > 100, "it is there");
    let has = |bytes: &[u8]| whole.windows(bytes.len()).any(|w| w == bytes);
    // To seven digits, as the frame said it.
    for degrees in [place(7).lat, place(7).lon] {
        let said = (degrees * 1e6).round() / 1e6;
        assert!(!has(&degrees.to_le_bytes()) && !has(&said.to_le_bytes()), "{degrees} stands in the file");
    }
    assert!(!has(device(1).as_str().as_bytes()), "nor the number of the device");
    *house.taken.refuses.lock().unwrap() = false;
    let taken = house.taken.wait_for(2);
    let fixes: Vec<_> = taken.iter().flat_map(|t| &t.fixes).collect();
    assert!(fixes.len() == 1 && (fixes.first().unwrap().lat - place(7).lat).abs() < 1e-5);
}

/// A position with the bit that pendants without a strap have floating.
fn taken_off(n: u64) -> Vec<u8> {
    let content = "UD,301015,084840,A,30.900000,N,121.500000,E,0.00,0.0,0.0,9,84,61,0,11,00100008,0,255,0";
    format!("[3G*{}*{:04X}*{content}]", device(n).as_str(), content.len()).into_bytes()
}

#[test]
fn a_clone_is_read_by_its_own_codes_from_the_first_frame_on() {
    let house = House::new();
    house.answers.put(1, Passage::Open(Door { model: Model::Pendant, ..door(1) }));
    let removed = |house: &House, count: usize| {
        let taken = house.taken.wait_for(count);
        let last = taken.last().unwrap();
        let alarms = last.fixes.iter().fold(last.status.alarms, |all, fix| all.with(fix.alarms));
        alarms.has(Alarms::REMOVED)
    };
    let mut pendant = house.call(Protocol::Watch);
    pendant.say(&taken_off(1));
    assert!(!removed(&house, 1), "the model of the gate");
    // The administrator says that it is a watch after all, while it is connected: the next frame is read like that.
    house.answers.put(1, Passage::Open(door(1)));
    pendant.say(&taken_off(1));
    assert!(removed(&house, 2));
    // Another device in another conversation is what it is.
    let mut watch = house.call(Protocol::Watch);
    watch.say(&taken_off(2));
    assert!(removed(&house, 3));
}
