// SPDX-License-Identifier: Apache-2.0
// model_file: the model that stands under a path, mapped and checked, and its successor when another takes its place.
#ifndef RUN_MODEL_FILE_H
#define RUN_MODEL_FILE_H

#include "core/model.h"
#include "run/sealed.h"

struct model_file {
    struct sealed sealed; // its name is what people call the model
    struct model model;
    struct sealed refused; // the last file that was not taken: it is said once
};

// REJECT as sealed_map, or code "bad_model" for another layout; the text names the file. *out is untouched then.
enum result model_file_open(const char *path, struct model_file *out, struct err *err) MUST_USE;
void model_file_close(struct model_file *m);
// Takes what has come under the path since. OK: another model; what pointed into the old one is gone. DUPLICATE: still
// the same. REJECT, once for a file: it cannot be used, and the old one goes on.
enum result model_file_renew(const char *path, struct model_file *m, struct err *err) MUST_USE;

// Adds "; model NAME" to why, a text of at most cap bytes with its end, which is cut for it where it has to be: the
// name is always whole.
void model_file_sign(const struct model_file *m, char *why, size_t cap);

#endif
