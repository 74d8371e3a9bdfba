// SPDX-License-Identifier: Apache-2.0
// life: a case's clocks and the time that each held it, told from its journal as view_case gives it.
#ifndef LETTERCTL_LIFE_H
#define LETTERCTL_LIFE_H

#include "core/ledger.h"
#include "ctl.h"
#include "store/view.h"

struct life {
    struct replayed replayed;
    struct ledger ledger;
    wf_time age;
    int told; // lines that were understood; fewer than there are: the rest says nothing (letterctl verify names it)
};
// The case as the viewer sees it (to be freed) and its life until now. 0, or the exit code after the reason was said;
// then nothing is to be freed.
int life_read(struct ctl *ctl, const struct ctl_case *of, struct case_view *view, struct life *life);

json_t *life_clocks_json(const struct life *life);
json_t *life_ledger_json(const struct life *life);

// "3天4小时5分" of at most three units; for people.
#define SPELL_MAX 64
void life_spell(wf_time t, char out[SPELL_MAX]);

#endif
