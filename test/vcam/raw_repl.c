// SPDX-License-Identifier: MIT
// Enough of a raw REPL to test the virtual camera's host side: it "runs" a
// script by printing its text with the letters changed to capitals; a text
// that begins with ! is answered with a traceback, one with ~ never ends.

#include "program.h"

static char text[4096];

static char get_char(void) {
    while (!(USART1(0x1c) & 0x20)) {
    }
    return (char)USART1(0x24);
}

static void run(unsigned size) {
    for (unsigned i = 0; i < size; i++) {
        char c = text[i];
        if (c == '\n') {
            put_char('\r');
        }
        put_char(c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
    }
}

static void execute(unsigned size) {
    print("OK");
    if (text[0] == '~') {
        for (;;) {
            print("again\r\n");
        }
    }
    if (text[0] != '!') {
        run(size);
    }
    put_char(4);
    if (text[0] == '!') {
        print("Traceback (most recent call last):\r\nError: on purpose\r\n");
    }
    put_char(4);
    put_char('>');
}

void test(void) {
    unsigned size = 0;
    while (get_char() != 3) { // a program that Ctrl-C ends
    }
    print("\r\nNot MicroPython\r\n>>> ");
    while (get_char() != 1) {
    }
    print("raw REPL; CTRL-B to exit\r\n>");
    for (;;) {
        char c = get_char();
        if (c == 4) {
            execute(size);
            size = 0;
        } else {
            text[size++ % sizeof text] = c;
        }
    }
}
