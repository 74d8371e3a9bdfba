// SPDX-License-Identifier: Apache-2.0
// act_inquiry: what can be asked of the facts of a 核查函 before they are proposed: that they give nothing of the
// letter away.
#ifndef LETTERCTL_ACT_INQUIRY_H
#define LETTERCTL_ACT_INQUIRY_H

#include "core/err.h"
#include "wire/wire.gen.h"

#define INQUIRY_REPEATS 10 // characters in a row

// OK: another event, or words of its own. REJECT, code "repeats_letter": the facts have INQUIRY_REPEATS characters in a
// row of the case's title, letter, place or supplements, of those of a letter that joined it, or of their numbers; the
// words name no more than where. Reads the case as whoever acts, which is written down as a look: "not_found" as there;
// "not_your_duty" for who may not read the letter; "unchecked" when it could not be read (standard error says why).
enum result act_inquiry_check(const char *command, const char *config_file, const struct msg_desk_act *act,
                              struct err *err) MUST_USE;

#endif
