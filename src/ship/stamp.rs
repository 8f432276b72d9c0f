//! The stamp that a ship leaves beside the namespaces, and never inside them.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::store::Contents;
use crate::time::rfc3339;

/// The time, the program and the origin of the last change of a store, and the content of the store
/// since then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stamp {
    /// The time in UTC, to the second: `2026-01-31T12:00:00Z`.
    pub shipped_at: String,
    /// The version of planout that shipped.
    pub planout: String,
    /// The revision of the source, if it was in a git repository.
    pub source: Option<Revision>,
    /// All namespaces of the store by name.
    pub namespaces: BTreeMap<String, Fingerprint>,
}

/// A text that is not a stamp.
#[derive(Debug, thiserror::Error)]
#[error("not a stamp of planout")]
pub struct StampError(#[source] serde_json::Error);

/// The git revision of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The commit, in hexadecimal digits.
    pub commit: String,
    /// Whether the source had changes that were not committed.
    pub dirty: bool,
}

/// The identity of a namespace's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The SHA-1 of its bytes in hexadecimal digits, as `sha1sum` prints it.
    pub sha1: String,
}

/// The origin of a ship: the part of a stamp that is known before the ship.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The time of the ship.
    pub time: SystemTime,
    /// The revision of the source, if it is known.
    pub source: Option<Revision>,
}

impl Stamp {
    /// The stamp of a ship that leaves a store with these namespaces.
    pub fn new(origin: &Origin, contents: &Contents) -> Stamp {
        let namespaces =
            contents.iter().map(|(name, bytes)| (name.clone(), Fingerprint::of(bytes)));
        Stamp {
            shipped_at: rfc3339(origin.time),
            planout: env!("CARGO_PKG_VERSION").to_owned(),
            source: origin.source.clone(),
            namespaces: namespaces.collect(),
        }
    }

    /// The stamp as JSON.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }

    /// Reads a stamp. Unknown keys, which a later version may have added, are ignored.
    ///
    /// # Errors
    /// The text is not a stamp.
    pub fn from_json(json: &[u8]) -> Result<Stamp, StampError> {
        serde_json::from_slice(json).map_err(StampError)
    }
}

impl Fingerprint {
    /// The fingerprint of a namespace's bytes.
    pub fn of(bytes: &[u8]) -> Fingerprint {
        let digest = Sha1::digest(bytes);
        Fingerprint { sha1: digest.iter().map(|byte| format!("{byte:02x}")).collect() }
    }
}
