/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef BIGNUM_GUARD_H
#define BIGNUM_GUARD_H

/*
 * bignum-guard: unbounded integers that cannot run away.
 *
 * GMP computes whatever it is asked for until memory ends, and then aborts; at a few places it
 * answers wrongly instead. This library stands in front of it. Before a byte is allocated it knows
 * how large a result will be, compares that with a limit, and either runs the operation or refuses
 * it with a status and a sentence. It has three layers, each usable alone:
 *
 *   pure bounds        bng_bounds_*   numbers about numbers: bit counts in, bit counts out, no GMP
 *   checks             bng_check_*    may this operation run on these operands, in this context?
 *   guarded operations bng_mpz_*      GMP's own names and argument order behind a context
 *
 * What every function keeps to:
 *   - No function prints, aborts, raises a signal or sets GMP's allocators. (GMP itself still
 *     aborts when malloc fails below every limit: set the limits below what the process may use.)
 *   - A refused operation leaves its destination as it was.
 *   - Nothing whose size fits is refused for its size; nothing that does not fit is handed out.
 *   - There is no global state. A context belongs to one thread at a time; others may interrupt it.
 *   - Bits are counted as in bit length: 0 has none, 1 has one, 2^n has n+1. Signs do not count.
 *     bits, limbs, bytes and digits are different units and are named in every identifier.
 *
 * Define BNG_NO_GMP before including to get the pure bounds without <gmp.h>.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifndef BNG_NO_GMP
#include <stdio.h>
#include <gmp.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define BNG_PUBLIC __attribute__((visibility("default")))

/* What became of a request. Zero is success, everything else is a reason; no other value occurs. */
typedef enum bng_status {
        BNG_OK = 0,
        BNG_REFUSED_RESULT,  /* the result is larger than the result limit */
        BNG_REFUSED_MEMORY,  /* the operation would hold more memory than the memory limit */
        BNG_REFUSED_TIME,    /* the operation would take longer than the time limit */
        BNG_REFUSED_CEILING, /* the result is larger than GMP can represent (2^31-1 limbs) */
        BNG_UNDEFINED,       /* division by zero, even root of a negative, and the like */
        BNG_SYNTAX,          /* an expression or a literal that cannot be read */
        BNG_INVALID,         /* an argument outside its documented range */
        BNG_NO_MEMORY,       /* malloc failed in our own code */
        BNG_REFUSED_TOTAL,   /* the context's numbers would hold more than the total limit */
        BNG_STREAM,          /* a stream could not be read or written */
        BNG_INTERRUPTED,     /* bng_ctx_interrupt was called */
} bng_status;

/* The version of the library that is linked, "MAJOR.MINOR.PATCH". Static text; any thread. */
BNG_PUBLIC const char *bng_version(void);

/* ---------------------------------------------------------------- pure bounds ---------------- */

/* Bit counts saturate here: 2^63 or more, all the way to infinity. */
#define BNG_BITS_BEYOND UINT64_MAX

/* bits_min <= bits(result) <= bits_max, proven, never an estimate. */
typedef struct bng_bounds {
        uint64_t bits_min;
        uint64_t bits_max;
} bng_bounds;

/* The same for digits of a written number, signs not counted; both saturate at UINT64_MAX. */
typedef struct bng_digits {
        uint64_t digits_min;
        uint64_t digits_max;
} bng_digits;

/* What bounds say of a limit. */
typedef enum bng_fit {
        BNG_FIT_NO = -1,     /* bits_min is over it */
        BNG_FIT_UNKNOWN = 0, /* it lies between */
        BNG_FIT_YES = 1,     /* bits_max is not over it */
} bng_fit;

/*
 * What to expect of a result from the bit counts of its operands. Absolute values throughout: signs
 * are not asked for, so a sum is also a difference. An operand of 0 bits is 0; one of
 * BNG_BITS_BEYOND has 2^63 bits or more. Pure, constant time, any thread; defined for all
 * arguments.
 */

/*
 * a + b or a - b of any signs: up to one bit more than the larger, down to one less than it, or to
 * 1 where the counts are one apart and to 0 where they are equal; exact where one is 0.
 */
BNG_PUBLIC bng_bounds bng_bounds_add(uint64_t a_bits, uint64_t b_bits);
/*
 * r + a * b or r - a * b of any signs: up to one bit more than the larger of r_bits and a_bits +
 * b_bits, down to two less than that, or to 0 where the two are within two bits of each other.
 */
BNG_PUBLIC bng_bounds bng_bounds_addmul(uint64_t r_bits, uint64_t a_bits, uint64_t b_bits);
/*
 * a and b, a or b, a xor b of any signs: from 0 to one bit more than the larger, which only
 * negative numbers reach.
 */
BNG_PUBLIC bng_bounds bng_bounds_bitwise(uint64_t a_bits, uint64_t b_bits);
/* The complement of a, -a - 1: one bit more or less than a. */
BNG_PUBLIC bng_bounds bng_bounds_com(uint64_t a_bits);
/* a * b: one bit apart, exact where one has 0 bits or 1. */
BNG_PUBLIC bng_bounds bng_bounds_mul(uint64_t a_bits, uint64_t b_bits);
/*
 * a * b, both given by bit count and leading 64 bits as for bng_bounds_pow: exact, but one bit
 * apart where the product of the leading bits is within 2^-60 of a power of two.
 */
BNG_PUBLIC bng_bounds bng_bounds_mul_leading(uint64_t a_bits, uint64_t a_lead, uint64_t b_bits,
                                             uint64_t b_lead);
/* a * 2^n: exact; 0 stays 0. */
BNG_PUBLIC bng_bounds bng_bounds_shift_left(uint64_t a_bits, uint64_t n);
/* a / 2^n rounded in any direction: exact but where rounding may carry. */
BNG_PUBLIC bng_bounds bng_bounds_shift_right(uint64_t a_bits, uint64_t n);
/*
 * b^exponent, b given by its bit count and its leading 64 bits (bit 63 set; for a shorter b,
 * shifted up): one bit apart up to 2^31-1 limbs, exact where b has up to 64 bits and is a power of
 * two.
 */
BNG_PUBLIC bng_bounds bng_bounds_pow(uint64_t base_bits, uint64_t base_lead, uint64_t exponent);
/* base^exponent of small numbers: one bit apart up to 2^31-1 limbs, exact for powers of two. */
BNG_PUBLIC bng_bounds bng_bounds_ui_pow_ui(uint64_t base, uint64_t exponent);
/*
 * Whether b^exponent, b as for bng_bounds_pow, has at most limit_bits. Cheaper than bounds where
 * the bit count of b alone decides; BNG_FIT_UNKNOWN only where the bounds of bng_bounds_pow are on
 * both sides of the limit. A limit from 2^63 on is none.
 */
BNG_PUBLIC bng_fit bng_bounds_pow_fits(uint64_t base_bits, uint64_t base_lead, uint64_t exponent,
                                       uint64_t limit_bits);
/* n!: one bit apart up to 2^31-1 limbs. */
BNG_PUBLIC bng_bounds bng_bounds_fac(uint64_t n);
/* n!! = n (n-2) (n-4) ...: one bit apart up to 2^31-1 limbs. */
BNG_PUBLIC bng_bounds bng_bounds_2fac(uint64_t n);
/*
 * n (n-m) (n-2m) ..., m >= 1: one bit apart up to 2^31-1 limbs, exact up to 64 bits. m = 0 has no
 * end and gives 0 to BNG_BITS_BEYOND.
 */
BNG_PUBLIC bng_bounds bng_bounds_mfac(uint64_t n, uint64_t m);
/* n over k, 0 for k > n: one bit apart up to 2^31-1 limbs. */
BNG_PUBLIC bng_bounds bng_bounds_bin(uint64_t n, uint64_t k);
/*
 * n over k for a longer n >= 0, given as for bng_bounds_pow: one bit apart where n is below 2^64 or
 * above 2^53 k.
 */
BNG_PUBLIC bng_bounds bng_bounds_bin_ui(uint64_t n_bits, uint64_t n_lead, uint64_t k);
/*
 * The product of the primes up to n: exact for n < 2^22, then 2 sqrt(n) / ln 2 bits apart, which is
 * less than a thousandth of them, from 10^19 on 3 percent: as near as the theorems on primes are.
 */
BNG_PUBLIC bng_bounds bng_bounds_primorial(uint64_t n);
/* Fibonacci and Lucas numbers F(n), L(n): one bit apart up to 2^31-1 limbs. */
BNG_PUBLIC bng_bounds bng_bounds_fib(uint64_t n);
BNG_PUBLIC bng_bounds bng_bounds_luc(uint64_t n);
/* gcd(a, b): from 1 bit up to the smaller one, all of which occur; the other one where one is 0. */
BNG_PUBLIC bng_bounds bng_bounds_gcd(uint64_t a_bits, uint64_t b_bits);
/*
 * The factor that gcdext finds for one operand, from the bits of the other: from 0 up to one bit
 * less than the other, at least to 1.
 */
