// SPDX-License-Identifier: MIT
// Options, numbers, JSON strings and whole files.

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/cli/cli.h"
#include "host/file/file.h"
#include "host/json/json.h"

// What one command line gives.
typedef struct parsed {
    int status;
    bool json;
    const char *model;
    const char *output;
    const char *items[8];
    size_t item_count;
    const char *operands[8];
    int operand_count;
} parsed;

// line: words with single spaces.
static parsed parse(const char *line) {
    static char text[256];
    char *words[16];
    int count = 0;
    parsed p = {0};
    cli_list list = {.items = p.items};
    const cli_option options[] = {
            {.name = "--json", .flag = &p.json},
            {.name = "--model", .value = &p.model},
            {.name = "-o", .value = &p.output},
            {.name = "--input", .list = &list},
    };
    snprintf(text, sizeof(text), "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    p.status = cli_parse(count, words, options, 4, &p.operand_count);
    p.item_count = list.count;
    for (int k = 0; k < p.operand_count; k++) {
        p.operands[k] = words[k + 1];
    }
    return p;
}

static void options_and_operands_mix(void **state) {
    (void)state;
    parsed p = parse("detect a --json b --model m -o out.png c");
    assert_int_equal(p.status, 0);
    assert_true(p.json);
    assert_string_equal(p.model, "m");
    assert_string_equal(p.output, "out.png");
    assert_int_equal(p.operand_count, 3);
    assert_string_equal(p.operands[0], "a");
    assert_string_equal(p.operands[2], "c");
    p = parse("detect --model=x=y -- --json -");
    assert_int_equal(p.status, 0);
    assert_false(p.json);
    assert_string_equal(p.model, "x=y");
    assert_int_equal(p.operand_count, 2);
    assert_string_equal(p.operands[0], "--json");
    assert_string_equal(p.operands[1], "-");
}

static void lists_end_at_the_next_option(void **state) {
    (void)state;
    parsed p = parse("invoke m --input a b --json --input=c --input d");
    assert_int_equal(p.status, 0);
    assert_int_equal(p.item_count, 4);
    assert_string_equal(p.items[1], "b");
    assert_string_equal(p.items[3], "d");
    assert_int_equal(p.operand_count, 1);
}

static void wrong_usage_is_refused(void **state) {
    (void)state;
    static const char *const lines[] = {
            "detect --frobnicate",
            "detect -x",
            "detect --model",
            "detect --model a --model b",
            "detect --json=1",
            "detect --input",
            "detect --input --json",
            "detect --jso",
            "detect --jsonx",
    };
    for (size_t k = 0; k < sizeof(lines) / sizeof(lines[0]); k++) {
        if (parse(lines[k]).status != CLI_WRONG_USAGE) {
            fail_msg("accepted: %s", lines[k]);
        }
    }
}

static void numbers_are_whole_words_in_range(void **state) {
    (void)state;
    double n = 7;
    assert_int_equal(cli_number("x", "--t", "0.25", 0, 1, &n), 0);
    assert_true(n == 0.25);
    static const char *const bad[] = {"", "x", "0.5x", "1.5", "-1", "nan",
            "inf", "1e999"};
    for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
        assert_int_equal(cli_number("x", "--t", bad[k], 0, 1, &n),
                CLI_WRONG_USAGE);
    }
    assert_true(n == 0.25);
}

static void check_wrapped(const char *text, int column, int indent,
        const char *want) {
    char *got;
    size_t size;
    FILE *to = open_memstream(&got, &size);
    cli_wrap(to, text, column, indent);
    fclose(to);
    assert_string_equal(got, want);
    free(got);
}

static void long_lines_wrap(void **state) {
    (void)state;
    check_wrapped("a b", 0, 4, "a b\n");
    check_wrapped("", 0, 4, "\n");
    check_wrapped("ab cd ef", 74, 2, "ab cd\n  ef\n");
    check_wrapped("ab cd ef", 76, 2, "ab\n  cd ef\n");
    check_wrapped("[a b] [c d]", 74, 2, "[a b]\n  [c d]\n");
    check_wrapped("[a b", 78, 2, "[a b\n");
}

