// SPDX-License-Identifier: MIT
// Clock recovery: the start of a frame on the USB.
#ifndef HOST_VCAM_CRS_H
#define HOST_VCAM_CRS_H

struct vcam;

void vcam_crs_frame(struct vcam *vm);

#endif
