// SPDX-License-Identifier: MIT
// A debugger's end of the virtual camera: GDB's remote serial protocol.

#include "host/vcam/gdb.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/cli/cli.h"

enum {
    PACKET = 4096,
    BREAKPOINTS = 64,
    REGISTERS = 17, // r0 to r15 and xpsr
    CTRL_C = 3,
    SIG_INT = 2,
    SIG_ILL = 4,
    SIG_TRAP = 5,
    SIG_SEGV = 11
};

// How long the camera runs before the debugger is looked at.
static const uint64_t SLICE = VCAM_SECOND / 100;

struct gdb {
    struct vcam *vm;
    int fd;
    uint64_t limit;
    enum vcam_end end;
    bool done;
    char packet[PACKET];
    char reply[2 * PACKET];
};

// The processor asks for these with the machine's argument only.
static uint32_t breakpoint[BREAKPOINTS];
static unsigned breakpoints;

static bool stop_at(void *owner, uint32_t pc) {
    (void)owner;
    for (unsigned i = 0; i < breakpoints; i++) {
        if (breakpoint[i] == pc) {
            return true;
        }
    }
    return false;
}

// --- packets --------------------------------------------------------------

static int get_byte(struct gdb *g) {
    uint8_t byte;
    return recv(g->fd, &byte, 1, 0) == 1 ? byte : -1;
}

static void send_all(struct gdb *g, const char *data, size_t size) {
    while (size) {
        ssize_t sent = send(g->fd, data, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            g->done = true;
            return;
        }
        data += sent;
        size -= (size_t)sent;
    }
}

static void send_reply(struct gdb *g) {
    uint8_t sum = 0;
    size_t size = strlen(g->reply);
    for (size_t i = 0; i < size; i++) {
        sum = (uint8_t)(sum + (uint8_t)g->reply[i]);
    }
    char tail[4];
    (void)snprintf(tail, sizeof tail, "#%02x", sum);
    send_all(g, "$", 1);
    send_all(g, g->reply, size);
    send_all(g, tail, 3);
}

// The next packet's size, or -1 when the debugger is gone. Sums are not
// compared: TCP does not lose bytes.
static int receive(struct gdb *g) {
    int byte = get_byte(g);
    while (byte >= 0 && byte != '$') {
        byte = get_byte(g);
    }
    int size = 0;
    while (byte >= 0 && (byte = get_byte(g)) >= 0 && byte != '#') {
        if (size < PACKET - 1) {
            g->packet[size++] = (char)byte;
        }
    }
    if (byte < 0 || get_byte(g) < 0 || get_byte(g) < 0) {
        return -1;
    }
    g->packet[size] = '\0';
    send_all(g, "+", 1);
    return size;
}

static void put_hex(char **to, const void *data, size_t size) {
    const uint8_t *from = data;
    for (size_t i = 0; i < size; i++) {
        *to += sprintf(*to, "%02x", from[i]);
    }
}

static int digit(char c) {
    return c >= '0' && c <= '9'    ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                   : -1;
}

