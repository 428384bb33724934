//! A network goes into bytes and comes back; anything else in the bytes is an error.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod world;

use streets::osm::{Limits, Osm};
use streets::{BytesError, Network, Profile};
use world::write::Block;
use world::{Chance, FILES, real};

#[test]
fn there_and_back() {
    for (name, profile) in FILES.into_iter().zip([Profile::Walk, Profile::Bicycle, Profile::Car]) {
        let network = Network::build(&real(name), profile).unwrap();
        let bytes = network.to_bytes();
        let again = Network::from_bytes(&bytes).unwrap();
        assert_eq!(again.to_bytes(), bytes, "{name}");
        assert_eq!(again.components(), network.components());
        assert_eq!((again.profile(), again.junctions(), again.gaps()), (profile, network.junctions(), network.gaps()));
        let line = network.line(0).collect::<Vec<_>>();
        let at = [line[0][0] + 1e-4, line[0][1]];
        let snap = network.nearest(at, 500.0).unwrap();
        assert_eq!(again.nearest(at, 500.0), Some(snap));
        let far = network.place(network.edges() as u32 - 1, 0.0).unwrap();
        assert_eq!(again.route(&snap, &far), network.route(&snap, &far));
    }
}

/// So many junctions that there is no hierarchy: plain searches answer.
#[test]
fn a_large_network() {
    const SIDE: i64 = 318;
    let mut block = Block::default();
    for n in 0..SIDE * SIDE {
        block = block.node(n, [121.0 + (n % SIDE) as f64 * 1e-3, 31.0 + (n / SIDE) as f64 * 1e-3], &[]);
    }
    for n in 0..SIDE {
        let east: Vec<i64> = (0..SIDE).map(|m| n * SIDE + m).collect();
        let north: Vec<i64> = (0..SIDE).map(|m| m * SIDE + n).collect();
        block = block.way(n, &east, &[("highway", "path")]).way(SIDE + n, &north, &[("highway", "path")]);
    }
    let osm = Osm::from_pbf(&*block.file(), &Limits::default()).unwrap();
    let network = Network::build(&osm, Profile::Walk).unwrap();
    assert!(network.junctions() > 100_000);
    let again = Network::from_bytes(&network.to_bytes()).unwrap();
    let places: Vec<_> = (0..5).map(|n| network.nearest([121.1 + f64::from(n) * 1e-3, 31.1], 10.0).unwrap()).collect();
    let row = again.matrix(&places, &places, 1_000.0);
    assert_eq!(row[1].map(f64::round), Some(95.0));
    assert_eq!(row, network.matrix(&places, &places, 1_000.0));
}

#[test]
fn other_bytes() {
    let mut bytes = Network::build(&real("shanghai-university"), Profile::Walk).unwrap().to_bytes();
    let error = |bytes: &[u8]| Network::from_bytes(bytes).unwrap_err();
    assert_eq!([error(b""), error(b"mulin"), error(&[0; 100])], [BytesError::Unknown; 3]);
    for end in [8, 20, 40, bytes.len() - 1] {
        assert_eq!(error(&bytes[..end]), BytesError::Damaged);
    }
    bytes[8] = 9;
    assert_eq!(error(&bytes), BytesError::Version(9));
}

/// With a check sum that is right, as somebody who forges one would have it: found by `streets` itself or harmless.
#[test]
fn forged_bytes() {
    let whole = Network::build(&real("shanghai-university"), Profile::Walk).unwrap().to_bytes();
    let mut survived = 0;
    for seed in 0..800 {
        let mut chance = Chance(seed);
        let mut bytes = whole.clone();
        for _ in 0..=chance.below(4) {
            let at = if chance.below(2) == 0 { 8 + chance.below(400) } else { 8 + chance.below(bytes.len() - 8) };
            bytes[at] = [0, 1, 0xFF, chance.number() as u8][chance.below(4)];
        }
        let (header, body) = bytes.split_at_mut(48);
        header[40..].copy_from_slice(&sum(body).to_le_bytes());
        let Ok(network) = Network::from_bytes(&bytes) else { continue };
        survived += 1;
        let snaps: Vec<_> = (0..network.edges() as u32).step_by(19).filter_map(|e| network.place(e, 10.0)).collect();
        let _ = network.nearest([121.4, 31.3], 1_000.0);
        let _ = network.matrix(&snaps, &snaps[..5], 1e9);
        let _ = network.route(&snaps[0], &snaps[1]);
        let _ = network.nearest_k(&snaps[0], &snaps, 3, 1e9);
    }
    assert!(survived > 30, "{survived}");
}

/// As `bytes.rs` says it.
fn sum(bytes: &[u8]) -> u64 {
    let mut sum = bytes.len() as u64 ^ 0xCBF2_9CE4_8422_2325;
    for eight in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..eight.len()].copy_from_slice(eight);
        sum = (sum ^ u64::from_le_bytes(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        sum ^= sum >> 29;
    }
    sum
}
