# SPDX-License-Identifier: Apache-2.0
"""Whom the letters of guard.py accuse, and a second definition of who may get and read them, from docs/guard.md alone.

The organisation is the shipped units.tsv with officers of its own: names of rare characters, which no place or word has."""
import datetime
import re
import shutil

from system import DIR, TOP, china_today

PROVINCE = 440000
INSPECTING = ("supervision", "discipline", "legal")
CITIES_WITH_COUNTIES = (440100, 440300, 440600)
WAYS = ("unit", "head", "officer", "number")
NUMBER = re.compile(r"\d{6}-\d{8}-\d{6}-\d")
CANARY = re.compile(r"靶[题文址人](\d{4})")


def read_units():
    """code: (level, parent, line, name)"""
    units = {}
    for line in (TOP / "deploy/policy/units.tsv").read_text().splitlines():
        cells = line.split("\t")
        if cells[0].isdigit():
            units[int(cells[0])] = (cells[1], int(cells[2]) if cells[2] != "-" else 0, cells[3], cells[4])
    return units


UNITS = read_units()


def parent(unit):
    return UNITS[unit][1]


def above(high, low):
    """Strictly."""
    low = parent(low)
    while low and low != high:
        low = parent(low)
    return low == high and high != 0


def queue_of(unit):
    while unit and UNITS[unit][0] not in ("city", "province"):
        unit = parent(unit)
    return unit


def children(unit, *lines):
    return [code for code, of in UNITS.items() if of[1] == unit and (not lines or of[2] in lines)]


def cities():
    return [code for code, of in UNITS.items() if of[0] == "city"]


def all_accused_units():
    counties = [c for c, of in UNITS.items() if of[0] == "county" and of[1] in CITIES_WITH_COUNTIES]
    return cities() + counties


