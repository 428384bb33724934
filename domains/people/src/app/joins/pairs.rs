//! Who of those that are here already look like two records of one person, by the same comparison as a file that is brought in; and
//! those of whom somebody said that they are two.

use super::{Pair, Places, may, told};
use crate::Result;
use crate::app::marks;
use crate::app::persons::{agreement, joined_with, unseal};
use crate::model::person::{Contact, Identity, name_tokens};
use kernel::ids::PersonId;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};
use store::{Cx, KeyClass, Row, Value, params};
use uuid::Uuid;

/// Values of one statement.
const AT_ONCE: usize = 400;
/// Records of one name that are compared with each other.
const SAME_NAME: usize = 40;

/// Two that look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The older record first.
    pub one: PersonId,
    pub other: PersonId,
    /// As of a file: `id_number`, `phone`, `address`, `birth_year`.
    pub agree: Vec<&'static str>,
}

/// Of these people, for whoever has asked the policy about each of them: two of one name who agree in one more field, and whom nothing
/// tells apart. Those who agree in most come first.
///
/// # Errors
/// The database.
pub fn alike_here(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<Vec<Alike>> {
    let mut by_name: BTreeMap<String, Vec<(PersonId, Identity)>> = BTreeMap::new();
    let mut all = people.to_vec();
    all.sort();
    for chunk in all.chunks(AT_ONCE) {
        for (id, identity) in part::<Identity>(cx, chunk, "identity", KeyClass::Identity)? {
            if let Some(name) = name_tokens(&identity.name).into_iter().next() {
                by_name.entry(name).or_default().push((id, identity));
            }
        }
    }
    by_name.retain(|_, same| same.len() > 1);
    let doubled: Vec<PersonId> = by_name.values().flatten().map(|(id, _)| *id).collect();
    let mut contacts: HashMap<PersonId, Contact> = HashMap::new();
    for chunk in doubled.chunks(AT_ONCE) {
        contacts.extend(part::<Contact>(cx, chunk, "contact", KeyClass::Contact)?);
    }
    let apart = all_apart(cx)?;
    let none = Contact::default();
    let mut found = Vec::new();
    for same in by_name.values_mut() {
        same.sort_by_key(|(id, _)| *id);
        same.truncate(SAME_NAME);
        for (at, (one, identity)) in same.iter().enumerate() {
            for (other, of_other) in same.iter().skip(at + 1) {
                let reached = |id| contacts.get(id).unwrap_or(&none);
                let agree = agreement((identity, reached(one)), (of_other, reached(other)));
                if let Some(agree) = agree.filter(|_| !apart.contains(&ordered(*one, *other))) {
                    found.push(Alike { one: *one, other: *other, agree });
                }
            }
        }
    }
    found.sort_by_key(|pair| (std::cmp::Reverse(pair.agree.len()), pair.one, pair.other));
    Ok(found)
}

/// In what these two agree besides the name; none: something tells them apart, or nothing agrees. For whoever has asked the policy.
pub fn agreeing(cx: &mut Cx<'_>, pair: Pair) -> Result<Option<Vec<&'static str>>> {
    let (one, other) = (told(cx, pair.kept)?, told(cx, pair.away)?);
    Ok(agreement((&one.0, &one.1), (&other.0, &other.1)))
}

fn part<T: DeserializeOwned>(
    cx: &mut Cx<'_>,
    people: &[PersonId],
    column: &str,
    class: KeyClass,
) -> Result<Vec<(PersonId, T)>> {
    let subjects: Vec<Uuid> = people.iter().map(|p| p.0).collect();
    cx.load_subject_keys(class, &subjects)?;
    let sql = format!(
        "SELECT id, {column} FROM person WHERE district_id = $1 AND ended_at IS NULL AND id IN ({})",
        marks(2, people.len())
    );
    let mut values = params![cx.district()].to_vec();
    values.extend(people.iter().copied().map(Value::from));
    let mut out = Vec::with_capacity(people.len());
    for row in &cx.query(&sql, &values)? {
        let id: PersonId = row.id("id")?;
        let Some(sealed) = row.opt_blob(column)? else { continue };
        match unseal(cx, class, id.0, &sealed) {
            Ok(value) => out.push((id, value)),
            Err(crate::Error::Store(store::Error::Erased)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(out)
}

fn ordered(one: PersonId, other: PersonId) -> (PersonId, PersonId) {
    if one <= other { (one, other) } else { (other, one) }
}

/// Of whom somebody said that they are two; under the id of the record that stands for each by now.
fn all_apart(cx: &mut Cx<'_>) -> Result<HashSet<(PersonId, PersonId)>> {
    let sql = "SELECT COALESCE(p.joined_into, a.one_id) AS one, COALESCE(q.joined_into, a.other_id) AS other \
               FROM person_apart a LEFT JOIN person p ON p.id = a.one_id LEFT JOIN person q ON q.id = a.other_id \
               WHERE a.district_id = $1";
    let pair = |row: &Row| Ok::<_, store::Error>(ordered(row.id("one")?, row.id("other")?));
    Ok(cx.query(sql, params![cx.district()])?.iter().map(pair).collect::<std::result::Result<_, _>>()?)
}

/// They are two people: nobody is asked about them again, here or by a file. Once more changes nothing.
///
/// # Errors
/// When both are not where whoever asks works.
pub fn apart(cx: &mut Cx<'_>, places: Places, one: PersonId, other: PersonId) -> Result<()> {
    may(cx, places)?;
    let (one, other) = ordered(one, other);
    if one == other {
        return Err(crate::Error::Invalid { field: "kept", why: "unknown" });
    }
    let sql = "INSERT INTO person_apart (one_id, other_id, district_id, at, by_account) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (one_id, other_id) DO NOTHING";
    if cx.execute(sql, params![one, other, cx.district(), cx.now, cx.actor.account_id()])? > 0 {
        cx.record("person.told_apart", "person", one.0, &json!({ "other": other }))?;
    }
    Ok(())
}

/// It was a mistake: they may be asked about again.
///
/// # Errors
/// When both are not where whoever asks works.
pub fn told_apart(cx: &mut Cx<'_>, places: Places, one: PersonId, other: PersonId) -> Result<()> {
    may(cx, places)?;
    let (one, other) = ordered(one, other);
    let sql = "DELETE FROM person_apart WHERE one_id = $1 AND other_id = $2 AND district_id = $3";
    if cx.execute(sql, params![one, other, cx.district()])? > 0 {
        cx.record("person.apart_taken_back", "person", one.0, &json!({ "other": other }))?;
    }
    Ok(())
}

/// Did somebody say that these two are two?
pub fn are_apart(cx: &mut Cx<'_>, one: PersonId, other: PersonId) -> Result<bool> {
    let (ones, others) = (joined_with(cx, one)?, joined_with(cx, other)?);
    let sql = "SELECT 1 AS yes FROM person_apart WHERE one_id = $1 AND other_id = $2 AND district_id = $3";
    for (a, b) in ones.iter().flat_map(|a| others.iter().map(move |b| ordered(*a, *b))) {
        if cx.query_opt(sql, params![a, b, cx.district()])?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
