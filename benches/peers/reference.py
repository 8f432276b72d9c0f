"""The namespace in PlanOut's Python reference: `reference.py NAMESPACE.json UNITS.csv ANSWERS.csv`.

Prints the seconds that the evaluations take, without reading and writing.
"""

import collections
import collections.abc
import csv
import json
import sys
import time

# The package is of 2016, and Python 3.10 moved this.
collections.MutableMapping = collections.abc.MutableMapping

from planout.assignment import Assignment  # noqa: E402
from planout.interpreter import Interpreter  # noqa: E402
from planout.ops.random import RandomInteger, Sample  # noqa: E402


class Namespace:
    """What the package's SimpleNamespace does, with the salts of planout4j."""

    def __init__(self, document):
        self.name = document["namespace"]["name"]
        self.unit = document["namespace"]["unit"]
        self.segments = document["namespace"]["segments"]
        self.scripts = {d["definition"]: d["assign"] for d in document["experiment_definitions"]}
        self.default = document["default_experiment"]
        self.owners = {}
        self.definitions = {}
        free = list(range(self.segments))
        for entry in document["experiment_sequence"]:
            if entry["action"] != "add":
                raise NotImplementedError(entry["action"])
            name, draws = entry["name"], entry["segments"]
            allocation = Assignment("null")
            allocation.x = Sample(choices=free, draws=draws, unit=name)
            self.owners.update((segment, name) for segment in allocation.x)
            free = [segment for segment in free if segment not in self.owners]
            self.definitions[name] = entry["definition"]

    def assign(self, inputs):
        """The segment, the experiment, whether the unit is in it, and the params."""
        lookup = Assignment("null")
        lookup.x = RandomInteger(min=0, max=self.segments - 1, unit=inputs[self.unit])
        segment = lookup.x
        params, in_experiment = self.run(self.default, self.default, inputs)
        experiment = self.owners.get(segment)
        if experiment is not None:
            over, in_experiment = self.run(self.definitions[experiment], experiment, inputs)
            params.update(over)
        return segment, experiment, in_experiment, params

    def run(self, definition, experiment, inputs):
        script = Interpreter(self.scripts[definition], f"{self.name}.{experiment}", inputs)
        params = dict(script.get_params())
        return params, script.in_experiment


def main():
    document, units, answers = sys.argv[1:]
    with open(document) as file:
        namespace = Namespace(json.load(file))
    with open(units, newline="") as file:
        rows = list(csv.DictReader(file))
    start = time.perf_counter()
    results = [(row, namespace.assign(row)) for row in rows]
    seconds = time.perf_counter() - start
    with open(answers, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["userid", "segment", "experiment", "in_experiment", "color", "label"])
        for row, (segment, experiment, in_experiment, params) in results:
            inside = "true" if in_experiment else "false"
            fields = [row["userid"], segment, experiment or "", inside]
            writer.writerow(fields + [params["color"], params["label"]])
    print(seconds)


main()
