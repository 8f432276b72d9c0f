//! The command: what it prints, as text and as JSON.

use super::{answer, folder, near, number, power};

const COLORS: &str = "--ns button_color --exp Colors --param color";

#[test]
fn the_answer_is_the_first_sentence() {
    let folder = folder();
    let first = |arguments: &str| {
        let run = power(&folder, arguments);
        assert_eq!(run.status, 0, "{arguments}: {}", run.stderr);
        let lines = run.stdout.lines().take_while(|line| !line.starts_with(' '));
        for line in run.stdout.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        lines.collect::<Vec<_>>().join(" ")
    };
    let rate = format!("{COLORS} --metric rate=0.1");
    assert_eq!(
        first(&format!("{rate} --mde 10%")),
        "`Colors` needs 59004 units to find that `color` changes the rate by 0.01 (10 %), with a power \
         of 0.8."
    );
    assert_eq!(
        first(&format!("{rate} --mde 10% --traffic traffic.csv")),
        "`Colors` needs 59004 units to find that `color` changes the rate by 0.01 (10 %), with a power \
         of 0.8: they have come by on day 6."
    );
    assert_eq!(
        first(&format!("{COLORS} --metric mean=50,sd=10 --units 100000")),
        "With 100000 units, `Colors` finds that `color` changes the mean by 0.2505814 (0.5011628 %), \
         with a power of 0.8."
    );
    assert_eq!(
        first(&format!("{rate} --mde 0.01 --traffic traffic.csv --days 6")),
        "With 60000 units (day 6), `Colors` has a power of 0.8065337 to find that `color` changes the \
         rate by 0.01 (10 %)."
    );
    assert_eq!(
        first("--ns arms --exp arms --param x --metric rate=0.1 --mde 10%"),
        "`arms` needs 98370 units to find that an arm of `x` changes the rate by 0.01 (10 %), with a \
         power of 0.8 for each arm."
            .replace("98370", &needed_by_holm().to_string())
    );
}

/// The units of four arms with a fifth each, corrected for three comparisons.
fn needed_by_holm() -> u64 {
    let arm = planout::power::proportions::units(0.1, 0.11, 0.05 / 3.0, 0.8);
    (arm / 0.2).ceil() as u64
}

