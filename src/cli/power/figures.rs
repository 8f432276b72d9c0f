//! The figures of an answer: each with its formula, and the numbers that it comes from.

use planout::power::dunnett::loading;
use planout::power::normal::upper;
use planout::power::{Comparison, Correction, Looks, Metric, Monitoring};

use super::answer::{Answer, Row, Sought};

/// A number with its origin. The names are those of the formulas.
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) value: f64,
    pub(super) formula: &'static str,
    pub(super) inputs: Vec<(String, f64)>,
}

fn figure(
    name: &'static str,
    value: f64,
    formula: &'static str,
    inputs: impl IntoIterator<Item = (&'static str, f64)>,
) -> Figure {
    let inputs = inputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Figure { name, value, formula, inputs }
}

/// The figures that all arms share.
pub(super) fn shared(answer: &Answer<'_>) -> Vec<Figure> {
    let mut figures = Vec::new();
    level(answer, &mut figures);
    let settings = answer.design.settings;
    let level = answer.design.study.level;
    let Some(comparison) = answer.design.study.comparisons.first() else {
        return figures;
    };
    match &comparison.monitoring {
        Monitoring::AnyTime(sequence) => figures.push(figure(
            "z_a",
            comparison.critical(),
            "sqrt(2 (q + 1) / q ln(sqrt(q + 1) / a)), q = -2 ln a + ln(-2 ln a) + 1",
            [("a", level), ("q", sequence.tuning(1.0))],
        )),
        _ => figures.push(figure("z_a", comparison.critical(), "z(1 - a/2)", [("a", level)])),
    }
    if let Sought::Units { power, .. } | Sought::Effect { power, .. } = answer.sought {
        figures.push(figure("z_b", upper(1.0 - power), "z(power)", [("power", power)]));
    }
    if let Metric::Ratio(ratio) = &settings.metric {
        let (num, den) = (ratio.mean_num, ratio.mean_den);
        let means = [("mean_num", num), ("mean_den", den)];
        figures.push(figure("R", ratio.ratio, "mean_num / mean_den", means));
        figures.push(figure(
            "v",
            ratio.variance,
            "(s_y^2 - 2 R s_xy + R^2 s_x^2) / mean_den^2, y = num, x = den",
            [
                ("s_y^2", ratio.variance_num),
                ("s_xy", ratio.covariance),
                ("s_x^2", ratio.variance_den),
                ("R", ratio.ratio),
                ("mean_den", den),
            ],
        ));
    }
    if let Some(cluster) = &settings.cluster {
        figures.push(figure(
            "Deff",
            cluster.design_effect(),
            "1 + ((1 + cv^2) m - 1) icc",
            [("cv", cluster.cv), ("m", cluster.size), ("icc", cluster.icc)],
        ));
    }
    let design_effect = settings.cluster.map_or(1.0, |cluster| cluster.design_effect());
    let inputs = [("R2", settings.r2), ("Deff", design_effect)];
    figures.push(figure("V", comparison.factor, "(1 - R2) Deff", inputs));
    figures
}

/// The level of each comparison.
fn level(answer: &Answer<'_>, figures: &mut Vec<Figure>) {
    let (settings, study) = (answer.design.settings, answer.design.study);
    let several = study.comparisons.len() as f64;
    let alpha = study.alpha;
    match settings.correction {
        Correction::None => figures.push(figure("a", study.level, "alpha", [("alpha", alpha)])),
        Correction::Holm => {
            let inputs = [("alpha", alpha), ("k", several)];
            figures.push(figure("a", study.level, "alpha / k, k comparisons", inputs));
        }
        Correction::Dunnett => {
            let control = answer.design.arms.control().share;
            let loadings = answer
                .design
                .arms
                .others()
                .zip(1..)
                .map(|(arm, place)| (format!("l_{place}"), loading(arm.share, control)));
            let mut inputs = vec![("alpha".to_owned(), alpha)];
            inputs.extend(loadings);
            let critical = upper(study.level / 2.0);
            figures.push(Figure {
                name: "c",
                value: critical,
                formula: "P(all |T_i| <= c) = 1 - alpha, correlations l_i l_j, \
                          l_i = sqrt(s_i / (s_i + s_c))",
                inputs,
            });
            figures.push(figure("a", study.level, "2 (1 - Phi(c))", [("c", critical)]));
        }
    }
}

/// The bounds of planned looks: their names, and the formula of what they spend.
pub(super) fn bounds<'a>(answer: &Answer<'a>) -> Option<(&'a [f64], &'static str)> {
    let Looks::Planned(_, spending) = answer.design.settings.looks else {
        return None;
    };
    let comparison = answer.design.study.comparisons.first()?;
    let Monitoring::Looks(bounds) = &comparison.monitoring else {
        return None;
    };
    let formula = match spending {
        planout::power::sequential::Spending::ObrienFleming => {
            "each side spends 2 (1 - Phi(z(1 - a/4) / sqrt(t))) up to t = look / K"
        }
        planout::power::sequential::Spending::Pocock => {
            "each side spends a/2 ln(1 + (e - 1) t) up to t = look / K"
        }
    };
    Some((bounds.values(), formula))
}

