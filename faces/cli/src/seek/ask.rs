//! Lines that come in.

use seek::{Fix, Incident, Mode, Place, PlaceKind, Team};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub(super) enum Ask {
    Open(Box<Open>),
    Advance {
        minutes: f64,
        /// It has become dark, or light.
        night: Option<bool>,
    },
    Searched {
        #[serde(rename = "team")]
        _team: Option<Value>,
        nodes: Vec<i64>,
        pod: f64,
        #[serde(default)]
        minutes_ago: f64,
    },
    Team(Moved),
    Sighting {
        lat: f64,
        lon: f64,
        #[serde(default)]
        minutes_ago: f64,
        #[serde(default = "likely")]
        confidence: f64,
        #[serde(default = "block")]
        accuracy_m: f64,
    },
    Plan {
        #[serde(default = "half_an_hour")]
        minutes: f64,
    },
    Map {
        #[serde(default = "some")]
        top: usize,
    },
}

#[derive(Debug, Deserialize)]
pub(super) struct Open {
    incident: Told,
    #[serde(default)]
    teams: Vec<Moved>,
    seed: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Told {
    #[serde(rename = "id")]
    _id: Option<Value>,
    last_seen: Seen,
    #[serde(default)]
    minutes_ago: f64,
    profile: Option<String>,
    #[serde(default)]
    night: bool,
    #[serde(default)]
    places: Vec<Named>,
    #[serde(default)]
    fixes: Vec<Reading>,
}

#[derive(Debug, Deserialize)]
struct Seen {
    lat: f64,
    lon: f64,
    #[serde(default = "door")]
    accuracy_m: f64,
}

#[derive(Debug, Deserialize)]
struct Named {
    lat: f64,
    lon: f64,
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Reading {
    lat: f64,
    lon: f64,
    #[serde(default = "block")]
    accuracy_m: f64,
    #[serde(default)]
    minutes_ago: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Moved {
    id: Value,
    lat: Option<f64>,
    lon: Option<f64>,
    mode: Option<String>,
    speed_mps: Option<f64>,
    /// Has gone home, or nobody hears from them.
    #[serde(default)]
    gone: bool,
}

fn likely() -> f64 {
    0.7
}
fn block() -> f64 {
    150.0
}
fn door() -> f64 {
    30.0
}
fn half_an_hour() -> f64 {
    30.0
}
fn some() -> usize {
    500
}

const MOST_TEAMS: usize = 1_000;

pub(super) fn read(line: &str) -> Result<Ask, String> {
    serde_json::from_str(line).map_err(|e| {
        let text = e.to_string();
        if text.contains("unknown variant") || text.contains("missing field `op`") {
            return "“op” is one of open, advance, searched, team, sighting, plan, map".to_owned();
        }
        text
    })
}

impl Open {
    /// The incident, the name of the profile, the teams, the seed.
    pub fn into_parts(self) -> Result<(Incident, Option<String>, Vec<Team>, Option<u64>), String> {
        let told = self.incident;
        let places = told.places.into_iter().map(Named::read).collect::<Result<Vec<_>, _>>()?;
        let fixes = told.fixes.into_iter().map(|f| Fix {
            at: [f.lon, f.lat],
            accuracy_m: f.accuracy_m,
            minutes_ago: f.minutes_ago,
        });
        let incident = Incident {
            last_seen: [told.last_seen.lon, told.last_seen.lat],
            accuracy_m: told.last_seen.accuracy_m,
            minutes_ago: told.minutes_ago,
            night: told.night,
            places,
            fixes: fixes.collect(),
        };
        let mut teams = Vec::new();
        for moved in self.teams {
            if teams.iter().any(|t: &Team| t.id == name(&moved.id)) {
                return Err(format!("two teams are called {}", name(&moved.id)));
            }
            team(&mut teams, moved)?;
        }
        Ok((incident, told.profile, teams, self.seed))
    }
}

impl Named {
    fn read(self) -> Result<Place, String> {
        let kind = match self.kind.as_str() {
            "home" => PlaceKind::Home,
            "former-home" => PlaceKind::FormerHome,
            "work" => PlaceKind::Work,
            "haunt" => PlaceKind::Haunt,
            "found-before" => PlaceKind::FoundBefore,
            other => {
                return Err(format!(
                    "a place of the kind “{other}”: give home, former-home, work, haunt or found-before"
                ));
            }
        };
        Ok(Place { at: [self.lon, self.lat], kind })
    }
}

fn name(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Moves a team, adds one that has come, takes away one that is gone.
pub(super) fn team(teams: &mut Vec<Team>, moved: Moved) -> Result<(), String> {
    let id = name(&moved.id);
    let known = teams.iter_mut().find(|t| t.id == id);
    if moved.gone {
        if known.is_none() {
            return Err(format!("there is no team {id}"));
        }
        teams.retain(|t| t.id != id);
        return Ok(());
    }
    let at = match (moved.lat, moved.lon) {
        (Some(lat), Some(lon)) if lat.abs() <= 90.0 && lon.abs() <= 180.0 => Some([lon, lat]),
        (None, None) => None,
        _ => return Err(format!("team {id}: give lat from −90 to 90 and lon from −180 to 180")),
    };
    let mode = match moved.mode.as_deref() {
        None => None,
        Some("foot") => Some(Mode::Foot),
        Some("bicycle") => Some(Mode::Bicycle),
        Some("car") => Some(Mode::Car),
        Some(other) => return Err(format!("team {id}: the mode “{other}” is none of foot, bicycle, car")),
    };
    if let Some(v) = moved.speed_mps.filter(|v| !(0.1..=40.0).contains(v)) {
        return Err(format!("team {id}: speed_mps is {v}: give metres a second from 0.1 to 40"));
    }
    match known {
        Some(team) => {
            team.at = at.unwrap_or(team.at);
            if let Some(mode) = mode {
                team.speed_mps = mode.usual_mps();
                team.mode = mode;
            }
            team.speed_mps = moved.speed_mps.unwrap_or(team.speed_mps);
        }
        None => {
            if teams.len() >= MOST_TEAMS {
                return Err(format!("more than {MOST_TEAMS} teams"));
            }
            let at = at.ok_or_else(|| format!("team {id} is new: give its lat and lon"))?;
            let mode = mode.unwrap_or(Mode::Foot);
            teams.push(Team { id, at, mode, speed_mps: moved.speed_mps.unwrap_or(mode.usual_mps()) });
        }
    }
    Ok(())
}
