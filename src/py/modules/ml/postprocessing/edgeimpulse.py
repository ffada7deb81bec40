# SPDX-License-Identifier: MIT
# FOMO: a grid of cells, each with a score a class; class 0 is background.

from ml.utils import NMS, quantize, dequantize


class Fomo:
    def __init__(self, threshold=0.4, w_scale=1.414214, h_scale=1.414214,
                 nms_threshold=0.1, nms_sigma=0.001):
        self.threshold = threshold
        self.w_scale = w_scale
        self.h_scale = h_scale
        self.nms_threshold = nms_threshold
        self.nms_sigma = nms_sigma

    def __call__(self, model, inputs, outputs):
        _, rows, columns, classes = model.output_shape[0]
        _, height, width, _ = model.input_shape[0]
        # Numbers are compared as the model wrote them; few are left.
        limit = quantize(model, self.threshold)
        values = memoryview(outputs[0])
        nms = NMS(width, height, inputs[0].roi)
        half_w = self.w_scale / columns / 2
        half_h = self.h_scale / rows / 2
        for cell in range(rows * columns):
            first = cell * classes
            best = max(values[first + 1:first + classes])
            if best <= limit:
                continue
            label = 1
            while values[first + label] != best:
                label += 1
            x = (cell % columns + 0.5) / columns
            y = (cell // columns + 0.5) / rows
            nms.add_bounding_box(
                (x - half_w) * width, (y - half_h) * height,
                (x + half_w) * width, (y + half_h) * height,
                dequantize(model, best), label)
        return nms.get_bounding_boxes(self.nms_threshold, self.nms_sigma)
