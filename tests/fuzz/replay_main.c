// SPDX-License-Identifier: Apache-2.0
// Replays a corpus directory through a libFuzzer target, so that CTest runs it without clang.
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool replay(const char *path)
{
    FILE *in = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t n = 0, got;
    if (!in)
        return false;
    do {
        data = realloc(data, n + 65536);
        if (!data)
            abort();
        got = fread(data + n, 1, 65536, in);
        n += got;
    } while (got > 0);
    bool read = !ferror(in);
    fclose(in);
    uint8_t *exact = malloc(n ? n : 1); // so that a sanitizer sees a read behind the end
    if (!exact)
        abort();
    memcpy(exact, data, n);
    free(data);
    if (read)
        LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return read;
}

int main(int argc, char **argv)
{
    int files = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
        return 2;
    }
    DIR *dir = opendir(argv[1]);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        if (!replay(path)) {
            fprintf(stderr, "%s: cannot be read\n", path);
            return 1;
        }
        files++;
    }
    if (dir)
        closedir(dir);
    printf("%d inputs replayed\n", files);
    if (files == 0)
        fprintf(stderr, "%s: no inputs there\n", argv[1]);
    return files == 0;
}
