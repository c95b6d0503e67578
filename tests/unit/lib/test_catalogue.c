/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lib/catalogue.h"

static void names_and_tags_are_those_of_the_specification(void **state) {
        static const struct {
                const char *text;
                bool name, tag;
        } rows[] = {
                { "nginx", true, true },       { "team/app", true, false },   { "a/b-c/d_e.f", true, false }, { "1.27", true, true },
                { "Team/App", false, false },  { "", false, false },          { "a//b", false, false },       { "../etc", false, false },
                { "a/../b", false, false },    { "-x", false, false },        { ".x", false, false },         { "x?n=1", false, false },
                { "x#y", false, false },       { "x y", false, false },       { "V1_x", false, true },        { "a/", false, false },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (bh_catalogue_is_name(bh_str_of(rows[i].text)) != rows[i].name || bh_catalogue_is_tag(bh_str_of(rows[i].text)) != rows[i].tag)
                        fail_msg("'%s'", rows[i].text);
}

static void the_next_page_is_the_registrys_own(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        static const struct {
                const char *link, *next;
        } rows[] = {
                { "</v2/_catalog?last=x&n=5>; rel=\"next\"", "https://reg:5000/v2/_catalog?last=x&n=5" },
                { "</other>; rel=\"prev\", </v2/more>; rel=next", "https://reg:5000/v2/more" },
                { "<https://reg:5000/v2/more>; rel=\"next\"", "https://reg:5000/v2/more" },
                { "<https://evil/v2/more>; rel=\"next\"", "" },
                { "<https://reg:5000.evil/v2/more>; rel=\"next\"", "" },
                { "<//evil/v2/more>; rel=\"next\"", "" },
                { "</v2/more", "" },
                { "", "" },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++)
                assert_str(bh_catalogue_next(arena, bh_str_of(rows[i].link), BH_STR("https://reg:5000")), rows[i].next);
}

static void an_address_is_a_host_and_nothing_else(void **state) {
        static const char *const bad[] = { "", "http://reg", "reg/path", "user@reg" };

        (void) state;
        for (size_t i = 0; i < BH_LEN(bad); i++) {
                struct bh_catalogue *c = NULL;
                struct bh_err err = BH_ERR_NONE;

                assert_int_equal(bh_catalogue_open(&(struct bh_catalogue_opts){ .address = bh_str_of(bad[i]) }, &c, &err), BH_E_FORMAT);
                assert_null(c);
        }
}

BH_UNIT_MAIN(names_and_tags_are_those_of_the_specification, the_next_page_is_the_registrys_own, an_address_is_a_host_and_nothing_else)
