//! Home health care: patients, skills, pairs (JSON of Ceschia, Di Gaspero, Rosati and Schaerf 2024).
//!
//! Cost = (distance + sum of lateness + largest lateness) / 3 (Mankowska, Meisel and Bierwirth 2014). Lateness costs, the rest binds.

use super::{Unreadable, few_enough};
use crate::plan::Plan;
use crate::problem::{Late, Pair, Problem, Visit, Visitor, Weights};
use serde_json::{Map, Value, json};

/// A file of this kind: the problem and the names in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Hhcrsp {
    pub problem: Problem,
    caregivers: Vec<String>,
    /// Patient and service of each visit.
    names: Vec<(String, String)>,
}

fn text<'v>(value: &'v Value, key: &str, what: &str) -> Result<&'v str, Unreadable> {
    value
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| Unreadable::file(format!("{what}: “{key}” is missing or no text")))
}

fn list<'v>(value: &'v Value, key: &str) -> Result<&'v Vec<Value>, Unreadable> {
    value.get(key).and_then(Value::as_array).ok_or_else(|| Unreadable::file(format!("the list “{key}” is missing")))
}

fn two(value: Option<&Value>) -> Option<(f64, f64)> {
    match value?.as_array()?.as_slice() {
        [a, b] => Some((a.as_f64()?, b.as_f64()?)),
        _ => None,
    }
}

/// The place of a patient or an office: said, or by the order in the file.
fn place(value: &Value, order: usize) -> usize {
    value.get("distance_matrix_index").and_then(Value::as_u64).map_or(order, |i| i as usize)
}

impl Hhcrsp {
    /// Does this look like such a file?
    pub fn is(value: &Value) -> bool {
        value.get("patients").is_some() && value.get("caregivers").is_some()
    }

    /// # Errors
    /// [`Unreadable`]: which patient, caregiver or list.
    pub fn read(value: &Value) -> Result<Self, Unreadable> {
        let travel = table(value)?;
        let places = list(value, "distances")?.len();
        let within = |place: usize, what: &str| {
            let beyond = || Unreadable::file(format!("{what}: place {place} is beyond the {places} of “distances”"));
            if place < places { Ok(()) } else { Err(beyond()) }
        };
        let offices = offices(value)?;
        let mut caregivers = Vec::new();
        let mut skills: Vec<Vec<&str>> = Vec::new();
        let mut visitors = Vec::new();
        for (i, caregiver) in list(value, "caregivers")?.iter().enumerate() {
            let id = text(caregiver, "id", &format!("caregiver {}", i + 1))?;
            let wrong = |what: &str| Unreadable::file(format!("caregiver {id}: {what}"));
            if caregivers.iter().any(|c| c == id) {
                return Err(wrong("stands there twice"));
            }
            let abilities = caregiver.get("abilities").and_then(Value::as_array);
            let abilities: Option<Vec<&str>> = abilities.and_then(|a| a.iter().map(Value::as_str).collect());
            skills.push(abilities.ok_or_else(|| wrong("“abilities” is no list of texts"))?);
            let start = match caregiver.get("departing_point") {
                None => offices.first().map_or(0, |o| o.1),
                Some(home) => {
                    let known = home.as_str().and_then(|h| offices.iter().find(|o| o.0 == h));
                    known.ok_or_else(|| wrong("its “departing_point” is not in the file"))?.1
                }
            };
            within(start, &format!("caregiver {id}"))?;
            let shift = match caregiver.get("working_shift") {
                None => (0.0, f64::INFINITY),
                Some(shift) => two(Some(shift)).ok_or_else(|| wrong("“working_shift” takes two numbers"))?,
            };
            if shift.0 > shift.1 {
                return Err(wrong("the shift ends before it begins"));
            }
            let (from, to) = shift;
            let (force, person) = (0, i);
            visitors.push(Visitor { start, end: start, from, to, capacity: f64::INFINITY, rest: None, force, person });
            caregivers.push(id.to_owned());
        }
        let mut file = Self {
            problem: Problem {
                places,
                travel,
                distance: None,
                visitors,
                visits: Vec::new(),
                pairs: Vec::new(),
                weights: Weights { distance: 1.0 / 3.0, late: 1.0 / 3.0, latest: 1.0 / 3.0, fair: 0.0 },
            },
            caregivers,
            names: Vec::new(),
        };
        let usual = durations(value)?;
        for (i, patient) in list(value, "patients")?.iter().enumerate() {
            let id = text(patient, "id", &format!("patient {}", i + 1))?;
            if file.names.iter().any(|n| n.0 == id) {
                return Err(Unreadable::file(format!("patient {id}: stands there twice")));
            }
            within(place(patient, i + offices.len()), &format!("patient {id}"))?;
            file.patient(patient, i, offices.len(), &skills, &usual)?;
        }
        Ok(file)
    }

