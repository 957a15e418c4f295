# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""documented-requests.py URL   makes each request that the docs show with curl, and each is answered as good. What a page changes
it does in its order: a hold comes before its release."""
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
URL = sys.argv[1]
CURL = re.compile(r"^ *curl ((?:[^\\\n]|\\\n|\\.)*)", re.M)


def answer(path, body):
    request = urllib.request.Request(URL + path, body and body.encode(), {"Content-Type": "application/json"})
    try:
        return urllib.request.urlopen(request, timeout=10).status
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode()}"


made = {"with a body": 0, "without": 0}
wrong = []
for page in sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md"]):
    for command in CURL.findall(page.read_text()):
        # What is at the end of a pipe is not curl's.
        target = re.search(r"(?:https?://)?(?:localhost|127\.0\.0\.1)(?::\d+)?(/[^\s'\"|]*)", command)
        body = re.search(r"-d '([^']*)'", command)
        if not target:
            continue
        made["with a body" if body else "without"] += 1
        said = answer(target[1], body and body[1])
        if said != 200:
            wrong.append(f"{page.relative_to(ROOT)}: {command.strip()}: {said}")
print(*wrong, sep="\n")
sys.exit(f"too few requests were found: {made}" if made["with a body"] < 6 or made["without"] < 2 else bool(wrong))
