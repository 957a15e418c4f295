"""use_up_metadata.py POOL VOLUME: snapshots and scattered writes until the pool's status is no longer read-write."""
import mmap
import os
import random
import subprocess
import sys

pool, volume = sys.argv[1:3]
random.seed(1)
block = mmap.mmap(-1, 65536)
block.write(b"x" * 65536)
device = os.open(f"/dev/mapper/{volume}", os.O_WRONLY | os.O_DIRECT)
blocks = os.lseek(device, 0, os.SEEK_END) // 65536

for snapshot in range(1000, 1400):
    made = subprocess.run(["dmsetup", "message", pool, "0", f"create_snap {snapshot} 1"], capture_output=True)
    try:
        for _ in range(12):
            os.pwrite(device, block, random.randrange(blocks) * 65536)
    except OSError:
        break
    if made.returncode:
        break
else:
    sys.exit(f"{pool}: still not used up")
