/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/webshell/php_names.h"

#include <string.h>

static const struct bh_php_function functions[] = {
        { "eval", BH_PHP_EVAL, 0 }, { "assert", BH_PHP_EVAL, 0 }, { "create_function", BH_PHP_EVAL, 1 },

        { "system", BH_PHP_COMMAND, 0 }, { "exec", BH_PHP_COMMAND, 0 }, { "shell_exec", BH_PHP_COMMAND, 0 },
        { "passthru", BH_PHP_COMMAND, 0 }, { "popen", BH_PHP_COMMAND, 0 }, { "proc_open", BH_PHP_COMMAND, 0 },
        { "pcntl_exec", BH_PHP_COMMAND, 0 }, { "expect_popen", BH_PHP_COMMAND, 0 },

        { "call_user_func", BH_PHP_CALLBACK, 0 }, { "call_user_func_array", BH_PHP_CALLBACK, 0 },
        { "forward_static_call", BH_PHP_CALLBACK, 0 }, { "forward_static_call_array", BH_PHP_CALLBACK, 0 },
        { "array_map", BH_PHP_CALLBACK, 0 }, { "array_filter", BH_PHP_CALLBACK, 1 }, { "array_walk", BH_PHP_CALLBACK, 1 },
        { "array_walk_recursive", BH_PHP_CALLBACK, 1 }, { "array_reduce", BH_PHP_CALLBACK, 1 },
        { "usort", BH_PHP_CALLBACK, 1 }, { "uasort", BH_PHP_CALLBACK, 1 }, { "uksort", BH_PHP_CALLBACK, 1 },
        { "array_udiff", BH_PHP_CALLBACK, 2 }, { "array_uintersect", BH_PHP_CALLBACK, 2 },
        { "array_diff_ukey", BH_PHP_CALLBACK, 2 }, { "array_diff_uassoc", BH_PHP_CALLBACK, 2 },
        { "array_intersect_ukey", BH_PHP_CALLBACK, 2 }, { "array_intersect_uassoc", BH_PHP_CALLBACK, 2 },
        { "register_shutdown_function", BH_PHP_CALLBACK, 0 }, { "register_tick_function", BH_PHP_CALLBACK, 0 },
        { "preg_replace_callback", BH_PHP_CALLBACK, 1 }, { "mb_ereg_replace_callback", BH_PHP_CALLBACK, 1 },
        { "iterator_apply", BH_PHP_CALLBACK, 1 }, { "ob_start", BH_PHP_CALLBACK, 0 },

        { "preg_replace", BH_PHP_REPLACE, 1 }, { "preg_filter", BH_PHP_REPLACE, 1 },
        { "mb_ereg_replace", BH_PHP_REPLACE, 1 }, { "mb_eregi_replace", BH_PHP_REPLACE, 1 }, { "mbereg_replace", BH_PHP_REPLACE, 1 },

        { "file_put_contents", BH_PHP_PUT, 0 }, { "fwrite", BH_PHP_PUT, 0 }, { "fputs", BH_PHP_PUT, 0 },
        { "move_uploaded_file", BH_PHP_MOVE, 1 }, { "copy", BH_PHP_MOVE, 1 }, { "rename", BH_PHP_MOVE, 1 },

        { "getallheaders", BH_PHP_SOURCE, 0 }, { "apache_request_headers", BH_PHP_SOURCE, 0 },
        { "filter_input", BH_PHP_SOURCE, 0 }, { "filter_input_array", BH_PHP_SOURCE, 0 },

        { "preg_match", BH_PHP_OUT, 2 }, { "preg_match_all", BH_PHP_OUT, 2 }, { "parse_str", BH_PHP_OUT, 1 },
        { "mb_parse_str", BH_PHP_OUT, 1 }, { "openssl_private_decrypt", BH_PHP_OUT, 1 }, { "openssl_public_decrypt", BH_PHP_OUT, 1 },
        { "extract", BH_PHP_EXTRACT, 0 }, { "import_request_variables", BH_PHP_EXTRACT, 0 },

        { "in_array", BH_PHP_GUARD, 0 }, { "array_key_exists", BH_PHP_GUARD, 0 }, { "array_search", BH_PHP_GUARD, 0 },
        { "ctype_alnum", BH_PHP_GUARD, 0 }, { "ctype_alpha", BH_PHP_GUARD, 0 }, { "ctype_digit", BH_PHP_GUARD, 0 },
        { "is_numeric", BH_PHP_GUARD, 0 }, { "switch", BH_PHP_GUARD, 0 }, { "match", BH_PHP_GUARD, 0 },
        { "strpos", BH_PHP_GUARD, 0 }, { "str_starts_with", BH_PHP_GUARD, 0 }, { "realpath", BH_PHP_GUARD, 0 },
        { "method_exists", BH_PHP_GUARD, 0 }, { "file_exists", BH_PHP_GUARD, 0 }, { "is_file", BH_PHP_GUARD, 0 },

        { "file_get_contents", BH_PHP_OPEN, 0 }, { "fopen", BH_PHP_OPEN, 0 }, { "file", BH_PHP_OPEN, 0 },
        { "readfile", BH_PHP_OPEN, 0 },

        { "base64_decode", BH_PHP_DECODE, 0 }, { "gzinflate", BH_PHP_DECODE, 0 }, { "gzuncompress", BH_PHP_DECODE, 0 },
        { "gzdecode", BH_PHP_DECODE, 0 }, { "zlib_decode", BH_PHP_DECODE, 0 }, { "bzdecompress", BH_PHP_DECODE, 0 },
        { "str_rot13", BH_PHP_DECODE, 0 }, { "strrev", BH_PHP_DECODE, 0 }, { "hex2bin", BH_PHP_DECODE, 0 },
        { "convert_uudecode", BH_PHP_DECODE, 0 }, { "rawurldecode", BH_PHP_DECODE, 0 }, { "urldecode", BH_PHP_DECODE, 0 },
        { "pack", BH_PHP_DECODE, 1 }, { "chr", BH_PHP_DECODE, 0 }, { "openssl_decrypt", BH_PHP_DECODE, 0 },
        { "mcrypt_decrypt", BH_PHP_DECODE, 0 }, { "quoted_printable_decode", BH_PHP_DECODE, 0 },

        { "stripslashes", BH_PHP_CARRY, 0 }, { "stripcslashes", BH_PHP_CARRY, 0 }, { "trim", BH_PHP_CARRY, 0 },
        { "ltrim", BH_PHP_CARRY, 0 }, { "rtrim", BH_PHP_CARRY, 0 }, { "chop", BH_PHP_CARRY, 0 },
        { "strtolower", BH_PHP_CARRY, 0 }, { "strtoupper", BH_PHP_CARRY, 0 }, { "lcfirst", BH_PHP_CARRY, 0 },
        { "ucfirst", BH_PHP_CARRY, 0 }, { "implode", BH_PHP_CARRY, 0 }, { "join", BH_PHP_CARRY, 0 },
        { "explode", BH_PHP_CARRY, 1 }, { "str_split", BH_PHP_CARRY, 0 }, { "preg_split", BH_PHP_CARRY, 1 },
        { "end", BH_PHP_CARRY, 0 }, { "reset", BH_PHP_CARRY, 0 }, { "current", BH_PHP_CARRY, 0 }, { "key", BH_PHP_CARRY, 0 },
        { "next", BH_PHP_CARRY, 0 }, { "pos", BH_PHP_CARRY, 0 }, { "array_pop", BH_PHP_CARRY, 0 },
        { "array_shift", BH_PHP_CARRY, 0 }, { "array_values", BH_PHP_CARRY, 0 }, { "array_keys", BH_PHP_CARRY, 0 },
        { "array_merge", BH_PHP_CARRY, 0 }, { "array_slice", BH_PHP_CARRY, 0 }, { "array_reverse", BH_PHP_CARRY, 0 },
        { "array_flip", BH_PHP_CARRY, 0 }, { "array_unique", BH_PHP_CARRY, 0 }, { "array_fill", BH_PHP_CARRY, 0 },
        { "array", BH_PHP_CARRY, 0 }, { "str_replace", BH_PHP_CARRY, 2 }, { "str_ireplace", BH_PHP_CARRY, 2 },
        { "substr", BH_PHP_CARRY, 0 }, { "mb_substr", BH_PHP_CARRY, 0 }, { "substr_replace", BH_PHP_CARRY, 0 },
        { "strstr", BH_PHP_CARRY, 0 }, { "stristr", BH_PHP_CARRY, 0 }, { "strrchr", BH_PHP_CARRY, 0 },
        { "sprintf", BH_PHP_CARRY, 0 }, { "vsprintf", BH_PHP_CARRY, 0 }, { "strtr", BH_PHP_CARRY, 0 },
        { "json_decode", BH_PHP_CARRY, 0 }, { "unserialize", BH_PHP_CARRY, 0 }, { "strval", BH_PHP_CARRY, 0 },
        { "htmlspecialchars_decode", BH_PHP_CARRY, 0 }, { "html_entity_decode", BH_PHP_CARRY, 0 },
        { "iconv", BH_PHP_CARRY, 2 }, { "mb_convert_encoding", BH_PHP_CARRY, 0 }, { "utf8_decode", BH_PHP_CARRY, 0 },
        { "utf8_encode", BH_PHP_CARRY, 0 }, { "fread", BH_PHP_CARRY, 0 }, { "fgets", BH_PHP_CARRY, 0 },
        { "stream_get_contents", BH_PHP_CARRY, 0 }, { "fgetc", BH_PHP_CARRY, 0 }, { "wordwrap", BH_PHP_CARRY, 0 },
        { "str_repeat", BH_PHP_CARRY, 0 }, { "str_pad", BH_PHP_CARRY, 0 }, { "nl2br", BH_PHP_CARRY, 0 },
        { "base64_encode", BH_PHP_CARRY, 0 }, { "parse_url", BH_PHP_CARRY, 0 }, { "compact", BH_PHP_PLAIN, 0 },
        { "array_column", BH_PHP_CARRY, 0 }, { "array_combine", BH_PHP_CARRY, 0 },
};

const struct bh_php_function *bh_php_function_of(struct bh_str name) {
        if (name.len && name.at[0] == '\\')
                name = bh_str_from(name, 1);
        for (size_t i = 0; i < BH_LEN(functions); i++)
                if (name.len && bh_lower(name.at[0]) == functions[i].name[0] && strlen(functions[i].name) == name.len &&
                    bh_str_eq_nocase(name, bh_str_of(functions[i].name)))
                        return &functions[i];
        return NULL;
}
