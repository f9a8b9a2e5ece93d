/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <string.h>
#include "config/nearest.h"
#include "expr/op.h"

#define ELEMENTS(array) (sizeof(array) / sizeof *(array))

/* A symbol that begins with another one stands before it. */
static const struct bng_operator infix[] = {
        {"**", BNG_OP_POW, BNG_BIND_POWER},        {"*", BNG_OP_MUL, BNG_BIND_PRODUCT},
        {"//", BNG_OP_FLOORDIV, BNG_BIND_PRODUCT}, {"/", BNG_OP_DIV, BNG_BIND_PRODUCT},
        {"%", BNG_OP_MOD, BNG_BIND_PRODUCT},       {"+", BNG_OP_ADD, BNG_BIND_SUM},
        {"-", BNG_OP_SUB, BNG_BIND_SUM},           {"<<", BNG_OP_LSHIFT, BNG_BIND_SHIFT},
        {">>", BNG_OP_RSHIFT, BNG_BIND_SHIFT},     {"&", BNG_OP_AND, BNG_BIND_AND},
        {"^", BNG_OP_XOR, BNG_BIND_XOR},           {"|", BNG_OP_OR, BNG_BIND_OR},
};

static const struct bng_operator prefix[] = {
        {"+", BNG_OP_POS, BNG_BIND_SIGN},
        {"-", BNG_OP_NEG, BNG_BIND_SIGN},
        {"~", BNG_OP_INVERT, BNG_BIND_SIGN},
};

static const struct bng_function functions[] = {
        {"factorial", BNG_OP_FACTORIAL, 1, 1, false, "factorial(n)"},
        {"binomial", BNG_OP_BINOMIAL, 2, 2, false, "binomial(n, k)"},
        {"primorial", BNG_OP_PRIMORIAL, 1, 1, false, "primorial(n)"},
        {"fibonacci", BNG_OP_FIBONACCI, 1, 1, false, "fibonacci(n)"},
        {"lucas", BNG_OP_LUCAS, 1, 1, false, "lucas(n)"},
        {"gcd", BNG_OP_GCD, 0, UINT_MAX, true, "gcd(a, b, ...)"},
        {"lcm", BNG_OP_LCM, 0, UINT_MAX, true, "lcm(a, b, ...)"},
        {"isqrt", BNG_OP_ISQRT, 1, 1, false, "isqrt(n)"},
        {"root", BNG_OP_ROOT, 2, 2, false, "root(x, k)"},
        {"pow", BNG_OP_POW, 2, 3, false, "pow(b, e) or pow(b, e, m)"},
        {"abs", BNG_OP_ABS, 1, 1, false, "abs(x)"},
};

const char *bng_op_name(enum bng_op op)
{
        for (size_t i = 0; i < ELEMENTS(infix); i++)
                if (infix[i].op == op)
                        return infix[i].symbol;
        for (size_t i = 0; i < ELEMENTS(prefix); i++)
                if (prefix[i].op == op)
                        return prefix[i].symbol;
        for (size_t i = 0; i < ELEMENTS(functions); i++)
                if (functions[i].op == op)
                        return functions[i].name;
        return "pow";
}

static const struct bng_operator *find(const struct bng_operator *table, size_t elements,
                                       const char *text, size_t length)
{
        for (size_t i = 0; i < elements; i++) {
                size_t n = strlen(table[i].symbol);
                if (n <= length && memcmp(text, table[i].symbol, n) == 0)
                        return &table[i];
        }
        return NULL;
}

const struct bng_operator *bng_operator_infix(const char *text, size_t length)
{
        return find(infix, ELEMENTS(infix), text, length);
}

const struct bng_operator *bng_operator_prefix(const char *text, size_t length)
{
        return find(prefix, ELEMENTS(prefix), text, length);
}

const struct bng_function *bng_function_find(const char *name, size_t length)
{
        for (size_t i = 0; i < ELEMENTS(functions); i++)
                if (strlen(functions[i].name) == length &&
                    memcmp(name, functions[i].name, length) == 0)
                        return &functions[i];
        return NULL;
}

const struct bng_function *bng_function_of(enum bng_op op)
{
        for (size_t i = 0; i < ELEMENTS(functions); i++)
                if (functions[i].op == op)
                        return &functions[i];
        return NULL;
}

/* What the same function is called elsewhere, where no rule of spelling leads to our name. */
static const struct {
        const char *theirs;
        const char *ours;
} synonyms[] = {
        {"comb", "binomial"}, {"choose", "binomial"}, {"ncr", "binomial"},
        {"powm", "pow"},      {"modpow", "pow"},      {"iroot", "root"},
};

const struct bng_function *bng_function_guess(const char *name, size_t length)
{
        char word[16] = "";
        const char *known[ELEMENTS(functions)];
        if (length < 3 || length >= sizeof word)
                return NULL;
        for (size_t i = 0; i < length; i++)
                word[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];

        for (size_t i = 0; i < ELEMENTS(synonyms); i++)
                if (strcmp(word, synonyms[i].theirs) == 0)
                        return bng_function_find(synonyms[i].ours, strlen(synonyms[i].ours));
        for (size_t i = 0; i < ELEMENTS(functions); i++) {
                known[i] = functions[i].name;
                if (strstr(known[i], word) || strstr(word, known[i]))
                        return &functions[i];
        }
        const char *nearest = bng_nearest(word, known, ELEMENTS(functions));
        return nearest ? bng_function_find(nearest, strlen(nearest)) : NULL;
}
