/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include "expr/names.h"
#include "expr/op.h"
#include "expr/text.h"

static bool is_name(const char *name)
{
        if (!bng_is_letter(*name))
                return false;
        while (bng_is_letter(*name) || bng_is_digit(*name))
                name++;
        return *name == '\0';
}

static bool check(const bng_variable *variable, struct bng_why *why)
{
        struct bng_text_quote quote;
        const char *name = variable->name;

        if (!name || !variable->num)
                return bng_why(why, "a variable needs a name and a number");
        bng_text_word(name, strlen(name), &quote);
        if (!is_name(name))
                return bng_why(why,
                               "%s is no name of a variable: letters, digits and underscores, and "
                               "no digit first",
                               quote.text);
        if (bng_function_find(name, strlen(name)))
                return bng_why(why, "%s is a function, and cannot be a variable", quote.text);
        if (variable->den && mpz_sgn(variable->den) <= 0)
                return bng_why(why, "the denominator of %s is not above 0", quote.text);
        return true;
}

bool bng_names_check(const struct bng_expression *expression, struct bng_why *why)
{
        for (size_t i = 0; i < expression->variables_count; i++)
                if (!check(&expression->variables[i], why))
                        return false;
        return true;
}

const bng_variable *bng_names_find(const struct bng_expression *expression, const char *name,
                                   size_t length)
{
        for (size_t i = 0; i < expression->variables_count; i++) {
                const bng_variable *variable = &expression->variables[i];
                if (strncmp(variable->name, name, length) == 0 && variable->name[length] == '\0')
                        return variable;
        }
        return NULL;
}

const char *bng_names_text(const struct bng_expression *expression, struct bng_names_text *out)
{
        size_t used = 0;

        out->text[0] = '\0';
        for (size_t i = 0; i < expression->variables_count; i++) {
                const char *name = expression->variables[i].name;
                size_t room = sizeof out->text - used;
                if (strlen(name) + sizeof ", , ..." > room) {
                        snprintf(out->text + used, room, ", ...");
                        return out->text;
                }
                used += (size_t)snprintf(out->text + used, room, "%s%s", i > 0 ? ", " : "", name);
        }
        return out->text;
}
