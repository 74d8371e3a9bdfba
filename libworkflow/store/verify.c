// SPDX-License-Identifier: Apache-2.0
#include "store/verify.h"

#include "core/number.h"
#include "store/cases.sql.h"
#include "store/scalar.h"
#include "store/unit_queues.h"
#include "store/verify.sql.h"
#include "store/verify_impl.h"
#include "store/verify_replay.sql.h"

#include <string.h>

#define PATIENCE (60 * 60 * 1000) // ms for one check: millions of rows are read and sorted

const struct statement verify_statements[] = {
    {"verify_case_letter", SQL_verify_case_letter},
    {"verify_belongs", SQL_verify_belongs},
    {"verify_merged", SQL_verify_merged},
    {"verify_repeats", SQL_verify_repeats},
    {"verify_bands", SQL_verify_bands},
    {"verify_leads", SQL_verify_leads},
    {"verify_wait", SQL_verify_wait},
    {"verify_accused_page", SQL_verify_accused_page},
    {"verify_accused_legs", SQL_verify_accused_legs},
    {"verify_serials", SQL_verify_serials},
    {"verify_client_keys", SQL_verify_client_keys},
    {"verify_writers", SQL_verify_writers},
    {"verify_queue_dense", SQL_verify_queue_dense},
    {"verify_queue_legs", SQL_verify_queue_legs},
    {"verify_queue_notices", SQL_verify_queue_notices},
    {"verify_cursors", SQL_verify_cursors},
    {"verify_tombstones", SQL_verify_tombstones},
    {"verify_keys", SQL_verify_keys},
    {"verify_feedback", SQL_verify_feedback},
    {"verify_replies", SQL_verify_replies},
    {"verify_queue_times", SQL_verify_queue_times},
    {"verify_stuck", SQL_verify_stuck},
    {"verify_figures", SQL_verify_figures},
    {"replay_ids", SQL_replay_ids},
    {"replay_lines", SQL_replay_lines},
    {"replay_orphan_legs", SQL_replay_orphan_legs},
    {"replay_reasons", SQL_replay_reasons},
    {"case_read", SQL_case_read}, // of facts.c
    {"accused_read", SQL_accused_read},
    {"request_read", SQL_request_read},
    {NULL, NULL},
};

