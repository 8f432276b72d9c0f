//! Namespaces as they were at a revision, read from the objects of a git repository. No work tree
//! is touched.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

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

/// A file of a commit.
struct Blob {
    path: String,
    id: String,
}

impl Revision {
    /// Looks a revision up, in the repository of a path that is there.
    pub(super) fn find(name: &str, path: &Path) -> Outcome<Revision> {
        // Git would take it for an option.
        if name.is_empty() || name.starts_with('-') {
            return Err(Failure::usage(format!("`{name}` is not a revision"))
                .help("name one as `--against git:main`"));
        }
        let (folder, file) = match path.is_dir() {
            true => (path, None),
            false => (path.parent().unwrap_or(Path::new("")), path.file_name()),
        };
        let folder = match folder.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => folder.to_owned(),
        };
        let commit = format!("{name}^{{commit}}");
        let commit = text(&folder, &["rev-parse", "--verify", &commit])
            .map_err(|failure| failure.help(format!("is `{name}` a revision of this clone?")))?;
        let prefix = text(&folder, &["rev-parse", "--show-prefix"])?;
        let file = file.map(|file| file.to_string_lossy()).unwrap_or_default();
        let path = prefix + &file;
        Ok(Revision { name: name.to_owned(), commit, folder, path })
    }

    /// The namespaces in the path, in the order of their names, and the folders below it that hold
    /// others. None if the path was not there.
    pub(super) fn namespaces(&self, folders: Folders) -> Outcome<(Vec<Content>, BTreeSet<String>)> {
        let (mut found, mut left_out) = (Vec::new(), BTreeSet::new());
        for blob in self.blobs()? {
            let path = Path::new(&blob.path);
            let (Some(format), Some(name)) = (Format::of(path), path.file_stem()) else {
                continue;
            };
            let inside = blob.path.strip_prefix(&self.path).unwrap_or(&blob.path);
            if folders == Folders::One && inside.trim_start_matches('/').contains('/') {
                let folder = path.parent().unwrap_or(path).to_string_lossy();
                left_out.insert(format!("{}:{folder}", self.name));
                continue;
            }
            let name = name.to_string_lossy().into_owned();
            let label = format!("{}:{}", self.name, blob.path);
            found.push((Item { name, label, format }, blob.id));
        }
        found.sort_by(|(a, _), (b, _)| (&a.name, &a.label).cmp(&(&b.name, &b.label)));
        let (items, ids): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        Ok((items.into_iter().zip(self.contents(&ids)?).collect(), left_out))
    }

    /// The bytes of the path itself, if it was there and was a file.
    pub(super) fn file(&self) -> Outcome<Option<Vec<u8>>> {
        let blobs = self.blobs()?.into_iter();
        let ids: Vec<_> = blobs.filter(|blob| blob.path == self.path).map(|blob| blob.id).collect();
        Ok(self.contents(&ids)?.pop())
    }

    /// All files in the path but hidden ones.
    fn blobs(&self) -> Outcome<Vec<Blob>> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", &*self.commit];
        if !self.path.is_empty() {
            arguments.extend(["--", &*self.path]);
        }
        let listing = git(&self.folder, &arguments)?;
        let mut blobs = Vec::new();
        for entry in String::from_utf8_lossy(&listing).split_terminator('\0') {
            // `MODE TYPE ID<tab>PATH`
            let Some((head, path)) = entry.split_once('\t') else {
                continue;
            };
            let inside = path.strip_prefix(&self.path).unwrap_or(path);
            let is_hidden = inside.split('/').any(|part| part.starts_with('.'));
            let mut head = head.split(' ');
            match (head.next(), head.next(), head.next()) {
                _ if is_hidden => {}
                (Some("120000"), ..) if Format::of(Path::new(path)).is_some() => {
                    let message = format!("`{path}` is a link at `{}`", self.name);
                    return Err(Failure::broken(message)
                        .help("links are not followed in the past: compare with a folder"));
                }
                (_, Some("blob"), Some(id)) => {
                    blobs.push(Blob { path: path.to_owned(), id: id.to_owned() });
                }
                _ => {}
            }
        }
        Ok(blobs)
    }

    /// The contents of files, all by one process.
    fn contents(&self, ids: &[String]) -> Outcome<Vec<Vec<u8>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut child = command(&self.folder, &["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(missing)?;
        let read = exchange(&mut child, ids);
        let done = child.wait();
        match (read, done) {
            (Ok(contents), Ok(status)) if status.success() => Ok(contents),
            (Err(error), _) | (_, Err(error)) => {
                Err(Failure::broken(format!("cannot read from git: {error}")))
            }
            _ => Err(Failure::broken("cannot read from git: `git cat-file` failed")),
        }
    }
}

/// Asks for all files while the answers are read: neither pipe can fill up for ever.
fn exchange(child: &mut Child, ids: &[String]) -> std::io::Result<Vec<Vec<u8>>> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::Error::other("it has no pipes"));
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

/// Reads one answer: a line `ID TYPE SIZE`, the bytes and a line break. More than a namespace can
/// have is dropped.
fn content(output: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut head = String::new();
    output.read_line(&mut head)?;
    let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
    let size = size.ok_or_else(|| std::io::Error::other(format!("it says `{}`", head.trim())))?;
    let mut rest = output.take(size + 1);
    let mut bytes = Vec::new();
    (&mut rest).take(size.min(MAX_SOURCE_BYTES as u64 + 1)).read_to_end(&mut bytes)?;
    std::io::copy(&mut rest, &mut std::io::sink())?;
    Ok(bytes)
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    command
}

fn missing(error: std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure::broken("cannot find the program `git`")
            .help("install it, or compare with a folder in place of a revision"),
        _ => Failure::broken(format!("cannot run git: {error}")),
    }
}

/// What git prints.
fn git(folder: &Path, arguments: &[&str]) -> Outcome<Vec<u8>> {
    let output = command(folder, arguments).stdin(Stdio::null()).output().map_err(missing)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
    Err(Failure::broken(format!("git: {said}")))
}

/// The line that git prints.
fn text(folder: &Path, arguments: &[&str]) -> Outcome<String> {
    let bytes = git(folder, arguments)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}
