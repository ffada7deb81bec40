# SPDX-License-Identifier: MIT
# Arrays by the names that numpy gives them.

import math
from _ml import ndarray

int8 = ord("b")
uint8 = ord("B")
int16 = ord("h")
uint16 = ord("H")
float = ord("f")
pi = math.pi
e = math.e


def array(values, dtype=float):
    return ndarray(values, dtype)


asarray = array


def full(shape, value, dtype=float):
    count = 1
    for side in (shape,) if isinstance(shape, int) else shape:
        count *= side
    return ndarray([value] * count, dtype).reshape(shape)


def zeros(shape, dtype=float):
    return full(shape, 0, dtype)


def ones(shape, dtype=float):
    return full(shape, 1, dtype)


empty = zeros


def arange(start, stop=None, step=1, dtype=float):
    if stop is None:
        start, stop = 0, start
    count = max(math.ceil((stop - start) / step), 0)
    return ndarray([start + i * step for i in range(count)], dtype)


def _flat(a):
    return a.flatten().tolist() if isinstance(a, ndarray) else list(a)


def _reduce(best):
    def function(a, axis=None):
        if axis is None or a.ndim == 1:
            return best(_flat(a))
        if axis in (0, -a.ndim):
            columns = [a[(slice(None), i)] for i in range(a.shape[1])]
            return ndarray([best(_flat(column)) for column in columns])
        return ndarray([best(_flat(row)) for row in a])
    return function


_max, _min, _sum = max, min, sum
max = _reduce(_max)
min = _reduce(_min)
sum = _reduce(_sum)
mean = _reduce(lambda a: _sum(a) / len(a))
argmax = _reduce(lambda a: a.index(_max(a)))
argmin = _reduce(lambda a: a.index(_min(a)))


def _map(one):
    def function(a):
        if not isinstance(a, ndarray):
            return one(a)
        return ndarray([one(x) for x in _flat(a)]).reshape(a.shape)
    return function


exp = _map(math.exp)
log = _map(math.log)
sqrt = _map(math.sqrt)
sin = _map(math.sin)
cos = _map(math.cos)


def nonzero(a):
    found = [i for i, x in enumerate(_flat(a)) if x]
    return (ndarray(found, uint16),)


def take(a, indices, axis=0):
    return ndarray([a[i].tolist() if a.ndim > 1 else a[i]
                    for i in [int(i) for i in indices]])


def dot(a, b):
    if a.ndim == 1:
        return _sum([x * y for x, y in zip(_flat(a), _flat(b))])
    columns = [_flat(b[(slice(None), i)]) for i in range(b.shape[1])]
    return ndarray([[_sum([x * y for x, y in zip(_flat(row), column)])
                     for column in columns] for row in a])
