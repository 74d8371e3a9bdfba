# SPDX-License-Identifier: Apache-2.0
# What became of the letters that were sent: waits for them and tells. Sourced by deploy/quickstart, with `home` set.
# $home/letters: receipts.jsonl (letterctl submit), outcome.tsv (client_ref, number, state, bureau, category of each).

# States in which a case rests: final ones, and those that wait for a person.
settled='CLOSED REFUSED MERGED WITHDRAWN REFERRED TERMINATED DEFERRED ARCHIVED TRIAGE EMERGENCY NEED_INFO CALLBACK'

# Where each letter of receipts.jsonl is now. A refused letter has the state "refused" and its reason for a number.
read_outcome() {
  "$home/bin/letterctl" list --json --limit 1000000 |
    jq -r --slurpfile receipts "$home/letters/receipts.jsonl" -n '
      (reduce inputs as $c ({}; .[$c.number] = $c)) as $cases
      | def word: if . == null or . == "" or . == 0 then "-" else tostring end;
      $receipts[] | . as $r | $cases[$r.number // ""] as $c
      | if $r.error then [$r.client_ref, $r.error.message, "refused", "-", "-"]
        else [$r.client_ref, $r.number, $c.state, $c.bureau, $c.category] end
      | map(word) | @tsv' >"$home/letters/outcome.tsv.new" &&
    mv "$home/letters/outcome.tsv.new" "$home/letters/outcome.tsv"
}

# misplaced EXPECTED: letters that are not where they belong, one a line. EXPECTED: a table of client_ref, state, bureau,
# category, where - stands for anything and the category counts only for what the machine accepted: the desk, which has the
# others, says it anew. "" = any resting state will do, except that a refused letter has got nowhere.
misplaced() {
  awk -F'\t' -v settled=" $settled " -v expected="$1" '
    BEGIN {
      while (expected != "" && (getline line < expected) > 0) {
        if (line ~ /^#/ || line ~ /^client_ref\t/) continue
        split(line, e, "\t")
        want[e[1]] = e[2]
        if (e[3] != "-") bureau[e[1]] = e[3]
        if (e[4] != "-" && e[2] == "CLOSED") category[e[1]] = e[4]
      }
    }
    expected == "" && index(settled, " " $3 " ") == 0 { print $1 ": " $2 ": " $3 }
    expected != "" {
      seen[$1] = 1
      if ($3 != want[$1] || ($1 in bureau && $4 != bureau[$1]) || ($1 in category && $5 != category[$1]))
        print $1 ": " $2 ": " $3 " " $4 " " $5 ", expected " want[$1] " " bureau[$1] " " category[$1]
    }
    END { for (ref in want) if (!(ref in seen)) print ref ": no receipt, expected " want[ref] }
  ' "$home/letters/outcome.tsv"
}

# Waits until every letter is where it belongs; gives up when nothing has moved for a minute.
await_letters() {
  local before= now last=$SECONDS
  while read_outcome; do
    [[ -z $(misplaced "$1") ]] && return
    now=$(cksum <"$home/letters/outcome.tsv")
    [[ $now == "$before" ]] || last=$SECONDS
    before=$now
    ((SECONDS - last < 60)) || break
    # Nothing moves that is refused: do not wait for it.
    [[ -n $(misplaced "$1" | grep -v ': refused\b') ]] || break
    sleep 0.5
  done
  return 1
}

# The table of what happened; false when a letter is not where it belongs.
show_letters() {
  local wrong
  echo
  echo "What happened 处理结果: $(wc -l <"$home/letters/outcome.tsv") letters 件来信"
  awk -F'\t' '
    BEGIN {
      split("CLOSED 办结 REFUSED 不予受理 MERGED 并案 WITHDRAWN 撤回 REFERRED 转法定途径 TERMINATED 终止 DEFERRED 挂账 ARCHIVED 归档 " \
        "TRIAGE 待受理,等专班 EMERGENCY 紧急分流,等值班长 NEED_INFO 待写信人补充 CALLBACK 回访中 RECEIVED 已提交 ACCEPTED 已受理 " \
        "HANDLING 办理中 REVIEW 待审核 ANSWERED 已答复 REWORK 重办 refused 未接收,来信不合格式", w, " ")
      for (i = 1; i in w; i += 2) label[w[i]] = w[i + 1]
    }
    { n[$3]++; if ($4 != "-") b[$4]++ }
    END {
      for (s in n) printf "%8d  %-10s %s\n", n[s], s, label[s] | "sort -rn"
      close("sort -rn")
      printf "By bureau 各局:"
      for (c in b) printf " %s:%d\n", c, b[c] | "sort | tr -d \"\\n\""
      close("sort | tr -d \"\\n\"")
      print ""
    }' "$home/letters/outcome.tsv"
  wrong=$(misplaced "$1")
  [[ -z $wrong ]] && return
  echo "Not where they belong 未到应到之处: $(wc -l <<<"$wrong")"
  head -n 10 <<<"$wrong"
  return 1
}
