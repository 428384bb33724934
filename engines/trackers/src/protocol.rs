//! The protocols by name.

/// A protocol that locators speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    Watch,
    Gt06,
    H02,
    Jt808,
    Tk103,
    Gps103,
    OsmAnd,
    OwnTracks,
}

impl Protocol {
    pub const ALL: [Self; 8] =
        [Self::Watch, Self::Gt06, Self::H02, Self::Jt808, Self::Tk103, Self::Gps103, Self::OsmAnd, Self::OwnTracks];

    pub fn name(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Gt06 => "gt06",
            Self::H02 => "h02",
            Self::Jt808 => "jt808",
            Self::Tk103 => "tk103",
            Self::Gps103 => "gps103",
            Self::OsmAnd => "osmand",
            Self::OwnTracks => "owntracks",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name().eq_ignore_ascii_case(name))
    }

    /// The port that devices of the trade are set to.
    pub fn port(self) -> u16 {
        match self {
            Self::Watch => 5093,
            Self::Gt06 => 5023,
            Self::H02 => 5013,
            Self::Jt808 => 5015,
            Self::Tk103 => 5002,
            Self::Gps103 => 5001,
            Self::OsmAnd => 5055,
            Self::OwnTracks => 5144,
        }
    }

    /// Spoken over HTTP, one request for each report; the others are streams of bytes or datagrams.
    pub fn is_http(self) -> bool {
        matches!(self, Self::OsmAnd | Self::OwnTracks)
    }
}