/// The figures of one arm.
pub(super) fn of_row(answer: &Answer<'_>, row: &Row<'_>) -> Vec<Figure> {
    let mut figures = Vec::new();
    let comparison = row.comparison;
    let values = Values::new(answer, row);
    let (formula, names) = match comparison.metric {
        Metric::Rate(_) => ("p2 - p1", ["p1", "p2"]),
        Metric::Mean { .. } => ("mean_t - mean_c", ["mean_c", "mean_t"]),
        Metric::Ratio(_) => ("R_t - R_c", ["R_c", "R_t"]),
    };
    let means = [(names[0], values.base), (names[1], values.base + row.effect)];
    if !matches!(answer.sought, Sought::Effect { .. }) {
        figures.push(figure("d", row.effect, formula, means));
    }
    let power = match answer.sought {
        Sought::Units { power, .. } | Sought::Effect { power, .. } => power,
        Sought::Power { .. } => row.power,
    };
    let is_sequential = matches!(comparison.monitoring, Monitoring::Looks(_));
    if let (Monitoring::Looks(bounds), Sought::Units { .. } | Sought::Effect { .. }) =
        (&comparison.monitoring, answer.sought)
    {
        let theta = bounds.drift(power).unwrap_or(f64::NAN);
        figures.push(figure(
            "I",
            values.inflation,
            "(theta / (z_a + z_b))^2, P(a bound is crossed | theta) = power",
            [("theta", theta), ("z_a", values.z_a), ("z_b", values.z_b)],
        ));
    }
    match answer.sought {
        Sought::Units { .. } => units(&values, row, &mut figures),
        Sought::Effect { .. } => {
            effect(&values, row, &mut figures);
            let sum = match comparison.metric {
                Metric::Rate(_) => "p1 + MDE",
                Metric::Mean { .. } => "mean_c + MDE",
                Metric::Ratio(_) => "R_c + MDE",
            };
            let inputs = [means[0], ("MDE", row.effect)];
            figures.push(figure(names[1], means[1].1, sum, inputs));
        }
        Sought::Power { .. } if is_sequential => {
            let theta = comparison.drift(row.effect, row.units);
            let formula = if comparison.is_pooled() {
                "the theta for which N units are needed: n V I / (r s), I = (theta / (z_a + z_b))^2, n \
                 by the pooled variance, z_b of the power below"
            } else {
                "|d| / se, se = sqrt(V (v_t / s_t + v_c / s_c) / (r N))"
            };
            let inputs = values.variances(row).into_iter().chain([("N", row.units)]);
            figures.push(figure("theta", theta, formula, inputs));
            let inputs = [("theta", theta)];
            figures.push(figure("power", row.power, "P(a bound is crossed | theta)", inputs));
        }
        Sought::Power { .. } => self::power(&values, row, &mut figures),
    }
    monitored(answer, row, &mut figures);
    if comparison.trigger < 1.0 {
        figures.push(figure(
            "d_all",
            comparison.trigger * row.effect,
            "r d, the effect on all units of the arm",
            [("r", comparison.trigger), ("d", row.effect)],
        ));
    }
    if let Some(cluster) = &answer.design.settings.cluster {
        let inputs = [("N", row.units), ("m", cluster.size)];
        figures.push(figure("primary", row.units / cluster.size, "N / m, primary units", inputs));
    }
    figures
}

