# SPDX-License-Identifier: Apache-2.0
# Copyright (c) the Headroom authors
"""docker_random.py SEED SEQUENCES ROOT: sequences of steps on a real dockerd, chosen by dice.

Containers are made, grown, written to, stopped, started, removed, committed; dockerd and Headroom are killed. After each
sequence every container starts at the first try with its data; at the end nothing is left of them in the pool.
The same seed makes the same steps.
"""
import collections
import os
import random
import re
import sys
import threading
import time
import urllib.request
from pathlib import Path

from docker_host import Daemon, Docker, Failed, eventually, filesystem_of, said_by, size_of

MOST = 3  # containers at a time
FILES, LARGEST = 3, 40  # in each, and MiB in one: all together fit a base volume, or a commit is refused
STEPS = []


class NotNow(Exception):
    """This step cannot be taken as things are. Nothing was done."""


def step(weight):
    def note(function):
        STEPS.extend([function] * weight)
        return function

    return note


class World:
    def __init__(self, seed, docker, dockerd, headroom):
        self.dice = random.Random(seed)
        self.docker, self.dockerd, self.headroom = docker, dockerd, headroom
        self.running, self.sums = {}, {}  # by container
        self.made, self.images, self.counts = 0, [], collections.Counter()
        self.records, self.blocks = docker.records(), docker.blocks()

    def tell(self, what, rest=""):
        self.counts[what] += 1
        print("       ", what, rest, flush=True)

    def pick(self, running=None):
        names = [name for name, runs in sorted(self.running.items()) if running in (None, runs)]
        if not names:
            raise NotNow
        return self.dice.choice(names)

    def post(self, name, action):
        self.docker.ask("POST", f"/containers/{name}/{action}")

    def run(self, name, image="busybox"):
        self.docker.ask("POST", f"/containers/create?name={name}", {
            "Image": image, "Cmd": ["/bin/sleep", "100000"], "StopSignal": "KILL", "HostConfig": {"NetworkMode": "none"}})
        self.post(name, "start")
        self.running[name], self.sums[name] = True, self.sums.get(name, "")

    def sums_in(self, name):
        said, status = self.docker.run_in(name, "cd / && for file in data*; do [ ! -e $file ] || busybox md5sum $file; done")
        if status != 0:
            raise Failed(f"{name} cannot be read: {said}")
        return said

    def forget(self, name):
        del self.running[name], self.sums[name]

    # Steps

    @step(6)
    def new(self):
        if len(self.running) >= MOST:
            raise NotNow
        self.made += 1
        self.tell("run", f"c{self.made}")
        self.run(f"c{self.made}")

    @step(4)
    def grow(self):
        name, more = self.pick(running=True), self.dice.randint(1, 200)
        self.tell("grow", f"{name} by {more}MiB")
        said, status = said_by("headroom", "grow", self.docker.volume_of(name), "--by", f"{more}MiB")
        # Others grow meanwhile, and the pool has its bounds.
        if status != 0:
            if not re.search(r"at most|reserve|headroom|is growing|being grown", said):
                raise Failed(f"headroom grow: {said}")
            self.counts["grow refused"] += 1

    @step(4)
    def write(self):
        name, file, size = self.pick(running=True), self.dice.randrange(FILES), self.dice.randint(1, LARGEST)
        self.tell("write", f"{size}MiB to /data{file} of {name}")
        said, status = self.docker.run_in(name, f"dd if=/dev/urandom of=/data{file} bs=1M count={size} && sync")
        if status != 0:
            raise Failed(f"{name} cannot be written to: {said}")
        self.sums[name] = self.sums_in(name)

    @step(4)
    def stop(self):
        name = self.pick(running=True)
        self.tell("stop", name)
        self.post(name, "stop?t=0")
        self.running[name] = False

    @step(4)
    def start(self):
        name = self.pick(running=False)
        self.tell("start", name)
        self.post(name, "start")
        self.running[name] = True

    @step(2)
    def restart(self):
        name = self.pick()
        self.tell("restart", name)
        self.post(name, "restart?t=0")
        self.running[name] = True

    @step(1)
    def remove(self):
        name = self.pick(running=False)
        self.tell("rm", name)
        self.docker.ask("DELETE", f"/containers/{name}")
        self.forget(name)

    @step(2)
    def remove_by_force(self):
        name = self.pick()
        self.tell("rm -f", name)
        self.docker.ask("DELETE", f"/containers/{name}?force=1")
        self.forget(name)

    @step(2)
    def commit(self):
        name = self.pick()
        if len(self.running) >= MOST:
            raise NotNow
        self.made += 1
        child, image = f"c{self.made}", f"image{self.made}"
        self.tell("commit", f"{name} and run {child} of it")
        self.docker.ask("POST", f"/commit?container={name}&repo={image}", {})
        self.images.append(image)
        self.sums[child] = self.sums[name]
        self.run(child, image)

    @step(2)
    def kill_headroom(self):
        self.tell("kill Headroom")
        self.headroom.kill()
        self.headroom.start()

    @step(1)
    def kill_dockerd(self):
        self.tell("kill dockerd")
        self.dockerd.kill()
        self.dockerd.start()
        self.all_are_down()

    @step(1)
    def kill_both(self):
        self.tell("kill both")
        self.headroom.kill()
        self.dockerd.kill()
        self.headroom.start()
        self.dockerd.start()
        self.all_are_down()

    @step(3)
    def kill_meanwhile(self):
        """One of the two, while something goes on."""
        name, victim = self.pick(), self.dice.choice(["Headroom", "dockerd"])
        # Killed during a start, dockerd forgets the task that its containerd has begun: no later start works.
        action = self.dice.choice([
            action for action, fits in [
                ("stop", self.running[name]), ("grow", self.running[name]), ("restart", victim == "Headroom"),
                ("start", victim == "Headroom" and not self.running[name]), ("nothing", True)] if fits])
        if action == "nothing":
            raise NotNow
        after, more = self.dice.randint(0, 1500), self.dice.randint(1, 200)
        self.tell(f"kill {victim} meanwhile", f"{after} ms into the {action} of {name}")
        came = []

        def act():
            try:
                if action == "grow":
                    said_by("headroom", "grow", self.docker.volume_of(name), "--by", f"{more}MiB")
                else:
                    self.post(name, action + ("" if action == "start" else "?t=0"))
            except Failed as failure:
                came.append(failure)

        acting = threading.Thread(target=act)
        acting.start()
        time.sleep(after / 1000)
        daemon = self.headroom if victim == "Headroom" else self.dockerd
        daemon.kill()
        daemon.start()
        acting.join()
        if victim == "dockerd":
            self.all_are_down()
        elif came:
            raise came[0]
        elif action != "grow":
            self.running[name] = action != "stop"

    def all_are_down(self):
        """dockerd ends at its start what was running when it was killed."""
        for name in self.running:
            def down(name=name):
                if self.docker.is_running(name):
                    raise Failed(f"{name} runs after dockerd was killed and started")

            eventually(30, down)
            self.running[name] = False

    # What has to hold

    def check_sizes(self, volumes):
        for volume in volumes:
            filesystem = filesystem_of(volume)
            if filesystem is not None and filesystem > size_of(volume):
                raise Failed(f"{volume}: a filesystem of {filesystem} on a device of {size_of(volume)}")

    def check_containers(self):
        for name in sorted(self.running):
            if self.running[name]:
                self.post(name, "stop?t=0")
            self.post(name, "start")
            self.running[name] = True
            sums = self.sums_in(name)
            if sums != self.sums[name]:
                raise Failed(f"{name} holds {sums!r}, not {self.sums[name]!r}")

    def check_strays(self):
        own = {self.docker.volume_of(name) for name in self.running}
        strays = self.docker.volumes() - own
        if strays:
            raise Failed(f"no container's, and still there: {' '.join(sorted(strays))}")

    def remove_images(self):
        for image in list(self.images):
            try:
                self.docker.ask("DELETE", f"/images/{image}")
                self.images.remove(image)
            except Failed as failure:
                if ": 409" not in str(failure):  # a container has it
                    raise

    def sequence(self):
        left = self.dice.randint(3, 7)
        while left:
            try:
                self.dice.choice(STEPS)(self)
            except NotNow:
                continue
            left -= 1
            self.check_sizes({self.docker.volume_of(name) for name, runs in self.running.items() if runs})
        self.check_containers()
        self.remove_images()
        # Where dockerd's removal met an open device it tries again after 30 s.
        eventually(60, self.check_strays)
        self.check_sizes(self.docker.volumes())

    def end(self):
        for name in list(self.running):
            self.docker.ask("DELETE", f"/containers/{name}?force=1")
            self.forget(name)
        self.remove_images()

        def nothing_is_left():
            self.check_strays()
            records, blocks = self.docker.records() - self.records, self.docker.blocks() - self.blocks
            if records or blocks:
                raise Failed(f"{blocks} blocks of the pool are left, and the records {' '.join(sorted(records)) or 'of none'}")

        eventually(60, nothing_is_left)


