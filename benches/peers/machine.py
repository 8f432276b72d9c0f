"""Programs that are run and measured, and what they run on."""

import os
import platform
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Run:
    """What a program came to."""

    seconds: float
    peak_megabytes: float
    output: str


def run(*command, **options):
    """Runs a program to its end. What it reports about itself is its own, not this program's."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], stdout=output, **options)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"status {process.returncode}: {' '.join(map(str, command))}")
        output.seek(0)
        # Linux counts in kilobytes.
        return Run(seconds, usage.ru_maxrss / 1000, output.read())


def together(*commands):
    """Runs programs at the same time, and returns the seconds until the last one ends."""
    start = time.perf_counter()
    processes = [
        subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
        for command in commands
    ]
    statuses = [process.wait() for process in processes]
    if any(statuses):
        raise SystemExit(f"statuses {statuses}: {commands}")
    return time.perf_counter() - start


def best(repeats, measure):
    """The least of some measurements: what disturbs a program only ever makes it slower."""
    return min(measure() for _ in range(repeats))


def describe():
    """The processor, the system and the day, in a sentence."""
    processor = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            models = re.findall(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
        processor = models[0] if models else processor
    except FileNotFoundError:
        pass
    cores = len(os.sched_getaffinity(0))
    day = time.strftime("%Y-%m-%d")
    return f"{cores} cores of {processor}, {platform.system()}, {day}"
