//! Scripts alone.

use planout::Dialect::{self, Planout, Planout4j};

use super::{all_as_expected, in_script};

type Cases<'a> = &'a [(&'a str, &'a [&'a str])];

fn check(dialect: Dialect, cases: Cases<'_>) {
    all_as_expected(cases.iter().copied(), |code| in_script(code, dialect));
}

fn check_both(cases: Cases<'_>) {
    check(Planout4j, cases);
    check(Planout, cases);
}

#[test]
fn constants_that_variables_hold() {
    check_both(&[
        ("c = [];\nx = uniformChoice(choices=c, unit=u);", &["2:27 P0509"]),
        ("c = ['a']; d = c;\nx = uniformChoice(choices=d, unit=u);", &["2:27 P0503"]),
        ("w = [2, -1];\nx = weightedChoice(choices=[1, 2], weights=w, unit=u);", &["1:9 P0510"]),
        ("w = [0, 0];\nx = weightedChoice(choices=[1, 2], weights=w, unit=u);", &["2:44 P0504"]),
        (
            "w = [1, 2];\nx = weightedChoice(choices=[1], weights=w, unit=u);",
            &["2:28 P0503", "2:41 P0505"],
        ),
        ("p = 1;\nx = bernoulliTrial(p=p, unit=u);", &["2:22 P0502"]),
        // Services or another branch may set it to something else, and it may be set again.
        ("if (a) { c = []; }\nx = uniformChoice(choices=c, unit=u);", &[]),
        ("x = uniformChoice(choices=c, unit=u);\nc = [];", &["1:27 P0403"]),
        ("c = [];\nc = [1, 2];\nx = uniformChoice(choices=c, unit=u);", &[]),
        ("c = d; d = c;\nx = uniformChoice(choices=c, unit=u);", &["1:5 P0403"]),
    ]);
}

#[test]
fn calls_that_fail() {
    check_both(&[
        ("x = uniformchoice(choices=[1, 2], unit=u);", &["1:5 P0400"]),
        ("x = [frobnicate(a=1)];", &["1:6 P0400"]),
        ("x = uniformChoice(choices=[1, 2]);", &["1:5 P0401"]),
        ("x = uniformChoice(choice=[1, 2], unit=u);", &["1:19 P0401"]),
        ("x = round(1, 2);", &["1:5 P0401"]),
        ("x = min(5);", &["1:5 P0401"]),
        ("x = sample(choices=[1, 2], draw=1, unit=u);", &["1:28 P0402"]),
        ("x = uniformChoice(choices=[1, 2], unit=u, slat='a');", &["1:43 P0402"]),
        ("x = 1 + randomInteger(min=0, max=1, unit=u);", &["1:9 P0407"]),
        ("x = [bernoulliTrial(p=0.5, unit=u)];", &["1:6 P0407"]),
        ("if (bernoulliTrial(p=0.5, unit=u)) { x = 1; }", &["1:5 P0407"]),
        ("return bernoulliTrial(p=0.5, unit=u);", &["1:8 P0407"]),
        ("x = bernoulliTrial(p=1.5, unit=u);", &["1:5 P0411"]),
        ("x = 'a' + 1;", &["1:5 P0411"]),
        ("x = [1, 2]['a'];", &["1:5 P0411"]),
        ("x = 5 % 0;", &["1:5 P0411"]),
        // Fine: services may set any of these, and salts make draws of their own.
        ("x = uniformChoice(choices=c, unit=u);", &[]),
        ("x = map(a=1, b=2);", &[]),
        ("x = 1 + randomInteger(min=0, max=1, unit=u, salt='a');", &[]),
        ("x = 1 + randomInteger(min=0, max=1, unit=u, full_salt='a');", &[]),
        ("x = sample(choices=[1, 2], unit=u);", &[]),
        ("x = min(values=[5]); y = round(2.5); z = a + 1;", &[]),
        ("x = bernoulliTrial(p=p, unit=u);", &[]),
        ("x = 'a' == 1 || y;", &["1:5 P0406"]),
    ]);
}

#[test]
fn operators_that_a_runtime_lacks() {
    let code = "x = exp(1);\ny = sqrt(4);\nz = fastSample(choices=[1, 2], unit=u);";
    check(Planout4j, &[(code, &["1:5 P0408", "2:5 P0408", "3:5 P0408"])]);
    check(Planout, &[(code, &[])]);
}

#[test]
fn operators_that_bind_alike() {
    check_both(&[
        ("x = a || b && c;", &["1:5 P0409"]),
        ("x = a ?? b || c;", &["1:5 P0409"]),
        ("x = a && b ?? c;", &["1:5 P0409"]),
        ("if (a || b && c) { x = 1; }", &["1:5 P0409"]),
        ("x = [f, a || b && c];", &["1:9 P0409"]),
        ("x = a || b && c || d;", &["1:5 P0409"]),
        ("x = (a || b) && c;", &[]),
        ("x = a || (b && c);", &[]),
        ("x = a && b || c;", &[]),
        ("x = a || b || c;", &[]),
        ("x = a == 1 && b == 2;", &[]),
    ]);
}

#[test]
fn negations_that_take_all_that_follows() {
    let traps: Cases<'_> = &[
        ("x = !a == b;", &["1:5 P0410"]),
        ("x = !a && b;", &["1:5 P0410"]),
        ("x = c && !a == b;", &["1:10 P0410"]),
    ];
    check(Planout4j, traps);
    check(Planout, &[("x = !a == b;", &[]), ("x = !a && b;", &[])]);
    check_both(&[
        ("x = !a;", &[]),
        ("x = !(a == b);", &[]),
        ("x = (!a) == b;", &[]),
        ("x = b && !a;", &[]),
        ("x = !f[0];", &[]),
    ]);
}

#[test]
fn statements_that_are_never_reached() {
    check_both(&[
        ("x = 1;\nreturn true;\ny = 2;\nz = 3;", &["3:1 P0404"]),
        ("if (a) { return true; } else { return false; }\nx = 1;", &["2:1 P0404"]),
        ("if (a) { x = 1; return true; y = 2; }", &["1:30 P0404"]),
        ("x = 1; return true;", &[]),
        ("if (a) { return false; }\nx = 1;", &[]),
        ("if (a) { return false; } else if (b) { return true; }\nx = 1;", &[]),
        ("if (a) { return true; } else { x = 1; }\ny = 1;", &[]),
    ]);
}

#[test]
fn conditions_that_are_always_the_same() {
    check_both(&[
        ("if (true) { x = 1; }", &["1:5 P0405"]),
        ("if (0) { x = 1; }", &["1:5 P0405"]),
        ("if ('no') { x = 1; }", &["1:5 P0405"]),
        ("if (1 == 1) { x = 1; }", &["1:5 P0405"]),
        ("if (a && false) { x = 1; }", &["1:5 P0405"]),
        ("if (true || a) { x = 1; }", &["1:5 P0405"]),
        ("if (true && true) { x = 1; }", &["1:5 P0405"]),
        ("if (a) { x = 1; } else if (false) { x = 2; } else { x = 3; }", &["1:28 P0405"]),
        ("if (a) { x = 1; } else { x = 2; }", &[]),
        ("if (a) { x = 1; } else if (b) { x = 2; }", &[]),
        ("if (a && true) { x = 1; }", &[]),
        ("if (a || false) { x = 1; }", &[]),
        ("on = true; if (on) { x = 1; }", &[]),
    ]);
}

#[test]
fn comparisons_of_what_is_never_equal() {
    let plan = "plan = uniformChoice(choices=['basic', 'pro'], unit=u);\n";
    for (code, expected) in [
        ("x = plan == 'Pro';", &["2:5 P0406"][..]),
        ("x = plan == 5;", &["2:5 P0406"]),
        ("if (plan != 'Pro') { x = 1; }", &["2:5 P0406"]),
        ("if (plan == 'pro') { x = 1; }", &[]),
        ("if (a) { plan = 'gold'; } x = plan == 'gold';", &[]),
        ("plan = null; x = plan == 'gold';", &[]),
        ("x = plan == a;", &[]),
    ] {
        let code = format!("{plan}{code}");
        assert_eq!(in_script(&code, Planout4j), expected, "{code}");
        assert_eq!(in_script(&code, Planout), expected, "{code}");
    }
    check_both(&[
        ("x = 'a' == 1;", &["1:5 P0406"]),
        ("n = randomInteger(min=1, max=3, unit=u); x = n == '2';", &["1:46 P0406"]),
        ("x = a == 'b';", &[]),
        ("x = a == null;", &[]),
        ("n = randomInteger(min=1, max=3, unit=u); x = n == 2;", &[]),
        // What reads before anything is set may be an input.
        ("if (a) { n = 1; } x = n == 'b'; n = 2;", &["1:23 P0406"]),
        ("x = n == 'b'; n = 2;", &["1:5 P0403"]),
    ]);
    // A trial is true or false in one dialect, and 1 or 0 in the other.
    let trial = "b = bernoulliTrial(p=0.5, unit=u); x = b == 1;";
    check(Planout4j, &[(trial, &["1:40 P0406"])]);
    check(Planout, &[(trial, &[])]);
    let truth = "b = bernoulliTrial(p=0.5, unit=u); x = b == true;";
    check_both(&[(truth, &[])]);
}

#[test]
fn a_switch_and_variables_of_a_script_that_declares_nothing() {
    check_both(&[
        ("switch { a => return true; }", &["1:1 P0007"]),
        ("x = True;", &["1:5 P0403"]),
        ("x = undefined ?? None;", &["1:5 P0403", "1:18 P0403"]),
        ("y = x + 1; x = 2;", &["1:5 P0403"]),
        ("if (a) { x = 1; } else { y = x; }", &["1:30 P0403"]),
        ("group_size = 5; goal = gruop_size * 2;", &["1:24 P0403"]),
        // It may be given anything, also what looks like a variable.
        ("x = uniformChoice(choices=[1, 2], unit=u);", &[]),
        ("price = uniformChoice(choices=prices, unit=u);", &[]),
        ("item2 = item1;", &[]),
        ("userid = user_id; x = uniformChoice(choices=[1, 2], unit=userid);", &[]),
        ("country = country ?? 'US';", &[]),
        ("if (a) { x = 1; } y = x;", &[]),
        ("x = 1; x = x + 1; unused = 2;", &[]),
        ("x = experiment_salt;", &[]),
    ]);
}

#[test]
fn draws_that_are_no_experiment() {
    check_both(&[
        ("x = bernoulliTrial(p=0, unit=u);", &["1:22 P0502"]),
        ("x = bernoulliTrial(p=1.0, unit=u);", &["1:22 P0502"]),
        ("x = bernoulliTrial(p=0.01, unit=u);", &[]),
        ("x = uniformChoice(choices=['a'], unit=u);", &["1:27 P0503"]),
        ("x = weightedChoice(choices=@['a'], weights=[1], unit=u);", &["1:28 P0503"]),
        ("x = sample(choices=['a'], unit=u);", &["1:20 P0503"]),
        // Kept or not: that is drawn.
        ("x = bernoulliFilter(p=0.5, choices=['a'], unit=u);", &[]),
        ("x = uniformChoice(choices=[a, 'b'], unit=u);", &[]),
        ("x = sample(choices=[1, 2], unit=[u]);", &["1:33 P0508"]),
        ("x = bernoulliFilter(p=0.5, choices=[1, 2], unit=[u, v]);", &["1:49 P0508"]),
        ("l = [u, v]; x = sample(choices=[1, 2], unit=l);", &["1:45 P0508"]),
        ("x = sample(choices=[1, 2], unit=l);", &[]),
        ("x = uniformChoice(choices=[1, 2], unit=[u, v]);", &[]),
        (
            "n = randomInteger(min=0, max=9, unit=[u, v]); x = sample(choices=[1, 2], unit=n);",
            &["1:79 P0514"],
        ),
        (
            "n = randomInteger(min=0, max=9999999, unit=[u, v]); x = sample(choices=[1, 2], unit=n);",
            &[],
        ),
    ]);
}

#[test]
fn weights() {
    let with = |weights: &str, choices: &str| {
        let code = format!("x = weightedChoice(choices={choices}, weights={weights}, unit=u);");
        let found = in_script(&code, Planout4j);
        assert_eq!(found, in_script(&code, Planout), "{code}");
        found.iter().filter_map(|place| place.split(' ').next_back()).collect::<String>()
    };
    for (weights, code) in [
        ("[0, 0]", "P0504"),
        ("[0.5, 0.4]", "P0506"),
        ("[0.6, 0.6]", "P0506"),
        ("[50, 45]", "P0506"),
        ("[90, 20]", "P0506"),
        ("@[0.5, 0.4]", "P0506"),
        ("[1]", "P0505"),
        ("[1, 2, 3]", "P0505"),
        ("[0.5, 0.5]", ""),
        ("[50, 50]", ""),
        ("[0, 1]", ""),
        ("[3, 1]", ""),
        ("[1000, 1]", ""),
        ("[30, 40]", ""),
        ("[0.2, 0.1]", ""),
        ("[w, 0.4]", ""),
        ("w", ""),
    ] {
        assert_eq!(with(weights, "['a', 'b']"), code, "{weights}");
    }
    for (weights, code) in [
        // Thirds, and sums that only rounding keeps from 1.
        ("[0.33, 0.33, 0.33]", ""),
        ("[0.333, 0.333, 0.333]", ""),
        ("[33, 33, 33]", ""),
        ("[0.1, 0.2, 0.7]", ""),
        ("[0.7, 0.1, 0.2]", ""),
        ("[0.3, 0.3, 0.3]", "P0506"),
        ("[0.33, 0.33, 0.3]", "P0506"),
        ("[50, 25, 10]", ""),
    ] {
        assert_eq!(with(weights, "['a', 'b', 'c']"), code, "{weights}");
    }
}

#[test]
fn draws_from_no_choices() {
    check_both(&[
        ("x = uniformChoice(choices=[], unit=u);", &["1:27 P0509"]),
        ("x = uniformChoice(choices=@[], unit=u);", &["1:27 P0509"]),
        ("x = weightedChoice(choices=[], weights=[], unit=u);", &["1:28 P0509"]),
        ("x = weightedChoice(choices=[], weights=[1, -2], unit=u);", &["1:28 P0509"]),
        ("x = sample(choices=[], unit=u);", &["1:20 P0509"]),
        ("x = bernoulliFilter(choices=[], p=0.5, unit=u);", &["1:29 P0509"]),
        // More draws than choices always fail.
        ("x = sample(choices=[], draws=1, unit=u);", &["1:5 P0411"]),
        ("x = uniformChoice(choices=c, unit=u);", &[]),
        ("x = bernoulliFilter(choices=[1], p=0.5, unit=u);", &[]),
        ("x = [];", &[]),
    ]);
}

#[test]
fn typographic_quotes_inside_straight_ones() {
    check_both(&[
        ("x = \"“US”\";", &["1:5 P0132"]),
        ("x = '‘US’';", &["1:5 P0132"]),
        ("x = '„US“';", &["1:5 P0132"]),
        ("x = uniformChoice(choices=['«a»', 'b'], unit=u);", &["1:28 P0132"]),
        ("x = 1; if (country == '“US”') { x = 2; }", &["1:23 P0132"]),
        ("x = @{\"k\": [\"“v”\"]};", &["1:13 P0132"]),
        ("x = 'she said “yes”';", &[]),
        ("x = '“yes” and “no”';", &[]),
        ("x = 'it’s';", &[]),
        ("x = '’tis the boys’';", &[]),
        ("x = '“”';", &[]),
        ("x = '`code`';", &[]),
    ]);
}

#[test]
fn weights_below_zero() {
    let weights =
        |weights: &str| format!("x = weightedChoice(choices=[1, 2], weights={weights}, unit=u);");
    for dialect in [Planout4j, Planout] {
        for (list, expected) in [
            ("[-1, 2]", &["1:45 P0510"][..]),
            ("[2, -1]", &["1:48 P0510"]),
            ("@[0.5, -0.5]", &["1:51 P0510"]),
            ("[a, -1]", &["1:48 P0510"]),
            ("[-1, 1]", &["1:45 P0510"]),
            ("[-1, -2]", &["1:45 P0510"]),
            ("[1 - 2, 3]", &["1:45 P0510"]),
            // One mistake, one message.
            ("[-1, 2, 3]", &["1:44 P0505"]),
            ("[0, 0]", &["1:44 P0504"]),
            ("[0, 2]", &[]),
            ("[-0.0, 2]", &[]),
            ("[a, b]", &[]),
        ] {
            assert_eq!(in_script(&weights(list), dialect), expected, "{list}");
        }
    }
}

#[test]
fn units_that_are_the_same_for_everybody() {
    check_both(&[
        ("x = uniformChoice(choices=[1, 2], unit='all');", &["1:40 P0511"]),
        ("x = bernoulliTrial(p=0.5, unit=1);", &["1:32 P0511"]),
        ("x = randomInteger(min=0, max=9, unit=[1, 'a']);", &["1:38 P0511"]),
        ("x = sample(choices=[1, 2], unit='a', salt='b');", &["1:33 P0511"]),
        ("x = bernoulliTrial(p=0.5, unit=1 + 2);", &["1:32 P0511"]),
        // By way of variables.
        ("u = 'all';\nx = bernoulliTrial(p=0.5, unit=u);", &["2:32 P0511"]),
        ("u = 1; v = [u, 2];\nx = bernoulliTrial(p=0.5, unit=v);", &["2:32 P0511"]),
        (
            "u = randomInteger(min=0, max=9, unit='a');\nx = bernoulliTrial(p=0.5, unit=u);",
            &["1:38 P0511", "2:32 P0511"],
        ),
        // These depend on what callers pass.
        ("x = bernoulliTrial(p=0.5, unit=userid);", &[]),
        ("x = bernoulliTrial(p=0.5, unit=[1, userid]);", &[]),
        ("x = bernoulliTrial(p=0.5, unit=1, salt=userid);", &[]),
        ("u = userid; x = bernoulliTrial(p=0.5, unit=u);", &[]),
        ("u = u ?? 'all'; x = bernoulliTrial(p=0.5, unit=u);", &[]),
        ("u = 1; if (country == 'US') { u = 2; }\nx = bernoulliTrial(p=0.5, unit=u);", &[]),
        (
            "u = randomInteger(min=0, max=9, unit=id);\nx = bernoulliTrial(p=0.5, unit=u);",
            &["2:32 P0514"],
        ),
    ]);
    // What nobody knows may depend on anything.
    let own = "x = bernoulliTrial(p=0.5, unit=visitor());";
    check_both(&[(own, &["1:32 P0400"])]);
}