def command(name):
    return [word.decode() for word in Path(f"{name}.command").read_bytes().split(b"\0")[:-1]]


def main(seed, sequences, root):
    docker = Docker(os.path.abspath("docker.sock"), root)

    def headroom_is_ready():
        try:
            urllib.request.urlopen("http://127.0.0.1:10787/-/ready", timeout=2).close()
        except OSError as problem:
            raise Failed(f"Headroom is not ready: {problem}") from problem

    box = Path(os.environ["BOX"])
    # As systemd does it: dockerd gives its own containerd 15 s to start, whatever else the machine does.
    dockerd = Daemon(
        int(os.environ["DOCKERD_PID"]), command("dockerd"), box / "dockerd.log", lambda: docker.ask("GET", "/info"), tries=3)
    headroom = Daemon(int(os.environ["HEADROOM_PID"]), command("headroom"), box / "headroom.log", headroom_is_ready)
    world = World(seed, docker, dockerd, headroom)
    number = 0
    try:
        for number in range(1, sequences + 1):
            print(f"        -- seed {seed}, sequence {number}", flush=True)
            world.sequence()
        world.end()
    except Failed as failure:
        print(f"        seed {seed}, sequence {number} of {sequences}: {failure}")
        return 1
    print("        " + ", ".join(f"{count} {what}" for what, count in world.counts.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