static bool get_hex(const char *from, void *data, size_t size) {
    uint8_t *to = data;
    for (size_t i = 0; i < size; i++) {
        int high = digit(from[2 * i]);
        int low = high < 0 ? -1 : digit(from[2 * i + 1]);
        if (low < 0) {
            return false;
        }
        to[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

// Reads a number in hexadecimal and what ends it.
static bool number(const char **text, char end, uint32_t *value) {
    const char *at = *text;
    *value = 0;
    for (; digit(*at) >= 0; at++) {
        *value = *value << 4 | (uint32_t)digit(*at);
    }
    bool good = at != *text && *at == end;
    *text = at + good;
    return good;
}

// "address,size" and what ends them, of at most `most` bytes.
static bool range(const char **text, char end, size_t most, uint32_t *address,
        uint32_t *size) {
    return number(text, ',', address) && number(text, end, size) &&
            *size <= most;
}

// --- registers and memory -------------------------------------------------

static const char TARGET[] =
        "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
        "<target><architecture>arm</architecture>"
        "<feature name=\"org.gnu.gdb.arm.m-profile\">"
        "<reg name=\"r0\" bitsize=\"32\"/><reg name=\"r1\" bitsize=\"32\"/>"
        "<reg name=\"r2\" bitsize=\"32\"/><reg name=\"r3\" bitsize=\"32\"/>"
        "<reg name=\"r4\" bitsize=\"32\"/><reg name=\"r5\" bitsize=\"32\"/>"
        "<reg name=\"r6\" bitsize=\"32\"/><reg name=\"r7\" bitsize=\"32\"/>"
        "<reg name=\"r8\" bitsize=\"32\"/><reg name=\"r9\" bitsize=\"32\"/>"
        "<reg name=\"r10\" bitsize=\"32\"/><reg name=\"r11\" bitsize=\"32\"/>"
        "<reg name=\"r12\" bitsize=\"32\"/>"
        "<reg name=\"sp\" bitsize=\"32\" type=\"data_ptr\"/>"
        "<reg name=\"lr\" bitsize=\"32\"/>"
        "<reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\"/>"
        "<reg name=\"xpsr\" bitsize=\"32\"/></feature></target>";

static void read_registers(struct gdb *g, uint32_t r[REGISTERS]) {
    struct vcam_core core;
    vcam_cpu_get(vcam_processor(g->vm), &core);
    memcpy(r, core.r, sizeof core.r);
    r[16] = core.xpsr;
}

static void write_registers(struct gdb *g, const uint32_t r[REGISTERS]) {
    struct vcam_core core;
    vcam_cpu_get(vcam_processor(g->vm), &core);
    memcpy(core.r, r, sizeof core.r);
    core.r[15] &= ~1u;
    core.xpsr = r[16];
    if ((core.xpsr & 0x1ff) == 0 && core.control & VCAM_CONTROL_SPSEL) {
        core.psp = core.r[13];
    } else {
        core.msp = core.r[13];
    }
    vcam_cpu_set(vcam_processor(g->vm), &core);
}

static void show_registers(struct gdb *g) {
    uint32_t r[REGISTERS];
    char *to = g->reply;
    read_registers(g, r);
    put_hex(&to, r, sizeof r);
}

static bool change_register(struct gdb *g) {
    uint32_t r[REGISTERS];
    uint32_t n;
    const char *text = g->packet + 1;
    read_registers(g, r);
    if (!number(&text, '=', &n) || n >= REGISTERS || !get_hex(text, &r[n], 4)) {
        return false;
    }
    write_registers(g, r);
    return true;
}

// Memory, or a register of the camera by words.
static bool read_memory(struct gdb *g, uint32_t address, uint8_t *data,
        size_t size) {
    if (vcam_peek(g->vm, address, data, size)) {
        return true;
    }
    uint32_t value;
    if (address % 4 == 0 && size == 4 &&
            vcam_peek_register(g->vm, address, &value)) {
        memcpy(data, &value, sizeof value);
        return true;
    }
    return false;
}

static bool show_memory(struct gdb *g) {
    uint8_t data[PACKET / 2];
    uint32_t address;
    uint32_t size;
    const char *text = g->packet + 1;
    if (!range(&text, '\0', sizeof data, &address, &size) ||
            !read_memory(g, address, data, size)) {
        return false;
    }
    char *to = g->reply;
    *to = '\0';
    put_hex(&to, data, size);
    return true;
}

static bool change_memory(struct gdb *g) {
    uint8_t data[PACKET / 2];
    uint32_t address;
    uint32_t size;
    const char *text = g->packet + 1;
    return range(&text, ':', sizeof data, &address, &size) &&
            get_hex(text, data, size) && vcam_poke(g->vm, address, data, size);
}

static bool change_breakpoint(bool insert, const char *text) {
    uint32_t kind;
    uint32_t address;
    if (!number(&text, ',', &kind) || kind > 1 ||
            !number(&text, ',', &address)) {
        return false;
    }
    for (unsigned i = 0; i < breakpoints; i++) {
        if (breakpoint[i] == address) {
            breakpoint[i] = breakpoint[--breakpoints];
            break;
        }
    }
    if (insert) {
        if (breakpoints == BREAKPOINTS) {
            return false;
        }
        breakpoint[breakpoints++] = address;
    }
    return true;
}

// --- running --------------------------------------------------------------

static bool interrupted(struct gdb *g) {
    struct pollfd fd = {.fd = g->fd, .events = POLLIN};
    if (poll(&fd, 1, 0) <= 0) {
        return false;
    }
    int byte = get_byte(g);
    g->done |= byte < 0;
    return byte == CTRL_C || byte < 0;
}

static void show_stop(struct gdb *g) {
    unsigned signal = g->end == VCAM_END_DEBUG ? SIG_TRAP
            : g->end == VCAM_END_TIME          ? SIG_INT
            : g->end == VCAM_END_FAULT         ? SIG_SEGV
                                               : SIG_ILL;
    (void)sprintf(g->reply, "S%02x", signal);
}

// False when the run is over and the debugger has been told so.
static bool resume(struct gdb *g, bool step) {
    vcam_cpu_debug(vcam_processor(g->vm), stop_at, step);
    do {
        uint64_t until = vcam_now(g->vm) + SLICE;
        g->end = vcam_run(g->vm, until < g->limit ? until : g->limit);
    } while (g->end == VCAM_END_TIME && vcam_now(g->vm) < g->limit &&
            !interrupted(g));
    bool over = g->end == VCAM_END_STOP || g->end == VCAM_END_POWER_CUT ||
            (g->end == VCAM_END_TIME && vcam_now(g->vm) >= g->limit);
    if (over) {
        (void)strcpy(g->reply, "W00");
        return false;
    }
    show_stop(g);
    return true;
}

static void query(struct gdb *g) {
    uint32_t from;
    uint32_t size;
    const char *text = g->packet;
    static const char xfer[] = "qXfer:features:read:target.xml:";
    if (strncmp(g->packet, "qSupported", 10) == 0) {
        (void)sprintf(g->reply, "PacketSize=%x;qXfer:features:read+",
                PACKET - 1);
    } else if (strncmp(text, xfer, sizeof xfer - 1) == 0 &&
            (text += sizeof xfer - 1) &&
            range(&text, '\0', PACKET, &from, &size)) {
        size_t length = sizeof TARGET - 1;
        from = from < length ? from : (uint32_t)length;
        size_t left = length - from;
        (void)sprintf(g->reply, "%c%.*s", left > size ? 'm' : 'l', (int)size,
                TARGET + from);
    } else if (strcmp(g->packet, "qAttached") == 0) {
        (void)strcpy(g->reply, "1");
    }
}

static void answer(struct gdb *g) {
    bool good = true;
    g->reply[0] = '\0';
    switch (g->packet[0]) {
    case '?':
        (void)strcpy(g->reply, "S05");
        return;
    case 'g':
        show_registers(g);
        return;
    case 'm':
        good = show_memory(g);
        break;
    case 'q':
        query(g);
        return;
    case 'c':
    case 's':
        g->done = !resume(g, g->packet[0] == 's');
        return;
    case 'D':
        (void)strcpy(g->reply, "OK");
        g->done = true;
        return;
    case 'k':
        g->done = true;
        g->end = VCAM_END_STOP;
        return;
    case 'H':
        (void)strcpy(g->reply, "OK");
        return;
    case 'G': {
        uint32_t r[REGISTERS];
        good = get_hex(g->packet + 1, r, sizeof r);
        if (good) {
            write_registers(g, r);
            (void)strcpy(g->reply, "OK");
        }
        break;
    }
    case 'P':
    case 'M':
    case 'Z':
    case 'z':
        good = g->packet[0] == 'P' ? change_register(g)
                : g->packet[0] == 'M'
                ? change_memory(g)
                : change_breakpoint(g->packet[0] == 'Z', g->packet + 1);
        (void)strcpy(g->reply, "OK");
        break;
    default:
        return; // empty: not supported
    }
    if (!good) {
        (void)strcpy(g->reply, "E01");
    }
}

// --- the connection -------------------------------------------------------

static int connect_debugger(uint16_t port) {
    int server = socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
            .sin_port = htons(port),
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    (void)setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    int fd = -1;
    if (server >= 0 &&
            bind(server, (struct sockaddr *)&address, sizeof address) == 0 &&
            listen(server, 1) == 0) {
        fprintf(stderr, "waiting for a debugger: target remote :%u\n", port);
        fd = accept(server, NULL, NULL);
    }
    if (fd < 0) {
        (void)cli_fail("--gdb", "port %u: %s", port, strerror(errno));
    }
    if (server >= 0) {
        (void)close(server);
    }
    return fd;
}

enum vcam_end vcam_gdb_serve(struct vcam *vm, uint16_t port, uint64_t limit) {
    struct gdb *g = calloc(1, sizeof *g);
    if (!g) {
        return VCAM_END_BROKEN;
    }
    *g = (struct gdb){.vm = vm, .limit = limit, .end = VCAM_END_STOP};
    g->fd = connect_debugger(port);
    bool connected = g->fd >= 0;
    while (connected && !g->done && receive(g) >= 0) {
        answer(g);
        if (g->packet[0] != 'k') {
            send_reply(g);
        }
    }
    enum vcam_end end = connected ? g->end : VCAM_END_BROKEN;
    // Who detaches lets the camera run on.
    if (connected && g->packet[0] == 'D') {
        breakpoints = 0;
        vcam_cpu_debug(vcam_processor(vm), NULL, false);
        end = vcam_run(vm, limit);
    }
    if (connected) {
        (void)close(g->fd);
    }
    free(g);
    return end;
}
