//! What cannot be computed is refused, with the reason and what to do.

use super::{folder, power};

const ARMS: &str = "--ns arms --exp arms --metric rate=0.1 --mde 10%";
const COLORS: &str = "--ns button_color --exp Colors --param color";

/// The status, a part of the message, and a part of the help.
type Case<'c> = (String, i32, &'c str, &'c str);

fn check(cases: &[Case<'_>]) {
    let folder = folder();
    for (arguments, status, message, help) in cases {
        let run = power(&folder, arguments);
        assert_eq!(run.status, *status, "{arguments}\n{}\n{}", run.stdout, run.stderr);
        let error = run.stderr.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
        assert!(error.contains(message), "{arguments}\n{}", run.stderr);
        let found = run.stderr.lines().find(|line| line.starts_with("help: ")).unwrap_or_default();
        assert!(found.contains(help), "{arguments}\n{}", run.stderr);
    }
}

#[test]
fn names() {
    let arms = |more: &str| format!("{ARMS} {more}");
    check(&[
        (
            "--ns button_colour --exp Colors --param color --metric rate=0.1 --mde 1%".to_owned(),
            1,
            "unknown namespace `button_colour`",
            "did you mean `button_color`?",
        ),
        (
            "--ns button_color --exp Color --param color --metric rate=0.1 --mde 1%".to_owned(),
            1,
            "unknown active experiment `Color`",
            "did you mean `Colors`?",
        ),
        (
            "--ns arms --exp old --param x --metric rate=0.1 --mde 1%".to_owned(),
            1,
            "experiment `old` has ended",
            "active: `arms`, `half`",
        ),
        (arms("--param y"), 1, "unknown param `y`", "known: "),
        (arms("--param manny"), 1, "unknown param `manny`", "did you mean `many`?"),
        (
            arms("--param x --control e"),
            1,
            "no unit of `arms` has x = `e`",
            "known: `a`, `b`, `c`, `d`",
        ),
        (arms("--param never --control b"), 1, "`never` is \"a\" for all units of `arms`", ""),
        (
            arms("--param odd"),
            1,
            "the control is not known: the default experiment gives odd = \"z\"",
            "name it with `--control`: one of `\"u\"`, `\"v\"`",
        ),
        (
            arms("--param sometimes"),
            1,
            "the default experiment gives no single value of `sometimes`",
            "`--control`",
        ),
        (
            format!("{COLORS} --metric rat=0.1 --mde 1%"),
            2,
            "unknown metric `rat`",
            "did you mean `rate`?",
        ),
        (format!("{COLORS} --metric 0.1 --mde 1%"), 2, "unknown metric `0.1`", "write `rate=R`"),
        (arms("--param x --correct hol"), 2, "`--correct` cannot be `hol`", "did you mean `holm`?"),
        (
            arms("--param x --looks 3 --spend obff"),
            2,
            "`--spend` cannot be `obff`",
            "did you mean `obf`?",
        ),
    ]);
}

#[test]
fn arms_that_cannot_be_compared() {
    let arms = |more: &str| format!("{ARMS} {more}");
    check(&[
        (
            arms("--param fixed"),
            1,
            "`fixed` is 7.0 for all units of `arms`: there is nothing to compare",
            "name a param that the experiment draws",
        ),
        (arms("--param float"), 1, "`float` is a number from a range", "few values"),
        (
            arms("--param many"),
            1,
            "`many` has 60 values: power compares at most 50 arms",
            "few values",
        ),
        (
            arms("--param parity"),
            1,
            "the shares of `parity` are not known: it depends on the value of the primary unit itself",
            "must be exact",
        ),
        (
            arms("--param session"),
            1,
            "`session` is drawn by `sessionid`, and not by the primary unit `userid` alone",
            "`--icc RHO --size M`",
        ),
        (
            arms("--param both"),
            1,
            "`both` is drawn by `userid` and `page`, and not by the primary unit `userid` alone",
            "if each `userid` has one `page`, give it as `page=VALUE`",
        ),
        (
            arms("--param mixed --icc 0.1 --size 3"),
            1,
            "`mixed` depends on draws by different units (`sessionid`; `userid`)",
            "",
        ),
        (
            "--ns page_size --exp network.40pct --param page_size --metric rate=0.1 --mde 5%"
                .to_owned(),
            1,
            "there is nothing to compare",
            "the inputs that its script needs",
        ),
    ]);
}

#[test]
fn arguments_that_do_not_go_together() {
    let colors = |more: &str| format!("{COLORS} --metric rate=0.1 {more}");
    let metric = |metric: &str| format!("{COLORS} --metric {metric} --mde 5%");
    check(&[
        (
            colors("--mde 5% --units 10 --power 0.8"),
            2,
            "nothing is left to compute",
            "leave out the one that is to be computed",
        ),
        (colors(""), 2, "missing: `--mde` or `--units`", "name the effect"),
        (colors("--power 0.9"), 2, "missing: `--mde` or `--units`", "name the effect"),
        (colors("--days 3 --mde 5%"), 2, "missing: `--traffic`", ""),
        (colors("--days 3 --units 5 --traffic traffic.csv"), 2, "cannot be used with", ""),
        (colors("--mde 5% --looks 3 --anytime"), 2, "cannot be used with `--anytime`", ""),
        (colors("--mde 5% --spend obf"), 2, "missing: `--looks`", ""),
        (colors("--mde 5% --icc 0.1"), 2, "missing: `--size`", ""),
        (colors("--mde 5% --size 3"), 2, "missing: `--icc`", ""),
        (colors("--mde 5% --seed 3"), 2, "missing: `--simulate`", ""),
        (colors("--mde 5% --delimiter tab"), 2, "`--delimiter` is for a file", "`--inputs-from`"),
        (colors("--mde 5% userid=1"), 2, "`userid` is the primary unit", ""),
        (
            format!("{ARMS} --param x --correct dunnett --looks 3"),
            2,
            "Dunnett's correction is for one look",
            "use `--correct holm`",
        ),
        (colors("--mde 95%"), 0, "", ""),
        (colors("--mde 0.95"), 2, "a rate of 0.1 cannot change by 0.95", "means 5 % of the rate"),
        (colors("--mde -100%"), 2, "a rate of 0.1 cannot change by -0.1", ""),
        (
            format!("{COLORS} --metric mean=0,sd=1 --mde 5%"),
            2,
            "the control's mean, which is 0",
            "without `%`",
        ),
        (colors("--mde 0"), 2, "`--mde`: an effect of 0 is never found", ""),
        (colors("--mde x"), 2, "`--mde`: `x` is not a number", ""),
        (colors("--mde 5% --power 80"), 2, "`--power`: `80` is not above 0 and below 1", ""),
        (colors("--mde 5% --power 0.03"), 2, "a power of 0.03 is not above 0.05", ""),
        (colors("--mde 5% --alpha 1"), 2, "`--alpha`: `1` is not above 0 and below 1", ""),
        (
            colors("--mde 5% --alpha 0.9 --power 0.95 --anytime"),
            2,
            "such an alpha has no bounds",
            "",
        ),
        (colors("--mde 5% --trigger 0"), 2, "`--trigger`: `0` is not above 0 and at most 1", ""),
        (colors("--mde 5% --r2 1"), 2, "`--r2`: `1` is not at least 0 and below 1", ""),
        (colors("--mde 5% --icc 2 --size 3"), 2, "`--icc`: `2` is not between 0 and 1", ""),
        (colors("--mde 5% --icc 0.1 --size 0.5"), 2, "`--size`: `0.5` is not at least 1", ""),
        (colors("--mde 5% --looks 1"), 2, "`--looks`: `1` is not between 2 and 50", ""),
        (colors("--units 0"), 2, "`--units`", ""),
        (metric("rate=0"), 2, "`0` is not above 0 and below 1", "write `rate=R`"),
        (metric("rate=NaN"), 2, "`NaN` is not a number", "write `rate=R`"),
        (metric("mean=5"), 2, "`sd` is missing", "`mean=M,sd=S`"),
        (metric("sd=5"), 2, "`mean` is missing", "`mean=M,sd=S`"),
        (metric("mean=5,sd=0"), 2, "the standard deviation `0` is not above 0", ""),
        (metric("mean=5,sd=1,mean=6"), 2, "`mean` is given twice", ""),
        (metric("mean=5,sdd=1"), 2, "a mean has no `sdd`", ""),
        (metric("ratio="), 2, "a ratio needs a file", ""),
    ]);
}

#[test]
fn files() {
    let folder = folder();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file of our own");
    };
    let ratio = |text: &str| {
        write("r.csv", text);
        power(&folder, &format!("{COLORS} --metric ratio=r.csv --mde 5%"))
    };
    let traffic = |text: &str| {
        write("t.csv", text);
        power(&folder, &format!("{COLORS} --metric rate=0.1 --mde 5% --traffic t.csv"))
    };
    for (run, line, problem) in [
        (ratio("num,dem\n1,2\n"), 1, "no column `den`: is `dem` meant?"),
        (ratio("num;den\n1;2\n"), 1, "the fields seem to be separated by `;`"),
        (ratio("num,den,num\n1,2,3\n"), 1, "two columns `num`"),
        (ratio("num,den\n"), 1, "no rows follow"),
        (ratio("num,den\n1,2\n"), 2, "at least two units"),
        (ratio("num,den\n1,2\n\n2,x\n"), 4, "`x` in the column `den` is not a number"),
        (ratio("num,den\n1,2\n2,inf\n"), 3, "`inf` in the column `den` is not a number"),
        (ratio("num,den\n1,2\n2\n"), 3, "1 fields where the header has 2"),
        (ratio("num,den\n1,2\n\"2,3\n"), 3, "the quotes of a field are not closed"),
        (ratio("num,den\n1,1\n2,-1\n"), 3, "the denominators add up to 0"),
        (ratio("num,den\n1,2\n2,4\n"), 3, "all units have the same ratio"),
        (ratio("num,den\n1e200,1\n-1e200,2\n"), 3, "too large"),
        (traffic("day,units\n1,10\n1,20\n"), 3, "day 1 is not after day 1"),
        (traffic("day,units\n0,10\n"), 2, "`0` is not a day"),
        (traffic("day,units\n1.5,10\n"), 2, "`1.5` is not a day"),
        (traffic("day,units\n1,10\n2,9\n"), 3, "9 units after 10"),
        (traffic("dax,unit\n1,10\n"), 1, "no column `day`: is `dax` meant?"),
        (traffic("day,unit,x\n1,10,2\n"), 1, "no column `units`: is `unit` meant?"),
        (traffic("day;units\n1;10\n"), 1, "the fields seem to be separated by `;`"),
    ] {
        let file = if run.stderr.contains("r.csv") { "r.csv" } else { "t.csv" };
        assert_eq!(run.status, 1, "{problem}: {}", run.stderr);
        let place = format!("error: `{file}`, line {line}: ");
        assert!(run.stderr.starts_with(&place) && run.stderr.contains(problem), "{}", run.stderr);
    }
    check(&[
        (format!("{COLORS} --metric ratio=none.csv --mde 5%"), 3, "cannot read `none.csv`", ""),
        (
            format!("{COLORS} --metric rate=0.1 --mde 5% --traffic none.csv"),
            3,
            "cannot read `none.csv`",
            "",
        ),
        (
            format!("{COLORS} --metric rate=0.1 --days 11 --traffic traffic.csv"),
            1,
            "the traffic of day 11 is not known: it goes from day 1 to 10",
            "add the days",
        ),
        (format!("{COLORS} --metric rate=0.1 --units 20"), 0, "", ""),
        (format!("{COLORS} --metric rate=0.1 --units 4"), 1, "4 units are too few", "more units"),
        (
            format!("{COLORS} --metric ratio=ratio.csv --units 1000000000 --simulate 100000"),
            1,
            "experiments would draw",
            "`--simulate 2`",
        ),
    ]);
    // What the traffic does not reach is answered, and the answer is no.
    let run = power(&folder, &format!("{COLORS} --metric rate=0.1 --mde 2% --traffic traffic.csv"));
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stdout.starts_with("`Colors` needs "), "{}", run.stdout);
    assert!(run.stderr.contains("are not reached: up to day 10"), "{}", run.stderr);
}
