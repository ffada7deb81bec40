// SPDX-License-Identifier: MIT
// The sub-commands of blazecam, one a file: host/cmd_NAME.c.
//
// argv[0] is the sub-command's name. Returns the exit status: 0, CLI_FAILED
// or CLI_WRONG_USAGE (host/cli/cli.h), having said why on standard error.

#ifndef COMMANDS_H
#define COMMANDS_H

int cmd_cam(int argc, char **argv);
int cmd_detect(int argc, char **argv);
int cmd_eval(int argc, char **argv);
int cmd_flash(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_invoke(int argc, char **argv);
int cmd_pack(int argc, char **argv);
int cmd_quantize(int argc, char **argv);
int cmd_size(int argc, char **argv);
int cmd_vcam(int argc, char **argv);

#endif
