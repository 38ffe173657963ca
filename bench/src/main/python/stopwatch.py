"""Runs one command and writes down what it took: stopwatch.py REPORT SAMPLE_MILLIS COMMAND...

Wall time from before the start to the reaped end. Peak memory is the kernel's own count for the
process (wait4). Bytes are the kernel's too: a process's counters are added to its parent's when it
is reaped, so that the difference of /proc/self/io is the child's and its children's, to the byte.
With SAMPLE_MILLIS over 0 the resident memory is sampled on the way from /proc/PID/statm.
"""

import os
import subprocess
import sys
import time

PAGE = os.sysconf("SC_PAGE_SIZE")


def counters():
    with open("/proc/self/io", encoding="ascii") as lines:
        return {name: int(count) for name, count in (line.split(": ") for line in lines)}


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as numbers:
        return int(numbers.read().split()[1]) * PAGE


def samples(pid, started, seconds):
    taken = []
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        size = resident(pid)
        if size:  # A process that is ending has given its memory back.
            taken.append((time.perf_counter() - started, size))
        time.sleep(seconds)
    return taken


def measure(command, millis):
    before = counters()
    started = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    taken = samples(child.pid, started, millis / 1000) if millis else []
    _, status, usage = os.wait4(child.pid, 0)
    yield "seconds", time.perf_counter() - started
    after = counters()
    child.returncode = os.waitstatus_to_exitcode(status)
    yield "code", child.returncode
    yield "cpu_seconds", usage.ru_utime + usage.ru_stime
    yield "peak_bytes", usage.ru_maxrss * 1024
    yield "read_bytes", after["rchar"] - before["rchar"]
    yield "written_bytes", after["wchar"] - before["wchar"]
    for seconds, size in taken:
        yield "sample", f"{seconds:.3f} {size}"


def main(report, millis, *command):
    lines = [f"{name} {value}\n" for name, value in measure(command, int(millis))]
    with open(report, "w", encoding="ascii") as out:
        out.writelines(lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
