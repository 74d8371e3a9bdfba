# SPDX-License-Identifier: Apache-2.0
"""A bureau's or a portal's end of the protocol, message by message, for tests that must send what no proper client would.

Made from proto/messages.toml, not from the C code. Needs python3-zmq and python3-msgpack.
"""
import pathlib
import struct
import time
import tomllib

import msgpack
import zmq

SPEC = tomllib.loads((pathlib.Path(__file__).resolve().parents[2] / "proto/messages.toml").read_text("utf-8"))
BY_NAME = {m["name"]: m for m in SPEC["message"]}
BY_ID = {m["id"]: m for m in SPEC["message"]}
CONTEXT = zmq.Context()
NO_REPLY = object()


def frame(name, trace=1, version=1, **values):
    """One whole frame; members are named as in messages.toml, `true_` for true."""
    message = BY_NAME[name]
    keys = {f["name"]: f["key"] for f in message["fields"]}
    body = {keys[member.rstrip("_")]: value for member, value in values.items() if value is not None}
    return struct.pack(">2sBBHHQ", b"PA", version, 0, message["id"], 0, trace) + msgpack.packb(body)


def parse(data):
    """(name, {member: value})"""
    magic, _, _, number, _, _ = struct.unpack(">2sBBHHQ", data[:16])
    assert magic == b"PA", data[:16]
    message = BY_ID[number]
    names = {f["key"]: f["name"] for f in message["fields"]}
    body = msgpack.unpackb(data[16:], strict_map_key=False)
    return message["name"], {names[key]: value for key, value in body.items() if key in names}


class Certificate:
    """A key pair. of(path): from a ZeroMQ certificate file."""

    def __init__(self, public=None, secret=None):
        self.public, self.secret = (public, secret) if public else zmq.curve_keypair()

    @classmethod
    def of(cls, path):
        values = dict(
            (part.strip().strip('"') for part in line.split("=", 1))
            for line in pathlib.Path(path).read_text().splitlines()
            if "-key" in line and "=" in line
        )
        return cls(values["public-key"].encode(), values.get("secret-key", "").encode() or None)


class Peer:
    """One DEALER. key and server: over CURVE."""

    def __init__(self, endpoint, key=None, server=None):
        self.socket = CONTEXT.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.setsockopt(zmq.RECONNECT_IVL, 50)
        if key:
            self.socket.curve_publickey, self.socket.curve_secretkey = key.public, key.secret
            self.socket.curve_serverkey = server
        self.socket.connect(endpoint)

    def send(self, name, **values):
        self.send_bytes(frame(name, **values))

    def send_bytes(self, *parts):
        self.socket.send_multipart(parts)

    def next(self, seconds=5, skip=("heartbeat",)):
        """The next message that is none of those to skip: (name, values); NO_REPLY after so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.socket.poll(left * 1000):
                name, values = parse(self.socket.recv())
                if name not in skip:
                    return name, values
        return NO_REPLY

    def ask(self, name, seconds=5, **values):
        self.send(name, **values)
        return self.next(seconds)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
