"""Assigns the units of a DataFrame with planout, on every core of a Spark cluster.

    spark-submit spark_assign.py --planout target/release/planout \
        --namespace compiled/button_color.json --params "color STRING, label STRING" \
        units.parquet assigned.parquet

Spark hands the program and the compiled namespace to each executor, and each partition goes
through one process. Nothing is installed on the workers, and neither pandas nor Arrow is needed.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import threading

from pyspark import SparkFiles
from pyspark.sql import SparkSession


def main():
    options = arguments()
    spark = SparkSession.builder.appName("planout").getOrCreate()
    frame = spark.read.load(options.units, format=options.format, header=True)
    assigned = assign(spark, frame, options.planout, options.namespace, options.params)
    assigned.write.save(options.assigned, format=options.format, header=True)
    spark.stop()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--planout", required=True, help="the program, for the workers' system")
    parser.add_argument("--namespace", required=True, help="a compiled namespace, NAME.json")
    parser.add_argument("--params", help="their types, as `color STRING, size DOUBLE`; else JSON")
    parser.add_argument("--format", default="parquet", help="of both sides: parquet, csv, ...")
    parser.add_argument("units", help="a column for each input of the experiments")
    parser.add_argument("assigned")
    return parser.parse_args()


def assign(spark, frame, planout, namespace, params=None):
    """A DataFrame with the unit, its segment and experiment, and its params."""
    with open(namespace) as file:
        unit = json.load(file)["namespace"]["unit"]
    # A param that is not of its type fails the job: it must not become null.
    schema = (
        f"`{unit}` {frame.schema[unit].dataType.simpleString()}, segment INT, experiment STRING, "
        f"in_experiment BOOLEAN, params {f'STRUCT<{params}>' if params else 'STRING'}"
    )
    lines = assign_lines(spark.sparkContext, frame.toJSON(), planout, namespace)
    answers = spark.read.schema(schema).option("mode", "FAILFAST").json(lines)
    columns = [f"`{unit}`", "segment", "experiment", "in_experiment"]
    return answers.select(*columns, "params.*" if params else "params")


def assign_lines(context, lines, planout, namespace):
    """The same from an RDD of JSON objects to one of JSON objects."""
    context.addFile(str(planout))
    context.addFile(str(namespace))
    program, file = pathlib.Path(planout).name, pathlib.Path(namespace).name
    return lines.mapPartitions(lambda partition: through(program, file, partition))


def through(program, file, lines):
    """Passes the lines of a partition through a process, on the executor that has them."""
    formats = ["--input-format", "jsonl", "--output-format", "jsonl"]
    source = ["--ns", pathlib.Path(file).stem, "--from", SparkFiles.get(file)]
    # Spark starts as many tasks as there are cores: each gets one thread.
    batch = ["--batch", "-", "--threads", "1", "--quiet"]
    command = [SparkFiles.get(program), "eval", *source, *batch, *formats]
    # A file takes what the program says, so that nobody has to read it while it runs.
    with tempfile.TemporaryFile() as messages:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": messages}
        process = subprocess.Popen(command, **pipes)
        # Written from another thread: a program that waits for its reader does not read.
        failures = []
        writer = threading.Thread(target=write, args=(lines, process.stdin, failures), daemon=True)
        writer.start()
        try:
            for line in process.stdout:
                yield line.decode().rstrip("\n")
            status = process.wait()
        finally:
            # Whoever wants no more lines leaves the generator at its `yield`.
            process.kill()
            process.wait()
            process.stdout.close()
        writer.join()
        if status != 0:
            messages.seek(0)
            raise RuntimeError(f"planout ended with status {status}: {messages.read().decode()}")
        if failures:
            raise failures[0]


def write(lines, pipe, failures):
    try:
        with pipe:
            for line in lines:
                pipe.write(line.encode() + b"\n")
    except BrokenPipeError:
        # The program ended early: its status says why.
        pass
    except Exception as failure:
        failures.append(failure)


if __name__ == "__main__":
    main()
