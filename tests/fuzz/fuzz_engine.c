/* SPDX-License-Identifier: Apache-2.0 */
/* What a container engine answers: JSON, lines of progress, and frames of output cut at a place of the input's choice. */
#include "fuzz.h"
#include "engine/docker.h"

static void frames(struct bh_str bytes) {
        struct bh_frames f = { 0 };
        size_t cut = bytes.len ? (unsigned char) bytes.at[0] : 0;

        BH_IGNORE(bh_frames_push(&f, bh_str_part(bytes, 1, cut), NULL));
        BH_IGNORE(bh_frames_push(&f, bh_str_from(bytes, cut + 1), NULL));
        BH_IGNORE(bh_frames_end(&f, NULL));
        bh_frames_done(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str json = { (const char *) data, size }, text;
        struct bh_arena *arena = bh_arena_new();
        struct bh_docker_container container;
        struct bh_docker_containers list;
        struct bh_docker_about about;
        int code;

        BH_IGNORE(bh_docker_parse_container(arena, json, &container, NULL));
        BH_IGNORE(bh_docker_parse_list(arena, json, &list, NULL));
        BH_IGNORE(bh_docker_parse_id(arena, json, &text, NULL));
        BH_IGNORE(bh_docker_parse_code(arena, json, "StatusCode", &code, NULL));
        BH_IGNORE(bh_docker_parse_progress(arena, json, &text, NULL));
        BH_IGNORE(bh_docker_parse_about(arena, json, json, &about, NULL));
        frames(json);
        bh_arena_free(&arena);
        return 0;
}
