# SPDX-License-Identifier: MIT
# As much of unittest as MicroPython's own tests ask for, on the camera.

import sys


class SkipTest(Exception):
    pass


class _Raises:
    def __init__(self, kind):
        self.kind = kind

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            raise AssertionError("%r was not raised" % self.kind)
        self.exception = value
        return issubclass(kind, self.kind)


class TestCase:
    def setUp(self):
        pass

    def tearDown(self):
        pass

    def assertEqual(self, a, b, message=""):
        if not a == b:
            raise AssertionError(message or "%r is not %r" % (a, b))

    def assertIn(self, a, b, message=""):
        if a not in b:
            raise AssertionError(message or "%r is not in %r" % (a, b))

    def assertIsInstance(self, a, kind, message=""):
        if not isinstance(a, kind):
            raise AssertionError(message or "%r is no %r" % (a, kind))

    def assertRaises(self, kind, function=None, *args, **kw):
        if function is None:
            return _Raises(kind)
        with _Raises(kind):
            function(*args, **kw)


def skip(reason):
    def decorate(function):
        def skipped(self):
            raise SkipTest(reason)

        return skipped

    return decorate


def skipIf(condition, reason):
    return skip(reason) if condition else lambda function: function


def _run(case, name):
    case.setUp()
    try:
        getattr(case, name)()
    except SkipTest as reason:
        print("skipped:", name, reason)
    finally:
        case.tearDown()


def main(module="__main__"):
    scope = __import__(module) if isinstance(module, str) else module
    ran = failed = 0
    for kind in dir(scope):
        kind = getattr(scope, kind)
        if not (isinstance(kind, type) and issubclass(kind, TestCase)):
            continue
        if kind is TestCase:
            continue
        if hasattr(kind, "setUpClass"):
            kind.setUpClass()
        for name in dir(kind):
            if name.startswith("test"):
                ran += 1
                try:
                    _run(kind(), name)
                except Exception as error:
                    failed += 1
                    print("FAIL:", kind.__name__, name)
                    sys.print_exception(error)
        if hasattr(kind, "tearDownClass"):
            kind.tearDownClass()
    print("OK" if ran and not failed else "%d of %d failed" % (failed, ran))
