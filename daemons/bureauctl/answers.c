// SPDX-License-Identifier: Apache-2.0
#include "answers.h"

// A public reply says who answers, what was done, and what the writer can do next; it names no person and no case
// detail.
static const struct answer answers[] = {
    {"consult", "explained",
     "您好，来信收悉。您咨询的事项可凭有效身份证件到就近的公安政务服务窗口办理，也可通过广东政务服务网在线申请，所需材"
     "料以"
     "办事指南为准。如有疑问，可向受理窗口咨询。感谢您的来信。",
     "已联系来信人，说明办理条件、材料和办理途径，来信人表示清楚。"},
    {"help", "resolved",
     "您好，您反映的困难我局已安排属地派出所上门了解，并已协助处理。后续如仍需帮助，可直接联系属地派出所，紧急情况请拨"
     "打110。"
     "感谢您的信任。",
     "属地派出所已接访来信人，核实情况后当场协助解决，已留存回访记录。"},
    {"complaint", "partly",
     "您好，您反映的问题我局高度重视，经核查，部分情况属实，已责成有关单位整改并对相关人员进行了教育。给您带来的不便，"
     "我们深表"
     "歉意。如对处理结果有异议，可向上一级公安机关反映。",
     "经调阅记录并听取双方意见，服务不规范一节属实，其余未见违规，已提出整改要求。"},
    {"complaint", "unfounded",
     "您好，您反映的问题我局已调阅工作记录并走访核实，未发现您所反映的情形，有关经过已向您说明。如有新的线索或证据，欢"
     "迎继续反映，"
     "也可向上一级公安机关反映。",
     "经调阅工作记录、走访核实，所反映情形不成立，已向来信人说明核查经过。"},
    {"report", "resolved",
     "您好，您反映的线索我局已组织核查，并依法采取了相应措施，后续将加强该处的巡查管控。感谢您对公安工作的支持，发现紧"
     "急情况请"
     "拨打110。",
     "已派员到现场核查处置，列入重点巡查点位，依法处理情况另存卷。"},
    {"report", "unverifiable",
     "您好，您反映的线索我局已两次派员核查，现有信息尚不足以查实。我们已将该处列入巡查，如有时间、地点等进一步情况，欢"
     "迎补充。感谢"
     "您对公安工作的支持。",
     "两次到场均未见所反映情形，周边走访无果，已列入日常巡查并请来信人补充线索。"},
    {"suggest", "explained",
     "您好，您的建议我局已转有关业务部门研究，可行部分将在后续工作中予以采纳。感谢您对公安工作的关心和支持。",
     "建议已转业务部门研究，拟结合年度工作安排分步落实。"},
    {"praise", "explained",
     "您好，感谢您对公安工作的肯定。您的谢意已转达有关单位，我们将继续努力，为群众提供更好的服务。",
     "已向有关单位转达，纳入典型事例。"},
    {"other", "explained",
     "您好，来信收悉。您反映的事项我局已了解并作了登记，已向您说明办理途径。如有进一步情况，欢迎继续来信。",
     "已联系来信人了解情况并作说明。"},
};
#define ANSWERS (sizeof(answers) / sizeof(answers[0]))

const struct answer *answer_for(struct str kind, uint64_t variant)
{
    const struct answer *found[ANSWERS];
    size_t n = 0;
    for (size_t i = 0; i < ANSWERS; i++)
        if (str_is(kind, answers[i].kind))
            found[n++] = &answers[i];
    return n > 0 ? found[variant % n] : &answers[ANSWERS - 1];
}
