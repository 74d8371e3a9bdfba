# SPDX-License-Identifier: Apache-2.0
"""msgpack in its shortest form, and the frame's header. https://github.com/msgpack/msgpack/blob/master/spec.md"""
import struct


def pack(value):
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return pack_int(value)
    if isinstance(value, str):
        raw = value.encode()
        return head(len(raw), 0xA0, 32, (0xD9, 0xDA, 0xDB)) + raw
    if isinstance(value, list):
        return head(len(value), 0x90, 16, (None, 0xDC, 0xDD)) + b"".join(map(pack, value))
    if isinstance(value, dict):
        return head(len(value), 0x80, 16, (None, 0xDE, 0xDF)) + b"".join(pack(k) + pack(v) for k, v in value.items())
    raise TypeError(type(value))


def pack_int(value):
    if -32 <= value <= 127:
        return struct.pack(">b", value)
    for mark, form in zip((0xCC, 0xCD, 0xCE, 0xCF), "BHIQ") if value >= 0 else zip((0xD0, 0xD1, 0xD2, 0xD3), "bhiq"):
        try:
            return bytes([mark]) + struct.pack(">" + form, value)
        except struct.error:
            pass
    raise OverflowError(value)


def head(count, fix, fix_below, marks):
    if count < fix_below:
        return bytes([fix | count])
    for mark, form, limit in zip(marks, "BHI", (2**8, 2**16, 2**32)):
        if mark and count < limit:
            return bytes([mark]) + struct.pack(">" + form, count)
    raise OverflowError(count)


def frame(message_id, body, trace=0x0102030405060708):
    return b"PA" + struct.pack(">BBHHQ", 1, 0, message_id, 0, trace) + body
