/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include "stepped.h"
#include "table.h"

/*
 * What work in steps costs, and how soon it ends, in this process's own time:
 *
 *   work in steps over GMP's plain call, the best of interleaved rounds;
 *   from an interruption at some moment to the return: the longest.
 *
 * usage: bench-steps [--json] [OPERATION...]
 */

/* ---- over the plain call ---- */

#define ROUNDS 4

static void compare_steps(bng_ctx *ctx, const struct stepped *op, uint64_t bits)
{
        double plain = INFINITY, steps = INFINITY;
        struct operands x;

        operands_init(&x);
        op->make(&x, bits);
        for (unsigned round = 0; round < ROUNDS; round++) {
                mpz_t r;
                mpz_init(r);
                double begin = now_seconds();
                op->plain(r, &x);
                double seconds = now_seconds() - begin;
                plain = seconds < plain ? seconds : plain;
                mpz_clear(r);
                mpz_init(r);
                begin = now_seconds();
                op->steps(ctx, r, &x);
                seconds = now_seconds() - begin;
                steps = seconds < steps ? seconds : steps;
                mpz_clear(r);
        }
        operands_clear(&x);
        row("steps over plain", op->name);
        cell("bits", (double)bits, 0);
        cell("plain_ms", plain * 1e3, 2);
        cell("steps_ms", steps * 1e3, 2);
        cell("ratio", steps / plain, 3);
        end_row();
}

/* ---- from the flag to the return ---- */

static bng_ctx *interrupted;
static double interrupted_seconds;

static void interrupt(int number)
{
        (void)number;
        interrupted_seconds = now_seconds();
        bng_ctx_interrupt(interrupted);
}

#define MOMENTS 40

static void find_longest_step(bng_ctx *ctx, const struct stepped *op, uint64_t bits)
{
        struct operands x;
        double longest = 0;
        mpz_t r;

        operands_init(&x);
        op->make(&x, bits);
        mpz_init(r);
        double begin = now_seconds();
        op->steps(ctx, r, &x);
        double whole = now_seconds() - begin;
        for (unsigned i = 0; i < MOMENTS; i++) {
                long usec = 1 + (long)(whole * 1e6 * (i + .5) / MOMENTS);
                struct itimerval timer = {
                        .it_value = {.tv_sec = usec / 1000000, .tv_usec = usec % 1000000}};
                interrupted_seconds = 0;
                setitimer(ITIMER_VIRTUAL, &timer, NULL);
                bng_status status = op->steps(ctx, r, &x);
                double late = now_seconds() - interrupted_seconds;
                timer.it_value = (struct timeval){0};
                setitimer(ITIMER_VIRTUAL, &timer, NULL);
                if (interrupted_seconds > 0 && late > longest)
                        longest = late;
                (void)status;
                bng_ctx_clear_interrupt(ctx);
        }
        mpz_clear(r);
        operands_clear(&x);
        row("flag to return", op->name);
        cell("bits", (double)bits, 0);
        cell("whole_ms", whole * 1e3, 2);
        cell("longest_ms", longest * 1e3, 2);
        end_row();
}

static void compare_all(bng_ctx *ctx, void (*compare)(bng_ctx *, const struct stepped *, uint64_t),
                        uint64_t bits, int argc, char **argv)
{
        for (size_t i = 0; i < stepped_count; i++) {
                bool is_named = argc == 0;
                for (int name = 0; name < argc; name++)
                        is_named = is_named || strcmp(stepped[i].name, argv[name]) == 0;
                if (is_named)
                        compare(ctx, &stepped[i], bits);
        }
}

static bool exists(const char *name)
{
        for (size_t i = 0; i < stepped_count; i++)
                if (strcmp(stepped[i].name, name) == 0)
                        return true;
        return false;
}

int main(int argc, char **argv)
{
        static const uint64_t lengths[] = {1000000, 4000000, 33000000};
        int first = 1;

        if (argc > 1 && strcmp(argv[1], "--json") == 0) {
                table_is_json = true;
                first++;
        }
        for (int i = first; i < argc; i++)
                if (!exists(argv[i])) {
                        fprintf(stderr,
                                "usage: %s [--json] [OPERATION...]\nthere is no operation \"%s\"\n",
                                *argv, argv[i]);
                        return 2;
                }
        if (bng_ctx_new(&interrupted) != BNG_OK)
                return 1;
        bng_ctx_set_result_limit_bits(interrupted, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(interrupted, UINT64_MAX);
        signal(SIGVTALRM, interrupt);
        random_start(1);
        random_without_patterns();

        heading("in steps: bits of the result, plain and in steps in ms, ratio");
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
                compare_all(interrupted, compare_steps, lengths[l], argc - first, argv + first);
        heading("from an interruption to the return: bits of the result, the whole and the longest "
                "in ms");
        for (size_t l = 1; l < sizeof lengths / sizeof *lengths; l++)
                compare_all(interrupted, find_longest_step, lengths[l], argc - first, argv + first);
        end_table();
        random_end();
        stepped_end();
        bng_ctx_free(interrupted);
        return 0;
}
