// SPDX-License-Identifier: MIT
// What all sub-commands share: messages, exit statuses, options, progress.

#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { CLI_FAILED = 1, CLI_WRONG_USAGE = 2 };

// Lets the compiler compare a format, argument number text, with the words
// behind it, from argument number rest on.
#if defined(__GNUC__)
#define CLI_PRINTF(text, rest) __attribute__((format(printf, text, rest)))
#else
#define CLI_PRINTF(text, rest)
#endif

// Says "blazecam: what: why" on standard error; its value is CLI_FAILED.
// A macro, so that whoever reads the caller alone sees that it is not 0.
#define cli_fail(what, ...) (cli_complain(what, __VA_ARGS__), CLI_FAILED)

void cli_complain(const char *what, const char *why, ...) CLI_PRINTF(2, 3);

// Says "blazecam: command: why; see 'blazecam command --help'"; its value
// is CLI_WRONG_USAGE.
#define cli_usage(command, ...) \
    (cli_misused(command, __VA_ARGS__), CLI_WRONG_USAGE)

void cli_misused(const char *command, const char *why, ...) CLI_PRINTF(2, 3);

// Writes text with "?" for control characters: a file may be named after an
// escape sequence, and a sentence stays on its line.
void cli_text(FILE *to, const char *text);

// Words that one option takes, as in "--input A B C".
typedef struct cli_list {
    const char **items; // room for argc words, the caller's
    size_t count;
} cli_list;

// One option: exactly one of the three goals is set.
typedef struct cli_option {
    const char *name;   // with its dashes: "--json", "-o"
    bool *flag;         // set where the option is present
    const char **value; // set to the word behind the option or behind "="
    cli_list *list;     // gets all words up to the next option
} cli_option;

// Reads argv[1] and on. Words that belong to no option are moved to argv[1] …
// argv[*operands]; "--" ends the options. Unknown options, missing values and
// options given twice are wrong usage (lists may come twice). Returns 0 or
// CLI_WRONG_USAGE.
int cli_parse(int argc, char **argv, const cli_option *options, size_t count,
        int *operands);

// Reads a whole word as a number between low and high. Returns 0 or
// CLI_WRONG_USAGE, having named the option.
int cli_number(const char *command, const char *option, const char *word,
        double low, double high, double *number);

// Writes text in lines of at most 79 columns, the first of which begins at
// column, the others at indent. Lines break at spaces, but not inside [].
void cli_wrap(FILE *to, const char *text, int column, int indent);

// Shows "verb number/total" on standard error when that is a terminal, else
// nothing. number counts from 1.
void cli_progress(const char *verb, size_t number, size_t total);

// Wipes what cli_progress() shows, so that something else can be printed;
// cli_fail() does so by itself.
void cli_progress_end(void);

// The path of a file that lies beside the command, such as "../models/x":
// relative to the directory of the running program. Returns 0, or -1 when
// path is too small or the program's place is unknown.
int cli_beside(char *path, size_t bytes, const char *relative);

#endif
