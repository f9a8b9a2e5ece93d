/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A verdict as a leak leaves it, for the tests of what is done with verdicts. */

#include <stdlib.h>
#include <string.h>
#include "report/verdict.h"

static inline struct verdict *sample_verdict(pid_t pid)
{
        struct verdict *verdict = calloc(1, sizeof(*verdict));

        *verdict = (struct verdict){
                .realtime_usec = UINT64_C(1789000000123456),
                .monotonic_usec = UINT64_C(600000000),
                .event = 7,
                .policy = strdup("web"),
                .finding = {.reason = REASON_LEAK,
                            .limit = UINT64_C(64) << 20,
                            .value = UINT64_C(1288490189), /* 1.2G */
                            .rate = 357913.9,
                            .confidence = 0.98765,
                            .to_limit = UINT64_C(90000000)},
                .window = UINT64_C(600000000),
                .action = ACTION_TERMINATE,
                .scope = SCOPE_WORKER,
                .outcome = OUTCOME_ENDED,
                .pid = pid,
                .start_time = 123456,
                .uid = 1000,
                .command = strdup("python3"),
                .cgroup = strdup("/app/web"),
                .rss = UINT64_C(812) << 20,
                .peak = UINT64_C(813) << 20,
                .ended_after_usec = 300000,
                .signals = {{.signo = 15, .realtime_usec = UINT64_C(1789000000124000)}},
                .n_signals = 1,
                .samples = {{.usec = UINT64_C(599500000), .bytes = 4096},
                            {.usec = UINT64_C(600000001), .bytes = 8192}},
                .n_samples = 2,
        };
        return verdict;
}
