# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names that want to be something else: a line of the log, a field of the JSON, an order to the terminal.

Processes choose their names and arguments, and who may make groups chooses theirs: any bytes but NUL,
in a group's name no slash and no newline.
"""

import json
import os

from harness import MIB, PYTHON, WORKERS, EndToEnd, main

MARK = "INJECTED"  # stands at the start of no line, and is no field of any object
NAMES = (
    f"a\n{MARK} line",
    f'b","{MARK}":1,"c":"',
    f"c\r{MARK}\r\n{MARK}",
    f'\n{{"{MARK}":1}}\n',
    "\x1b]0;title\x07\x1b[2J\x1b[31m",
    "\udcff\udcfe bytes \udc9b2J",
    "\u009b2J\u0085next",
    "\u202eesrever \u2066\u200b",
    "back\\slash \\n \\u0041 \\x1b",
    "%s%n%999999d",
    "$(reboot) `id` ;&|<>*?[]~",
    "tab\tquote'\"",
    "é日本😀",
    "x" * 255,
)
GROUPS = [name.replace("\n", "\r") for name in NAMES]


def mischief(text):
    """What in the output may be obeyed instead of shown, or None."""
    for number, line in enumerate(text.split("\n")):
        if line.startswith(MARK):
            return f"line {number} is made up: {line!r}"
        for character in line:
            if not character.isprintable():
                return f"line {number} holds {character!r}"
    return None


class Injection(EndToEnd):
    POLICY = "[Guard]\nRecordCommand=full\nKillBudget=100/1min\n[Policy p]\nCgroup={home}/**\nWorkerMemoryMax=%s\n"

    def check(self, guard, count):
        raw = (self.folder / "state/verdicts.jsonl").read_bytes()
        lines = raw.split(b"\n")
        self.assertEqual(lines.pop(), b"")
        self.assertEqual(len(lines), count)
        for line in lines:
            verdict = json.loads(line)
            self.assertNotIn(MARK, verdict)
            self.assertTrue(all(0x20 <= byte < 0x7F for byte in line), line)
        self.assertIsNone(mischief(guard.log.read_bytes().decode()))
        for command in (["status"], ["history"], ["status", "--json"], ["history", "--json"]):
            done = guard.bng(*command)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIsNone(mischief(done.stdout))
            if "--json" in command:
                self.assertNotIn(f'"{MARK}":', done.stdout)
                json.loads(done.stdout)

    def test_groups(self):
        guard = self.guard(self.POLICY % "32M")
        grown = [self.grow(self.group(name), 50, 60) for name in GROUPS]
        for process in grown:
            self.assert_ended(guard, process, "worker-memory")
        self.check(guard, len(grown))
        shown = {verdict["cgroup"].rpartition("/")[2] for verdict in guard.verdicts()}
        self.assertEqual(len(shown), len(NAMES), "two names are shown as one")

    def test_processes(self):
        guard = self.guard(self.POLICY % "32M")
        grown = []
        for name in NAMES:
            script = json.dumps([["name", name[:15]], ["grow", 50 * MIB, 60 * MIB]])
            command = [PYTHON, WORKERS / "play.py", self.folder / "notes", "worker", script, name]
            grown.append(self.spawn(self.group(str(len(grown))), command))
        for process in grown:
            self.assert_ended(guard, process, "worker-memory")
        self.check(guard, len(grown))

    def test_who_lives_is_shown_as_harmlessly(self):
        guard = self.guard(self.POLICY % "infinity\nLeakMax=1G")
        for name in NAMES:
            command = [PYTHON, WORKERS / "play.py", self.folder / "notes", "w", json.dumps([["name", name[:15]]])]
            self.spawn(self.group(name.replace("\n", "\r")), [*command, name])
        notes = self.folder / "notes"
        self.wait_for("all of them", lambda: notes.exists() and notes.read_text().count("done") == len(NAMES))
        watched = lambda: json.loads(guard.bng("status", "--json").stdout)["policies"][0]["groups"]
        self.wait_for("them in the status", lambda: len(watched()) == len(NAMES))
        for process in self.processes:
            done = guard.bng("explain", str(process.pid))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIsNone(mischief(done.stdout))
        self.assertIsNone(mischief(guard.bng("status").stdout))
        self.assertIsNone(mischief(guard.log.read_bytes().decode()))

    def test_the_configuration_errors_too(self):
        guard = self.guard(self.POLICY % "1G")
        for text in (f"[\x1b[2J{MARK}]\n", "[Policy p]\nCgroup=/\x1b[31m\nWorkerMemoryMax=1G\n", "[Policy p]\n\udcff=1\n"):
            path = self.folder / "bad.conf"
            path.write_bytes(os.fsencode(text))
            done = guard.bng("check-config", str(path))
            self.assertNotEqual(done.returncode, 0)
            self.assertIsNone(mischief(done.stdout + done.stderr))


if __name__ == "__main__":
    main()
