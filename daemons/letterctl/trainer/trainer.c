// SPDX-License-Identifier: Apache-2.0
// letterctl-train: what `letterctl train` and `letterctl evaluate` run. A program of its own, because liblinear is
// needed nowhere else.
#include "trainer.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "train") == 0)
        return cmd_train(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "evaluate") == 0)
        return cmd_evaluate(argc - 1, argv + 1);
    fputs("usage: letterctl train|evaluate …; see letterctl train --help\n", stderr);
    return 2;
}
