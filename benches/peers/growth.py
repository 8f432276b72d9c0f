"""How the cost grows: with rows, with params and with experiments."""

import csv
import json

import document
import units
from machine import best, run
from plot import Plot, side_by_side

ROWS = [100_000, 1_000_000, 10_000_000]
PARAMS = [1, 2, 4, 8, 16, 32]
EXPERIMENTS = [1, 10, 100, 1000]
SEGMENTS = 10_000
MEMORY_LIMIT_MEGABYTES = 100


def namespace(folder, name, params, experiments):
    """A namespace whose experiments hold all segments, in equal parts."""
    draws = "".join(
        f"      p{index} = uniformChoice(choices=['a', 'b'], unit=userid);\n"
        for index in range(params)
    )
    entries = "".join(
        f"  - {{action: add, definition: Draws, name: e{index}, "
        f"segments: {SEGMENTS // experiments}}}\n"
        for index in range(experiments)
    )
    (folder / f"{name}.yaml").write_text(
        f"namespace: {{unit: userid, segments: {SEGMENTS}}}\n"
        "experiment_definitions:\n"
        f"  - definition: Draws\n    assign: !planout |\n{draws}"
        "  - {definition: Default, assign: !planout \"p0 = 'a';\"}\n"
        f"default_experiment: Default\nexperiment_sequence:\n{entries}"
    )


def evaluation(planout, folder, name, repeats):
    """Nanoseconds of an evaluation."""

    def once():
        options = ["--iterations", 500_000, "--format", "json"]
        answer = run(planout, "perf", "--ns", name, "--from", folder, *options)
        return json.loads(answer.output)["p50_ns"]

    return best(repeats, once)


def of_params(planout, folder, repeats):
    figures = []
    for params in PARAMS:
        namespace(folder, f"params_{params}", params, 1)
        figures.append((params, evaluation(planout, folder, f"params_{params}", repeats)))
    return figures


def of_experiments(planout, folder, repeats):
    figures = []
    for experiments in EXPERIMENTS:
        namespace(folder, f"experiments_{experiments}", 2, experiments)
        name = f"experiments_{experiments}"
        figures.append((experiments, evaluation(planout, folder, name, repeats)))
    return figures


def of_rows(batch, folder, repeats):
    """Seconds, and the most memory in megabytes, for each number of rows."""
    seconds, peaks = [], []
    for rows in ROWS:
        path = folder / f"rows-{rows}.csv"
        units.write_csv(path, rows)
        runs = [batch(path, folder / "rows-out.csv", 1) for _ in range(repeats)]
        runs.append(batch(path, folder / "rows-out.csv", 2))
        path.unlink()
        seconds.append((rows, min(run.seconds for run in runs[:-1])))
        peak = max(run.peak_megabytes for run in runs)
        if peak > MEMORY_LIMIT_MEGABYTES:
            raise SystemExit(f"{rows} rows need {peak:.0f} MB")
        peaks.append((rows, peak))
    return seconds, peaks


def plots(figures):
    drawn = []
    if "rows" in figures:
        points = figures["rows"]
        rows, seconds = points[-1]
        drawn.append(
            Plot("rows", "rows", "seconds", points, lambda x: x * seconds / rows, True, True)
        )
    points = figures["params"]
    (first, low), (last, high) = points[0], points[-1]
    slope = (high - low) / (last - first)
    drawn.append(
        Plot("params", "params", "ns", points, lambda x: low + slope * (x - first))
    )
    points = figures["experiments"]
    level = sum(y for _, y in points) / len(points)
    drawn.append(Plot("experiments", "experiments", "ns", points, lambda x: level, True))
    return drawn


def measure(planout, batch, folder, repeats):
    """All figures by name. `batch` runs a file through the namespace; None leaves rows out."""
    figures = {}
    if batch:
        figures["rows"], figures["memory"] = of_rows(batch, folder, repeats)
    figures["params"] = of_params(planout, folder, repeats)
    figures["experiments"] = of_experiments(planout, folder, repeats)
    return figures


UNITS = {"rows": "seconds", "memory": "MB", "params": "ns", "experiments": "ns"}


def write(figures, images):
    """The figures as CSV and as a plot."""
    images.mkdir(exist_ok=True)
    with open(images / "growth.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["of", "size", "value", "unit"])
        for name, points in figures.items():
            writer.writerows([name, x, f"{y:.4g}", UNITS[name]] for x, y in points)
    (images / "growth.svg").write_text(side_by_side(plots(figures)))


def tables(figures):
    """The figures as markdown, by name."""
    named = {}
    if "rows" in figures:
        peaks = dict(figures["memory"])
        lines = [
            [f"{rows:,}", f"{seconds:.2f}", document.rate(rows / seconds), f"{peaks[rows]:.0f}"]
            for rows, seconds in figures["rows"]
        ]
        header = ["rows", "seconds", "rows a second", "MB at the peak"]
        named["rows"] = document.table(header, lines)
    lines = [[x, f"{y:,.0f}", f"{y / x:,.0f}"] for x, y in figures["params"]]
    named["params"] = document.table(["params", "ns", "ns a param"], lines)
    lines = [[f"{x:,}", f"{y:,.0f}"] for x, y in figures["experiments"]]
    named["experiments"] = document.table(["experiments", "ns"], lines)
    return named
