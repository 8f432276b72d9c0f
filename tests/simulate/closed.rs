//! Designs against closed forms.

use planout::simulate::{Counted, Distribution, Group, MAX_PATHS, Obstacle, Scope, design};
use planout::tree::{Layout, to_json};
use planout::{Dialect, Map, Namespace, NamespaceBuilder, Script, Value};

use super::{alone, designed};

const DIALECTS: [Dialect; 2] = [Dialect::Planout4j, Dialect::Planout];

/// The value as JSON, with whole numbers alike in both dialects.
fn show(value: &Value) -> String {
    let node = value.to_node().expect("finite values");
    to_json(&node, Layout::Compact, Dialect::Planout).replace(".0", "")
}

fn assert_shares(found: &Distribution, expected: &[(&str, f64)], what: &str) {
    let shown: Vec<_> = found.values().map(|(value, share)| (show(value), share)).collect();
    assert_eq!(shown.len(), expected.len(), "{what}: {shown:?}");
    for (value, share) in expected {
        let found = shown.iter().find(|(known, _)| known == value);
        let found = found.unwrap_or_else(|| panic!("{what}: no {value} in {shown:?}")).1;
        assert!((found - share).abs() < 1e-12, "{what}: {value}: {found}, not {share}");
    }
}

fn param(code: &str, dialect: Dialect, name: &str) -> Result<Distribution, Obstacle> {
    let namespace = alone(code, dialect);
    let inputs = Map::from_iter([("item".to_owned(), Value::from("k"))]);
    let design = designed(&namespace, &inputs);
    design.param(Scope::All, name).expect(code).cloned().map_err(Clone::clone)
}

