# SPDX-License-Identifier: Apache-2.0
"""Clock, network and scheduler of one scenario's processes. fake/hub.h describes the messages.

Strict turns: a daemon runs only between our TURN and its IDLE, a tool only between two of its waits, and never two at once.
So the order of all that happens is the scenario's, and the clock stands while anybody runs.
"""
import itertools
import mmap
import os
import select
import socket
import struct

import nursery

HEADER = struct.Struct("<IBBHq")
ROUTER, PULL, PUSH, DEALER = 1, 2, 3, 4
REAL_SECONDS = 60  # that a turn may take
PATIENCE = 60_000_000  # microseconds of the fake clock that a tool waits for an answer


class Died(Exception):
    """A daemon ended that nobody had killed."""


class Clock:
    """Two numbers in shared memory; fake/clock.c reads them."""

    def __init__(self, path):
        with open(path, "w+b") as file:
            file.truncate(16)
            self.memory = mmap.mmap(file.fileno(), 16)
        self.now = self.mono = 0

    def set(self, now):
        self.mono = self.mono + (now - self.now) if self.now else 1_000_000
        self.now = now
        self.memory[:] = struct.pack("<qq", self.now, self.mono)

    def breathe(self):
        """A second of the machine's, which the calendar does not see: pauses between one turn of a queue and the next end."""
        self.mono += 1_000_000
        self.memory[:] = struct.pack("<qq", self.now, self.mono)


