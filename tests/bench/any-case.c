/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "any-case.h"

size_t any_cases_count(void)
{
        return guard_cases_count + division_shapes_count + time_shapes_count + fraction_cases_count;
}

static struct any_case of_integers(const char *name, const struct guard_case *op,
                                   void (*make)(struct operands *x, uint64_t bits))
{
        return (struct any_case){
                .name = name, .integers = *op, .make = make, .bits_max = op->bits_max};
}

struct any_case any_case(size_t i)
{
        if (i < guard_cases_count)
                return of_integers(guard_cases[i].name, &guard_cases[i], guard_cases[i].make);
        i -= guard_cases_count;
        if (i < division_shapes_count) {
                const struct division_shape *shape = &division_shapes[i];
                struct any_case op =
                        of_integers(shape->name, division_shape_case(shape), shape->make);
                if (shape->bits_max > 0)
                        op.bits_max = shape->bits_max;
                return op;
        }
        i -= division_shapes_count;
        if (i < time_shapes_count) {
                const struct time_shape *shape = &time_shapes[i];
                return (struct any_case){.name = shape->name,
                                         .integers = time_shape_case(shape),
                                         .make = shape->make,
                                         .bits_max = UINT64_MAX};
        }
        const struct fraction_case *op = &fraction_cases[i - time_shapes_count];
        return (struct any_case){.name = op->name, .fractions = op, .bits_max = UINT64_MAX};
}

bool any_case_is_wanted(const struct any_case *op, int names_count, char **names)
{
        for (int i = 0; i < names_count; i++)
                if (strcmp(op->name, names[i]) == 0)
                        return true;
        return names_count == 0;
}

void any_init(struct any_operands *x)
{
        operands_init(&x->integers);
        fractions_init(&x->fractions);
        mpz_inits(x->updated, x->r, x->s, NULL);
        mpq_init(x->q);
}

void any_clear(struct any_operands *x)
{
        operands_clear(&x->integers);
        fractions_clear(&x->fractions);
        mpz_clears(x->updated, x->r, x->s, NULL);
        mpq_clear(x->q);
}

void any_make(const struct any_case *op, struct any_operands *x, uint64_t bits)
{
        if (op->fractions) {
                fractions_make(&x->fractions, bits, op->fractions->kind == FRACTION_READ);
                return;
        }
        op->make(&x->integers, bits);
        if (op->integers.updates)
                random_integer(x->updated, bits);
}

void any_begin(const struct any_case *op, struct any_operands *x)
{
        mpz_clears(x->r, x->s, NULL);
        mpz_inits(x->r, x->s, NULL);
        mpq_clear(x->q);
        mpq_init(x->q);
        if (op->fractions)
                fraction_case_begin(op->fractions, &x->fractions, x->q);
        else if (op->integers.updates)
                mpz_set(x->r, x->updated);
}

bng_status any_check(bng_ctx *ctx, const struct any_case *op, struct any_operands *x)
{
        return op->fractions ? op->fractions->check(ctx, &x->fractions)
                             : op->integers.check(ctx, &x->integers, x->r);
}

bng_status any_run(bng_ctx *ctx, const struct any_case *op, struct any_operands *x)
{
        return op->fractions ? op->fractions->guarded(ctx, &x->fractions, x->q)
                             : op->integers.guarded(ctx, &x->integers, x->r, x->s);
}
