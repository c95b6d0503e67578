/* SPDX-License-Identifier: Apache-2.0 */
/* An image archive from its bytes to the image in it: tar, links, manifests, configurations. */
#include <string.h>

#include "fuzz.h"
#include "image/archive.h"
#include "image/manifest.h"

static int from_slice(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct bh_str *in = user;

        (void) err;
        *ret_n = BH_MIN(room, in->len);
        if (*ret_n)
                memcpy(buf, in->at, *ret_n);
        *in = bh_str_from(*in, *ret_n);
        return 0;
}

/* What is listed can be asked for. */
static void list(const struct bh_archive *archive, struct bh_arena *arena) {
        struct bh_archive_member **members;
        struct bh_image all, one;
        uint32_t n;

        if (bh_archive_list(archive, arena, &all, NULL) < 0)
                return;
        for (uint32_t i = 0; i < all.n_manifests && i < 8; i++)
                BH_IGNORE(bh_archive_image(archive, all.manifests[i].digest, BH_STR(""), NULL, arena, &one, &members, &n, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size }, again = bytes;
        struct bh_arena *arena = bh_arena_new();
        struct bh_archive_member **members;
        struct bh_archive archive;
        struct bh_stream stream;
        struct bh_image image = { 0 };
        uint32_t n;

        bh_stream_init(&stream, from_slice, &again);
        if (bh_archive_read(&stream, NULL, NULL, arena, &archive, NULL) >= 0) {
                BH_IGNORE(bh_archive_image(&archive, BH_STR(""), BH_STR(""), NULL, arena, &image, &members, &n, NULL));
                list(&archive, arena);
        }
        bh_stream_done(&stream);
        if (bh_manifest_parse(arena, bytes, &image, NULL) >= 0)
                BH_IGNORE(bh_manifest_choose(&image, BH_STR(""), NULL, &n, NULL));
        image = (struct bh_image){ 0 };
        BH_IGNORE(bh_config_parse(arena, bytes, &image, NULL));
        bh_arena_free(&arena);
        return 0;
}