BNG_PUBLIC bng_bounds bng_bounds_gcdext(uint64_t other_bits);
/* lcm(a, b): from the larger one to the product. */
BNG_PUBLIC bng_bounds bng_bounds_lcm(uint64_t a_bits, uint64_t b_bits);
/* The k-th root of a towards zero: exact. k = 0 is undefined and gives 0 to BNG_BITS_BEYOND. */
BNG_PUBLIC bng_bounds bng_bounds_root(uint64_t a_bits, uint64_t k);
/* The square root of a towards zero: exact. */
BNG_PUBLIC bng_bounds bng_bounds_sqrt(uint64_t a_bits);
/* The next prime above a >= 0: one bit apart (Bertrand's postulate). */
BNG_PUBLIC bng_bounds bng_bounds_nextprime(uint64_t a_bits);
/*
 * a / b rounded in any direction, b not 0 (0 bits: 0 to BNG_BITS_BEYOND): one bit apart, one more
 * where rounding may carry.
 */
BNG_PUBLIC bng_bounds bng_bounds_quotient(uint64_t a_bits, uint64_t b_bits);
/*
 * a / b rounded towards zero, and an exact division: one bit apart. b as for bng_bounds_quotient.
 */
BNG_PUBLIC bng_bounds bng_bounds_tdiv_q(uint64_t a_bits, uint64_t b_bits);
/*
 * The remainder of a / b rounded towards zero: a itself where it is shorter than b, else 0 up to b.
 */
BNG_PUBLIC bng_bounds bng_bounds_tdiv_r(uint64_t a_bits, uint64_t b_bits);
/*
 * What is left modulo m: a remainder of any rounding, a modular power or inverse, a random number
 * below m; from 0 up to m.
 */
BNG_PUBLIC bng_bounds bng_bounds_powm(uint64_t m_bits);
/* a >= 0 with the bit of this index set: exact. */
BNG_PUBLIC bng_bounds bng_bounds_setbit(uint64_t a_bits, uint64_t index);
/*
 * a of any sign with the bit of this index turned over: exact from a_bits on; one bit around a
 * below; for the highest bit of a, from 0 up to one bit more.
 */
BNG_PUBLIC bng_bounds bng_bounds_combit(uint64_t a_bits, uint64_t index);
/*
 * A number read from this many digits in base 2..62 (other bases: 0 to BNG_BITS_BEYOND): from 0, as
 * zeros may lead, to the largest such number, which is reached.
 */
BNG_PUBLIC bng_bounds bng_bounds_set_str(uint64_t digits, unsigned base);
/*
 * Digits that a number of this many bits is written with in base 2..62 (other bases: 0 to
 * UINT64_MAX), without sign and end: one apart.
 */
BNG_PUBLIC bng_digits bng_bounds_get_str(uint64_t bits, unsigned base);
/*
 * Characters that gmp_printf's %Zd, %Zx or %Zo writes at most: sign, "0x", the digits in that base
 * or `precision` of them, padded to `width`; saturates at UINT64_MAX.
 */
BNG_PUBLIC uint64_t bng_bounds_printf(uint64_t bits, unsigned base, uint64_t width,
                                      uint64_t precision);
/*
 * mpz_import of count words of size bytes, less nails bits each: from 0 to the product of both,
 * which is reached. No bits a word: 0 to BNG_BITS_BEYOND.
 */
BNG_PUBLIC bng_bounds bng_bounds_import(uint64_t count, uint64_t size_bytes, uint64_t nails_bits);
/* Words that mpz_export writes, exactly; UINT64_MAX for no bits a word. */
BNG_PUBLIC uint64_t bng_bounds_export(uint64_t bits, uint64_t size_bytes, uint64_t nails_bits);
/* A random number below 2^n (urandomb): from 0 to n. One with n bits (rrandomb): exact. */
BNG_PUBLIC bng_bounds bng_bounds_urandomb(uint64_t n);
BNG_PUBLIC bng_bounds bng_bounds_rrandomb(uint64_t n);
/* The integer part of a finite double, from the exponent that frexp gives: exact, 1024 at most. */
BNG_PUBLIC bng_bounds bng_bounds_set_d(int exponent);
/* The integer part of an mpf with this exponent, counted in limbs: exact to the limb. */
BNG_PUBLIC bng_bounds bng_bounds_set_f(int64_t exponent_limbs, unsigned limb_bits);

/* ---- limbs: of 32 or 64 bits; others give 0 as a ceiling and UINT64_MAX as a count ---- */

/* The longest number that GMP can represent: 2^31-1 limbs of 64 bits, 2^27-1 limbs of 32 bits. */
BNG_PUBLIC uint64_t bng_bounds_ceiling_bits(unsigned limb_bits);
/*
 * Limbs that a number of so many bits fills: exact. mpz_init2, realloc2 and limbs_write take as
 * many, at least one; an mpn product of a and b limbs takes a + b.
 */
BNG_PUBLIC uint64_t bng_bounds_limbs(uint64_t bits, unsigned limb_bits);
/*
 * Limbs that an mpf of this precision holds (mpf_init2, mpf_set_prec), whatever is computed into
 * it: exact.
 */
BNG_PUBLIC uint64_t bng_bounds_mpf_limbs(uint64_t precision_bits, unsigned limb_bits);

/* ---- fractions, in lowest terms with a denominator above 0, as GMP's mpq keeps them ---- */

typedef struct bng_bounds_mpq {
        bng_bounds num;
        bng_bounds den;
} bng_bounds_mpq;

/*
 * What cancels is not known, so the upper ends are those of the plain formula (the sum of the bits
 * for a product, one bit more than the larger cross product for a sum), the lower ends what is left
 * if all cancels that can. Denominators of integers have one bit, and then nothing cancels. Any
 * denominator, or divisor, of 0 bits gives 0 to BNG_BITS_BEYOND.
 */

/* a + b or a - b of any signs. */
BNG_PUBLIC bng_bounds_mpq bng_bounds_mpq_add(uint64_t a_num_bits, uint64_t a_den_bits,
                                             uint64_t b_num_bits, uint64_t b_den_bits);
/* a * b. */
BNG_PUBLIC bng_bounds_mpq bng_bounds_mpq_mul(uint64_t a_num_bits, uint64_t a_den_bits,
                                             uint64_t b_num_bits, uint64_t b_den_bits);
/* a / b. */
BNG_PUBLIC bng_bounds_mpq bng_bounds_mpq_div(uint64_t a_num_bits, uint64_t a_den_bits,
                                             uint64_t b_num_bits, uint64_t b_den_bits);
/* a * 2^n, a / 2^n. */
BNG_PUBLIC bng_bounds_mpq bng_bounds_mpq_mul_2exp(uint64_t num_bits, uint64_t den_bits, uint64_t n);
BNG_PUBLIC bng_bounds_mpq bng_bounds_mpq_div_2exp(uint64_t num_bits, uint64_t den_bits, uint64_t n);
/* An mpf of so many limbs, the first of which has this exponent, in limbs. */
BNG_PUBLIC bng_bounds_mpq bng_bounds_mpq_set_f(uint64_t size_limbs, int64_t exponent_limbs,
                                               unsigned limb_bits);

#ifndef BNG_NO_GMP
/* ---------------------------------------------------------------- contexts ------------------- */

/*
 * A context holds the limits that operations are judged by, and the sentence of the last refusal.
 * It belongs to one thread at a time; contexts know nothing of each other.
 *
 * UINT64_MAX as a limit means none. GMP's own ceiling (2^31-1 limbs) always holds.
 */
typedef struct bng_ctx bng_ctx;

/*
 * A context with the built-in limits: results of 16 MiB, 256 MiB of memory for an operation, no
 * time limit. *ret is the caller's, to be ended by bng_ctx_free. BNG_NO_MEMORY: *ret is NULL.
 */
BNG_PUBLIC bng_status bng_ctx_new(bng_ctx **ret);
/* NULL is fine. Returns NULL, so that `ctx = bng_ctx_free(ctx)` leaves nothing dangling. */
BNG_PUBLIC bng_ctx *bng_ctx_free(bng_ctx *ctx);

/* The longest result that is handed out, in bits (ResultMax=). */
BNG_PUBLIC void bng_ctx_set_result_limit_bits(bng_ctx *ctx, uint64_t bits);
BNG_PUBLIC uint64_t bng_ctx_result_limit_bits(const bng_ctx *ctx);

