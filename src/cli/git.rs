//! Namespaces as they were at a revision, read from the objects of a git repository. No work tree
//! is touched.

mod process;
mod worktree;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use planout::source::MAX_SOURCE_BYTES;
use planout::store::{Folders, Format, Item};

use super::failure::{Failure, Outcome};

/// A commit of the repository that some path lies in.
pub(super) struct Revision {
    /// As it was named.
    name: String,
    /// Its hash.
    commit: String,
    /// The folder that git is run in.
    folder: PathBuf,
    /// The path from the root of the repository on.
    path: String,
}

/// A namespace with its bytes.
type Content = (Item, Vec<u8>);

/// A thing that a commit has at a path.
struct Entry {
    kind: Kind,
    path: String,
    id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    /// A commit of another repository.
    Submodule,
}

impl Revision {
    /// Looks a revision up, in the repository of a path that is there.
    pub(super) fn find(name: &str, path: &Path) -> Outcome<Revision> {
        let is_no_revision = || {
            Failure::usage(format!("`{name}` is not a revision"))
                .help("name one as `--against git:main`")
        };
        // Git would take it for an option.
        if name.is_empty() || name.starts_with('-') {
            return Err(is_no_revision());
        }
        let (folder, file) = match path.is_dir() {
            true => (path, None),
            false => (path.parent().unwrap_or(Path::new("")), path.file_name()),
        };
        let folder = match folder.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => folder.to_owned(),
        };
        check_place(&folder)?;
        let commit = format!("{name}^{{commit}}");
        let commit =
            process::line(&folder, &["rev-parse", "--verify", "--end-of-options", &commit])
                .map_err(|failure| {
                    failure.help(format!("is `{name}` a revision of this clone?"))
                })?;
        // Of `^main` git says all that is not in it.
        if !commit.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(is_no_revision());
        }
        let prefix = process::line(&folder, &["rev-parse", "--show-prefix"])?;
        let file = file.map(|file| file.to_string_lossy()).unwrap_or_default();
        let path = prefix + &file;
        Ok(Revision { name: name.to_owned(), commit, folder, path })
    }

    /// The hash of the commit.
    pub(super) fn commit(&self) -> &str {
        &self.commit
    }

    /// The namespaces in the path, in the order of their names, and the folders below it that hold
    /// others. None if the path was not there.
    pub(super) fn namespaces(&self, folders: Folders) -> Outcome<(Vec<Content>, BTreeSet<String>)> {
        let (mut found, mut left_out) = (Vec::new(), BTreeSet::new());
        for entry in self.entries()? {
            let path = Path::new(&entry.path);
            let (Some(format), Some(name)) = (Format::of(path), path.file_stem()) else {
                continue;
            };
            if folders == Folders::One && self.inside(&entry.path).contains('/') {
                let folder = path.parent().unwrap_or(path).to_string_lossy();
                left_out.insert(format!("{}:{folder}", self.name));
                continue;
            }
            match entry.kind {
                Kind::Submodule => continue,
                Kind::Link => {
                    let message = format!("`{}` is a link at `{}`", entry.path, self.name);
                    return Err(Failure::broken(message)
                        .help("links are not followed in the past: compare with a folder"));
                }
                Kind::File => {}
            }
            let name = name.to_string_lossy().into_owned();
            let label = format!("{}:{}", self.name, entry.path);
            found.push((Item { name, label, format }, entry.id));
        }
        found.sort_by(|(a, _), (b, _)| (&a.name, &a.label).cmp(&(&b.name, &b.label)));
        let (items, ids): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        Ok((items.into_iter().zip(self.contents(&ids)?).collect(), left_out))
    }

    /// The bytes of the path itself, if it was there and was a file.
    pub(super) fn file(&self) -> Outcome<Option<Vec<u8>>> {
        let is_wanted = |entry: &Entry| entry.kind == Kind::File && entry.path == self.path;
        let ids: Vec<_> =
            self.entries()?.into_iter().filter(is_wanted).map(|entry| entry.id).collect();
        Ok(self.contents(&ids)?.pop())
    }

    /// A path of the commit from the path of the revision on.
    fn inside<'p>(&self, path: &'p str) -> &'p str {
        path.strip_prefix(&self.path).unwrap_or(path).trim_start_matches('/')
    }

    /// All that is in the path but what is hidden.
    fn entries(&self) -> Outcome<Vec<Entry>> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", &*self.commit];
        if !self.path.is_empty() {
            arguments.extend(["--", &*self.path]);
        }
        let listing = process::bytes(&self.folder, &arguments)?;
        let mut entries = Vec::new();
        for entry in String::from_utf8_lossy(&listing).split_terminator('\0') {
            // `MODE TYPE ID<tab>PATH`
            let Some((head, path)) = entry.split_once('\t') else {
                continue;
            };
            let is_hidden = self.inside(path).split('/').any(|part| part.starts_with('.'));
            let mut head = head.split(' ');
            let kind = match (head.next(), head.next()) {
                (Some("120000"), _) => Kind::Link,
                (_, Some("commit")) => Kind::Submodule,
                _ => Kind::File,
            };
            if let (Some(id), false) = (head.next(), is_hidden) {
                entries.push(Entry { kind, path: path.to_owned(), id: id.to_owned() });
            }
        }
        Ok(entries)
    }

    /// The contents of files, all by one process.
    fn contents(&self, ids: &[String]) -> Outcome<Vec<Vec<u8>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut child = process::command(&self.folder, &["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(process::missing)?;
        let read = exchange(&mut child, ids);
        match (read, child.wait()) {
            (Ok(contents), Ok(status)) if status.success() => Ok(contents),
            (Err(error), _) if error.kind() == ErrorKind::NotFound => {
                let message = format!("this clone lacks files of `{}`", self.name);
                Err(Failure::broken(message).help(format!(
                    "they are not fetched on the way: fetch them first, as `git archive {} \
                     >/dev/null` does",
                    self.name
                )))
            }
            (Err(error), _) | (_, Err(error)) => {
                Err(Failure::broken(error).context("cannot read from git"))
            }
            _ => Err(Failure::broken("cannot read from git: `git cat-file` failed")),
        }
    }
}

