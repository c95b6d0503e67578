/* SPDX-License-Identifier: Apache-2.0 */
#include "http/curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"

static struct bh_curl calls;
static bool loaded;
static char why[160]; /* it is not */

static const struct {
        const char *name;
        size_t at;
} table[] = {
#define X(name) { "curl_" #name, offsetof(struct bh_curl, name) },
        BH_CURL_CALLS(X)
#undef X
};

static bool find_calls(void *library) {
        for (size_t i = 0; i < BH_LEN(table); i++) {
                void *call = dlsym(library, table[i].name);

                if (!call)
                        return false;
                memcpy((char *) &calls + table[i].at, &call, sizeof call);
        }
        return true;
}

static void load(void) {
        void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

        if (!library || !find_calls(library)) {
                const char *said = dlerror();

                (void) snprintf(why, sizeof why, "%s", said ? said : "it lacks a function");
                return;
        }
        if (calls.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                bh_nomem(0);
        loaded = true;
}

int bh_curl_load(const struct bh_curl **ret, struct bh_err *err) {
        static pthread_once_t once = PTHREAD_ONCE_INIT;

        (void) pthread_once(&once, load);
        if (!loaded)
                return bh_fail(err, BH_E_UNSUPPORTED, "HTTP needs libcurl: %s", why);
        *ret = &calls;
        return 0;
}
