#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""run-examples.py POWER BOUNDS SERVER: the examples do what they say, with honest and hostile arguments."""

import re
import socket
import subprocess
import sys
import threading

power, bounds, server = sys.argv[1:]
failures = []


def expect(what, condition, said):
    if not condition:
        failures.append(what)
        print(f"{what}: {said}")


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


done = run(power, "-3", "0x65")
expect("a power", (done.returncode, done.stdout) == (0, f"{(-3) ** 101}\n"), done)
for exponent in ("1000000000000", "1024" * 100):
    done = run(power, "2", exponent)
    expect("a refused power", done.returncode == 3 and "ResultMax=" in done.stderr, done)
done = run(power, "0", "1" * 1000)
expect("a power of zero", (done.returncode, done.stdout) == (0, "0\n"), done)
done = run(power, "two", "3")
expect("no number", done.returncode == 3 and "no number" in done.stderr, done)

done = run(bounds)
wanted = """\
n * n: compute it, room for 150 bits is enough
n ** 113359: compute it, room for 8388567 bits is enough
n ** 113360: refused, it has at least 8388641 bits
n << 10000000000: refused, it has at least 10000000075 bits
factorial(500000): refused, it has at least 8744448 bits
factorial(2 ** 63): refused, it has 2^63 bits or more
"""
for line in wanted.splitlines():
    expect("bounds without GMP", line in done.stdout.splitlines(), done.stdout)


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.stream = self.socket.makefile("rw", encoding="utf-8", newline="\n")

    def ask(self, line):
        self.stream.write(line + "\n")
        self.stream.flush()
        return self.stream.readline().rstrip("\n")

    def close(self):
        self.stream.close()
        self.socket.close()


HOSTILE = {
    "1024 ** 1024 ** 1024": "ResultMax=",
    "9 ** 9 ** 9 ** 9": "refused",
    "factorial(10 ** 9)": "refused",
    "1 / 0": "undefined",
    "(" * 4000: "column",
    "import os": "column",
    "": "column",
    "\x01\x02": "column",
    "1 << 524288": "refused",
}


def converse(port, first):
    client = Client(port)
    value = first
    expect("a value", client.ask(str(first)) == str(first), first)
    for line, words in HOSTILE.items():
        said = client.ask(line)
        expect(line[:40], words in said, said)
        value = value * 7 + first
        said = client.ask(f"last * 7 + {first}")
        expect("last", said == str(value), said)
    expect("a fraction", client.ask("1/3 + 1/6") == "1/2", "1/3 + 1/6")
    client.close()


# Python reads what the server's threads write to it, so its pipe must not fill: one line is all.
with subprocess.Popen([server], stdout=subprocess.PIPE, text=True) as process:
    try:
        port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", process.stdout.readline())[1])
        threads = [threading.Thread(target=converse, args=(port, first)) for first in range(2, 12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # One who hangs up in the middle, and one whose line has no end, leave it running.
        rude = Client(port)
        rude.stream.write("2 ** 100")
        rude.close()
        endless = Client(port)
        try:
            endless.stream.write("9" * 1000000)
            endless.stream.flush()
            expect("a line without an end", endless.stream.readline() == "", "an answer")
        except OSError:
            pass  # it hung up before all was written
        last = Client(port)
        expect("after that", last.ask("6 * 7") == "42", "no answer")
        last.close()
        expect("the server", process.poll() is None, process.returncode)
    finally:
        process.kill()

print(f"{len(failures)} failures")
sys.exit(bool(failures))
