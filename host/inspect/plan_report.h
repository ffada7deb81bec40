// SPDX-License-Identifier: MIT
// A plan, for people and for programs.

#ifndef HOST_INSPECT_PLAN_REPORT_H
#define HOST_INSPECT_PLAN_REPORT_H

#include "nn/nn.h"

// A table on standard output: a line for each operator that does work, with
// the rows of its output that are held, their bytes, and why so many.
void plan_report_text(const nn_plan *plan);

// The same as a JSON value: {"live_bytes":…,"stages":[{"streamed":true,
// "ops":[{"op":…,"name":…,"rows":…,"held":…,"bytes":…,"why":…}]}]}
void plan_report_json(const nn_plan *plan);

#endif