#[test]
fn every_figure_has_its_formula_and_its_numbers() {
    let folder = folder();
    let found = answer(&folder, &format!("{COLORS} --metric rate=0.10 --mde 0.01"));
    assert_eq!(found["computed"], "units");
    assert_eq!((&found["units"], &found["days"]), (&59_004.into(), &serde_json::Value::Null));
    assert_eq!((&found["control"], &found["correction"]), (&"#3b5998".into(), &"none".into()));
    near(number(&found, "/comparisons/0/units"), 59_003.16, 0.01);
    let figure = |name: &str| {
        let all = [&found["figures"], &found["comparisons"][0]["figures"]];
        let mut all = all.into_iter().filter_map(|list| list.as_array()).flatten();
        all.find(|figure| figure["name"] == name).unwrap_or_else(|| panic!("no {name}: {found:#}"))
    };
    near(number(figure("n"), "/value"), 14_750.79, 5e-3);
    near(number(figure("z_a"), "/value"), 1.959_964, 1e-6);
    near(number(figure("z_b"), "/value"), 0.841_621, 1e-6);
    let inputs = &figure("n")["inputs"];
    for (name, value) in [("p", 0.105), ("p1", 0.10), ("p2", 0.11), ("d", 0.01)] {
        near(number(inputs, &format!("/{name}")), value, 1e-12);
    }
    for list in
        [&found["figures"], &found["comparisons"][0]["figures"], &found["mismatch"]["figures"]]
    {
        for figure in list.as_array().expect("figures") {
            assert!(figure["formula"].as_str().is_some_and(|text| !text.is_empty()), "{figure}");
            let inputs = figure["inputs"].as_object().expect("inputs");
            assert!(!inputs.is_empty() && inputs.values().all(|it| it.is_number()), "{figure}");
        }
    }
    // The text has the same figures.
    let text = power(&folder, &format!("{COLORS} --metric rate=0.10 --mde 0.01")).stdout;
    for part in
        ["  n       14750.79     [(z_a sqrt(2 p q)", "p1 = 0.1", "N       59003.16     n V I"]
    {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn of_effect_power_and_units_two_give_the_third() {
    let folder = folder();
    let rate = |more: &str| answer(&folder, &format!("{COLORS} --metric rate=0.5 {more}"));
    // 50 units in each arm.
    near(number(&rate("--units 200 --mde 0.25"), "/power"), 0.74017, 5e-6);
    near(number(&rate("--units 200 --power 0.9"), "/effect"), 0.30263, 5e-6);
    let units = rate("--mde 50% --power 90%");
    near(number(&units, "/comparisons/0/units"), 4.0 * 76.707, 2e-3);
    assert_eq!((&units["units"], &units["computed"]), (&307.into(), &"units".into()));
    near(number(&units, "/relative"), 0.5, 1e-12);
    let days = rate("--traffic traffic.csv --days 2 --mde 2%");
    assert_eq!((&days["units"], &days["days"]), (&20_000.into(), &2.into()));
    // Up to a day that is not a row, units are those of the row before.
    assert_eq!(rate("--traffic traffic.csv --mde 5%")["days"], 3);
    // The second column may have another name, and numbers no names at all.
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file of our own");
    };
    write("named.csv", "\u{feff}cumulative distinct units,day\n10000,1\n30000,3\n");
    write("plain.csv", "1,10000\r\n3,30000\r\n");
    for file in ["named.csv", "plain.csv"] {
        assert_eq!(rate(&format!("--traffic {file} --mde 5%"))["days"], 3);
        assert_eq!(rate(&format!("--traffic {file} --mde 5% --days 2"))["units"], 10_000);
    }
    // Downwards and in percent points.
    assert!(number(&rate("--mde -5%"), "/effect") < 0.0);
}

#[test]
fn means_ratios_and_variances() {
    let folder = folder();
    let mean = |more: &str| {
        let arguments = format!("{COLORS} --metric mean=50,sd=10 --units 100000 {more}");
        answer(&folder, &arguments)
    };
    near(number(&mean(""), "/effect"), 0.25058, 5e-6);
    let deff = mean("--icc 0.02 --size 20 --cv 0.5");
    near(number(&deff, "/effect"), 0.30485, 5e-6);
    near(number(&mean("--r2 0.36"), "/effect"), 0.25058 * 0.8, 5e-6);
    let triggered = mean("--trigger 25%");
    near(number(&triggered, "/effect"), 2.0 * 0.250_581_4, 1e-6);
    let figures = triggered["comparisons"][0]["figures"].as_array().expect("figures");
    let all = figures.iter().find(|figure| figure["name"] == "d_all").expect("a figure");
    near(number(all, "/value"), 0.25 * number(&triggered, "/effect"), 1e-12);
    // Unequal arms.
    let two = "--ns arms --exp arms --param two --control a --metric mean=50,sd=10 --units 62500";
    near(number(&answer(&folder, two), "/effect"), 0.31323, 5e-6);
    let ratio = answer(&folder, &format!("{COLORS} --metric ratio=ratio.csv --mde 5%"));
    let rows = (0..200).map(|unit| (f64::from(unit % 3), f64::from(1 + unit % 4)));
    let ratio_of = planout::power::Ratio::new(rows.collect()).expect("a ratio");
    near(number(&ratio, "/metric/variance"), ratio_of.variance, 1e-12);
    near(number(&ratio, "/effect"), 0.05 * ratio_of.ratio, 1e-12);
}

#[test]
fn arms_have_exact_shares() {
    let folder = folder();
    let shares = |arguments: &str| {
        let found = answer(&folder, &format!("{arguments} --metric rate=0.2 --units 100000"));
        let arms = found["arms"].as_array().expect("arms").clone();
        arms.iter().map(|arm| number(arm, "/share")).collect::<Vec<_>>()
    };
    let close = |found: Vec<f64>, expected: &[f64]| {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        found.iter().zip(expected).for_each(|(found, expected)| near(*found, *expected, 1e-12));
    };
    close(shares("--ns arms --exp arms --param x"), &[0.2; 4]);
    close(shares("--ns arms --exp arms --param two --control b"), &[0.64, 0.16]);
    // Half of the units leave the experiment.
    close(shares("--ns arms --exp half --param x"), &[0.05, 0.05]);
    // What some units do not have is no arm.
    let some = "--ns arms --exp arms --param sometimes --control 1";
    close(shares(some), &[0.1, 0.1]);
    let text = power(&folder, &format!("{some} --metric rate=0.2 --units 10000")).stdout;
    assert!(text.contains("75.00 % of the units of `arms` do not have `sometimes`"), "{text}");
    // Sessions are drawn by themselves, and declared inputs belong to their unit.
    close(
        shares("--ns arms --exp arms --param session --control 1 --icc 0.1 --size 3"),
        &[0.2, 0.6],
    );
    close(shares("--ns arms --exp arms --param both --control 1 --icc 0.1 --size 3"), &[0.4, 0.4]);
    close(shares("--ns arms --exp arms --param both --control 1 page=home"), &[0.4, 0.4]);
    close(shares("--ns arms --exp arms --param land --control 1"), &[0.4, 0.4]);
    let controls = |control: &str| {
        let found = answer(
            &folder,
            &format!(
                "--ns arms --exp arms --param session --metric rate=0.2 --units 1000 --icc 0 --size 1 --control {control}"
            ),
        );
        found["control"].clone()
    };
    assert_eq!(controls("2"), controls("2.0"));
}

#[cfg(feature = "batch")]
#[test]
fn shares_follow_the_inputs_of_a_file() {
    let folder = folder();
    let rows =
        (0..40).map(|unit| format!("{unit},{}\n", if unit % 4 == 0 { "wifi" } else { "3g" }));
    let text = "userid,network\n".to_owned() + &rows.collect::<String>();
    std::fs::write(folder.path().join("users.csv"), text).expect("a file");
    let found = answer(
        &folder,
        "--ns page_size --exp network.40pct --param page_size --metric rate=0.1 --mde 5% \
         --inputs-from users.csv",
    );
    let shares = found["arms"].as_array().expect("arms").iter().map(|arm| number(arm, "/share"));
    let expected = [0.0375, 0.01875, 0.01875, 0.225];
    let mut shares: Vec<f64> = shares.collect();
    shares.sort_by(f64::total_cmp);
    let mut sorted = expected;
    sorted.sort_by(f64::total_cmp);
    shares.iter().zip(sorted).for_each(|(found, expected)| near(*found, expected, 1e-12));
    assert_eq!(found["correction"], "holm");
}

#[test]
fn several_arms_are_corrected() {
    let folder = folder();
    let level = |more: &str| {
        let found = answer(
            &folder,
            &format!("--ns arms --exp arms --param x --metric rate=0.1 --mde 10% {more}"),
        );
        assert_eq!(found["comparisons"].as_array().map(Vec::len), Some(3));
        (found["correction"].clone(), number(&found, "/level"))
    };
    let (name, holm) = level("");
    assert_eq!(name, "holm");
    near(holm, 0.05 / 3.0, 1e-12);
    assert_eq!(level("--correct holm").1, holm);
    assert_eq!(level("--correct none").1, 0.05);
    let (name, dunnett) = level("--correct dunnett");
    assert_eq!(name, "dunnett");
    near(planout::power::normal::upper(dunnett / 2.0), 2.349, 5e-4);
}

#[test]
fn looks_inflate_the_units() {
    let folder = folder();
    let rate =
        |more: &str| answer(&folder, &format!("{COLORS} --metric rate=0.1 --mde 10% {more}"));
    let units = |found: &serde_json::Value| number(found, "/comparisons/0/units");
    let once = units(&rate(""));
    let five = rate("--looks 5");
    let bounds: Vec<f64> =
        (0..5).map(|look| number(&five, &format!("/looks/bounds/{look}"))).collect();
    for (bound, published) in bounds.iter().zip([4.8769, 3.3569, 2.6803, 2.2898, 2.0310]) {
        near(*bound, published, 2e-4);
    }
    assert!(units(&five) / once > 1.02 && units(&five) / once < 1.03);
    let pocock = rate("--looks 5 --spend pocock");
    assert_eq!(pocock["looks"]["spending"], "pocock");
    assert!(units(&pocock) / once > 1.2);
    let any = rate("--anytime");
    assert_eq!(any["looks"]["kind"], "anytime");
    near(number(&any, "/figures/1/value"), 3.035_446, 1e-6);
    assert!(units(&any) / once > 1.8);
    // The half-width at the end is the formula's.
    let mean = answer(&folder, &format!("{COLORS} --metric mean=1,sd=1 --units 40000 --anytime"));
    let figures = mean["comparisons"][0]["figures"].as_array().expect("figures");
    let width = figures.iter().find(|figure| figure["name"] == "w").expect("a width");
    near(number(width, "/value"), 0.030_354 * 2.0_f64.sqrt(), 1e-6);
}

#[test]
fn simulations_are_the_same_on_any_number_of_threads() {
    let folder = folder();
    let simulated = |more: &str| {
        let arguments = format!("{COLORS} --metric rate=0.1 --mde 10% --simulate 2000 {more}");
        answer(&folder, &arguments)["simulated"].clone()
    };
    let one = simulated("--threads 1");
    assert_eq!(simulated("--threads 3"), one);
    assert_eq!(simulated(""), one);
    assert_ne!(simulated("--seed 1"), one);
    let off = (number(&one, "/found/0/rate") - 0.8) / number(&one, "/found/0/error");
    assert!(off.abs() < 4.0, "{one}");
    let off = (number(&one, "/false_alarms/rate") - 0.05) / number(&one, "/false_alarms/error");
    assert!(off.abs() < 4.0, "{one}");
    for metric in ["mean=50,sd=10", "ratio=ratio.csv"] {
        let run = power(
            &folder,
            &format!("{COLORS} --metric {metric} --units 4000 --simulate 200 --anytime"),
        );
        assert_eq!(run.status, 0, "{}", run.stderr);
        assert!(run.stdout.contains("200 simulated experiments, seed 0"), "{}", run.stdout);
        assert!(run.stdout.contains("false alarms"), "{}", run.stdout);
    }
}
