# SPDX-License-Identifier: Apache-2.0
"""What is expected of a value, of a case as `letterctl show --json` tells it, and of its journal."""
import datetime
import re

from language import Pair, Wrong

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)")
WANTED = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?)?")
MISSING = object()
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def instant(text):
    return datetime.datetime.fromisoformat(text).astimezone(CHINA)


def day_of(time):
    """A deadline at 24:00 belongs to the day that ends."""
    return (time - datetime.timedelta(microseconds=1)).date()


def words(value):
    """A value as a scenario writes it."""
    if value is None or value is MISSING:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return str(len(value)) if value and isinstance(value[0], dict) else ",".join(words(v) for v in value) or "none"
    if isinstance(value, str) and TIME.fullmatch(value):
        time = instant(value)
        text = time.strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
        return f"{text} (the end of {day_of(time)})" if (time.hour, time.minute, time.second) == (0, 0, 0) else text
    return str(value)


def time_is(value, wanted):
    time, (day, minute, second) = instant(value), WANTED.fullmatch(wanted).groups()
    if minute is None:
        return day_of(time).isoformat() == day
    return time.strftime("%Y-%m-%dT%H:%M" + (":%S" if second else "")) == day + "T" + minute + (second or "")


def equals(value, wanted):
    if isinstance(value, str) and TIME.fullmatch(value) and WANTED.fullmatch(str(wanted)):
        return time_is(value, str(wanted))
    if isinstance(wanted, (list, dict, bool)):
        return value == wanted
    if isinstance(value, list) and not value:
        return wanted in ("none", "0")
    return words(value) == str(wanted)


def holds(value, pair):
    if pair.op in ("=", "!="):
        return equals(value, pair.value) == (pair.op == "=")
    return (str(pair.value) in words(value)) == (pair.op == "~")


WANTS = {"=": "expected", "!=": "expected anything but", "~": "expected something with", "!~": "expected nothing with"}


def difference(what, value, pair):
    """None, or in words how the value differs from what the pair wants."""
    if holds(value, pair):
        return None
    return f"{what}: {WANTS[pair.op]} {pair.value if pair.value != '' else 'an empty text'}, got {words(value)}"


# ---- A path into an object ----


def element(items, which):
    """legs 2: the one with id 2, else the second; legs @440300: the last of that unit; clocks @K8: the last of that name."""
    if which.startswith("@"):
        of = which[1:]
        return next((i for i in reversed(items) if of in (str(i.get("unit")), i.get("clock"), i.get("holder"))), MISSING)
    for item in items:
        if str(item.get("id")) == which:
            return item
    return items[int(which) - 1] if items and "id" not in items[0] and 0 < int(which) <= len(items) else MISSING


def member(value, part, path):
    if value is MISSING:
        return MISSING
    if not isinstance(value, dict):
        raise Wrong(f"{path}: {part} of what is no object")
    for name in (part, part + "_at"):
        if name in value:
            return value[name]
    one = re.fullmatch(r"([a-z_]+?)(\d+|@\w+)", part)
    if one:
        for name in (one[1], one[1] + "s", one[1][:-1] + "ies"):
            if isinstance(value.get(name), list):
                return element(value[name], one[2])
    raise Wrong(f"{path}: there is no {part}; there are {', '.join(value)}")


def lookup(value, path):
    for part in path.split("."):
        value = member(value, part, path)
    return value


def differences(what, value, pairs):
    """What differs of an object."""
    found = [difference(f"{what} {pair.key}", lookup(value, pair.key), pair) for pair in pairs]
    return [f for f in found if f]


# ---- The journal ----


def line_is(event, pairs):
    alias = {"by": "actor"}
    return all(holds(lookup(event, alias.get(p.key, p.key)), p) for p in pairs)


def journal_words(events):
    return " ".join(e["event"] for e in events) or "empty"


def has_line(what, events, rest, wanted):
    """`has EVENT pairs… [times=N]`, `has not EVENT pairs…`."""
    times = next((p for p in rest if isinstance(p, Pair) and p.key == "times"), None)
    pairs = [p for p in rest if p is not times]
    named = [e for e in events if e["event"] == pairs[0]]
    n = sum(line_is(e, pairs[1:]) for e in named)
    text = " ".join(map(str, pairs))
    if times is not None:
        return None if str(n) == str(times.value) else f"{what}: expected {times.value} times {text}, got {n} times"
    if (n > 0) == wanted:
        return None
    if not wanted:
        return f"{what}: expected no {text} in the journal, got {n}"
    if not named:
        return f"{what}: expected {text} in the journal, got {journal_words(events)}"
    seen = [" ".join(f"{p.key}={words(lookup(e, {'by': 'actor'}.get(p.key, p.key)))}" for p in pairs[1:]) for e in named]
    return f"{what}: expected {text} in the journal, got {'; '.join(seen)}"


def same_journal(what, events, wanted):
    """All lines in order; `...` stands for any number of lines."""
    pattern = "".join("(?:[^ ]+ )*" if w == "..." else re.escape(w) + " " for w in wanted)
    if re.fullmatch(pattern, "".join(e["event"] + " " for e in events)):
        return None
    return f"{what}: expected the journal {' '.join(wanted)}, got {journal_words(events)}"
