# SPDX-License-Identifier: Apache-2.0
"""What is wrong in a letter is named, member and limit, and the lines around it still get their turn. Frames that are none are
answered and counted on every socket; the daemon lives on and stays small."""
import json
import socket
import subprocess

from system import (BIN, DAEMONS, SANITIZED, SYS, TOP, ask, check, counter, ctl, letters, main, objects, running, show, sql_int, status,
                    submit, verify, wait_state, wait_until)

LINE_MAX = 262144
GOOD = {"channel": "web", "body": "小区门口的路灯三天不亮了。"}

# What is wrong in the line, error code, field, words that the message must hold. A dict changes GOOD; bytes are the line.
BAD = [
    ({"channel": None}, "missing", "channel", ""),
    ({"client_ref": None}, "missing", "client_ref", ""),
    ({"body": None}, "missing", "body", ""),
    ({"colour": "red"}, "unknown_member", "colour", "colour"),
    ({"writer": {"age": "7"}}, "unknown_member", "writer.age", "age"),
    ({"body": 7}, "wrong_type", "body", "text"),
    ({"confidential": "yes"}, "wrong_type", "confidential", "true or false"),
    ({"accused": "某某"}, "wrong_type", "accused", "array"),
    ({"writer": []}, "wrong_type", "writer", "object"),
    ({"title": "长" * 201}, "too_long", "title", "200"),
    ({"place": "长" * 201}, "too_long", "place", "200"),
    ({"body": "长" * 20001}, "too_long", "body", "20000"),
    ({"client_ref": "r" * 65}, "too_long", "client_ref", "64"),
    ({"writer": {"name": "长" * 101}}, "too_long", "writer.name", "100"),
    ({"accused": ["某"] * 9}, "too_long", "accused", "8"),
    ({"body": "前\0后"}, "nul", "body", "NUL"),
    ({"writer": {"phone": "\0"}}, "nul", "writer.phone", "NUL"),
    ({"title": "  \u3000 "}, "blank", "title", "blank"),
    ({"body": " \n"}, "blank", "body", "blank"),
    ({"title": "两\n行"}, "control", "title", "one line"),
    ({"accused": ["甲", "乙\n丙"]}, "control", "accused", "one line"),
    ({"channel": "pigeon"}, "unknown_value", "channel", "hotline12345"),
    ({"mailbox": "110000"}, "unknown_value", "mailbox", "440000"),
    ({"mailbox": "440001"}, "unknown_value", "mailbox", "440000"),
    ({"kind": "poem"}, "unknown_value", "kind", "consult"),
    ({"occurred_at": "yesterday"}, "bad_time", "occurred_at", "+08:00"),
    (b'{"channel":"web","client_ref":"u","body":"\xe5\xb0"}', "bad_utf8", "body", "UTF-8"),
    (b'{"channel":"web","client_ref":"u","body":"\xed\xa0\x80"}', "bad_utf8", "body", "UTF-8"),
    (b'{"channel":"web",', "bad_json", "", "line {line}"),
    (b"Dear Sir or Madam", "bad_json", "", "line {line}"),
    (b"[1,2,3]", "bad_json", "", "line {line}"),
    (b"[" * 5000, "bad_json", "", "line {line}"),
    (b'{"channel":"web","client_ref":"t","body":"a","body":"b"}', "duplicate_member", "body", "twice"),
    (b'{"channel":"web","client_ref":"l","body":"' + b"x" * LINE_MAX + b'"}', "too_long", "", str(LINE_MAX)),
]


def bad_letters():
    lines, wanted = [], []
    for i, (wrong, *error) in enumerate(BAD):
        good = {**GOOD, "client_ref": f"good-{i}"}
        if isinstance(wrong, dict):
            wrong = {k: v for k, v in {**GOOD, "client_ref": f"bad-{i}", **wrong}.items() if v is not None}
        lines += [good, wrong]
        wanted += [good["client_ref"], error]
    answers = submit(lines, status=1)
    for number, (answer, want) in enumerate(zip(answers, wanted), 1):
        if isinstance(want, str):
            check(answer.get("client_ref") == want and "number" in answer, f"line {number} is good:", answer)
            continue
        code, field, words = want
        error = answer.get("error", {})
        check((error.get("code"), error.get("field") or "") == (code, field), f"line {number} is wrong:", want, answer)
        check(words.format(line=number) in error["message"], f"no “{words}” for line {number}:", answer)
        check(answer["client_ref"] in (None, f"bad-{number // 2 - 1}", "r" * 65), "whose refusal is", answer)
    check(sql_int("SELECT count(*) FROM letter") == len(BAD), "letters in the database")


# ---- Frames ----


