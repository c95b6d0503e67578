/* SPDX-License-Identifier: Apache-2.0 */
/* One Pod a line on standard input; prints for test_pss.py what pss/main.go prints of the same pods. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comply/k8s/pss.h"
#include "fmt/json.h"

static int by_name(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static void print_set(uint32_t set) {
        const char *names[_BH_PSS_MAX];
        size_t n = 0;

        for (unsigned i = 0; i < _BH_PSS_MAX; i++)
                if (set & 1u << i)
                        names[n++] = bh_pss_control_str((enum bh_pss_control) i);
        qsort(names, n, sizeof names[0], by_name);
        for (size_t i = 0; i < n; i++)
                printf("%s%s", i ? " " : "", names[i]);
        putchar('\n');
}

static void judge(const struct bh_k8s_pod *pod, unsigned long line, struct bh_arena *arena) {
        for (enum bh_pss_level level = BH_PSS_BASELINE; level <= BH_PSS_RESTRICTED; level++) {
                uint32_t before = UINT32_MAX;

                for (unsigned minor = 0; minor <= BH_PSS_NEWEST + 1; minor++) {
                        struct bh_pss_hits hits = { 0 };
                        uint32_t now = bh_pss_judge(pod, level, minor), said = 0;

                        if (bh_pss_explain(pod, level, minor, arena, &hits) != now)
                                abort();
                        for (size_t i = 0; i < hits.len; i++)
                                said |= 1u << hits.at[i].control;
                        if (said != now) /* every control that is broken has a place */
                                abort();
                        if (now != before) {
                                printf("%lu %s 1.%u: ", line, bh_pss_level_str(level), minor);
                                print_set(now);
                        }
                        before = now;
                }
        }
}

int main(void) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        char *line = NULL;
        size_t cap = 0;
        ssize_t len;

        for (unsigned long n = 0; (len = getline(&line, &cap, stdin)) > 0; n++) {
                const struct bh_doc *root = NULL;
                struct bh_k8s_pod pod;

                if (bh_json_parse(arena, (struct bh_str){ line, (size_t) len }, &root, &err) < 0 || !bh_k8s_pod_of(root, &pod)) {
                        fprintf(stderr, "line %lu: %s\n", n + 1, err.text);
                        return 1;
                }
                judge(&pod, n, arena);
                bh_arena_reset(arena);
        }
        free(line);
        bh_arena_free(&arena);
        return 0;
}
