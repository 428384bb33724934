#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use std::io::Write as _;

fn put(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn pack(entries: &[Entry]) -> Vec<u8> {
    let mut plain = Vec::new();
    put(&mut plain, entries.len() as u64);
    let mut before = 0;
    for e in entries {
        put(&mut plain, e.first - before);
        before = e.first;
    }
    entries.iter().for_each(|e| put(&mut plain, e.run));
    entries.iter().for_each(|e| put(&mut plain, e.length));
    entries.iter().for_each(|e| put(&mut plain, e.offset + 1));
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(&plain).unwrap();
    gz.finish().unwrap()
}

/// A file with one tile at 0/0/0, and four the same at zoom 2 behind a directory of its own.
fn file() -> Vec<u8> {
    let leaf = pack(&[Entry { first: 5, offset: 3, length: 4, run: 4 }]);
    let root = pack(&[
        Entry { first: 0, offset: 0, length: 3, run: 1 },
        Entry { first: 5, offset: 0, length: leaf.len() as u64, run: 0 },
    ]);
    let mut head = vec![0_u8; HEAD];
    head[..8].copy_from_slice(b"PMTiles\x03");
    let (root_at, leaf_at) = (HEAD as u64, (HEAD + root.len()) as u64);
    let tiles_at = leaf_at + leaf.len() as u64;
    for (at, n) in
        [(8, root_at), (16, root.len() as u64), (40, leaf_at), (48, leaf.len() as u64), (56, tiles_at), (64, 7)]
    {
        head[at..at + 8].copy_from_slice(&n.to_le_bytes());
    }
    head[97..102].copy_from_slice(&[2, 1, 2, 0, 2]);
    [head, root, leaf, b"oneFOUR".to_vec()].concat()
}

fn open(bytes: &[u8]) -> Result<Archive, PmtilesError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.pmtiles");
    std::fs::write(&path, bytes).unwrap();
    Archive::open(&path)
}

fn id(z: u8, x: u32, y: u32) -> TileId {
    TileId { z, x, y }
}

#[test]
fn tiles_have_the_numbers_of_the_specification() {
    // Its own table of examples, and the corners of zoom 2.
    for (tile, n) in [
        (id(0, 0, 0), 0),
        (id(1, 0, 0), 1),
        (id(1, 0, 1), 2),
        (id(1, 1, 1), 3),
        (id(1, 1, 0), 4),
        (id(2, 0, 0), 5),
        (id(12, 3423, 1763), 19_078_479),
    ] {
        assert_eq!(number(tile), n, "{tile:?}");
    }
}

#[test]
fn tiles_are_found_in_the_root_and_behind_a_directory() {
    let file = open(&file()).unwrap();
    assert_eq!((file.zooms(), file.is_vector(), file.media_type()), ((0, 2), false, "image/png"));
    assert_eq!(file.tile(id(0, 0, 0)).unwrap().unwrap(), b"one");
    assert_eq!(file.tile(id(1, 0, 0)).unwrap(), None);
    assert_eq!(file.tile(id(2, 0, 0)).unwrap().unwrap(), b"FOUR");
    assert_eq!(file.tile(id(2, 3, 3)).unwrap(), None);
    assert_eq!(file.token().len(), 24);
}

#[test]
fn a_file_may_be_drawn_in_another_datum() {
    use super::super::{Chosen, Settings};
    let dir = tempfile::tempdir().unwrap();
    let pmtiles = dir.path().join("a.pmtiles");
    std::fs::write(&pmtiles, file()).unwrap();
    let chosen = |datum: &str| {
        let set = Settings { pmtiles: pmtiles.clone(), datum: datum.into(), ..Settings::default() };
        match set.choose().unwrap() {
            Chosen::File(_, datum) => datum,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((chosen("wgs84"), chosen("cgcs2000"), chosen("gcj02")), ("wgs84", "wgs84", "gcj02"));
}

#[test]
fn damaged_files_are_told_and_never_more() {
    let good = file();
    assert!(matches!(open(b"PK"), Err(PmtilesError::Unknown)));
    // Whatever byte is wrong and wherever the file ends: an answer or an error, no panic and no giant.
    for at in 0..good.len() {
        for wrong in [0, 1, 0x7f, 0xff] {
            let mut bytes = good.clone();
            bytes[at] = wrong;
            if let Ok(file) = open(&bytes) {
                for tile in [id(0, 0, 0), id(2, 1, 1), id(14, 5, 5)] {
                    let _ = file.tile(tile);
                }
            }
        }
        let cut = open(&good[..at]);
        assert!(cut.is_err() || cut.unwrap().tile(id(2, 0, 0)).is_err(), "cut at {at}");
    }
}
