/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "expr/integer.h"
#include "guard/account.h"
#include "guard/judge.h"

/* What malloc rounds a small block up to, and what it needs beside a larger one, on 64 bits. */
#define BLOCK_BYTES_MIN 32
#define BLOCK_BYTES_EXTRA 16

/* Limbs that are not its own, see mpz_roinit_n. */
static bool is_callers(mpz_srcptr z)
{
        return z->_mp_alloc == 0 && mpz_sgn(z) != 0;
}

bng_status bng_integer_judge(struct bng_work *work, const struct bng_integer *a)
{
        if (work->refusal != BNG_OK || work->perhaps || is_callers(a->z))
                return BNG_OK;
        if (!a->predicted)
                return bng_work_judged(work, bng_judge_result(work->ctx, a->z));
        struct bng_prediction as_it_is = {.result = *a->predicted};
        return bng_work_judge(work, &as_it_is, false);
}

void bng_integer_init(struct bng_integer *a)
{
        mpz_init(a->z);
        a->predicted = NULL;
        a->charged_bytes = a->charged_most_bytes = a->live_bytes = 0;
}

void bng_integer_clear(struct bng_work *work, struct bng_integer *a)
{
        mpz_clear(a->z);
        free(a->predicted);
        bng_work_count(work, &a->live_bytes, 0);
        bng_work_release(work, a->charged_bytes, a->charged_most_bytes);
}

void bng_integer_swap(struct bng_integer *a, struct bng_integer *b)
{
        struct bng_integer c = *a;
        *a = *b;
        *b = c;
}

static uint64_t block_bytes(uint64_t bytes)
{
        uint64_t block = bng_sat_add(bytes, BLOCK_BYTES_EXTRA);
        return block < BLOCK_BYTES_MIN ? BLOCK_BYTES_MIN : block;
}

/* Limbs that an integer may hold beside its number's: GMP makes room for a carry, and for more. */
#define SPARE_LIMBS 4

static uint64_t limbs_bytes(uint64_t limbs)
{
        return block_bytes(bng_sat_mul(limbs, sizeof(mp_limb_t)));
}

/* What it counts in the total: its room. The context in which a prediction computes has no total, near
 * which it would give back what it does not need. */
static uint64_t counted_bytes(const struct bng_work *work, mpz_srcptr z)
{
        if (work->scratch)
                return bng_work_counted(mpz_size(z));
        return mpz_size(z) > 1 ? bng_room_bytes(z) : 0;
}

uint64_t bng_integer_bytes_most(const struct bng_integer *a)
{
        bng_bounds bits = bng_range_bits(bng_integer_operand(a).size);
        return limbs_bytes(bng_sat_add(bng_limbs_of_bits(bits.bits_max), SPARE_LIMBS));
}

/* Charges it for its number: for a predicted one, what the evaluation would hold. */
static void charge(struct bng_work *work, struct bng_integer *a)
{
        uint64_t live_bytes;
        bng_work_release(work, a->charged_bytes, a->charged_most_bytes);
        if (a->predicted) {
                bng_bounds bits = bng_range_bits(a->predicted->size);
                a->charged_bytes = limbs_bytes(bng_limbs_of_bits(bits.bits_min));
                a->charged_most_bytes = bng_integer_bytes_most(a);
                live_bytes = bng_work_counted(bng_limbs_of_bits(bits.bits_min));
        } else {
                a->charged_bytes = limbs_bytes((uint64_t)a->z->_mp_alloc);
                a->charged_most_bytes = a->charged_bytes;
                live_bytes = counted_bytes(work, a->z);
        }
        if (work->perhaps)
                a->charged_bytes = live_bytes = 0;
        bng_work_count(work, &a->live_bytes, live_bytes);
        bng_work_hold(work, a->charged_bytes, a->charged_most_bytes);
}

/* Moved into a smaller block, it may be there twice for a moment. */
static bool may_move(const struct bng_work *work, mpz_srcptr z)
{
        uint64_t bytes = bng_sat_mul(mpz_size(z), sizeof(mp_limb_t));
        return bng_memory_suffices(work->ctx, bng_sat_add(bng_room_bytes(z), bytes));
}

