/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_SSHKEY_H
#define BH_COMPLY_READ_SSHKEY_H
/*
 * A line of authorized_keys or of a host key's .pub (sshd(8)): "options type base64 comment". Of the key its kind and
 * strength: the bits of an RSA or DSA modulus, what the name says of the others.
 */
#include "base/arena.h"
#include "base/cur.h"

struct bh_sshkey {
        struct bh_str options, type, blob; /* blob: in base64 */
        unsigned bits;                     /* 0: not known */
        unsigned line;
};

/* The next line with a key; what is none is passed over. */
bool bh_sshkey_next(struct bh_arena *arena, struct bh_cur *c, struct bh_sshkey *ret);

#endif
