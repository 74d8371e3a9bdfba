# SPDX-License-Identifier: Apache-2.0
"""Programs as forks of one that is linked already (fake/main.c). A Child is used like subprocess.Popen."""
import os
import signal
import socket
import subprocess

NAMES = ("SCENARIO_HUB", "SCENARIO_CLOCK", "PINGANTING_CONF")


class Child:
    def __init__(self, nursery, pid):
        self.nursery, self.pid = nursery, pid

    def wait(self, seconds=None):
        return self.nursery.status(self.pid, seconds)

    def kill(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it ended by itself meanwhile


class Nursery:
    def __init__(self, program):
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        env = {**os.environ, "SCENARIO_NURSERY": str(theirs.fileno())}
        self.process = subprocess.Popen([program], pass_fds=[theirs.fileno()], env=env, stdin=subprocess.DEVNULL)
        theirs.close()
        self.ended = {}  # pid: exit status, negative for a signal

    def news(self, seconds):
        self.control.settimeout(seconds)
        what, pid, status = self.control.recv(64).decode().split()
        if what == "E":
            self.ended[int(pid)] = int(status)
        return what, int(pid)

    def start(self, argv, env, stdin, stdout, stderr):
        texts = [f"{name}={env[name]}" for name in NAMES if name in env] + ["", *map(str, argv)]
        order = b"".join(text.encode() + b"\0" for text in texts)
        socket.send_fds(self.control, [order], [stdin.fileno(), stdout.fileno(), stderr.fileno()])
        while True:
            what, pid = self.news(60)
            if what == "P":
                return Child(self, pid)

    def status(self, pid, seconds):
        while pid not in self.ended:
            self.news(seconds)
        return self.ended[pid]


nurseries = {}


def start(argv, env, stdin, stdout, stderr):
    if argv[0] not in nurseries:
        nurseries[argv[0]] = Nursery(argv[0])
    return nurseries[argv[0]].start(argv, env, stdin, stdout, stderr)
