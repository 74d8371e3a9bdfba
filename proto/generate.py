#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes everything that follows from messages.toml: the C codec's tables, the reference page, the vectors, the fuzz seeds.

docs/protocol.md is guide.md with what is generated filled in, and the reference behind it.

generate.py          writes what is stale
generate.py --check  writes nothing; names what is stale and exits 1

The packer here is our own on purpose: the vectors then test the C codec's msgpack library against a second one.
"""
import json
import re
import sys
import tomllib
from pathlib import Path

sys.dont_write_bytecode = True  # the source tree stays as it is
import frames

PROTO = Path(__file__).resolve().parent
ROOT = PROTO.parent
BANNER = "// SPDX-License-Identifier: Apache-2.0\n// Made by proto/generate.py from proto/messages.toml: edit those.\n// clang-format off\n"
I64_MIN, I64_MAX = -(2**63), 2**63 - 1
MEMBERS = {
    "text": {"max"},
    "int": {"min", "max"},
    "bool": set(),
    "texts": {"count", "max"},
    "ints": {"count", "min", "max"},
}


def die(words):
    sys.exit(f"messages.toml: {words}")


def check_field(message, field):
    where = f"{message['name']}.{field.get('name', '?')}"
    kind = field.get("type")
    if kind not in MEMBERS:
        die(f"{where}: type is one of {', '.join(MEMBERS)}")
    need = {"key", "name", "type", "example"} | MEMBERS[kind]
    if missing := need - field.keys():
        die(f"{where}: {', '.join(sorted(missing))} missing")
    if unknown := field.keys() - need - {"need", "doc"}:
        die(f"{where}: {', '.join(sorted(unknown))} unknown")
    if not 0 <= field["key"] <= 127:
        die(f"{where}: key is 0 to 127")
    entries = field["example"] if kind.endswith("s") else [field["example"]]
    if len(entries) > field.get("count", 1):
        die(f"{where}: the example has too many entries")
    for value in entries:
        if kind.startswith("text"):
            fits = isinstance(value, str) and len(value) <= field["max"]
        elif kind.startswith("int"):
            fits = type(value) is int and I64_MIN <= field["min"] <= value <= field["max"] <= I64_MAX
        else:
            fits = type(value) is bool
        if not fits:
            die(f"{where}: the example breaks the field's own limits")


def load():
    spec = tomllib.loads((PROTO / "messages.toml").read_text("utf-8"))
    messages = spec["message"]
    for what, values in (("id", [m["id"] for m in messages]), ("name", [m["name"] for m in messages])):
        if len(set(values)) < len(values):
            die(f"a message {what} is used twice")
    for m in messages:
        if not 1 <= m["id"] <= 65535 or not re.fullmatch("[a-z][a-z0-9_]*", m["name"]):
            die(f"{m['name']}: id is 1 to 65535, name is lower case")
        if not 1 <= len(m["fields"]) <= 64:
            die(f"{m['name']}: 1 to 64 fields")
        for f in m["fields"]:
            check_field(m, f)
            f.setdefault("need", False)
        keys = [f["key"] for f in m["fields"]]
        if keys != sorted(set(keys)) or len({f["name"] for f in m["fields"]}) < len(keys):
            die(f"{m['name']}: keys ascend, and no key or name is used twice")
    return spec


# ---- C ----


def c_name(field):
    """The struct's member; `true` is no name in C."""
    return field["name"] + "_" if field["name"] in ("true", "false") else field["name"]


def c_int(value):
    return "INT64_MIN" if value == I64_MIN else f"INT64_C({value})"


def members(field):
    """The struct's members; the second one, where there is one, says whether or how many."""
    name, kind = c_name(field), field["type"]
    if kind == "text":
        return [f"struct str {name};"]
    if kind in ("texts", "ints"):
        of = "struct str" if kind == "texts" else "int64_t"
        return [f"{of} {name}[{field['count']}];", f"uint32_t {name}_n;"]
    has = [] if field["need"] else [f"bool has_{field['name']};"]
    return [f"{'int64_t' if kind == 'int' else 'bool'} {name};"] + has


