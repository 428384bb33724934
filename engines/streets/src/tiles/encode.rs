//! Mapbox Vector Tiles 2.1, written by hand: a few dozen lines of protobuf instead of two crates (docs/decisions).

use std::collections::HashMap;

/// What a tag can be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Yes,
}

/// What is drawn, in units of the tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Drawn {
    Point(i32, i32),
    Lines(Vec<Vec<(i32, i32)>>),
    /// Rings without their last point: outer ones clockwise as seen, each followed by its holes the other way round.
    Rings(Vec<Vec<(i32, i32)>>),
}

/// A layer of a tile while it is put together.
pub(super) struct LayerWriter<'a> {
    name: &'static str,
    features: Vec<u8>,
    keys: Vec<&'static str>,
    values: Vec<Value<'a>>,
    known: HashMap<Value<'a>, u32>,
}

impl<'a> LayerWriter<'a> {
    pub fn new(name: &'static str) -> Self {
        Self { name, features: Vec::new(), keys: Vec::new(), values: Vec::new(), known: HashMap::new() }
    }

    pub fn add(&mut self, drawn: &Drawn, tags: &[(&'static str, Value<'a>)]) {
        let mut numbers = Vec::with_capacity(tags.len() * 2);
        for (key, value) in tags {
            numbers.push(self.key(key));
            numbers.push(self.value(value));
        }
        let (kind, geometry) = match drawn {
            Drawn::Point(x, y) => (1, points(*x, *y)),
            Drawn::Lines(lines) => (2, paths(lines, false)),
            Drawn::Rings(rings) => (3, paths(rings, true)),
        };
        let mut feature = Vec::new();
        packed(&mut feature, 2, &numbers);
        varint_field(&mut feature, 3, kind);
        packed(&mut feature, 4, &geometry);
        bytes_field(&mut self.features, 2, &feature);
    }

    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// Writes the layer onto the end of a tile.
    pub fn end(self, tile: &mut Vec<u8>) {
        let mut layer = Vec::with_capacity(self.features.len() + 64);
        bytes_field(&mut layer, 1, self.name.as_bytes());
        layer.extend_from_slice(&self.features);
        for key in self.keys {
            bytes_field(&mut layer, 3, key.as_bytes());
        }
        for value in self.values {
            let mut one = Vec::new();
            match value {
                Value::Text(text) => bytes_field(&mut one, 1, text.as_bytes()),
                Value::Yes => varint_field(&mut one, 7, 1),
            }
            bytes_field(&mut layer, 4, &one);
        }
        varint_field(&mut layer, 5, super::mercator::EXTENT as u64);
        varint_field(&mut layer, 15, 2);
        bytes_field(tile, 3, &layer);
    }

    fn key(&mut self, key: &'static str) -> u32 {
        let at = self.keys.iter().position(|k| *k == key).unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        });
        at as u32
    }

    fn value(&mut self, value: &Value<'a>) -> u32 {
        if let Some(at) = self.known.get(value) {
            return *at;
        }
        let at = self.values.len() as u32;
        self.values.push(value.clone());
        self.known.insert(value.clone(), at);
        at
    }
}

const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;
const CLOSE: u32 = 7;

fn points(x: i32, y: i32) -> Vec<u32> {
    vec![command(MOVE_TO, 1), zigzag(x), zigzag(y)]
}

fn paths(all: &[Vec<(i32, i32)>], closed: bool) -> Vec<u32> {
    let mut out = Vec::new();
    let (mut x, mut y) = (0, 0);
    let mut go = |out: &mut Vec<u32>, to: (i32, i32)| {
        out.push(zigzag(to.0 - x));
        out.push(zigzag(to.1 - y));
        (x, y) = to;
    };
    for path in all {
        let [first, rest @ ..] = path.as_slice() else { continue };
        out.push(command(MOVE_TO, 1));
        go(&mut out, *first);
        out.push(command(LINE_TO, rest.len()));
        for to in rest {
            go(&mut out, *to);
        }
        if closed {
            out.push(command(CLOSE, 1));
        }
    }
    out
}

fn command(id: u32, count: usize) -> u32 {
    (count as u32) << 3 | id
}

const fn zigzag(n: i32) -> u32 {
    ((n << 1) ^ (n >> 31)) as u32
}

fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n as u8 & 0x7f) | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn varint_field(out: &mut Vec<u8>, field: u64, n: u64) {
    varint(out, field << 3);
    varint(out, n);
}

fn bytes_field(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn packed(out: &mut Vec<u8>, field: u64, numbers: &[u32]) {
    let mut bytes = Vec::with_capacity(numbers.len());
    for n in numbers {
        varint(&mut bytes, u64::from(*n));
    }
    bytes_field(out, field, &bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked examples of the specification, section 4.3.5.
    #[test]
    fn the_examples_of_the_specification() {
        assert_eq!(points(25, 17), [9, 50, 34]);
        assert_eq!(paths(&[vec![(2, 2), (2, 10), (10, 10)]], false), [9, 4, 4, 18, 0, 16, 16, 0]);
        let two = [vec![(2, 2), (2, 10), (10, 10)], vec![(1, 1), (3, 5)]];
        assert_eq!(paths(&two, false), [9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8]);
        assert_eq!(paths(&[vec![(3, 6), (8, 12), (20, 34)]], true), [9, 6, 12, 18, 10, 12, 24, 44, 15]);
    }

    #[test]
    fn a_value_that_many_have_is_written_once() {
        let mut layer = LayerWriter::new("road");
        for n in 0..50 {
            let line = Drawn::Lines(vec![vec![(n, 0), (n, 9)]]);
            layer.add(&line, &[("class", Value::Text("lane")), ("bridge", Value::Yes)]);
        }
        let mut tile = Vec::new();
        layer.end(&mut tile);
        assert_eq!(tile.windows(4).filter(|w| w == b"lane").count(), 1);
    }
}