#[test]
fn scripts_have_the_shares_of_their_closed_forms() {
    type Shares<'a> = &'a [(&'a str, f64)];
    let table: &[(&str, Shares<'_>)] = &[
        ("x = 'a';", &[("\"a\"", 1.0)]),
        (
            "x = uniformChoice(choices=['a','b','c','d'], unit=userid);",
            &[("\"a\"", 0.25), ("\"b\"", 0.25), ("\"c\"", 0.25), ("\"d\"", 0.25)],
        ),
        (
            "x = uniformChoice(choices=['a','b','a'], unit=userid);",
            &[("\"a\"", 2.0 / 3.0), ("\"b\"", 1.0 / 3.0)],
        ),
        (
            "x = weightedChoice(choices=['a','b','c','d'], weights=[2,0,3,5], unit=userid);",
            &[("\"a\"", 0.2), ("\"c\"", 0.3), ("\"d\"", 0.5)],
        ),
        (
            "if (bernoulliTrial(p=0.3, unit=userid, salt='s')) { x = 'a'; } else { x = 'b'; }",
            &[("\"a\"", 0.3), ("\"b\"", 0.7)],
        ),
        // Two choices by one number: the one among four decides the one among two.
        (
            "a = uniformChoice(choices=[0,1], unit=userid, salt='s');
             b = uniformChoice(choices=[0,1,2,3], unit=userid, salt='s');
             x = 10 * a + b;",
            &[("0", 0.25), ("11", 0.25), ("2", 0.25), ("13", 0.25)],
        ),
        // The one among two and the one among three tell nothing of one another.
        (
            "a = uniformChoice(choices=[0,1], unit=userid, salt='s');
             b = uniformChoice(choices=[0,1,2], unit=userid, salt='s');
             x = 10 * a + b;",
            &[
                ("0", 1.0 / 6.0),
                ("1", 1.0 / 6.0),
                ("2", 1.0 / 6.0),
                ("10", 1.0 / 6.0),
                ("11", 1.0 / 6.0),
                ("12", 1.0 / 6.0),
            ],
        ),
        (
            "a = bernoulliTrial(p=0.2, unit=userid, salt='s') && true;
             b = bernoulliTrial(p=0.5, unit=userid, salt='s') && true;
             x = [a, b];",
            &[("[true,true]", 0.2), ("[false,true]", 0.3), ("[false,false]", 0.5)],
        ),
        (
            "a = bernoulliTrial(p=0.2, unit=userid, salt='s') && true;
             b = bernoulliTrial(p=0.5, unit=userid, salt='t') && true;
             x = [a, b];",
            &[
                ("[true,true]", 0.1),
                ("[true,false]", 0.1),
                ("[false,true]", 0.4),
                ("[false,false]", 0.4),
            ],
        ),
        // A choice and a trial by one number.
        (
            "a = weightedChoice(choices=['l','h'], weights=[1,3], unit=userid, salt='s');
             if (bernoulliTrial(p=0.5, unit=userid, salt='s')) { x = a; } else { x = 'none'; }",
            &[("\"l\"", 0.25), ("\"h\"", 0.25), ("\"none\"", 0.5)],
        ),
        (
            "f = randomFloat(min=10, max=20, unit=userid);
             if (f < 13) { x = 'low'; } else if (15 >= f) { x = 'mid'; } else { x = 'high'; }",
            &[("\"low\"", 0.3), ("\"mid\"", 0.2), ("\"high\"", 0.5)],
        ),
        // Set again by what it was.
        (
            "x = uniformChoice(choices=[1,2], unit=userid); x = x * 2; if (x == 4) { x = 0; }",
            &[("2", 0.5), ("0", 0.5)],
        ),
        (
            "s = sample(choices=['a','b','c','d','e','f','g','h'], draws=2, unit=userid);
             x = s[0];",
            &[
                ("\"a\"", 0.125),
                ("\"b\"", 0.125),
                ("\"c\"", 0.125),
                ("\"d\"", 0.125),
                ("\"e\"", 0.125),
                ("\"f\"", 0.125),
                ("\"g\"", 0.125),
                ("\"h\"", 0.125),
            ],
        ),
        (
            "x = sample(choices=['a','b','c'], draws=2, unit=userid);",
            &[
                ("[\"a\",\"b\"]", 1.0 / 6.0),
                ("[\"a\",\"c\"]", 1.0 / 6.0),
                ("[\"b\",\"a\"]", 1.0 / 6.0),
                ("[\"b\",\"c\"]", 1.0 / 6.0),
                ("[\"c\",\"a\"]", 1.0 / 6.0),
                ("[\"c\",\"b\"]", 1.0 / 6.0),
            ],
        ),
        (
            "x = bernoulliFilter(p=0.25, choices=['a','b'], unit=userid);",
            &[("[]", 0.5625), ("[\"a\"]", 0.1875), ("[\"b\"]", 0.1875), ("[\"a\",\"b\"]", 0.0625)],
        ),
        // What is hashed counts, not how it was written.
        (
            "a = uniformChoice(choices=['p','q'], unit=[userid, 'k'], salt='s');
             b = uniformChoice(choices=['p','q'], unit=[userid, item], full_salt='alone.D.s');
             x = a == b;",
            &[("true", 1.0)],
        ),
        (
            "a = uniformChoice(choices=['p','q'], unit=[userid, 'l'], salt='s');
             b = uniformChoice(choices=['p','q'], unit=[userid, item], salt='s');
             x = a == b;",
            &[("true", 0.5), ("false", 0.5)],
        ),
        // A draw of one unit for each value of another draw.
        (
            "a = uniformChoice(choices=['p','q'], unit=userid);
             b = uniformChoice(choices=['p','q'], unit=[userid, a]);
             x = a == b;",
            &[("true", 0.5), ("false", 0.5)],
        ),
        ("x = undefined ?? 'none';", &[("\"none\"", 1.0)]),
        ("if (userid == null) { x = 1; } else { x = 2; }", &[("2", 1.0)]),
        ("x = 'a'; return false; x = 'b';", &[("\"a\"", 1.0)]),
        ("x = length([userid, userid, 1]);", &[("3", 1.0)]),
    ];
    for (code, expected) in table {
        for dialect in DIALECTS {
            let found = param(code, dialect, "x").unwrap_or_else(|it| panic!("{code}: {it}"));
            assert_shares(&found, expected, code);
        }
    }
}

#[test]
fn a_draw_for_a_known_unit_is_known() {
    for dialect in DIALECTS {
        let found = param("x = uniformChoice(choices=['a','b'], unit='all');", dialect, "x");
        let found = found.expect("known");
        assert_eq!(found.values().len(), 1);
        assert_eq!(found.values().next().map(|(_, share)| share), Some(1.0));
    }
}

#[test]
fn dice_add_up() {
    let code = "a = randomInteger(min=1, max=6, unit=userid);
                b = randomInteger(min=1, max=6, unit=userid); x = a + b;";
    for dialect in DIALECTS {
        let found = param(code, dialect, "x").expect("known");
        for (value, share) in found.values() {
            let sum = value.as_float().expect("a number");
            assert!((share - (6.0 - (sum - 7.0).abs()) / 36.0).abs() < 1e-12, "{value}: {share}");
        }
    }
}

#[test]
fn continuous_params_have_spans() {
    for dialect in DIALECTS {
        let found = param("x = randomFloat(min=2, max=4, unit=userid);", dialect, "x");
        let found = found.expect("known");
        assert_eq!(found.quantile(0.25), Some(2.5));
        assert_eq!(found.below(3.0), 0.5);
        // Cut in two and put together again.
        let code = "f = randomFloat(min=2, max=4, unit=userid);
                    if (f < 2.5) { x = f; } else { x = f; y = 1; }";
        let cut = param(code, dialect, "x").expect("known");
        assert_eq!(cut.spans().len(), 2);
        assert!((cut.continuous() - 1.0).abs() < 1e-12);
        assert!((cut.quantile(0.75).expect("spans") - 3.5).abs() < 1e-9);
        let code = "x = randomInteger(min=1, max=1000000, unit=userid);";
        let wide = param(code, dialect, "x").expect("known");
        assert_eq!(wide.quantile(0.5), Some(500_000.0));
    }
}

#[test]
fn what_cannot_be_enumerated_says_why() {
    let many: String = (0..17)
        .map(|i| format!("if (bernoulliTrial(p=0.5, unit=userid, salt='s{i}')) {{ y{i} = 1; }}\n"))
        .collect();
    assert!(2_usize.pow(17) > MAX_PATHS);
    let deep = format!("x = {}1{};", "[".repeat(190), "]".repeat(190));
    let ones = " + 1".repeat(400);
    let deeper = format!("x = randomInteger(min=1, max=2, unit=userid, salt='s'){ones};");
    let table = [
        ("x = userid;", Some(Obstacle::UnitValue)),
        ("if (userid == 7) { x = 1; } else { x = 2; }", Some(Obstacle::UnitValue)),
        ("if (userid == 7) { x = 1; } else { x = 1; }", None),
        ("x = 1; if (userid == 7) { y = 2; }", None),
        ("x = uniformChoice(choices=[1, 2], unit=[userid == 7]);", Some(Obstacle::ComputedUnit)),
        ("x = 2 * randomFloat(min=0, max=1, unit=userid, salt='s');", Some(Obstacle::Computed)),
        ("x = sample(choices=[1,2,3,4,5,6,7,8,9], unit=userid);", Some(Obstacle::ManyValues)),
        (
            "x = weightedChoice(choices=[1, 2], weights=[-1, 2], unit=userid);",
            Some(Obstacle::Weights),
        ),
        (&format!("{many} x = 1;"), Some(Obstacle::ManyPaths)),
        (&deep, None),
        (&deeper, Some(Obstacle::TooDeep)),
    ];
    for (code, expected) in table {
        for dialect in DIALECTS {
            assert_eq!(param(code, dialect, "x").err(), expected, "{code}");
        }
    }
    let shared = "s = sample(choices=[1, 2, 3], draws=1, unit=userid, salt='s'); y = s[0];
                  x = uniformChoice(choices=[1, 2], unit=[userid, '1'], salt='s'); z = x + y;";
    for dialect in DIALECTS {
        assert_eq!(param(shared, dialect, "z").err(), Some(Obstacle::SharedSample));
        let fails = "if (bernoulliTrial(p=0.01, unit=userid, salt='s')) { x = 1 + 'a'; }";
        assert!(matches!(param(fails, dialect, "x"), Err(Obstacle::Fails(_))));
    }
}

#[test]
fn params_that_nothing_depends_on_make_no_paths() {
    let many: String =
        (0..60).map(|i| format!("y{i} = bernoulliTrial(p=0.5, unit=userid);\n")).collect();
    let code = format!("{many} x = uniformChoice(choices=['a', 'b'], unit=userid);");
    for dialect in DIALECTS {
        let found = param(&code, dialect, "x").expect("known");
        assert_shares(&found, &[("\"a\"", 0.5), ("\"b\"", 0.5)], "many");
    }
}

/// A namespace of ten segments: `E` on three of them, over a default.
fn two(default: &str, experiment: &str, dialect: Dialect) -> Namespace {
    let script = |code| Script::compile("test", code, dialect).expect(code);
    NamespaceBuilder::new("two", "userid", 10)
        .dialect(dialect)
        .define("D", script(default))
        .and_then(|it| it.define("X", script(experiment)))
        .and_then(|it| it.default_experiment("D"))
        .and_then(|it| it.add("E", "X", 3))
        .and_then(NamespaceBuilder::build)
        .expect("a namespace")
}

#[test]
fn experiments_lie_over_the_default() {
    for dialect in DIALECTS {
        let default = "x = 'd'; y = uniformChoice(choices=['p', 'q'], unit=userid);";
        let over = "if (bernoulliTrial(p=0.5, unit=userid, salt='s')) { x = 'e'; } z = 'z';";
        let namespace = two(default, over, dialect);
        let design = designed(&namespace, &Map::new());
        let shares: Vec<_> = design.cohorts.iter().map(|it| it.share.clone()).collect();
        assert_eq!(shares, [Ok(0.3), Ok(0.7)]);
        let of = |scope, name| design.param(scope, name).expect(name).expect(name);
        assert_shares(of(Scope::All, "x"), &[("\"e\"", 0.15), ("\"d\"", 0.85)], "x");
        assert_shares(of(Scope::Cohort(0), "x"), &[("\"e\"", 0.5), ("\"d\"", 0.5)], "x in E");
        assert_shares(of(Scope::All, "y"), &[("\"p\"", 0.5), ("\"q\"", 0.5)], "y");
        assert_shares(of(Scope::All, "z"), &[("\"z\"", 0.3)], "z");
    }
}

#[test]
fn draws_that_scripts_share_are_seen() {
    let dialect = Dialect::Planout4j;
    let draw = "bernoulliTrial(p=0.5, unit=userid, full_salt='f')";
    let default = format!("t = {draw}; x = uniformChoice(choices=['a', 'b'], unit=userid);");
    let namespace = two(&default, &format!("if ({draw}) {{ x = 'e'; }}"), dialect);
    let design = designed(&namespace, &Map::new());
    let obstacle = design.param(Scope::All, "x").and_then(Result::err);
    assert_eq!(obstacle, Some(&Obstacle::SharedDraw));
    let segment = "x = uniformChoice(choices=['a', 'b'], unit=userid, full_salt='null.x');";
    let namespace = two("x = 'd';", segment, dialect);
    let design = designed(&namespace, &Map::new());
    let obstacle = design.param(Scope::Cohort(0), "x").and_then(Result::err);
    assert_eq!(obstacle, Some(&Obstacle::SegmentDraw));
    assert!(design.param(Scope::Cohort(1), "x").is_some_and(|found| found.is_ok()));
}

#[test]
fn groups_are_mixed_by_their_weights() {
    let code = "if (country == 'NL') { x = 'tulip'; } else {
                  x = uniformChoice(choices=['rose', 'tulip'], unit=userid); }";
    let group = |country: &str, weight| Group {
        inputs: Map::from_iter([("country".to_owned(), Value::from(country))]),
        weight,
    };
    for dialect in DIALECTS {
        let namespace = alone(code, dialect);
        let design = design(&namespace, &[group("NL", 1.0), group("US", 3.0)], Counted::All);
        let found = design.param(Scope::All, "x").expect("x").expect("known");
        assert_shares(found, &[("\"tulip\"", 0.625), ("\"rose\"", 0.375)], code);
    }
}

#[test]
fn units_out_of_the_experiment_do_not_count_where_exposures_do() {
    let over = "x = uniformChoice(choices=['a', 'b', 'c'], unit=userid);
                if (x == 'c') { return false; }";
    for dialect in DIALECTS {
        let namespace = two("x = 'd';", over, dialect);
        let groups = [Group { inputs: Map::new(), weight: 1.0 }];
        let design = design(&namespace, &groups, Counted::InExperiment);
        let share = design.cohorts[0].share.clone().expect("known");
        assert!((share - 0.2).abs() < 1e-12);
        let found = design.param(Scope::Cohort(0), "x").expect("x").expect("known");
        assert_shares(found, &[("\"a\"", 0.5), ("\"b\"", 0.5)], over);
    }
}

#[test]
fn a_baseline_has_no_experiments() {
    let namespace = two("x = 'd';", "x = 'e';", Dialect::Planout4j);
    let inputs = Map::from_iter([("_baseline_".to_owned(), Value::from(true))]);
    let design = designed(&namespace, &inputs);
    assert_eq!(design.cohorts[1].share, Ok(1.0));
    let found = design.param(Scope::All, "x").expect("x").expect("known");
    assert_shares(found, &[("\"d\"", 1.0)], "baseline");
}