/* After a guarded function: keeps no more limbs than the number needs and may spare, if it may move, and
 * charges them. */
static bng_status computed(struct bng_work *work, struct bng_integer *rop, bng_status status)
{
        if (status != BNG_OK) {
                if (work->scratch)
                        bng_ctx_fail(work->ctx, status, "%s", bng_ctx_message(work->scratch));
                return status;
        }
        if ((size_t)rop->z->_mp_alloc > mpz_size(rop->z) + SPARE_LIMBS && may_move(work, rop->z))
                mpz_realloc2(rop->z, mpz_sizeinbase(rop->z, 2));
        charge(work, rop);
        return work->scratch ? bng_integer_judge(work, rop) : BNG_OK;
}

/* The context that functions run in: its own limits, or none where they were judged already. */
static bng_ctx *runner(const struct bng_work *work)
{
        return work->scratch ? work->scratch : work->ctx;
}

/*
 * What a prediction spends on computing, so that it comes at once whatever the text: a line of powers
 * modulo numbers of 4096 bits would take seconds.
 */
#define EXACT_SECONDS 0.05

/*
 * What was judged just now, is it small enough for a prediction to compute? What it holds before its
 * first refusal, the evaluation would hold too. After it nothing is judged: then only what has its place
 * on the stack of values anyway, and likewise when its time is spent.
 */
static bool is_small(struct bng_work *work, const struct bng_prediction *prediction)
{
        bool may_spend = work->refusal == BNG_OK && work->computing_seconds <= EXACT_SECONDS;
        uint64_t exact_bits = may_spend ? BNG_EXACT_BITS : 64;
        if (bng_range_bits(prediction->result.size).bits_max > exact_bits)
                return false;
        work->computing_seconds += work->judged_seconds;
        return true;
}

bool bng_integer_is_tight(const struct bng_integer *a)
{
        if (!a->predicted)
                return true;
        /* Of a short number the value matters and not the size: an exponent, a count. */
        bng_bounds bits = bng_range_bits(a->predicted->size);
        return !a->predicted->size.may_be_zero && bits.bits_min > 64 &&
               bits.bits_max - bits.bits_min <= 1;
}

/* Where zeros at its end are dropped, it is well known only with their number. */
static bool is_tight_for(const struct bng_integer *a, bool drops_zeros)
{
        return bng_integer_is_tight(a) &&
               (!drops_zeros || !a->predicted || a->predicted->zeros_known);
}

/* Known, or its length is to the bit. */
static bool has_its_length(const struct bng_integer *a)
{
        bng_bounds bits = bng_range_bits(bng_integer_operand(a).size);
        return bng_integer_is_tight(a) && bits.bits_min == bits.bits_max;
}

struct bng_operand bng_integer_operand(const struct bng_integer *a)
{
        return a->predicted ? *a->predicted : bng_operand_z(a->z);
}

bool bng_integer_may_be_zero(const struct bng_integer *a)
{
        return a->predicted ? a->predicted->size.may_be_zero : mpz_sgn(a->z) == 0;
}

bool bng_integer_is_zero(const struct bng_integer *a)
{
        return a->predicted ? a->predicted->size.surely_zero : mpz_sgn(a->z) == 0;
}

bool bng_integer_may_be_negative(const struct bng_integer *a)
{
        return a->predicted ? a->predicted->may_be_negative : mpz_sgn(a->z) < 0;
}

bool bng_integer_may_be_positive(const struct bng_integer *a)
{
        return a->predicted ? a->predicted->may_be_positive : mpz_sgn(a->z) > 0;
}

bool bng_integer_is_one(const struct bng_integer *a)
{
        return !a->predicted && mpz_cmp_ui(a->z, 1) == 0;
}

bool bng_integer_may_be_one(const struct bng_integer *a)
{
        return bng_integer_is_one(a) ||
               (a->predicted && a->predicted->may_be_positive &&
                bng_magnitude_compare(a->predicted->size.lo, BNG_MAGNITUDE_ONE) <= 0);
}

