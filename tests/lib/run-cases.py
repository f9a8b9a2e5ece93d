#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the table of cases of the command: run-cases.py BNG CASES

A case is two lines, and perhaps a third between them; blank lines and lines with # separate cases.

    eval --max-result 1M '2**10'     the arguments, as a shell splits them
    < 1+1                            what standard input holds, \\n and \\0 as in Python; or the file that
                                     the arguments call CONFIG
    = 1024                           status 0 and exactly this on standard output,
    ~ bits                           or status 0 and this somewhere in it,
    ! 3 the result                   or this status, nothing on standard output, one sentence with this text
    {"bits": 11}                     or JSON with at least these keys, status by `allowed`, `refusal`, `error`
"""

import json
import os
import resource
import shlex
import subprocess
import sys
import tempfile

EXIT_REFUSED = 3

# Far less than what is refused: a refusal that allocates what it refuses ends here.
LITTLE_DATA_BYTES = 6 << 20


def limit_data():
    resource.setrlimit(resource.RLIMIT_DATA, (LITTLE_DATA_BYTES, LITTLE_DATA_BYTES))


def run(bng, arguments, stdin, limited=False):
    environment = {k: v for k, v in os.environ.items() if k.startswith(("ASAN", "UBSAN", "LSAN"))}
    environment["LC_ALL"] = "C"
    environment["BIGNUM_GUARD_LIBEXECDIR"] = "/nonexistent"
    if arguments[0] in ("eval", "predict") and "--config" not in arguments:
        arguments = [arguments[0], "--config", "/dev/null"] + arguments[1:]
    # A sanitizer needs more than any refusal; valgrind and others bring their own.
    preexec = limit_data if limited and "BNG_TEST_SANITIZED" not in os.environ else None
    return subprocess.run([bng] + arguments, input=stdin, capture_output=True, env=environment,
                          timeout=120, preexec_fn=preexec)


def is_one_sentence(err):
    return err.startswith(b"bng") and err.endswith(b"\n") and err.count(b"\n") == 1


def wrong(expected, done):
    """None if what was done is what was expected, or what is wrong with it."""
    status, out, err = done.returncode, done.stdout, done.stderr
    kind, text = expected[0], expected[2:]
    if kind == "=":
        return None if (status, out, err) == (0, text.encode() + b"\n", b"") else "another answer"
    if kind == "~":
        return None if status == 0 and text.encode() in out and err == b"" else "another answer"
    if kind == "!":
        number, _, fragment = text.partition(" ")
        if status != int(number) or fragment.encode() not in err:
            return "another failure"
        if out != b"":
            return "something on standard output"
        usage = b"--help" in err
        return None if usage or is_one_sentence(err) else "not one sentence"
    answer = json.loads(out)
    for key, value in json.loads(expected).items():
        if answer.get(key, "missing") != value:
            return "%s is %s" % (key, answer.get(key, "missing"))
    sentence = answer.get("refusal") or answer.get("error")
    if sentence:
        if status not in (1, 2, 3) or (status == EXIT_REFUSED) != bool(answer.get("refusal")):
            return "the status does not fit the answer"
        said = err.decode()
        if said == "bng: %s\n" % sentence or (": %s\nTry `bng" % sentence in said and status == 2):
            return None
        return "another sentence on standard error"
    return None if status == 0 and err == b"" else "the status does not fit the answer"


def cases(path):
    case = []
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        case.append(line)
        if line[0] in "=~!{":
            yield number, case
            case = []
    if case:
        sys.exit("%s: the last case has no answer" % path)


def main():
    bng, path = sys.argv[1:]
    count = failed = 0
    for number, case in cases(path):
        arguments = shlex.split(case[0])
        stdin = b"" if len(case) == 2 else eval("b'''%s'''" % case[1][2:])
        lacks_memory = case[-1] == "! 4 out of memory"
        if lacks_memory and "BNG_TEST_SANITIZED" in os.environ:
            print("%s:%d: skipped, a sanitizer does not run in little memory" % (path, number))
            continue
        limited = lacks_memory or case[-1].startswith("! 3 refused")
        with tempfile.NamedTemporaryFile() as config:
            config.write(stdin)
            config.flush()
            arguments = [config.name if a == "CONFIG" else a for a in arguments]
            done = run(bng, arguments, stdin, limited)
        problem = wrong(case[-1], done)
        count += 1
        if problem:
            failed += 1
            print("%s:%d: %s\n  bng %s\n  expected %s\n  status %d\n  out %s\n  err %s" %
                  (path, number, problem, case[0], case[-1], done.returncode, done.stdout[:300],
                   done.stderr[:300]))
    print("%d cases, %d failed" % (count, failed))
    sys.exit(1 if failed or count == 0 else 0)


main()
