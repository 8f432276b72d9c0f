"""Files of units: always the same ones, and a longer file begins with a shorter one."""

import csv
import itertools


def user(index):
    """A whole number of 32 bits that no other index below 2^32 gets."""
    return index * 2654435761 % 2**32


def write_csv(path, count):
    countries = itertools.cycle(["NL", "BR", "JP", "US", "DE"])
    with open(path, "w") as file:
        file.write("userid,country\n")
        file.writelines(f"{user(index)},{next(countries)}\n" for index in range(count))


def write_jsonl(path, count):
    countries = itertools.cycle(["NL", "BR", "JP", "US", "DE"])
    with open(path, "w") as file:
        file.writelines(
            f'{{"userid":"{user(index)}","country":"{next(countries)}"}}\n'
            for index in range(count)
        )


def halve(path, count):
    """Two files that hold the rows of one."""
    halves = [path.with_suffix(f".{number}.csv") for number in (1, 2)]
    with open(path) as file:
        header = next(file)
        for half, rows in zip(halves, (count // 2, None)):
            with open(half, "w") as out:
                out.write(header)
                out.writelines(itertools.islice(file, rows))
    return halves


def first_difference(path, others):
    """Where files of answers do not say the same, as CSV and not as bytes; None if they do."""

    def rows(paths):
        for number, part in enumerate(paths):
            with open(part, newline="") as file:
                yield from itertools.islice(csv.reader(file), number and 1, None)

    pairs = itertools.zip_longest(rows([path]), rows(others))
    for line, (one, other) in enumerate(pairs, start=1):
        if one != other:
            return f"line {line}: {one} and {other}"
    return None
