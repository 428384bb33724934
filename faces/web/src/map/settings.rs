//! What the operator may put in the place of our own map: a PMTiles file, or pictures from another machine (WMTS or XYZ) with
//! their datum. 天地图 is a preset.

use super::Chosen;
use super::pmtiles::{Archive, PmtilesError};
use kernel::Datum;
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;

/// Section `[map]` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// A PMTiles file (version 3): pictures, or vector tiles with our layers.
    pub pmtiles: PathBuf,
    /// Address of pictures with {z}, {x} and {y}.
    pub raster: String,
    /// Pictures that lie above the others: names.
    pub labels: String,
    /// `tianditu`.
    pub preset: String,
    /// Key of the preset, as the pages hand it out to browsers.
    pub key: String,
    /// What coordinates of the pictures, or of the file, refer to: wgs84, cgcs2000 or gcj02.
    pub datum: String,
    /// Whose map it is, where that is not OpenStreetMap's contributors.
    pub attribution: String,
    /// 审图号 of the map.
    pub review_number: String,
    pub max_zoom: u8,
    /// Pixels along the side of a picture.
    pub tile_size: u16,
}

impl Default for Settings {
    fn default() -> Self {
        let none = String::new;
        Self {
            pmtiles: PathBuf::new(),
            raster: none(),
            labels: none(),
            preset: none(),
            key: none(),
            datum: "wgs84".into(),
            attribution: none(),
            review_number: none(),
            max_zoom: 18,
            tile_size: 256,
        }
    }
}

/// What is wrong with the settings. Messages are for the operator.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    #[error("map: set only one of pmtiles, raster and preset")]
    Several,
    #[error("map.preset is “{0}”; known: tianditu")]
    Preset(String),
    #[error("map.key is missing: the key that tianditu.gov.cn gave you (browser kind)")]
    Key,
    #[error("map.datum is “{0}”; tiles come in wgs84, cgcs2000 or gcj02 (those of Baidu have a grid of their own)")]
    Datum(String),
    #[error("map.datum is “{0}”, but 天地图 comes in cgcs2000: leave the datum out")]
    PresetDatum(String),
    #[error("map.max_zoom is {0}; pictures come in zooms 1 to 24, usually up to 18")]
    Zoom(u8),
    #[error("map.tile_size is {0}; pictures have 128 to 2048 pixels along a side, usually 256 or 512")]
    Size(u16),
    #[error("map.{0} must be an address like https://tiles.example/{{z}}/{{x}}/{{y}}.png")]
    Address(&'static str),
    #[error("map.pmtiles {0}: {1}")]
    File(PathBuf, PmtilesError),
}

/// Pictures that another machine, or another path of this site, serves.
#[derive(Debug)]
pub(crate) struct Raster {
    pub tiles: String,
    pub labels: Option<String>,
    pub datum: &'static str,
    pub attribution: &'static str,
    pub max_zoom: u8,
    pub tile_size: u16,
    /// Scheme, name and port; none when it is this site.
    pub host: Option<String>,
}

impl Settings {
    pub(super) fn choose(&self) -> Result<Chosen, MapError> {
        let file = !self.pmtiles.as_os_str().is_empty();
        let set = [file, !self.raster.is_empty(), !self.preset.is_empty()];
        if set.iter().filter(|s| **s).count() > 1 {
            return Err(MapError::Several);
        }
        if !(1..=24).contains(&self.max_zoom) {
            return Err(MapError::Zoom(self.max_zoom));
        }
        if !(128..=2048).contains(&self.tile_size) {
            return Err(MapError::Size(self.tile_size));
        }
        let datum = match self.datum.parse::<Datum>() {
            // CGCS2000 is WGS-84 to some centimetres (R11).
            Ok(Datum::Wgs84 | Datum::Cgcs2000) => "wgs84",
            Ok(Datum::Gcj02) => "gcj02",
            _ => return Err(MapError::Datum(self.datum.clone())),
        };
        if file {
            let open = Archive::open(&self.pmtiles).map_err(|e| MapError::File(self.pmtiles.clone(), e))?;
            return Ok(Chosen::File(Arc::new(open), datum));
        }
        if !self.preset.is_empty() {
            if datum != "wgs84" {
                return Err(MapError::PresetDatum(self.datum.clone()));
            }
            return self.tianditu().map(Chosen::Raster);
        }
        if self.raster.is_empty() {
            return Ok(Chosen::Own);
        }
        let host = host(&self.raster, "raster")?;
        let labels = Some(self.labels.clone()).filter(|l| !l.is_empty());
        if let Some(labels) = &labels
            && self::host(labels, "labels")? != host
        {
            return Err(MapError::Address("labels"));
        }
        let Self { max_zoom, tile_size, .. } = *self;
        Ok(Chosen::Raster(Raster {
            tiles: self.raster.clone(),
            labels,
            datum,
            attribution: "",
            max_zoom,
            tile_size,
            host,
        }))
    }