class Officer:
    """role and spells: (unit, role, first day, last day or None)"""

    def __init__(self, index, spells):
        self.id = 2000000 + index
        self.name = chr(0x3400 + index // 200) + chr(0x3600 + index % 200)
        self.spells = spells

    def now(self):
        return [(unit, role) for unit, role, _, last in self.spells if last is None]

    def recent(self):
        since = str(china_today() - datetime.timedelta(days=900))
        return [(unit, role) for unit, role, _, last in self.spells if last is None or last > since]


class Staff:
    """A head, two officers and one of a unit below for each unit; one who was transferred lately, one long ago."""

    def __init__(self, units):
        self.all, self.head, self.officer, self.second, self.below, self.moved, self.left = [], {}, {}, {}, {}, {}, {}
        today = china_today()
        lately, long_ago = str(today - datetime.timedelta(days=400)), str(today - datetime.timedelta(days=4000))
        for i, unit in enumerate(units):
            other = parent(unit) if parent(unit) != PROVINCE else units[(i + 1) % len(units)]
            self.head[unit] = self.add((unit, "head", "2020-01-01", None))
            self.officer[unit] = self.add((unit, "officer", "2020-01-01", None))
            self.second[unit] = self.add((unit, "officer", "2020-01-01", None))
            self.below[unit] = self.add((self.unit_below(unit), "officer", "2020-01-01", None))
            self.moved[unit] = self.add((other, "officer", "2001-01-01", lately), (unit, "officer", lately[:8] + "28", None))
            self.left[unit] = self.add((other, "officer", "2001-01-01", long_ago), (unit, "officer", "2020-01-01", None))

    @staticmethod
    def unit_below(unit):
        return (children(unit, "station") or children(unit, "traffic") or children(unit))[0]

    def add(self, *spells):
        self.all.append(Officer(len(self.all), spells))
        return self.all[-1]

    def write(self):
        """A folder of catalogues: the shipped ones, these officers, and a desk that dispatches police conduct itself."""
        policy = DIR / "policy"
        shutil.copytree(TOP / "deploy/policy", policy)
        rows = ["id\tname\tunit\trole\tfrom\tto"]
        for o in self.all:
            rows += [f"{o.id}\t{o.name}\t{unit}\t{role}\t{first}\t{last or '-'}" for unit, role, first, last in o.spells]
        (policy / "officers.tsv").write_text("\n".join(rows) + "\n")
        with (policy / "steps.tsv").open("a") as steps:
            steps.write("dispatch\t14\t*\thuman\n")
        return policy


class Letter:
    """One letter, whom it accuses, and which units have a leg of it that was not taken back."""

    def __init__(self, index, unit, way=None, accused=(), words=None):
        self.index, self.unit, self.way = index, unit, way
        self.accused = list(accused)  # units (int) and Officers
        self.words = words
        self.number = self.unknown = self.handler = None
        self.legs = set()

    def case(self):
        """Its id in the database."""
        return self.number[9:15] + "000" + self.number[16:22]

    def roots(self):
        """(unit, does it take what is below it with it)"""
        found = []
        for a in self.accused:
            found += [(a, True)] if isinstance(a, int) else [
                (unit, role == "head" and (unit, role) in a.now()) for unit, role in a.recent()]
        return found

    def excluded(self, unit):
        return any(unit == root or (whole and above(root, unit)) for root, whole in self.roots())

    def person_excluded(self, unit, officer=None):
        if officer and (officer in self.accused or any(self.excluded(own) for own, _ in officer.now())):
            return True
        return self.excluded(unit)

    def may_handle(self, unit):
        roots = [root for root, _ in self.roots()]
        if not roots:
            return True
        strictly = all(above(unit, root) for root in roots)
        by_organ = UNITS[unit][2] in INSPECTING and all(above(parent(unit), root) for root in roots)
        return not self.excluded(unit) and (strictly or by_organ)

    def may_read(self, unit, officer=None):
        if self.person_excluded(unit, officer):
            return False
        return unit == PROVINCE or any(unit == leg or above(unit, leg) for leg in self.legs)

    def may_get(self, queue):
        """Its words in a bureau's queue."""
        return not self.excluded(queue) and any(queue_of(leg) == queue and not self.excluded(leg) for leg in self.legs)

    def organ(self):
        """The nearest organ above all that it accuses."""
        unit = parent(self.roots()[0][0])
        while not self.may_handle(unit):
            unit = parent(unit)
        return unit

    def suggested(self):
        organ = self.organ()
        return next((u for u in children(organ, "supervision") if self.may_handle(u)), organ)

    def wrong_targets(self):
        """Units that may not handle it: accused, below an accused one, beside it."""
        root, whole = self.roots()[0]
        beside = [u for u in children(parent(root)) if u != root and UNITS[u][0] == UNITS[root][0]]
        found = [root, Staff.unit_below(root), *(r for r, _ in self.roots()[1:]), *beside[:1]]
        return [u for u in found if not self.may_handle(u)]

    def json(self):
        city, place = queue_of(self.unit), UNITS[self.unit][3].replace("公安局", "").replace("分局", "")
        named = [UNITS[a][3] if isinstance(a, int) else f"警号{a.id}" if self.way == "number" else a.name for a in self.accused]
        tag = f"{self.index:04d}"
        body = self.words or "办案民警态度恶劣,推诿不予受理,要求处理。"
        return {
            "channel": "web", "client_ref": f"guard-{tag}", "mailbox": str(city), "title": f"{'红绿灯' if self.words else '投诉'}靶题{tag}",
            "body": f"{body}靶文{tag}", "place": f"{place}靶址{tag}",
            "writer": {"name": f"靶人{tag}", "phone": f"139靶人{tag}", "id_number": f"44靶人{tag}", "email": f"靶人{tag}@example.org"},
            **({"accused": named, "kind": "complaint"} if named else {"kind": "help"})}


def check_digit(digits):
    """ISO 7064 MOD 11,10."""
    p = 10
    for d in map(int, digits):
        p = ((p + d) % 10 or 10) * 2 % 11
    return str((11 - p) % 10)


def unknown_number(number, index):
    """A number of the same mailbox and day that nobody was given."""
    mailbox, day, _, _ = number.split("-")
    serial = str(900000 + index)
    return f"{mailbox}-{day}-{serial}-{check_digit(mailbox + day + serial)}"
