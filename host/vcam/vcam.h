// SPDX-License-Identifier: MIT
// The virtual OpenMV Cam H7: the command `blazecam vcam`.
#ifndef HOST_VCAM_VCAM_H
#define HOST_VCAM_VCAM_H

// Runs `blazecam vcam ARGUMENTS`; argv[0] is "vcam". Returns the exit status:
// 0 when the text was seen, the script ended well or the time was up, 1 on a
// fault, a script that ended with a traceback or a text that never came, 2 on
// wrong usage. The console goes to stdout, reports and errors to stderr.
int cmd_vcam(int argc, char **argv);

#endif
