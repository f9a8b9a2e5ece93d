#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The shared library exports what the public header declares and the symbol map lists, and nothing else; each
# symbol under the version of the map.
# usage: test-symbols.sh LIBRARY HEADER MAP
set -eu
export LC_ALL=C

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

command -v nm >/dev/null || { echo "nm is missing: install binutils"; exit 77; }
nm -D --defined-only "$1" | sed 's/@.*//' | awk '$2 != "A" { print $3 }' | sort >"$scratch/exported"
tr '\n' ' ' <"$2" | grep -o 'BNG_PUBLIC [^;(]*(' | grep -o 'bng_[a-z0-9_]*($' | tr -d '(' | sort >"$scratch/declared"
sed -n 's/^ *\(bng_[a-z0-9_]*\);$/\1/p' "$3" | sort >"$scratch/listed"

[ -s "$scratch/exported" ] || { echo "no exported symbol found in $1"; exit 1; }
diff -u "$scratch/declared" "$scratch/exported"
diff -u "$scratch/listed" "$scratch/exported"

version=$(sed -n 's/^\([A-Z_0-9]*\) {$/\1/p' "$3")
! nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' | grep -v "^bng_[a-z0-9_]*@@$version\$"
