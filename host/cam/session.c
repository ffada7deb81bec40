// SPDX-License-Identifier: MIT
// A conversation with a camera.

#include "host/cam/session.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "host/cli/cli.h"
#include "link/vendor.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
    (void)number;
    interrupted = 1;
}

void cam_catch_interrupt(void) {
    struct sigaction action = {.sa_handler = on_interrupt};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

bool cam_interrupted(void) {
    return interrupted != 0;
}

static void on_event(void *context, uint8_t channel, uint32_t number) {
    cam_session *s = context;
    if (channel == OMV_CHANNEL_STDIN && number <= 1) {
        s->started |= number == 1;
        s->stopped |= number == 0;
    }
}

int cam_failed(const cam_session *s, const char *what, int result) {
    return cli_fail(what != NULL ? what : s->port.path, "%s",
            cam_explain(result));
}

int cam_session_try(cam_session *s, const char *path, int *result) {
    *s = (cam_session){0};
    if (cam_port_open(&s->port, path, CAM_BAUD_PROTOCOL) != 0) {
        return CLI_FAILED;
    }
    cam_stream stream = cam_port_stream(&s->port);
    cam_client_init(&s->client, &stream);
    s->client.on_event = on_event;
    s->client.event_context = s;
    *result = cam_sync(&s->client);
    return 0;
}

int cam_session_open(cam_session *s, const char *path) {
    int err;
    int status = cam_session_try(s, path, &err);
    if (status == 0 && err != 0) {
        status = cam_failed(s, NULL, err);
        cam_session_close(s);
    }
    return status;
}

void cam_session_close(cam_session *s) {
    cam_client_free(&s->client);
    cam_port_close(&s->port);
}

// --- identity ------------------------------------------------------------

static int ask(cam_session *s, uint8_t opcode, uint32_t least,
        cam_answer *answer) {
    int err = cam_ask(&s->client, opcode, 0, NULL, 0, answer);
    return err == 0 && answer->bytes < least ? CAM_NONSENSE : err;
}

static void read_info(cam_identity *id, const uint8_t *from) {
    id->cpu = omv_get32(from);
    for (int i = 0; i < 3; i++) {
        id->device[i] = omv_get32(from + 4 + 4 * i);
        id->sensors[i] = omv_get32(from + 20 + 4 * i);
    }
    id->usb = omv_get32(from + 16);
    id->caps = omv_get32(from + 40);
    id->frame_kb = omv_get32(from + 56);
    id->stream_kb = omv_get32(from + 60);
}

static void read_vendor(cam_identity *id, const cam_answer *answer) {
    size_t length = answer->bytes - VENDOR_IDENTITY_BYTES;
    size_t most = sizeof(id->version) - 1;
    id->ours = true;
    id->code_bytes = omv_get32(answer->data);
    id->code_crc = omv_get32(answer->data + 4);
    id->rom_bytes = omv_get32(answer->data + 8);
    memcpy(id->version, answer->data + VENDOR_IDENTITY_BYTES,
            length < most ? length : most);
}

int cam_identify(cam_session *s, cam_identity *identity) {
    cam_answer answer;
    *identity = (cam_identity){0};
    int err = ask(s, OMV_SYS_INFO, 76, &answer);
    if (err == 0) {
        read_info(identity, answer.data);
        err = ask(s, OMV_PROTO_VERSION, 16, &answer);
    }
    if (err != 0) {
        return cam_failed(s, NULL, err);
    }
    memcpy(identity->protocol, answer.data, 3);
    memcpy(identity->bootloader, answer.data + 3, 3);
    memcpy(identity->firmware, answer.data + 6, 3);
    err = ask(s, VENDOR_IDENTITY, VENDOR_IDENTITY_BYTES, &answer);
    if (err == 0) {
        read_vendor(identity, &answer);
    } else if (err != OMV_STATUS_INVALID) {
        return cam_failed(s, NULL, err);
    }
    return 0;
}

static const char *board_name(uint32_t usb) {
    return usb == 0x37C51204 ? "OMV4 H7 1024" : "unknown";
}

static const char *sensor_name(uint32_t id) {
    return id == 0x77 || id == 0x7721 ? "OV7725"
            : id == 0x2481            ? "MT9M114"
                                      : "sensor";
}

static void print_memory(cam_session *s) {
    static const char *const kinds[] = {"Python heap", "frame buffer"};
    cam_answer answer;
    if (ask(s, OMV_SYS_MEMORY, 4, &answer) != 0) {
        return;
    }
    for (uint32_t i = 0; i < answer.data[0]; i++) {
        const uint8_t *at = answer.data + 4 + 24 * i;
        if (4 + 24 * (i + 1) > answer.bytes) {
            return;
        }
        printf("%-12s %" PRIu32 " bytes, %" PRIu32 " free\n",
                kinds[at[0] == 0 ? 0 : 1], omv_get32(at + 4),
                omv_get32(at + 12));
    }
}

int cam_info(cam_session *s) {
    cam_identity id;
    int status = cam_identify(s, &id);
    if (status != 0) {
        return status;
    }
    printf("%-12s %s [H7:%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "]\n", "board",
            board_name(id.usb), id.device[0], id.device[1], id.device[2]);
    if (id.ours) {
        printf("%-12s %s\n", "firmware", id.version);
    } else {
        printf("%-12s %u.%u.%u\n", "firmware", id.firmware[0], id.firmware[1],
                id.firmware[2]);
    }
    printf("%-12s %u.%u.%u\n", "protocol", id.protocol[0], id.protocol[1],
            id.protocol[2]);
    if (id.sensors[0] != 0) {
        printf("%-12s %s (0x%" PRIX32 ")\n", "sensor",
                sensor_name(id.sensors[0]), id.sensors[0]);
    } else {
        printf("%-12s none found yet\n", "sensor");
    }
    print_memory(s);
    printf("%-12s %s\n", "port", s->port.path);
    return 0;
}
