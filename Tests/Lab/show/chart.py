"""chart.py --metrics URL --until-gone PID [--width N] [--colour] NAME=VOLUME...

Reads Headroom's own metrics a few times a second and draws what it says of some volumes, until a process is gone:
a chart redrawn in place where --width is given, else a line each time that something changes.
"""
import argparse
import os
import re
import sys
import time
import urllib.request

HEIGHT = 10
SERIES = re.compile(r'^(headroom_\w+)\{(.*)\} (\S+)$', re.M)
VOLUME = re.compile(r'(?:^|,)volume="([^"]*)"')


def read(url):
    """Metric name -> volume (or "" for a pool's) -> value."""
    text = urllib.request.urlopen(url, timeout=5).read().decode()
    found = {}
    for name, labels, value in SERIES.findall(text):
        volume = VOLUME.search(labels)
        found.setdefault(name, {})[volume.group(1) if volume else ""] = float(value)
    return found


def mebibytes(value):
    return f"{value / (1 << 20):.0f} MiB"


class Lines:
    """For logs: one line a change of size, and one each second of writing."""

    def __init__(self):
        self.size, self.told = {}, {}

    def show(self, seconds, name, used, size):
        before = self.size.get(name)
        if before is not None and size > before:
            print(f"{seconds:5.1f} s  {name}: grown from {mebibytes(before)} to {mebibytes(size)}, {mebibytes(used)} used", flush=True)
        elif seconds - self.told.get(name, -9) >= 1:
            print(f"{seconds:5.1f} s  {name}: {mebibytes(used)} of {mebibytes(size)} used", flush=True)
            self.told[name] = seconds
        self.size[name] = size

    def frame(self, rows):
        for row in rows:
            self.show(*row)


class Chart:
    """For terminals: what was used (columns) below what there was (the line above them), as time goes on."""

    def __init__(self, width, colour):
        self.columns = max(20, min(width - 14, 100))
        self.history, self.drawn, self.events, self.size = [], 0, [], {}
        self.on, self.off = ("\x1b[36m", "\x1b[0m") if colour else ("", "")

    def frame(self, rows):
        for seconds, name, used, size in rows:
            before = self.size.get(name)
            if before is not None and size > before:
                self.events.append(f"{seconds:5.1f} s  {name}: grown from {mebibytes(before)} to {mebibytes(size)}")
            self.size[name] = size
        self.history.append(rows[0][2:])
        lines = self.plot() + [f"  {name:8} {mebibytes(used)} of {mebibytes(size)} used ({100 * used / size:.0f} %)" for _, name, used, size in rows]
        lines += (self.events + [""] * 4)[-4 if len(self.events) > 4 else 0:][:4]
        sys.stdout.write(f"\x1b[{self.drawn}A" if self.drawn else "")
        sys.stdout.write("".join(f"\x1b[2K{line}\n" for line in lines))
        sys.stdout.flush()
        self.drawn = len(lines)

    def plot(self):
        seen = self.history[-self.columns:]
        top = max(size for _, size in seen)
        lines = []
        for row in range(HEIGHT, 0, -1):
            cells = ""
            for used, size in seen:
                level, line = used / top * HEIGHT, size / top * HEIGHT
                cells += "█" if level >= row else "▄" if level >= row - 0.5 else "▔" if row - 1 < line <= row else " "
            label = mebibytes(top * row / HEIGHT) if row in (HEIGHT, HEIGHT // 2) else ""
            lines.append(f"{label:>10} │{self.on}{cells}{self.off}")
        return lines + [" " * 10 + " └" + "─" * self.columns]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--metrics", required=True)
    parser.add_argument("--until-gone", type=int, required=True)
    parser.add_argument("--clock", type=float, default=0, help="seconds that had passed before")
    parser.add_argument("--width", type=int, default=0)
    parser.add_argument("--colour", action="store_true")
    parser.add_argument("volumes", nargs="+")
    options = parser.parse_args()
    view = Chart(options.width, options.colour) if options.width else Lines()
    names = [pair.split("=", 1) for pair in options.volumes]
    start, gone_at = time.monotonic() - options.clock, None
    while gone_at is None or time.monotonic() < gone_at + 1:
        if gone_at is None and gone(options.until_gone):
            gone_at = time.monotonic()
        try:
            metrics = read(options.metrics)
        except OSError as failure:
            sys.exit(f"chart: {options.metrics} no longer answers: {failure}")
        sizes, used = metrics.get("headroom_filesystem_size_bytes", {}), metrics.get("headroom_filesystem_used_bytes", {})
        rows = [(time.monotonic() - start, name, used[volume], sizes[volume]) for name, volume in names if volume in sizes]
        if rows:
            view.frame(rows)
        time.sleep(0.15)


def gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


main()