    /// 国家地理信息公共服务平台: streets (`vec_w`) and their names (`cva_w`) in CGCS2000, on the web's usual grid.
    fn tianditu(&self) -> Result<Raster, MapError> {
        if self.preset != "tianditu" {
            return Err(MapError::Preset(self.preset.clone()));
        }
        let key = self.key.trim();
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(MapError::Key);
        }
        const HOST: &str = "https://t0.tianditu.gov.cn";
        let layer = |layer: &str| {
            format!(
                "{HOST}/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w\
                 &FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
            )
        };
        Ok(Raster {
            tiles: layer("vec"),
            labels: Some(layer("cva")),
            datum: "wgs84",
            attribution: "天地图 © 国家地理信息公共服务平台",
            max_zoom: 18,
            tile_size: 256,
            host: Some(HOST.to_owned()),
        })
    }
}

/// The part of an address that the content security policy names; none for a path of this site.
fn host(address: &str, which: &'static str) -> Result<Option<String>, MapError> {
    let wrong = || MapError::Address(which);
    if !["{z}", "{x}", "{y}"].iter().all(|part| address.contains(part)) || address.contains("{s}") {
        return Err(wrong());
    }
    if address.starts_with('/') && !address.starts_with("//") {
        return Ok(None);
    }
    let (scheme, rest) = address.split_once("://").ok_or_else(wrong)?;
    let name = rest.split('/').next().unwrap_or_default();
    // What stands here goes into a header: nothing but a name and a port.
    let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
    if matches!(scheme, "https" | "http") && good { Ok(Some(format!("{scheme}://{name}"))) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn raster(address: &str) -> Result<Chosen, MapError> {
        Settings { raster: address.into(), datum: "gcj02".into(), ..Settings::default() }.choose()
    }

    #[test]
    fn nothing_set_is_our_own_map() {
        assert!(matches!(Settings::default().choose(), Ok(Chosen::Own)));
    }

    #[test]
    fn an_address_opens_the_policy_for_its_host_and_nothing_else() {
        let Chosen::Raster(chosen) = raster("https://tiles.example:8443/{z}/{x}/{y}.png?k=1").unwrap() else {
            panic!()
        };
        assert_eq!((chosen.host.as_deref(), chosen.datum), (Some("https://tiles.example:8443"), "gcj02"));
        let Chosen::Raster(chosen) = raster("/mirror/{z}/{x}/{y}.png").unwrap() else { panic!() };
        assert_eq!(chosen.host, None);
        for wrong in [
            "https://tiles.example/{z}/{x}.png",
            "https://a.example; script-src *//{z}/{x}/{y}",
            "https://user@a.example/{z}/{x}/{y}",
            "javascript://a/{z}/{x}/{y}",
            "//a.example/{z}/{x}/{y}",
            "https://{s}.example/{z}/{x}/{y}",
            "*://{z}/{x}/{y}",
        ] {
            assert!(matches!(raster(wrong), Err(MapError::Address("raster"))), "{wrong}");
        }
    }

    #[test]
    fn tianditu_needs_its_key() {
        let preset =
            |key: &str| Settings { preset: "tianditu".into(), key: key.into(), ..Settings::default() }.choose();
        assert!(matches!(preset(""), Err(MapError::Key)) && matches!(preset("a&b"), Err(MapError::Key)));
        let Chosen::Raster(chosen) = preset("0a1b").unwrap() else { panic!() };
        assert!(chosen.tiles.contains("/vec_w/wmts?") && chosen.tiles.ends_with("&tk=0a1b"));
        assert!(chosen.labels.unwrap().contains("LAYER=cva&"));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let two = Settings { preset: "tianditu".into(), raster: "x".into(), ..Settings::default() };
        assert!(matches!(two.choose(), Err(MapError::Several)));
        let baidu =
            Settings { raster: "https://a.example/{z}/{x}/{y}".into(), datum: "bd09".into(), ..Settings::default() };
        assert!(matches!(baidu.choose(), Err(MapError::Datum(_))));
        let shifted =
            Settings { preset: "tianditu".into(), key: "1".into(), datum: "gcj02".into(), ..Settings::default() };
        assert!(matches!(shifted.choose(), Err(MapError::PresetDatum(_))));
        let raster = || "https://a.example/{z}/{x}/{y}".to_owned();
        let far = Settings { raster: raster(), max_zoom: 99, ..Settings::default() };
        assert!(matches!(far.choose(), Err(MapError::Zoom(99))));
        let none = Settings { raster: raster(), tile_size: 0, ..Settings::default() };
        assert!(matches!(none.choose(), Err(MapError::Size(0))));
        let gone = Settings { pmtiles: "nowhere.pmtiles".into(), ..Settings::default() };
        assert!(matches!(gone.choose(), Err(MapError::File(..))));
    }
}
