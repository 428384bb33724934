#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::record::{self, Record};
use kernel::Moment;
use proptest::prelude::*;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::Duration;
use trackers::Status;
use uuid::Uuid;

const NEVER: Duration = Duration::from_secs(3_600);

fn numbered(n: u64) -> Record {
    let status = Status { steps: u32::try_from(n).ok(), ..Status::default() };
    Record { received: Moment::from_micros(n as i64), locator: Uuid::from_u128(u128::from(n)), fixes: vec![], status }
}

fn batch(records: &[Record]) -> Batch {
    let mut batch = Batch::default();
    for one in records {
        assert!(batch.push(|out| out.extend(record::tests::bytes(one))));
    }
    batch
}

fn append(writer: &Writer, numbers: impl IntoIterator<Item = u64>) -> Result<u64, Error> {
    writer.append(&batch(&numbers.into_iter().map(numbered).collect::<Vec<_>>()))
}

fn numbers(found: &[Record]) -> Vec<u64> {
    found.iter().map(|r| r.received.micros() as u64).collect()
}

fn files(dir: &Path) -> usize {
    list(dir).unwrap().len()
}

#[test]
fn what_is_appended_comes_out_in_order_and_once() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::open(dir.path(), 1 << 20, NEVER).unwrap();
    let mut reader = Reader::open(dir.path()).unwrap();
    assert!(reader.next(10).unwrap().is_empty());
    append(&writer, 1..=3).unwrap();
    append(&writer, 4..=4).unwrap();
    assert_eq!(numbers(&reader.next(3).unwrap()), [1, 2, 3]);
    assert_eq!(numbers(&reader.next(3).unwrap()), [4]);
    assert!(reader.next(3).unwrap().is_empty());
}

#[test]
fn a_position_that_was_kept_is_where_the_next_one_begins() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::open(dir.path(), 1 << 20, NEVER).unwrap();
    append(&writer, 1..=4).unwrap();
    let mut reader = Reader::open(dir.path()).unwrap();
    reader.next(2).unwrap();
    reader.keep().unwrap();
    reader.next(1).unwrap();
    drop(reader);
    assert_eq!(numbers(&Reader::open(dir.path()).unwrap().next(9).unwrap()), [3, 4]);
}

#[test]
fn files_are_closed_by_size_and_go_when_they_are_done_with() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::open(dir.path(), 200, NEVER).unwrap();
    for n in 1..=20 {
        append(&writer, [n]).unwrap();
    }
    assert!(files(dir.path()) > 4, "{}", files(dir.path()));
    let mut reader = Reader::open(dir.path()).unwrap();
    assert_eq!(numbers(&reader.next(100).unwrap()), (1..=20).collect::<Vec<_>>());
    reader.keep().unwrap();
    assert_eq!(files(dir.path()), 1);
    append(&writer, 21..=30).unwrap();
    assert_eq!(numbers(&reader.next(100).unwrap()), (21..=30).collect::<Vec<_>>());
}

#[test]
fn a_file_is_closed_by_age_so_that_it_can_go() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::open(dir.path(), 1 << 20, Duration::ZERO).unwrap();
    writer.sync().unwrap();
    assert_eq!(files(dir.path()), 1, "an empty file stays");
    append(&writer, 1..=2).unwrap();
    writer.sync().unwrap();
    assert_eq!(files(dir.path()), 2);
    let mut reader = Reader::open(dir.path()).unwrap();
    assert_eq!(numbers(&reader.next(9).unwrap()), [1, 2]);
    reader.keep().unwrap();
    assert_eq!(files(dir.path()), 1);
}

#[test]
fn two_programs_do_not_share_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let first = Writer::open(dir.path(), 1 << 20, NEVER).unwrap();
    assert!(matches!(Writer::open(dir.path(), 1 << 20, NEVER), Err(Error::InUse(_))));
    drop(first);
    Writer::open(dir.path(), 1 << 20, NEVER).unwrap();
}

#[test]
fn a_damaged_record_costs_itself_only() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::open(dir.path(), 1 << 20, NEVER).unwrap();
    append(&writer, 1..=3).unwrap();
    drop(writer);
    let path = name(dir.path(), 1);
    let mut bytes = std::fs::read(&path).unwrap();
    let one = (bytes.len() - HEAD as usize) / 3;
    *bytes.get_mut(HEAD as usize + one + one / 2).unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let writer = Writer::open(dir.path(), 1 << 20, NEVER).unwrap();
    append(&writer, [4]).unwrap();
    let mut reader = Reader::open(dir.path()).unwrap();
    assert_eq!(numbers(&reader.next(9).unwrap()), [1, 3, 4]);
    assert_eq!(reader.damaged, 1);
}

