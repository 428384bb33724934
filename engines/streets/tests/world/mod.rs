//! What tests and bench share: files of streets as they come and as they are made here, and chance that is the same for ever.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests; each uses a part")]

pub mod city;
pub mod plain;

use std::path::Path;
use streets::osm::{Limits, Osm};

/// A small generator of its own (Steele, Lea, Flood, *SplitMix*, 2014).
#[derive(Debug, Clone)]
pub struct Chance(pub u64);

impl Chance {
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.number() % n as u64) as usize
    }
    /// 0 ≤ x < 1
    pub fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

pub const FILES: [&str; 3] = ["porto-alegre", "shanghai-centre", "shanghai-university"];

pub fn bytes(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/{name}.osm.pbf"));
    std::fs::read(path).unwrap()
}

pub fn real(name: &str) -> Osm {
    Osm::from_pbf(&*bytes(name), &Limits::default()).unwrap()
}

/// Writes OSM PBF: enough of the format to say everything that the reader understands.
pub mod write {
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    pub fn number(mut n: u64) -> Vec<u8> {
        let mut out = Vec::new();
        while n >= 0x80 {
            out.push(n as u8 | 0x80);
            n >>= 7;
        }
        out.push(n as u8);
        out
    }
    fn zigzag(n: i64) -> Vec<u8> {
        number(((n << 1) ^ (n >> 63)) as u64)
    }
    pub fn int(field: u64, n: u64) -> Vec<u8> {
        [number(field << 3), number(n)].concat()
    }
    pub fn field(field: u64, content: &[u8]) -> Vec<u8> {
        [number(field << 3 | 2), number(content.len() as u64), content.to_vec()].concat()
    }
    pub fn packed(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
        numbers.into_iter().flat_map(number).collect()
    }
    pub fn deltas(numbers: &[i64]) -> Vec<u8> {
        let before = std::iter::once(&0).chain(numbers);
        numbers.iter().zip(before).flat_map(|(n, b)| zigzag(n.wrapping_sub(*b))).collect()
    }

    pub fn blob(kind: &str, plain: &[u8]) -> Vec<u8> {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(plain).unwrap();
        let blob = [int(2, plain.len() as u64), field(3, &zlib.finish().unwrap())].concat();
        raw_blob(kind, &blob)
    }
    pub fn raw_blob(kind: &str, blob: &[u8]) -> Vec<u8> {
        let header = [field(1, kind.as_bytes()), int(3, blob.len() as u64)].concat();
        [&(header.len() as u32).to_be_bytes()[..], &header, blob].concat()
    }
    pub fn header() -> Vec<u8> {
        blob("OSMHeader", &[field(4, b"OsmSchema-V0.6"), field(4, b"DenseNodes")].concat())
    }

    pub type Pairs<'a> = &'a [(&'a str, &'a str)];

    /// One block of dense nodes, ways and relations, made piece by piece.
    #[derive(Default)]
    pub struct Block {
        texts: Vec<String>,
        ids: Vec<i64>,
        lons: Vec<i64>,
        lats: Vec<i64>,
        keys_values: Vec<u64>,
        rest: Vec<u8>,
    }

    impl Block {
        fn text(&mut self, text: &str) -> u64 {
            if self.texts.is_empty() {
                self.texts.push(String::new());
            }
            if let Some(n) = self.texts.iter().position(|t| t == text) {
                return n as u64;
            }
            self.texts.push(text.to_owned());
            self.texts.len() as u64 - 1
        }
        fn tags(&mut self, tags: Pairs) -> Vec<u8> {
            let keys: Vec<u64> = tags.iter().map(|(k, _)| self.text(k)).collect();
            let values: Vec<u64> = tags.iter().map(|(_, v)| self.text(v)).collect();
            [field(2, &packed(keys)), field(3, &packed(values))].concat()
        }
        pub fn node(mut self, id: i64, [lon, lat]: [f64; 2], tags: Pairs) -> Self {
            self.ids.push(id);
            self.lons.push((lon * 1e7).round() as i64);
            self.lats.push((lat * 1e7).round() as i64);
            for (k, v) in tags {
                let pair = [self.text(k), self.text(v)];
                self.keys_values.extend(pair);
            }
            self.keys_values.push(0);
            self
        }
        pub fn way(mut self, id: i64, refs: &[i64], tags: Pairs) -> Self {
            let way = [int(1, id as u64), self.tags(tags), field(8, &deltas(refs))].concat();
            self.rest.extend(field(2, &field(3, &way)));
            self
        }
        /// Members: 0 node, 1 way, 2 relation; id; role.
        pub fn relation(mut self, id: i64, members: &[(u64, i64, &str)], tags: Pairs) -> Self {
            let roles: Vec<u64> = members.iter().map(|m| self.text(m.2)).collect();
            let ids: Vec<i64> = members.iter().map(|m| m.1).collect();
            let parts = [
                int(1, id as u64),
                self.tags(tags),
                field(8, &packed(roles)),
                field(9, &deltas(&ids)),
                field(10, &packed(members.iter().map(|m| m.0))),
            ];
            self.rest.extend(field(2, &field(4, &parts.concat())));
            self
        }
        pub fn block(self) -> Vec<u8> {
            let table: Vec<u8> = self.texts.iter().flat_map(|t| field(1, t.as_bytes())).collect();
            let dense = [
                field(1, &deltas(&self.ids)),
                field(8, &deltas(&self.lats)),
                field(9, &deltas(&self.lons)),
                field(10, &packed(self.keys_values)),
            ];
            [field(1, &table), field(2, &field(2, &dense.concat())), self.rest].concat()
        }
        pub fn file(self) -> Vec<u8> {
            [header(), blob("OSMData", &self.block())].concat()
        }
    }
}
