/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * One row an algorithm: how many bytes GMP's allocation hooks see at the worst moment, in percent
 * of the length in bytes that the operation works on, whatever its operands are and on whatever
 * processor. Where the operands are known, the peaks of peak-*.c follow GMP's steps and are closer;
 * their rows here serve operands that are only predicted. The comments hold the worst: where peaks
 * follow, of those over all shapes; otherwise what was measured with GMP 6.2.1 on 64-bit limbs over
 * 10^2 to 10^8 bits, to which the table adds a quarter and more, because GMP moves the steps between
 * its algorithms from processor to processor; the tests measure again. `fixed` are bytes that do
 * not grow with the length: rounding to limbs, tables of powers.
 */
static const struct {
        unsigned percent;
        unsigned fixed;
} peaks[] = {
        [BNG_WORK_UPDATE] = {210, 64},          /* 200 */
        [BNG_WORK_BITWISE] = {320, 64},         /* 300 */
        [BNG_WORK_MULTIPLY] = {850, 64},        /* 832 */
        [BNG_WORK_ADD_PRODUCT] = {1000, 128},   /* 932 */
        [BNG_WORK_DIVIDE] = {1500, 4096},       /* 1327 */
        [BNG_WORK_GCD] = {1200, 256},           /* 920 */
        [BNG_WORK_LCM] = {800, 256},            /* 590 */
        [BNG_WORK_INVERT] = {2300, 512},        /* 1740 */
        [BNG_WORK_POWER_MODULO] = {3600, 2048}, /* 2740 */
        [BNG_WORK_POWER] = {1000, 512},         /* 966 */
        [BNG_WORK_ROOT] = {1450, 512},          /* 1378, with limbs of 32 bits */
        [BNG_WORK_FACTORIAL] = {650, 1024},     /* 540 */
        [BNG_WORK_BINOMIAL] = {1600, 2048},     /* 1200 */
        [BNG_WORK_PRIMORIAL] = {1050, 1024},    /* 964 */
        [BNG_WORK_FIBONACCI] = {900, 1024},     /* 809 */
        [BNG_WORK_LUCAS] = {950, 1024},         /* 859 */
        [BNG_WORK_PARSE] = {900, 4096},         /* 640 and the text */
        [BNG_WORK_PRINT] = {1000, 4096},        /* 770 and the text */
};

/* In whole limbs, with one for a carry: exact, because short results are common. */
static uint64_t copy_bytes(uint64_t bits)
{
        return bng_sat_mul(bng_div_up(bits, GMP_NUMB_BITS) + 1, sizeof(mp_limb_t));
}

uint64_t bng_peak_bytes(enum bng_work work, uint64_t bits)
{
        if (work == BNG_WORK_COPY)
                return copy_bytes(bits);

        uint64_t bytes = bng_div_up(bits, 8);
        uint64_t whole = bng_sat_mul(bytes / 100, peaks[work].percent);
        uint64_t rest = bytes % 100 * peaks[work].percent / 100 + 1;

        return bng_sat_add(whole, rest + peaks[work].fixed);
}

/* a: the work */
static struct bng_time usual_time(struct bng_lengths of)
{
        return bng_time_of_work((enum bng_work)of.a, of.b);
}

struct bng_prediction bng_predicted(struct bng_operand result, enum bng_work work, uint64_t bits)
{
        /* Room is made in limbs, and for a carry. */
        uint64_t room = bng_sat_add(bng_operand_bits_max(result), 2 * GMP_NUMB_BITS);

        struct bng_prediction prediction = {
                .result = result,
                .room_bits = room,
                .peak_bytes = bng_peak_bytes(work, bits),
        };
        return bng_timed(prediction, usual_time, work, bits, 0);
}

struct bng_prediction bng_predicted_undefined(const char *why)
{
        return (struct bng_prediction){
                .undefined = why,
                .result = bng_operand_range(bng_range_unknown(), true, true),
                .room_bits = UINT64_MAX,
                .peak_bytes = UINT64_MAX,
        };
}
