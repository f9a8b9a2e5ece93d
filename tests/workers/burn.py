# SPDX-License-Identifier: LGPL-2.1-or-later
# A power modulo a number: it holds a few kilobytes for ever, and burns a CPU for hours. Nothing in it
# grows.
base, modulus = (1 << 40000) + 12345, (1 << 40000) - 987
print(pow(base, 1 << 100000, modulus) & 1)