/// The numbers in the formulas of an arm.
struct Values {
    z_a: f64,
    z_b: f64,
    base: f64,
    /// The variances per unit, in the control and in the arm.
    control: f64,
    arm: f64,
    /// Of the mean of both proportions.
    pooled: f64,
    factor: f64,
    inflation: f64,
    trigger: f64,
}

impl Values {
    fn new(answer: &Answer<'_>, row: &Row<'_>) -> Values {
        let comparison = row.comparison;
        let metric = &comparison.metric;
        let base = metric.base();
        let power = match answer.sought {
            Sought::Units { power, .. } | Sought::Effect { power, .. } => power,
            Sought::Power { .. } => row.power,
        };
        Values {
            z_a: comparison.critical(),
            z_b: upper(1.0 - power),
            base,
            control: metric.variance(base),
            arm: metric.variance(base + row.effect),
            pooled: base + row.effect / 2.0,
            factor: comparison.factor,
            inflation: comparison.inflation(power).unwrap_or(f64::NAN),
            trigger: comparison.trigger,
        }
    }

    /// The inputs of the variance that is not pooled.
    fn variances(&self, row: &Row<'_>) -> Vec<(&'static str, f64)> {
        vec![
            ("d", row.effect),
            ("V", self.factor),
            ("v_t", self.arm),
            ("v_c", self.control),
            ("s_t", row.comparison.arm),
            ("s_c", row.comparison.control),
            ("r", self.trigger),
        ]
    }

    /// Those of the pooled variance.
    fn pooled(&self, row: &Row<'_>) -> Vec<(&'static str, f64)> {
        let p2 = self.base + row.effect;
        let mut inputs = vec![("p", self.pooled), ("p1", self.base), ("p2", p2), ("d", row.effect)];
        inputs.splice(0..0, [("z_a", self.z_a), ("z_b", self.z_b)]);
        inputs
    }

    fn share(comparison: &Comparison) -> f64 {
        f64::midpoint(comparison.arm, comparison.control)
    }
}

fn units(values: &Values, row: &Row<'_>, figures: &mut Vec<Figure>) {
    let comparison = row.comparison;
    if comparison.is_pooled() {
        let share = Values::share(comparison);
        let arm = row.units * values.trigger * share / values.factor / values.inflation;
        figures.push(figure(
            "n",
            arm,
            "[(z_a sqrt(2 p q) + z_b sqrt(p1 q1 + p2 q2)) / d]^2 an arm, p = (p1 + p2) / 2, q = 1 - p",
            values.pooled(row),
        ));
        figures.push(figure(
            "N",
            row.units,
            "n V I / (r s)",
            [
                ("n", arm),
                ("V", values.factor),
                ("I", values.inflation),
                ("r", values.trigger),
                ("s", share),
            ],
        ));
    } else {
        let normal = [("z_a", values.z_a), ("z_b", values.z_b), ("I", values.inflation)];
        figures.push(figure(
            "N",
            row.units,
            "(z_a + z_b)^2 I V (v_t / s_t + v_c / s_c) / (r d^2)",
            normal.into_iter().chain(values.variances(row)),
        ));
    }
}

fn effect(values: &Values, row: &Row<'_>, figures: &mut Vec<Figure>) {
    let comparison = row.comparison;
    if comparison.is_pooled() {
        let more = [
            ("N", row.units),
            ("V", values.factor),
            ("I", values.inflation),
            ("r", values.trigger),
            ("s", Values::share(comparison)),
        ];
        figures.push(figure(
            "MDE",
            row.effect,
            "the d for which [(z_a sqrt(2 p q) + z_b sqrt(p1 q1 + p2 q2)) / d]^2 = r s N / (V I)",
            values.pooled(row).into_iter().filter(|(name, _)| *name != "d").chain(more),
        ));
    } else {
        let normal = [("z_a", values.z_a), ("z_b", values.z_b), ("I", values.inflation)];
        let variances = values.variances(row).into_iter().filter(|(name, _)| *name != "d");
        figures.push(figure(
            "MDE",
            row.effect,
            "(z_a + z_b) sqrt(I V (v_t / (N s_t) + v_c / (N s_c)) / r)",
            normal.into_iter().chain(variances).chain([("N", row.units)]),
        ));
    }
}

