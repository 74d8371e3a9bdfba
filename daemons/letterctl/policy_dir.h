// SPDX-License-Identifier: Apache-2.0
// policy_dir: the catalogues of a folder, as they are or as a policy.
#ifndef LETTERCTL_POLICY_DIR_H
#define LETTERCTL_POLICY_DIR_H

#include "core/policy.h"

// Reads all files of the folder into one piece of memory that the caller frees; at most 4 MiB together. NULL: the
// reason was said, as "letterctl policy: DIR/units.tsv: …" for the command "letterctl policy"; exit with 1.
char *policy_dir_read(const char *command, const char *dir, struct str files[POLICY_FILES]);

// Gives the policy of the folder, or of the newest version in the database (dir == NULL) with this configuration file,
// to `use`, whose exit code it returns; or says why there is none.
int policy_dir_or_newest(const char *command, const char *dir, const char *config_file,
                         int (*use)(void *arg, const struct policy *policy), void *arg);

#endif
