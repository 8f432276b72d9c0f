//! What planout4j cannot run is said where planout4j reads.

use std::fs;
use std::path::Path;

use crate::support::{Run, planout};

const READERS: &str = "[ship]\nreaders = 'planout4j'\n";

/// A folder with one namespace in `s`: more of its header, and the script of its default.
fn folder(header: &str, script: &str, config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!(
        "namespace: {{unit: userid, segments: 10{header}}}
experiment_definitions:
  - definition: D
    assign: !planout |
      {script}
default_experiment: D
experiment_sequence: []
"
    );
    fs::create_dir(folder.path().join("s")).expect("a folder");
    fs::write(folder.path().join("s/ns.yaml"), text).expect("a file");
    fs::write(folder.path().join("planout.toml"), config).expect("a file");
    folder
}

/// The codes from P0408 and P0710 on, with their severities and positions.
fn said(run: &Run) -> Vec<String> {
    let mut said = Vec::new();
    let lines: Vec<&str> = run.stderr.lines().collect();
    for pair in lines.windows(2) {
        if let Some((severity, rest)) = pair[0].split_once('[')
            && let Some((code, _)) = rest.split_once("]: ")
            && (code == "P0408" || code.starts_with("P071"))
        {
            let place = pair[1].split_once(".yaml:").map_or("", |(_, place)| place);
            said.push(format!("{severity} {code} {place}"));
        }
    }
    said
}

fn check(folder: &Path) -> Run {
    planout(folder, &["check", "s"])
}

/// Everything that planout4j lacks: the header, the script, and what is said of it.
const EXTENSIONS: [(&str, &str, &str); 19] = [
    (", dialect: planout", "x = 1;", "P0710 1:50"),
    (", dialect: planout, segment_hashing: shared", "x = 1;", "P0710 1:50"),
    (", segment_hashing: namespace", "x = 1;", "P0711 1:58"),
    ("", "x = sqrt(81);", "P0408 5:11"),
    ("", "x = exp(1);", "P0408 5:11"),
    ("", "x = fastSample(choices=[1, 2], unit=userid);", "P0408 5:11"),
    ("", "x = country == null;", "P0712 5:11"),
    ("", "x = null != country;", "P0712 5:11"),
    ("", "x = !null;", "P0712 5:11"),
    ("", "x = null;", "P0712 5:7"),
    ("", "x = [1, @null];", "P0712 5:15"),
    ("", "x = [1, 2][0];", "P0712 5:11"),
    ("", "i = 0; x = [1, 2][i];", "P0712 5:18"),
    ("", "x = uniformChoice(choices=[1, 2], unit=userid, salt=null);", "P0712 5:11"),
    ("", "data = 1;", "P0712 5:7"),
    ("", "if (bernoulliFilter(choices=[], p=0.5, unit=userid)) { x = 1; }", "P0712 5:11"),
    (
        "",
        "c = []; f = bernoulliFilter(choices=c, p=0.5, unit=userid); x = userid && !f;",
        "P0712 5:82",
    ),
    ("", "x = 1 || bernoulliFilter(choices=[], p=0.5, unit=userid);", "P0712 5:16"),
    ("", "x = data ?? 1;", "P0712 5:11"),
];

#[test]
fn what_planout4j_cannot_run_is_an_error_if_it_reads_what_is_shipped() {
    for (header, script, expected) in EXTENSIONS {
        let folder = folder(header, script, READERS);
        let error = [format!("error {expected}")];
        let check = check(folder.path());
        assert_eq!((check.status, said(&check)), (1, error.to_vec()), "{script}: {}", check.stderr);
        for arguments in [&["ship", "s", "out"][..], &["plan", "s", "out"]] {
            let run = planout(folder.path(), arguments);
            assert_eq!((run.status, said(&run)), (1, error.to_vec()), "{}", run.stderr);
        }
        assert!(!folder.path().join("out").exists());
    }
}

