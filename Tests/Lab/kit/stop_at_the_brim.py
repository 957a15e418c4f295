"""stop_at_the_brim.py PATTERN BYTES PID RESULT: stops a process when the filesystem that it fills has so little left.

Looks every 2 ms at the mount whose mount point matches; writes the device's major:minor into RESULT when it has stopped it.
"""
import os
import re
import signal
import sys
import time

pattern, least, process, result = re.compile(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]

while True:
    for line in open("/proc/self/mountinfo"):
        fields = line.split()
        if not pattern.search(fields[4]):
            continue
        try:
            usage = os.statvfs(fields[4])
        except OSError:  # just unmounted
            continue
        if usage.f_bavail * usage.f_frsize < least:
            os.kill(process, signal.SIGSTOP)
            with open(result + ".new", "w") as file:
                file.write(fields[2] + "\n")
            os.rename(result + ".new", result)
            sys.exit()
    time.sleep(0.002)
