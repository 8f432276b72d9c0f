//! Tables of counts: small counts, the default, inputs from elsewhere, and runs of one definition.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Run, planout_with_input, sandbox};

fn compare(folder: &Path, yaml: &str, table: &str, more: &[&str]) -> Run {
    fs::write(folder.join("it.yaml"), yaml).expect("a file");
    let mut arguments = vec!["simulate", "--ns", "it", "--from", "it.yaml", "--observed", "-"];
    arguments.extend(more);
    planout_with_input(folder, &arguments, table.as_bytes())
}

const RARE: &str = "\
namespace: {unit: userid, segments: 100, dialect: planout}
experiment_definitions:
  - {definition: D, assign: !planout \"b = 0;\"}
  - {definition: E, assign: !planout \"b = bernoulliTrial(p=0.0002, unit=userid);\"}
default_experiment: D
experiment_sequence:
  - {action: add, definition: E, name: e1, segments: 50}
";

#[test]
fn rare_values_are_tested_exactly() {
    let folder = sandbox();
    let table = "experiment,param,value,count\ne1,b,0,19940\ne1,b,1,60\n";
    let run = compare(folder.path(), RARE, table, &["--format", "json"]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    let answer: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let test = &answer["params"][0]["test"];
    assert_eq!(test["method"], "binomial");
    assert!((test["p"].as_f64().expect("p") / 2.898_325_671_673_17e-48 - 1.0).abs() < 1e-9);
    let fine = table.replace("19940", "19995").replace(",60", ",5");
    assert_eq!(compare(folder.path(), RARE, &fine, &[]).status, 0);
}

const DUP: &str = "\
namespace: {unit: userid, segments: 100, dialect: planout}
experiment_definitions:
  - {definition: D, assign: !planout \"x = 'none';\"}
  - definition: E
    assign: !planout |
      x = weightedChoice(choices=[\"control\", \"a\", \"b\"], weights=[5, 3, 2], unit=userid);
default_experiment: D
experiment_sequence:
  - {action: add, definition: E, name: e.1, segments: 10}
  - {action: add, definition: E, name: e.2, segments: 20}
";

#[test]
fn an_empty_experiment_is_the_default() {
    let folder = sandbox();
    let one = DUP.replace("  - {action: add, definition: E, name: e.2, segments: 20}\n", "");
    let run = compare(folder.path(), &one, "experiment,count\n,1810\ne.1,190\n", &[]);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("  e.1         10.00 %    9.50 %"), "{}", run.stdout);
    // Line breaks of two characters are one line.
    let text = "experiment,count\r\n(default),1810\r\ne.1,x\r\n";
    let run = compare(folder.path(), &one, text, &[]);
    assert!(run.stderr.contains("line 3: `x` is not a number of units"), "{}", run.stderr);
}

#[test]
fn runs_of_one_definition_are_taken_together() {
    let folder = sandbox();
    // Each run alone could be chance; together they cannot.
    let table = "experiment,param,value,count\n\
        e.1,x,control,560\ne.1,x,a,260\ne.1,x,b,180\n\
        e.2,x,control,1090\ne.2,x,a,560\ne.2,x,b,350\n";
    let alone = compare(folder.path(), DUP, table, &["--format", "json"]);
    let answer: Value = serde_json::from_str(&alone.stdout).expect("JSON");
    assert_eq!(answer["params"].as_array().map(Vec::len), Some(2));
    let run = compare(folder.path(), DUP, table, &["--by-definition", "--format", "json"]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    let answer: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let params = answer["params"].as_array().expect("params");
    assert_eq!(params.len(), 1);
    assert_eq!(
        (&params[0]["scope"], &params[0]["definition"]),
        (&"definition".into(), &"E".into())
    );
    assert_eq!(
        (&params[0]["units"], &params[0]["rows"][0]["expected"]),
        (&3000.into(), &0.5.into())
    );
}

const GEO: &str = "\
namespace: {unit: userid, segments: 10, dialect: planout, inputs: [country]}
experiment_definitions:
  - definition: E
    assign: !planout |
      if (country == 'JP') { return false; }
      x = uniformChoice(choices=[1, 2], unit=userid);
  - {definition: F, assign: !planout \"x = 3;\"}
  - {definition: D, assign: !planout \"x = 0;\"}
default_experiment: D
experiment_sequence:
  - {action: add, definition: E, name: e, segments: 5}
  - {action: add, definition: F, name: f, segments: 5}
";

#[test]
fn counts_of_exposed_units_allow_for_their_inputs() {
    let folder = sandbox();
    let table = "experiment,count\ne,2480\nf,5020\n";
    // All units count, and half of them are in the first.
    assert_eq!(compare(folder.path(), GEO, table, &[]).status, 1);
    // Half of the units are in Japan, where the first leaves them out.
    let units = (0..100).map(|unit| format!("{unit},{}\n", ["JP", "US"][unit % 2]));
    let units = format!("userid,country\n{}", units.collect::<String>());
    fs::write(folder.path().join("units.csv"), units).expect("a file");
    let from = ["--inputs-from", "units.csv", "--counted", "exposed"];
    let run = compare(folder.path(), GEO, table, &from);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("  e   33.33 %   33.07 %"), "{}", run.stdout);
    // Counts by country say the same by themselves.
    let table = "country,experiment,count\nJP,e,0\nJP,f,2510\nUS,e,2480\nUS,f,2510\n";
    let run = compare(folder.path(), GEO, table, &["--by", "country", "--counted", "exposed"]);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    let leak = table.replace("JP,e,0", "JP,e,1");
    let run = compare(folder.path(), GEO, &leak, &["--by", "country", "--counted", "exposed"]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stderr.contains("experiments where it is \"JP\""), "{}", run.stderr);
    let unknown = compare(folder.path(), GEO, table, &["--by", "land"]);
    assert!(unknown.stderr.contains("unknown column `country`"), "{}", unknown.stderr);
}

/// Counts of values by an input have the shares of their own units, whatever else was counted.
#[test]
fn values_by_an_input_have_the_shares_of_their_units() {
    let folder = sandbox();
    let yaml = GEO.replace("if (country == 'JP') { return false; }", "").replace(
        "x = uniformChoice(choices=[1, 2], unit=userid);",
        "if (country == 'US') { x = uniformChoice(choices=[1, 2], unit=userid); }
      else { x = weightedChoice(choices=[1, 2], weights=[9, 1], unit=userid); }",
    );
    let table = "country,experiment,param,value,count\n\
        US,e,x,1,500\nUS,e,x,2,500\nDE,e,x,1,900\nDE,e,x,2,100\n";
    let run = compare(folder.path(), &yaml, table, &["--by", "country"]);
    assert_eq!(run.status, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("  1   70.00 %   70.00 %"), "{}", run.stdout);
    assert!(run.stdout.contains("  \"US\"        1000  1, 1: x in e"), "{}", run.stdout);
    let wrong = table.replace("US,e,x,1,500", "US,e,x,1,700");
    let run = compare(folder.path(), &yaml, &wrong, &["--by", "country"]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stderr.contains("x in e where it is \"US\""), "{}", run.stderr);
    // A complete loss of a rare value is rarer than it is far from what was expected.
    let lost = "experiment,param,value,count\ne1,b,0,54990\ne1,b,1,0\n";
    assert_eq!(compare(folder.path(), RARE, lost, &[]).status, 1);
}
