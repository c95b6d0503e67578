/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_WEBSHELL_WEBSHELL_H
#define BH_SCAN_WEBSHELL_WEBSHELL_H
/*
 * Webshells by what they do: scripts in which a request reaches what runs code
 * (flow.h), and scripts that are packed (packed.h). Texts that give a known
 * shell away are content/webshell's business.
 *
 * The pass tells which of our literals it met; a script without any of them is
 * not looked at.
 */
#include "base/arena.h"
#include "model/finding.h"
#include "scan/content/literals.h"

enum bh_webshell_sign {
        BH_WEBSHELL_REQUEST, /* $_POST, php://input, ... */
        BH_WEBSHELL_DECODER, /* eval, base64_decode, ... */
        BH_WEBSHELL_PHP,     /* <?php */
        BH_WEBSHELL_JAVA,    /* getParameter, ... */
        _BH_WEBSHELL_SIGN_MAX
};

/* Registers the literals under BH_OWNER_OTHER; the rule of a hit is an enum bh_webshell_sign. */
int bh_webshell_register(struct bh_literals_builder *b, struct bh_err *err) BH_MUST_CHECK;

/* `signs`: bits of enum bh_webshell_sign that were met. Findings lie in `scratch`. */
int bh_webshell_scan(struct bh_arena *scratch, struct bh_str path, struct bh_str bytes, unsigned signs,
                     const struct bh_finding_sink *sink, struct bh_err *err) BH_MUST_CHECK;

#endif