void bng_integer_negate(struct bng_integer *a)
{
        mpz_neg(a->z, a->z);
        if (a->predicted) {
                bool was_negative = a->predicted->may_be_negative;
                a->predicted->may_be_negative = a->predicted->may_be_positive;
                a->predicted->may_be_positive = was_negative;
        }
}

void bng_integer_absolute(struct bng_integer *a)
{
        mpz_abs(a->z, a->z);
        if (a->predicted) {
                a->predicted->may_be_positive |= a->predicted->may_be_negative;
                a->predicted->may_be_negative = false;
        }
}

static bng_status know(struct bng_work *work, struct bng_integer *rop,
                       const struct bng_operand *operand)
{
        rop->predicted = malloc(sizeof *rop->predicted);
        if (!rop->predicted)
                return bng_no_memory(work->ctx);
        *rop->predicted = *operand;
        return BNG_OK;
}

static bng_status set_predicted(struct bng_work *work, struct bng_integer *rop,
                                const struct bng_operand *operand)
{
        bng_status status = know(work, rop, operand);
        if (status == BNG_OK)
                charge(work, rop);
        return status;
}

void bng_integer_set_ui(struct bng_work *work, struct bng_integer *rop, unsigned long n)
{
        mpz_set_ui(rop->z, n);
        charge(work, rop);
}

bng_status bng_integer_set_variable(struct bng_work *work, struct bng_integer *rop, mpz_srcptr n)
{
        mp_size_t limbs = (mp_size_t)mpz_size(n);
        if (work->scratch && mpz_sizeinbase(n, 2) > BNG_EXACT_BITS) {
                struct bng_operand operand = bng_operand_z(n);
                bng_status status = know(work, rop, &operand);
                if (status != BNG_OK)
                        return status;
        }
        /* Zero is there already, and is_callers() could not tell its limbs from its own. */
        if (limbs > 0)
                mpz_roinit_n(rop->z, mpz_limbs_read(n), mpz_sgn(n) < 0 ? -limbs : limbs);
        return BNG_OK;
}

bng_status bng_integer_own(struct bng_work *work, struct bng_integer *a)
{
        static const struct bng_unary copy = {.predict = bng_predict_copy, .run = bng_mpz_set};

        if (!is_callers(a->z))
                return BNG_OK;
        struct bng_integer own;
        bng_integer_init(&own);
        bng_status status = bng_integer_unary(work, &own, &copy, a);
        bng_integer_swap(&own, a);
        bng_integer_clear(work, &own);
        return status;
}

bng_status bng_integer_set_operand(struct bng_work *work, struct bng_integer *rop,
                                   const struct bng_operand *operand)
{
        bool has_one_sign = operand->may_be_negative != operand->may_be_positive;
        if (operand->size.known && (has_one_sign || operand->size.surely_zero)) {
                mpz_import(rop->z, 1, -1, sizeof operand->size.value, 0, 0, &operand->size.value);
                if (operand->may_be_negative)
                        mpz_neg(rop->z, rop->z);
                charge(work, rop);
                return BNG_OK;
        }
        return set_predicted(work, rop, operand);
}

#define SHORT_TEXT_BYTES 64

/* The memory for a literal's text of its own; a short one is on the stack. */
static uint64_t digits_bytes(const struct bng_literal *literal)
{
        return literal->length < SHORT_TEXT_BYTES ? 0 : block_bytes(literal->length + 1);
}

/* What mpz_set_str reads: a text of its own, without underscores, that ends in a NUL. */
static bng_status read_digits(struct bng_work *work, struct bng_integer *rop,
                              const struct bng_literal *literal)
{
        char small[SHORT_TEXT_BYTES];
        uint64_t text_bytes = digits_bytes(literal);
        bool is_short = text_bytes == 0;
        char *text = is_short ? small : malloc(literal->length + 1);
        if (!text)
                return bng_no_memory(work->ctx);
        bng_work_hold(work, text_bytes, text_bytes);
        bng_literal_digits(literal, text);
        bng_status status = bng_mpz_set_str(runner(work), rop->z, text, (int)literal->base);
        bng_work_release(work, text_bytes, text_bytes);
        if (!is_short)
                free(text);
        return computed(work, rop, status);
}