fn power(values: &Values, row: &Row<'_>, figures: &mut Vec<Figure>) {
    let comparison = row.comparison;
    let (estimated, own) = comparison.deviations(row.effect);
    let root = row.units.sqrt();
    if comparison.is_pooled() {
        let inputs = [
            ("p", values.pooled),
            ("p1", values.base),
            ("p2", values.base + row.effect),
            ("V", values.factor),
            ("r", values.trigger),
            ("s", Values::share(comparison)),
            ("N", row.units),
        ];
        figures.push(figure("se_0", estimated / root, "sqrt(2 V p q / (r s N))", inputs));
        let (formula, inputs) = ("sqrt(V (p1 q1 + p2 q2) / (r s N))", inputs.into_iter().skip(1));
        figures.push(figure("se", own / root, formula, inputs));
    } else {
        let inputs = values.variances(row).into_iter().filter(|(name, _)| *name != "d");
        figures.push(figure(
            "se",
            own / root,
            "sqrt(V (v_t / s_t + v_c / s_c) / (r N))",
            inputs.chain([("N", row.units)]),
        ));
    }
    let mut inputs = vec![("d", row.effect), ("z_a", values.z_a)];
    let formula = if comparison.is_pooled() {
        inputs.push(("se_0", estimated / root));
        "Phi((d - z_a se_0) / se) + Phi((-d - z_a se_0) / se)"
    } else {
        "Phi(d / se - z_a) + Phi(-d / se - z_a)"
    };
    inputs.push(("se", own / root));
    figures.push(figure("power", row.power, formula, inputs));
}

/// The figures of tests with several looks.
fn monitored(answer: &Answer<'_>, row: &Row<'_>, figures: &mut Vec<Figure>) {
    let comparison = row.comparison;
    match &comparison.monitoring {
        Monitoring::Once => {}
        Monitoring::Looks(bounds) => {
            let theta = comparison.drift(row.effect, row.units);
            for (name, theta, formula) in [
                ("N_d", theta, "mean number of units at the end of the test, with the effect"),
                ("N_0", 0.0, "the same without an effect"),
            ] {
                let part = bounds.crossings(theta).mean_part();
                let inputs = [("N", row.units), ("theta", theta), ("part", part)];
                figures.push(figure(name, row.units * part, formula, inputs));
            }
        }
        Monitoring::AnyTime(sequence) => {
            let level = answer.design.study.level;
            let (_, sigma) = comparison.deviations(row.effect);
            let tuning = sequence.tuning(row.units);
            figures.push(figure(
                "rho^2",
                tuning,
                "(-2 ln a + ln(-2 ln a) + 1) / N",
                [("a", level), ("N", row.units)],
            ));
            figures.push(figure(
                "w",
                sigma * sequence.half_width(row.units, row.units),
                "sigma sqrt(2 (N rho^2 + 1) / (N^2 rho^2) ln(sqrt(N rho^2 + 1) / a)), the half-width at \
                 the end, sigma^2 = V (v_t / s_t + v_c / s_c) / r",
                [("sigma", sigma), ("N", row.units), ("rho^2", tuning), ("a", level)],
            ));
            if let Some(by_then) = comparison.power_by_then(row.effect, row.units) {
                let theta = comparison.drift(row.effect, row.units);
                let inputs =
                    [("theta", theta), ("looks", planout::power::LOOKS_AT_ANY_TIME as f64)];
                figures.push(figure(
                    "by_then",
                    by_then,
                    "the power of finding it at one of so many looks, up to the end",
                    inputs,
                ));
            }
        }
    }
}

/// The smallest mismatch of the counts of arms that the units show.
pub(super) fn mismatch(answer: &Answer<'_>) -> Option<Vec<Figure>> {
    let smallest = answer.mismatch?;
    let arms = &answer.design.arms.arms;
    let in_arms = answer.units as f64 * arms.iter().map(|arm| arm.share).sum::<f64>();
    Some(vec![
        figure(
            "lambda",
            smallest.noncentrality,
            "P(noncentral chi-squared > its bound at alpha) = power",
            [
                ("alpha", answer.mismatch_alpha()),
                ("power", answer.mismatch_power),
                ("degrees", smallest.degrees as f64),
            ],
        ),
        figure(
            "SRM",
            smallest.difference,
            "sqrt(lambda e (1 - e) / n), e the smallest arm's share of the n units in arms",
            [("lambda", smallest.noncentrality), ("e", smallest.share), ("n", in_arms)],
        ),
    ])
}
