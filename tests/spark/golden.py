"""What `tests/spark.rs` runs: `golden.py EXAMPLES PLANOUT FOLDER`.

FOLDER/NAME.json is a compiled namespace, FOLDER/NAME.jsonl the inputs of units. The answers go to
FOLDER/NAME.out, in order; those of FOLDER/units.csv, as a DataFrame, to FOLDER/frame.out.
"""

import json
import os
import pathlib
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
os.environ["PYSPARK_PYTHON"] = sys.executable

from pyspark.sql import SparkSession  # noqa: E402
from spark_assign import assign, assign_lines  # noqa: E402

planout, folder = sys.argv[2], pathlib.Path(sys.argv[3])
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
# The workers import it, too.
spark.sparkContext.addPyFile(str(pathlib.Path(sys.argv[1]) / "spark_assign.py"))

names, answers = [], []
for units in sorted(folder.glob("*.jsonl")):
    lines = spark.sparkContext.parallelize(units.read_text().splitlines(), 2)
    namespace = units.with_suffix(".json")
    names.append(units.with_suffix(".out"))
    assigned = assign_lines(spark.sparkContext, lines, planout, namespace)
    # By a default argument: the loop goes on before Spark runs it.
    answers.append(assigned.map(lambda line, index=len(answers): (index, line)))
# One job for all of them.
for index, line in spark.sparkContext.union(answers).collect():
    with open(names[index], "a") as file:
        file.write(line + "\n")

frame = spark.read.csv(str(folder / "units.csv"), header=True).repartition(3)
params = "color STRING, label STRING"
assigned = assign(spark, frame, planout, folder / "button_color.json", params)
rows = [row.asDict() for row in assigned.collect()]
(folder / "frame.out").write_text("".join(json.dumps(row) + "\n" for row in rows))

# A unit that cannot be assigned ends the job, and says so.
bad = spark.sparkContext.parallelize(['{"country": "NL"}'], 1)
try:
    assign_lines(spark.sparkContext, bad, planout, folder / "button_color.json").collect()
except Exception as failure:
    (folder / "failure.out").write_text(str(failure))
spark.stop()
