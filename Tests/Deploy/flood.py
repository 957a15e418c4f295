# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""flood.py PORT PID PATH USER:PASSWORD   floods a server with wrong tokens and passwords while it is scraped."""
import base64
import http.client
import itertools
import os
import re
import statistics
import sys
import threading
import time

PORT, PID, PATH, USER = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
REQUESTS, CONNECTIONS, SCRAPES, PAUSE = 10_000, 16, 150, 0.01
BODY = b'{"by": "1GiB"}'


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


class Scraper:
    def __init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)

    def scrape(self):
        """Seconds, and the page."""
        start = time.monotonic()
        self.connection.request("GET", "/metrics", headers={"Authorization": basic(USER)})
        answer = self.connection.getresponse()
        page = answer.read().decode()
        assert answer.status == 200, answer.status
        return time.monotonic() - start, page


def rejected(page):
    return {reason: int(count) for reason, count in re.findall(r'requests_rejected_total\{reason="(\w+)"\} (\d+)', page)}


def processor_seconds():
    fields = open(f"/proc/{PID}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def flood(header, numbers):
    """In a process of its own: Python's threads would keep the scraper waiting, not the server."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    while (number := next(numbers)) < REQUESTS:
        connection.request("POST", PATH, body=BODY, headers={"Authorization": header(number)})
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (401, 429):
            print("a wrong token or password was answered", answer.status, file=sys.stderr)
            os._exit(3)


def paced(scraper):
    """So that scraping by itself is no flood."""
    time.sleep(PAUSE)
    return scraper.scrape()[0]


def story(name, header, counted):
    scraper = Scraper()
    scraper.scrape()
    calm = statistics.median(paced(scraper) for _ in range(SCRAPES))
    before = rejected(scraper.scrape()[1])
    (began, used) = (time.monotonic(), processor_seconds())
    flooder = os.fork()
    if flooder == 0:
        numbers = itertools.count()
        threads = [threading.Thread(target=flood, args=(header, numbers)) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        os._exit(0)
    times = []
    while os.waitpid(flooder, os.WNOHANG) == (0, 0):
        times.append(paced(scraper))
    took, used = time.monotonic() - began, processor_seconds() - used
    after = rejected(scraper.scrape()[1])
    grown = {reason: after[reason] - before[reason] for reason in after if after[reason] > before[reason]}
    ratio = statistics.median(times) / calm
    print(
        f"{name}: {REQUESTS} in {took:.1f} s, the server took {used / took:.2f} processors; {len(times)} scrapes, median"
        f" {calm * 1000:.2f} ms before, {statistics.median(times) * 1000:.2f} ms meanwhile: {ratio:.2f} times; {grown}"
    )
    assert sum(grown.values()) == REQUESTS, "they were not counted"
    assert set(grown) <= counted, "they were counted as something else"
    assert len(times) >= 20, "too few scrapes to say anything"
    assert ratio <= 2, "scrapes became too slow"


story("wrong tokens", lambda number: f"Bearer {number:032x}", {"wrong_credentials"})
story("wrong passwords", lambda number: basic(f"carol:{number}"), {"wrong_credentials", "busy"})
