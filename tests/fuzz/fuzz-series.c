/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Fuzz target of traces and of what judges them: the input is a policy and a row of measurements, any gaps, any
 * sizes, clocks that stand still. Every judgement is finite and in its range, and the evidence is in order.
 */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "policy/decide.h"
#include "samples/growth.h"
#include "samples/leak.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
        const uint8_t *at, *end;
};

static uint64_t take(struct input *input, size_t n)
{
        uint64_t value = 0;

        while (n-- > 0)
                value = value << 8 | (input->at < input->end ? *input->at++ : 0);
        return value;
}

/* A number of any size: so many bits as the first byte says, the rest after it. */
static uint64_t take_any(struct input *input)
{
        unsigned bits = (unsigned)take(input, 1) % 65;
        uint64_t value = take(input, 3);

        return bits == 64  ? UINT64_MAX - value
               : bits == 0 ? 0
                           : (value << 40 | value) >> (64 - bits);
}

static bool is_share(double value)
{
        return value >= 0 && value <= 1;
}

static void check_finding(const struct policy *policy, struct finding finding)
{
        require(isfinite(finding.rate), "a rate is finite");
        require(is_share(finding.confidence), "a confidence is a share");
        if (finding.reason == REASON_NONE) {
                require(finding.limit == 0 && finding.value == 0, "nothing is broken");
                return;
        }
        require(finding.value > finding.limit, "what is broken is exceeded");
        (void)decide_report(policy, &finding);
        require(decide_step(policy, &finding) <= STEP_RESTART, "a step is one of them");
        (void)decide_cut_grace(policy, &finding, finding.value);
}

static void check(const struct policy *policy, const struct subject *subject)
{
        const struct series *series = subject->series;
        struct growth growth = growth_over_window(series);
        struct leak leak = leak_judge(series, policy->leak_max);
        struct sample samples[16];
        size_t n = series_export(series, samples, 16);
        uint64_t due[] = {decide_next_look_worker(policy, subject),
                          decide_next_look_group(policy, subject)};

        require(isfinite(growth.rate) && is_share(growth.steady), "growth is finite");
        require(isfinite(growth_latest(series)) && isfinite(growth_in_window(series)),
                "growth is finite");
        require(isfinite(leak.rate) && is_share(leak.confidence) &&
                        isfinite(leak_in_window(series)),
                "a leak is finite");
        require(n <= 16, "evidence fits");
        for (size_t i = 1; i < n; i++)
                require(samples[i - 1].usec < samples[i].usec, "evidence is in order");
        for (size_t i = 0; i < 2; i++)
                require(due[i] >= DECIDE_POLL_MIN && due[i] <= DECIDE_POLL_MAX,
                        "a look is due in time");
        check_finding(policy, decide_worker(policy, subject));
        check_finding(policy, decide_group(policy, subject));
        require(decide_culprit(policy, subject, 1, &(struct untold){.departed = subject->memory}) ==
                        0,
                "a culprit is one of them");
        require(decide_culprit(policy, subject, 1, &(struct untold){.series = series}) <= 1,
                "or nobody");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, data + size};
        struct policy policy = {
                .worker_memory_max = take_any(&input),
                .group_memory_max = take_any(&input),
                .growth_max = take_any(&input),
                .growth_window = 100000 + take_any(&input) % UINT64_C(3600000000),
                .leak_max = take_any(&input),
                .leak_window = 5000000 + take_any(&input) % (UINT64_C(7) * 86400000000),
                .cpu_time_max = take_any(&input),
                .cpu_window = 1000000 + take_any(&input) % (UINT64_C(7) * 86400000000),
                .action = (enum policy_action)(take(&input, 1) % 4),
                .scope = (enum policy_scope)(take(&input, 1) % 2),
                .grace = take_any(&input) % UINT64_C(3600000001),
        };
        static struct series series; /* again with the memory of the one before */
        struct cpu_use cpu;
        struct subject subject = {.series = &series,
                                  .bases = {UINT64_MAX, UINT64_MAX},
                                  .hard_limit = take_any(&input),
                                  .cpu = &cpu};

        series_init(&series, policy.leak_window, policy.growth_window);
        cpu_init(&cpu, policy.cpu_window);
        subject.now = take_any(&input) / 2;
        check(&policy, &subject); /* of nothing yet */
        while (input.at < input.end) {
                uint64_t pause = take_any(&input);

                if (pause > UINT64_MAX / 2 - subject.now)
                        pause = UINT64_MAX / 2 - subject.now;
                subject.now += pause;
                subject.memory = take_any(&input);
                series_push(&series, subject.now, subject.memory);
                cpu_push(&cpu, subject.now, take_any(&input));
                if (series.n_pushed > 0)
                        subject.memory = series.latest.bytes;
                check(&policy, &subject);
        }
        return 0;
}
