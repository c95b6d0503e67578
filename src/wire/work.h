/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_WORK_H
#define BH_WIRE_WORK_H
/*
 * What is said between whoever wants bytes read and the jailed worker.
 *
 *     CONTENT        fd: rules        -> COMPILED, DONE  the first message, before the jail closes; no fd: no rules;
 *                                                        COMPILED only when the rules did not come ready made
 *     DESCRIBE       manifest, config -> IMAGE, DONE     config may be empty: then the manifest alone
 *     LAYER          fd               -> LAYER, DONE
 *     ARCHIVE_INDEX  fd that can seek -> IMAGE, DONE     layers keep their offset and size in the archive
 *     ARCHIVE_LIST   fd               -> IMAGE, DONE     its manifests are the images in the archive
 *     ARCHIVE        fd               -> IMAGE, LAYER for each layer, bottom first, DONE
 *     SBOM           fd               -> LAYER (its packages), DONE
 *
 * Where a request has `second_opinion`, SAMPLE comes with the bytes of a file;
 * the worker then waits for a verdict on it. PROGRESS may come in between; FAILED instead of DONE ends a request that
 * could not be answered. Answers are read as hostile.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/image.h"

enum bh_work { BH_WORK_CONTENT, BH_WORK_DESCRIBE, BH_WORK_LAYER, BH_WORK_ARCHIVE_INDEX, BH_WORK_ARCHIVE, BH_WORK_ARCHIVE_LIST, BH_WORK_SBOM, _BH_WORK_MAX };

struct bh_work_request {
        enum bh_work work;
        uint32_t parts;                 /* enum bh_scan_part, or-ed */
        struct bh_str manifest, config; /* JSON, hostile */
        struct bh_str tag;
        struct bh_platform platform;
        struct bh_str digest, diff_id; /* what a layer must have, or which image of an archive it is; may be empty */
        uint64_t offset, size;         /* the part of fd to read; size 0: to its end, from where it stands */
        uint64_t max_bytes;            /* of a layer's tar; 0: the usual limit */
        bool second_opinion;           /* files are to be shown to another scanner: SAMPLE */
};

enum bh_answer { BH_ANSWER_DONE, BH_ANSWER_FAILED, BH_ANSWER_PROGRESS, BH_ANSWER_IMAGE, BH_ANSWER_LAYER, BH_ANSWER_SAMPLE, BH_ANSWER_COMPILED, _BH_ANSWER_MAX };

struct bh_work_answer {
        enum bh_answer answer;
        int code;            /* FAILED */
        struct bh_str text;  /* FAILED: a sentence */
        uint64_t bytes;      /* PROGRESS: of the tar so far */
        uint32_t n_images;   /* IMAGE: how many the archive held */
        struct bh_str body;  /* IMAGE, LAYER: encoded; SAMPLE: a file; COMPILED: as saved; on a multiple of 8 from the message's beginning */
        uint64_t tail_bytes; /* when written: of the body, those that the sender lets follow by itself */
};

/* What another scanner says of a SAMPLE. */
enum bh_second { BH_SECOND_CLEAN, BH_SECOND_FOUND, BH_SECOND_FAILED, _BH_SECOND_MAX };

struct bh_work_verdict {
        enum bh_second said;
        struct bh_str text; /* FOUND: the name it has for it; FAILED: why */
};

void bh_work_request_put(struct bh_buf *out, const struct bh_work_request *r);
int bh_work_request_get(struct bh_arena *arena, struct bh_str bytes, struct bh_work_request *ret, struct bh_err *err)
        BH_MUST_CHECK;
void bh_work_answer_put(struct bh_buf *out, const struct bh_work_answer *a);
int bh_work_answer_get(struct bh_arena *arena, struct bh_str bytes, struct bh_work_answer *ret, struct bh_err *err)
        BH_MUST_CHECK;

void bh_work_verdict_put(struct bh_buf *out, const struct bh_work_verdict *v);
int bh_work_verdict_get(struct bh_arena *arena, struct bh_str bytes, struct bh_work_verdict *ret, struct bh_err *err) BH_MUST_CHECK;

void bh_wire_image_put(struct bh_buf *out, const struct bh_image *image);
int bh_wire_image_get(struct bh_arena *arena, struct bh_str bytes, struct bh_image *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
