/* SPDX-License-Identifier: Apache-2.0 */
/* A file of a container runtime; the title begins with the reader's name and a colon. */
#include "case.h"
#include "runtime/files.h"

#define ID "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"

static int image(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) {
        (void) arena, (void) err;
        c->image = bh_str_trim(bytes);
        bh_runtime_image(c);
        return 0;
}

static int mounts(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) {
        (void) err;
        bh_runtime_mountinfo(arena, bytes, c);
        return 0;
}

static const struct {
        const char *name;
        int (*read)(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err);
} readers[] = {
        { "docker", bh_runtime_docker }, { "host", bh_runtime_docker_host }, { "oci", bh_runtime_oci },
        { "runc", bh_runtime_runc },     { "storage", bh_runtime_storage },  { "image", image },
        { "mountinfo", mounts },
};

/* One member a line, as far as it says something. */
static void show(struct bh_str json, struct bh_buf *out) {
        for (size_t i = 0; i < json.len; i++) {
                bh_buf_putc(out, json.at[i]);
                if (json.at[i] == ',' && i + 1 < json.len && json.at[i + 1] == '"')
                        bh_buf_putc(out, '\n');
        }
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_container c = { .id = BH_STR(ID) };
        struct bh_str name, rest;
        BH_CLEANUP(bh_buf_done) struct bh_buf json = { 0 };

        if (!bh_str_cut(title, ':', &name, &rest))
                return bh_fail(err, BH_E_USAGE, "the title has no colon");
        for (size_t i = 0; i < BH_LEN(readers); i++) {
                int r;

                if (!bh_str_is(name, readers[i].name))
                        continue;
                r = readers[i].read(arena, input, &c, err);
                if (r < 0)
                        return r;
                bh_container_put(&json, &c);
                show(bh_buf_str(&json), out);
                return 0;
        }
        return bh_fail(err, BH_E_USAGE, "no reader of that name");
}
