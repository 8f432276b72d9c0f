//! Namespaces at a revision, read from the objects of a git repository. The work tree is not touched.

mod process;
mod worktree;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;

use planout::source::MAX_SOURCE_BYTES;
use planout::store::{FileFormat, Folders, Item, Source, StoreError};

use super::failure::{Failure, Outcome};

/// A commit of the repository that a path lies in.
#[derive(Clone, Debug)]
pub(super) struct Revision {
    /// The name that the user gave.
    name: String,
    /// The hash of the commit.
    commit: String,
    /// The folder that git is run in.
    folder: PathBuf,
    /// The path from the root of the repository.
    path: String,
}

/// The namespaces of a path at a revision.
#[derive(Clone, Debug)]
pub(super) struct Past {
    revision: Revision,
    folders: Folders,
}

/// An entry of a commit.
struct Entry {
    kind: Kind,
    path: String,
    id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    /// A commit of another repository: a submodule.
    Submodule,
}

impl Revision {
    /// Looks a revision up in the repository of an existing path.
    pub(super) fn find(name: &str, path: &Path) -> Outcome<Revision> {
        let is_no_revision = || {
            Failure::usage(format!("`{name}` is not a revision"))
                .help("name a revision, such as `git:main`")
        };
        // Git would read such a name as an option.
        if name.is_empty() || name.starts_with('-') {
            return Err(is_no_revision());
        }
        let (folder, file) = if path.is_dir() {
            (path, None)
        } else {
            (path.parent().unwrap_or(Path::new("")), path.file_name())
        };
        let folder =
            if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() };
        check_place(&folder)?;
        let commit = format!("{name}^{{commit}}");
        let commit =
            process::line(&folder, &["rev-parse", "--verify", "--end-of-options", &commit])
                .map_err(|error| {
                    let help = format!("is `{name}` a revision of this clone?");
                    Failure::from(error).help(help)
                })?;
        // For `^main`, git prints all that it excludes.
        if !commit.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(is_no_revision());
        }
        let prefix = process::line(&folder, &["rev-parse", "--show-prefix"])?;
        let file = file.map(|file| file.to_string_lossy()).unwrap_or_default();
        let path = prefix + &file;
        Ok(Revision { name: name.to_owned(), commit, folder, path })
    }

    /// The newest commit of the current branch up to a time, in seconds since 1970, if there is one.
    pub(super) fn before(time: u64, path: &Path) -> Outcome<Option<Revision>> {
        let head = Revision::find("HEAD", path)?;
        let until = format!("--before=@{time}");
        let arguments = ["rev-list", "-1", &until, &head.commit];
        let commit = process::line(&head.folder, &arguments)?;
        Ok((!commit.is_empty()).then(|| Revision { name: commit.clone(), commit, ..head }))
    }

    /// The first digits of the hash of the commit.
    pub(super) fn short(&self) -> String {
        self.commit.chars().take(12).collect()
    }

    /// The hash of the commit.
    pub(super) fn commit(&self) -> &str {
        &self.commit
    }

    /// The namespaces in the path, as a source.
    pub(super) fn namespaces(self, folders: Folders) -> Past {
        Past { revision: self, folders }
    }

    /// The bytes of the file at the path, if the path was a file.
    pub(super) fn file(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let is_wanted = |entry: &Entry| entry.kind == Kind::File && entry.path == self.path;
        let ids: Vec<_> =
            self.entries()?.into_iter().filter(is_wanted).map(|entry| entry.id).collect();
        Ok(self.contents(&ids)?.pop())
    }

    /// The path in the commit of an entry below the path of the revision.
    fn inside<'p>(&self, path: &'p str) -> &'p str {
        path.strip_prefix(&self.path).unwrap_or(path).trim_start_matches('/')
    }

    /// All entries in the path that are not hidden.
    fn entries(&self) -> Result<Vec<Entry>, StoreError> {
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

    /// The contents of files, read by a single process.
    fn contents(&self, ids: &[String]) -> Result<Vec<Vec<u8>>, StoreError> {
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
                Err(StoreError::other(message).with_help(format!(
                    "fetch them first, for example with `git archive {} >/dev/null`",
                    self.name
                )))
            }
            (Err(error), _) | (_, Err(error)) => {
                Err(StoreError::other("cannot read from git").because(error))
            }
            _ => Err(StoreError::other("cannot read from git: `git cat-file` failed")),
        }
    }
}

