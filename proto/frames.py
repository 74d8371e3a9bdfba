# SPDX-License-Identifier: Apache-2.0
"""Which frames the codecs are tried on. Every message gives the same variants, so a new one is covered when it is specified."""
from msgpack_bytes import frame, pack

SAMPLE = "平安 é𠮷\n"  # one to four bytes a character, and a control character, which is allowed


def body(message, values):
    return pack({f["key"]: values[f["name"]] for f in message["fields"] if f["name"] in values})


def full(message):
    return {f["name"]: f["example"] for f in message["fields"]}


def least(message):
    return {f["name"]: f["example"] for f in message["fields"] if f["need"]}


def at_limit(message, limit):
    """Every field at its lower or upper limit; long texts and lists are cut, so that the vectors stay readable."""
    values = {}
    for f in message["fields"]:
        kind = f["type"]
        if kind.startswith("text"):
            n = 0 if limit == "min" else min(f["max"], 100)
            one = (SAMPLE * n)[:n]
        elif kind.startswith("int"):
            one = f[limit]
        else:
            one = limit == "max"
        count = 1 if limit == "min" else min(f.get("count", 1), 20)
        values[f["name"]] = [one] * count if kind.endswith("s") else one
    return values


def wide(message, values):
    """The same in the longest forms msgpack allows: a reader must not insist on the shortest."""
    out = b"\xdf" + len(values).to_bytes(4, "big")
    for f in message["fields"]:
        if f["name"] not in values:
            continue
        value = values[f["name"]]
        out += b"\xd3" + f["key"].to_bytes(8, "big")
        if isinstance(value, str):
            out += b"\xdb" + len(value.encode()).to_bytes(4, "big") + value.encode()
        elif isinstance(value, list):
            out += b"\xdd" + len(value).to_bytes(4, "big") + b"".join(map(pack, value))
        elif type(value) is int:
            out += b"\xd3" + value.to_bytes(8, "big", signed=True)
        else:
            out += pack(value)
    return out


def good(spec):
    """(name, frame) where the C codec writes the same bytes again, (name, frame, canonical) where it writes others."""
    out = []
    for m in spec["message"]:
        whole = {f["key"]: f["example"] for f in m["fields"]}
        canonical = frame(m["id"], pack(whole))
        unknown = {-7: 1, **whole, 99: "未知", 1000: [True, {5: "x"}], 2**40: -(2**63)}
        out += [
            (f"{m['name']}/full", canonical),
            (f"{m['name']}/least", frame(m["id"], body(m, least(m)))),
            (f"{m['name']}/low", frame(m["id"], body(m, at_limit(m, "min")))),
            (f"{m['name']}/high", frame(m["id"], body(m, at_limit(m, "max")))),
            (f"{m['name']}/backwards", frame(m["id"], pack(dict(reversed(whole.items())))), canonical),
            (f"{m['name']}/wide", frame(m["id"], wide(m, full(m))), canonical),
            (f"{m['name']}/unknown-keys", frame(m["id"], pack(unknown)), canonical),
        ]
    return out


