//! What goes into and comes out of SQL, the same on both databases.

use crate::Error;
use kernel::Moment;
use std::sync::Arc;
use uuid::Uuid;

/// A parameter or a column value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Real(f64),
    Bool(bool),
    Text(String),
    Blob(Vec<u8>),
    Uuid(Uuid),
}

macro_rules! value_from {
    ($($from:ty => |$v:ident| $make:expr),+ $(,)?) => {$(
        impl From<$from> for Value { fn from($v: $from) -> Self { $make } }
    )+};
}
value_from! {
    i64 => |v| Self::Int(v),
    i32 => |v| Self::Int(v.into()),
    u32 => |v| Self::Int(v.into()),
    usize => |v| Self::Int(i64::try_from(v).unwrap_or(i64::MAX)),
    f64 => |v| Self::Real(v),
    bool => |v| Self::Bool(v),
    &str => |v| Self::Text(v.to_owned()),
    &String => |v| Self::Text(v.clone()),
    String => |v| Self::Text(v),
    Vec<u8> => |v| Self::Blob(v),
    &[u8] => |v| Self::Blob(v.to_vec()),
    [u8; 32] => |v| Self::Blob(v.to_vec()),
    Uuid => |v| Self::Uuid(v),
    Moment => |v| Self::Int(v.micros()),
}
macro_rules! value_from_ids {
    ($($id:ident),+) => {$( impl From<kernel::ids::$id> for Value { fn from(v: kernel::ids::$id) -> Self { Self::Uuid(v.0) } } )+};
}
value_from_ids!(
    DistrictId,
    AccountId,
    OrgId,
    SeatId,
    AreaId,
    PostId,
    MatterId,
    RaiserId,
    AttachmentId,
    PersonId,
    WindowId,
    DemandId,
    DataRequestId,
    CaseId,
    CardId,
    ThreadId,
    ContactId,
    LocatorId
);

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}

/// `params![a, b]` → `[Value; 2]`, each through `Value::from`.
#[macro_export]
macro_rules! params {
    ($($v:expr),* $(,)?) => { &[$($crate::Value::from($v)),*] as &[$crate::Value] };
}

/// One row of an answer. Columns are read by name; a wrong name or type is an [`Error::Column`].
#[derive(Debug, Clone)]
pub struct Row {
    pub(crate) names: Arc<[String]>,
    pub(crate) values: Vec<Value>,
}

macro_rules! getters {
    ($($get:ident / $opt:ident -> $ty:ty { $($pat:pat $(if $guard:expr)? => $out:expr),+ $(,)? })+) => {$(
        pub fn $get(&self, column: &str) -> Result<$ty, Error> {
            self.$opt(column)?.ok_or_else(|| Error::Column(format!("{column} is null")))
        }
        pub fn $opt(&self, column: &str) -> Result<Option<$ty>, Error> {
            match self.value(column)? {
                Value::Null => Ok(None),
                $($pat $(if $guard)? => Ok(Some($out)),)+
                other => Err(Error::Column(format!("{column} is not {}: {}", stringify!($ty), other.kind()))),
            }
        }
    )+};
}

impl Row {
    fn value(&self, column: &str) -> Result<&Value, Error> {
        self.names
            .iter()
            .position(|n| n == column)
            .and_then(|i| self.values.get(i))
            .ok_or_else(|| Error::Column(format!("no column {column}")))
    }
    getters! {
        i64 / opt_i64 -> i64 { Value::Int(v) => *v, Value::Bool(v) => i64::from(*v) }
        f64 / opt_f64 -> f64 { Value::Real(v) => *v, Value::Int(v) => *v as f64 }
        bool / opt_bool -> bool { Value::Bool(v) => *v, Value::Int(v) => *v != 0 }
        text / opt_text -> String { Value::Text(v) => v.clone() }
        blob / opt_blob -> Vec<u8> { Value::Blob(v) => v.clone() }
        uuid / opt_uuid -> Uuid {
            Value::Uuid(v) => *v,
            Value::Blob(v) if v.len() == 16 => Uuid::from_slice(v).unwrap_or_default(),
        }
        moment / opt_moment -> Moment { Value::Int(v) => Moment::from_micros(*v) }
    }
    /// Every column with its value, in the order of the answer.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(String::as_str).zip(&self.values)
    }
    /// A typed id: `row.id::<MatterId>("id")?`.
    pub fn id<T: From<Uuid>>(&self, column: &str) -> Result<T, Error> {
        self.uuid(column).map(T::from)
    }
    pub fn opt_id<T: From<Uuid>>(&self, column: &str) -> Result<Option<T>, Error> {
        Ok(self.opt_uuid(column)?.map(T::from))
    }
}

impl Value {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "an integer",
            Self::Real(_) => "a number",
            Self::Bool(_) => "a boolean",
            Self::Text(_) => "text",
            Self::Blob(_) => "bytes",
            Self::Uuid(_) => "a uuid",
        }
    }
}
