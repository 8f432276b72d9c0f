//! Conversions of values from and to other programs: serde, and the JSON of `serde_json`.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};

use super::{Map, Value};
use crate::tree::MAX_DEPTH;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(bool) => serializer.serialize_bool(*bool),
            Value::Int(int) => serializer.serialize_i64(*int),
            Value::Wide(int) => serializer.serialize_i128(**int),
            // Formats treat these numbers differently, and most of them silently.
            Value::Float(float) if !float.is_finite() => {
                Err(S::Error::custom(format!("{float} cannot be written as JSON")))
            }
            Value::Float(float) => serializer.serialize_f64(*float),
            Value::String(text) => serializer.serialize_str(text),
            Value::List(list) => serializer.collect_seq(list),
            Value::Map(map) => serializer.collect_map(map.iter()),
        }
    }
}

/// Whole numbers stay whole and floats stay floats, since their text is hashed. A key that is given
/// twice is an error, and so is a value that nests deeper than 200 levels.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        Within(MAX_DEPTH).deserialize(deserializer)
    }
}

/// A value with at most this number of levels of lists and maps.
#[derive(Clone, Copy)]
struct Within(usize);

impl Within {
    /// The values that may be inside a list or a map.
    fn inner<E: Error>(self) -> Result<Within, E> {
        let too_deep = || E::custom(format!("lists and maps nest deeper than {MAX_DEPTH} levels"));
        self.0.checked_sub(1).map(Within).ok_or_else(too_deep)
    }
}

impl<'de> DeserializeSeed<'de> for Within {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Within {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, a number, a string, a list or a map")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, bool: bool) -> Result<Value, E> {
        Ok(Value::Bool(bool))
    }

    fn visit_i64<E: Error>(self, int: i64) -> Result<Value, E> {
        Ok(Value::Int(int))
    }

    fn visit_u64<E: Error>(self, int: u64) -> Result<Value, E> {
        Ok(whole(int.into()))
    }

    fn visit_i128<E: Error>(self, int: i128) -> Result<Value, E> {
        Ok(whole(int))
    }

    fn visit_u128<E: Error>(self, int: u128) -> Result<Value, E> {
        let int = int.try_into();
        int.map(whole).map_err(|_| E::custom("an integer of more than 127 bits"))
    }

    fn visit_f64<E: Error>(self, float: f64) -> Result<Value, E> {
        Ok(Value::Float(float))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(value) = parts.next_element_seed(inner)? {
            list.push(value);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut parts: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut map = Map::new();
        while let Some(key) = parts.next_key::<String>()? {
            let value = parts.next_value_seed(inner)?;
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("key `{key}` is given twice")));
            }
            map.insert(key, value);
        }
        Ok(Value::from(map))
    }
}

/// A whole number, in the smallest type that holds it.
fn whole(int: i128) -> Value {
    i64::try_from(int).map_or_else(|_| Value::Wide(Box::new(int)), Value::Int)
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(bool) => Value::Bool(bool),
            serde_json::Value::Number(number) => match number.as_i128() {
                Some(int) => whole(int),
                None => Value::Float(number.as_f64().unwrap_or(f64::INFINITY)),
            },
            serde_json::Value::String(text) => Value::String(text),
            serde_json::Value::Array(list) => {
                Value::List(list.into_iter().map(Value::from).collect())
            }
            serde_json::Value::Object(map) => {
                let entries = map.into_iter().map(|(key, value)| (key, value.into()));
                Value::from(entries.collect::<Map>())
            }
        }
    }
}