def bad(spec):
    """(name, frame, code, field), a readable selection; the tests make thousands more."""
    by_name = {m["name"]: m for m in spec["message"]}

    def made(name, raw):
        return frame(by_name[name]["id"], raw)

    def with_value(name, **changed):
        return made(name, body(by_name[name], least(by_name[name]) | changed))

    ack = pack({1: 440300, 2: 50, 3: 9})
    good_ack = made("ack", ack)

    def text(raw):  # a refusal whose message has these bytes
        return made("refusal", b"\x82\x02\xa1x\x03" + bytes([0xA0 | len(raw)]) + raw)

    def extra(raw):  # an ack with one more pair
        return made("ack", b"\x84" + ack[1:] + raw)

    frames = [
        ("ack/empty", b""),
        ("ack/header-cut", good_ack[:15]),
        ("ack/magic", b"PB" + good_ack[2:]),
        ("ack/version", good_ack[:2] + b"\x02" + good_ack[3:]),
        ("ack/reserved-3", good_ack[:3] + b"\x01" + good_ack[4:]),
        ("ack/reserved-6", good_ack[:6] + b"\x00\x01" + good_ack[8:]),
        ("ack/id-unknown", frame(0xFFFF, ack)),
        ("ack/id-of-another", frame(by_name["hello"]["id"], ack)),
        ("ack/no-body", made("ack", b"")),
        ("ack/body-cut", good_ack[:-1]),
        ("ack/trailing", good_ack + b"\xc0"),
        ("ack/not-a-map", made("ack", b"\x93" + ack[1:])),
        ("ack/text-key", extra(b"\xa1kv")),
        ("ack/key-too-large", extra(b"\xcf" + b"\xff" * 8 + b"\xc0")),
        ("ack/depth-5", extra(b"\x63\x91\x91\x91\x91\xc0")),
        ("ack/map32-count", made("ack", b"\xdf\xff\xff\xff\xff" + ack[1:])),
        ("ack/map16-count", made("ack", b"\xde\xff\xff" + ack[1:])),
        ("ack/array32-count", extra(b"\x63\xdd\x0f\xff\xff\xff")),
        ("ack/str32-length", extra(b"\x63\xdb\xff\xff\xff\xff")),
        ("ack/bin32-length", extra(b"\x63\xc6\xff\xff\xff\xff")),
        ("ack/elements-4097", extra(b"\x63\xdc\x10\x00" + b"\xc0" * 4096)),
        ("ack/reserved-byte", extra(b"\x63\xc1")),
    ]
    fields = [
        ("ack/float", with_value("ack")[:-1] + b"\xca\x3f\x80\x00\x00", "wrong_type", "credit"),
        ("ack/ext", with_value("ack")[:-1] + b"\xd4\x01\x00", "wrong_type", "credit"),
        ("ack/nil", with_value("ack")[:-1] + b"\xc0", "wrong_type", "credit"),
        ("ack/int-as-text", with_value("ack", credit="9"), "wrong_type", "credit"),
        ("ack/twice", extra(b"\x02\x00"), "duplicate_key", "seq"),
        ("ack/twice-inside", extra(b"\x63\x82\x01\xc0\x01\xc0"), "duplicate_key", ""),
        ("ack/no-fields", made("ack", b"\x80"), "missing", "bureau"),
        ("ack/missing", made("ack", pack({1: 440300, 3: 9})), "missing", "seq"),
        ("ack/below", with_value("ack", credit=-1), "out_of_range", "credit"),
        ("ack/above", with_value("ack", credit=10001), "out_of_range", "credit"),
        ("ack/above-int64", with_value("ack", seq=2**63), "out_of_range", "seq"),
        ("refusal/text-as-int", with_value("refusal", code=1), "wrong_type", "code"),
        ("refusal/bool-as-int", with_value("refusal", retry=1), "wrong_type", "retry"),
        ("refusal/text-as-bin", made("refusal", b"\x82\x02\xc4\x01x\x03\xa1x"), "wrong_type", "code"),
        ("refusal/too-long", with_value("refusal", code="x" * 33), "too_long", "code"),
        ("refusal/too-long-chinese", with_value("refusal", code="厅" * 33), "too_long", "code"),
        ("refusal/nul", text(b"a\x00b"), "nul", "message"),
        ("refusal/utf8-lone", text(b"\xff\xfe"), "bad_utf8", "message"),
        ("refusal/utf8-cut", text("厅".encode()[:2]), "bad_utf8", "message"),
        ("refusal/utf8-overlong", text(b"\xc0\x80"), "bad_utf8", "message"),
        ("refusal/utf8-surrogate", text(b"\xed\xa0\x80"), "bad_utf8", "message"),
        ("refusal/utf8-above", text(b"\xf4\x90\x80\x80"), "bad_utf8", "message"),
        ("letter_submit/too-many", with_value("letter_submit", accused=["x"] * 9), "too_many", "accused"),
        ("letter_submit/entry-type", with_value("letter_submit", accused=[1]), "wrong_type", "accused"),
        ("letter_submit/entry-too-long", with_value("letter_submit", accused=["x" * 401]), "too_long", "accused"),
        ("letter_submit/not-a-list", with_value("letter_submit", accused="x"), "wrong_type", "accused"),
        ("case_accepted/too-many", with_value("case_accepted", case_ids=[1] * 1001), "too_many", "case_ids"),
        ("case_accepted/entry-range", with_value("case_accepted", case_ids=[1, 0]), "out_of_range", "case_ids"),
    ]
    return [(name, raw, "old_protocol" if name == "ack/version" else "bad_frame", "") for name, raw in frames] + fields


def good_text(rows):
    out = ["# Frames that every reader must take: message/variant, the frame in hexadecimal, and, where a writer would write",
           "# other bytes for the same message, those. Made by generate.py."]
    return "\n".join(out + [" ".join([name] + [raw.hex() for raw in raws]) for name, *raws in rows]) + "\n"


def bad_text(rows):
    out = ["# Frames that every reader of that message must refuse: message/variant, the frame in hexadecimal (- is empty),",
           "# the error's code, and the field at fault (- is none). Made by generate.py."]
    return "\n".join(out + [f"{name} {raw.hex() or '-'} {code} {field or '-'}" for name, raw, code, field in rows]) + "\n"
