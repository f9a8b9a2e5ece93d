/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Feeds a fuzz target each file of the folders given, and each of its beginnings: the corpus as an
 * ordinary test, without a fuzzer.
 */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
        uint8_t *data = malloc(1 << 16), *exact;
        FILE *file = fopen(path, "r");
        size_t n;

        if (!file || !data) {
                perror(path);
                return 1;
        }
        n = fread(data, 1, 1 << 16, file);
        fclose(file);
        for (size_t size = 0; size <= n; size += n > 1024 && size < n - 64 ? 61 : 1) {
                exact = malloc(size + 1); /* so that a sanitizer sees a read behind the end */
                if (!exact)
                        return 1;
                memcpy(exact, data, size);
                LLVMFuzzerTestOneInput(exact, size);
                free(exact);
        }
        free(data);
        return 0;
}

int main(int argc, char *argv[])
{
        unsigned n = 0;

        for (int i = 1; i < argc; i++) {
                DIR *dir = opendir(argv[i]);
                const struct dirent *entry;

                if (!dir) {
                        perror(argv[i]);
                        return 1;
                }
                while ((entry = readdir(dir))) {
                        char path[4096];

                        if (entry->d_name[0] == '.')
                                continue;
                        snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
                        if (replay_file(path) != 0)
                                return 1;
                        n++;
                }
                closedir(dir);
        }
        printf("%u files\n", n);
        return n == 0;
}
