# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""relay_formats URL PORT ACCEPT [PORT ACCEPT]...   listens on each port of this machine and hands a scrape on to URL with that Accept,
whatever the scraper likes: so a real Prometheus reads each format, with the Content-Type and compression that it came with."""
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

URL = sys.argv[1]


def relay(port, accept):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            headers = {"Accept": accept, "Accept-Encoding": self.headers.get("Accept-Encoding", "identity")}
            with urllib.request.urlopen(urllib.request.Request(URL, headers=headers), timeout=5) as answer:
                body = answer.read()
                self.send_response(answer.status)
                for name in ("Content-Type", "Content-Encoding"):
                    if answer.headers[name]:
                        self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


for port, accept in zip(sys.argv[2::2], sys.argv[3::2]):
    threading.Thread(target=relay, args=(int(port), accept)).start()
