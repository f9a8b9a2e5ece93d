#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# test-valgrind.sh VALGRIND TEST...: the tests, in few rounds, without a wrong access and without a leak,
# refusals included.
set -eu
valgrind=$1
shift
export BNG_TEST_ROUNDS=1
for test; do
        "$valgrind" -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible "$test" ||
                { echo "$test: see above"; exit 1; }
done
