/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_IMAGE_H
#define BH_COMPLY_COLLECT_IMAGE_H
/* Inside of the collector of images. */
#include "comply/collect/docker.h"

enum bh_image_field {
        BH_IMG_NAME,
        BH_IMG_TAGS,
        BH_IMG_ENGINE,
        BH_IMG_USED,
        BH_IMG_USER,
        BH_IMG_ROOT,
        BH_IMG_CHECKED,
        BH_IMG_AGE,
        BH_IMG_ADDS,
        BH_IMG_UPDATES,
        BH_IMG_SECRETS,
        BH_IMG_UNVERIFIED,
        BH_IMG_SETUID,
        BH_IMG_UNNEEDED,
        BH_IMG_DIGESTS,
        BH_IMG_HOSTILE,
        BH_IMG_PORTS,
};

/* What lies in its layers, where the storage driver tells where these are. */
void bh_image_files(struct bh_engine_look *look, struct bh_fact *f, const struct bh_doc *inspection);

#endif
