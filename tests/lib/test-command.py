#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bng as a process among others, with pipes that do not end, full disks, signals and terminals:
test-command.py BNG COMPLETION"""

import contextlib
import json
import os
import pty
import re
import resource
import select
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

MIB = 1 << 20
SANITIZED = "BNG_TEST_SANITIZED" in os.environ
LONG = "3**50000000 % 7 + 5**50000000 % 7"  # seconds of work that no limit refuses
WAIT = 120  # seconds; nothing here takes so long that works
COMMANDS = ("eval", "predict", "calibrate", "status", "history", "explain", "check-config", "reload")


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if "SAN_OPTIONS" in name}
    return {**kept, "PATH": os.environ["PATH"], "HOME": "/nonexistent", **more}


def limit(name, amount):
    """What a child does before it becomes bng. A sanitizer needs more address space than there is."""
    return None if SANITIZED else lambda: resource.setrlimit(name, (amount, amount))


class Command(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory()) if hasattr(self, "enterContext") else None
        if not folder:
            made = tempfile.TemporaryDirectory()
            self.addCleanup(made.cleanup)
            folder = made.name
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *arguments, **how):
        how.setdefault("env", environment(**how.pop("variables", {})))
        how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
        process = subprocess.Popen([BNG, *arguments], **how)

        def end():
            if process.poll() is None:
                process.kill()
            process.communicate()

        self.addCleanup(end)
        return process

    def run_bng(self, *arguments, **how):
        process = self.start(*arguments, **how)
        out, err = process.communicate(timeout=WAIT)
        return process.returncode, (out or b"").decode(), (err or b"").decode()

    def feed(self, text):
        """A pipe into which this is written again and again, until nobody reads it."""
        reading, writing = os.pipe()

        def write():
            with contextlib.suppress(BrokenPipeError):
                while True:
                    os.write(writing, text)

        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        self.addCleanup(thread.join, WAIT)
        self.addCleanup(os.close, reading)
        return reading

    # ---- what the expression comes from

    def test_a_pipe_that_says_nothing_ends_with_the_time(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, writing)
        for command in ("eval", "predict"):
            status, out, err = self.run_bng(command, "--max-time", "100ms", "-", stdin=reading)
            sentence = "refused: reading the expression takes longer than the time limit of 100ms (TimeMax=)"
            self.assertEqual((status, out, err), (3, "", f"bng: {sentence}\n"))
            status, out, err = self.run_bng(command, "--json", "-", stdin=reading,
                                            variables={"BIGNUM_GUARD_TIME_MAX": "100ms"})
            self.assertEqual((status, json.loads(out)), (3, {"refusal": sentence}))
        os.mkfifo(self.path("fifo"))
        status, _, err = self.run_bng("eval", "--max-time", "100ms", "--file", self.path("fifo"))
        self.assertEqual((status, err), (3, f"bng: {sentence}\n"))

    def test_what_is_late_but_in_time_is_read(self):
        reading, writing = os.pipe()
        process = self.start("eval", "--max-time", "1h", "-", stdin=reading)
        os.close(reading)
        os.write(writing, b"6 *")
        os.write(writing, b" 7")
        os.close(writing)
        self.assertEqual(process.communicate(timeout=WAIT), (b"42\n", b""))

    def test_an_endless_text_is_refused_within_the_limit(self):
        # The process itself takes some; what it reads may take the limit, and not much more.
        for arguments in (["-"], ["--file", "/dev/zero"]):
            status, out, err = self.run_bng(
                "eval", "--max-memory", "64M", *arguments, stdin=self.feed(b" " * 65536),
                preexec_fn=limit(resource.RLIMIT_DATA, 72 * MIB))
            self.assertEqual((status, out), (3, ""), err)
            self.assertIn("the expression is longer than the memory limit of 64M", err)

    def test_an_endless_text_takes_half_of_what_there_is(self):
        for name in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
            if SANITIZED:
                self.skipTest("a sanitizer does not run in little memory")
            status, out, err = self.run_bng("eval", "--max-memory", "auto", "--json", "-",
                                            stdin=self.feed(b"1+" * 4096), preexec_fn=limit(name, 96 * MIB))
            self.assertEqual(status, 3, err)
            self.assertRegex(json.loads(out)["refusal"], r"^refused: the expression has \d+M or more, and .* leaves "
                             r"\d+M for all else that reading and evaluating it takes \(OperationMemoryMax=auto\)$")

    def test_a_file_that_is_too_long_for_what_there_is_is_not_read(self):
        if SANITIZED:
            self.skipTest("a sanitizer does not run in little memory")
        with open(self.path("sparse"), "wb") as file:
            file.truncate(1 << 40)
        for arguments in (["--max-memory", "auto"], ["--max-memory", "256M"]):
            status, _, err = self.run_bng("eval", *arguments, "--file", self.path("sparse"),
                                          preexec_fn=limit(resource.RLIMIT_AS, 96 * MIB))
            self.assertEqual(status, 3, err)
            self.assertIn("the expression ", err)

    def test_parentheses_without_end_stay_within_what_there_is(self):
        if SANITIZED:
            self.skipTest("a sanitizer does not run in little memory")
        with open(self.path("deep"), "wb") as file:
            file.write(b"(" * (8 * MIB))
        status, _, err = self.run_bng("eval", "--max-memory", "auto", "--file", self.path("deep"),
                                      preexec_fn=limit(resource.RLIMIT_DATA, 96 * MIB))
        self.assertEqual(status, 3, err)
        self.assertIn("(OperationMemoryMax=auto)", err)

    def test_the_limit_itself_is_read(self):
        for length in (65535, 65536, 65537, 200000):
            text = b" " * (length - 1) + b"7"
            with open(self.path("text"), "wb") as file:
                file.write(text)
            for arguments, stdin in ((["--file", self.path("text")], None), (["-"], text)):
                for limit_bytes, expected in ((length - 1, 3), (length + 4096, 0)):
                    process = self.start("eval", "--max-memory", str(limit_bytes), *arguments, stdin=subprocess.PIPE)
                    out, err = process.communicate(stdin, timeout=WAIT)
                    self.assertEqual(process.returncode, expected, (length, limit_bytes, err))
                    self.assertEqual(out, b"" if expected else b"7\n")

    def test_only_what_is_left_of_a_file_counts(self):
        with open(self.path("text"), "wb") as file:
            file.write(b"#" * MIB + b"6*7")
        with open(self.path("text"), "rb") as file:
            file.seek(MIB)
            status, out, err = self.run_bng("eval", "--max-memory", "64K", "-", stdin=file)
        self.assertEqual((status, out, err), (0, "42\n", ""))

    def test_any_bytes_may_come(self):
        for text in (bytes(range(256)), os.urandom(4096), b"\0" * 4096, b"\xff" * 4096, b"1" + b"\n" * 100000 + b"x"):
            process = self.start("eval", "-", stdin=subprocess.PIPE)
            out, err = process.communicate(text, timeout=WAIT)
            self.assertEqual((process.returncode, out), (2, b""))
            self.assertRegex(err, rb"\Abng: (line \d+, )?column \d+: [ -~]*\n\Z")

    # ---- where the answer goes

    def test_an_answer_that_cannot_be_written_is_an_error(self):
        for arguments in (["eval", "2**100000"], ["eval", "--json", "1"], ["predict", "1"], ["predict", "--json", "1"],
                          ["--help"], ["eval", "--help"], ["--version"]):
            with open("/dev/full", "wb") as full:
                status, _, err = self.run_bng(*arguments, stdout=full)
            self.assertEqual((status, err), (4, "bng: cannot write the answer: No space left on device\n"))
            status, _, err = self.run_bng(*arguments, stdout=None, preexec_fn=lambda: os.close(1))
            self.assertEqual((status, err), (4, "bng: cannot write the answer: Bad file descriptor\n"))
            if arguments[0].startswith("-"):
                continue
            reading, writing = os.pipe()
            os.close(reading)
            status, _, err = self.run_bng(*arguments, stdout=writing)
            os.close(writing)
            self.assertEqual((status, err), (4, "bng: cannot write the answer: Broken pipe\n"))

    def test_nothing_obeys_a_terminal(self):
        """On a terminal and in a file the same is written, and nothing that controls it."""
        for arguments in (["eval", "2**64"], ["predict", "1000!"], ["eval", "1/0"], ["eval", "--\x1b[2J"],
                          ["\x1b[2J"], ["eval", "--\x9b2J\xe9"], ["\x9b2J"], ["eval", "\x9b2J"], ["--help"],
                          ["eval", "--help"], ["calibrate", "--state"]):
            master, slave = pty.openpty()
            process = self.start(*arguments, stdout=slave, stderr=slave, stdin=slave)
            os.close(slave)
            shown = b""
            with contextlib.suppress(OSError):
                while part := os.read(master, 65536):
                    shown += part
            os.close(master)
            process.wait(WAIT)
            _, out, err = self.run_bng(*arguments)
            self.assertEqual(shown.replace(b"\r\n", b"\n").decode(), out + err)
            self.assertNotRegex(shown.decode(), "[\0-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
            self.assertEqual("\xe9" in shown.decode(), "\xe9" in "".join(arguments))

    # ---- signals

    def test_an_interruption_ends_an_evaluation(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = self.start("eval", LONG)
            # It runs once it has read its libraries; how far it is does not matter.
            with self.assertRaises(subprocess.TimeoutExpired):
                process.wait(0.1)
            process.send_signal(number)
            out, err = process.communicate(timeout=WAIT)
            self.assertEqual((process.returncode, out, err), (-number, b"", b""))

    def test_an_ignored_alarm_is_one_nevertheless(self):
        def ignore():
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])

        status, out, err = self.run_bng("eval", "--max-time", "100ms", "-", stdin=self.silence(), preexec_fn=ignore)
        self.assertEqual((status, out), (3, ""), err)

    def silence(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, writing)
        return reading

    def test_a_calibration_shows_how_far_it_is_and_can_be_interrupted(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        process = self.start("calibrate", "--state", self.path("state"), stdout=slave, stderr=slave, stdin=slave)
        os.close(slave)
        shown = b""
        while b"%" not in shown:
            self.assertTrue(select.select([master], [], [], WAIT)[0], "nothing is shown")
            shown += os.read(master, 4096)
        self.assertRegex(shown, rb"\rcalibrating \[ +\]   0% ")
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):
            while part := os.read(master, 4096):
                shown += part
        self.assertEqual(process.wait(WAIT), -signal.SIGINT)
        self.assertIn(b"bng: interrupted; nothing was written", shown.rpartition(b"\r ")[2])
        self.assertEqual(os.listdir(self.path("state")), [])

    def handles(self, process, number):
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            caught = next(line for line in file if line.startswith("SigCgt:"))
        return int(caught.split()[1], 16) >> (number - 1) & 1

    def test_a_calibration_that_nobody_watches_shows_nothing(self):
        process = self.start("calibrate", "--state", self.path("state"), "--json")
        while not self.handles(process, signal.SIGTERM):
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=WAIT)
        self.assertEqual(process.returncode, -signal.SIGTERM)
        self.assertEqual(json.loads(out), {"error": "interrupted; nothing was written"})
        self.assertEqual(err, b"bng: interrupted; nothing was written\n")

    # ---- what a shell completes

    def completed(self, *words):
        script = f"""
            source {shlex.quote(COMPLETION)}
            compopt() {{ :; }}
            COMP_WORDS=({" ".join(map(shlex.quote, words))})
            COMP_CWORD={len(words) - 1}
            _bng
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        return set(subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True,
                                  cwd=self.folder).stdout.split())

    def helped(self, *arguments):
        control = os.environ.get("BIGNUM_GUARD_LIBEXECDIR", "")
        status, out, _ = self.run_bng(*arguments, "--help", variables={"BIGNUM_GUARD_LIBEXECDIR": control})
        return out if status == 0 else None

    def test_completion_knows_every_command_and_option(self):
        self.assertEqual(self.completed("bng", ""), {*COMMANDS, "--help", "--version"})
        listed = set(re.findall(r"^  ([a-z-]+) ", self.helped(), re.MULTILINE))
        self.assertEqual(listed, set(COMMANDS))
        checked = 0
        for command in COMMANDS:
            text = self.helped(command)
            if text is None:
                continue  # the daemon's side is not built
            options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+(?=[ =,]|$)", text, re.MULTILINE))
            self.assertEqual(self.completed("bng", command, "--"), options - {"--usage"}, command)
            checked += 1
        self.assertGreaterEqual(checked, 3)

    def test_completion_knows_values(self):
        open(self.path("a-file"), "w").close()
        os.mkdir(self.path("a-folder"))
        self.assertIn("4096bit", self.completed("bng", "eval", "--max-result", ""))
        self.assertIn("auto", self.completed("bng", "predict", "--max-memory", ""))
        self.assertIn("auto", self.completed("bng", "predict", "--max-memory", "="))
        self.assertEqual(self.completed("bng", "predict", "--max-memory", "=", "au"), {"auto"})
        self.assertEqual(self.completed("bng", "eval", "--file", "a"), {"a-file", "a-folder"})
        self.assertEqual(self.completed("bng", "check-config", "a"), {"a-file", "a-folder"})
        self.assertEqual(self.completed("bng", "calibrate", "--state", "a"), {"a-folder"})
        self.assertIn(str(os.getpid()), self.completed("bng", "explain", str(os.getpid())[:1]))
        self.assertEqual(self.completed("bng", "history", "--since", "yes"), {"yesterday"})


BNG, COMPLETION = (os.path.abspath(path) for path in sys.argv[1:3])
del sys.argv[1:]
unittest.main()
