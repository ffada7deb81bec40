// SPDX-License-Identifier: MIT
// The camera's eye, as the options ask for it: the scene, the sensor, and the
// folder where delivered frames are written down.
#ifndef HOST_VCAM_CAMERA_H
#define HOST_VCAM_CAMERA_H

struct vcam;
struct vcam_camera;
struct vcam_options;

// Opens the scene and plugs the sensor in. 0, or an exit status after a
// sentence on stderr.
int vcam_camera_open(struct vcam_camera **out, struct vcam *vm,
        const struct vcam_options *options);
// To be called after the last run. 0, or an exit status when a frame could
// not be written.
int vcam_camera_close(struct vcam_camera *camera);

#endif
