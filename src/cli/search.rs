//! The search for namespaces in the locations of a project: in a named location, or in the target,
//! and for namespaces that were never shipped in the source.

use std::collections::{BTreeMap, BTreeSet};

use planout::catalog::{self, Dialects, Loaded};
use planout::source::MAX_SOURCE_BYTES;
use planout::store::{self, Item, Source, Store, StoreError};

use super::failure::{Failure, Outcome};
use super::folders::Folders;
use super::git::Past;
use super::location::{Place, Places, Role};
use super::origin::{Origin, Standing};
use super::past::{self, Opened};
use super::revision::Shipped;
use super::{Context, DialectArg};

/// A search for namespaces.
pub(super) struct Search<'a> {
    pub(super) places: Places,
    /// The folders of a directory that are read.
    pub(super) folders: Folders,
    pub(super) dialects: Dialects,
    /// The first location, if it is a revision of git.
    past: Option<Past>,
    pub(super) context: &'a Context<'a>,
}

/// The result of a search.
pub(super) struct Found {
    pub(super) loaded: Vec<Loaded>,
    /// Its origin.
    pub(super) origin: Origin,
    /// The names of all namespaces there, wanted or not.
    pub(super) names: BTreeSet<String>,
}

/// A location with the names of its namespaces.
struct Shelf {
    place: Place,
    store: Shelved,
    items: Vec<Item>,
}

/// The namespaces of a location.
enum Shelved {
    Store(Box<dyn Store>),
    Past(Past),
}

impl Shelved {
    fn source(&self) -> &dyn Source {
        match self {
            Shelved::Store(store) => &**store,
            Shelved::Past(past) => past,
        }
    }

    fn shipped(&self) -> Shipped {
        match self {
            Shelved::Store(store) => Shipped::of(&**store),
            // Nothing is shipped to a revision.
            Shelved::Past(_) => Shipped::Unknown,
        }
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(
        places: Places,
        folders: Folders,
        dialect: DialectArg,
        context: &'a Context<'a>,
    ) -> Outcome<Search<'a>> {
        let location = &places.first.location;
        Ok(match past::open(location, dialect, folders, context)? {
            Some(Opened { past, dialects }) => {
                Search { places, folders, dialects, past: Some(past), context }
            }
            None => {
                let dialects = context.dialects(dialect);
                Search { places, folders, dialects, past: None, context }
            }
        })
    }

    /// Finds namespaces by their names, in the order of the names.
    pub(super) fn named(&self, names: &[&str]) -> Outcome<Found> {
        let first = self.open(&self.places.first)?;
        self.tell_left_out(&self.places.first)?;
        let items = unless_absent(first.source().list(), self.places.falls_back);
        let items = items.map_err(|error| self.unreadable(error))?;
        let place = self.places.first.clone();
        let first = Shelf { place, store: first, items };
        let mut origin = Origin::new(&self.places, first.store.shipped(), self.context);
        origin.is_empty = first.items.is_empty();
        let source = match self.places.source().map(|place| self.shelf(place)).transpose() {
            Ok(source) => source,
            Err(failure) => {
                origin.problem = failure.message();
                None
            }
        };
        let (mut loaded, mut is_told) = (Vec::new(), false);
        for name in names {
            if let Some(found) = self.find(&first, name)? {
                let standing = source.as_ref().map(|source| self.standing(source, &found));
                origin.found(&found, standing);
                loaded.push(found);
                continue;
            }
            let source = source.as_ref();
            if let (true, Some(source), false) = (self.places.falls_back, source, is_told) {
                is_told = true;
                self.tell_left_out(&source.place)?;
            }
            match source.filter(|_| self.places.falls_back).map(|place| self.find(place, name)) {
                Some(Ok(Some(found))) => {
                    origin.only_in_source(name, Standing::Unshipped);
                    loaded.push(found);
                }
                Some(Err(failure)) => return Err(failure),
                Some(Ok(None)) | None => {
                    if origin.problem.is_some() {
                        origin.tell(self.context);
                    }
                    return Err(self.unknown(name, &first, source));
                }
            }
        }
        let shelves = [Some(&first), source.as_ref()];
        let names = shelves.into_iter().flatten().flat_map(|shelf| shelf.names());
        let names = names.map(str::to_owned).collect();
        Ok(Found { loaded, origin, names })
    }