/*
 * The most that one operation may hold at its peak, in bytes (OperationMemoryMax=): its result and
 * its temporaries, not its operands, and on top of it what bng_ctx_set_held_bytes says. This counts
 * what GMP asks its allocation functions for, of a GMP built with alloca, as distributions do: there
 * short temporaries are on the stack. Built with another --enable-alloca it may hold more.
 *
 * BNG_MEMORY_AUTO follows what the process may really still use: the tightest of what its cgroups
 * (v1 and v2, with all above them) leave of their limits, memory.high included, RLIMIT_AS,
 * RLIMIT_DATA and the system's MemAvailable; where nothing can be read, 256 MiB. What is held already
 * counts by itself then. The files are read (some 100 us) when an operation could take more than
 * 1 MiB, and not again before it is over a sixteenth of what was left, or this context's operations
 * since could have been.
 */
#define BNG_MEMORY_AUTO (UINT64_MAX - 1)
BNG_PUBLIC void bng_ctx_set_memory_limit_bytes(bng_ctx *ctx, uint64_t bytes);
BNG_PUBLIC uint64_t bng_ctx_memory_limit_bytes(const bng_ctx *ctx);

/*
 * How long an operation may take, in microseconds (TimeMax=); an evaluation is one operation. It is
 * BNG_REFUSED_TIME before it runs where even half of the predicted time is over the limit, as a
 * prediction may be off by a factor of 2; and while it runs, when the limit is over, as far as it
 * can be interrupted: see below. A factor of 2 holds for what takes 10 ms or more on a machine that was
 * calibrated, with two exceptions. How far the next prime is (nextprime), nobody knows before, and only
 * the mean over many numbers is predicted. And how much two numbers have in common, nobody knows before
 * their greatest common divisor is there: up to 15 times too long is predicted for gcd, gcdext, invert,
 * lcm, and sums, products and lowest terms of fractions, where the quotients by it have between about a
 * hundredth and a third of the numbers' bits, and up to 5 times where one remainder after the other is far
 * shorter than the one before, as those of 2^a - 1 and 2^b - 1 are. One of these may be refused that would
 * have ended in time.
 *
 * Multiples, and numbers that have nearly all of their bits in common, are not: before such an operation,
 * or remove, is refused for its time, it looks for that, as far as the memory limit allows. This may
 * take as long as a division that would not be refused.
 */
BNG_PUBLIC void bng_ctx_set_time_limit_usec(bng_ctx *ctx, uint64_t usec);
BNG_PUBLIC uint64_t bng_ctx_time_limit_usec(const bng_ctx *ctx);

/*
 * How fast this machine is, for predicted times: what `bng calibrate` measured. From `path`, or with
 * NULL from $STATE_DIRECTORY/calibration.conf; for others than root
 * $XDG_STATE_HOME/bignum-guard/calibration.conf (~/.local/state without it); and
 * /var/cache/bignum-guard/calibration.conf: from the first that can be read. The environment counts
 * for nothing in a setuid program. BNG_OK also, but for a `path` of the caller's, where there is
 * none. BNG_INVALID: it is no such file, or one of those three that others than root and this user
 * may have written; the speeds are as they were, and bng_ctx_message says what is wrong. Contexts
 * begin with built-in speeds; nothing is read without this call.
 */
BNG_PUBLIC bng_status bng_ctx_load_calibration(bng_ctx *ctx, const char *path);

/*
 * A moment on the monotonic clock (clock_gettime, CLOCK_MONOTONIC), in microseconds, from which on
 * every operation ends with BNG_REFUSED_TIME: the end of a request that takes several. An operation
 * that would surely end after it is refused at once. UINT64_MAX, as at first, is none.
 */
BNG_PUBLIC void bng_ctx_set_deadline_usec(bng_ctx *ctx, uint64_t monotonic_usec);
BNG_PUBLIC uint64_t bng_ctx_deadline_usec(const bng_ctx *ctx);

/*
 * Ends the operation that runs in this context, and every later one, with BNG_INTERRUPTED, until
 * bng_ctx_clear_interrupt. bng_ctx_interrupt is the one function that any other thread may call
 * while the context is in use, and a signal handler; it only sets a flag. Whoever calls it makes
 * sure that the context still exists. Clearing is for the thread that uses the context.
 *
 * What can be ended while it runs, by an interruption, a deadline or a limit: products (mul),
 * powers, powers modulo a number (powm_ui, and powm with an exponent >= 0: for a negative one it
 * finds an inverse first, in one piece), factorials, primorials, Fibonacci and Lucas numbers,
 * binomials of words, and text (set_str, get_str, inp_str, out_str), of any length. They
 * look between two steps: a step takes about as long as GMP's multiplication of this size, and where
 * the result has less than 4 MiB (of powm, the modulus less than 2 MiB, because its square is what is
 * made) not more than 100 ms on a machine of today, but that of a text in memory the blanks and zeros
 * before its digits take some nanoseconds each. The destination is then as it was. Evaluations and
 * predictions of expressions end between two operations and within a long text too. All others run in one piece once
 * they have begun, and end in BNG_OK. Sums, products, powers, quotients and shifts of less than 2 KiB
 * do not look at the clock.
 */
BNG_PUBLIC void bng_ctx_interrupt(bng_ctx *ctx);
BNG_PUBLIC void bng_ctx_clear_interrupt(bng_ctx *ctx);

/*
 * The most that the context's live numbers may hold together, in bytes (TotalMax=): the room of the
 * limbs of those made by bng_mpz_init and its kind and not yet ended by bng_mpz_clear, used or not.
 * UINT64_MAX, as at first, is no limit. See "numbers of a context" below for what is counted.
 * Numbers made while neither a limit nor statistics were on are not counted, so set it first.
 */
BNG_PUBLIC void bng_ctx_set_total_limit_bytes(bng_ctx *ctx, uint64_t bytes);
BNG_PUBLIC uint64_t bng_ctx_total_limit_bytes(const bng_ctx *ctx);

/*
 * Memory that the caller holds already and wants to be counted against the memory limit, in bytes:
 * the live values of an evaluation, for instance. 0 at first.
 */
BNG_PUBLIC void bng_ctx_set_held_bytes(bng_ctx *ctx, uint64_t bytes);
BNG_PUBLIC uint64_t bng_ctx_held_bytes(const bng_ctx *ctx);

/*
 * Takes the limits of the system, each from the first of these that has it:
 *
 *   1. a call: a limit that bng_ctx_set_* has set on this context stays, whenever that was
 *   2. the environment: BIGNUM_GUARD_RESULT_MAX, BIGNUM_GUARD_OPERATION_MEMORY_MAX,
 *      BIGNUM_GUARD_TOTAL_MAX, BIGNUM_GUARD_TIME_MAX, written as in the configuration; an empty one
 *      is not there, and programs that run with more rights than their caller see none
 *   3. [Limits] of the configuration at `path`, or with NULL of the system's configuration files
 *   4. what is built in: ResultMax=16M, OperationMemoryMax=256M, neither TotalMax= nor TimeMax=
 *
 * BNG_OK also where there is no configuration at all. BNG_INVALID: the limits are as they were, and
 * bng_ctx_message says what is wrong, a line each: "FILE:LINE: sentence" or "VARIABLE=: sentence".
 * BNG_NO_MEMORY: likewise, and it says only that.
 */
BNG_PUBLIC bng_status bng_ctx_load_limits(bng_ctx *ctx, const char *path);

/*
 * Why the last request that did not end in BNG_OK was turned down: one sentence in plain words,
 * without a newline and a period, with the predicted size and the limit. "" before the first one. A
 * success does not clear it. The text is the context's, until its next call.
 */
BNG_PUBLIC const char *bng_ctx_message(const bng_ctx *ctx);

/*
 * Called whenever a request to this context ends in something other than BNG_OK, once a request,
 * with the status and the sentence of bng_ctx_message; of an evaluation once for the whole. NULL,
 * as at first, is none. It is called in the middle of the request, on the caller's thread: it may
 * read the context (bng_ctx_message, the statistics, the limits), log and count, but must return,
 * and must neither call anything else with this context nor touch the operands.
 */
typedef void bng_refusal_callback(void *userdata, bng_status status, const char *sentence);
BNG_PUBLIC void bng_ctx_set_refusal_callback(bng_ctx *ctx, bng_refusal_callback *callback,
                                             void *userdata);

/*
 * Statistics. Failures are always counted: the requests (operations, checks, evaluations, and what
 * loads limits or a calibration) that ended in this status, 0 for BNG_OK. The others are counted
 * while statistics or a total limit are on: the guarded operations that ended in BNG_OK (the steps
 * of an evaluation each), the length of their largest result, and what the context's live numbers
 * hold, now and at most. All of them only go on from where they were.
 */
