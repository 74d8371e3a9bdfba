# SPDX-License-Identifier: Apache-2.0
"""What a scenario stands on: a ROUTER that the client connects to, with CURVE if asked for, and the client's process."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import zmq
import zmq.auth

from frames import Fault, decode

START = 20  # seconds for a client to start and say its first word
STEP_MS = 5


class Keys:
    """server.key and client.key in a folder; made if they are not there. FILEs as zmq.auth and czmq read them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.server, self.client = self.pair("server.key"), self.pair("client.key")
        self.client_file = str(self.folder / "client.key")

    def pair(self, name):
        path = self.folder / name
        if not path.exists():
            public, secret = (k.decode() for k in zmq.curve_keypair())
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(f'metadata\n    name = "{name}"\ncurve\n    public-key = "{public}"\n    secret-key = "{secret}"\n')
        return zmq.auth.load_certificate(path)


def answer_zap(context, allowed):
    """RFC 27: lets this one key in. Ends with the context."""
    with context.socket(zmq.REP) as socket:
        socket.bind("inproc://zeromq.zap.01")
        try:
            while True:
                version, sequence, _, _, _, _, *key = socket.recv_multipart()
                good = key == [zmq.utils.z85.decode(allowed)]
                socket.send_multipart([version, sequence, b"200" if good else b"400", b"", allowed if good else b"", b""])
        except zmq.ContextTerminated:
            pass


class World:
    """One scenario's sockets and client. base: where the client begins, as its first hello says."""

    takes = ()
    mode = ""

    def __init__(self, options, number):
        self.options, self.bureau, self.keys = options, options.bureau, options.keys
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="conformance."))
        self.wanted = options.endpoint_of(number)
        self.endpoint, self.process, self.log = None, None, []
        self.output = self.dir / "lines"
        self.context = zmq.Context()
        if self.keys:
            threading.Thread(target=answer_zap, args=(self.context, self.keys.client[0]), daemon=True).start()
        self.router = None

    # ---- The socket ----

    def bind(self, server=None):
        end = time.monotonic() + 5
        while True:
            self.router = s = self.context.socket(zmq.ROUTER)
            s.linger, s.sndhwm, s.rcvhwm, s.router_mandatory, s.maxmsgsize = 0, 0, 0, 1, 262144
            if self.keys:
                s.curve_server, s.curve_secretkey, s.zap_domain = 1, (server or self.keys.server)[1], b"conformance"
            try:
                s.bind(self.endpoint or self.wanted)
                break
            except zmq.ZMQError:  # the port of a socket that has just been closed
                s.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        self.endpoint = s.last_endpoint.decode().rstrip("\0")

    def unbind(self):
        self.router.close()
        self.router = None

    def send(self, peer, *parts):
        """False: this peer is gone."""
        try:
            self.router.send_multipart([peer, *parts])
            return True
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return False

    def receive(self, ms):
        """All messages that came, as (peer, name, trace, values)."""
        if not self.router.poll(ms):
            return
        while self.router.poll(0):
            parts = self.router.recv_multipart(copy=False)
            if self.keys and parts[-1].get("User-Id") != self.keys.client[0].decode():
                raise Fault("a message without the client's key")
            message = decode([p.bytes for p in parts[1:]], self.takes)
            self.log.append((time.monotonic(), *message))
            yield (parts[0].bytes, *message)

    # ---- Waiting ----

    def turn(self, ms=STEP_MS):
        raise NotImplementedError

    def until(self, what, condition, seconds):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise Fault(f"not within {seconds} s: {what}")
            self.turn()

    def during(self, seconds, condition=lambda: None):
        """Goes on so long; condition raises what must not be."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn()
            condition()

    # ---- The client ----

    @property
    def has_client(self):
        return bool(self.options.client)

    def start(self, stdin=None):
        """Starts the client's command (again), or asks for it."""
        if not self.has_client:
            print(f"    waiting for a client at {self.endpoint}", flush=True)
            return
        words = {"endpoint": self.endpoint, "bureau": str(self.bureau), "mode": self.mode, "store": str(self.dir / "store"),
                 "next": str(max(self.printed(), default=0) + 1), "key": self.keys.client_file if self.keys else "",
                 "server_key": self.keys.server[0].decode() if self.keys else ""}
        command = self.options.client
        for name, value in words.items():
            command = [word.replace("{" + name + "}", value) for word in command]
        environment = {"WF_ENDPOINT": words["endpoint"], "WF_FEEDBACK": words["endpoint"], "WF_BUREAU": words["bureau"],
                       "WF_MODE": self.mode, "WF_STORE": words["store"], "WF_NEXT": words["next"]}
        if self.keys:
            environment |= {"WF_KEY": words["key"], "WF_SERVER_KEY": words["server_key"]}
        self.process = subprocess.Popen(
            command, env=os.environ | environment, start_new_session=True, stdout=self.output.open("ab"),
            stdin=stdin.open("rb") if stdin else subprocess.DEVNULL, stderr=(self.dir / "errors").open("ab"))

    def kill(self, number=signal.SIGKILL):
        if self.process:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass
            if number == signal.SIGKILL:
                self.process.wait()

    def ended(self):
        """Its exit status, None while it runs."""
        return self.process.poll() if self.process else None

    def whole_lines(self):
        """Cuts off a line that the client's death left half written."""
        data = self.output.read_bytes()
        self.output.write_bytes(data[: data.rfind(b"\n") + 1])

    def lines(self):
        """The objects that the client printed, of whole lines."""
        data = self.output.read_bytes() if self.output.exists() else b""
        found = []
        for line in data[: data.rfind(b"\n") + 1].splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                raise Fault(f"standard output is one JSON object a line, not {line[:80]!r}") from None
        return found

    def printed(self):
        return [line["seq"] for line in self.lines() if "seq" in line]

    def errors(self):
        """The last line that the client wrote to its standard error."""
        path = self.dir / "errors"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return lines[-1] if lines else ""

    def close(self):
        self.kill()
        if self.router:
            self.router.close()
        self.context.term()
        shutil.rmtree(self.dir)
