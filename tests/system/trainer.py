# SPDX-License-Identifier: Apache-2.0
# Models are learned, told apart and refused: the same letters make the same bytes; what was not learned from is read better than
# by chance by far; a shipped sample is read by its label; a damaged file, a label without a letter and a line that is none are
# refused by name. No database.
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
SAMPLES = TOP / "deploy/model/samples"
MODEL = TOP / "deploy/model/letters.model"
POLICY = TOP / "deploy/policy"


def letterctl(*args, code=0):
    run = subprocess.run([f"{os.environ['PA_BIN']}/letterctl", *map(str, args)], capture_output=True, text=True, timeout=200)
    if run.returncode != code:
        sys.exit(f"letterctl {args}: exit status {run.returncode}, not {code}: {run.stderr}")
    return run


def expect(what, got, wanted):
    if not wanted(got):
        sys.exit(f"{what}: {got}")


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    lines = [line for file in ("conduct", "everyday", "special") for line in (SAMPLES / f"{file}.jsonl").open(encoding="utf-8")]
    letters = folder / "letters.jsonl"
    letters.write_text("".join(lines), encoding="utf-8")

    made = []
    for i in (1, 2):
        letterctl("train", letters, "--policy", POLICY, "--out", folder / f"{i}.model")
        made.append((folder / f"{i}.model").read_bytes())
    expect("two models of the same letters", len(made[0]), lambda n: made[0] == made[1] and n > 100_000)

    figures = json.loads(letterctl("evaluate", letters, "--folds", 3, "--policy", POLICY, "--json").stdout)["letters.jsonl"]
    expect("letters read", figures["letters"], lambda n: n == len(lines))
    expect("category, not learned from", figures["category"]["accuracy"], lambda share: share > 0.4)  # of 20; always 14: 0.21
    expect("conduct, not learned from", figures["conduct"]["balanced_accuracy"], lambda share: share > 0.75)
    expect("mistakes by id", figures["worst"], lambda worst: len(worst) == 10 and " is " in worst[0])

    shipped = json.loads(letterctl("evaluate", letters, "--policy", POLICY, "--json").stdout)["letters.jsonl"]
    expect("category by the shipped model", shipped["category"]["accuracy"], lambda share: share > 0.95)

    # Labels by number, letters beside them; the name of the file is part of the number.
    first = json.loads(lines[0])
    (folder / "gold.tsv").write_text(f"id\tkind\tcategory\nxx7\t{first['kind']}\t{first['category']}\nxx8\thelp\t02\n", encoding="utf-8")
    (folder / "xx_letters.tsv").write_text(f"row\ttitle\tbody\n7\t{first['title']}\t{first['body']}\n".replace("\\n", " "), encoding="utf-8")
    run = letterctl("evaluate", folder / "gold.tsv", folder / "xx_letters.tsv", "--policy", POLICY, "--json")
    expect("the label with a letter", json.loads(run.stdout)["gold.tsv"]["letters"], lambda n: n == 1)
    expect("the label without", run.stderr, lambda text: "1 labels have no letter" in text)
    expect("no label is doubtful", list(json.loads(run.stdout)), lambda sets: sets == ["gold.tsv"])
    rows = "".join(f"xx{i}\t{first['kind']}\t{first['category']}\t{sure}\n" for i, sure in ((7, 1), (8, 0), (9, "?")))
    (folder / "gold.tsv").write_text("id\tkind\tcategory\tsure\n" + rows, encoding="utf-8")
    texts = "".join(f"{i}\t{first['title']}\t{first['body']}\n".replace("\\n", " ") for i in (7, 8, 9))
    (folder / "xx_letters.tsv").write_text("row\ttitle\tbody\n" + texts, encoding="utf-8")
    run = letterctl("evaluate", folder / "gold.tsv", folder / "xx_letters.tsv", "--policy", POLICY, "--json")
    figures = json.loads(run.stdout)
    expect("letters, and those with a sure label", [figures[s]["letters"] for s in ("gold.tsv", "gold.tsv sure")], lambda n: n == [3, 2])

    # What the writer ticked counts: under a policy that believes it whatever the words say, it decides.
    believing = folder / "policy"
    shutil.copytree(POLICY, believing)
    settings = (believing / "settings.tsv").read_text(encoding="utf-8")
    (believing / "settings.tsv").write_text(re.sub("claimed_kind\t.*", "claimed_kind\t200", settings), encoding="utf-8")
    some = [json.loads(line) for line in lines[:100]]
    (folder / "ticked.tsv").write_text("id\tkind\n" + "".join(f"yy{i}\t{x['kind']}\n" for i, x in enumerate(some)), encoding="utf-8")
    for ticked, right in ((lambda x: x["kind"], lambda share: share == 1), (lambda x: "表扬", lambda share: share < 0.5)):
        rows = "".join("\t".join((str(i), " ".join(x["title"].split()), " ".join(x["body"].split()), ticked(x))) + "\n" for i, x in enumerate(some))
        (folder / "yy_letters.tsv").write_text("id\ttitle\tbody\tkind\n" + rows, encoding="utf-8")
        run = letterctl("evaluate", folder / "ticked.tsv", folder / "yy_letters.tsv", "--policy", believing, "--json")
        figures = json.loads(run.stdout)["ticked.tsv"]
        expect("kind by what was ticked", figures["kind"]["accuracy"], right)

    damaged = bytearray(MODEL.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    for content, words in ((damaged, "checksum"), (damaged[:5000], "checksum"), (b"", "too short")):
        (folder / "bad.model").write_bytes(content)
        run = letterctl("evaluate", letters, "--model", folder / "bad.model", "--policy", POLICY, code=1)
        expect("a damaged model", run.stderr, lambda text: words in text and "bad.model" in text)
    (folder / "none.jsonl").write_text('{"body":"好"}\nnone\n', encoding="utf-8")
    run = letterctl("train", folder / "none.jsonl", "--out", folder / "x.model", "--policy", POLICY, code=1)
    expect("a line that is no letter", run.stderr, lambda text: "none.jsonl:2:" in text)
    run = letterctl("train", folder / "nowhere.jsonl", "--out", folder / "x.model", "--policy", POLICY, code=1)
    expect("a file that is not there", run.stderr, lambda text: "nowhere.jsonl" in text)
    letterctl("train", letters, code=2)
print("the trainer learns, compares and refuses")