// The checks that are one statement each.
enum takes { NOTHING, NOW, UNITS };
static const struct {
    const char *name, *statement, *words;
    bool warning;
    enum takes takes;
} by_sql[] = {
    {"case_letter", "verify_case_letter", "来信与诉求件一一对应", false, NOTHING},
    {"belongs", "verify_belongs", "申请、回避对象等都属于诉求件", false, NOTHING},
    {"merged", "verify_merged", "并件都有存续的主件", false, NOTHING},
    {"repeats", "verify_repeats", "系统并件的都是同一写信人", false, NOTHING},
    {"bands", "verify_bands", "相近比对的特征都属于来信", false, NOTHING},
    {"leads", "verify_leads", "同一上级只有一个主办环节在办", false, NOTHING},
    {"wait", "verify_wait", "有期限的都定了检视时间", false, NOW},
    {"serials", "verify_serials", "每日流水号连续无缺", false, NOTHING},
    {"client_keys", "verify_client_keys", "同一渠道编号只有一封来信", false, NOTHING},
    {"writers", "verify_writers", "写信人身份都有来信", false, NOTHING},
    {"queue_dense", "verify_queue_dense", "各局队列序号连续无缺", false, NOTHING},
    {"queue_legs", "verify_queue_legs", "每个承办环节的来信恰好入队一次", false, UNITS},
    {"cursors", "verify_cursors", "确认位置在保留的序号之内, 受阻的正是下一件", false, NOTHING},
    {"queue_notices", "verify_queue_notices", "队列通知都有承办环节或来信渠道", false, NOTHING},
    {"tombstones", "verify_tombstones", "跳过的序号都有流水", false, NOTHING},
    {"keys", "verify_keys", "密钥都有持有单位或渠道", false, NOTHING},
    {"feedback", "verify_feedback", "反馈只来自承办单位", false, UNITS},
    {"replies", "verify_replies", "每次报结都有答复", false, NOTHING},
    {"queue_times", "verify_queue_times", "入队时间与序号同序", true, NOTHING},
    {"stuck", "verify_stuck", "系统环节没有超时积压", true, NOW},
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
    [REPLAY_DATES] = {"journal_dates", "期限与流水一致", false, 0, 0, {""}},
    [REPLAY_TIMES] = {"journal_times", "各方占用时间之和等于办件时长", false, 0, 0, {""}},
    [REPLAY_REQUESTS] = {"journal_requests", "待决申请与流水一致", false, 0, 0, {""}},
    [REPLAY_BACKWARDS] = {"journal_order", "流水时间不倒退", true, 0, 0, {""}},
    [REPLAY_WAKE] = {"wake", "检视时间不晚于下一个到期", false, 0, 0, {""}},
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

// Which queues may ever have served each unit that ever was, as pairs: what SQL needs to compare queues with legs.
static void units_of(const struct policy *policy, struct column *units, struct column *queues)
{
    int32_t above[UNIT_QUEUES];
    column_start(units, COL_INT4);
    column_start(queues, COL_INT4);
    for (size_t i = 0; i < policy->units_n; i++) {
        if (i > 0 && policy->units[i].code == policy->units[i - 1].code)
            continue; // another time of the same unit
        for (int k = 0, n = unit_queues(policy, policy->units[i].code, above); k < n; k++) {
            column_int(units, policy->units[i].code);
            column_int(queues, above[k]);
        }
    }
}

static enum result run_one(struct db *db, const struct policy *policy, wf_time now, int which,
                           struct verify_check *check, struct err *err)
{
    static const int takes_n[] = {[NOTHING] = 0, [NOW] = 1, [UNITS] = 2};
    struct column c[2] = {0};
    struct column *params[] = {&c[0], &c[1]};
    if (by_sql[which].takes == NOW)
        scalar_time(&c[0], now);
    if (by_sql[which].takes == UNITS)
        units_of(policy, &c[0], &c[1]);
    enum result result = scalar_run(db, by_sql[which].statement, takes_n[by_sql[which].takes], params, err);
    if (result != OK || db_rows(db, 0) == 0)
        return result;
    for (int row = 0; row < db_rows(db, 0); row++)
        verify_found(check, (int32_t)db_int(db, 0, row, 1), db_int(db, 0, row, 2), db_text(db, 0, row, 3));
    check->count = db_int(db, 0, 0, 0);
    return OK;
}

static enum result run_all(struct db *db, const struct policy *policy, wf_time now, struct verify_report *report,
                           struct err *err)
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
    result = verify_replay(db, policy, now, report->checks, report, err);
    if (result == OK) {
        struct verify_check *check = &report->checks[report->checks_n++];
        check->name = "guard";
        check->words = "来信从不在回避单位手中";
        result = verify_guard(db, policy, now, check, err);
    }
    // From here on whole tables are compared. Where the server knows too little of them it would compare row by row.
    if (result == OK) {
        db_command(db, "SET LOCAL enable_nestloop = off");
        result = db_flush(db, err);
    }
    for (int i = 0; i < BY_SQL && result == OK; i++) {
        struct verify_check *check = &report->checks[report->checks_n++];
        check->name = by_sql[i].name;
        check->words = by_sql[i].words;
        check->warning = by_sql[i].warning;
        result = run_one(db, policy, now, i, check, err);
    }
    if (result != OK)
        return result;
    db_command(db, "COMMIT");
    return db_flush(db, err);
}

enum result verify_run(struct db *db, const struct policy *policy, wf_time now, struct verify_report *out,
                       struct err *err)
{
    _Static_assert(REPLAY_CHECKS + BY_SQL + 1 <= VERIFY_CHECKS, "more checks than a report holds");
    struct verify_report report = {0};
    db_patience(db, PATIENCE);
    enum result result = run_all(db, policy, now, &report, err);
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
