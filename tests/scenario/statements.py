# SPDX-License-Identifier: Apache-2.0
"""What each statement does, but for `expect` (checks.py). docs/scenarios.md says what each means."""
import datetime
import json
import re

import peer
from checks import check_answer, check_queue, check_list, check_tool, statement_expect
from language import Pair, Quoted, Wrong, is_word
from world import CHINA, ORDER, World

NAME = re.compile(r"[a-z]+\d+")
SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
ACT_OPTIONS = ("leg", "as", "unit", "version")  # members of an act beside its data


class Play:
    """A scenario under way."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.world = World()
        self.failures = []
        self.notes = []
        self.numbers = {}  # w1: its number
        self.letters = {}  # w1: as it was submitted
        self.codes = {}  # w1: its writer's code
        self.shown = {}
        self.deliveries = []
        self.line = scenario.line
        self.events = 0

    def where(self):
        return f"{self.scenario.path}:{self.line}"

    def fail(self, words):
        if words:
            self.failures.append(f"{self.where()}: {words}")

    def name_of(self, number):
        return next((name for name, n in self.numbers.items() if n == number), number)

    def number(self, name):
        if not isinstance(name, str) or name not in self.numbers:
            raise Wrong(f"{name} is no letter that was submitted; there are {', '.join(self.numbers) or 'none'}")
        return self.numbers[name]

    def show(self, name):
        """The case; asked for once as long as nothing happens."""
        if name not in self.shown:
            (self.shown[name],) = self.world.lines("letterctl", "show", self.number(name), "--json")
        return self.shown[name]

    def value(self, pair):
        """A pair's value as JSON: a text, but for true and false, a leg's number, and the names of letters."""
        if pair.quoted:
            return pair.value
        if pair.value in ("true", "false"):
            return pair.value == "true"
        if pair.key == "leg" and pair.value.isdigit():
            return int(pair.value)
        return self.numbers.get(pair.value, pair.value)

    def option(self, word):
        """A word for a command line."""
        return self.numbers.get(word, word) if not isinstance(word, Quoted) else str(word)


def put(target, key, value):
    """a.b=1 becomes {"a": {"b": 1}}; the same key again makes a list."""
    *above, last = key.split(".")
    for part in above:
        target = target.setdefault(part, {})
    if last not in target:
        target[last] = value
    elif isinstance(target[last], list):
        target[last].append(value)
    else:
        target[last] = [target[last], value]
    if last == "accused" and not isinstance(target[last], list):
        target[last] = [value]


def one_answer(play, program, *words, given):
    """The one JSON line that answers; None: no answer."""
    status, out, err = play.world.tool(program, *words, given=json.dumps(given, ensure_ascii=False) + "\n")
    play.shown = {}
    if out.strip():
        return json.loads(out)
    if status is None or "unanswered" in err or "no answer" in err:
        return None
    raise Wrong(f"{program} {words[0]}: {err}")


# ---- Time ----


def parse_time(words):
    text = "T".join(words)
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", text):
        raise Wrong("a time is needed: 2026-11-23 09:00")
    try:
        return datetime.datetime.fromisoformat(text).replace(tzinfo=CHINA)
    except ValueError as error:
        raise Wrong(f"{text}: {error}") from None


def parse_span(word):
    if not re.fullmatch(r"[1-9]\d*[smhd]", word):
        raise Wrong("how long? 30s, 5m, 2h, 1d")
    return datetime.timedelta(seconds=int(word[:-1]) * SPANS[word[-1]])


def do_at(play, statement):
    play.world.move(parse_time(statement.words))
    play.shown = {}


def do_after(play, statement):
    if len(statement.words) != 1:
        raise Wrong("after SPAN is needed: after 2h")
    play.world.begin()
    play.world.move(play.world.now + parse_span(statement.words[0]))
    play.shown = {}


def do_tick(play, statement):
    play.world.begin()
    play.world.settle()
    play.shown = {}


def do_run(play, statement):
    words = statement.words
    if len(words) < 4 or words[0] != "until" or words[-2] != "by":
        raise Wrong("run until TIME by SPAN is needed: run until 2026-12-01 09:00 by 1h")
    end, step = parse_time(words[1:-2]), parse_span(words[-1])
    play.world.begin()
    while play.world.now < end:
        play.world.move(min(end, play.world.now + step))
    play.shown = {}


# ---- What people send ----


def do_submit(play, statement):
    names = statement.plain()
    if not names or not NAME.fullmatch(names[0]) or names[1:] not in ([], ["again"]):
        raise Wrong("submit NAME pairs…, or submit NAME again; a name is like w1")
    name, again = names[0], names[1:] == ["again"]
    letter = {"channel": "web", "client_ref": name, "body": f"来信{name}的正文。"}
    if again and name not in play.letters:
        raise Wrong(f"{name} was not submitted before")
    if again:
        letter = dict(play.letters[name])
    elif name in play.letters:
        raise Wrong(f"{name} was submitted before; `submit {name} again` repeats it")
    given = {}
    for pair in statement.pairs():
        text = pair.quoted or pair.value not in ("true", "false")
        put(given, {"ref": "client_ref"}.get(pair.key, pair.key), pair.value if text else pair.value == "true")
    letter.update(given)
    play.letters[name] = letter
    answer = one_answer(play, "letterctl", "submit", "--timeout", 20, given=letter)
    if answer and "number" in answer:
        play.numbers[name] = answer["number"]
        play.codes[name] = answer["code"]
    check_answer(play, statement, answer)


def do_report(play, statement):
    plain = statement.plain()
    if len(plain) != 3:
        raise Wrong("report UNIT LETTER EVENT pairs… is needed: report 440300 w1 signed")
    unit, name, event = plain
    play.events += 1
    usual = {"event_id": f"{name}/{event}/{play.events}", "number": play.number(name), "event": event}
    bureau = unit if unit in ("440000", unit[:4] + "00") else unit[:4] + "00"
    if unit != bureau:
        usual["unit"] = unit
    given = {}
    for pair in statement.pairs():
        if pair.key == "by":
            bureau = pair.value
            continue
        put(given, {"id": "event_id"}.get(pair.key, pair.key), play.value(pair))
    answer = one_answer(play, "bureauctl", "report", "--bureau", bureau, "--timeout", 20, given=usual | given)
    check_answer(play, statement, answer)


def do_act(play, statement):
    plain = statement.plain()
    if len(plain) != 2:
        raise Wrong("act LETTER EVENT pairs… is needed: act w1 accept as=受理员")
    given = {"number": play.number(plain[0]), "event": plain[1]}
    for pair in statement.pairs():
        top = pair.key in ACT_OPTIONS or pair.key.startswith("data.")
        put(given, pair.key if top else f"data.{pair.key}", play.value(pair))
    check_answer(play, statement, one_answer(play, "letterctl", "act", "-", "--timeout", 20, given=given))


CHANNELS = {"web": 1, "wechat": 2, "phone": 3, "paper": 4, "hotline12345": 5, "transfer": 6}


def peer_answer(play, name, members):
    """What feedbackd answers to a peer's message, as the tools print answers; None: nothing."""
    play.world.begin()
    came = peer.ask(play.world.hub, f"ipc://{play.world.folder}/run/feedback.ipc", name, members)
    play.shown = {}
    if came is None:
        return None
    said, answer = came
    if said == "refusal":
        return {"error": {k: v for k, v in answer.items() if k != "ref" and v is not None}}
    for key in ("received_at", "due_at"):
        if answer.get(key) is not None:
            answer[key] = datetime.datetime.fromtimestamp(answer[key] / 1e6, CHINA).isoformat()
    return answer


