/* SPDX-License-Identifier: Apache-2.0 */
/* Every event with an attribute asked for, and the same bytes as a pom.xml. */
#include "fmt/xml.h"
#include "fuzz.h"
#include "scan/pkg/pom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_xml xml = bh_xml_of(arena, bytes);
        struct bh_err err = BH_ERR_NONE;
        struct bh_xml_event e;
        struct bh_pom pom;

        while (bh_xml_next(&xml, &e, &err) > 0)
                if (e.kind == BH_XML_START)
                        (void) bh_xml_attr(&xml, &e, "id");
        BH_IGNORE(bh_pom_parse(arena, bytes, &pom, NULL, NULL, &err));
        bh_arena_free(&arena);
        return 0;
}
