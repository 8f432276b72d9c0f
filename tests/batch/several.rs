//! Several namespaces in one pass, and exposures.

use super::{batch, with_file};
use crate::support::planout;

const USERS: &str = "userid,country,sourceid\nann,NL,1\nbob,US,2\n";

#[test]
fn each_namespace_answers_as_it_does_alone() {
    let folder = with_file("users.csv", USERS);
    let csv = |ns: &str| {
        let fixed = ["eval", "--batch", "users.csv", "--output-format", "csv", "-q", "--ns", ns];
        let run = planout(folder.path(), &fixed);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let split = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        run.stdout.lines().map(split).collect::<Vec<_>>()
    };
    let (button, test, both) = (csv("button_color"), csv("test_ns"), csv("button_color,test_ns"));
    for (index, row) in both.iter().enumerate() {
        let prefixed = |name: &str, fields: &[String]| match index {
            0 => fields.iter().map(|field| format!("{name}.{field}")).collect(),
            _ => fields.to_vec(),
        };
        let button = prefixed("button_color", &button[index][1..]);
        let test = prefixed("test_ns", &test[index][1..]);
        assert_eq!(row[1..], [button, test].concat());
    }
    let json = ["eval", "--batch", "users.csv", "-q", "--ns", "test_ns,button_color"];
    let run = planout(folder.path(), &json);
    let row: serde_json::Value =
        serde_json::from_str(run.stdout.lines().next().expect("a row")).expect("JSON");
    let keys: Vec<_> = row.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["userid", "test_ns", "button_color"]);
    assert_eq!(row["button_color"]["params"]["color"], "#1a936f");
}

#[test]
fn all_namespaces_can_be_asked() {
    let folder = with_file("users.csv", USERS);
    let arguments =
        ["eval", "--all", "--batch", "users.csv", "-q", "--param", "button_color.color"];
    let run = planout(folder.path(), &arguments);
    // `page_size` has a unit of its own.
    let missing = "error: `users.csv` has no column `";
    assert!(run.status == 0 || run.stderr.starts_with(missing), "{}", run.stderr);
    let run = planout(folder.path(), &["eval", "--ns", "test_ns,test_ns", "--batch", "users.csv"]);
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (2, "error: namespace `test_ns` is named twice\n")
    );
    let run = planout(folder.path(), &["eval", "--ns", "test_ns,tset", "--batch", "users.csv"]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("unknown namespace `tset`"), "{}", run.stderr);
}

#[test]
fn exposures_are_those_of_units_in_experiments() {
    let folder = with_file("users.csv", "userid,country,age\nann,NL,7\n123,US,8\nbob,,9\n");
    let exposures = |arguments: &str| {
        let run =
            batch(folder.path(), &format!("users.csv --exposure --time 1700000000 {arguments} -q"));
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout
    };
    let line = |inputs: &str| {
        format!(
            "{{\"name\":\"button_color-Colors\",\"time\":1700000000,\"salt\":\"button_color.Colors\",\
             \"inputs\":{{{inputs}}},\"params\":{{\"color\":\"#1a936f\",\"label\":\"Join\"}},\
             \"event\":\"exposure\",\"checksum\":\"CHECKSUM\"}}"
        )
    };
    let script = "color = uniformChoice(choices=['#3b5998', '#1a936f'], unit=userid);
        label = weightedChoice(choices=['Join', 'Sign up'], weights=[0.8, 0.2], unit=userid);";
    let compiled = planout(folder.path(), &["compile", script, "--no-pretty"]).stdout;
    let digest = <sha1::Sha1 as sha1::Digest>::digest(compiled.trim_end().as_bytes());
    let checksum: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let line = |inputs: &str| line(inputs).replace("CHECKSUM", &checksum);
    // Of unit 123, the segment is free.
    let plain = exposures("");
    let mut lines = plain.lines();
    assert_eq!(lines.next(), Some(line("\"userid\":\"ann\"").as_str()));
    assert!(lines.all(|line| line.contains("\"userid\":\"bob\"")));
    let more = exposures("--keep age");
    assert!(more.starts_with(&line("\"userid\":\"ann\",\"age\":\"7\"")), "{more}");
    let constant = exposures("place:=[1.5]");
    assert!(constant.starts_with(&line("\"userid\":\"ann\",\"place\":[1.5]")), "{constant}");
    let csv = batch(folder.path(), "users.csv --exposure --output-format csv");
    assert_eq!(csv.status, 2);
}