    /// Finds all namespaces with wanted names, in the order of their names.
    pub(super) fn all(&self, wanted: &dyn Fn(&str) -> bool) -> Outcome<Found> {
        let store = self.open(&self.places.first)?;
        self.tell_left_out(&self.places.first)?;
        let read =
            unless_absent(catalog::read(store.source(), self.dialects), self.places.falls_back);
        let mut loaded = read.map_err(|error| self.unreadable(error))?;
        let mut origin = Origin::new(&self.places, store.shipped(), self.context);
        origin.is_empty = loaded.is_empty();
        let mut names: BTreeSet<String> = loaded.iter().map(|loaded| loaded.name.clone()).collect();
        loaded.retain(|loaded| wanted(&loaded.name));
        self.settle(&mut loaded);

        let drafts = self.places.source().map(|place| self.drafts(place, wanted, &mut names));
        let mut drafts = match drafts {
            None => {
                loaded.iter().for_each(|loaded| origin.found(loaded, None));
                return Ok(Found { loaded, origin, names });
            }
            Some(Ok(drafts)) => drafts,
            // If the target has no namespaces, only the source can answer.
            Some(Err(failure)) if origin.is_empty && self.places.falls_back => return Err(failure),
            Some(Err(failure)) => {
                loaded.iter().for_each(|loaded| origin.found(loaded, None));
                origin.problem = failure.message();
                return Ok(Found { loaded, origin, names });
            }
        };
        for shipped in &loaded {
            let drafts = drafts.remove(&shipped.name).unwrap_or_default();
            origin.found(shipped, Some(standing(shipped, &drafts)));
        }
        if !self.places.falls_back {
            return Ok(Found { loaded, origin, names });
        }
        for (name, drafts) in drafts {
            let is_valid = drafts.len() == 1 && drafts.iter().all(|draft| draft.document.is_some());
            if is_valid || origin.is_empty {
                origin.only_in_source(&name, Standing::Unshipped);
                loaded.extend(drafts);
            } else {
                origin.only_in_source(&name, Standing::LeftOut);
            }
        }
        loaded.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Found { loaded, origin, names })
    }

    /// The wanted namespaces of the source, by name.
    fn drafts(
        &self,
        place: &Place,
        wanted: &dyn Fn(&str) -> bool,
        names: &mut BTreeSet<String>,
    ) -> Outcome<BTreeMap<String, Vec<Loaded>>> {
        let store = self.open(place)?;
        if self.places.falls_back {
            self.tell_left_out(place)?;
        }
        let mut items = store.source().snapshot(MAX_SOURCE_BYTES + 1)?;
        // A location that is only compared gives no answer.
        if self.places.falls_back {
            names.extend(items.iter().map(|(item, _)| item.name.clone()));
        }
        items.retain(|(item, _)| wanted(&item.name));
        let mut loaded = catalog::check(items, self.dialects);
        self.settle(&mut loaded);
        let mut drafts: BTreeMap<String, Vec<Loaded>> = BTreeMap::new();
        for loaded in loaded {
            drafts.entry(loaded.name.clone()).or_default().push(loaded);
        }
        Ok(drafts)
    }

    fn open(&self, place: &Place) -> Outcome<Shelved> {
        if let Some(past) = self.past.as_ref().filter(|_| past::is_past(&place.location)) {
            return Ok(Shelved::Past(past.clone()));
        }
        place.tell(self.context);
        let folders = self.folders.read(self.context.config.recursive);
        Ok(Shelved::Store(store::open_with(&place.location, folders)?))
    }

    /// Notes which folders of a location are left out.
    fn tell_left_out(&self, place: &Place) -> Outcome {
        if past::is_past(&place.location) {
            return Ok(());
        }
        self.folders.open(&place.location, self.context).map(drop)
    }

    fn shelf(&self, place: &Place) -> Outcome<Shelf> {
        let store = self.open(place)?;
        let items = store.source().list()?;
        Ok(Shelf { place: place.clone(), store, items })
    }

    /// Gives problems their configured levels.
    fn settle(&self, loaded: &mut [Loaded]) {
        let levels = &self.context.config.checks.levels;
        loaded.iter_mut().for_each(|loaded| loaded.apply(levels));
    }

    /// The only namespace with a name, if there is one.
    fn find(&self, shelf: &Shelf, name: &str) -> Outcome<Option<Loaded>> {
        let found: Vec<_> = shelf.items.iter().filter(|item| item.name == name).collect();
        match found.as_slice() {
            [item] => match shelf.store.source().read(item, MAX_SOURCE_BYTES + 1) {
                // The namespace was removed after it was listed.
                Err(error) if error.is_absent() => Ok(None),
                read => {
                    let (label, format) = (&item.label, item.format);
                    let loaded = Loaded::new(label, Some(name), read?, format, self.dialects);
                    let mut loaded = [loaded];
                    self.settle(&mut loaded);
                    Ok(loaded.into_iter().next())
                }
            },
            [] => Ok(None),
            [first, second, ..] => {
                let message =
                    format!("namespace `{name}` is in `{}` and `{}`", first.label, second.label);
                Err(Failure::wrong(message).help("rename one of them"))
            }
        }
    }

    fn standing(&self, source: &Shelf, shipped: &Loaded) -> Standing {
        match self.find(source, &shipped.name) {
            Ok(draft) => standing(shipped, draft.as_slice()),
            Err(_) => Standing::Invalid,
        }
    }

    /// The failure for a name that none of the locations has.
    fn unknown(&self, name: &str, first: &Shelf, source: Option<&Shelf>) -> Failure {
        let source = source.filter(|_| self.places.falls_back);
        let names = first.names().chain(source.into_iter().flat_map(Shelf::names));
        let names: BTreeSet<&str> = names.filter(|known| *known != name).collect();
        let unknown = Failure::unknown("namespace", name, names);
        let place = match source {
            None => format!("`{}`", first.place.shown()),
            Some(source) => format!("`{}` and `{}`", first.place.shown(), source.place.shown()),
        };
        let failure = unknown.reworded(format!("unknown namespace `{name}` in {place}"));
        match self.elsewhere(&|known| known == name) {
            Some((other, word)) => failure.help(format!("{other} has it: add `--from {word}`")),
            None => failure,
        }
    }

    /// The location that was not read and the word for it, if it has the wanted namespaces, as far as
    /// it can be read.
    pub(super) fn elsewhere(&self, wanted: &dyn Fn(&str) -> bool) -> Option<(&Place, &str)> {
        let other = self.places.other.as_ref().filter(|_| !self.places.falls_back)?;
        let is_there = self.shelf(other).is_ok_and(|shelf| shelf.names().any(wanted));
        let word = if other.role == Role::Source { "@source" } else { "@target" };
        is_there.then_some((other, word))
    }

    /// The failure for a first location that cannot be read, with advice.
    fn unreadable(&self, error: StoreError) -> Failure {
        let is_absent = error.is_absent();
        let failure = Failure::from(error);
        match (&self.places.other, self.places.first.role) {
            _ if failure.advice().is_some() => failure,
            (Some(other), _) => {
                let word = if other.role == Role::Source { "@source" } else { "@target" };
                failure.help(format!("use {other} in its place: it is called `{word}`"))
            }
            (None, Role::Target) if is_absent => failure
                .help("set `source` in `planout.toml`: the source answers before the first ship"),
            _ => failure,
        }
    }
}

impl Shelf {
    fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.items.iter().map(|item| item.name.as_str())
    }
}

/// The content of a location that may not exist yet.
fn unless_absent<T>(
    read: Result<Vec<T>, StoreError>,
    may_be_absent: bool,
) -> Result<Vec<T>, StoreError> {
    match read {
        Err(error) if may_be_absent && error.is_absent() => Ok(Vec::new()),
        read => read,
    }
}

/// The relation of the source to a shipped namespace.
fn standing(shipped: &Loaded, drafts: &[Loaded]) -> Standing {
    match (drafts, &shipped.document) {
        ([], _) => Standing::Absent,
        ([draft], Some(shipped)) => match &draft.document {
            Some(draft) if shipped.says_the_same(draft) => Standing::Same,
            Some(_) => Standing::Differs,
            None => Standing::Invalid,
        },
        ([draft], None) if draft.document.is_some() => Standing::Differs,
        _ => Standing::Invalid,
    }
}