/// Refuses a folder inside of what git takes for the repository itself: there, the files of a
/// stranger would be believed to be one. Versions of git that know how to refuse it have done so.
fn check_place(folder: &Path) -> Outcome {
    let git = process::line(folder, &["rev-parse", "--absolute-git-dir"])?;
    match folder.canonicalize() {
        Ok(real) if real.starts_with(&git) => {
            let message =
                format!("`{}` lies inside of a git repository's own files", real.display());
            Err(Failure::broken(message).help("name a folder of its work tree"))
        }
        _ => Ok(()),
    }
}

/// Asks for all files while the answers are read: neither pipe can fill up for ever.
fn exchange(child: &mut Child, ids: &[String]) -> std::io::Result<Vec<Vec<u8>>> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Error::other("it has no pipes"));
    };
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // If git ends early, what it has answered tells.
            let _ = input.write_all((ids.join("\n") + "\n").as_bytes());
        });
        let mut output = BufReader::new(output);
        ids.iter().map(|_| content(&mut output)).collect()
    })
}

/// Reads one answer: a line `ID TYPE SIZE`, the bytes and a line break; or `ID missing`. More than
/// a namespace can have is dropped.
fn content(output: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut head = String::new();
    output.read_line(&mut head)?;
    let last = head.trim_end().rsplit(' ').next().unwrap_or_default();
    if last == "missing" {
        return Err(ErrorKind::NotFound.into());
    }
    let size: u64 = last.parse().map_err(|_| Error::other(format!("it says `{}`", head.trim())))?;
    let mut rest = output.take(size + 1);
    let mut bytes = Vec::new();
    (&mut rest).take(size.min(MAX_SOURCE_BYTES as u64 + 1)).read_to_end(&mut bytes)?;
    std::io::copy(&mut rest, &mut std::io::sink())?;
    Ok(bytes)
}