def frames():
    """Every bad vector, and every way to cut the full good ones short."""
    for line in (TOP / "proto/vectors/bad.txt").read_text().splitlines():
        if not line.startswith("#"):
            yield line.split()[1]
    for line in (TOP / "proto/vectors/good.txt").read_text().splitlines():
        if "/full " in line:
            frame = line.split()[1]
            yield from (frame[:n] or "-" for n in range(0, len(frame), 2))


def counted(name):
    """All the counters that a bad frame may go to."""
    counters = status(name)["counters"]
    return counters["bad_frames_total"], sum(counters.get(c, 0) for c in (
        "bad_frames_total", "letters_refused_total", "events_refused_total", "messages_refused_total"))


def answered(name, endpoint, sent):
    bad, all_bad = counted(name)
    raw = subprocess.run([BIN / "raw", "dealer", endpoint], input="\n".join(sent) + "\n", capture_output=True, text=True, timeout=120)
    check(raw.returncode == 0, raw.stderr)
    answers = raw.stdout.splitlines()
    check(len(answers) == len(sent), len(sent), "frames,", len(answers), "answers")
    for frame, answer in zip(sent, answers):
        check(not answer.startswith(("silence", "message", "no frame")), endpoint, "to", frame[:200], ":", answer)
    # Frames of other messages than the socket's own are no frames there, so most are.
    check(counted(name)[0] - bad >= len(sent) // 2, "bad_frames_total grew by", counted(name)[0] - bad)
    check(counted(name)[1] - all_bad >= len(sent), "counted", counted(name)[1] - all_bad, "of", len(sent))


def swallowed(name, endpoint, sent):
    """A one-way socket: nothing comes back, but each is counted."""
    before = counted(name)[0]
    raw = subprocess.Popen([BIN / "raw", "push", endpoint], stdin=subprocess.PIPE, text=True)
    raw.stdin.write("\n".join(sent) + "\n")
    raw.stdin.flush()
    wait_until(30, f"{name} has counted every frame", lambda: counted(name)[0] - before == len(sent))
    raw.stdin.close()
    check(raw.wait(10) == 0, "raw")


def strangers(path):
    """Bytes that are no ZeroMQ at all."""
    for said in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 4096, b"\xff" + b"\0" * 8 + b"\x7f" + b"\xff" * 4096):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(path))
            s.sendall(said)


def memory(name):
    for line in ask(name, "metrics").splitlines():
        if line.startswith("process_resident_memory_bytes"):
            return int(line.split()[-1]) / 2**20
    return None


def bad_frames():
    sent = list(dict.fromkeys(frames()))
    check(len(sent) >= 1000, "only", len(sent), "bad frames")
    before = {name: status(name)["pid"] for name in DAEMONS}
    sockets = (("intaked", "submit", answered), ("classifierd", "classify", swallowed), ("dispatcherd", "dispatch", swallowed),
               ("dispatcherd", "deliver", answered), ("feedbackd", "feedback", answered), ("feedbackd", "desk", answered))
    for name, endpoint, judge in sockets:
        path = SYS / "run" / f"{endpoint}.ipc"
        strangers(path)
        judge(name, f"ipc://{path}", sent)
    for name in DAEMONS:
        check(status(name)["pid"] == before[name], name, "did not live on")
        check(SANITIZED or memory(name) < 64, name, "holds", memory(name), "MiB")
    print(f"{len(sent)} bad frames to {len(sockets)} sockets;", {name: f"{memory(name):.0f} MiB" for name in DAEMONS})


def hints_of_nothing():
    """Well-formed hints about cases that are not there: nobody's work, so no dead letter and no row."""
    batches = {name: counter(name, "batches_total") for name in ("classifierd", "dispatcherd")}
    for name, endpoint, message in (("classifierd", "classify", "letter_received/full"), ("dispatcherd", "dispatch", "case_accepted/full")):
        (frame,) = (line.split()[1] for line in (TOP / "proto/vectors/good.txt").read_text().splitlines()
                    if line.startswith(message + " "))
        raw = subprocess.Popen([BIN / "raw", "push", f"ipc://{SYS}/run/{endpoint}.ipc"], stdin=subprocess.PIPE, text=True)
        raw.stdin.write(frame + "\n")
        raw.stdin.flush()
        wait_until(20, f"{name} has looked", lambda: counter(name, "batches_total") > batches[name])
        raw.stdin.close()
        check(raw.wait(10) == 0, "raw")
    check(sql_int("SELECT count(*) FROM dead_letter") == 0, "dead letters")


def test():
    with running():
        hints_of_nothing()
        bad_letters()
        bad_frames()
        (receipt,) = submit(letters("after", 1, "CLOSED")[0])
        wait_state(receipt["number"], "HANDLING")
        verify()


main(test)
