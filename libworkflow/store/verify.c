// SPDX-License-Identifier: Apache-2.0
#include "store/verify.h"

#include "core/number.h"
#include "store/scalar.h"
#include "store/verify.sql.h"
#include "store/verify_impl.h"

#include <string.h>

const struct statement verify_statements[] = {
    {"verify_case_letter", SQL_verify_case_letter},
    {"verify_serials", SQL_verify_serials},
    {"verify_client_keys", SQL_verify_client_keys},
    {"verify_writers", SQL_verify_writers},
    {"verify_queue_dense", SQL_verify_queue_dense},
    {"verify_queue_legs", SQL_verify_queue_legs},
    {"verify_cursors", SQL_verify_cursors},
    {"verify_feedback", SQL_verify_feedback},
    {"verify_replies", SQL_verify_replies},
    {"verify_queue_times", SQL_verify_queue_times},
    {"verify_stuck", SQL_verify_stuck},
    {"verify_figures", SQL_verify_figures},
    {"verify_reasons", SQL_verify_reasons},
    {"verify_page_end", SQL_verify_page_end},
    {"verify_page_cases", SQL_verify_page_cases},
    {"verify_page_legs", SQL_verify_page_legs},
    {"verify_page_lines", SQL_verify_page_lines},
    {NULL, NULL},
};

// The checks that are one statement each.
static const struct {
    const char *name, *statement, *words;
    bool warning;
} by_sql[] = {
    {"case_letter", "verify_case_letter", "来信与诉求件一一对应", false},
    {"serials", "verify_serials", "每日流水号连续无缺", false},
    {"client_keys", "verify_client_keys", "同一渠道编号只有一封来信", false},
    {"writers", "verify_writers", "写信人身份都有来信", false},
    {"queue_dense", "verify_queue_dense", "各局队列序号连续无缺", false},
    {"queue_legs", "verify_queue_legs", "每次派单恰好入队一次", false},
    {"cursors", "verify_cursors", "确认位置不超过队首", false},
    {"feedback", "verify_feedback", "反馈只来自承办单位", false},
    {"replies", "verify_replies", "每次报结都有答复", false},
    {"queue_times", "verify_queue_times", "入队时间与序号同序", true},
    {"stuck", "verify_stuck", "系统环节没有超时积压", true},
};
#define BY_SQL ((int)(sizeof by_sql / sizeof by_sql[0]))

static const struct verify_check by_replay[REPLAY_CHECKS] = {
    [REPLAY_ORPHAN] = {"journal_case", "流水与承办环节都属于诉求件", false, 0, 0, {""}},
    [REPLAY_DENSE] = {"journal_dense", "流水序号连续并与版本一致", false, 0, 0, {""}},
    [REPLAY_FIRST] = {"journal_first", "流水从收到来信开始", false, 0, 0, {""}},
    [REPLAY_LEGAL] = {"journal_legal", "每一步都符合状态表", false, 0, 0, {""}},
    [REPLAY_STATE] = {"case_state", "诉求件状态与流水一致", false, 0, 0, {""}},
    [REPLAY_LEGS] = {"case_legs", "承办环节与流水一致", false, 0, 0, {""}},
    [REPLAY_NEXT] = {"next_step", "未办结的都有期限或等待对象", false, 0, 0, {""}},
};

void verify_found(struct verify_check *check, int32_t mailbox, int64_t id, struct str words)
{
    check->count++;
    if (check->first_n == VERIFY_FIRST)
        return;
    struct text t = TEXT(check->first[check->first_n]);
    check->first_n++;
    if (id != 0 && mailbox != 0) {
        char number[NUMBER_MAX];
        number_format(mailbox, id, number);
        text_put(&t, number);
    } else if (id != 0) {
        text_i64(&t, id);
    }
    if (id != 0 && words.n > 0)
        text_put(&t, ": ");
    text_str(&t, words);
}

static enum result run_one(struct db *db, const char *statement, wf_time now, struct verify_check *check,
                           struct err *err)
{
    struct column c = {0};
    struct column *params[] = {scalar_time(&c, now)};
    enum result result = db_run(db, statement, strcmp(statement, "verify_stuck") == 0, params, err);
    column_free(&c);
    if (result != OK || db_rows(db, 0) == 0)
        return result;
    for (int row = 0; row < db_rows(db, 0); row++)
        verify_found(check, (int32_t)db_int(db, 0, row, 1), db_int(db, 0, row, 2), db_text(db, 0, row, 3));
    check->count = db_int(db, 0, 0, 0);
    return OK;
}

static enum result run_all(struct db *db, wf_time now, struct verify_report *report, struct err *err)
{
    // REPEATABLE READ: every statement sees the same instant, and no lock is in anybody's way.
    db_command(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    db_query(db, "verify_figures", 0, NULL);
    enum result result = db_flush(db, err);
    if (result != OK)
        return result;
    report->letters = db_int(db, 1, 0, 0);
    report->dead = db_int(db, 1, 0, 1);

    memcpy(report->checks, by_replay, sizeof by_replay);
    report->checks_n = REPLAY_CHECKS;
    result = verify_replay(db, report->checks, report, err);
    for (int i = 0; i < BY_SQL && result == OK; i++) {
        struct verify_check *check = &report->checks[report->checks_n++];
        check->name = by_sql[i].name;
        check->words = by_sql[i].words;
        check->warning = by_sql[i].warning;
        result = run_one(db, by_sql[i].statement, now, check, err);
    }
    if (result != OK)
        return result;
    db_command(db, "COMMIT");
    return db_flush(db, err);
}

enum result verify_run(struct db *db, wf_time now, struct verify_report *out, struct err *err)
{
    _Static_assert(REPLAY_CHECKS + BY_SQL <= VERIFY_CHECKS, "more checks than a report holds");
    struct verify_report report = {0};
    enum result result = run_all(db, now, &report, err);
    if (result == OK)
        *out = report;
    return result;
}

int64_t verify_violations(const struct verify_report *report)
{
    int64_t n = 0;
    for (int i = 0; i < report->checks_n; i++)
        if (!report->checks[i].warning)
            n += report->checks[i].count;
    return n;
}
