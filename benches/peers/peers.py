#!/usr/bin/env python3
"""Compares planout with its peers, in one run on one machine: `python3 benches/peers/peers.py`.

Peers are installed into a temporary folder. All answers must be equal before any speed is
compared. `--write` puts the figures into docs/performance.md and docs/spark.md.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import document
import growth
import machine
import units
from machine import best, run

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NAMESPACE = "button_color"
OURS = "this planout"
PYTHON_PACKAGES = ["planout", "six", "duckdb"]
NODE_PACKAGES = ["planout"]
# After so many passes over the units a virtual machine has compiled what it runs.
WARM_PASSES = 20


@dataclass
class Figures:
    """Units a second: evaluations alone, and from file to file by the number of threads."""

    name: str
    alone: float | None = None
    files: dict | None = None


def main():
    options = arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="peers-"))
    try:
        session = Session(folder, options)
        session.agree()
        print("all answers are equal", file=sys.stderr)
        figures = {"machine": session.versions()}
        rates = session.rates()
        figures["peers"] = comparison(rates)
        figures["billion"] = billion(rates)
        if not options.skip_ratios:
            figures["ratios"] = ratios()
        batch = None if options.skip_batch else session.batch
        grown = growth.measure(session.planout, batch, folder, options.repeats)
        figures |= growth.tables(grown)
        for name, text in figures.items():
            print(f"\n{name}\n\n{text}")
        if options.write:
            growth.write(grown, ROOT / "docs/images")
            document.fill(ROOT / "docs/performance.md", figures)
            document.fill(ROOT / "docs/spark.md", figures)
    finally:
        shutil.rmtree(folder)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=2_000_000, help="units for the quick ones")
    parser.add_argument("--slow-rows", type=int, default=100_000, help="for the two references")
    parser.add_argument("--repeats", type=int, default=3, help="of which the best counts")
    parser.add_argument("--skip-batch", action="store_true", help="leave `eval --batch` out")
    parser.add_argument("--skip-ratios", action="store_true", help="leave `cargo bench` out")
    classes = "its core and what that needs; without it, it is left out"
    parser.add_argument("--planout4j", metavar="CLASSPATH", help=classes)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/")
    return parser.parse_args()


class Session:
    """The programs, and the units that they assign."""

    def __init__(self, folder, options):
        self.folder, self.options = folder, options
        self.planout, self.library = build("planout"), build("peer")
        self.python = folder / "venv/bin/python"
        self.modules = folder / "node_modules"
        self.install()
        self.namespace = folder / f"{NAMESPACE}.json"
        source = ROOT / f"sample-namespaces/{NAMESPACE}.yaml"
        run(self.planout, "compile", source, self.namespace)
        self.many, self.few = folder / "many.csv", folder / "few.csv"
        units.write_csv(self.many, options.rows)
        units.write_csv(self.few, options.slow_rows)
        self.halves = units.halve(self.few, options.slow_rows)
        self.lines = folder / "many.jsonl"
        units.write_jsonl(self.lines, options.rows)
        self.out = folder / "out.csv"

    def install(self):
        run(sys.executable, "-m", "venv", self.folder / "venv")
        run(self.python, "-m", "pip", "install", "--quiet", *PYTHON_PACKAGES)
        run("npm", "install", "--silent", "--prefix", self.folder, *NODE_PACKAGES)
        if self.options.planout4j:
            path = self.options.planout4j
            run("javac", "-nowarn", "-cp", path, "-d", self.folder, HERE / "Planout4j.java")

    def versions(self):
        code = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
        python = {
            name: run(self.python, "-c", code, name).output.strip() for name in PYTHON_PACKAGES
        }
        package = json.loads((self.modules / "planout/package.json").read_text())
        node = run("node", "--version").output.strip()
        java = ""
        if self.options.planout4j:
            java = f"planout4j on Java {run('java', '--version').output.split()[1]}, "
        return (
            f"{machine.describe()}. PlanOut {python['planout']} on Python "
            f"{sys.version.split()[0]}, planout.js {package['version']} on Node {node[1:]}, {java}"
            f"DuckDB {python['duckdb']}; {self.options.rows:,} units, for the references "
            f"{self.options.slow_rows:,}; the best of {self.options.repeats} runs."
        )

    # Each implementation, from a file of units to one of answers.

    def batch(self, source, answers, threads):
        where = ["--ns", NAMESPACE, "--from", self.namespace]
        files = ["--batch", source, "-o", answers, "--threads", threads]
        return run(self.planout, "eval", *where, *files, stderr=subprocess.DEVNULL)

    def warehouse(self, source, answers, threads):
        return run(self.python, HERE / "warehouse.py", threads, source, answers)

    def library_command(self, source, answers):
        return [self.library, self.namespace, source, answers]

    def python_command(self, source, answers):
        return [self.python, HERE / "reference.py", self.namespace, source, answers]

    def node_command(self, source, answers):
        return ["node", HERE / "reference.js", self.modules, self.namespace, source, answers]

    def java_command(self, source, answers, passes=1):
        path = f"{self.options.planout4j}{os.pathsep}{self.folder}"
        return ["java", "-cp", path, "Planout4j", self.namespace, source, answers, passes]

    def references(self):
        return [("planout.js", self.node_command), ("PlanOut, Python", self.python_command)]

    def agree(self):
        """Ends the program unless all answers are equal."""
        expected = self.folder / "expected.csv"
        run(*self.python_command(self.few, expected))
        halves = [half.with_suffix(".out") for half in self.halves]
        java = [("planout4j", self.java_command)] if self.options.planout4j else []
        for name, command in [*self.references(), *java]:
            run(*command(self.few, self.out))
            self.must_equal(name, expected, self.out)
            machine.together(*map(command, self.halves, halves))
            self.must_equal(f"{name}, as two processes", expected, *halves)
        run(*self.library_command(self.few, self.out))
        self.must_equal("the library", expected, self.out)
        self.warehouse(self.few, self.out, 1)
        self.must_equal("DuckDB", expected, self.out)
        if self.options.skip_batch:
            return self.single_units(expected)
        self.batch(self.few, self.out, 1)
        self.must_equal("planout", expected, self.out)
        # Of many units, two threads of DuckDB write the answers in another order.
        self.warehouse(self.many, expected, 1)
        for threads in (1, 2):
            self.batch(self.many, self.out, threads)
            self.must_equal(f"planout on {threads} threads", expected, self.out)
        lines, answers = self.folder / "out.jsonl", self.folder / "from-lines.csv"
        self.batch(self.lines, lines, 1)
        as_csv(lines, answers)
        self.must_equal("planout from JSON lines", expected, answers)

    def must_equal(self, name, expected, *answers):
        difference = units.first_difference(expected, answers)
        if difference:
            raise SystemExit(f"answers of {name} differ in {difference}")

    def single_units(self, expected):
        """Compares the first units, one process for each."""
        with open(expected) as file:
            lines = [next(file).strip() for _ in range(201)][1:]
        for line in lines:
            unit = f"userid={line.split(',')[0]}"
            where = ["--ns", NAMESPACE, "--from", self.namespace]
            answer = json.loads(run(self.planout, "eval", *where, unit, "--format", "json").output)
            found = row(unit.removeprefix("userid="), answer)
            if found != line:
                raise SystemExit(f"answers of planout differ: {found} and {line}")

    def rates(self):
        """The figures of all, ours first."""
        repeats, many, few = self.options.repeats, self.options.rows, self.options.slow_rows

        alone = best(repeats, lambda: float(run(*self.library_command(self.many, self.out)).output))
        ours = Figures(OURS, many / alone, {})
        lines = Figures(f"{OURS} from JSON lines", None, {})
        if not self.options.skip_batch:
            for threads in (1, 2):
                seconds = best(repeats, lambda: self.batch(self.many, self.out, threads).seconds)
                ours.files[threads] = many / seconds
                out = self.folder / "out.jsonl"
                seconds = best(repeats, lambda: self.batch(self.lines, out, threads).seconds)
                lines.files[threads] = many / seconds

        query = best(repeats, lambda: float(self.warehouse(self.many, "-", 1).output))
        duckdb = Figures("DuckDB, SQL", many / query, {})
        for threads in (1, 2):
            seconds = best(repeats, lambda: self.warehouse(self.many, self.out, threads).seconds)
            duckdb.files[threads] = many / seconds

        all_figures = [ours, lines, duckdb]
        for name, command in self.references():
            runs = [run(*command(self.few, self.out)) for _ in range(repeats)]
            outs = [half.with_suffix(".out") for half in self.halves]
            both = best(repeats, lambda: machine.together(*map(command, self.halves, outs)))
            alone = few / min(float(run.output) for run in runs)
            files = {1: few / min(run.seconds for run in runs), 2: few / both}
            all_figures.append(Figures(name, alone, files))
        passes = {"its first units": 1, "warmed up": WARM_PASSES} if self.options.planout4j else {}
        for when, count in passes.items():
            command = self.java_command(self.few, self.out, count)
            alone = few / best(repeats, lambda: float(run(*command).output))
            all_figures.append(Figures(f"planout4j, {when}", alone, {}))
        return all_figures


def build(name):
    """A program as it is released."""
    command = "cargo build --release --locked --bins --examples --message-format json".split()
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    built = [json.loads(line) for line in output.splitlines()]
    programs = {it["target"]["name"]: it["executable"] for it in built if it.get("executable")}
    return programs[name]


def as_csv(lines, answers):
    with open(lines) as source, open(answers, "w") as out:
        out.write("userid,segment,experiment,in_experiment,color,label\n")
        for line in source:
            answer = json.loads(line)
            out.write(row(answer["userid"], answer) + "\n")


def row(unit, answer):
    """A line of answers as the references write it."""
    inside = "true" if answer["in_experiment"] else "false"
    params = answer["params"]
    fields = [unit, str(answer["segment"]), answer["experiment"] or "", inside]
    return ",".join(fields + [params["color"], params["label"]])


def comparison(rates):
    ours = rates[0]
    rows = []
    for figures in rates:
        pairs = [(figures.alone, ours.alone)]
        pairs += [(figures.files.get(threads), ours.files.get(threads)) for threads in (1, 2)]
        # Other formats of ours are no peers.
        is_ours = figures.name.startswith(OURS)
        cells = [cell for pair in pairs for cell in with_ratio(*pair, is_ours)]
        rows.append([figures.name, *cells])
    header = ["units a second", "evaluation alone", "ours is faster", "file to file, one thread"]
    return document.table([*header, "ours is faster", "two threads", "ours is faster"], rows)


def with_ratio(rate, ours, is_ours):
    if rate is None:
        return "", ""
    ratio = document.times(ours / rate) if ours and not is_ours else ""
    return document.rate(rate), ratio


def billion(rates):
    """Core hours for a billion units on one core, from file to file where that was measured."""
    rows = []
    for figures in rates:
        name, rate = figures.name, figures.files.get(1)
        if rate is None:
            name, rate = f"{name}, evaluation alone", figures.alone
        rows.append([name, document.rate(rate), hours(rate)])
    return document.table(["", "rows a second and core", "core hours"], rows)


def hours(per_second):
    return f"{1e9 / per_second / 3600:.2f}"


def ratios():
    """What is promised as a ratio, as `cargo bench` finds it."""
    command = ["cargo", "bench", "--locked", "--bench", "ratios"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return "\n".join(line for line in output.splitlines() if line.startswith("|"))


if __name__ == "__main__":
    main()