    fn patient(
        &mut self,
        patient: &Value,
        i: usize,
        offices: usize,
        skills: &[Vec<&str>],
        usual: &Map<String, Value>,
    ) -> Result<(), Unreadable> {
        let id = text(patient, "id", &format!("patient {}", i + 1))?;
        let wrong = |what: &str| Unreadable::file(format!("patient {id}: {what}"));
        let window = two(patient.get("time_window")).ok_or_else(|| wrong("“time_window” takes two numbers"))?;
        if window.0 > window.1 {
            return Err(wrong("“time_window” ends before it begins"));
        }
        let needs = patient.get("required_caregivers").and_then(Value::as_array);
        let needs = needs.ok_or_else(|| wrong("the list “required_caregivers” is missing"))?;
        let first = self.problem.visits.len();
        for need in needs {
            let service = text(need, "service", &format!("patient {id}"))?;
            let lasts = need.get("duration").or_else(|| usual.get(service)).and_then(Value::as_f64);
            let lasts = lasts.ok_or_else(|| wrong("a service without “duration”"))?;
            if lasts < 0.0 {
                return Err(wrong("“duration” is less than nothing"));
            }
            self.problem.visits.push(Visit {
                place: place(patient, i + offices),
                lasts,
                windows: vec![window],
                late: Late::Costs,
                demand: 0.0,
                may: skills.iter().map(|s| s.contains(&service)).collect(),
                liking: Vec::new(),
                without: None,
                locked: None,
            });
            self.names.push((id.to_owned(), service.to_owned()));
        }
        match needs.len() {
            0 => return Err(wrong("no required caregiver")),
            1 => {}
            2 => {
                let synchronization =
                    patient.get("synchronization").ok_or_else(|| wrong("“synchronization” is missing"))?;
                let (least, most) = match synchronization.get("type").and_then(Value::as_str) {
                    Some("simultaneous") => (0.0, 0.0),
                    Some("sequential") => {
                        let distance = two(synchronization.get("distance")).filter(|(least, most)| least <= most);
                        distance.ok_or_else(|| wrong("“distance” takes two numbers, the smaller one first"))?
                    }
                    _ => return Err(wrong("“type” is simultaneous or sequential")),
                };
                self.problem.pairs.push(Pair { first, second: first + 1, least, most, mixed: false });
            }
            _ => return Err(wrong("more than two caregivers for one patient are not planned")),
        }
        Ok(())
    }

    /// Who it is, for messages.
    pub fn visitor(&self, visitor: usize) -> String {
        format!("caregiver {}", self.caregivers.get(visitor).map_or("", String::as_str))
    }

    /// The visits by their names, for messages.
    pub fn name(&self, visit: usize) -> String {
        self.names.get(visit).map_or_else(|| format!("visit {visit}"), |(p, s)| format!("patient {p}, service {s}"))
    }

    /// The routes of a plan in the form of the benchmark's solutions; one for each caregiver.
    pub fn routes(&self, plan: &Plan) -> Value {
        let routes = plan.routes.iter().map(|route| {
            let locations: Vec<Value> = route
                .stops
                .iter()
                .filter_map(|stop| {
                    let (patient, service) = self.names.get(stop.visit)?;
                    let (start, end) = (rounded(stop.start), rounded(stop.end));
                    Some(json!({"patient": patient, "service": service, "arrival_time": start, "departure_time": end}))
                })
                .collect();
            json!({"caregiver_id": self.caregivers.get(route.visitor), "locations": locations})
        });
        Value::Array(routes.collect())
    }
}

/// The files count in thousandths; what lies beyond is the adding up.
fn rounded(time: f64) -> f64 {
    (time * 1e6).round() / 1e6
}

fn table(value: &Value) -> Result<Vec<f64>, Unreadable> {
    let rows = list(value, "distances")?;
    few_enough(rows.len(), "places in “distances”")?;
    let mut travel = Vec::with_capacity(rows.len() * rows.len());
    for (i, row) in rows.iter().enumerate() {
        let row: Option<Vec<f64>> = row.as_array().and_then(|r| r.iter().map(Value::as_f64).collect());
        let row = row.filter(|r| r.len() == rows.len() && r.iter().all(|d| *d >= 0.0));
        let row = row.ok_or_else(|| {
            Unreadable::file(format!("“distances”: row {} does not hold {} numbers from 0", i + 1, rows.len()))
        })?;
        travel.extend(row);
    }
    Ok(travel)
}

fn offices(value: &Value) -> Result<Vec<(&str, usize)>, Unreadable> {
    let key = if value.get("central_offices").is_some() { "central_offices" } else { "departing_points" };
    let offices = list(value, key)?;
    if offices.is_empty() {
        return Err(Unreadable::file(format!("“{key}” is empty")));
    }
    offices.iter().enumerate().map(|(i, o)| Ok((text(o, "id", "an office")?, place(o, i)))).collect()
}

/// How long services last where a patient does not say.
fn durations(value: &Value) -> Result<Map<String, Value>, Unreadable> {
    let services = value.get("services").and_then(Value::as_array).into_iter().flatten();
    services
        .map(|s| {
            Ok((text(s, "id", "a service")?.to_owned(), s.get("default_duration").cloned().unwrap_or(Value::Null)))
        })
        .collect()
}
