//! Who lives where, for lists that begin with the places in which somebody works: a district of a million is never read to show
//! the twenty of one neighbourhood. Each is for whoever has asked the policy about these places.

use super::{ids, token};
use crate::Result;
use crate::app::marks;
use crate::model::person::query_tokens;
use kernel::ids::{AreaId, PersonId};
use store::{Cx, Value, params};

/// A piece of a query, as another crate puts it into its own: everybody in care who lives there, as columns `id` and `area_id`.
/// `$1` is the district.
#[derive(Debug, Clone, PartialEq)]
pub struct Living {
    pub sql: String,
    /// From `$first` on.
    pub values: Vec<Value>,
}

/// Everybody in care in these areas (none: in the district). A home is one area, the innermost.
pub fn living(areas: Option<&[AreaId]>, first: usize) -> Living {
    let Living { sql, values } = lived(areas, first);
    Living { sql: format!("{sql} AND ended_at IS NULL"), values }
}

/// The same with those whose care is over: for figures of a time in which it was not.
pub fn lived(areas: Option<&[AreaId]>, first: usize) -> Living {
    let mut sql = "SELECT id, area_id FROM person WHERE district_id = $1".to_owned();
    let mut values = Vec::new();
    if let Some(areas) = areas {
        let among = if areas.is_empty() { "NULL".to_owned() } else { marks(first, areas.len()) };
        sql.push_str(&format!(" AND area_id IN ({among})"));
        values.extend(ids(areas.iter().copied()));
    }
    Living { sql, values }
}

/// The areas in which anybody in care has a home: one step of the index for each.
pub fn homes(cx: &mut Cx<'_>) -> Result<Vec<AreaId>> {
    let next = |after: &str| {
        format!(
            "(SELECT q.area_id FROM person q WHERE q.district_id = $1 AND q.ended_at IS NULL{after} ORDER BY q.area_id LIMIT 1)"
        )
    };
    let sql = format!(
        "WITH RECURSIVE h(area_id) AS (SELECT {} UNION ALL SELECT {} FROM h WHERE h.area_id IS NOT NULL) \
         SELECT area_id FROM h WHERE area_id IS NOT NULL",
        next(""),
        next(" AND q.area_id > h.area_id")
    );
    Ok(cx
        .query(&sql, params![cx.district()])?
        .iter()
        .map(|r| r.id("area_id"))
        .collect::<std::result::Result<_, _>>()?)
}

/// How many live there; counted up to `most`.
pub fn count_living(cx: &mut Cx<'_>, areas: Option<&[AreaId]>, most: usize) -> Result<usize> {
    let living = living(areas, 2);
    let sql = format!("SELECT COUNT(*) AS n FROM ({} LIMIT {most}) q", living.sql);
    let values = [params![cx.district()].to_vec(), living.values].concat();
    Ok(usize::try_from(cx.query_one(&sql, &values)?.i64("n")?).unwrap_or(0))
}

/// Who lives there, so many at most.
pub fn ids_living(cx: &mut Cx<'_>, areas: Option<&[AreaId]>, most: usize) -> Result<Vec<PersonId>> {
    let living = living(areas, 2);
    let sql = format!("{} ORDER BY area_id, id LIMIT {most}", living.sql);
    let values = [params![cx.district()].to_vec(), living.values].concat();
    Ok(cx.query(&sql, &values)?.iter().map(|r| r.id("id")).collect::<std::result::Result<_, _>>()?)
}

/// Of those who live there whose whole name, surname or full pinyin this is, so many at most. Found by keyed hashes: nobody's name
/// is read. The caller spends the look-up.
pub fn named_living(cx: &mut Cx<'_>, typed: &str, areas: Option<&[AreaId]>, most: usize) -> Result<Vec<PersonId>> {
    let tokens: Vec<Value> = query_tokens(typed).iter().map(|t| Value::Int(token(cx, t))).collect();
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let living = living(areas, 2 + tokens.len());
    let sql = format!(
        "SELECT DISTINCT t.person_id AS id FROM person_token t CROSS JOIN ({}) q WHERE t.district_id = $1 AND t.token IN ({}) \
         AND q.id = t.person_id LIMIT {most}",
        living.sql,
        marks(2, tokens.len())
    );
    let values = [params![cx.district()].to_vec(), tokens, living.values].concat();
    Ok(cx.query(&sql, &values)?.iter().map(|r| r.id("id")).collect::<std::result::Result<_, _>>()?)
}