class Process:
    """A daemon or a tool and its connection."""

    def __init__(self, name, popen, connection=None):
        self.name, self.popen, self.connection = name, popen, connection
        self.sockets = {}  # handle: (type, endpoints)
        self.frames = []  # (handle, peer, bytes) that wait for its turn
        self.more = False  # a timer is to be called at once
        self.next_timer = -1
        self.doom = None  # "answers", "hints": it dies in the middle of its next one
        self.turns = 0

    def put(self, kind, handle=0, value=0, data=b""):
        try:
            self.connection.sendall(HEADER.pack(len(data), ord(kind), handle, 0, value) + data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the next get tells

    def exactly(self, n):
        parts = []
        while n > 0:
            part = self.connection.recv(n)
            if not part:
                return None
            parts.append(part)
            n -= len(part)
        return b"".join(parts)

    def get(self):
        """(kind, handle, value, bytes); None when it is gone."""
        try:
            head = self.exactly(HEADER.size)
            if head is None:
                return None
            n, kind, handle, _, value = HEADER.unpack(head)
            data = self.exactly(n)
        except ConnectionResetError:
            return None
        except TimeoutError:
            raise Died(f"{self.name} does not end its turn within {REAL_SECONDS} s") from None
        return None if data is None else (chr(kind), handle, value, data)


class Hub:
    def __init__(self, folder, order):
        self.path = str(folder / "hub")
        self.clock = Clock(folder / "clock")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(16)
        self.order = order  # names of daemons, in the order of their turns
        self.daemons = {}
        self.bound = {}  # endpoint: (process, handle)
        self.peers = {}  # id of a DEALER: (process, handle)
        self.peer_ids = itertools.count(1)
        self.robin = itertools.count()
        self.lose = set()  # names of daemons whose hints vanish
        self.env = {**os.environ, "SCENARIO_HUB": self.path, "SCENARIO_CLOCK": str(folder / "clock")}

    # ---- Starting and ending ----

    def connect(self, process):
        """Waits for the process's connection; False when it ended without one."""
        try:
            pidfd = os.pidfd_open(process.popen.pid)
        except ProcessLookupError:  # ended already
            pidfd = os.open(os.devnull, os.O_RDONLY)
        try:
            ready = select.select([self.listener, pidfd], [], [], REAL_SECONDS)[0]
        finally:
            os.close(pidfd)
        if not ready:
            raise Died(f"{process.name} neither starts nor ends within {REAL_SECONDS} s")
        if self.listener not in ready:
            return False
        process.connection = self.listener.accept()[0]
        process.connection.settimeout(REAL_SECONDS)
        return True

    def start(self, name, argv, log):
        """Starts a daemon and waits until it is idle. Raises Died when it refuses to start."""
        with open(os.devnull, "rb") as nothing:
            process = Process(name, nursery.start(argv, self.env, nothing, log, log))
        if not self.connect(process) or not self.until_idle(process):
            raise Died(f"{name} does not start: exit status {process.popen.wait()}")
        self.daemons[name] = process

    def forget(self, process):
        self.daemons.pop(process.name, None)
        self.bound = {e: (p, h) for e, (p, h) in self.bound.items() if p is not process}
        self.peers = {i: (p, h) for i, (p, h) in self.peers.items() if p is not process}
        if process.connection:
            process.connection.close()

    def kill(self, process):
        process.popen.kill()
        process.popen.wait()
        self.forget(process)

    def stop(self, process):
        """Lets a daemon end by itself; its exit status."""
        process.put("Q")
        while (message := process.get()) is not None:
            self.serve(process, *message)
        status = process.popen.wait()
        self.forget(process)
        return status

    def close(self):
        for process in list(self.daemons.values()):
            self.kill(process)
        self.listener.close()

    # ---- Messages ----

    def route(self, process, handle, peer):
        """Where a frame goes: (process, handle, peer's id); None: nobody is there."""
        kind, endpoints = process.sockets[handle]
        if kind == ROUTER:
            to = self.peers.get(peer)
            return to and (*to, 0)
        there = [self.bound[e] for e in endpoints if e in self.bound]
        if not there:
            return None
        if kind == PUSH:
            return (*there[next(self.robin) % len(there)], 0)
        return (*there[0], next(i for i, to in self.peers.items() if to == (process, handle)))

    def send(self, process, handle, peer, data):
        to = self.route(process, handle, peer)
        lost = to is not None and process.sockets[handle][0] == PUSH and to[0].name in self.lose
        if to is not None and not lost:
            to[0].frames.append((to[1], to[2], data))
        process.put("Y", handle, int(to is not None))

    def serve(self, process, kind, handle, value, data):
        """One message that needs no turn of anybody else."""
        if kind == "B":
            process.sockets[handle] = (value, [data.decode()])
            self.bound[data.decode()] = (process, handle)
        elif kind == "C":
            process.sockets[handle] = (value, data.decode().split())
            if value == DEALER:
                self.peers[next(self.peer_ids)] = (process, handle)
        elif kind == "X":
            process.sockets.pop(handle, None)
            self.bound = {e: to for e, to in self.bound.items() if to != (process, handle)}
            self.peers = {i: to for i, to in self.peers.items() if to != (process, handle)}
            process.frames = [f for f in process.frames if f[0] != handle]
        elif kind == "S":
            doomed = {"answers": ROUTER, "hints": PUSH}.get(process.doom) == process.sockets[handle][0]
            if doomed:
                self.kill(process)
            else:
                self.send(process, handle, value, data)

    # ---- Turns ----

    def until_idle(self, process):
        """False when it was killed, or ended before its first turn."""
        while (message := process.get() if process.connection.fileno() >= 0 else None) is not None:
            kind, handle, value, _ = message
            if kind == "I":
                process.more, process.next_timer = handle == 1, value
                return True
            self.serve(process, *message)
        return False

    def turn(self, process, all_timers=False):
        for handle, peer, data in process.frames:
            process.put("F", handle, peer, data)
        process.frames = []
        process.turns += 1
        process.put("T", 0, int(all_timers))
        if not self.until_idle(process) and process.name in self.daemons:
            self.forget(process)
            raise Died(f"{process.name} ended with status {process.popen.wait()}")

    def due(self, process):
        return process.frames or process.more or 0 <= process.next_timer <= self.clock.mono

    def pump(self):
        """Turns, until no daemon has anything to do at this instant."""
        for _ in range(10_000):
            ready = [self.daemons[n] for n in self.order if n in self.daemons and self.due(self.daemons[n])]
            if not ready:
                return
            self.turn(ready[0])
        raise Died("the daemons do not come to rest: 10,000 turns without end")

    def tick(self):
        """Calls every timer of every daemon once, then lets them finish."""
        for name in self.order:
            if name in self.daemons:
                self.turn(self.daemons[name], all_timers=True)
        self.pump()

    # ---- Tools ----

    def tool(self, argv, given, out, err):
        """Runs a tool to its end. Its exit status; None when it waited in vain and was killed."""
        process = Process(os.path.basename(argv[0]), nursery.start(argv, self.env, given, out, err))
        waited = 0
        try:
            while self.connect(process) if process.connection is None else True:
                message = process.get()
                if message is None:
                    break
                kind, handle, value, data = message
                if kind != "W":
                    self.serve(process, kind, handle, value, data)
                    continue
                if not process.frames:
                    self.pump()
                waited = 0 if process.frames else waited + value
                if waited > PATIENCE:
                    self.kill(process)
                    return None
                came, process.frames = process.frames, []
                for frame in came:
                    process.put("F", *frame)
                process.put("G", 0, int(bool(came)))
            return process.popen.wait(REAL_SECONDS)
        finally:
            self.forget(process)