def header(spec):
    messages = spec["message"]
    out = [BANNER, "// What passes over the sockets; docs/protocol.md is the page for people.\n"]
    out.append("#ifndef WIRE_WIRE_GEN_H\n#define WIRE_WIRE_GEN_H\n\n#include \"wire/frame.h\"\n")
    out.append("enum message_id {")
    out += [f"    MSG_{m['name'].upper()} = {m['id']}," for m in messages]
    out.append("};\n")
    out.append("// A text is absent when p == NULL; an int or bool that may be missing is there when has_ is true; a list that is\n"
               "// not there has _n == 0.\n//\n"
               "// wire_get_x reads frame->body into *out; texts point into it, an empty one anywhere. REJECT: err->field is the field\n"
               "// at fault, or \"\";\n"
               "// err->code is bad_frame, missing, wrong_type, too_long, out_of_range, too_many, bad_utf8, nul or duplicate_key;\n"
               "// err->text names the limit. *out may then be partly written.\n//\n"
               "// wire_put_x appends one whole frame, header and body, to buf and leaves out what is absent. It does not check\n"
               "// lengths and ranges: the reader does.\n")
    for m in messages:
        out.append(f"// {m['from']} -> {m['to']}\nstruct msg_{m['name']} {{")
        for f in m["fields"]:
            out += [f"    {line}" for line in members(f)]
        out.append("};")
        out.append(f"enum result wire_get_{m['name']}(const struct frame *frame, struct msg_{m['name']} *out, struct err *err) MUST_USE;")
        out.append(f"void wire_put_{m['name']}(struct buf *buf, uint64_t trace, const struct msg_{m['name']} *m);\n")
    out.append("#endif")
    return "\n".join(out) + "\n"


def field_row(message, field):
    name, kind = field["name"], field["type"]
    at = f"offsetof(struct msg_{message['name']}, {{}})"
    row = [f".name = \"{name}\"", f".key = {field['key']}", f".type = WIRE_{kind.upper()}", f".at = {at.format(c_name(field))}"]
    if field["need"]:
        row.append(".need = true")
    if kind in ("texts", "ints"):
        row.append(f".count = {field['count']}, .more = {at.format(name + '_n')}")
    elif kind != "text" and not field["need"]:
        row.append(f".more = {at.format('has_' + name)}")
    row += [f".{limit} = {c_int(field[limit])}" for limit in ("min", "max") if limit in field]
    return f"    {{{', '.join(row)}}},"


def source(spec):
    messages = spec["message"]
    out = [BANNER, '#include "wire/wire.gen.h"\n#include "wire/codec.h"\n']
    for m in messages:
        out.append(f"static const struct wire_field {m['name']}_fields[] = {{")
        out += [field_row(m, f) for f in m["fields"]]
        out.append("};\n")
    out.append("const struct wire_message wire_messages[] = {")
    for m in messages:
        out.append(f"    {{{m['id']}, \"{m['name']}\", {m['name']}_fields, {len(m['fields'])}, sizeof(struct msg_{m['name']})}},")
    out.append("};\nconst size_t wire_messages_n = sizeof wire_messages / sizeof wire_messages[0];\n")
    for i, m in enumerate(messages):
        out.append(f"enum result wire_get_{m['name']}(const struct frame *frame, struct msg_{m['name']} *out, struct err *err)\n"
                   f"{{\n    return wire_decode(&wire_messages[{i}], frame, out, err);\n}}\n")
        out.append(f"void wire_put_{m['name']}(struct buf *buf, uint64_t trace, const struct msg_{m['name']} *m)\n"
                   f"{{\n    wire_encode(&wire_messages[{i}], buf, trace, m);\n}}\n")
    return "\n".join(out).rstrip() + "\n"


# ---- the page ----


def limits(field):
    kind = field["type"]
    if kind == "bool":
        return ""
    if kind.startswith("text"):
        each = f"at most {field['max']:,} characters"
    else:
        each = f"{field['min']} to {field['max']}"
    return each if "count" not in field else f"at most {field['count']:,} entries, each {each}"


def annotate(message, values):
    """A frame as people read it: the header, then each pair with its bytes and what they say."""
    fields = [f for f in message["fields"] if f["name"] in values]
    raw = frames.body(message, values)
    head = frames.frame(message["id"], b"").hex(" ", 2)
    rows = [(head, f"header: version 1, id {message['id']} ({message['name']}), trace id"), (raw[: 3 if len(fields) > 15 else 1].hex(), f"map of {len(fields)}")]
    for f in fields:
        value = values[f["name"]]
        words = value if isinstance(value, str) else json.dumps(value)
        rows.append((frames.pack(f["key"]).hex() + " " + frames.pack(value).hex(), f"{f['name']}: {words}"))
    if bytes.fromhex("".join(pair for pair, _ in rows[1:])) != raw:
        die(f"{message['name']}: what is told byte by byte is not the frame")
    return "\n".join(f"{pair:<40}  {words}".rstrip() if len(pair) <= 40 else f"{pair}\n{'':<40}  {words}" for pair, words in rows)


# The session that the guide shows: who sends, what, which fields beside the needed ones, and in words.
SESSION = [
    ("→", "hello", {"last_seq": 41, "version": 1}, "41 is stored; 100 deliveries may come"),
    ("←", "welcome", {"epoch": 12, "active": True, "first": 1, "version": 1}, "active, in epoch 12; 42 comes next"),
    ("←", "delivery", {"title": ..., "body": ..., "place": ..., "due_at": ..., "notice": "letter", "unit": ..., "state": "SENT"}, "a letter"),
    ("←", "delivery", {"seq": 43, "notice": "date", "due_at": 1796086400000000}, "a notice: its date moved"),
    ("→", "ack", {"seq": 43, "credit": 2, "epoch": 12}, "both are stored, and two more may come"),
    ("←", "heartbeat", {"epoch": 12}, "2 s later"),
    ("→", "feedback", {"event": "signed", "leg": 1, "officer": ...}, "on the feedback socket: the unit has signed"),
    ("←", "feedback_result", {"state": "HANDLING", "version": 7}, "committed"),
    ("→", "goodbye", {"epoch": 12}, "on the deliver socket again: no more"),
    ("←", "goodbye", {"epoch": 12}, "everything before it was read"),
]