bng_status bng_integer_set_literal(struct bng_work *work, struct bng_integer *rop,
                                   const struct bng_literal *literal)
{
        uint64_t leading;
        uint64_t more = bng_literal_leading(literal, &leading);
        if (more == 0) {
                mpz_import(rop->z, 1, -1, sizeof leading, 0, 0, &leading);
                charge(work, rop);
                return bng_integer_judge(work, rop);
        }
        struct bng_prediction prediction =
                bng_predict_parse(leading, more, literal->base, literal->length);
        prediction.peak_bytes = bng_sat_add(prediction.peak_bytes, digits_bytes(literal));
        prediction.result.may_be_negative = false; /* the text has no sign */
        bng_status status = bng_work_judge(work, &prediction, true);
        if (status != BNG_OK)
                return status;
        if (!work->scratch || is_small(work, &prediction))
                return read_digits(work, rop, literal);
        return bng_integer_set_operand(work, rop, &prediction.result);
}

/* When predicting: judges, and says whether the function is to be run as well. */
/* The ceiling lies within the bounds: the numbers themselves may well be below it. */
static bool is_roughly_at_ceiling(const struct bng_range *size)
{
        bng_bounds bits = bng_range_bits(*size);
        return bits.bits_min <= BNG_CEILING_BITS && bits.bits_max > BNG_CEILING_BITS &&
               bits.bits_max - bits.bits_min > 1;
}

static bng_status predicted(struct bng_work *work, struct bng_integer *rop,
                            const struct bng_prediction *prediction, bool computable, bool tight,
                            bool *run)
{
        bool sure = computable || (tight && !is_roughly_at_ceiling(&prediction->result.size));
        bng_status status = bng_work_judge(work, prediction, sure);
        *run = status == BNG_OK && computable && is_small(work, prediction);
        if (status != BNG_OK || *run)
                return status;
        return bng_integer_set_operand(work, rop, &prediction->result);
}

bng_status bng_integer_unary(struct bng_work *work, struct bng_integer *rop,
                             const struct bng_unary *operation, const struct bng_integer *a)
{
        if (work->scratch) {
                bool run;
                struct bng_prediction prediction = operation->predict(bng_integer_operand(a));
                bng_status status = predicted(work, rop, &prediction, !a->predicted,
                                              bng_integer_is_tight(a), &run);
                if (!run)
                        return status;
        }
        return computed(work, rop, operation->run(runner(work), rop->z, a->z));
}

bng_status bng_integer_binary(struct bng_work *work, struct bng_integer *rop,
                              const struct bng_binary *operation, const struct bng_integer *a,
                              const struct bng_integer *b)
{
        if (work->scratch) {
                bool run;
                struct bng_prediction prediction =
                        operation->predict(bng_integer_operand(a), bng_integer_operand(b));
                bool computable = !a->predicted && !b->predicted;
                bool tight = is_tight_for(a, operation->drops_zeros_of_a) &&
                             is_tight_for(b, operation->drops_zeros_of_b);
                bng_status status = predicted(work, rop, &prediction, computable, tight, &run);
                if (!run)
                        return status;
        }
        return computed(work, rop, operation->run(runner(work), rop->z, a->z, b->z));
}

bng_status bng_integer_ternary(struct bng_work *work, struct bng_integer *rop,
                               const struct bng_ternary *operation, const struct bng_integer *a,
                               const struct bng_integer *b, const struct bng_integer *c)
{
        if (work->scratch) {
                bool run;
                struct bng_prediction prediction = operation->predict(
                        bng_integer_operand(a), bng_integer_operand(b), bng_integer_operand(c));
                bool computable = !a->predicted && !b->predicted && !c->predicted;
                /* Modulo twos a power takes a part of its time, and by their lengths it is made in steps. */
                bool tight = has_its_length(a) && has_its_length(b) && has_its_length(c) &&
                             is_tight_for(c, true);
                bng_status status = predicted(work, rop, &prediction, computable, tight, &run);
                if (!run)
                        return status;
        }
        return computed(work, rop, operation->run(runner(work), rop->z, a->z, b->z, c->z));
}
