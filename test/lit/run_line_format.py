# run_line_format.py - the test format of lit.cfg.py; a module of its own because lit's workers must import it.
import lit.formats


class RunLineTest(lit.formats.ShTest):
    """A shell test; files without a RUN line are inputs of other tests."""

    def getTestsInDirectory(self, suite, path, config, local):
        for test in super().getTestsInDirectory(suite, path, config, local):
            with open(test.getSourcePath(), encoding="utf-8", errors="replace") as source:
                if "RUN:" in source.read():
                    yield test
