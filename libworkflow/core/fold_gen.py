#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes fold.gen.c: what each character of the basic plane becomes before it is looked at.

  fold_gen.py            writes fold.gen.c beside itself
  fold_gen.py --check    says whether it is what would be made now; 77: the tool `opencc` is not here

Traditional characters become simplified ones by OpenCC's data (Apache-2.0), character by character, U+3400 to U+9FFF.
"""
import pathlib
import shutil
import subprocess
import sys
import unicodedata

MADE = pathlib.Path(__file__).with_name("fold.gen.c")
DROP, BLANK = 0, 0x20
UNASSIGNED = range(0xD800, 0xF900)  # surrogates, and private use: fold.c drops them without a table


def each(text):
    """Characters and ranges, hexadecimal."""
    for piece in text.split():
        low, _, high = piece.partition("-")
        yield from range(int(low, 16), int(high or low, 16) + 1)


# What OpenCC leaves, and what writers of the mainland spell otherwise: both sides of a comparison are folded.
OTHER_FORMS = ("囬回 囘回 囯国 囻国 著着 妳你 牠它 祂它 痺痹 衹只 祇只 瞭了 枱台 敍叙 衞卫 粧妆 擡抬 簷檐 糭粽 麽么 "
               "⺠民 ⻋车 ⻔门 ⻓长 ⻢马 ⻥鱼 ⻩黄 ⻬齐 ⻰龙 ⻅见 ⻉贝 ⻆角 ⻁虎 ⻄西 ⻘青 ⻝食 ⻛风 ⻜飞 ⻚页 ⻦鸟 ⻨麦 ⻮齿 "
               "⺟母 ⻳龟 ⻌辶 ⻏阝 ⺮竹 ⻣骨 ⻤鬼 ○〇 ◯〇")

PUNCTUATION = {
    ".": "3002 FF0E FF61 2024-2026 22EF FE52 FE12 3003",
    ",": "FF0C FE50 FE10 201A 060C",
    "、": "3001 FF64 FE51 FE11",
    "!": "FF01 203C FE57 FE15 01C3 2757 2755 2763",
    "?": "FF1F 2047-2049 FE56 FE16 2753-2754",
    ";": "FF1B FE54 FE14",
    ":": "FF1A FE55 FE13 FE30 2236 A789",
    "-": "2010-2015 2212 2500-2501 FE31-FE32 FE58 FE63 FF0D 30FC FF70 00AF FFE3",
    "~": "FF5E 301C 223C 02DC 3030",
    "'": "0060 00B4 2018 2019 201B 2032 2035 02B9-02BC FF07 FF40",
    '"': "201C-201F 2033 2036 300C-300F 301D-301F FE41-FE44 FF02 FF62 FF63",
    "<": "2039 00AB 3008 300A FE3F FE3D 2329 FF1C",
    ">": "203A 00BB 3009 300B FE40 FE3E 232A FF1E",
    "(": "005B 007B 3010 3014 3016 3018 301A FF08 FF3B FF5B FE35 FE37 FE39 FE3B FE59 FE5B FE5D FF5F 2768 276A",
    ")": "005D 007D 3011 3015 3017 3019 301B FF09 FF3D FF5D FE36 FE38 FE3A FE3C FE5A FE5C FE5E FF60 2769 276B",
    "·": "2022 2027 2219 22C5 30FB FF65 25A0-25CA 25CC-25EE 25F0-25FF 2605 2606 203B",
    "*": "00D7 2217 FF0A FE61 2731 2732 2715 2716",
    "/": "2044 2215 FF0F",
    "¥": "FFE5",
    "%": "FF05 FE6A",
    "#": "FF03 FE5F",
    "+": "FF0B FE62 2795",
}
BLANKS = "0009-000D 0020 0085 00A0 1680 2000-200A 2028 2029 202F 205F 3000 2800 2469-2473 247D-2487 2491-249B"
# Without meaning: controls, joiners, marks above and below letters, picture characters. Letters keep together.
DROPPED = ("0000-0008 000E-001F 007F-0084 0086-009F 00AD 0300-036F 0483-0489 061C 115F 1160 17B4 17B5 180B-180F "
           "1AB0-1AFF 1DC0-1DFF 200B-200F 202A-202E 2060-206F 20D0-20FF 2600-27BF 2B00-2BFF 302A-302F 3164 FE00-FE0F "
           "FE20-FE2F FEFF FFA0 FFF0-FFFF")
DIGITS = ("2460 2474 2488 2776 2780 278A 2160 2170", "24EA 24FF")  # the first of 1 to 9 in a row; zeros
NFKC = "00AA 00B2 00B3 00B9 00BA 1100-11FF 2070-209C 2100-2159 24B6-24E9 2F00-2FD5 3131-318E 3280-32B0 F900-FAFF FF10-FF9F"
CLASSES = {0x2620: "SKULL", 0x260E: "TELEPHONE", 0x260F: "TELEPHONE", 0x26A0: "SIREN"}  # of fold.h


def simplified():
    characters = [chr(c) for c in range(0x3400, 0xA000)]
    made = subprocess.run(["opencc", "-c", "t2s.json"], input="\n".join(characters), capture_output=True, check=True,
                          text=True, encoding="utf-8").stdout.split("\n")
    table = {ord(a): ord(b) for a, b in zip(characters, made) if len(b) == 1 and ord(b) < 0x10000}
    table.update({ord(a): ord(b) for a, b in OTHER_FORMS.split()})
    return table


def fold(class_of):
    table = list(range(0x10000))
    for c in each(NFKC):
        normal = unicodedata.normalize("NFKC", chr(c))
        if len(normal) == 1 and ord(normal) < 0x10000:
            table[c] = ord(normal)
    for first in DIGITS[0].split():
        for digit in range(9):
            table[int(first, 16) + digit] = ord("1") + digit
    kept = {c for first in DIGITS[0].split() for c in range(int(first, 16), int(first, 16) + 9)}
    kept |= set(each(DIGITS[1]))
    for c in each(DIGITS[1]):
        table[c] = ord("0")
    for number, c in enumerate(range(0x3220, 0x322A)):
        table[c] = ord("一二三四五六七八九十"[number])
    for c in each(DROPPED):
        table[c] = table[c] if c in kept else DROP
    for c in each(BLANKS):
        table[c] = BLANK
    for sign, characters in PUNCTUATION.items():
        for c in each(characters):
            table[c] = ord(sign)
    for c, name in CLASSES.items():
        table[c] = class_of[name]
    simple = simplified()
    for c in range(0x10000):
        while simple.get(table[c], table[c]) != table[c]:
            table[c] = simple[table[c]]
        if 0x41 <= table[c] <= 0x5A:
            table[c] += 0x20
    for c in UNASSIGNED:
        table[c] = c
    return table


def classes():
    """The class characters that fold.h names: FOLD_<NAME> = 0x…"""
    found = {}
    for line in MADE.with_name("fold.h").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) > 2 and words[0].startswith("FOLD_") and words[1] == "=":
            found[words[0].removeprefix("FOLD_")] = int(words[2].rstrip(","), 16)
    return found


def source():
    table = fold(classes())
    pages, page_of = [[0] * 256], []
    for high in range(256):
        page = [(table[high << 8 | low] - (high << 8 | low)) & 0xFFFF for low in range(256)]
        if page not in pages:
            pages.append(page)
        page_of.append(pages.index(page))
    out = ["// SPDX-License-Identifier: Apache-2.0",
           "// Made by fold_gen.py; do not edit. Simplified characters: OpenCC, https://github.com/BYVoid/OpenCC, Apache-2.0.",
           '#include "core/fold_impl.h"', "", "const uint8_t fold_page[256] = {"]
    out += [", ".join(map(str, page_of[i:i + 32])) + "," for i in range(0, 256, 32)]
    out += ["};", "", f"const uint16_t fold_delta[{len(pages)}][256] = {{"]
    out += ["{" + ",".join(map(str, page)) + "}," for page in pages]
    return "\n".join(out + ["};", ""])


def main():
    if not shutil.which("opencc"):
        print("opencc is not installed")
        return 77
    made = source()
    if "--check" in sys.argv:
        fresh = MADE.read_text(encoding="utf-8") == made
        print(MADE.name, "is fresh" if fresh else "is not what fold_gen.py makes: run it and commit")
        return 0 if fresh else 1
    MADE.write_text(made, encoding="utf-8")
    return 0


sys.exit(main())