def do_identity(play, statement):
    """identity 440300 w1 purpose=… officer=…: a unit's system asks who wrote"""
    plain = statement.plain()
    if len(plain) != 2:
        raise Wrong("identity UNIT LETTER pairs… is needed: identity 440300 w1 officer=200001 purpose=\"…\"")
    play.events += 1
    unit = int(plain[0])
    members = {"event_id": f"identity/{play.events}", "bureau": unit if unit == 440000 else unit // 10 ** (len(plain[0]) - 4) * 100,
               "number": play.number(plain[1]), "unit": unit, "officer": "200001", "purpose": "核实情况"}
    for pair in statement.pairs():
        key = {"id": "event_id"}.get(pair.key, pair.key)
        members[key] = int(pair.value) if key in ("bureau", "leg", "unit") else play.value(pair)
    check_answer(play, statement, peer_answer(play, "identity_open", members))


def do_portal(play, statement):
    """portal web look w1; portal web act w1 EVENT pairs…; portal web told w1:accepted …"""
    plain = statement.plain()
    if len(plain) < 2 or plain[0] not in CHANNELS:
        raise Wrong(f"portal CHANNEL look LETTER, act LETTER EVENT, or told; a channel is one of {', '.join(CHANNELS)}")
    channel = CHANNELS[plain[0]]
    if plain[1] == "told":
        told_by(play, statement, channel)
        return
    if (plain[1], len(plain)) not in (("look", 3), ("act", 4)):
        raise Wrong("portal CHANNEL look LETTER, portal CHANNEL act LETTER EVENT pairs…, or portal CHANNEL told")
    play.events += 1
    name = plain[2]
    members = {"ref": f"p/{play.events}", "channel": channel, "number": play.numbers.get(name, name), "code": play.codes.get(name, "")}
    if plain[1] == "act":
        members["event"] = plain[3]
    members |= {pair.key: play.value(pair) for pair in statement.pairs()}
    check_answer(play, statement, peer_answer(play, "lookup" if plain[1] == "look" else "writer_act", members))


