/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include "predict/speed.h"

static const double points[BNG_SPEED_POINTS] = {1e-3, 1e-2, 1e-1};

double bng_speed_point_seconds(unsigned point)
{
        return points[point];
}

void bng_speed_init(struct bng_speed *speed)
{
        for (unsigned pace = 0; pace < BNG_PACES; pace++)
                for (unsigned i = 0; i < BNG_SPEED_POINTS; i++)
                        speed->factors[pace][i] = 1;
}

static double factor_at(const double factors[BNG_SPEED_POINTS], double seconds)
{
        if (!(seconds > points[0]))
                return factors[0];
        for (unsigned i = 1; i < BNG_SPEED_POINTS; i++) {
                if (seconds > points[i])
                        continue;
                double share = log(seconds / points[i - 1]) / log(points[i] / points[i - 1]);
                return factors[i - 1] + (factors[i] - factors[i - 1]) * share;
        }
        return factors[BNG_SPEED_POINTS - 1];
}

double bng_speed_seconds(const struct bng_speed *speed, enum bng_pace pace, double seconds)
{
        return seconds * factor_at(speed->factors[pace], seconds);
}
