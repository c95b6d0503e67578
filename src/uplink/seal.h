/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_UPLINK_SEAL_H
#define BH_UPLINK_SEAL_H
/*
 * Payloads of the outbox encrypted: AES-256-GCM under a key of the machine, with a
 * nonce by chance for each. A sealed payload is nonce (12), ciphertext, tag (16);
 * the record's number and epoch are authenticated with it, so that none can be put in another's place.
 */
#include "base/buf.h"
#include "base/err.h"

struct bh_sealer;

/* The file: 32 bytes, or 64 digits of hex. */
int bh_sealer_new(const char *key_file, struct bh_sealer **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_sealer_free(struct bh_sealer **s);
/* Appends. */
int bh_sealer_seal(struct bh_sealer *s, uint64_t epoch, uint64_t seq, struct bh_str plain, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
/* FORMAT: it was changed, or sealed with another key. */
int bh_sealer_open(struct bh_sealer *s, uint64_t epoch, uint64_t seq, struct bh_str sealed, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;

#endif
