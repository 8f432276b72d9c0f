//! A comparison of a folder with a commit.
//!
//! `git status` would find the differences, too, but it runs programs that filters, monitors and
//! submodules name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use planout::source::MAX_SOURCE_BYTES;
use planout::store::{FileFormat, Folders, files, read_found};

use super::{Entry, Kind, Revision};
use crate::cli::failure::Outcome;

/// The kinds of entries in a commit that can stand for a file of the folder.
enum Place {
    File(PathBuf),
    /// A link with its target path. The commit does not cover the target itself.
    Link(Vec<u8>),
    Submodule(PathBuf),
}

impl Revision {
    /// Whether the namespaces and scripts in the path differ from those of the revision. The kind of
    /// line breaks makes no difference: git may have changed it.
    pub(in crate::cli) fn is_changed(&self, path: &Path) -> Outcome<bool> {
        let mut then: BTreeMap<String, Entry> = self
            .entries()?
            .into_iter()
            .map(|entry| (self.inside(&entry.path).to_owned(), entry))
            .collect();
        let (mut ids, mut now) = (Vec::new(), Vec::new());
        for (name, place) in places(path, &then)? {
            match (place, then.remove(&name)) {
                (Place::Submodule(folder), Some(entry)) => {
                    let there = Revision::find("HEAD", &folder)?;
                    if there.commit != entry.id || there.is_changed(&folder)? {
                        return Ok(true);
                    }
                }
                (Place::Link(target), Some(Entry { kind: Kind::Link, id, .. })) => {
                    ids.push(id);
                    now.push(target);
                }
                (Place::File(file), Some(Entry { kind: Kind::File, id, .. })) => {
                    ids.push(id);
                    now.push(read_found(&file, MAX_SOURCE_BYTES + 1)?);
                }
                _ => return Ok(true),
            }
        }
        let is_gone = |entry: &Entry| entry.kind != Kind::Submodule && is_read(entry.path.as_ref());
        if then.values().any(is_gone) {
            return Ok(true);
        }
        let then = self.contents(&ids)?;
        Ok(!then.iter().zip(&now).all(|(then, now)| is_same(then, now)))
    }
}

/// Whether a file is one that planout reads in a folder.
fn is_read(path: &Path) -> bool {
    FileFormat::of(path).is_some() || path.extension().is_some_and(|ending| ending == "planout")
}

/// The paths in the commit of the namespaces and scripts of a path, by their names relative to it.
fn places(path: &Path, then: &BTreeMap<String, Entry>) -> Outcome<BTreeMap<String, Place>> {
    let mut places = BTreeMap::new();
    let found = if path.is_dir() { files(path, Folders::All)? } else { vec![path.to_owned()] };
    for file in found.into_iter().filter(|file| is_read(file)) {
        let (mut name, mut place) = (String::new(), path.to_owned());
        let mut kind = None;
        for part in file.strip_prefix(path).unwrap_or(&file) {
            let slash = if name.is_empty() { "" } else { "/" };
            name = format!("{name}{slash}{}", part.to_string_lossy());
            place.push(part);
            let is_submodule =
                || then.get(&name).is_some_and(|entry| entry.kind == Kind::Submodule);
            if let Ok(target) = std::fs::read_link(&place) {
                kind = Some(Place::Link(target.to_string_lossy().into_owned().into_bytes()));
            } else if is_submodule() {
                kind = Some(Place::Submodule(place.clone()));
            }
            if kind.is_some() {
                break;
            }
        }
        places.insert(name, kind.unwrap_or(Place::File(file)));
    }
    Ok(places)
}

/// Whether two texts differ at most in the kind of their line breaks.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let lines =
        |text: &[u8]| -> Vec<u8> { text.iter().copied().filter(|byte| *byte != b'\r').collect() };
    a == b || lines(a) == lines(b)
}