BNG_PUBLIC void bng_ctx_set_statistics(bng_ctx *ctx, bool on);
BNG_PUBLIC bool bng_ctx_statistics(const bng_ctx *ctx);
BNG_PUBLIC uint64_t bng_ctx_failures(const bng_ctx *ctx, bng_status status);
BNG_PUBLIC uint64_t bng_ctx_operations(const bng_ctx *ctx);
BNG_PUBLIC uint64_t bng_ctx_largest_bits(const bng_ctx *ctx);
BNG_PUBLIC uint64_t bng_ctx_live_bytes(const bng_ctx *ctx);
BNG_PUBLIC uint64_t bng_ctx_live_peak_bytes(const bng_ctx *ctx);

/* What a status means, in a few words. Static text; any thread; any value. */
BNG_PUBLIC const char *bng_status_text(bng_status status);

/* ---------------------------------------------------------------- guarded operations --------- */

/*
 * Each stands for GMP's function of the same name and takes the same arguments in the same order,
 * behind a context. Operands may be the same variable wherever GMP allows that.
 *
 *   BNG_OK               rop holds what GMP computes
 *   BNG_REFUSED_RESULT, BNG_REFUSED_MEMORY, BNG_REFUSED_CEILING
 *                        too large; nothing was allocated, unless the bounds (at most a bit apart
 *                        for most operations) straddle the limit and the result had to be looked at
 *   BNG_REFUSED_TOTAL    the context's numbers would hold too much together
 *   BNG_REFUSED_TIME, BNG_INTERRUPTED
 *                        it would take or took too long, or was told to end
 *   BNG_UNDEFINED        GMP would have aborted: there is no such number
 *
 * Whatever is not BNG_OK leaves rop as it was and a sentence in the context. Of two results, both
 * or none are stored. bng_check_X answers the same question for bng_mpz_X without the work: BNG_OK
 * where the bounds allow it (whether the result is over the limit by its last bit is only known
 * after the work), or the status that it would end with; it knows no destination and asks nothing
 * of the total. What it says of memory holds for GMP's own mpz_X too, with two exceptions: mpz_bin_ui
 * and mpz_bin_uiui of an n that is a machine word, or the negative of one, may hold many times as
 * much as bng_mpz_bin_ui, which goes its own way; and a division that puts a result in the divisor's
 * place may hold the divisor, or that result, once more, which bng_mpz_X does not. What it says of time
 * is about GMP's too where bng_mpz_X does as GMP does; binomials, and powm where an exponent is longer
 * than many twos of its modulus are, take GMP many times as long.
 *
 * GMP's functions that are not here make no number, and abort for none: signs, sizes, words, tests of
 * bits, comparisons of integers. Some take time and memory all the same, in one piece: divisible_p and
 * congruent_p about as tdiv_r, perfect_square_p as sqrtrem, the symbols of Jacobi and Kronecker as gcd,
 * probab_prime_p as several powm modulo the number, perfect_power_p as a root of every prime degree. The
 * checks of those tell whether to begin. For what makes room alone (mpz_limbs_write, _mpz_realloc,
 * mpz_random) bng_check_realloc2 does.
 */

/*
 * Numbers of a context: as GMP's mpz_init and mpz_clear, and besides, while a total limit or
 * statistics are on, their room counts in the context. Whatever the status, x is an integer
 * afterwards, to be ended by bng_mpz_clear: where it is not BNG_OK, 0 without room (BNG_NO_MEMORY:
 * and not counted). bng_mpz_clear must get the same context, before it ends; numbers that outlive
 * their context are ended by mpz_clear. Those made by mpz_init are never counted, and any function
 * here takes both.
 *
 * A number is known by the address of its mpz_t, and charged for its room, in whole limbs, whenever
 * it is the destination of a guarded function. What plain GMP does to it, mpz_swap and mpz_clear
 * included, is found at the next such call and not before. An operation that would make the
 * destination's room larger than the total leaves is BNG_REFUSED_TOTAL and changes nothing; what
 * needs no new room always runs. All results of one operation, and both parts of a fraction, are
 * judged together. A result that fits only without the spare room that GMP made for it has to move,
 * and where the memory limit leaves no room for that, BNG_REFUSED_MEMORY ends an operation that a
 * check allowed.
 */
BNG_PUBLIC bng_status bng_mpz_init(bng_ctx *ctx, mpz_t x);
BNG_PUBLIC bng_status bng_mpz_init2(bng_ctx *ctx, mpz_t x, mp_bitcnt_t bits);
BNG_PUBLIC bng_status bng_mpz_init_set(bng_ctx *ctx, mpz_t x, const mpz_t op);
BNG_PUBLIC bng_status bng_mpz_init_set_ui(bng_ctx *ctx, mpz_t x, unsigned long op);
BNG_PUBLIC bng_status bng_mpz_init_set_si(bng_ctx *ctx, mpz_t x, long op);
BNG_PUBLIC bng_status bng_mpz_init_set_d(bng_ctx *ctx, mpz_t x, double op);
BNG_PUBLIC bng_status bng_mpz_init_set_str(bng_ctx *ctx, mpz_t x, const char *text, int base);
BNG_PUBLIC void bng_mpz_clear(bng_ctx *ctx, mpz_t x);
/*
 * A fraction is two such numbers: 0/1 at first, as mpq_init makes it. Where the total leaves no room
 * for the 1, it is 0/0, which is BNG_UNDEFINED as an operand, until something is stored to it.
 */
BNG_PUBLIC bng_status bng_mpq_init(bng_ctx *ctx, mpq_t x);
BNG_PUBLIC void bng_mpq_clear(bng_ctx *ctx, mpq_t x);

/* rop = op, |op|, -op, ~op */
BNG_PUBLIC bng_status bng_mpz_set_ui(bng_ctx *ctx, mpz_t rop, unsigned long op);
BNG_PUBLIC bng_status bng_mpz_set_si(bng_ctx *ctx, mpz_t rop, long op);
BNG_PUBLIC bng_status bng_mpz_set(bng_ctx *ctx, mpz_t rop, const mpz_t op);
BNG_PUBLIC bng_status bng_mpz_abs(bng_ctx *ctx, mpz_t rop, const mpz_t op);
BNG_PUBLIC bng_status bng_mpz_neg(bng_ctx *ctx, mpz_t rop, const mpz_t op);
BNG_PUBLIC bng_status bng_mpz_com(bng_ctx *ctx, mpz_t rop, const mpz_t op);

