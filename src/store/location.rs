//! Locations: texts that say where namespaces are.

use std::borrow::Cow;

#[cfg(feature = "store")]
use super::{Directory, Folders, Store, StoreError};
use super::{RedisUrl, SCHEMES};

/// Opens a location: the path of a directory or a file, or a URL such as
/// `redis://localhost:6379/0?key=planout4j`. This neither reads nor connects yet. The folders below a
/// directory are not read: see [`open_with`].
///
/// # Errors
/// The location is a URL of an unknown kind, or a URL that is not valid.
#[cfg(feature = "store")]
pub fn open(location: &str) -> Result<Box<dyn Store>, StoreError> {
    open_with(location, Folders::One)
}

/// Opens a location as [`open`] does. `folders` says which folders of a directory are read.
///
/// # Errors
/// The location is a URL of an unknown kind, or a URL that is not valid.
#[cfg(feature = "store")]
pub fn open_with(location: &str, folders: Folders) -> Result<Box<dyn Store>, StoreError> {
    if is_url(location) {
        open_redis(location.parse()?)
    } else {
        Ok(Box::new(Directory::new(location).with_folders(folders)))
    }
}

#[cfg(feature = "redis")]
fn open_redis(url: RedisUrl) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(super::Redis::new(url)))
}

#[cfg(all(feature = "store", not(feature = "redis")))]
fn open_redis(_: RedisUrl) -> Result<Box<dyn Store>, StoreError> {
    Err(StoreError::MissingFeature { scheme: "redis", feature: "redis" })
}

/// Whether a location is a URL, or is clearly meant as one, rather than a path.
pub fn is_url(location: &str) -> bool {
    let is_known = |scheme: &str| SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme));
    let scheme = location.split_once(':').map(|(scheme, _)| scheme);
    location.contains("://") || scheme.is_some_and(is_known)
}

/// A location in a form that may be shown to everybody: a URL without user and password. Only the
/// scheme is left of a URL that is not valid, because its password can be anywhere.
pub fn without_secrets(location: &str) -> Cow<'_, str> {
    match location.split_once(':') {
        Some((scheme, _)) if is_url(location) => match location.parse::<RedisUrl>() {
            Ok(url) => Cow::Owned(url.to_string()),
            Err(_) => Cow::Owned(format!("{scheme}://...")),
        },
        _ => Cow::Borrowed(location),
    }
}
