# SPDX-License-Identifier: Apache-2.0
"""Frames and the socket, from docs/protocol.md alone."""
import random
import struct
import time

import msgpack
import zmq
import zmq.auth

# id, and the fields in the order of their keys, which begin with 1.
MESSAGES = {
    "refusal": (3, "ref code message field retry"),
    "hello": (6, "bureau last_seq credit version consumer take_over"),
    "welcome": (7, "bureau last_seq head epoch active first version"),
    "ack": (8, "bureau seq credit epoch"),
    "delivery": (9, "seq number leg kind category title body place place_code urgent confidential occurred_at received_at due_at sent_at"
                    " notice unit role parent round supplement state"),
    "heartbeat": (10, "bureau head epoch blocked"),
    "feedback": (11, "event_id bureau number event leg outcome public_reply internal_report reason officer unit to days until request"
                     " reason_code"),
    "feedback_result": (12, "event_id number state duplicate version"),
    "reject": (15, "bureau seq epoch reason retry"),
    "blocked": (16, "bureau seq attempts blocked"),
    "goodbye": (17, "bureau epoch"),
}
IDS = {i: name for name, (i, _) in MESSAGES.items()}
FIELDS = {name: dict(enumerate(fields.split(), 1)) for name, (_, fields) in MESSAGES.items()}
KEYS = {name: {field: key for key, field in fields.items()} for name, fields in FIELDS.items()}


def encode(name, trace=0, **values):
    body = {KEYS[name][field]: value for field, value in values.items() if value is not None}
    return struct.pack(">2sBBHHQ", b"PA", 1, 0, MESSAGES[name][0], 0, trace) + msgpack.packb(body)


def decode(parts):
    """(name, trace, values); the name is None for what is no frame of this protocol, or a message that we do not know."""
    try:
        (raw,) = parts
        magic, version, _, number, _, trace = struct.unpack_from(">2sBBHHQ", raw)
        body = msgpack.unpackb(raw[16:], strict_map_key=False)
        name = IDS.get(number) if magic == b"PA" and version == 1 else None
        return name, trace, {FIELDS[name][k]: v for k, v in body.items() if k in FIELDS[name]} if name else {}
    except (ValueError, TypeError, AttributeError, struct.error, msgpack.UnpackException):  # TypeError: a map as a key
        return None, 0, {}


class Line:
    """The socket. A send that fails says so; ZeroMQ connects again by itself."""

    def __init__(self, args):
        self.args, self.socket = args, None
        self.open()

    def open(self):
        if self.socket:
            self.socket.close()
        self.socket = s = zmq.Context.instance().socket(zmq.DEALER)
        s.linger, s.immediate, s.maxmsgsize = 0, 1, 262144
        s.rcvhwm = s.sndhwm = 0
        s.reconnect_ivl, s.reconnect_ivl_max, s.handshake_ivl = random.randrange(100, 500), 10000, 5000
        s.tcp_keepalive, s.tcp_keepalive_idle, s.tcp_keepalive_cnt, s.tcp_keepalive_intvl = 1, 30, 3, 10
        if self.args.server_key:
            s.curve_publickey, s.curve_secretkey = zmq.auth.load_certificate(self.args.key)
            s.curve_serverkey = self.args.server_key.encode()
        s.connect(self.args.connect)
        self.heard = time.monotonic()

    def send(self, frame):
        try:
            self.socket.send(frame, zmq.DONTWAIT)
            return True
        except zmq.Again:
            return False

    def receive(self):
        """All that is there."""
        while self.socket.poll(0):
            name, trace, values = decode(self.socket.recv_multipart())
            if name:
                self.heard = time.monotonic()
                yield name, trace, values
