/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include "bounds/checked.h"
#include "bounds/text.h"
#include "config/units.h"
#include "guard/judge.h"
#include "guard/sentence.h"

struct words {
        char text[160];
};

/* "16 MiB", "1.2 GiB", "17 bytes": rounded down to what a person wants. */
static const char *bytes_text(uint64_t bytes, struct words *out)
{
        static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        unsigned unit = 0;

        if (bytes < 1024) {
                snprintf(out->text, sizeof out->text, "%" PRIu64 " byte%s", bytes,
                         bytes == 1 ? "" : "s");
                return out->text;
        }
        while (unit + 1 < sizeof units / sizeof *units && bytes >> 10 * (unit + 2) > 0)
                unit++;
        uint64_t one = UINT64_C(1) << 10 * (unit + 1);
        uint64_t tenth = bytes % one * 10 / one;
        if (bytes / one < 100 && tenth > 0)
                snprintf(out->text, sizeof out->text, "%" PRIu64 ".%" PRIu64 " %s", bytes / one,
                         tenth, units[unit]);
        else
                snprintf(out->text, sizeof out->text, "%" PRIu64 " %s", bytes / one, units[unit]);
        return out->text;
}

/* 10 307 921 511: in groups of three. */
static const char *grouped(uint64_t n, struct words *out)
{
        char digits[24];
        int length = snprintf(digits, sizeof digits, "%" PRIu64, n);
        char *at = out->text;

        for (int i = 0; i < length; i++) {
                if (i > 0 && (length - i) % 3 == 0)
                        *at++ = ' ';
                *at++ = digits[i];
        }
        *at = '\0';
        return out->text;
}

/* "1.2 GiB (10 307 921 511 bits)". Below a KiB bits alone: there a byte is a coarse measure. */
static const char *bits_text(uint64_t bits, struct words *out)
{
        struct words bytes, count;

        grouped(bits, &count);
        if (bits < 8 * 1024)
                snprintf(out->text, sizeof out->text, "%.40s bit%s", count.text,
                         bits == 1 ? "" : "s");
        else
                snprintf(out->text, sizeof out->text, "%.40s (%.40s bits)",
                         bytes_text(bng_div_up(bits, 8), &bytes), count.text);
        return out->text;
}

/* A limit as it was set: whole bytes as bytes, and its bits too where the result is near it. */
static const char *limit_text(uint64_t limit_bits, bool near, struct words *out)
{
        if (near || limit_bits % 8 != 0)
                return bits_text(limit_bits, out);
        return bytes_text(limit_bits / 8, out);
}

/* What has more bits than can be counted, in bytes: "about 10^3083 bytes". */
static const char *magnitude_text(const struct bng_range *result, struct words *out)
{
        struct bng_range bits = *result;
        bits.known = false;
        bits.may_be_zero = false;
        bits.lo = bng_magnitude_log2_lo(result->lo);
        bits.hi = bng_magnitude_log2_hi(result->hi);

        struct bng_range bytes = bng_range_shift_right(bits, bng_range_of_u64(3), BNG_TOWARDS_ZERO);
        struct bng_range_text text;
        bng_range_text(bytes, &text);
        if (text.text[0] == 'o') { /* of unknown size: it is large in any case */
                snprintf(out->text, sizeof out->text, "more bytes than can be counted");
                return out->text;
        }
        bool says_how_sure = text.text[0] == 'a' || text.text[0] == 'u';
        snprintf(out->text, sizeof out->text, "%s%s bytes", says_how_sure ? "" : "about ",
                 text.text);
        return out->text;
}

/* The size before the work: "at least 1.2 GiB (...)", "about 10^3083 bytes". */
static const char *predicted_text(const struct bng_range *result, struct words *out)
{
        bng_bounds bits = bng_range_bits(*result);
        struct words least;

        if (bits.bits_min == BNG_BITS_BEYOND)
                return magnitude_text(result, out);
        snprintf(out->text, sizeof out->text, "at least %.120s", bits_text(bits.bits_min, &least));
        return out->text;
}

static bool near(uint64_t bits, uint64_t limit_bits)
{
        return bits / 2 < limit_bits;
}

bng_status bng_refuse_result(bng_ctx *ctx, const struct bng_range *result)
{
        uint64_t limit = ctx->result_limit_bits;
        struct words size, most;

        predicted_text(result, &size);
        limit_text(limit, near(bng_range_bits(*result).bits_min, limit), &most);
        return bng_ctx_fail(ctx, BNG_REFUSED_RESULT,
                            "refused: the result would need %s, the limit is %s (ResultMax=)",
                            size.text, most.text);
}

bng_status bng_refuse_result_bits(bng_ctx *ctx, uint64_t bits)
{
        struct words size, most;

        bits_text(bits, &size);
        limit_text(ctx->result_limit_bits, near(bits, ctx->result_limit_bits), &most);
        return bng_ctx_fail(ctx, BNG_REFUSED_RESULT,
                            "refused: the result needs %s, the limit is %s (ResultMax=)", size.text,
                            most.text);
}

