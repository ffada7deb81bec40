// SPDX-License-Identifier: MIT
// blazecam cam: talks to a camera, a real or the virtual one.

#include <string.h>

#include "host/cam/session.h"
#include "host/cli/cli.h"
#include "host/commands.h"

typedef struct arguments {
    const char *port;
    const char *output;
    unsigned long count;
    char **words; // behind the action
    size_t word_count;
} arguments;

static int do_info(cam_session *s, const arguments *a) {
    (void)a;
    return cam_info(s);
}

static int do_exec(cam_session *s, const arguments *a) {
    return cam_exec(s, a->words[0]);
}

static int do_stop(cam_session *s, const arguments *a) {
    (void)a;
    return cam_stop(s);
}

static int do_grab(cam_session *s, const arguments *a) {
    return a->output != NULL ? cam_grab(s, a->output)
                             : cli_usage("cam", "grab needs a file: -o F.jpg");
}

static int do_watch(cam_session *s, const arguments *a) {
    return cam_watch(s, a->output, a->count);
}

static int do_reset(cam_session *s, const arguments *a) {
    (void)a;
    int err = cam_tell(&s->client, OMV_SYS_RESET);
    return err == 0 ? 0 : cam_failed(s, NULL, err);
}

static int do_boot(cam_session *s, const arguments *a) {
    (void)a;
    int err = cam_tell(&s->client, OMV_SYS_BOOT);
    return err == 0 ? 0 : cam_failed(s, NULL, err);
}

static int do_rom(cam_session *s, const arguments *a) {
    const char *what = a->words[0];
    if (strcmp(what, "ls") == 0 && a->word_count == 1) {
        return cam_rom_list(s);
    }
    if (strcmp(what, "put") == 0 && a->word_count > 1) {
        return cam_rom_put(s, a->words + 1, a->word_count - 1);
    }
    if (strcmp(what, "rm") == 0 && a->word_count > 1) {
        return cam_rom_remove(s, a->words + 1, a->word_count - 1);
    }
    return cli_usage("cam", "rom ls, rom put MODELS..., or rom rm NAME...");
}

static const struct action {
    const char *name;
    int (*run)(cam_session *s, const arguments *a);
    size_t least, most; // words behind it
} actions[] = {
        {"info", do_info, 0, 0},
        {"exec", do_exec, 1, 1},
        {"stop", do_stop, 0, 0},
        {"grab", do_grab, 0, 0},
        {"watch", do_watch, 0, 0},
        {"reset", do_reset, 0, 0},
        {"boot", do_boot, 0, 0},
        {"rom", do_rom, 1, 256},
        {"repl", NULL, 0, 0},
};

static const struct action *find_action(const char *name) {
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(actions[i].name, name) == 0) {
            return &actions[i];
        }
    }
    return NULL;
}

static int run(const struct action *action, const arguments *a) {
    if (action->run == NULL) {
        cam_port port;
        if (cam_port_open(&port, a->port, CAM_BAUD_PROMPT) != 0) {
            return CLI_FAILED;
        }
        int status = cam_repl(&port);
        cam_port_close(&port);
        return status;
    }
    cam_session s;
    int status = cam_session_open(&s, a->port);
    if (status == 0) {
        status = action->run(&s, a);
        cam_session_close(&s);
    }
    return status;
}

int cmd_cam(int argc, char **argv) {
    arguments a = {0};
    const char *count = NULL;
    const cli_option options[] = {
            {.name = "--port", .value = &a.port},
            {.name = "-o", .value = &a.output},
            {.name = "--count", .value = &count},
    };
    int operands;
    int status = cli_parse(argc, argv, options,
            sizeof options / sizeof options[0], &operands);
    if (status == 0 && operands == 0) {
        status = cli_usage(argv[0], "what is the camera to do?");
    }
    double number = 0;
    if (status == 0 && count != NULL) {
        status = cli_number(argv[0], "--count", count, 1, 1e9, &number);
    }
    if (status != 0) {
        return status;
    }
    const struct action *action = find_action(argv[1]);
    a.count = (unsigned long)number;
    a.words = argv + 2;
    a.word_count = (size_t)operands - 1;
    if (action == NULL) {
        return cli_usage(argv[0], "no such action: %s", argv[1]);
    }
    if (a.word_count < action->least) {
        return cli_usage(argv[0], "%s needs %s", action->name,
                action->run == do_exec ? "a script" : "more words");
    }
    if (a.word_count > action->most) {
        return cli_usage(argv[0], "%s takes no %s", action->name,
                a.words[action->most]);
    }
    return run(action, &a);
}