impl Past {
    /// The namespaces that are read, each with the hash of its content, in the order that a source
    /// keeps.
    fn found(&self) -> Result<Vec<(Item, String)>, StoreError> {
        let mut found = Vec::new();
        for entry in self.revision.entries()? {
            let path = Path::new(&entry.path);
            let (Some(format), Some(name)) = (FileFormat::of(path), path.file_stem()) else {
                continue;
            };
            if self.is_left_out(&entry.path) {
                continue;
            }
            match entry.kind {
                Kind::Submodule => continue,
                Kind::Link => {
                    let message = format!("`{}` is a link at `{}`", entry.path, self.revision.name);
                    return Err(StoreError::other(message).with_help(
                        "links are not followed at a revision: compare with a folder instead",
                    ));
                }
                Kind::File => {}
            }
            let label = format!("{}:{}", self.revision.name, entry.path);
            let item = Item::new(name.to_string_lossy(), format).with_label(label);
            found.push((item, entry.id));
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(found)
    }

    /// The folders below the path that hold namespaces and are not read.
    pub(super) fn left_out(&self) -> Result<BTreeSet<String>, StoreError> {
        let entries = self.revision.entries()?.into_iter();
        let files = entries.filter(|entry| {
            FileFormat::of(entry.path.as_ref()).is_some() && self.is_left_out(&entry.path)
        });
        let folder = |entry: Entry| {
            let (folder, _) = entry.path.rsplit_once('/').unwrap_or_default();
            format!("{}:{folder}", self.revision.name)
        };
        Ok(files.map(folder).collect())
    }

    fn is_left_out(&self, path: &str) -> bool {
        self.folders == Folders::One && self.revision.inside(path).contains('/')
    }

    fn contents(&self, ids: &[String], limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut contents = self.revision.contents(ids)?;
        contents.iter_mut().for_each(|bytes| bytes.truncate(limit));
        Ok(contents)
    }
}

/// A path that did not exist holds no namespaces.
impl Source for Past {
    fn list(&self) -> Result<Vec<Item>, StoreError> {
        Ok(self.found()?.into_iter().map(|(item, _)| item).collect())
    }

    fn read(&self, item: &Item, limit: usize) -> Result<Vec<u8>, StoreError> {
        let found = self.found()?.into_iter().filter(|(known, _)| known == item);
        let ids: Vec<String> = found.map(|(_, id)| id).collect();
        let missing = || StoreError::Absent {
            path: PathBuf::from(&item.label),
            error: ErrorKind::NotFound.into(),
        };
        self.contents(&ids, limit)?.pop().ok_or_else(missing)
    }

    /// Reads all of them by a single process.
    fn snapshot(&self, limit: usize) -> Result<Vec<(Item, Vec<u8>)>, StoreError> {
        let (items, ids): (Vec<_>, Vec<_>) = self.found()?.into_iter().unzip();
        Ok(items.into_iter().zip(self.contents(&ids, limit)?).collect())
    }

    /// A commit never changes.
    fn revision(&self) -> Result<String, StoreError> {
        Ok(format!("{}:{}", self.revision.commit, self.revision.path))
    }
}

/// Refuses a folder inside the internal files of a repository: there, git would trust the files of a
/// stranger as a repository. Newer versions of git refuse this themselves.
fn check_place(folder: &Path) -> Outcome {
    let git = process::line(folder, &["rev-parse", "--absolute-git-dir"])?;
    match folder.canonicalize() {
        Ok(real) if real.starts_with(&git) => {
            let message =
                format!("`{}` lies inside the internal files of a git repository", real.display());
            Err(Failure::broken(message).help("name a folder of its work tree"))
        }
        _ => Ok(()),
    }
}

/// Requests all files while the answers are read, so that neither pipe can fill up and block.
fn exchange(child: &mut Child, ids: &[String]) -> std::io::Result<Vec<Vec<u8>>> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Error::other("git has no pipes"));
    };
    thread::scope(|scope| {
        scope.spawn(move || {
            // If git ends early, its answers show the failure.
            let _ = input.write_all((ids.join("\n") + "\n").as_bytes());
        });
        let (sender, answers) = mpsc::sync_channel(1);
        scope.spawn(move || {
            let mut output = BufReader::new(output);
            ids.iter().all(|_| sender.send(content(&mut output)).is_ok())
        });
        let answer =
            |_| answers.recv_timeout(process::PATIENCE).unwrap_or_else(|_| Err(process::late()));
        let read = ids.iter().map(answer).collect::<std::io::Result<_>>();
        if read.is_err() {
            // The threads that wait for git end together with it.
            let _ = child.kill();
        }
        read
    })
}

/// Reads one answer: a line `ID TYPE SIZE`, the bytes and a line break; or `ID missing`. Bytes beyond
/// the largest size of a namespace are dropped.
fn content(output: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut head = String::new();
    output.read_line(&mut head)?;
    let last = head.trim_end().rsplit(' ').next().unwrap_or_default();
    if last == "missing" {
        return Err(ErrorKind::NotFound.into());
    }
    let size: u64 =
        last.parse().map_err(|_| Error::other(format!("git printed `{}`", head.trim())))?;
    let mut rest = output.take(size + 1);
    let mut bytes = Vec::new();
    (&mut rest).take(size.min(MAX_SOURCE_BYTES as u64 + 1)).read_to_end(&mut bytes)?;
    std::io::copy(&mut rest, &mut std::io::sink())?;
    Ok(bytes)
}
