/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker sends, read by the parent: the worker may have been taken over. */
#include "fuzz.h"
#include "wire/layer.h"
#include "wire/work.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_work_request request;
        struct bh_work_answer answer;
        struct bh_image image;
        struct bh_layer layer;

        BH_IGNORE(bh_wire_layer_get(arena, bytes, &layer, NULL));
        BH_IGNORE(bh_wire_image_get(arena, bytes, &image, NULL));
        BH_IGNORE(bh_work_answer_get(arena, bytes, &answer, NULL));
        BH_IGNORE(bh_work_verdict_get(arena, bytes, &(struct bh_work_verdict){ 0 }, NULL));
        BH_IGNORE(bh_work_request_get(arena, bytes, &request, NULL));
        bh_arena_free(&arena);
        return 0;
}
