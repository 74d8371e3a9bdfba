# SPDX-License-Identifier: Apache-2.0
"""Frames as proto/messages.toml has them: written freely, also wrong ones; read strictly, naming what is wrong."""
import pathlib
import struct
import tomllib

import msgpack

SPEC = tomllib.loads((pathlib.Path(__file__).resolve().parents[2] / "proto/messages.toml").read_text("utf-8"))
BY_NAME = {m["name"]: m for m in SPEC["message"]}
BY_ID = {m["id"]: m for m in SPEC["message"]}
FRAME_MAX = 262144


class Fault(Exception):
    """The client did what the protocol does not allow, or not what it asks for."""


def frame(number, body, trace=0, version=1):
    return struct.pack(">2sBBHHQ", b"PA", version, 0, number, 0, trace) + body


def encode(name, trace=0, more=None, **values):
    """more: pairs of keys that no specification has."""
    keys = {f["name"]: f["key"] for f in BY_NAME[name]["fields"]}
    return frame(BY_NAME[name]["id"], msgpack.packb({keys[k]: v for k, v in values.items()} | (more or {})), trace)


def example(name):
    return {f["name"]: f["example"] for f in BY_NAME[name]["fields"]}


def needed(name):
    return {f["name"]: f["example"] for f in BY_NAME[name]["fields"] if f["need"]} if name else {}


for message in SPEC["message"]:
    for field in message["fields"]:
        field.setdefault("need", False)


def no_key_twice(pairs):
    if len({k for k, _ in pairs}) < len(pairs):
        raise Fault("a frame has a key twice")
    return dict(pairs)


def check(name, field, value):
    where, kind = f"{name}.{field['name']}", field["type"]
    if kind in ("texts", "ints"):
        if not isinstance(value, list) or len(value) > field["count"]:
            raise Fault(f"{where} is a list of at most {field['count']}")
        for one in value:
            check(name, {**field, "type": kind[:-1]}, one)
    elif kind == "text" and not (isinstance(value, str) and len(value) <= field["max"] and "\0" not in value):
        raise Fault(f"{where} is a text of at most {field['max']} characters without NUL")
    elif kind == "int" and not (type(value) is int and field["min"] <= value <= field["max"]):
        raise Fault(f"{where} is an int from {field['min']} to {field['max']}, not {value!r}")
    elif kind == "bool" and type(value) is not bool:
        raise Fault(f"{where} is a bool")


def decode(parts, takes):
    """(name, trace, values) of a message that this socket takes."""
    if len(parts) != 1:
        raise Fault(f"a message of {len(parts)} parts: one frame a message, no delimiter before it")
    raw = parts[0]
    if not 16 <= len(raw) <= FRAME_MAX:
        raise Fault(f"a frame of {len(raw)} bytes: 16 to {FRAME_MAX}")
    magic, version, zero, number, zeros, trace = struct.unpack_from(">2sBBHHQ", raw)
    if (magic, version, zero, zeros) != (b"PA", 1, 0, 0):
        raise Fault(f"the header {raw[:16].hex(' ', 2)} is none of version 1")
    message = BY_ID.get(number)
    if message is None or message["name"] not in takes:
        raise Fault(f"message {number} does not belong on this socket")
    try:
        body = msgpack.unpackb(raw[16:], object_pairs_hook=no_key_twice, strict_map_key=False)
    except (ValueError, TypeError, msgpack.UnpackException) as error:  # TypeError: a map as a key
        raise Fault(f"{message['name']}: the body is no msgpack: {error}") from None
    if not isinstance(body, dict):
        raise Fault(f"{message['name']}: the body is not a map")
    values = {}
    for field in message["fields"]:
        if field["key"] in body:
            check(message["name"], field, body[field["key"]])
            values[field["name"]] = body[field["key"]]
        elif field["need"]:
            raise Fault(f"{message['name']}.{field['name']} is missing")
    return message["name"], trace, values