bng_status bng_refuse_ceiling(bng_ctx *ctx, const struct bng_range *result)
{
        bng_bounds bits = bng_range_bits(*result);
        struct words size, ceiling;

        bytes_text((BNG_CEILING_BITS + GMP_NUMB_BITS) / 8, &ceiling);
        if (bits.bits_min > BNG_CEILING_BITS)
                return bng_ctx_fail(ctx, BNG_REFUSED_CEILING,
                                    "refused: the result would need %s, GMP holds less than %s",
                                    predicted_text(result, &size), ceiling.text);
        if (bits.bits_max == BNG_BITS_BEYOND)
                return bng_ctx_fail(ctx, BNG_REFUSED_CEILING,
                                    "refused: the result may need more than GMP holds, which is "
                                    "less than %s",
                                    ceiling.text);
        return bng_ctx_fail(ctx, BNG_REFUSED_CEILING,
                            "refused: the result may need up to %s and room on the way to it, GMP "
                            "holds less than %s",
                            bits_text(bits.bits_max, &size), ceiling.text);
}

/* Like bytes_text, but to the byte. */
static const char *exact_bytes_text(uint64_t bytes, struct words *out)
{
        struct words count;

        snprintf(out->text, sizeof out->text, "%.40s bytes", grouped(bytes, &count));
        return out->text;
}

/* To the byte where the other one is near it. */
static const char *near_bytes_text(uint64_t bytes, uint64_t other, struct words *out)
{
        bool near = bytes / 2 < other && other / 2 < bytes;
        return near ? exact_bytes_text(bytes, out) : bytes_text(bytes, out);
}

bng_status bng_refuse_memory(bng_ctx *ctx, uint64_t peak_bytes)
{
        bool near = peak_bytes / 2 < ctx->memory_limit_bytes;
        struct words peak, held, most;

        if (near && ctx->held_bytes == 0) {
                exact_bytes_text(peak_bytes, &peak);
                exact_bytes_text(ctx->memory_limit_bytes, &most);
        } else {
                bytes_text(peak_bytes, &peak);
                bytes_text(ctx->memory_limit_bytes, &most);
        }
        if (ctx->held_bytes == 0)
                return bng_ctx_fail(ctx, BNG_REFUSED_MEMORY,
                                    "refused: the operation may hold up to %s at its peak, the "
                                    "limit is %s (OperationMemoryMax=)",
                                    peak.text, most.text);
        return bng_ctx_fail(ctx, BNG_REFUSED_MEMORY,
                            "refused: the operation may hold up to %s at its peak, on top of %s "
                            "held already, the limit is %s (OperationMemoryMax=)",
                            peak.text, bytes_text(ctx->held_bytes, &held), most.text);
}

bng_status bng_refuse_total(bng_ctx *ctx, uint64_t needed_bytes, uint64_t left_bytes,
                            uint64_t live_bytes)
{
        struct words needed, left, live, most;

        return bng_ctx_fail(ctx, BNG_REFUSED_TOTAL,
                            "refused: the number would need %s where %s are left; all numbers "
                            "together hold %s, the limit is %s (TotalMax=)",
                            near_bytes_text(needed_bytes, left_bytes, &needed),
                            near_bytes_text(left_bytes, needed_bytes, &left),
                            bytes_text(live_bytes, &live),
                            bytes_text(ctx->total_limit_bytes, &most));
}

bng_status bng_refuse_available(bng_ctx *ctx, uint64_t needed_bytes)
{
        uint64_t left = ctx->seen.bytes;
        struct words needed, rest;

        return bng_ctx_fail(ctx, BNG_REFUSED_MEMORY,
                            "refused: up to %s may be held at the peak, %s leaves %s "
                            "(OperationMemoryMax=auto)",
                            near_bytes_text(needed_bytes, left, &needed), ctx->seen.fence,
                            near_bytes_text(left, needed_bytes, &rest));
}

/* Ten thousand years are as good as any more. */
static const char *seconds_text(double seconds, struct bng_size_text *out)
{
        const double most = 1e4 * 365 * 24 * 3600;

        if (!(seconds < most))
                return "more than 10 000 years";
        return bng_format_usec((uint64_t)(seconds * (double)BNG_USEC_PER_SEC), out);
}

bng_status bng_refuse_time(bng_ctx *ctx, double seconds, uint64_t left_usec, bool by_deadline)
{
        struct bng_size_text needed, left;

        if (by_deadline)
                return bng_ctx_fail(ctx, BNG_REFUSED_TIME,
                                    "refused: it would take about %s, the deadline is %s away",
                                    seconds_text(seconds, &needed),
                                    bng_format_usec(left_usec, &left));
        return bng_ctx_fail(ctx, BNG_REFUSED_TIME,
                            "refused: it would take about %s, the limit is %s (TimeMax=)",
                            seconds_text(seconds, &needed),
                            bng_format_usec(ctx->time_limit_usec, &left));
}

bng_status bng_refuse_late(bng_ctx *ctx, bool by_deadline)
{
        struct bng_size_text limit;

        if (by_deadline)
                return bng_ctx_fail(ctx, BNG_REFUSED_TIME, "refused: the deadline has passed");
        return bng_ctx_fail(ctx, BNG_REFUSED_TIME,
                            "refused: it takes longer than the time limit of %s (TimeMax=)",
                            bng_format_usec(ctx->time_limit_usec, &limit));
}
