//! Locations in a form that can be compared, however they are written.

use std::path::{Component, Path, PathBuf};

use planout::store::{self, RedisUrl};

/// A location in a form that is different for each place: the real absolute path of a folder or a
/// file, or a URL with all its defaults and without secrets.
pub(super) fn canonical(location: &str) -> String {
    if !store::is_url(location) {
        return real_path(Path::new(location)).to_string_lossy().into_owned();
    }
    match location.parse::<RedisUrl>() {
        Ok(mut url) => {
            url.host = url.host.to_lowercase();
            url.to_string()
        }
        Err(_) => store::without_secrets(location).into_owned(),
    }
}

/// Whether a location is a folder, or is below it.
pub(super) fn lies_in(location: &str, folder: &str) -> bool {
    !store::is_url(location)
        && !store::is_url(folder)
        && real_path(Path::new(location)).starts_with(real_path(Path::new(folder)))
}

/// An absolute path without links and without `..`. For a path that does not exist yet, this is done
/// as far as possible.
fn real_path(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut real = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                real.pop();
            }
            other => {
                real.push(other);
                if let Ok(there) = real.canonicalize() {
                    real = there;
                }
            }
        }
    }
    real
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_is_written_in_one_way() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a");
        std::fs::create_dir(&path).expect("a folder");
        let at = |more: &str| canonical(&path.join(more).to_string_lossy());
        for same in [".", "./", "../a", "../a/.", "new/..", "new/../../a", "../a//"] {
            assert_eq!(at(same), at(""), "{same}");
        }
        assert_ne!(at(".."), at(""));
        assert_eq!(at("new/b/../c"), at("new/c"));
        assert!(lies_in(&path.join("new").to_string_lossy(), &path.to_string_lossy()));
        assert!(!lies_in(&path.join("../ab").to_string_lossy(), &path.to_string_lossy()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_where_it_leads() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("a")).expect("a folder");
        std::os::unix::fs::symlink("a", folder.path().join("b")).expect("a link");
        let at = |more: &str| canonical(&folder.path().join(more).to_string_lossy());
        assert_eq!(at("b"), at("a"));
        assert_eq!(at("b/new"), at("a/new"));
    }

    #[test]
    fn urls_say_all_that_is_usual_and_nothing_secret() {
        let usual = "redis://host:6379/0?key=planout4j";
        for same in [
            "redis://host",
            "redis://HOST/",
            "redis://user:pass@host:6379/0?timeout=3",
            "redis://:p%40ss@Host/0?key=planout4j",
        ] {
            assert_eq!(canonical(same), usual, "{same}");
        }
        for other in ["redis://host/1", "redis://host:1", "rediss://host", "redis://host?key=k"] {
            assert_ne!(canonical(other), usual, "{other}");
        }
        assert!(!canonical("redis://me:secret@:x").contains("secret"));
    }
}
