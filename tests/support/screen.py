# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person sees: lines, and on a terminal one more at the bottom that changes as time goes by.

Colours and the changing line are for terminals only; elsewhere the same lines come out plain, so a log
reads like the screen did.
"""

import os
import shutil
import sys
import textwrap

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"


class Screen:
    def __init__(self, stream=None):
        self.stream = stream or sys.stdout
        self.terminal = self.stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.colours = self.terminal and not os.environ.get("NO_COLOR")
        self.width = min(shutil.get_terminal_size((80, 24)).columns, 100)
        self.changing = False

    def paint(self, style, text):
        return f"\033[{style}m{text}\033[0m" if self.colours else text

    def line(self, text=""):
        self.clear()
        print(text, file=self.stream, flush=True)

    def heading(self, text):
        self.line()
        self.line(self.paint(BOLD, text))

    def wrapped(self, label, text, style=None):
        """`text` folded to the width, with `label` before its first line and blanks before the others."""
        lines = textwrap.wrap(
            text, self.width - len(label) - 1, break_on_hyphens=False, break_long_words=False
        ) or [""]
        for line in lines:
            self.line(self.paint(DIM, label) + (self.paint(style, line) if style else line))
            label = " " * len(label)

    def status(self, text):
        """The changing line; nothing where there is no terminal."""
        if self.terminal:
            self.stream.write("\r\033[K" + self.paint(DIM, text[: self.width - 1]))
            self.stream.flush()
            self.changing = True

    def step(self, text):
        """What begins now: the changing line on a terminal, a line elsewhere."""
        if self.terminal:
            self.status(text)
        else:
            self.line(text)

    def clear(self):
        if self.changing:
            self.stream.write("\r\033[K")
            self.changing = False


def size(count):
    """Bytes as bignum-guard writes them: two or three digits that count."""
    for unit in ("", "K", "M", "G", "T"):
        if count < 1000 or unit == "T":
            return f"{count:.1f}".removesuffix(".0") + unit if unit and count < 9.95 else f"{count:.0f}{unit}"
        count /= 1024
