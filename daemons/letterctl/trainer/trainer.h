// SPDX-License-Identifier: Apache-2.0
// trainer: the two commands, and what they share.
#ifndef TRAINER_TRAINER_H
#define TRAINER_TRAINER_H

#include "client/tool.h"
#include "labelled.h"
#include "learn.h"

int cmd_train(int argc, char **argv);
int cmd_evaluate(int argc, char **argv);

// Labels and letters that a command was given, with their features.
struct material {
    struct tool_texts labels, letters, mailboxes; // --with, --letters, --mailbox PREFIX=CODE
    bool departments;                             // letters without labels say by their department whose they are
    const char *policy_dir;                       // NULL: the newest in the database
    const char *config;
    struct labelled_set set;
    struct doc *docs;
};
#define MATERIAL_OPTIONS(m)                                                                                            \
    {"--with", TOOL_TEXTS_OPTION, 0, 0, &(m).labels}, {"--letters", TOOL_TEXTS_OPTION, 0, 0, &(m).letters},            \
        {"--mailbox", TOOL_TEXTS_OPTION, 0, 0, &(m).mailboxes}, {"--departments", TOOL_FLAG, 0, 0, &(m).departments},  \
        {"--policy", TOOL_TEXT, 0, 0, &(m).policy_dir},                                                                \
    {                                                                                                                  \
        "-c", TOOL_TEXT, 0, 0, &(m).config                                                                             \
    }
#define MATERIAL_OPTIONS_N 6
#define MATERIAL_HELP                                                                                                  \
    "  --with FILE            more labels to learn from: FILE.jsonl with letters, FILE.tsv with ids\n"                 \
    "  --letters FILE.tsv     letters of labelled ids: id or row (a bare number behind the file's name before '_'),\n" \
    "                         title, body; what the writer ticked in kind, who answered in dept\n"                     \
    "  --mailbox PREFIX=CODE  whose mailbox the letters of the file PREFIX_… came to\n"                              \
    "  --departments          letters without labels say by their department what is the police's\n"                   \
    "  --policy DIR           catalogues of a folder instead of those in force\n"                                      \
    "  -c FILE                configuration file\n"

// Reads the files: `first` (may be NULL) as set 0, then those of --with. false: the reason was said.
bool material_read(const char *command, const char *first, struct material *m);
void material_docs(struct material *m, const struct policy *p);

#endif
