/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_NAMES_H
#define BH_PASSWORDS_NAMES_H
/* Settings that hold a password, by their names; and what a file says of them. */
#include "passwords/stores.h"

/* A setting of a file or an environment: added when it holds a password, or a URL with one in it. True: it was. */
bool bh_setting_add(struct bh_store_found *found, struct bh_str key, struct bh_str value, uint32_t line);
/* "scheme://user:password@host": the two; false without. */
bool bh_url_secret(struct bh_str value, struct bh_str *ret_user, struct bh_str *ret_password);

#endif
