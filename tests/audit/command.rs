//! `planout audit`: its answers, statuses and options.

use planout::serde_json::{Value as Json, from_str, json};

use crate::support::{Run, planout, sandbox};

const PAGE: &str = "\
namespace: {unit: userid, segments: 100, segment_hashing: namespace}
experiment_definitions:
  - {definition: Default, assign: !planout \"size = 10; color = 'red';\"}
  - definition: Page
    assign: !planout |
      size = uniformChoice(choices=[10, 20], unit=userid, salt='x');
      color = weightedChoice(choices=['red', 'blue'], weights=[1, 3], unit=userid, salt='color');
default_experiment: Default
experiment_sequence:
  - {action: add, definition: Page, name: page.a, segments: 60}
";

fn audited(files: &[(&str, &str)], options: &[&str]) -> Run {
    let folder = sandbox();
    std::fs::create_dir(folder.path().join("ns")).expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join("ns").join(name), text).expect("a file");
    }
    planout(folder.path(), &[&["audit", "ns"], options].concat())
}

fn answer(run: &Run) -> Json {
    from_str(&run.stdout).expect("JSON")
}

#[test]
fn a_certificate_is_status_0() {
    let run = audited(&[("page.yaml", PAGE)], &[]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let expected = "6 pairs of params: 6 independent, 0 not independent, 0 not known\n";
    assert_eq!(run.stdout, expected);
    let run = audited(&[("page.yaml", PAGE)], &["--format", "json", "--require-proof"]);
    let expected = json!({
        "pairs": 6, "independent": 6, "dependent": [], "unlisted": 0, "not_known": 0, "unknown": [],
    });
    assert_eq!((run.status, answer(&run)), (0, expected));
}

#[test]
fn params_by_one_text_are_status_1_with_their_table() {
    let same = PAGE.replace("salt='color'", "salt='x'").replace("weightedChoice", "uniformChoice");
    let same = same.replace(" weights=[1, 3],", "");
    let run = audited(&[("page.yaml", &same)], &[]);
    let expected = "\
leak 0.5000: two draws have the same text, so they are one number
  a: `size` in experiment `page.a` of `page`
  b: `color` in experiment `page.a` of `page`
  a \\ b    \"red\"   \"blue\"
  10.0   50.00 %   0.00 %
  20.0    0.00 %  50.00 %

6 pairs of params: 5 independent, 1 not independent, 0 not known
";
    assert_eq!((run.status, run.stdout.as_str()), (1, expected));
    let expected = "\
error: not all params are independent
help: the leak says how far the shares of one param differ between the arms of the other
";
    assert_eq!(run.stderr, expected);
    let run = audited(&[("page.yaml", &same)], &["--format", "json"]);
    let place = |param: &str| json!({"namespace": "page", "experiment": "page.a", "param": param});
    let expected = json!([{
        "a": place("size"), "b": place("color"), "reason": "same text", "leak": 0.5, "where": null,
        "table": [{"a": 10.0, "b": "red", "share": 0.5}, {"a": 20.0, "b": "blue", "share": 0.5}],
        "pairs": 1,
    }]);
    assert_eq!((run.status, &answer(&run)["dependent"]), (1, &expected));
    let run = audited(&[("page.yaml", &same)], &["--limit", "0"]);
    assert_eq!(run.status, 1);
    assert!(
        run.stdout.starts_with("1 more findings are not listed: see `--limit`\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_a_script_derives_is_listed_and_no_failure() {
    let derived = PAGE.replace("color = weighted", "big = size == 20;\n      color = weighted");
    let run = audited(&[("page.yaml", &derived)], &[]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("leak 0.5000: one draw decides both, as their script says\n"));
}

#[test]
fn what_is_not_known_fails_only_where_proof_is_required() {
    let own = PAGE.replace("unit=userid, salt='x'", "unit=userid % 10");
    let run = audited(&[("page.yaml", &own)], &[]);
    assert_eq!(run.status, 0);
    assert!(
        run.stdout.ends_with("3 independent, 0 not independent, 3 not known\n"),
        "{}",
        run.stdout
    );
    let run = audited(&[("page.yaml", &own)], &["--require-proof"]);
    assert_eq!(run.status, 1);
    let message = "error: it is not known of all params whether they are independent\n";
    assert_eq!(run.stderr, message);
}

#[test]
fn segments_of_one_number_and_other_units() {
    let shared = PAGE.replace(", segment_hashing: namespace", "");
    let other = shared.replace("page.a", "page.b");
    let run = audited(&[("one.yaml", &shared), ("two.yaml", &other)], &["--format", "json"]);
    let found = answer(&run);
    assert_eq!((run.status, &found["pairs"]), (1, &json!(28)));
    let it = &found["dependent"][0];
    assert_eq!((&it["reason"], &it["pairs"]), (&json!("segments"), &json!(4)));
    let place = json!({"namespace": "one", "experiment": "page.a", "param": null});
    assert_eq!(it["a"], place);
    assert_eq!(it["table"][0]["a"], json!(true));
    let by_session = other.replace("userid", "sessionid");
    let run = audited(&[("one.yaml", &shared), ("two.yaml", &by_session)], &[]);
    assert_eq!(run.status, 0);
    let note = "ids of different primary units count as different texts: `sessionid`, `userid`\n";
    assert_eq!(run.stderr, note);
}

#[test]
fn invalid_namespaces_are_left_out() {
    let run = audited(&[("bad.yaml", "namespace: 5"), ("page.yaml", PAGE)], &[]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.starts_with("6 pairs of params: 6 independent"), "{}", run.stdout);
    assert!(
        run.stderr.ends_with("error: 1 namespace is invalid and was left out\n"),
        "{}",
        run.stderr
    );
    let run = audited(&[], &["--format", "json"]);
    assert_eq!(
        (run.status, &answer(&run)["error"]["message"]),
        (1, &json!("no namespaces in `ns`"))
    );
}
