/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/collect/password.h"

static const struct bh_field fields[] = {
        [BH_PASSWORD_FIELD_ACCOUNT] = BH_FACT("password.account", BH_V_STRING, 0, "whose it is; of settings and environments the name of the setting"),
        [BH_PASSWORD_FIELD_STORE] = BH_FACT("password.store", BH_V_STRING, 0, "shadow, htpasswd, redis, ...: `bulkhead passwords --list` names them"),
        [BH_PASSWORD_FIELD_PATH] = BH_FACT("password.path", BH_V_STRING, 0, "the file it is in; of a container's first process: environment, arguments"),
        [BH_PASSWORD_FIELD_SCHEME] = BH_FACT("password.scheme", BH_V_STRING, 0, "how it is kept: yescrypt, md5crypt, plain, ..."),
        [BH_PASSWORD_FIELD_VERDICT] = BH_FACT("password.verdict", BH_V_STRING, 0, "weak, known, partly, untested or held (docs/PASSWORDS.md)"),
        [BH_PASSWORD_FIELD_WHY] = BH_FACT("password.why", BH_V_STRING, 0, "what makes it weak, or hinders the test"),
        [BH_PASSWORD_FIELD_NONE] = BH_FACT("password.none", BH_V_BOOL, 0, "no password is asked for"),
        [BH_PASSWORD_FIELD_DEFAULT] = BH_FACT("password.default", BH_V_BOOL, 0, "its product ships with it"),
        [BH_PASSWORD_FIELD_GUESSED] = BH_FACT("password.guessed", BH_V_BOOL, 0, "it is made of a name, on a list, or the same as a weak one"),
        [BH_PASSWORD_FIELD_SHORT] = BH_FACT("password.short", BH_V_BOOL, 0, "it has fewer than 8 characters; told of those in plain text alone"),
        [BH_PASSWORD_FIELD_KNOWN] = BH_FACT("password.known", BH_V_BOOL, 0, "it was not guessed, but stands elsewhere in plain text"),
        [BH_PASSWORD_FIELD_OPEN] = BH_FACT("password.open", BH_V_BOOL, 0, "a private key without a passphrase, where others get at it; told of keys alone"),
        [BH_PASSWORD_FIELD_PLAIN] = BH_FACT("password.plain", BH_V_BOOL, 0, "it is kept in plain text, or as good as that"),
        [BH_PASSWORD_FIELD_TRIED] = BH_FACT("password.tried", BH_V_UINT, 0, "guesses made so far"),
        [BH_PASSWORD_FIELD_GUESSES] = BH_FACT("password.guesses", BH_V_UINT, 0, "guesses there are"),
        [BH_PASSWORD_FIELD_IN_CONTAINER] = BH_FACT("password.in_container", BH_V_BOOL, 0, "it is in a container"),
        [BH_PASSWORD_FIELD_CHANGE] = BH_FACT("password.change", BH_V_STRING, 0, "what changes it: a command, or where it is written"),
};

const struct bh_fact_kind bh_kind_password = BH_FACT_KIND("password", fields, "an account in a credential store (comply --passwords)");
