//! One description: a JSON object on a line.

use identify::{Build, Sex, Sighting};
use kernel::geo::Point;
use serde_json::{Map, Value};

/// A description, with the name by which its answer is known.
#[derive(Debug)]
pub(super) struct Query {
    /// As it was given; null when it was not.
    pub id: Value,
    pub seen: Sighting,
    /// Who it turned out to be, for estimating.
    pub person: Option<String>,
}

/// A line that cannot be used.
#[derive(Debug)]
pub(super) struct BadQuery {
    pub id: Value,
    /// Line, field, what is there, and how to mend it.
    pub detail: String,
}

/// Reads a line; `n` is its number and `year` stands in where none is given.
pub(super) fn parse(line: &str, n: usize, year: i32) -> Result<Query, BadQuery> {
    let value: Value = serde_json::from_str(line)
        .map_err(|e| BadQuery { id: Value::Null, detail: format!("line {n}: this is no JSON: {e}") })?;
    let Value::Object(fields) = value else {
        return Err(BadQuery { id: Value::Null, detail: format!("line {n}: give an object, {{…}}") });
    };
    let id = fields.get("id").cloned().unwrap_or_default();
    match (sighting(&fields, year), text(&fields, "person")) {
        (Ok(seen), Ok(person)) => Ok(Query { id, seen, person }),
        (Err(why), _) | (_, Err(why)) => Err(BadQuery { id, detail: format!("line {n}: {why}") }),
    }
}

fn sighting(fields: &Map<String, Value>, year: i32) -> Result<Sighting, String> {
    Ok(Sighting {
        year: Some(number(fields, "year", 1900.0, 2200.0)?.map_or(year, |y| y as i32)),
        sex: text(fields, "sex")?.map(|s| sex(&s).ok_or_else(|| wrong("sex", &s, "f or m"))).transpose()?,
        age: number(fields, "age", 0.0, 130.0)?,
        height_cm: number(fields, "height_cm", 40.0, 260.0)?,
        build: text(fields, "build")?
            .map(|b| build(&b).ok_or_else(|| wrong("build", &b, "thin, middle or stout")))
            .transpose()?,
        dialect: text(fields, "dialect")?,
        surname: text(fields, "surname")?,
        marks: marks(fields)?,
        place: place(number(fields, "lat", -90.0, 90.0)?, number(fields, "lon", -180.0, 180.0)?)?,
    })
}

pub(super) fn sex(text: &str) -> Option<Sex> {
    match text.trim().to_lowercase().as_str() {
        "f" | "female" | "女" => Some(Sex::Female),
        "m" | "male" | "男" => Some(Sex::Male),
        _ => None,
    }
}

pub(super) fn build(text: &str) -> Option<Build> {
    match text.trim().to_lowercase().as_str() {
        "thin" | "瘦" => Some(Build::Thin),
        "middle" | "中等" => Some(Build::Middle),
        "stout" | "胖" => Some(Build::Stout),
        _ => None,
    }
}

/// Both or none.
fn place(lat: Option<f64>, lon: Option<f64>) -> Result<Option<Point>, String> {
    match (lat, lon) {
        (Some(lat), Some(lon)) => Point::new(lon, lat).map(Some).map_err(|e| e.to_string()),
        (None, None) => Ok(None),
        _ => Err("latitude and longitude belong together; give both or none".into()),
    }
}

fn wrong(field: &str, there: &str, want: &str) -> String {
    format!("“{field}” is “{there}”; give {want}, or leave it out when it was not observed")
}

fn number(fields: &Map<String, Value>, name: &str, least: f64, most: f64) -> Result<Option<f64>, String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64().filter(|v| (least..=most).contains(v)) {
            Some(found) => Ok(Some(found)),
            None => Err(wrong(name, &value.to_string(), &format!("a number from {least} to {most}"))),
        },
    }
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|t| !t.is_empty())),
        Some(value) => Err(wrong(name, &value.to_string(), "a text in quotation marks")),
    }
}

fn marks(fields: &Map<String, Value>) -> Result<Option<Vec<String>>, String> {
    let Some(value) = fields.get("marks").filter(|v| !v.is_null()) else { return Ok(None) };
    let all = value.as_array().and_then(|all| all.iter().map(|m| m.as_str().map(str::to_owned)).collect());
    all.map(Some)
        .ok_or_else(|| wrong("marks", &value.to_string(), "a list of texts; [] when somebody looked and saw none"))
}
