"""The namespace in DuckDB: `warehouse.py THREADS UNITS.csv ANSWERS.csv`.

Prints the seconds that the query takes from a table in memory to a table in memory.
"""

import pathlib
import sys
import time

import duckdb

SQL = pathlib.Path(__file__).with_name("button_color.sql")


def connect(threads, units):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}")
    connection.execute(f"CREATE {units}")
    connection.execute(SQL.read_text())
    return connection


def main():
    threads, units, answers = sys.argv[1:]
    source = f"SELECT * FROM read_csv('{units}', all_varchar = true, header = true)"
    if answers != "-":
        connect(threads, f"VIEW units AS {source}").execute(f"COPY answers TO '{answers}' (HEADER)")
        return
    connection = connect(threads, f"TABLE units AS {source}")
    start = time.perf_counter()
    connection.execute("CREATE TEMP TABLE results AS SELECT * FROM answers")
    print(time.perf_counter() - start)


main()
