/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_TEXTS_H
#define BH_LIB_TEXTS_H
/*
 * The texts of an image's configuration as one more layer: its environment,
 * labels and build steps become small files in a tar, so that they are searched
 * for secrets by the same rules, in the same jail, and kept in the same cache.
 *
 *     config:Env:NAME     NAME=value        config:Labels:KEY   KEY=value
 *     config:History:3    the third step    config:Cmd, config:Entrypoint
 */
#include "base/buf.h"
#include "model/image.h"

/* Appends the tar; false when there is nothing to look at. The same image gives the same bytes. */
bool bh_image_texts(struct bh_buf *out, const struct bh_image *image);

#endif
