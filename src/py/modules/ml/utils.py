# SPDX-License-Identifier: MIT
# Helpers of post-processors, and pictures of what models found.

import math
from _ml import ndarray


def _each(function, x):
    if isinstance(x, ndarray):
        shape = x.shape
        y = (x + 0).reshape(x.size)
        for i in range(y.size):
            y[i] = function(y[i])
        return y.reshape(shape)
    return function(x)


def _logit(x):
    return math.log(x / (1 - x))


def _sigmoid(x):
    if x < 0:
        e = math.exp(max(x, -700))
        return e / (1 + e)
    return 1 / (1 + math.exp(-min(x, 700)))


def logit(x):
    return _each(_logit, x)


def sigmoid(x):
    return _each(_sigmoid, x)


# Places whose score is above the limit; below it where the scale is negative,
# which turns the order of quantised numbers round.
def threshold(scores, threshold, scale, find_max=False, find_max_axis=1):
    best = min if scale < 0 else max
    found = []
    for i, row in enumerate(scores):
        value = best(row) if find_max else row
        if value < threshold if scale < 0 else value > threshold:
            found.append(i)
    return found


def quantize(model, value, index=0):
    if model.output_dtype[index] == "f":
        return value
    return value / model.output_scale[index] + model.output_zero_point[index]


def dequantize(model, value, index=0):
    if model.output_dtype[index] == "f":
        return value
    return (value - model.output_zero_point[index]) * model.output_scale[index]


def _overlap(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / (a[2] * a[3] + b[2] * b[3] - w * h)


class NMS:
    """Boxes in a window (a model's input), thinned out where they overlap and
    moved to the part of an image that the window shows."""

    def __init__(self, window_w, window_h, roi):
        if roi[2] < 1 or roi[3] < 1:
            raise ValueError("roi has no pixels: %s" % (roi,))
        self.window_w = window_w
        self.window_h = window_h
        self.roi = roi
        self.boxes = []

    def add_bounding_box(self, xmin, ymin, xmax, ymax, score, label_index,
                         keypoints=None):
        if not 0 <= score <= 1:
            return
        left = min(max(xmin, 0), self.window_w)
        top = min(max(ymin, 0), self.window_h)
        w = int(min(max(xmax, 0), self.window_w) - left)
        h = int(min(max(ymax, 0), self.window_h) - top)
        if w > 0 and h > 0:
            self.boxes.append(
                [int(left), int(top), w, h, score, label_index, keypoints])

    # Soft: the best box lowers the scores of those it overlaps, of every
    # class, by exp(-IoU^2 / sigma); what falls below the threshold goes.
    def _thin_out(self, threshold, sigma):
        rest = sorted(self.boxes, key=lambda box: -box[4])
        kept = []
        while rest:
            top = max(rest, key=lambda box: box[4])
            rest.remove(top)
            kept.append(top)
            for box in rest:
                if sigma > 0:
                    both = _overlap(top, box)
                    box[4] *= math.exp(-both * both / sigma)
            rest = [box for box in rest if box[4] >= threshold]
        return kept

    def get_bounding_boxes(self, threshold=0.1, sigma=0.1):
        kept = self._thin_out(threshold, sigma)
        result = [[] for _ in range(max([b[5] for b in kept]) + 1)] \
            if kept else []
        x, y, w, h = self.roi
        x_scale = w / self.window_w
        y_scale = h / self.window_h
        for box in kept:
            rect = [int(box[0] * x_scale + x), int(box[1] * y_scale + y),
                    int(box[2] * x_scale), int(box[3] * y_scale)]
            if box[6] is None:
                result[box[5]].append((rect, box[4]))
                continue
            for point in box[6]:
                point[0] = point[0] * x_scale + x
                point[1] = point[1] * y_scale + y
            result[box[5]].append((rect, box[4], box[6]))
        return result


def draw_predictions(image, boxes, labels, colors, scores=None,
                     format="pascal_voc", font_width=8, font_height=10,
                     text_color=(255, 255, 255)):
    width = image.width()
    scale = min(max(width // 320, 1), 4)
    thickness = min(max(width // 480, 1), 3)
    line = font_height * scale
    for i, (x, y, w, h) in enumerate(boxes):
        text = labels[i].upper()
        if scores is not None:
            text = "%s %.2f" % (text, scores[i])
        if format == "pascal_voc":  # corners, as parts of the image
            x, y = int(x * width), int(y * image.height())
            w, h = int(w * width) - x, int(h * image.height()) - y
        top = y - line
        if format == "point":
            radius = min(max(width // 60, 4), 16)
            x, y = x + w // 2, y + h // 2
            top = max(y - radius - line, 0)
            image.draw_circle((x, y, radius), color=colors[i], fill=True,
                              thickness=thickness)
        else:
            image.draw_rectangle((x, y, w, h), color=colors[i],
                                 thickness=thickness)
        image.draw_rectangle((x, top, len(text) * font_width * scale, line),
                             color=colors[i], fill=True)
        image.draw_string((x, top), text, text_color, scale=scale)


def draw_keypoints(image, keypoints, radius=4, color=(255, 0, 0), thickness=1,
                   fill=False):
    for point in keypoints:
        x, y = int(point[0]), int(point[1])
        if radius > 0:
            image.draw_circle((x, y, radius), color=color, thickness=thickness,
                              fill=fill)
        else:
            image.set_pixel((x, y), color)


def draw_skeleton(image, keypoints, lines, kp_radius=4, kp_color=(255, 0, 0),
                  kp_thickness=1, kp_fill=False, line_color=(0, 255, 0),
                  line_thickness=1):
    draw_keypoints(image, keypoints, kp_radius, kp_color, kp_thickness,
                   kp_fill)
    for a, b in lines:
        image.draw_line((int(keypoints[a][0]), int(keypoints[a][1]),
                         int(keypoints[b][0]), int(keypoints[b][1])),
                        color=line_color, thickness=line_thickness)