def told_by(play, statement, channel):
    """All lines of a portal's queue, in their order."""
    play.world.begin()
    names = dict(row.split("|") for row in play.world.psql.ask("SELECT code, name FROM code_list WHERE list = 'writer_event';").split())
    rows = play.world.psql.ask(f"SELECT q.case_id, c.mailbox, q.notice, q.seq FROM bureau_queue q JOIN case_file c ON c.id = q.case_id WHERE q.bureau = {channel} ORDER BY q.seq;")
    got = []
    for n, row in enumerate(rows.split(), 1):
        case, mailbox, event, seq = row.split("|")
        if int(seq) != n:
            play.fail(f"portal: sequence {seq} stands where {n} belongs")
        date, serial = divmod(int(case), 10**9)
        of = next((name for name, number in play.numbers.items() if number.startswith(f"{mailbox}-20{date:06d}-{serial:06d}-")), case)
        got.append(f"{of}:{names.get(event, event)}")
    wanted = [] if statement.expect == ["nothing"] else statement.expect or []
    if got != wanted:
        play.fail(f"portal told: expected {' '.join(map(str, wanted)) or 'nothing'}, got {' '.join(got) or 'nothing'}")


def do_queue(play, statement):
    plain = statement.plain()
    if len(plain) != 1:
        raise Wrong("queue BUREAU is needed: queue 440300 expect w1:letter")
    options = [word for pair in statement.pairs() for word in (f"--{pair.key}", pair.value)]
    play.world.begin()
    if "dispatcherd" in play.world.hub.daemons:
        play.world.hub.clock.breathe()
        play.world.hub.turn(play.world.hub.daemons["dispatcherd"], all_timers=True)  # looks how far the queues are
        play.world.hub.pump()
    status, out, err = play.world.tool("bureauctl", "subscribe", "--bureau", plain[0], "--once", *options)
    play.deliveries = [json.loads(line) for line in out.splitlines()]
    if "dispatcherd" in play.world.hub.daemons:
        play.world.hub.turn(play.world.hub.daemons["dispatcherd"], all_timers=True)  # saves how far the bureau is
        play.world.hub.pump()
    play.shown = {}
    check_queue(play, statement, status, err)


