//! JSON as far as GeoJSON needs it: coordinates take the memory of their numbers, and not that of a list for each pair.

use fence::At;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// An object of GeoJSON, or a list of such. What is of another kind than expected is as if it were not there.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub kind: Option<String>,
    pub id: Value,
    pub properties: Value,
    pub geometry: Option<Box<Item>>,
    pub coordinates: Option<Nest>,
    pub features: Option<Box<Item>>,
    pub geometries: Option<Box<Item>>,
    /// It is a list.
    pub list: Option<Vec<Item>>,
}

/// Coordinates, however deep they are nested.
#[derive(Debug)]
pub(super) enum Nest {
    Number(f64),
    /// Two numbers and perhaps a height, which is left out.
    Position(At),
    Line(Vec<At>),
    List(Vec<Nest>),
    /// Texts, nothing, yes and no.
    Other,
}

impl Nest {
    /// A list as the narrowest of these that holds it.
    fn of(list: Vec<Self>) -> Self {
        if let [Self::Number(x), Self::Number(y), ..] = *list {
            return Self::Position([x, y]);
        }
        let position = |n: &Self| if let Self::Position(at) = n { Some(*at) } else { None };
        match list.iter().map(position).collect::<Option<Vec<At>>>() {
            Some(line) if !line.is_empty() => Self::Line(line),
            _ => Self::List(list),
        }
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Items)
    }
}

impl<'de> Deserialize<'de> for Nest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Nests)
    }
}

struct Items;

impl<'de> Visitor<'de> for Items {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GeoJSON")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item, A::Error> {
        let mut item = Item::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => item.kind = map.next_value::<Value>()?.as_str().map(str::to_owned),
                "id" => item.id = map.next_value()?,
                "properties" => item.properties = map.next_value()?,
                "geometry" => item.geometry = Some(map.next_value()?),
                "coordinates" => item.coordinates = Some(map.next_value()?),
                "features" => item.features = Some(map.next_value()?),
                "geometries" => item.geometries = Some(map.next_value()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(item)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Item, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element()? {
            list.push(item);
        }
        Ok(Item { list: Some(list), ..Item::default() })
    }
    fn visit_unit<E>(self) -> Result<Item, E> {
        Ok(Item::default())
    }
    fn visit_bool<E>(self, _: bool) -> Result<Item, E> {
        Ok(Item::default())
    }
    fn visit_i64<E>(self, _: i64) -> Result<Item, E> {
        Ok(Item::default())
    }
    fn visit_u64<E>(self, _: u64) -> Result<Item, E> {
        Ok(Item::default())
    }
    fn visit_f64<E>(self, _: f64) -> Result<Item, E> {
        Ok(Item::default())
    }
    fn visit_str<E>(self, _: &str) -> Result<Item, E> {
        Ok(Item::default())
    }
}

struct Nests;

impl<'de> Visitor<'de> for Nests {
    type Value = Nest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("coordinates")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Nest, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element()? {
            list.push(item);
        }
        Ok(Nest::of(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Nest, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Nest::Other)
    }
    fn visit_i64<E>(self, n: i64) -> Result<Nest, E> {
        Ok(Nest::Number(n as f64))
    }
    fn visit_u64<E>(self, n: u64) -> Result<Nest, E> {
        Ok(Nest::Number(n as f64))
    }
    fn visit_f64<E>(self, n: f64) -> Result<Nest, E> {
        Ok(Nest::Number(n))
    }
    fn visit_unit<E>(self) -> Result<Nest, E> {
        Ok(Nest::Other)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Nest, E> {
        Ok(Nest::Other)
    }
    fn visit_str<E>(self, _: &str) -> Result<Nest, E> {
        Ok(Nest::Other)
    }
}
