# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""A dockerd and a Headroom that can be killed and started again, and what is to be seen of their devices."""
import http.client
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path


class Failed(Exception):
    """What should be so and is not."""


def eventually(seconds, check):
    """True within that time, or what the check last raised."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return check()
        except Failed:
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.1)


def said_by(*command):
    """What it printed, and how it ended."""
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return run.stdout.strip(), run.returncode


class Daemon:
    """Something that runs already, and the command by which it does. `tries`: how often it may be started until it stays."""

    def __init__(self, pid, command, log, check, tries=1):
        self.pid, self.command, self.log, self.check, self.tries = pid, command, log, check, tries

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        eventually(20, self._gone)

    def start(self):
        for left in reversed(range(self.tries)):
            with open(self.log, "a") as log:
                process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            self.pid = process.pid

            def ready():
                if process.poll() is None:
                    self.check()

            eventually(60, ready)
            if process.returncode is None:
                return
            said = f"{self.command[0]} ended with status {process.returncode} at its start"
            if not left:
                raise Failed(said)
            print(f"        {said}: once more", flush=True)

    def _gone(self):
        process = Path(f"/proc/{self.pid}")
        try:  # not reaped yet is gone, too, once the last of its threads is: until then its files and locks are held
            is_dead = (process / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
            if not is_dead or len(list((process / "task").iterdir())) > 1:
                raise Failed(f"process {self.pid} is there after SIGKILL")
        except (FileNotFoundError, ProcessLookupError):
            pass


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("docker", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Docker:
    """dockerd's API, and its devices."""

    def __init__(self, path, root):
        self.path, self.root = path, Path(root)

    def ask(self, method, path, body=None):
        connection = Connection(self.path)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as problem:
            raise Failed(f"{method} {path}: {problem!r}") from problem
        finally:
            connection.close()
        if answer.status // 100 != 2:
            raise Failed(f"{method} {path}: {answer.status} {said.strip()}")
        return json.loads(said) if said.startswith(("{", "[")) else said

    def run_in(self, container, script):
        return said_by("docker", "-H", f"unix://{self.path}", "exec", container, "/bin/sh", "-c", script)

    def is_running(self, container):
        return self.ask("GET", f"/containers/{container}/json")["State"]["Running"]

    def volume_of(self, container):
        return self.ask("GET", f"/containers/{container}/json")["GraphDriver"]["Data"]["DeviceName"]

    def records(self):
        """What dockerd has on record, by layer and container; its own books aside."""
        return {path.name for path in (self.root / "devicemapper/metadata").iterdir() if "metadata" not in path.name}

    @staticmethod
    def devices():
        lines = said_by("dmsetup", "ls")[0].splitlines()
        return {line.split()[0] for line in lines if line.startswith("docker-")}

    def volumes(self):
        """The active ones."""
        return {name for name in self.devices() if not name.endswith("-pool")}

    def blocks(self):
        """Data blocks in use."""
        pool = next(name for name in self.devices() if name.endswith("-pool"))
        return int(said_by("dmsetup", "status", "--noflush", pool)[0].split()[5].split("/")[0])


def size_of(device):
    return int(said_by("dmsetup", "table", device)[0].split()[1]) * 512


def filesystem_of(device):
    """What the superblock says; None where the device is gone by now or there is none."""
    said, status = said_by("dumpe2fs", "-h", f"/dev/mapper/{device}")
    if status == 0:
        fields = dict(line.split(":", 1) for line in said.splitlines() if ":" in line)
        return int(fields["Block count"]) * int(fields["Block size"])
    said, status = said_by("xfs_db", "-r", "-c", "sb 0", "-c", "print dblocks blocksize", f"/dev/mapper/{device}")
    if status == 0:
        fields = dict(line.split(" = ") for line in said.splitlines() if " = " in line)
        return int(fields["dblocks"]) * int(fields["blocksize"])
    return None
