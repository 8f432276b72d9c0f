"""Writes a table for each type of DuckDB, in which `userid` has that type, into the folder that is
given: as CSV, as Parquet by DuckDB, and as Parquet by pyarrow if that is there. Prints a line for
each: its name, the type to read the CSV with if that is no string, and the Parquet files.
"""

import pathlib
import random
import sys

import duckdb

try:
    import pyarrow.parquet as arrow
except ImportError:
    arrow = None

ROWS = 300

# By name: the type, an expression of a random number between 0 and 1, and the type in CSV.
WHOLE = "(r * 2 - 1) * {0}"
COLUMNS = {
    "boolean": ("BOOLEAN", "r < 0.5", "boolean"),
    "tinyint": ("TINYINT", WHOLE.format("127"), ""),
    "smallint": ("SMALLINT", WHOLE.format("32767"), ""),
    "integer": ("INTEGER", WHOLE.format("2147483000"), ""),
    "bigint": ("BIGINT", WHOLE.format("9223372036854770000"), ""),
    "utinyint": ("UTINYINT", "r * 255", ""),
    "usmallint": ("USMALLINT", "r * 65535", ""),
    "uinteger": ("UINTEGER", "r * 4294967290", ""),
    "ubigint": ("UBIGINT", "r * 18446744073709500000", ""),
    "float": ("FLOAT", WHOLE.format("1000"), "float"),
    "double": ("DOUBLE", WHOLE.format("1e9"), "float"),
    "decimal_4_2": ("DECIMAL(4,2)", WHOLE.format("99"), ""),
    "decimal_2_2": ("DECIMAL(2,2)", WHOLE.format("0.99"), ""),
    "decimal_9_0": ("DECIMAL(9,0)", WHOLE.format("999999999"), ""),
    "decimal_18_4": ("DECIMAL(18,4)", WHOLE.format("1e13"), ""),
    "decimal_18_0": ("DECIMAL(18,0)", WHOLE.format("1e17"), ""),
    "decimal_38_0": ("DECIMAL(38,0)", WHOLE.format("1e37"), ""),
    "decimal_38_10": ("DECIMAL(38,10)", WHOLE.format("1e20"), ""),
    "date": ("DATE", "DATE '2026-11-27' + (r * 40000 - 20000)::INTEGER", ""),
    "time": ("TIME", "TIME '00:00:00' + to_microseconds((r * 86399000000)::BIGINT)", ""),
    "timestamp": ("TIMESTAMP", "make_timestamp((r * 4e15 - 1e15)::BIGINT)", ""),
    "timestamp_s": ("TIMESTAMP_S", "make_timestamp((r * 4e15 - 1e15)::BIGINT)", ""),
    "timestamp_ms": ("TIMESTAMP_MS", "make_timestamp((r * 4e15 - 1e15)::BIGINT)", ""),
    "timestamp_ns": ("TIMESTAMP_NS", "make_timestamp((r * 4e15 - 1e15)::BIGINT)", ""),
    "timestamp_tz": ("TIMESTAMPTZ", "to_timestamp(r * 4e9 - 1e9)", ""),
    "uuid": ("UUID", "md5(r::VARCHAR)::UUID", ""),
    "varchar": ("VARCHAR", "'é, \"' || (r * 50)::INTEGER", ""),
    "enum": ("ENUM('a', 'b', 'c')", "['a', 'b', 'c'][1 + (r * 2)::INTEGER]", ""),
    "json": ("JSON", "'{\"a\": ' || (r * 100)::INTEGER || '}'", ""),
}


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    chance = random.Random(7)
    numbers = [(place, chance.random()) for place in range(ROWS)]
    database.execute("CREATE TABLE numbers (place INTEGER, r DOUBLE)")
    database.executemany("INSERT INTO numbers VALUES (?, ?)", numbers)
    for name, (kind, expression, csv_type) in COLUMNS.items():
        # Every tenth is null.
        value = f"CASE WHEN place % 10 = 9 THEN NULL ELSE CAST({expression} AS {kind}) END"
        query = f"SELECT {value} AS userid, place FROM numbers ORDER BY place"
        database.execute(f"CREATE OR REPLACE TABLE it AS {query}")
        files = []

        def copy(file: str, options: str) -> None:
            database.execute(f"COPY it TO '{folder / file}' ({options})")

        copy(f"{name}.csv", "FORMAT csv, HEADER")
        for version in ("v1", "v2"):
            if version == "v2" and name in ("integer", "uinteger"):
                # Differences of more than 32 bits, which the reader refuses.
                continue
            for codec in ("snappy", "zstd"):
                file = f"{name}.{version}.{codec}.parquet"
                copy(file, f"FORMAT parquet, PARQUET_VERSION {version}, CODEC {codec}")
                files.append(file)
        if arrow is not None:
            table = database.sql("FROM it").to_arrow_table()
            for version in ("1.0", "2.0"):
                for dictionary in (True, False):
                    file = f"{name}.arrow.{version}.{dictionary}.parquet"
                    arrow.write_table(
                        table,
                        folder / file,
                        use_dictionary=dictionary,
                        data_page_version=version,
                        use_deprecated_int96_timestamps=name == "timestamp" and dictionary,
                        compression="gzip" if dictionary else "none",
                    )
                    files.append(file)
        if name == "varchar":
            for codec in ("lz4", "brotli"):
                copy(f"{codec}.parquet", f"FORMAT parquet, CODEC {codec}")
        print(name, csv_type or "string", *files)


main()