/* Sums and products. addmul and submul add to rop or take from it. */
BNG_PUBLIC bng_status bng_mpz_add(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_add_ui(bng_ctx *ctx, mpz_t rop, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_mpz_sub(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_sub_ui(bng_ctx *ctx, mpz_t rop, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_mpz_ui_sub(bng_ctx *ctx, mpz_t rop, unsigned long a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_mul(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_mul_si(bng_ctx *ctx, mpz_t rop, const mpz_t a, long b);
BNG_PUBLIC bng_status bng_mpz_mul_ui(bng_ctx *ctx, mpz_t rop, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_mpz_addmul(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_addmul_ui(bng_ctx *ctx, mpz_t rop, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_mpz_submul(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_submul_ui(bng_ctx *ctx, mpz_t rop, const mpz_t a, unsigned long b);

/*
 * Shifts. 0 << anything is 0. Those that end in _z take a count of any size; a negative one is
 * BNG_UNDEFINED. Shifts to the right round towards minus infinity (fdiv), zero (tdiv) or infinity
 * (cdiv); the low bits of a number whose sign rounds away from zero are as many as are asked for.
 */
BNG_PUBLIC bng_status bng_mpz_mul_2exp(bng_ctx *ctx, mpz_t rop, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_mpz_mul_2exp_z(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t n);
BNG_PUBLIC bng_status bng_mpz_fdiv_q_2exp(bng_ctx *ctx, mpz_t q, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_mpz_fdiv_q_2exp_z(bng_ctx *ctx, mpz_t q, const mpz_t a, const mpz_t n);
BNG_PUBLIC bng_status bng_mpz_tdiv_q_2exp(bng_ctx *ctx, mpz_t q, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_mpz_cdiv_q_2exp(bng_ctx *ctx, mpz_t q, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_mpz_fdiv_r_2exp(bng_ctx *ctx, mpz_t r, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_mpz_tdiv_r_2exp(bng_ctx *ctx, mpz_t r, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_mpz_cdiv_r_2exp(bng_ctx *ctx, mpz_t r, const mpz_t a, mp_bitcnt_t n);

/*
 * Division: q = a / d, r = a - q d. d = 0 is BNG_UNDEFINED. The two results of qr need two
 * variables (otherwise BNG_INVALID); divexact needs a d that divides a, as in GMP. Where GMP's
 * functions for words return |r| besides, bng_mpz_tdiv_ui, fdiv_ui and cdiv_ui give it alone, in
 * *ret, which is 0 where the status is not BNG_OK.
 */
BNG_PUBLIC bng_status bng_mpz_tdiv_q(bng_ctx *ctx, mpz_t q, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_tdiv_r(bng_ctx *ctx, mpz_t r, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_tdiv_qr(bng_ctx *ctx, mpz_t q, mpz_t r, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_fdiv_q(bng_ctx *ctx, mpz_t q, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_fdiv_r(bng_ctx *ctx, mpz_t r, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_fdiv_qr(bng_ctx *ctx, mpz_t q, mpz_t r, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_cdiv_q(bng_ctx *ctx, mpz_t q, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_cdiv_r(bng_ctx *ctx, mpz_t r, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_cdiv_qr(bng_ctx *ctx, mpz_t q, mpz_t r, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_mod(bng_ctx *ctx, mpz_t r, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_divexact(bng_ctx *ctx, mpz_t q, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_mpz_tdiv_q_ui(bng_ctx *ctx, mpz_t q, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_mpz_tdiv_r_ui(bng_ctx *ctx, mpz_t r, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_mpz_tdiv_qr_ui(bng_ctx *ctx, mpz_t q, mpz_t r, const mpz_t a,
                                         unsigned long d);
BNG_PUBLIC bng_status bng_mpz_tdiv_ui(bng_ctx *ctx, unsigned long *ret, const mpz_t a,
                                      unsigned long d);
BNG_PUBLIC bng_status bng_mpz_fdiv_q_ui(bng_ctx *ctx, mpz_t q, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_mpz_fdiv_r_ui(bng_ctx *ctx, mpz_t r, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_mpz_fdiv_qr_ui(bng_ctx *ctx, mpz_t q, mpz_t r, const mpz_t a,
                                         unsigned long d);
BNG_PUBLIC bng_status bng_mpz_fdiv_ui(bng_ctx *ctx, unsigned long *ret, const mpz_t a,
                                      unsigned long d);
BNG_PUBLIC bng_status bng_mpz_cdiv_q_ui(bng_ctx *ctx, mpz_t q, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_mpz_cdiv_r_ui(bng_ctx *ctx, mpz_t r, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_mpz_cdiv_qr_ui(bng_ctx *ctx, mpz_t q, mpz_t r, const mpz_t a,
                                         unsigned long d);
BNG_PUBLIC bng_status bng_mpz_cdiv_ui(bng_ctx *ctx, unsigned long *ret, const mpz_t a,
                                      unsigned long d);
BNG_PUBLIC bng_status bng_mpz_mod_ui(bng_ctx *ctx, mpz_t r, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_mpz_divexact_ui(bng_ctx *ctx, mpz_t q, const mpz_t a, unsigned long d);

/*
 * Powers. 0**0 is 1. bng_mpz_pow takes any exponent: a negative one only for 1 and -1, because
 * other bases have no integer there (BNG_UNDEFINED). powm with a negative exponent inverts the
 * base; where it has no inverse, and for m = 0, BNG_UNDEFINED. invert too is BNG_UNDEFINED where
 * there is no inverse. powm_sec takes exponents above 0 and odd moduli, others are BNG_INVALID; its
 * refusals do not take the same time for all numbers, its work does.
 */
BNG_PUBLIC bng_status bng_mpz_pow(bng_ctx *ctx, mpz_t rop, const mpz_t base, const mpz_t exp);
BNG_PUBLIC bng_status bng_mpz_pow_ui(bng_ctx *ctx, mpz_t rop, const mpz_t base, unsigned long exp);
BNG_PUBLIC bng_status bng_mpz_ui_pow_ui(bng_ctx *ctx, mpz_t rop, unsigned long base,
                                        unsigned long exp);
BNG_PUBLIC bng_status bng_mpz_powm(bng_ctx *ctx, mpz_t rop, const mpz_t base, const mpz_t exp,
                                   const mpz_t mod);
BNG_PUBLIC bng_status bng_mpz_powm_ui(bng_ctx *ctx, mpz_t rop, const mpz_t base, unsigned long exp,
                                      const mpz_t mod);
BNG_PUBLIC bng_status bng_mpz_powm_sec(bng_ctx *ctx, mpz_t rop, const mpz_t base, const mpz_t exp,
                                       const mpz_t mod);
BNG_PUBLIC bng_status bng_mpz_invert(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t mod);

/*
 * Roots, towards zero, and what is left: op - root^k. An even root of a negative number, and k = 0,
 * are BNG_UNDEFINED. Whether a root is exact, which mpz_root returns, is whether nothing is left.
 */
BNG_PUBLIC bng_status bng_mpz_sqrt(bng_ctx *ctx, mpz_t rop, const mpz_t op);
BNG_PUBLIC bng_status bng_mpz_root(bng_ctx *ctx, mpz_t rop, const mpz_t op, unsigned long k);
BNG_PUBLIC bng_status bng_mpz_root_z(bng_ctx *ctx, mpz_t rop, const mpz_t op, const mpz_t k);
BNG_PUBLIC bng_status bng_mpz_sqrtrem(bng_ctx *ctx, mpz_t root, mpz_t rem, const mpz_t op);
BNG_PUBLIC bng_status bng_mpz_rootrem(bng_ctx *ctx, mpz_t root, mpz_t rem, const mpz_t op,
                                      unsigned long k);

/*
 * Numbers that grow from a small argument. Those that end in _z take integers of any size: what is
 * too large for the function is refused with its true magnitude, a negative argument (of binomials:
 * a negative k) is BNG_UNDEFINED. primorial_ui is the product of the primes up to n; mfac_uiui is
 * n (n-m) (n-2m) ..., and BNG_UNDEFINED for m = 0; fib2_ui and lucnum2_ui also give the number
 * before. nextprime is the first above a, as sure as GMP's is.
 */
BNG_PUBLIC bng_status bng_mpz_fac_ui(bng_ctx *ctx, mpz_t rop, unsigned long n);
BNG_PUBLIC bng_status bng_mpz_fac_z(bng_ctx *ctx, mpz_t rop, const mpz_t n);
BNG_PUBLIC bng_status bng_mpz_2fac_ui(bng_ctx *ctx, mpz_t rop, unsigned long n);
BNG_PUBLIC bng_status bng_mpz_mfac_uiui(bng_ctx *ctx, mpz_t rop, unsigned long n, unsigned long m);
BNG_PUBLIC bng_status bng_mpz_bin_ui(bng_ctx *ctx, mpz_t rop, const mpz_t n, unsigned long k);
BNG_PUBLIC bng_status bng_mpz_bin_uiui(bng_ctx *ctx, mpz_t rop, unsigned long n, unsigned long k);
BNG_PUBLIC bng_status bng_mpz_bin_z(bng_ctx *ctx, mpz_t rop, const mpz_t n, const mpz_t k);
BNG_PUBLIC bng_status bng_mpz_primorial_ui(bng_ctx *ctx, mpz_t rop, unsigned long n);
BNG_PUBLIC bng_status bng_mpz_primorial_z(bng_ctx *ctx, mpz_t rop, const mpz_t n);
BNG_PUBLIC bng_status bng_mpz_fib_ui(bng_ctx *ctx, mpz_t rop, unsigned long n);
BNG_PUBLIC bng_status bng_mpz_fib_z(bng_ctx *ctx, mpz_t rop, const mpz_t n);
BNG_PUBLIC bng_status bng_mpz_lucnum_ui(bng_ctx *ctx, mpz_t rop, unsigned long n);
BNG_PUBLIC bng_status bng_mpz_lucnum_z(bng_ctx *ctx, mpz_t rop, const mpz_t n);
BNG_PUBLIC bng_status bng_mpz_fib2_ui(bng_ctx *ctx, mpz_t fn, mpz_t fnsub1, unsigned long n);
BNG_PUBLIC bng_status bng_mpz_lucnum2_ui(bng_ctx *ctx, mpz_t ln, mpz_t lnsub1, unsigned long n);
BNG_PUBLIC bng_status bng_mpz_nextprime(bng_ctx *ctx, mpz_t rop, const mpz_t a);

/*
 * Divisors and multiples. gcdext gives g = a s + b t; s and t may be NULL, those that are not need
 * variables of their own (BNG_INVALID). remove takes the factor f out of a as often as it is there,
 * which it stores in *ret; f = 0 is BNG_UNDEFINED.
 */
BNG_PUBLIC bng_status bng_mpz_gcd(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_lcm(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_gcd_ui(bng_ctx *ctx, mpz_t rop, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_mpz_lcm_ui(bng_ctx *ctx, mpz_t rop, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_mpz_gcdext(bng_ctx *ctx, mpz_t g, mpz_t s, mpz_t t, const mpz_t a,
                                     const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_remove(bng_ctx *ctx, mp_bitcnt_t *ret, mpz_t rop, const mpz_t a,
                                     const mpz_t f);

/*
 * Bits, of two's complement without an end. setbit, clrbit and combit set, clear and turn over one
 * bit of rop.
 */
BNG_PUBLIC bng_status bng_mpz_and(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_ior(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_xor(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpz_setbit(bng_ctx *ctx, mpz_t rop, mp_bitcnt_t index);
BNG_PUBLIC bng_status bng_mpz_clrbit(bng_ctx *ctx, mpz_t rop, mp_bitcnt_t index);
BNG_PUBLIC bng_status bng_mpz_combit(bng_ctx *ctx, mpz_t rop, mp_bitcnt_t index);

/*
 * Comparisons with a double: *ret is above, below or equal to 0 as a is of b; infinities are larger
 * than all. BNG_UNDEFINED: a NaN, and *ret is 0, as wherever the status is not BNG_OK. Comparisons of
 * integers with each other need no guard.
 */
BNG_PUBLIC bng_status bng_mpz_cmp_d(bng_ctx *ctx, int *ret, const mpz_t a, double b);
BNG_PUBLIC bng_status bng_mpz_cmpabs_d(bng_ctx *ctx, int *ret, const mpz_t a, double b);

/*
 * Text. set_str reads what mpz_set_str reads, base 0 or 2 to 62; BNG_SYNTAX where GMP would return
 * -1. get_str stores in *ret a new text for free(); base 2 to 62 or -2 to -36; it judges memory
 * only, the text included. BNG_INVALID: another base. *ret is NULL wherever the status is not
 * BNG_OK.
 */
BNG_PUBLIC bng_status bng_mpz_set_str(bng_ctx *ctx, mpz_t rop, const char *text, int base);
BNG_PUBLIC bng_status bng_mpz_get_str(bng_ctx *ctx, char **ret, int base, const mpz_t op);

/*
 * Streams; NULL is standard input or output. inp_str reads text as mpz_inp_str does and leaves the
 * stream behind it, but a text that is too large is refused while it is read: no more of it is
 * taken from the stream than shows that, and what was taken is gone. A stream may be slow: reading it
 * takes no time of the time limit; deadline and interruptions are looked at every MiB. inp_raw and
 * out_raw read and write GMP's portable bytes; a length at the beginning that is over the limits is
 * refused before anything is allocated. BNG_SYNTAX: the stream holds no number. BNG_STREAM: it could not be read
 * or written; then part of the number may be written. BNG_INVALID: no such base, or more bytes than
 * raw numbers can have (2 GiB). Output judges memory only. What reads has no check.
 */
BNG_PUBLIC bng_status bng_mpz_inp_str(bng_ctx *ctx, mpz_t rop, FILE *stream, int base);
BNG_PUBLIC bng_status bng_mpz_out_str(bng_ctx *ctx, FILE *stream, int base, const mpz_t op);
BNG_PUBLIC bng_status bng_mpz_inp_raw(bng_ctx *ctx, mpz_t rop, FILE *stream);
BNG_PUBLIC bng_status bng_mpz_out_raw(bng_ctx *ctx, FILE *stream, const mpz_t op);

/*
 * Words in memory, with mpz_import's and mpz_export's meaning of order, size, endian and nails;
 * BNG_INVALID where those are out of range, or leave no bit of a word. export stores in *ret new
 * memory for free() and, unless countp is NULL, the number of words in *countp; it judges memory
 * only. *ret is NULL wherever the status is not BNG_OK, and not NULL for 0, which has no words.
 */
BNG_PUBLIC bng_status bng_mpz_import(bng_ctx *ctx, mpz_t rop, size_t count, int order, size_t size,
                                     int endian, size_t nails, const void *op);
BNG_PUBLIC bng_status bng_mpz_export(bng_ctx *ctx, void **ret, size_t *countp, int order,
                                     size_t size, int endian, size_t nails, const mpz_t op);

/* Integer parts of other kinds of numbers. BNG_UNDEFINED: a NaN, an infinity, x/0. */
BNG_PUBLIC bng_status bng_mpz_set_d(bng_ctx *ctx, mpz_t rop, double op);
BNG_PUBLIC bng_status bng_mpz_set_f(bng_ctx *ctx, mpz_t rop, const mpf_t op);
BNG_PUBLIC bng_status bng_mpz_set_q(bng_ctx *ctx, mpz_t rop, const mpq_t op);

/*
 * Random numbers: below 2^n, of n bits with long runs, below n (n < 1 is BNG_UNDEFINED). The state
 * may move on although the status is not BNG_OK. What it takes on the way is not predicted, which is no
 * memory for GMP's default generator, and for a linear one modulo up to 2^100000.
 */
BNG_PUBLIC bng_status bng_mpz_urandomb(bng_ctx *ctx, mpz_t rop, gmp_randstate_t state,
                                       mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_mpz_rrandomb(bng_ctx *ctx, mpz_t rop, gmp_randstate_t state,
                                       mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_mpz_urandomm(bng_ctx *ctx, mpz_t rop, gmp_randstate_t state,
                                       const mpz_t n);

/*
 * Room: judged like a number of so many bits. array_init makes n numbers that have it, or none
 * where the status is not BNG_OK. Other than GMP's, which share a block that can neither grow nor
 * end, they are numbers like those of bng_mpz_init: they count, and bng_mpz_clear ends each. n < 1,
 * and more than any memory could hold, are BNG_INVALID.
 */
BNG_PUBLIC bng_status bng_mpz_realloc2(bng_ctx *ctx, mpz_t rop, mp_bitcnt_t bits);
BNG_PUBLIC bng_status bng_mpz_array_init(bng_ctx *ctx, mpz_ptr array, mp_size_t n,
                                         mp_bitcnt_t bits);

/* ---------------------------------------------------------------- guarded fractions ---------- */

/*
 * As above, for GMP's fractions. A result fits if its numerator and its denominator both do.
 * Operands are in lowest terms with a denominator above 0, as GMP demands; a denominator of 0, in
 * an operand or as an argument, is BNG_UNDEFINED, so that no fraction that comes from here has one.
 * set_str, inp_str, set_ui, set_si and the parts take numbers as they are, also "1/-3":
 * bng_mpq_canonicalize brings them to lowest terms, and is judged by what is left. Until then a
 * denominator below 0 is BNG_UNDEFINED as an operand, too, because GMP would write over memory; only
 * the parts, get_str, out_str and bng_mpz_set_q take it. Text is "n" or "n/d"; as for integers
 * otherwise.
 */
BNG_PUBLIC bng_status bng_mpq_set(bng_ctx *ctx, mpq_t rop, const mpq_t op);
BNG_PUBLIC bng_status bng_mpq_abs(bng_ctx *ctx, mpq_t rop, const mpq_t op);
BNG_PUBLIC bng_status bng_mpq_neg(bng_ctx *ctx, mpq_t rop, const mpq_t op);
BNG_PUBLIC bng_status bng_mpq_inv(bng_ctx *ctx, mpq_t rop, const mpq_t op);
BNG_PUBLIC bng_status bng_mpq_add(bng_ctx *ctx, mpq_t rop, const mpq_t a, const mpq_t b);
BNG_PUBLIC bng_status bng_mpq_sub(bng_ctx *ctx, mpq_t rop, const mpq_t a, const mpq_t b);
BNG_PUBLIC bng_status bng_mpq_mul(bng_ctx *ctx, mpq_t rop, const mpq_t a, const mpq_t b);
BNG_PUBLIC bng_status bng_mpq_div(bng_ctx *ctx, mpq_t rop, const mpq_t a, const mpq_t b);
BNG_PUBLIC bng_status bng_mpq_mul_2exp(bng_ctx *ctx, mpq_t rop, const mpq_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_mpq_div_2exp(bng_ctx *ctx, mpq_t rop, const mpq_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_mpq_canonicalize(bng_ctx *ctx, mpq_t rop);

BNG_PUBLIC bng_status bng_mpq_set_z(bng_ctx *ctx, mpq_t rop, const mpz_t op);
BNG_PUBLIC bng_status bng_mpq_set_ui(bng_ctx *ctx, mpq_t rop, unsigned long num, unsigned long den);
BNG_PUBLIC bng_status bng_mpq_set_si(bng_ctx *ctx, mpq_t rop, long num, unsigned long den);
BNG_PUBLIC bng_status bng_mpq_set_d(bng_ctx *ctx, mpq_t rop, double op);
BNG_PUBLIC bng_status bng_mpq_set_f(bng_ctx *ctx, mpq_t rop, const mpf_t op);
/* Copies of a part: bng_check_set is their check. */
BNG_PUBLIC bng_status bng_mpq_set_num(bng_ctx *ctx, mpq_t rop, const mpz_t num);
BNG_PUBLIC bng_status bng_mpq_set_den(bng_ctx *ctx, mpq_t rop, const mpz_t den);
BNG_PUBLIC bng_status bng_mpq_get_num(bng_ctx *ctx, mpz_t rop, const mpq_t op);
BNG_PUBLIC bng_status bng_mpq_get_den(bng_ctx *ctx, mpz_t rop, const mpq_t op);

/*
 * Comparisons, as of integers with a double, and a double rounded towards zero: 0 or infinity where it
 * is none. GMP multiplies two fractions out to compare them, unless their lengths tell; it judges memory
 * only.
 */
BNG_PUBLIC bng_status bng_mpq_cmp(bng_ctx *ctx, int *ret, const mpq_t a, const mpq_t b);
BNG_PUBLIC bng_status bng_mpq_cmp_z(bng_ctx *ctx, int *ret, const mpq_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_mpq_cmp_ui(bng_ctx *ctx, int *ret, const mpq_t a, unsigned long num,
                                     unsigned long den);
BNG_PUBLIC bng_status bng_mpq_cmp_si(bng_ctx *ctx, int *ret, const mpq_t a, long num,
                                     unsigned long den);
BNG_PUBLIC bng_status bng_mpq_get_d(bng_ctx *ctx, double *ret, const mpq_t a);

BNG_PUBLIC bng_status bng_mpq_set_str(bng_ctx *ctx, mpq_t rop, const char *text, int base);
BNG_PUBLIC bng_status bng_mpq_get_str(bng_ctx *ctx, char **ret, int base, const mpq_t op);
/* A stroke in the stream right behind a number makes it a numerator. */
BNG_PUBLIC bng_status bng_mpq_inp_str(bng_ctx *ctx, mpq_t rop, FILE *stream, int base);
BNG_PUBLIC bng_status bng_mpq_out_str(bng_ctx *ctx, FILE *stream, int base, const mpq_t op);

/* ---------------------------------------------------------------- expressions ---------------- */

/*
 * A language for strangers: Python's integers and operators with exact fractions (bng(1) describes
 * it), and names for the caller's numbers. Reading takes time and memory like the text, which may
 * hold any bytes and be nested to any depth.
 */

/*
 * A name and what it stands for: num / den in lowest terms, den > 0; den NULL is an integer. A name
 * is made of letters, digits and underscores, does not begin with a digit, and is none of the
 * language's functions (otherwise BNG_INVALID). Of two of the same name the first counts. The
 * numbers are read where they are, must not change meanwhile, and take no memory of the evaluation.
 */
typedef struct bng_variable {
        const char *name;
        mpz_srcptr num;
        mpz_srcptr den;
} bng_variable;

/*
 * rop = the value of text[0 .. length), a fraction in lowest terms, an integer with denominator 1.
 * rop is the caller's, made by mpq_init, and may hold variables' numbers; where the status is not
 * BNG_OK it is as it was. variables may be NULL if variables_count is 0.
 *
 * The whole is predicted before any of it runs: what surely will be refused, or has no value, is
 * found at once. What only the numbers themselves tell (a difference that is short, a common
 * divisor) ends the evaluation where it comes up. The limits hold as follows:
 *
 *   result    for every value on the way, operands that are variables aside; of a fraction, for the
 *             longer of its parts; of gcd, for that of all its arguments
 *   memory    for all that the evaluation holds at the same time: the values that wait for their
 *             operation, the stacks, what the operation at work needs, and its result
 *   total     for the values that exist at the same time, the result included, together with the
 *             context's live numbers: each numerator and denominator of more than one limb counts
 *             with the room of its limbs; and in the end for what rop becomes, like any result
 *
 * BNG_SYNTAX and BNG_UNDEFINED begin with the place in the text, "column 7: "; a refusal ends with
 * it where it is that of a part. An unknown name is BNG_SYNTAX.
 */
BNG_PUBLIC bng_status bng_eval(bng_ctx *ctx, mpq_t rop, const char *text, size_t length,
                               const bng_variable *variables, size_t variables_count);

/* What evaluating an expression will give and take; of a fraction, of the longer of its parts. */
typedef struct bng_expr_prediction {
        bool is_known;       /* false: nobody got to the end of it; all else is 0 */
        bng_bounds bits;     /* of the value */
        double log2_bits;    /* log2 of its bit count's upper bound; infinity: beyond a double */
        uint64_t peak_bytes; /* that the evaluation holds at most; UINT64_MAX: beyond count */
        double seconds;      /* that it takes, about; infinity: beyond count */
        char magnitude[128]; /* of the value, in words: "10^10^3083"; bng(1) explains them */
} bng_expr_prediction;

/*
 * The same question without the work: nothing is computed beyond sub-values of up to 4096 bits,
 * however large the numbers are. BNG_OK: nothing proves that bng_eval would not end in BNG_OK. Any
 * other status is the one that it ends with, and after a refusal *ret still describes the whole
 * expression, as long as nobody interrupts; past the end of its time it goes on for 50 ms at most.
 */
BNG_PUBLIC bng_status bng_predict_expr(bng_ctx *ctx, bng_expr_prediction *ret, const char *text,
                                       size_t length, const bng_variable *variables,
                                       size_t variables_count);

/* ---------------------------------------------------------------- checks --------------------- */

/*
 * The questions alone, as said above: bng_check_X takes what bng_mpz_X takes, without destinations that
 * are no operands, and computes and changes nothing but the context's sentence and its counts. Only
 * whether there is an inverse (invert, powm with a negative exponent) is known by finding it, within the
 * limits, and import is read to its highest bit.
 */
BNG_PUBLIC bng_status bng_check_set(bng_ctx *ctx, const mpz_t op);
BNG_PUBLIC bng_status bng_check_abs(bng_ctx *ctx, const mpz_t op);
BNG_PUBLIC bng_status bng_check_neg(bng_ctx *ctx, const mpz_t op);
BNG_PUBLIC bng_status bng_check_com(bng_ctx *ctx, const mpz_t op);
BNG_PUBLIC bng_status bng_check_add(bng_ctx *ctx, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_add_ui(bng_ctx *ctx, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_check_sub(bng_ctx *ctx, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_sub_ui(bng_ctx *ctx, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_check_ui_sub(bng_ctx *ctx, unsigned long a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_mul(bng_ctx *ctx, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_mul_si(bng_ctx *ctx, const mpz_t a, long b);
BNG_PUBLIC bng_status bng_check_mul_ui(bng_ctx *ctx, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_check_addmul(bng_ctx *ctx, const mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_addmul_ui(bng_ctx *ctx, const mpz_t rop, const mpz_t a,
                                          unsigned long b);
BNG_PUBLIC bng_status bng_check_submul(bng_ctx *ctx, const mpz_t rop, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_submul_ui(bng_ctx *ctx, const mpz_t rop, const mpz_t a,
                                          unsigned long b);
BNG_PUBLIC bng_status bng_check_mul_2exp(bng_ctx *ctx, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_mul_2exp_z(bng_ctx *ctx, const mpz_t a, const mpz_t n);
BNG_PUBLIC bng_status bng_check_fdiv_q_2exp(bng_ctx *ctx, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_fdiv_q_2exp_z(bng_ctx *ctx, const mpz_t a, const mpz_t n);
BNG_PUBLIC bng_status bng_check_tdiv_q_2exp(bng_ctx *ctx, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_cdiv_q_2exp(bng_ctx *ctx, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_fdiv_r_2exp(bng_ctx *ctx, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_tdiv_r_2exp(bng_ctx *ctx, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_cdiv_r_2exp(bng_ctx *ctx, const mpz_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_tdiv_q(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_tdiv_r(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_tdiv_qr(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_fdiv_q(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_fdiv_r(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_fdiv_qr(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_cdiv_q(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_cdiv_r(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_cdiv_qr(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_mod(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_divexact(bng_ctx *ctx, const mpz_t a, const mpz_t d);
BNG_PUBLIC bng_status bng_check_pow(bng_ctx *ctx, const mpz_t base, const mpz_t exp);
BNG_PUBLIC bng_status bng_check_pow_ui(bng_ctx *ctx, const mpz_t base, unsigned long exp);
BNG_PUBLIC bng_status bng_check_ui_pow_ui(bng_ctx *ctx, unsigned long base, unsigned long exp);
BNG_PUBLIC bng_status bng_check_powm(bng_ctx *ctx, const mpz_t base, const mpz_t exp,
                                     const mpz_t mod);
BNG_PUBLIC bng_status bng_check_invert(bng_ctx *ctx, const mpz_t a, const mpz_t mod);
BNG_PUBLIC bng_status bng_check_sqrt(bng_ctx *ctx, const mpz_t op);
BNG_PUBLIC bng_status bng_check_root(bng_ctx *ctx, const mpz_t op, unsigned long k);
BNG_PUBLIC bng_status bng_check_root_z(bng_ctx *ctx, const mpz_t op, const mpz_t k);
BNG_PUBLIC bng_status bng_check_fac_ui(bng_ctx *ctx, unsigned long n);
BNG_PUBLIC bng_status bng_check_fac_z(bng_ctx *ctx, const mpz_t n);
BNG_PUBLIC bng_status bng_check_bin_ui(bng_ctx *ctx, const mpz_t n, unsigned long k);
BNG_PUBLIC bng_status bng_check_bin_uiui(bng_ctx *ctx, unsigned long n, unsigned long k);
BNG_PUBLIC bng_status bng_check_bin_z(bng_ctx *ctx, const mpz_t n, const mpz_t k);
BNG_PUBLIC bng_status bng_check_primorial_ui(bng_ctx *ctx, unsigned long n);
BNG_PUBLIC bng_status bng_check_primorial_z(bng_ctx *ctx, const mpz_t n);
BNG_PUBLIC bng_status bng_check_fib_ui(bng_ctx *ctx, unsigned long n);
BNG_PUBLIC bng_status bng_check_fib_z(bng_ctx *ctx, const mpz_t n);
BNG_PUBLIC bng_status bng_check_lucnum_ui(bng_ctx *ctx, unsigned long n);
BNG_PUBLIC bng_status bng_check_lucnum_z(bng_ctx *ctx, const mpz_t n);
BNG_PUBLIC bng_status bng_check_gcd(bng_ctx *ctx, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_lcm(bng_ctx *ctx, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_and(bng_ctx *ctx, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_ior(bng_ctx *ctx, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_xor(bng_ctx *ctx, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_setbit(bng_ctx *ctx, const mpz_t rop, mp_bitcnt_t index);
BNG_PUBLIC bng_status bng_check_set_str(bng_ctx *ctx, const char *text, int base);
BNG_PUBLIC bng_status bng_check_get_str(bng_ctx *ctx, int base, const mpz_t op);
BNG_PUBLIC bng_status bng_check_set_ui(bng_ctx *ctx, unsigned long op);
BNG_PUBLIC bng_status bng_check_set_si(bng_ctx *ctx, long op);
BNG_PUBLIC bng_status bng_check_tdiv_q_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_tdiv_r_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_tdiv_qr_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_tdiv_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_fdiv_q_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_fdiv_r_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_fdiv_qr_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_fdiv_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_cdiv_q_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_cdiv_r_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_cdiv_qr_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_cdiv_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_mod_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_divexact_ui(bng_ctx *ctx, const mpz_t a, unsigned long d);
BNG_PUBLIC bng_status bng_check_powm_ui(bng_ctx *ctx, const mpz_t base, unsigned long exp,
                                        const mpz_t mod);
BNG_PUBLIC bng_status bng_check_powm_sec(bng_ctx *ctx, const mpz_t base, const mpz_t exp,
                                         const mpz_t mod);
BNG_PUBLIC bng_status bng_check_sqrtrem(bng_ctx *ctx, const mpz_t op);
BNG_PUBLIC bng_status bng_check_rootrem(bng_ctx *ctx, const mpz_t op, unsigned long k);
BNG_PUBLIC bng_status bng_check_2fac_ui(bng_ctx *ctx, unsigned long n);
BNG_PUBLIC bng_status bng_check_mfac_uiui(bng_ctx *ctx, unsigned long n, unsigned long m);
BNG_PUBLIC bng_status bng_check_fib2_ui(bng_ctx *ctx, unsigned long n);
BNG_PUBLIC bng_status bng_check_lucnum2_ui(bng_ctx *ctx, unsigned long n);
BNG_PUBLIC bng_status bng_check_nextprime(bng_ctx *ctx, const mpz_t a);
BNG_PUBLIC bng_status bng_check_gcd_ui(bng_ctx *ctx, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_check_lcm_ui(bng_ctx *ctx, const mpz_t a, unsigned long b);
BNG_PUBLIC bng_status bng_check_gcdext(bng_ctx *ctx, const mpz_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_remove(bng_ctx *ctx, const mpz_t a, const mpz_t f);
BNG_PUBLIC bng_status bng_check_clrbit(bng_ctx *ctx, const mpz_t rop, mp_bitcnt_t index);
BNG_PUBLIC bng_status bng_check_combit(bng_ctx *ctx, const mpz_t rop, mp_bitcnt_t index);
BNG_PUBLIC bng_status bng_check_out_str(bng_ctx *ctx, int base, const mpz_t op);
BNG_PUBLIC bng_status bng_check_out_raw(bng_ctx *ctx, const mpz_t op);
BNG_PUBLIC bng_status bng_check_import(bng_ctx *ctx, size_t count, int order, size_t size,
                                       int endian, size_t nails, const void *op);
BNG_PUBLIC bng_status bng_check_export(bng_ctx *ctx, int order, size_t size, int endian,
                                       size_t nails, const mpz_t op);
BNG_PUBLIC bng_status bng_check_set_d(bng_ctx *ctx, double op);
BNG_PUBLIC bng_status bng_check_set_f(bng_ctx *ctx, const mpf_t op);
BNG_PUBLIC bng_status bng_check_set_q(bng_ctx *ctx, const mpq_t op);
BNG_PUBLIC bng_status bng_check_urandomb(bng_ctx *ctx, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_rrandomb(bng_ctx *ctx, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_urandomm(bng_ctx *ctx, const mpz_t n);
BNG_PUBLIC bng_status bng_check_realloc2(bng_ctx *ctx, mp_bitcnt_t bits);
BNG_PUBLIC bng_status bng_check_cmp_d(bng_ctx *ctx, const mpz_t a, double b);
BNG_PUBLIC bng_status bng_check_cmpabs_d(bng_ctx *ctx, const mpz_t a, double b);
BNG_PUBLIC bng_status bng_check_mpq_set(bng_ctx *ctx, const mpq_t op);
BNG_PUBLIC bng_status bng_check_mpq_abs(bng_ctx *ctx, const mpq_t op);
BNG_PUBLIC bng_status bng_check_mpq_neg(bng_ctx *ctx, const mpq_t op);
BNG_PUBLIC bng_status bng_check_mpq_inv(bng_ctx *ctx, const mpq_t op);
BNG_PUBLIC bng_status bng_check_mpq_add(bng_ctx *ctx, const mpq_t a, const mpq_t b);
BNG_PUBLIC bng_status bng_check_mpq_sub(bng_ctx *ctx, const mpq_t a, const mpq_t b);
BNG_PUBLIC bng_status bng_check_mpq_mul(bng_ctx *ctx, const mpq_t a, const mpq_t b);
BNG_PUBLIC bng_status bng_check_mpq_div(bng_ctx *ctx, const mpq_t a, const mpq_t b);
BNG_PUBLIC bng_status bng_check_mpq_mul_2exp(bng_ctx *ctx, const mpq_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_mpq_div_2exp(bng_ctx *ctx, const mpq_t a, mp_bitcnt_t n);
BNG_PUBLIC bng_status bng_check_mpq_canonicalize(bng_ctx *ctx, const mpq_t rop);
BNG_PUBLIC bng_status bng_check_mpq_set_z(bng_ctx *ctx, const mpz_t op);
BNG_PUBLIC bng_status bng_check_mpq_set_ui(bng_ctx *ctx, unsigned long num, unsigned long den);
BNG_PUBLIC bng_status bng_check_mpq_set_si(bng_ctx *ctx, long num, unsigned long den);
BNG_PUBLIC bng_status bng_check_mpq_set_d(bng_ctx *ctx, double op);
BNG_PUBLIC bng_status bng_check_mpq_set_f(bng_ctx *ctx, const mpf_t op);
BNG_PUBLIC bng_status bng_check_mpq_cmp(bng_ctx *ctx, const mpq_t a, const mpq_t b);
BNG_PUBLIC bng_status bng_check_mpq_cmp_z(bng_ctx *ctx, const mpq_t a, const mpz_t b);
BNG_PUBLIC bng_status bng_check_mpq_cmp_ui(bng_ctx *ctx, const mpq_t a, unsigned long num,
                                           unsigned long den);
BNG_PUBLIC bng_status bng_check_mpq_cmp_si(bng_ctx *ctx, const mpq_t a, long num,
                                           unsigned long den);
BNG_PUBLIC bng_status bng_check_mpq_get_d(bng_ctx *ctx, const mpq_t a);
BNG_PUBLIC bng_status bng_check_mpq_set_str(bng_ctx *ctx, const char *text, int base);
BNG_PUBLIC bng_status bng_check_mpq_get_str(bng_ctx *ctx, int base, const mpq_t op);
BNG_PUBLIC bng_status bng_check_mpq_out_str(bng_ctx *ctx, int base, const mpq_t op);
#endif /* BNG_NO_GMP */

#ifdef __cplusplus
}
#endif

#endif