#[test]
fn files_of_another_version_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = name(dir.path(), 1);
    std::fs::write(&path, b"MULINFX9 and what it holds").unwrap();
    assert!(matches!(Writer::open(dir.path(), 1 << 20, NEVER), Err(Error::Version(_))));
    assert_eq!(std::fs::read(&path).unwrap(), b"MULINFX9 and what it holds");
}

#[test]
fn a_full_disk_is_told_and_what_was_refused_is_not_there() {
    // A disk of 64 KiB.
    let dir = tempfile::tempdir().unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(dir.path())
        .status()
        .is_ok_and(|s| s.success());
    assert!(mounted, "this test mounts a small disk and needs to run as root");
    let full = (|| {
        let writer = Writer::open(dir.path(), 1 << 20, NEVER).map_err(|e| e.to_string())?;
        let mut safe = Vec::new();
        for n in 1..5_000 {
            match append(&writer, [n]) {
                Ok(_) => safe.push(n),
                Err(Error::Full(_)) => break,
                Err(other) => return Err(other.to_string()),
            }
        }
        let mut reader = Reader::open(dir.path()).map_err(|e| e.to_string())?;
        let found = numbers(&reader.next(10_000).map_err(|e| e.to_string())?);
        Ok((safe, found))
    })();
    std::process::Command::new("umount").arg(dir.path()).status().unwrap();
    let (safe, found) = full.unwrap();
    assert!(safe.len() > 100 && safe.len() < 4_999, "{}", safe.len());
    assert_eq!(found, safe);
}

proptest! {
    /// Whatever a crash leaves of the last file: all records before the tear come out, nothing else does, and what is
    /// appended after the restart comes out behind them.
    #[test]
    fn a_torn_end_is_cut(
        records in prop::collection::vec(record::tests::record(), 1..12),
        cut in any::<prop::sample::Index>(),
        garbage in prop::collection::vec(any::<u8>(), 0..40),
        zeros in 0_usize..600,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut ends = vec![HEAD as usize];
        let writer = Writer::open(dir.path(), 1 << 30, NEVER).unwrap();
        for one in &records {
            writer.append(&batch(std::slice::from_ref(one))).unwrap();
            ends.push(std::fs::metadata(name(dir.path(), 1)).unwrap().len() as usize);
        }
        drop(writer);
        let whole = *ends.last().unwrap();
        let keep = cut.index(whole + 1);
        let path = name(dir.path(), 1);
        OpenOptions::new().write(true).open(&path).unwrap().set_len(keep as u64).unwrap();
        if keep >= HEAD as usize {
            OpenOptions::new().append(true).open(&path).unwrap().write_all(&garbage).unwrap();
            OpenOptions::new().append(true).open(&path).unwrap().write_all(&vec![0; zeros]).unwrap();
        }
        let left = ends.iter().skip(1).filter(|end| **end <= keep).count();
        let writer = Writer::open(dir.path(), 1 << 30, NEVER).unwrap();
        append(&writer, [77]).unwrap();
        let mut expected: Vec<Record> = records.into_iter().take(left).collect();
        expected.push(numbered(77));
        prop_assert_eq!(Reader::open(dir.path()).unwrap().next(99).unwrap(), expected);
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any mixture of appending, reading, keeping, closing and crashing gives every record at least once and in order, and
    /// exactly once between two crashes.
    #[test]
    fn nothing_is_lost_in_any_order_of_events(steps in prop::collection::vec(0_u8..6, 1..60)) {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Some(Writer::open(dir.path(), 300, NEVER).unwrap());
        let mut reader = Reader::open(dir.path()).unwrap();
        let (mut written, mut taken, mut safe) = (0_u64, Vec::new(), 0_usize);
        for step in steps {
            match step {
                0 | 1 => {
                    append(writer.as_ref().unwrap(), written + 1..written + 4).unwrap();
                    written += 3;
                }
                2 => taken.extend(numbers(&reader.next(2).unwrap())),
                3 => {
                    reader.keep().unwrap();
                    safe = taken.len();
                }
                4 => {
                    // The worker dies: what it took in since is read again.
                    reader = Reader::open(dir.path()).unwrap();
                    taken.truncate(safe);
                }
                _ => {
                    drop(writer.take());
                    writer = Some(Writer::open(dir.path(), 300, NEVER).unwrap());
                }
            }
        }
        while let found @ [_, ..] = reader.next(5).unwrap().as_slice() {
            taken.extend(numbers(found));
        }
        prop_assert_eq!(taken, (1..=written).collect::<Vec<_>>());
    }
}
