"""writer.py FILE BYTES BYTES_PER_SECOND RESULT: writes, one MiB a call, as fast as told (0: as fast as it goes).

When it was kept waiting, by a machine that has no time for it, it makes up for a second of that at most: who writes 10 MiB a
second never writes 300 at once.

Writes into RESULT how it went: written, error, longest (the longest single write, milliseconds), rate, done.
"""
import errno
import os
import sys
import time

MIB = 1 << 20
path, total, rate, result = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
block = os.urandom(4096) * (MIB // 4096)
written, longest, error = 0, 0.0, "none"
start = due = time.monotonic()


def report(done):
    seconds = max(time.monotonic() - start, 1e-3)
    with open(result + ".new", "w") as file:
        file.write(f"written={written}\nerror={error}\nlongest={longest * 1000:.0f}\n")
        file.write(f"rate={written / seconds / 1e6:.0f}\ndone={done}\n")
    os.rename(result + ".new", result)


report("no")
file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
while written < total:
    before = time.monotonic()
    try:
        written += os.write(file, block[: min(MIB, total - written)])
    except OSError as failure:
        error = errno.errorcode.get(failure.errno, str(failure.errno))
        break
    longest = max(longest, time.monotonic() - before)
    if rate:
        now = time.monotonic()
        due = max(due + MIB / rate, now - 1)
        time.sleep(max(0.0, due - now))
report("yes")
