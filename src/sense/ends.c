/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ends.h"

#include "sys/proc.h"

static size_t find(const struct bh_ends *e, uint32_t pid) {
        size_t i = 0;

        while (i < e->n && e->without_first[i] != pid)
                i++;
        return i;
}

/* When there are too many, one that was noted long ago makes room: it is missed at its end, and found gone when we are next to look. */
static void note(struct bh_ends *e, uint32_t pid) {
        if (e->n < BH_LEN(e->without_first)) {
                e->without_first[e->n++] = pid;
                return;
        }
        e->without_first[e->next] = pid;
        e->next = (e->next + 1) % BH_LEN(e->without_first);
}

bool bh_ends_is_last(struct bh_ends *e, uint32_t pid, uint32_t tid, bool (*goes_on)(uint32_t pid)) {
        size_t at = find(e, pid);
        bool noted = at < e->n;

        if (pid != tid && !noted)
                return false;
        if (goes_on(pid)) {
                if (!noted)
                        note(e, pid);
                return false;
        }
        if (noted)
                e->without_first[at] = e->without_first[--e->n];
        return true;
}

/* A first thread that has ended is a zombie until the others have; one that executed something has taken its place. */
bool bh_ends_goes_on(uint32_t pid) {
        struct bh_proc_stat st;

        if (bh_proc_stat(pid, &st, NULL) < 0)
                return false;
        return (st.state != 'Z' && st.state != 'X') || st.threads > 1;
}
