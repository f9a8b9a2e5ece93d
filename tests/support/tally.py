# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts what every test came to, part by part, and says so once."""

import time

from screen import DIM, GREEN, RED, YELLOW

LOG_LINES = 60  # of a failed test's log that are shown


class Tally:
    def __init__(self, screen):
        self.screen = screen
        self.passed = self.failed = self.skipped = 0
        self.failures = []
        self.parts = []

    def part(self, name):
        """Begins a part; the one before it ends here."""
        self.end_part()
        self.parts.append([name, time.monotonic(), None, (self.passed, self.failed, self.skipped)])
        self.screen.heading(name)

    def end_part(self):
        if self.parts and self.parts[-1][2] is None:
            part = self.parts[-1]
            part[2] = time.monotonic() - part[1]
            counts = (self.passed, self.failed, self.skipped)
            part[3] = tuple(now - before for now, before in zip(counts, part[3]))

    def ok(self, name, quietly=False):
        self.passed += 1
        if not quietly:
            self.screen.line(f"  {self.screen.paint(GREEN, 'ok')}    {name}")

    def fail(self, name, log=""):
        self.failed += 1
        self.failures.append(f"{self.parts[-1][0]}: {name}" if self.parts else name)
        self.screen.line(f"  {self.screen.paint(RED, 'FAIL')}  {name}")
        lines = log.rstrip().splitlines()
        if len(lines) > LOG_LINES:
            self.screen.line(self.screen.paint(DIM, f"      ... {len(lines) - LOG_LINES} lines before"))
        for line in lines[-LOG_LINES:]:
            self.screen.line(self.screen.paint(DIM, f"      {line}"))

    def skip(self, name, reason):
        self.skipped += 1
        self.screen.line(f"  {self.screen.paint(YELLOW, 'skip')}  {name}: {reason}")

    def close(self):
        """Says how long each part took, what failed in them and, last, what it came to. The exit status."""
        self.end_part()
        self.screen.heading("Time")
        for name, _, seconds, counts in self.parts:
            text = "{} passed, {} failed, {} skipped".format(*counts)
            self.screen.line(f"  {seconds:6.0f} s  {name}: {text}")
        if self.failures:
            self.screen.heading("Failed")
        for name in self.failures:
            self.screen.line(f"  {self.screen.paint(RED, name)}")
        self.screen.line()
        self.screen.line(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed or not self.passed else 0