def transcript(by_name):
    out = []
    for way, name, more, words in SESSION:
        message = by_name[name]
        example = frames.full(message)
        values = frames.least(message) | {k: example[k] if v is ... else v for k, v in more.items()}
        out += [f"{way} **{name}**: {words}", "", "```", annotate(message, values), "```", ""]
    return "\n".join(out).rstrip()


def guide(spec):
    by_name = {m["name"]: m for m in spec["message"]}
    made = {
        "hello": "```\n" + annotate(by_name["hello"], frames.least(by_name["hello"]) | {"last_seq": 41}) + "\n```",
        "versions": "\n".join(f"- {words}" for words in spec["protocol"]["versions"]),
        "transcript": transcript(by_name),
    }
    text = (PROTO / "guide.md").read_text("utf-8")
    for name, words in made.items():
        mark = f"<!-- generated: {name} -->"
        if text.count(mark) != 1:
            die(f"guide.md says {mark} not once")
        text = text.replace(mark, words)
    return text.rstrip()


def page(spec):
    protocol = spec["protocol"]
    out = ["<!-- Made by proto/generate.py from proto/guide.md and proto/messages.toml: edit those. -->", guide(spec), ""]
    out += ["## Reference", "", f"Version {protocol['version']}. Every frame is a header of 16 bytes and a body.", "",
            f"- Header: {protocol['header']}.", f"- Body: {protocol['body']}", f"- Size: {protocol['size']}.", ""]
    out += ["| type | in msgpack | limit |", "|---|---|---|",
            "| text | str: UTF-8 without NUL | characters, not bytes |",
            "| int | int or uint of any width | a range |",
            "| bool | true, false | |",
            "| texts, ints | array | entries, and what holds for each |", ""]
    out += ["### Messages", "", "| id | name | from | to | socket | answered by |", "|---|---|---|---|---|---|"]
    for m in spec["message"]:
        answers = ", ".join(m.get("answers", []))
        out.append(f"| {m['id']} | [{m['name']}](#{m['name']}) | {m['from']} | {m['to']} | {m['socket']} | {answers} |")
    out += ["", "### Errors", "", "What any receiver may say of a message: the `code` of a refusal. All others, and what to do:"
            " [above](#what-a-refusal-asks-of-you).", "", "| code | meaning |", "|---|---|"]
    out += [f"| {code} | {words} |" for code, words in spec["errors"].items()]
    for m in spec["message"]:
        out += ["", f"### {m['name']}", "", f"Id {m['id']}, {m['from']} → {m['to']}. {m['doc']}", "",
                "| key | name | type | needed | limit | example | |", "|---|---|---|---|---|---|---|"]
        for f in m["fields"]:
            example = f["example"] if f["type"] == "text" else json.dumps(f["example"], ensure_ascii=False)
            need = "yes" if f["need"] else ""
            out.append(f"| {f['key']} | {f['name']} | {f['type']} | {need} | {limits(f)} | `{example}` | {f.get('doc', '')} |")
        body = frames.body(m, frames.full(m))
        out += ["", f"Body of the example, {len(body)} bytes: `{body.hex()}`"]
    return "\n".join(out) + "\n"


# ---- files ----


def outputs(spec):
    good, bad = frames.good(spec), frames.bad(spec)
    files = {
        "libworkflow/wire/wire.gen.h": header(spec),
        "libworkflow/wire/wire.gen.c": source(spec),
        "docs/protocol.md": page(spec),
        "proto/vectors/good.txt": frames.good_text(good),
        "proto/vectors/bad.txt": frames.bad_text(bad),
    }
    files = {path: text.encode() for path, text in files.items()}
    for name, frame, *rest in good + bad:
        message, variant = name.split("/")
        files[f"tests/fuzz/corpus/{message}/{variant}"] = frame
        if variant == "full" or rest[:1] == ["bad_frame"]:
            files[f"tests/fuzz/corpus/frame/{message}-{variant}"] = frame
    return files


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        print("usage: generate.py [--check]", file=sys.stderr)
        return 2
    stale = 0
    for path, content in outputs(load()).items():
        file = ROOT / path
        if file.is_file() and file.read_bytes() == content:
            continue
        stale = 1
        if sys.argv[1:]:
            print(f"{path} is stale: run proto/generate.py")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            print(f"{path} written")
    return stale if sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