#[test]
fn nothing_is_said_where_nobody_says_that_planout4j_reads() {
    for (header, script, expected) in EXTENSIONS {
        let folder = folder(header, script, "");
        let codes = said(&check(folder.path()));
        let is_said = expected.starts_with("P0408");
        assert_eq!(codes.len(), usize::from(is_said), "{script}: {codes:?}");
        let ship = planout(folder.path(), &["ship", "s", "out"]);
        assert_eq!((ship.status, said(&ship)), (0, vec![]), "{}", ship.stderr);
    }
}

#[test]
fn what_planout4j_runs_passes() {
    let folder = folder(
        ", dialect: planout4j, segment_hashing: shared, salt: null, owner: growth",
        "x = coalesce(country, null) ?? 'DE'; _y = @{\"a\": null}[x]; z = map(k=1)[x];
      order = [2, 1]; if (x) { return null; }",
        READERS,
    );
    let check = check(folder.path());
    assert_eq!(said(&check), [""; 0], "{}", check.stderr);
    assert_eq!(planout(folder.path(), &["ship", "s", "out"]).status, 0);
}

#[test]
fn levels_flags_and_comments_are_stronger_than_the_switch() {
    let checks = "[checks]\nP0711 = 'warn'\nP0408 = 'off'\n";
    let config = format!("{checks}{READERS}");
    let folder = folder(", segment_hashing: namespace", "x = sqrt(81);", &config);
    let run = planout(folder.path(), &["ship", "s", "out"]);
    assert_eq!((run.status, said(&run)), (0, vec!["warning P0711 1:58".to_owned()]));
    let run = planout(folder.path(), &["check", "s", "--allow", "P0711"]);
    assert_eq!((run.status, said(&run)), (0, vec![]));
    let script = "# planout: allow(P0712)\n      x = country == null;";
    for config in [READERS, ""] {
        let folder = self::folder("", script, config);
        let run = planout(folder.path(), &["check", "s", "--deny", "warnings", "--allow", "P0403"]);
        assert_eq!(run.status, 0, "{config}: {}", run.stderr);
    }
}

#[test]
fn a_dialect_of_the_project_is_said_too() {
    let config = format!("dialect = 'planout'\n{READERS}");
    let folder = folder("", "x = 1;", &config);
    assert_eq!(said(&check(folder.path())), ["error P0710 1:1"]);
    // Compiled, it says its dialect itself.
    fs::create_dir(folder.path().join("c")).expect("a folder");
    planout(folder.path(), &["compile", "s/ns.yaml", "c/ns.json"]);
    fs::write(folder.path().join("planout.toml"), READERS).expect("a file");
    let compiled = planout(folder.path(), &["check", "c"]);
    assert!(compiled.stderr.contains("error[P0710]"), "{}", compiled.stderr);
}

#[cfg(feature = "redis")]
#[test]
fn a_target_in_the_layout_of_planout4j_gets_a_warning() {
    use crate::support::redis::RedisServer;

    let Some(server) = RedisServer::start() else { return };
    let url = server.url();
    for (header, script, expected) in EXTENSIONS {
        let folder = folder(header, script, "");
        let warning = vec![format!("warning {expected}")];
        for arguments in [&["plan", "s", &url][..], &["ship", "s", &url, "--dry-run"]] {
            let run = planout(folder.path(), arguments);
            assert_eq!((run.status, said(&run)), (0, warning.clone()), "{}", run.stderr);
        }
        fs::write(folder.path().join("planout.toml"), READERS).expect("a file");
        let run = planout(folder.path(), &["ship", "s", &url]);
        assert_eq!(run.status, 1, "{}", run.stderr);
        let off = "[checks]\nP0408 = 'off'\nP0710 = 'off'\nP0711 = 'off'\nP0712 = 'off'\n";
        fs::write(folder.path().join("planout.toml"), off).expect("a file");
        let run = planout(folder.path(), &["ship", "s", &url, "--allow-reassignment", "ns"]);
        assert_eq!((run.status, said(&run)), (0, vec![]), "{}", run.stderr);
    }
}
