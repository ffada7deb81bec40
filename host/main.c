// SPDX-License-Identifier: MIT
// The blazecam command: picks the sub-command.

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/commands.h"

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *arguments;
    const char *does;
} command;

static const command commands[] = {
        {"detect", cmd_detect,
                "[--model M] [--threshold T] [--json] [-o OUT.png] IMAGE...",
                "finds faces in photos; -o draws them"},
        {"eval", cmd_eval, "[--model M] [--json] DIR",
                "scores a model on photos whose faces DIR/boxes.csv lists"},
        {"inspect", cmd_inspect, "[--json] [--budget N] MODEL",
                "says what a model computes and how much memory it needs"},
        {"invoke", cmd_invoke, "[--whole] MODEL --input F... --output DIR",
                "runs a model on raw tensors; writes DIR/out0.bin, ..."},
#if BLAZECAM_VCAM
        {"vcam", cmd_vcam,
                "[--firmware F] [--script S.py] [--until TEXT] [--for SECONDS] "
                "[--drive IMG] [--flash IMG] [--stats F.json] [--pty PATH] "
                "[--gdb PORT] [--strict|--lenient] [--survive] "
                "[--power-cut N] [--silicon V|Y] [--seed N]",
                "runs firmware on a virtual camera, its console on stdout; "
                "status 0 when TEXT was seen or the time is up, 1 on a fault "
                "or when TEXT was not seen; ctrl-] leaves a keyboard session"},
#endif
        {"quantize", cmd_quantize,
                "IN -o OUT [--calibrate DIR | --ranges F] [--save-ranges F]",
                "makes an int8 model of a float16 or float32 one, with ranges "
                "measured on the photos in DIR or read from F"},
        {"pack", cmd_pack, "[--firmware BASE] --models DIR -o firmware.bin",
                "makes a firmware with the models of a folder inside, after "
                "telling what they take of flash and memory"},
        {"size", cmd_size, "[--json] [FIRMWARE]",
                "shows where a firmware's flash and RAM go"},
        {"cam", cmd_cam,
                "[--port P] info | exec S.py | stop | grab -o F.jpg | "
                "watch [-o DIR] [--count N] | repl | reset | boot | rom ls | "
                "rom put MODELS... | rom rm NAME...",
                "talks to a camera, or to the virtual one at its --pty: what "
                "it is, scripts and what they print, pictures, its prompt "
                "(Ctrl-] leaves), the models in its flash"},
        {"flash", cmd_flash, "[--port P] firmware.bin",
                "checks a firmware and writes it into a camera with dfu-util"},
        {NULL, NULL, NULL, NULL},
};

// "name arguments", the latter below each other where they are many, then
// what it does.
static void print_command(FILE *to, const command *cmd, const char *before,
        int does_indent) {
    int column = fprintf(to, "%s%s ", before, cmd->name);
    cli_wrap(to, cmd->arguments, column, column);
    fprintf(to, "%*s", does_indent, "");
    cli_wrap(to, cmd->does, does_indent, does_indent);
}

static void print_help(FILE *to) {
    fprintf(to, "usage: blazecam COMMAND [ARGUMENT]...\n\n");
    for (const command *cmd = commands; cmd->name != NULL; cmd++) {
        print_command(to, cmd, "  ", 6);
    }
    fprintf(to,
            "\n'blazecam COMMAND --help' shows one command alone.\n"
            "Exit status: 0 success, 1 failure, 2 wrong usage.\n");
}

static bool asks_for_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int dispatch(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return CLI_WRONG_USAGE;
    }
    if (asks_for_help(argv[1]) || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return 0;
    }
    for (const command *cmd = commands; cmd->name != NULL; cmd++) {
        if (strcmp(argv[1], cmd->name) != 0) {
            continue;
        }
        for (int k = 2; k < argc && strcmp(argv[k], "--") != 0; k++) {
            if (asks_for_help(argv[k])) {
                print_command(stdout, cmd, "usage: blazecam ", 2);
                return 0;
            }
        }
        return cmd->run(argc - 1, argv + 1);
    }
    cli_complain(argv[1], "no such command; see 'blazecam --help'");
    return CLI_WRONG_USAGE;
}

int main(int argc, char **argv) {
    int status = dispatch(argc, argv);
    // A full disk shows only when the last bytes are written.
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
        status = cli_fail("standard output", "cannot be written");
    }
    return status;
}
