/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_PASSWORD_H
#define BH_COMPLY_COLLECT_PASSWORD_H
/*
 * An account of a credential store, and whether its password is weak. No
 * collector looks for them: guessing takes processor time and a jail of its
 * own, so whoever ran it (src/passwords) tells these facts. Of a password there
 * is nothing in them, nor its place in a public list.
 */
#include "comply/fact.h"

enum bh_password_field {
        BH_PASSWORD_FIELD_ACCOUNT,
        BH_PASSWORD_FIELD_STORE,
        BH_PASSWORD_FIELD_PATH,
        BH_PASSWORD_FIELD_SCHEME,
        BH_PASSWORD_FIELD_VERDICT,
        BH_PASSWORD_FIELD_WHY,
        BH_PASSWORD_FIELD_NONE,
        BH_PASSWORD_FIELD_DEFAULT,
        BH_PASSWORD_FIELD_GUESSED,
        BH_PASSWORD_FIELD_SHORT,
        BH_PASSWORD_FIELD_KNOWN,
        BH_PASSWORD_FIELD_OPEN,
        BH_PASSWORD_FIELD_PLAIN,
        BH_PASSWORD_FIELD_TRIED,
        BH_PASSWORD_FIELD_GUESSES,
        BH_PASSWORD_FIELD_IN_CONTAINER,
        BH_PASSWORD_FIELD_CHANGE,
};

extern const struct bh_fact_kind bh_kind_password;

#endif
