/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_K8SFLAGS_H
#define BH_COMPLY_READ_K8SFLAGS_H
/*
 * Flags of Kubernetes' programs, as Go's pflag takes them ("--name=value",
 * "--name value", "--yes"), into one object of names and texts. The last word
 * counts; underscores are dashes; feature gates are added up.
 */
#include "fmt/doc.h"

struct bh_k8sflags {
        struct bh_arena *arena;
        struct bh_doc *object;
};

struct bh_k8sflags bh_k8sflags_in(struct bh_arena *arena);
void bh_k8sflags_set(struct bh_k8sflags *flags, struct bh_str name, struct bh_str value);
/* The words behind the program's name. */
void bh_k8sflags_words(struct bh_k8sflags *flags, const struct bh_str *words, size_t n);
/* A file of a flag a line, as microk8s keeps them. */
void bh_k8sflags_lines(struct bh_k8sflags *flags, struct bh_str text);
/* Empty: it is not set, or set to nothing. */
struct bh_str bh_k8sflags_get(const struct bh_k8sflags *flags, const char *name);
/* Is it a member of a list set apart by commas? */
bool bh_k8sflags_lists(struct bh_str list, const char *word);

#endif