# ---- What people look at ----


def options_of(play, words_given):
    """state=TRIAGE becomes --state TRIAGE, overdue becomes --overdue, w1 its number."""
    words = []
    for word in words_given:
        words += [f"--{word.key}", play.option(word.value)] if isinstance(word, Pair) else [f"--{word}"]
    return words


def do_list(play, statement):
    check_list(play, statement, *play.world.tool("letterctl", "list", "--json", *options_of(play, statement.words)))


def do_show(play, statement):
    """show w1 as=… expect denied, or pairs: what this reader gets"""
    if not statement.plain():
        raise Wrong("show LETTER [as=POST] expect denied, or pairs")
    number = play.number(statement.plain()[0])
    words = options_of(play, [w for w in statement.words if isinstance(w, Pair)])
    check_tool(play, statement, *play.world.tool("letterctl", "show", number, "--json", *words))


def do_ctl(play, statement):
    if not statement.words:
        raise Wrong("ctl COMMAND… is needed: ctl due K8.consult 2026-11-23 --json")
    words = [str(w) if isinstance(w, Pair) else play.option(w) for w in statement.words]
    given = statement.text
    if "FILE" in words:
        path = play.world.folder / "FILE"
        path.write_text(given, encoding="utf-8")
        words[words.index("FILE")], given = path, ""
    play.shown = {}
    check_tool(play, statement, *play.world.tool("letterctl", *words, given=given))
    play.world.settle()


def do_print(play, statement):
    for name in statement.words:
        _, out, err = play.world.tool("letterctl", "show", play.number(name))
        play.notes += [f"{play.where()}: {line}" for line in (out + err).splitlines()]


def do_verify(play, statement):
    (report,) = json_lines(play.world.tool("letterctl", "verify", "--json"))
    for check in report["checks"]:
        if check["count"] != 0 and not check["warning"]:
            play.fail(f"verify: {check['name']} is broken {check['count']} times: {'; '.join(check['first'])}")


def json_lines(done):
    if not done[1].strip():
        raise Wrong(f"verify: {done[2]}")
    return [json.loads(line) for line in done[1].splitlines()]


# ---- Faults ----


def do_kill(play, statement):
    """kill NAME; kill NAME when it answers; kill NAME when it hints"""
    words = statement.words
    if len(words) not in (1, 4) or (len(words) == 4 and (words[1:3] != ["when", "it"] or words[3] not in ("answers", "hints"))):
        raise Wrong("kill DAEMON, kill DAEMON when it answers, or kill DAEMON when it hints")
    play.world.begin()
    daemon = play.world.daemon(words[0])
    if len(words) == 1:
        play.world.hub.kill(daemon)
    else:
        daemon.doom = words[3]


def do_stop(play, statement):
    play.world.begin()
    if len(statement.words) != 1:
        raise Wrong("stop DAEMON is needed")
    status = play.world.hub.stop(play.world.daemon(statement.words[0]))
    if status != 0:
        play.fail(f"stop {statement.words[0]}: exit status {status}")


def do_restart(play, statement):
    if len(statement.words) != 1 or statement.words[0] not in ORDER:
        raise Wrong(f"restart DAEMON: one of {', '.join(ORDER)}")
    name = statement.words[0]
    play.world.begin()
    if name in play.world.hub.daemons:
        play.world.hub.stop(play.world.hub.daemons[name])
    play.world.start(name)
    play.shown = {}


def do_lose(play, statement):
    """lose hints [to DAEMON…]"""
    words = statement.words
    if words[:1] != ["hints"] or (words[1:] and words[1] != "to") or set(words[2:]) - set(ORDER):
        raise Wrong("lose hints, or lose hints to DAEMON")
    play.world.hub.lose = set(words[2:] or ORDER)


