# SPDX-License-Identifier: LGPL-2.1-or-later
# The line that takes services down. The number has 10 * 2^10240 bits: CPython squares and squares,
# tens of megabytes a second more, for hours.
i = 1024 ** 1024 ** 1024
