//! Configuration in unusual places, repositories that lie elsewhere, and objects that are missing in
//! other ways than a lost file.

use std::fs;
use std::process::{Command, Stdio};

use super::{Repository, done, git, plain};
use crate::support::skip;

/// What an attack is called, what prepares a repository for it, and what of git it works on.
type Attack = (&'static str, fn(&Repository), &'static [&'static str]);

fn monitor(it: &Repository) -> String {
    format!("[core]\nfsmonitor = \"{}\"\n", it.command())
}

/// Moves the repository to another folder.
fn moved(it: &Repository, to: &str) {
    fs::rename(it.root().join(".git"), it.root().join(to)).expect("a repository");
}

const ATTACKS: [Attack; 11] = [
    (
        "a filter by a file of attributes",
        |it| {
            let attributes = it.source().join("attributes");
            fs::write(&attributes, "* filter=evil\n").expect("a file");
            it.git(&["config", "core.attributesFile", &attributes.to_string_lossy()]);
            it.git(&["config", "filter.evil.clean", &it.command()]);
        },
        &["status"],
    ),
    (
        "a filter of what is taken out",
        |it| {
            fs::write(it.root().join(".gitattributes"), "* filter=evil\n").expect("a file");
            it.git(&["config", "filter.evil.smudge", &it.command()]);
        },
        &["archive", "--worktree-attributes", "-o", "out.tar", "HEAD"],
    ),
    (
        "a filter that must not fail",
        |it| {
            fs::write(it.root().join(".gitattributes"), "* filter=evil\n").expect("a file");
            it.git(&["config", "filter.evil.required", "true"]);
            it.git(&["config", "filter.evil.process", &it.command()]);
        },
        &["status"],
    ),
    (
        "a text for differences",
        |it| {
            fs::write(it.root().join(".git/info/attributes"), "* diff=evil\n").expect("a file");
            let program = it.program("text");
            it.git(&["config", "diff.evil.textconv", &program.to_string_lossy()]);
        },
        &["show", "HEAD"],
    ),
    (
        "a configuration that is included for some folders",
        |it| {
            fs::write(it.source().join("more"), monitor(it)).expect("a file");
            it.git(&["config", "includeIf.gitdir:**.path", "../sample-namespaces/more"]);
        },
        &["status"],
    ),
    (
        "a configuration of the work tree",
        |it| {
            it.git(&["config", "extensions.worktreeConfig", "true"]);
            fs::write(it.root().join(".git/config.worktree"), monitor(it)).expect("a file");
        },
        &["status"],
    ),
    (
        "a file that leads to a repository elsewhere",
        |it| {
            moved(it, "elsewhere");
            fs::write(it.root().join(".git"), "gitdir: elsewhere\n").expect("a file");
            it.git(&["config", "core.fsmonitor", &it.command()]);
        },
        &["status"],
    ),
    (
        "a file that leads to a repository among the files",
        |it| {
            moved(it, "sample-namespaces/hidden");
            fs::write(it.root().join(".git"), "gitdir: sample-namespaces/hidden\n")
                .expect("a file");
            it.git(&["config", "core.fsmonitor", &it.command()]);
        },
        &["status"],
    ),
    (
        "a folder that is shared by work trees",
        |it| {
            moved(it, "elsewhere");
            let (from, to) = (it.root().join("elsewhere"), it.root().join(".git"));
            fs::create_dir(&to).expect("a folder");
            for file in ["HEAD", "index"] {
                fs::copy(from.join(file), to.join(file)).expect("a file");
            }
            fs::write(to.join("commondir"), "../elsewhere\n").expect("a file");
            it.git(&["config", "core.fsmonitor", &it.command()]);
        },
        &["status"],
    ),
    (
        "objects that are elsewhere",
        |it| {
            let objects = it.root().join(".git/objects");
            fs::rename(&objects, it.root().join("objects")).expect("a folder");
            fs::create_dir_all(objects.join("info")).expect("a folder");
            fs::write(objects.join("info/alternates"), "../../objects\n").expect("a file");
            it.git(&["config", "core.alternateRefsCommand", &it.command()]);
            it.git(&["config", "core.fsmonitor", &it.command()]);
        },
        &["status"],
    ),
    (
        "a submodule whose repository is in the other one",
        |it| {
            let folder = it.source().join("sub");
            fs::create_dir(&folder).expect("a folder");
            done(git(&folder, &["init", "-q", "-b", "main"]));
            fs::rename(it.source().join("page_size.yaml"), folder.join("page_size.yaml"))
                .expect("a file");
            done(git(&folder, &["add", "."]));
            done(git(&folder, &["commit", "-q", "-m", "sub"]));
            fs::write(
                it.root().join(".gitmodules"),
                "[submodule \"sub\"]\n\tpath = sample-namespaces/sub\n\turl = ./sub\n",
            )
            .expect("a file");
            it.git(&["add", "."]);
            it.git(&["commit", "-q", "-m", "two"]);
            let modules = it.root().join(".git/modules");
            fs::create_dir(&modules).expect("a folder");
            fs::rename(folder.join(".git"), modules.join("sub")).expect("a repository");
            fs::write(folder.join(".git"), "gitdir: ../../.git/modules/sub\n").expect("a file");
            done(git(&folder, &["config", "core.fsmonitor", &it.command()]));
        },
        &["status"],
    ),
];

#[test]
fn no_program_of_a_configuration_elsewhere_is_run() {
    for (attack, prepare, works_on) in ATTACKS {
        let Some(repository) = Repository::new() else { return };
        prepare(&repository);
        repository.take_marker();
        repository.touch();
        git(repository.root(), works_on);
        assert!(repository.take_marker(), "{attack} does not work on git");
        repository.assert_harmless(attack);
    }
}

#[test]
fn no_pager_is_run_on_a_terminal() {
    let Some(repository) = Repository::new() else { return };
    for key in ["core.pager", "pager.log", "pager.cat-file", "pager.ls-tree", "pager.rev-parse"] {
        repository.git(&["config", key, &repository.command()]);
    }
    let on_terminal = |program: &str, arguments: &[&str]| {
        let mut command = Command::new("python3");
        command.args(["-c", "import pty, sys; pty.spawn(sys.argv[1:])", program]).args(arguments);
        let command = command.current_dir(repository.root()).stdin(Stdio::null());
        let output = plain(command.env("TERM", "xterm")).output();
        (output.is_ok(), repository.take_marker())
    };
    match on_terminal("git", &["log"]) {
        (true, true) => {}
        _ => return skip("there is no python3 to make a terminal"),
    }
    let planout = env!("CARGO_BIN_EXE_planout");
    for arguments in [
        &["plan", "sample-namespaces", "--against", "git:main"][..],
        &["ship", "sample-namespaces", "out"],
    ] {
        assert_eq!(on_terminal(planout, arguments), (true, false), "{arguments:?}");
    }
}

#[test]
fn what_is_missing_above_a_file_is_not_fetched() {
    for lost in ["main", "main^{tree}", "main:sample-namespaces"] {
        let Some(repository) = Repository::new() else { return };
        repository.git(&["config", "core.repositoryformatversion", "1"]);
        repository.git(&["config", "extensions.partialClone", "origin"]);
        repository.git(&["config", "remote.origin.promisor", "true"]);
        repository.git(&["config", "remote.origin.url", &repository.root().to_string_lossy()]);
        repository.git(&["config", "remote.origin.uploadpack", &repository.command()]);
        let id = repository.git(&["rev-parse", lost]);
        let objects = repository.root().join(".git/objects");
        fs::remove_file(objects.join(&id[..2]).join(&id[2..])).expect("an object");
        repository.take_marker();
        git(repository.root(), &["cat-file", "-p", &id]);
        assert!(repository.take_marker(), "{lost}: it does not work on git");
        for arguments in [
            &["plan", "sample-namespaces", "--against", "git:main"][..],
            &["plan", "sample-namespaces", "--against", "git:main~0"],
            &["ship", "sample-namespaces", "out", "-v"],
        ] {
            let (status, printed) = repository.planout(arguments, &[]);
            assert!(!repository.take_marker(), "{lost}: {arguments:?} ran it: {printed}");
            assert_eq!(status == 0, arguments[0] == "ship", "{lost}: {arguments:?}: {printed}");
        }
    }
}

#[test]
fn parents_that_are_made_up_are_not_fetched() {
    let Some(repository) = Repository::new() else { return };
    let head = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["config", "core.repositoryformatversion", "1"]);
    repository.git(&["config", "extensions.partialClone", "origin"]);
    repository.git(&["config", "remote.origin.promisor", "true"]);
    repository.git(&["config", "remote.origin.url", &repository.root().to_string_lossy()]);
    repository.git(&["config", "remote.origin.uploadpack", &repository.command()]);
    let missing = "1".repeat(40);
    fs::write(repository.root().join(".git/info/grafts"), format!("{head} {missing}\n"))
        .expect("a file");
    repository.take_marker();
    git(repository.root(), &["log", "main~1"]);
    assert!(repository.take_marker(), "it does not work on git");
    for revision in ["main~1", "main^", "main^1", "main^{/one}", ":/one"] {
        let against = format!("git:{revision}");
        repository.planout(&["plan", "sample-namespaces", "--against", &against], &[]);
        assert!(!repository.take_marker(), "{revision} ran it");
    }
}