def do_keep(play, statement):
    if statement.words != ["hints"]:
        raise Wrong("keep hints")
    play.world.hub.lose = set()


def do_nowhere(play, statement):
    """nowhere "WORDS"…: in no table but the writers' own, no log, no delivery so far, and nothing that the tools print"""
    if not statement.words or not all(isinstance(w, Quoted) for w in statement.words):
        raise Wrong('nowhere "WORDS" is needed')
    play.world.begin()
    dumped = play.world.psql.ask(
        "SELECT string_agg(query_to_xml('SELECT * FROM ' || quote_ident(relname), true, true, '')::text, '') FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'writer';"
    )
    seen = {"the tables": dumped, "the last deliveries": json.dumps(play.deliveries, ensure_ascii=False)}
    for log in play.world.folder.glob("*.log"):
        seen[log.name] = log.read_text(encoding="utf-8", errors="replace")
    for words in (["list", "--json"], ["queues", "--json"], ["dead", "list", "--json"]):
        seen[f"letterctl {words[0]}"] = play.world.tool("letterctl", *words)[1]
    for name, number in play.numbers.items():
        seen[f"letterctl show {name}"] = play.world.tool("letterctl", "show", number, "--json")[1]
        members = {"ref": "n", "channel": 1, "number": number, "code": play.codes[name]}
        seen[f"what {name} looks up"] = json.dumps(peer_answer(play, "lookup", members), ensure_ascii=False)
    if len(dumped) < 1000 or not all(seen[f"letterctl show {name}"] for name in play.numbers):
        raise Wrong("nowhere: there was nothing to look into")
    for where, text in seen.items():
        for words in statement.words:
            if words in text:
                play.fail(f"nowhere: {words} stands in {where}")


def do_tamper(play, statement):
    """tamper "SQL": breaks a promise behind the daemons' backs, so that verify has something to find"""
    if len(statement.words) != 1 or not isinstance(statement.words[0], Quoted):
        raise Wrong('tamper "SQL" is needed')
    play.world.begin()
    play.world.psql.ask(statement.words[0] + ";")
    play.shown = {}


# ---- Policy ----


def rows_of(text):
    """A line with tabs is taken as it is; else blanks divide the columns."""
    return [line if "\t" in line or line.startswith("#") else "\t".join(line.split()) for line in text.splitlines() if line.strip()]


def changed_rows(old, rows):
    """Each row takes the place of those that agree with it in all columns but the last."""
    for row in rows:
        key = row.rsplit("\t", 1)[0]
        same = [i for i, line in enumerate(old) if line.rsplit("\t", 1)[0] == key]
        if not same:
            raise Wrong(f"no row begins with {key!r}")
        old[same[0]] = row
    return old


def do_policy(play, statement):
    """policy FILE <<END replaces it; policy FILE add <<END; policy FILE change <<END; policy load [expect error …]"""
    words = statement.words
    if words == ["load"]:
        play.world.policy_changed = False
        check_tool(play, statement, *play.world.tool("letterctl", "policy", "load", play.world.policy_folder()))
        play.world.settle()
        return
    if len(words) not in (1, 2) or words[1:] not in ([], ["add"], ["change"]) or not statement.text:
        raise Wrong("policy FILE [add|change] <<END, the rows, END; or policy load")
    path = play.world.policy_folder() / words[0]
    if not path.exists():
        raise Wrong(f"{words[0]}: there is no such file; there are {', '.join(sorted(p.name for p in path.parent.iterdir()))}")
    rows, old = rows_of(statement.text), path.read_text(encoding="utf-8").splitlines()
    new = rows if len(words) == 1 else old + rows if words[1] == "add" else changed_rows(old, rows)
    path.write_text("".join(f"{row}\n" for row in new), encoding="utf-8")
    play.world.policy_changed = True


def do_expect(play, statement):
    statement_expect(play, statement)


STATEMENTS = {name[3:]: function for name, function in globals().items() if name.startswith("do_")}