static void places_beside_the_command(void **state) {
    (void)state;
    char own[4096];
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
    assert_true(length > 0);
    own[length] = '\0';
    char *slash = strrchr(own, '/');
    assert_int_equal(cli_beside(path, sizeof(path), "x/y"), 0);
    memcpy(slash + 1, "x/y", sizeof("x/y"));
    assert_string_equal(path, own);
    *slash = '\0';
    slash = strrchr(own, '/');
    memcpy(slash + 1, "models/m", sizeof("models/m"));
    assert_int_equal(cli_beside(path, sizeof(path), "../models/m"), 0);
    assert_string_equal(path, own);
    assert_int_equal(cli_beside(path, strlen(own) + 1, "../models/m"), -1);
}

static void strings_are_valid_json(void **state) {
    (void)state;
    static const struct {
        const char *text, *json;
    } cases[] = {
            {"", "\"\""},
            {"a\"b\\c", "\"a\\\"b\\\\c\""},
            {"\n\x01\x7f", "\"\\u000a\\u0001\\u007f\""},
            {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
                    "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
            {"\xFF\xC3", "\"\\ufffd\\ufffd\""},
            {"\xC0\x80", "\"\\ufffd\\ufffd\""},
            {"\xED\xA0\x80", "\"\\ufffd\\ufffd\\ufffd\""},
            {"\xF4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
            {"\xE2\x82z", "\"\\ufffd\\ufffdz\""},
    };
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        char *got;
        size_t size;
        FILE *to = open_memstream(&got, &size);
        json_string(to, cases[k].text);
        fclose(to);
        assert_string_equal(got, cases[k].json);
        free(got);
    }
}

static void files_appear_whole_or_not_at_all(void **state) {
    (void)state;
    char folder[] = "/tmp/test_cli.XXXXXX";
    char path[64];
    uint8_t *bytes;
    size_t size;
    nn_error error;
    file_output output;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/file", folder);
    assert_int_equal(file_write(path, "first", 5, &error), 0);
    // Until the end the old file is there, and stays if it is given up.
    assert_int_equal(file_begin(&output, path, &error), 0);
    fputs("second", output.stream);
    fflush(output.stream);
    assert_int_equal(file_read(path, 100, &bytes, &size, &error), 0);
    assert_int_equal(size, 5);
    free(bytes);
    file_abandon(&output);
    assert_int_equal(file_read(path, 100, &bytes, &size, &error), 0);
    assert_memory_equal(bytes, "first", 5);
    free(bytes);
    assert_int_equal(file_read(path, 4, &bytes, &size, &error), NN_ERR_RANGE);
    assert_int_equal(file_write(path, "2nd", 3, &error), 0);
    assert_int_equal(file_read(path, 3, &bytes, &size, &error), 0);
    assert_memory_equal(bytes, "2nd", 3);
    free(bytes);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(status.st_mode & 0777, 0666 & ~mask);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0); // nothing else was left
    assert_int_equal(file_write(path, "x", 1, &error), NN_ERR_INPUT);
}

static void devices_are_written_in_place(void **state) {
    (void)state;
    nn_error error;
    assert_int_equal(file_write("/dev/null", "x", 1, &error), 0);
    struct stat status;
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    if (access("/dev/full", W_OK) == 0) {
        assert_int_equal(file_write("/dev/full", "x", 1, &error), NN_ERR_INPUT);
        assert_string_equal(error.text, strerror(ENOSPC));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(options_and_operands_mix),
            cmocka_unit_test(lists_end_at_the_next_option),
            cmocka_unit_test(wrong_usage_is_refused),
            cmocka_unit_test(numbers_are_whole_words_in_range),
            cmocka_unit_test(long_lines_wrap),
            cmocka_unit_test(places_beside_the_command),
            cmocka_unit_test(strings_are_valid_json),
            cmocka_unit_test(files_appear_whole_or_not_at_all),
            cmocka_unit_test(devices_are_written_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
