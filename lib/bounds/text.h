/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A range as a short text that is true.
 *
 *   387420489
 *       - the number itself, where it is known
 *   10^3156528
 *       - n is at least this and less than ten times it: the number has one digit more
 *   10^10^3083
 *       - so has log10 n; 10^10^10^18 and so on, up to eight tens
 *   (10^)^12 369693099
 *       - twelve times "10 to the power of", of what follows
 *   about 10^100
 *       - n is so near to this power, on either side, that the digit is not certain: n lies between
 *         a tenth and ten times it (so does the log10 under a tower)
 *   10^434267698 to 10^434293797
 *       - n lies between the two
 *   up to 10^301
 *       - n may be 0, or nothing else is known of it from below
 *   of unknown size
 *       - not even that
 *
 * The last number is rounded down, the upper end of an interval up. It stands alone only if both
 * ends of the range agree on it.
 */

#include "bounds/range.h"

struct bng_range_text {
        char text[128];
};

/* Returns out->text. */
const char *bng_range_text(struct bng_range a, struct bng_range_text *out);
