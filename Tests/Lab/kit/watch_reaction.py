"""watch_reaction.py MOUNTPOINT PERCENT RESULT: how long a filesystem stayed above a share before it was grown.

Looks every 10 ms and keeps the result file up to date, until it is ended with everything else.
"""
import os
import sys
import time

path, share, result = sys.argv[1], float(sys.argv[2]), sys.argv[3]
crossed, growths, longest = None, 0, 0.0
before = os.statvfs(path).f_blocks


def write():
    with open(result + ".new", "w") as file:
        file.write(f"grown {growths} times, at most {longest * 1000:.0f} ms above {share:.0f} %\n")
    os.rename(result + ".new", result)


write()
while True:
    now = os.statvfs(path)
    if now.f_blocks > before:
        growths += 1
    used = 100 * (1 - now.f_bavail / now.f_blocks)
    if used >= share and crossed is None:
        crossed = time.monotonic()
    if crossed is not None and used < share:
        longest = max(longest, time.monotonic() - crossed)
        crossed = None
    if now.f_blocks > before:
        before = now.f_blocks
        write()
    time.sleep(0.01)
