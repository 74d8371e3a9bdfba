# SPDX-License-Identifier: Apache-2.0
"""The scenario language: a file becomes scenarios, a line becomes a statement of words and pairs. docs/scenarios.md."""
import dataclasses
import difflib
import json
import pathlib
import re

PAIR = re.compile(r"([A-Za-z_@][\w.@]*)(:=|!=|!~|=|~)")
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


class Wrong(Exception):
    """The scenario itself is wrong, or what it relies on did not happen: it ends here."""


@dataclasses.dataclass
class Pair:
    """key=value, key~value (contains), key!=value, key!~value, key:=JSON. `quoted`: the value is a text whatever it looks like."""

    key: str
    op: str
    value: object
    quoted: bool = False

    def __str__(self):
        return f"{self.key}{self.op}{self.value}"


class Quoted(str):
    """A word that stood in quotes: never a keyword."""


@dataclasses.dataclass
class Statement:
    line: int
    name: str
    words: list  # str, Quoted and Pair, up to `expect`
    expect: list | None  # what stands behind `expect`; None: no such word
    text: str  # of a heredoc

    def pairs(self):
        return [w for w in self.words if isinstance(w, Pair)]

    def plain(self):
        return [w for w in self.words if not isinstance(w, Pair)]


@dataclasses.dataclass
class Scenario:
    path: pathlib.Path
    line: int
    title: str
    statements: list


def quoted(line, at):
    """The text of the quotes that open at `at`, and where they end."""
    out = []
    at += 1
    while at < len(line) and line[at] != '"':
        if line[at] == "\\":
            at += 1
            if at == len(line) or line[at] not in ESCAPES:
                raise Wrong('in quotes, \\ stands before n, t, " or \\')
            out.append(ESCAPES[line[at]])
        else:
            out.append(line[at])
        at += 1
    if at == len(line):
        raise Wrong('a closing " is missing')
    return "".join(out), at + 1


def word_end(line, at):
    while at < len(line) and not line[at].isspace():
        at += 1
    return at


def one_word(line, at):
    """The word, pair or text that begins at `at`, and where it ends."""
    if line[at] == '"':
        text, at = quoted(line, at)
        return Quoted(text), at
    pair = PAIR.match(line, at)
    if not pair:
        end = word_end(line, at)
        return line[at:end], end
    key, op = pair.groups()
    at = pair.end()
    if op == ":=":
        try:
            value, end = json.JSONDecoder().raw_decode(line, at)
        except json.JSONDecodeError as error:
            raise Wrong(f"{key}:= wants JSON: {error.msg}") from None
        return Pair(key, "=", value, True), end
    if at < len(line) and line[at] == '"':
        value, end = quoted(line, at)
        return Pair(key, op, value, True), end
    end = word_end(line, at)
    return Pair(key, op, line[at:end]), end


def words_of(line):
    words, at = [], 0
    while at < len(line):
        if line[at].isspace():
            at += 1
        elif line[at] == "#":
            break
        else:
            word, at = one_word(line, at)
            words.append(word)
            if at < len(line) and not line[at].isspace():
                raise Wrong(f"a blank is missing behind {word}")
    return words


def is_word(word, name):
    return isinstance(word, str) and not isinstance(word, Quoted) and word == name


def statement_of(words, line, known):
    name = words[0] if isinstance(words[0], str) and not isinstance(words[0], Quoted) else "?"
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        raise Wrong(f"no such statement: {name}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"))
    rest, expect = words[1:], None
    if name != "expect":
        at = next((i for i, w in enumerate(rest) if is_word(w, "expect")), None)
        if at is not None:
            rest, expect = rest[:at], rest[at + 1 :]
            if not expect:
                raise Wrong("expect what?")
    return Statement(line, name, rest, expect, "")


def heredoc(words, lines, at):
    """The lines up to the end mark that <<MARK named, and how many lines that were."""
    if not words or not isinstance(words[-1], str) or not words[-1].startswith("<<"):
        return "", 0
    mark = words.pop()[2:]
    for n, line in enumerate(lines[at:]):
        if line.strip() == mark:
            return "".join(f"{text}\n" for text in lines[at : at + n]), n + 1
    raise Wrong(f"the end of the text, a line with {mark}, is missing")


def read(path, known):
    """The scenarios of a file. Wrong names file and line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{path}: {error}") from None
    scenarios, at = [], 0
    while at < len(lines):
        first, line = at + 1, lines[at]
        at += 1
        while line.endswith("\\") and at < len(lines):
            line = line[:-1] + " " + lines[at].strip()
            at += 1
        try:
            words = words_of(line)
            if not words:
                continue
            text, n = heredoc(words, lines, at)
            at += n
            if is_word(words[0], "scenario"):
                if len(words) != 2 or not isinstance(words[1], Quoted):
                    raise Wrong('scenario "TITLE" is needed')
                scenarios.append(Scenario(path, first, words[1], []))
                continue
            if not scenarios:
                raise Wrong('the file begins with scenario "TITLE"')
            statement = statement_of(words, first, known)
            statement.text = text
            scenarios[-1].statements.append(statement)
        except Wrong as wrong:
            raise Wrong(f"{path}:{first}: {wrong}") from None
    if not scenarios:
        raise Wrong(f"{path}: there is no scenario in it")
    return scenarios
