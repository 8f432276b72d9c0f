//! What is said of a check: by configuration, by flags, by comments.

use planout::Dialect::Planout4j;
use planout::diagnostic::{Code, Level, Levels};

use super::{around, in_script, in_yaml};
use crate::support::{Run, planout, sandbox};

/// Checks a script with P0503 at 1:27 under a configuration and with flags.
fn run(checks: &str, flags: &[&str]) -> Run {
    let folder = sandbox();
    let write = |name, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("planout.toml", &format!("[checks]\n{checks}"));
    write("x.planout", "x = uniformChoice(choices=[1], unit=u);\n");
    planout(folder.path(), &[&["check", "x.planout"], flags].concat())
}

/// What becomes of the problem: `warning`, `error`, or nothing.
fn outcome(checks: &str, flags: &[&str]) -> &'static str {
    let run = run(checks, flags);
    match (run.status, run.stderr.split_once("[P0503]")) {
        (0, None) => "off",
        (0, Some(("warning", _))) => "warn",
        (1, Some(("error", _))) => "error",
        _ => panic!("{}: {}", run.status, run.stderr),
    }
}

#[test]
fn levels_are_those_of_the_flags_then_of_the_configuration() {
    assert_eq!(outcome("", &[]), "warn");
    for level in ["off", "warn", "error"] {
        assert_eq!(outcome(&format!("P0503 = '{level}'"), &[]), level);
        let configured = format!("p0503 = '{level}'");
        assert_eq!(outcome(&configured, &["--allow", "P0503"]), "off");
        assert_eq!(outcome(&configured, &["--warn", "P0503"]), "warn");
        assert_eq!(outcome(&configured, &["--deny", "p0503"]), "error");
    }
    // All warnings, but nothing that is off.
    assert_eq!(outcome("", &["--deny", "warnings"]), "error");
    assert_eq!(outcome("P0503 = 'off'", &["--deny", "warnings"]), "off");
    assert_eq!(outcome("", &["--deny", "warnings", "--allow", "P0503"]), "off");
    assert_eq!(outcome("", &["--deny", "P0502", "--allow", "P0502"]), "warn");
}

#[test]
fn levels_of_what_has_none_are_refused() {
    for (checks, flags, status, said) in [
        ("", ["--deny", "P9999"], 2, "`--deny`: unknown code `P9999`"),
        ("", ["--allow", "warnings"], 2, "`--allow`: unknown code `warnings`"),
        ("", ["--deny", "warning"], 2, "help: did you mean `warnings`?"),
        ("", ["--deny", "P0550"], 2, "help: `planout explain` lists all codes"),
        ("P0503 = 'warning'", ["--deny", "warnings"], 1, "did you mean `warn`?"),
        ("", ["--warn", "P0208"], 2, "`P0208` is an error: only warnings have levels"),
        ("P9999 = 'off'", ["--deny", "warnings"], 1, "no check has the code `P9999`"),
        ("P0208 = 'off'", ["--deny", "warnings"], 1, "`P0208` is an error"),
        ("P0503 = 'loud'", ["--deny", "warnings"], 1, "`P0503` cannot be `loud`"),
    ] {
        let run = run(checks, &flags);
        assert_eq!((run.status, run.stdout.as_str()), (status, ""), "{}", run.stderr);
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
}

#[test]
fn the_library_has_the_same_levels() {
    let mut levels = Levels::default();
    assert_eq!(levels.level(Code::SingleChoice), Some(Level::Warn));
    assert_eq!(levels.level(Code::EndedExperiment), Some(Level::Off));
    assert_eq!(levels.level(Code::AlwaysFails), Some(Level::Error));
    assert_eq!(levels.level(Code::NotEnoughSegments), None);
    assert!(levels.set(Code::NotEnoughSegments, Level::Off).is_err());
    levels.deny_warnings();
    assert_eq!(levels.level(Code::SingleChoice), Some(Level::Error));
    assert_eq!(levels.level(Code::EndedExperiment), Some(Level::Off));
}

const SINGLE: &str = "x = uniformChoice(choices=[1], unit=u);";

#[test]
fn a_comment_allows_on_the_line_below() {
    for (comment, expected) in [
        ("# planout: allow(P0503)\n", &[][..]),
        ("   #planout:allow( p0503 ) it is meant\n", &[]),
        ("# planout: allow(P0503)\r\n", &[]),
        ("# planout: allow(P0503)\n# it is meant\n", &[]),
        ("# planout: allow(P0502, P0503)\n", &["1:18 P0150"]),
        ("# planout: allow(P0503)\n# planout: allow(P0502)\n", &["2:18 P0150"]),
        ("# planout: allow(P0502)\n", &["1:18 P0150", "2:27 P0503"]),
        ("# planout: allow(P9999, P0503)\n", &["1:18 P0150"]),
        ("# planout: allow(P0001, P0503)\n", &["1:18 P0150"]),
        ("# planout: allow(P0503)\n\n", &["1:18 P0150", "3:27 P0503"]),
        ("# planout: allow(P0503)\ny = 1; ", &[]),
        ("# planout: allow()\n", &["2:27 P0503"]),
        ("# planout: deny(P0503)\n", &["2:27 P0503"]),
        ("# allow(P0503)\n", &["2:27 P0503"]),
        ("y = 1; # planout: allow(P0503)\n", &["2:27 P0503"]),
        // What is off is not looked for, so that nobody knows whether it is there.
        ("# planout: allow(P0503, P0600)\n", &[]),
    ] {
        let code = format!("{comment}{SINGLE}");
        assert_eq!(in_script(&code, Planout4j), expected, "{comment:?}");
    }
    assert_eq!(
        in_script(&format!("{SINGLE}\n# planout: allow(P0503)"), Planout4j),
        ["1:27 P0503", "2:18 P0150"]
    );
    let both = "# planout: allow(P0503)\n# planout: allow(P0508)\n\
                x = sample(choices=[1], unit=[u]);";
    assert_eq!(in_script(both, Planout4j), [""; 0]);
}

#[test]
fn a_comment_is_useless_only_where_that_is_known() {
    // What is wrong keeps checks from being made.
    let broken = "# planout: allow(P0503)\nx = ;";
    assert_eq!(in_script(broken, Planout4j), ["2:5 P0001"]);
    let script = "# planout: allow(P0503)\nx = 1;";
    assert_eq!(in_yaml(&around(script)), ["5:24 P0150"]);
    let wrong = around(script).replacen("segments: 100", "segments: 0", 1);
    assert_eq!(in_yaml(&wrong), ["1:37 P0203"]);
    // It takes another namespace to share segments with.
    assert_eq!(in_yaml(&format!("# planout: allow(P0700)\n{}", around("x = 1;"))), [""; 0]);
}

#[test]
fn a_comment_allows_in_a_namespace() {
    let script = "# planout: allow(P0500, P0503)\n\
                  x = uniformChoice(choices=[1], unit=storyid);";
    assert_eq!(in_yaml(&around(script)), [""; 0]);
    assert_eq!(in_yaml(&around(script).replace('\n', "\r\n")), [""; 0]);
    let yaml = around("x = 1;").replacen("segments: 100", "segments: 1_00", 1);
    assert_eq!(in_yaml(&yaml), ["1:37 P0141"]);
    assert_eq!(in_yaml(&format!("# planout: allow(P0141)\n{yaml}")), [""; 0]);
    // Errors are errors.
    let missing = format!("# planout: allow(P0200)\n{}", yaml.replacen("unit:", "owner:", 1));
    assert_eq!(in_yaml(&missing), ["1:18 P0150", "2:13 P0200", "2:38 P0141"]);
}
