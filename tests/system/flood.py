# SPDX-License-Identifier: Apache-2.0
"""One key floods the dispatcher with good messages, with hellos that ask for everything again, and with garbage: it is throttled or
refused, and another bureau's letters come as before; memory stays small."""
import statistics
import subprocess
import sys
import time

from peer import NO_REPLY, Certificate, Peer, frame
from public import Public
from system import SANITIZED, ask, check, counter, ctl, letters, main, running, sql_int, status, submit, verify, wait_until

FLOODER, OTHER = 440300, 440100
ROUND = 25  # letters of one measurement
FLOODS = {
    "acks": [frame("ack", bureau=FLOODER, seq=0, credit=0)],
    "hellos": [frame("hello", bureau=FLOODER, credit=10000, last_seq=0), frame("goodbye", bureau=FLOODER)],
    "others' queues": [frame("hello", bureau=OTHER, credit=1)],
    "garbage": [b"\xff" * 200],
}


def flood(endpoint, key, server, what):
    """A process of its own: as fast as it goes, and reads nothing."""
    frames = FLOODS[what]
    peers = [Peer(endpoint, Certificate.of(key), server.encode()) for _ in range(4)]
    while True:
        for peer in peers:
            for _ in range(100):
                for one in frames:
                    peer.send_bytes(one)


def latencies(consumer, epoch, made):
    """From a letter's receipt until it is delivered, in ms; all come, in order."""
    took = []
    for letter in made:
        began = time.monotonic()
        submit([letter])
        received = time.monotonic()
        answer = consumer.next(10)
        check(answer != NO_REPLY and answer[0] == "delivery", "no delivery", answer)
        took.append((time.monotonic() - received) * 1000)
        check(time.monotonic() - began < 10, "a letter took", time.monotonic() - began)
        consumer.send("ack", bureau=OTHER, seq=answer[1]["seq"], credit=1, epoch=epoch)
    return took


def resident():
    (line,) = (x for x in ask("dispatcherd", "metrics").splitlines() if x.startswith("process_resident_memory_bytes"))
    return int(line.split()[-1]) / 2**20


def flooded(public, consumer, epoch, what, made):
    before = status("dispatcherd")["counters"]
    process = subprocess.Popen([sys.executable, __file__, "flood", public.deliver, public.files[FLOODER], public.server, what])
    try:
        wait_until(10, f"{what} are refused", lambda: counter("dispatcherd", "messages_refused_total")
                   > before["messages_refused_total"] + 10000)
        took = latencies(consumer, epoch, made)
    finally:
        process.kill()
        process.wait()
    after = status("dispatcherd")["counters"]
    if what == "garbage":
        check(after["bad_frames_total"] > before["bad_frames_total"], "not counted")
    else:
        check(after["messages_throttled_total"] > before["messages_throttled_total"], what, "were not throttled")
    print(f"{what}: {after['messages_refused_total'] - before['messages_refused_total']} refused,"
          f" delivery p50 {statistics.median(took):.0f} ms, most {max(took):.0f} ms, {resident():.0f} MiB")
    check(max(took) < 3000, what, "delay others by", max(took), "ms")
    check(SANITIZED or resident() < 128, what, "make memory grow to", resident(), "MiB")


def test():
    public = Public(bureaus=(FLOODER, OTHER))
    with running():
        submit(letters("f", 100, "CLOSED", str(FLOODER))[0])
        wait_until(30, "the flooder's queue is filled",
                   lambda: sql_int(f"SELECT next_seq FROM bureau_head WHERE bureau = {FLOODER}") > 100)
        made, _ = letters("o", ROUND * (len(FLOODS) + 1), "CLOSED", str(OTHER))
        with public.peer(public.deliver, OTHER) as consumer:
            name, welcome = consumer.ask("hello", bureau=OTHER, credit=10, last_seq=0)
            check(name == "welcome" and welcome["active"], name, welcome)
            quiet = latencies(consumer, welcome["epoch"], made[:ROUND])
            print(f"quiet: delivery p50 {statistics.median(quiet):.0f} ms, most {max(quiet):.0f} ms")
            for i, what in enumerate(FLOODS, 1):
                flooded(public, consumer, welcome["epoch"], what, made[ROUND * i:ROUND * (i + 1)])
        check(counter("dispatcherd", "messages_denied_total") > 0, "denied")
        check(ctl("status").returncode == 0, "not everything is ready")
        verify()


if sys.argv[1:2] == ["flood"]:
    flood(*sys.argv[2:])
main(test)
