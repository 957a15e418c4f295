"""chart.py --metrics URL --until-gone PID [--width N] [--colour] [--picture FILE] NAME=VOLUME...

Reads Headroom's own metrics a few times a second and draws what it says of some volumes, until a process is gone:
a chart redrawn in place where --width is given, else a line each time that something changes. --picture: and at the end
the first volume's course as SVG.
"""
import argparse
import json
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


class Picture:
    """What was used of a volume, and how large it was, from the beginning to the end. Its figures are in it, too."""
    WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 300, 70, 46, 24, 34

    def __init__(self):
        self.course = []

    def frame(self, rows):
        self.course.append(rows[0])

    def written(self):
        start = self.course[0][0]
        figures = [(round(seconds - start, 2), int(used), int(size)) for seconds, _, used, size in self.course]
        most, end = max(size for _, _, size in figures), figures[-1][0] or 1
        across, down = self.WIDTH - self.LEFT - self.RIGHT, self.HEIGHT - self.TOP - self.BOTTOM

        def point(seconds, value):
            return f"{self.LEFT + seconds / end * across:.1f},{self.TOP + (1 - value / most) * down:.1f}"

        steps, before = [], figures[0][2]
        for seconds, _, size in figures:
            steps += [point(seconds, before), point(seconds, size)]
            before = size
        ground = self.TOP + down
        used = " ".join(point(seconds, used) for seconds, used, _ in figures)
        text = 'fill="#e6edf3" font-size="13"'
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.WIDTH} {self.HEIGHT}" width="{self.WIDTH}" role="img"'
            ' font-family="system-ui, sans-serif">',
            "<!-- Written by Tests/Lab/show/chart.py from a real run: `make picture`. -->",
            "<title>A container writes at full speed, and its filesystem is grown before it is full</title>",
            f'<desc>{json.dumps({"volume": self.course[0][1], "seconds_used_size": figures})}</desc>',
            '<rect width="100%" height="100%" rx="8" fill="#0d1117"/>',
            f'<text x="{self.LEFT}" y="26" {text}><tspan fill="#7ee787">size</tspan>, grown while it is written to;'
            ' <tspan fill="#79c0ff">used</tspan> never meets it</text>',
        ]
        for value in (0, most / 2, most):
            height = self.TOP + (1 - value / most) * down
            lines.append(f'<line x1="{self.LEFT}" x2="{self.WIDTH - self.RIGHT}" y1="{height:.1f}" y2="{height:.1f}" stroke="#30363d"/>')
            lines.append(f'<text x="{self.LEFT - 8}" y="{height + 4:.1f}" text-anchor="end" {text}>{mebibytes(value)}</text>')
        lines += [
            f'<polygon fill="#388bfd" fill-opacity="0.75" points="{point(0, 0)} {used} {point(end, 0)}"/>',
            f'<polyline fill="none" stroke="#7ee787" stroke-width="2.5" points="{" ".join(steps)}"/>',
        ]
        for seconds in (0, end):
            place = self.LEFT + seconds / end * across
            lines.append(f'<text x="{place:.1f}" y="{ground + 20}" text-anchor="{"end" if seconds else "start"}" {text}>{seconds:.0f} s</text>')
        return "\n".join([*lines, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--metrics", required=True)
    parser.add_argument("--until-gone", type=int, required=True)
    parser.add_argument("--clock", type=float, default=0, help="seconds that had passed before")
    parser.add_argument("--width", type=int, default=0)
    parser.add_argument("--colour", action="store_true")
    parser.add_argument("--picture")
    parser.add_argument("volumes", nargs="+")
    options = parser.parse_args()
    view = Chart(options.width, options.colour) if options.width else Lines()
    picture = Picture()
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
            picture.frame(rows)
        time.sleep(0.15)
    if options.picture:
        with open(options.picture, "w") as file:
            file.write(picture.written())


def gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


main()
