#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""screen.py WIDTH < what was written to a terminal of that width: no line of it is wider, and nothing in it is neither text nor
a sequence that a terminal knows. --without-colour: no colour either; --plain: no sequence at all."""
import re
import sys
import unicodedata

width = int(sys.argv[1])
# From where the other screen is taken, if that is in it: the command itself may be wider.
text = sys.stdin.buffer.read().decode().split("\x1b[?1049h", 1)[-1].replace("\x1b[H", "\n")
known = {"plain": r"(?!)", "without-colour": r"\x1b\[\??[0-9;]*[A-Zhl]"}.get(sys.argv[-1].lstrip("-"), r"\x1b\[\??[0-9;]*[A-Za-z]")


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


lines = re.sub(known, "", text).replace("\r", "").split("\n")
for line in lines:
    if any(unicodedata.category(c) in ("Cc", "Cf") for c in line):
        sys.exit(f"a character that is no text: {line!r}")
    if columns(line) > width:
        sys.exit(f"{columns(line)} columns, not {width}: {line}")
if len(lines) < 5:
    sys.exit(f"hardly anything was written: {text!r}")
