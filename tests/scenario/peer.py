# SPDX-License-Identifier: Apache-2.0
"""A portal or a bureau's system without a program of ours: messages of proto/messages.toml by their names, as frames."""
import pathlib
import struct
import tomllib

HEAD = struct.Struct(">2sBBHHQ")
PROTO = tomllib.loads((pathlib.Path(__file__).resolve().parents[2] / "proto/messages.toml").read_text(encoding="utf-8"))
MESSAGES = {m["name"]: m for m in PROTO["message"]}
NAMES = {m["id"]: m for m in PROTO["message"]}


def packed(value):
    """msgpack, in the forms that do for our messages."""
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return b"\xd3" + struct.pack(">q", value)
    if isinstance(value, str):
        data = value.encode()
        return b"\xdb" + struct.pack(">I", len(data)) + data
    return b"\xdf" + struct.pack(">I", len(value)) + b"".join(packed(k) + packed(v) for k, v in value.items())


FIXED = {0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}
COUNTED = {0xD9: ">B", 0xDA: ">H", 0xDB: ">I", 0xDC: ">H", 0xDD: ">I", 0xDE: ">H", 0xDF: ">I"}


def unpacked(data, at=0):
    """(value, where it ends)"""
    tag = data[at]
    at += 1
    if tag in FIXED:
        return struct.unpack_from(FIXED[tag], data, at)[0], at + struct.calcsize(FIXED[tag])
    if tag < 0x80 or tag >= 0xE0:
        return tag - 256 if tag >= 0xE0 else tag, at
    if tag in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[tag], at
    if tag in COUNTED:
        (n,) = struct.unpack_from(COUNTED[tag], data, at)
        at += struct.calcsize(COUNTED[tag])
        kind = "text" if tag <= 0xDB else "list" if tag <= 0xDD else "map"
    else:
        kind, n = ("map", tag & 15) if tag < 0x90 else ("list", tag & 15) if tag < 0xA0 else ("text", tag & 31)
    if kind == "text":
        return data[at : at + n].decode(), at + n
    items = []
    for _ in range(2 * n if kind == "map" else n):
        item, at = unpacked(data, at)
        items.append(item)
    return (dict(zip(items[::2], items[1::2])) if kind == "map" else items), at


def frame(name, members):
    message = MESSAGES[name]
    keys = {f["name"]: f["key"] for f in message["fields"]}
    return HEAD.pack(b"PA", 1, 0, message["id"], 0, 1) + packed({keys[k]: v for k, v in members.items()})


def read(data):
    """(the message's name, its members; None: it has none such)"""
    message = NAMES[HEAD.unpack_from(data)[3]]
    came = unpacked(data, HEAD.size)[0]
    return message["name"], {f["name"]: came.get(f["key"]) for f in message["fields"]}


class Mailbox:
    """Where answers to us go: to the hub it is a process."""

    name = "peer"

    def __init__(self):
        self.frames = []


def ask(hub, endpoint, name, members):
    """Sends one message as a stranger's system would; what is answered, None: nothing."""
    to = hub.bound.get(endpoint)
    if to is None:
        return None
    mailbox, peer = Mailbox(), next(hub.peer_ids)
    hub.peers[peer] = (mailbox, 0)
    to[0].frames.append((to[1], peer, frame(name, members)))
    hub.pump()
    hub.peers.pop(peer, None)
    return read(mailbox.frames[0][2]) if mailbox.frames else None
