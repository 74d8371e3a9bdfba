// SPDX-License-Identifier: Apache-2.0
#include "act_inquiry.h"

#include "core/number.h"
#include "ctl.h"
#include "run/clock.h"
#include "store/view.h"

// The earlier of two places; 0 is none.
static int64_t earlier(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

// As it is written, and its digits alone.
static int64_t number_repeats(struct str words, int32_t mailbox, int64_t id)
{
    char number[NUMBER_MAX], digits[NUMBER_MAX];
    size_t n = 0;
    number_format(mailbox, id, number);
    for (const char *p = number; *p; p++)
        if (*p != '-')
            digits[n++] = *p;
    return earlier(text_repeats(words, str_of(number), INQUIRY_REPEATS),
                   text_repeats(words, (struct str){digits, n}, INQUIRY_REPEATS));
}

static int64_t case_repeats(struct str words, const struct case_view *v)
{
    const struct str parts[] = {v->title, v->body, v->place};
    int64_t first = number_repeats(words, v->row.mailbox, v->row.id);
    if (v->letter.id != 0 && v->letter.id != v->row.id)
        first = earlier(first, number_repeats(words, v->letter.mailbox, v->letter.id));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        first = earlier(first, text_repeats(words, parts[i], INQUIRY_REPEATS));
    for (int i = 0; i < v->supplements_n; i++)
        first = earlier(first, text_repeats(words, v->supplements[i].words, INQUIRY_REPEATS));
    return first;
}

// *merged may be NULL; else it gets the view, for the letters that joined the case.
static enum result check_case(struct ctl *ctl, struct str words, struct case_key of, struct case_view *merged,
                              struct err *err)
{
    struct case_view view;
    enum result result = view_case(ctl->db, ctl->policy, &ctl->viewer, clock_now(), of.mailbox, of.id, &view, err);
    if (result != OK)
        return result;
    int64_t at = case_repeats(words, &view);
    if (view.reading != READ_ALL)
        result = err_set(err, REJECT, "not_your_duty", "post",
                         "post: the facts are compared with the letter, which this post does not read");
    else if (at != 0)
        result = err_set_limit(err, REJECT, "repeats_letter", "words", "words: from character ", at,
                               " on they repeat the letter or its number: say it in other words");
    if (merged && result == OK)
        *merged = view;
    else
        view_case_free(&view);
    return result;
}

static enum result check_all(struct ctl *ctl, struct str words, struct case_key of, struct err *err)
{
    struct case_view view;
    enum result result = check_case(ctl, words, of, &view, err);
    if (result != OK)
        return result;
    for (int i = 0; i < view.merged_n && result == OK; i++)
        result = check_case(ctl, words, view.merged[i], NULL, err);
    view_case_free(&view);
    return result;
}

enum result act_inquiry_check(const char *command, const char *config_file, const struct msg_desk_act *act,
                              struct err *err)
{
    char post[4 * 64 + 1];
    struct text as = TEXT(post);
    struct case_key of;
    struct ctl ctl;
    text_str(&as, act->post);
    // What is wrong otherwise, the daemon says.
    if (!str_is(act->event, code_name(events, EV_INQUIRE)) || act->words.n == 0 ||
        number_parse(act->number, &of.mailbox, &of.id, err) != OK)
        return OK;
    if (ctl_read(&ctl, command, config_file, act->post.n > 0 ? post : NULL) != 0)
        return err_set(err, REJECT, "unchecked", "words", "words: they could not be compared with the letter");
    enum result result = check_all(&ctl, act->words, of, err);
    ctl_close(&ctl);
    return result;
}
