/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a verdict says to people: who, what happened, why, on what evidence, and what would help. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "verdicts.h"

#define MIB (UINT64_C(1) << 20)

static void says(const struct verdict *verdict, const char *expected)
{
        char *sentence = verdict_sentence(verdict);

        assert_string_equal(sentence, expected);
        free(sentence);
}

static void test_sentence(void **state)
{
        struct verdict *verdict = sample_verdict(4242);
        json_t *json;

        (void)state;
        says(verdict, "worker 4242 (python3) of /app/web ended: it leaked 1.2G/h over 10min "
                      "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; SIGTERM, "
                      "gone after 300ms");

        verdict->finding.family = 38;
        says(verdict,
             "worker 4242 (python3) of /app/web ended: its family of 38 processes leaked 1.2G/h "
             "over "
             "10min (LeakMax=64M/h of policy web), confidence 98%, 812M resident in this worker; "
             "SIGTERM, gone after 300ms");
        verdict->finding.family = 0;
        verdict->finding.reason = REASON_CRASH_LOOP;
        verdict->finding.loops_by = REASON_WORKER_MEMORY;
        verdict->outcome = OUTCOME_LOGGED;
        says(verdict,
             "worker 4242 (python3) of /app/web left running: as young as it is it holds 1.2G "
             "(WorkerMemoryMax=64M of policy web), like those that were ended for it before, one "
             "after the other; ending it again would not help: raise the limit, or make it "
             "smaller");
        verdict->finding.reason = REASON_LEAK;
        verdict->outcome = OUTCOME_RESTARTED;
        verdict->action = ACTION_RESTART_UNIT;
        says(verdict,
             "worker 4242 (python3) of /app/web restarted with its unit: it leaked 1.2G/h over "
             "10min "
             "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; systemd took the "
             "restart, gone after 300ms");
        verdict->outcome = OUTCOME_ENDED;
        verdict->finding.reason = REASON_CPU;
        verdict->finding.limit = 50000000;
        verdict->finding.value = 59400000;
        verdict->window = 60000000;
        says(verdict, "worker 4242 (python3) of /app/web ended: it burned 59s of CPU time in 1min "
                      "(CpuTimeMax=50s of policy web); SIGTERM, gone after 300ms");
        json = verdict_to_json(verdict);
        assert_true(json_real_value(json_object_get(json, "limit")) == 50);
        assert_true(json_real_value(json_object_get(json, "value")) == 59.4);
        json_decref(json);
        verdict_free(verdict);
}

static void test_sentence_of_each_outcome(void **state)
{
        struct verdict *verdict = sample_verdict(4242);

        (void)state;
        free(verdict->command);
        verdict->command = strdup("/usr/bin/python3 /srv/app.py");
        verdict->outcome = OUTCOME_GONE;
        says(verdict,
             "worker 4242 (python3 /srv/app.py) of /app/web ended without the guard: it leaked "
             "1.2G/h over "
             "10min (LeakMax=64M/h of policy web), confidence 98%, 812M at the end; no signal had "
             "reached it");
        verdict->killed_by = KILLER_OTHERS;
        says(verdict,
             "worker 4242 (python3 /srv/app.py) of /app/web killed by others: it leaked 1.2G/h "
             "over "
             "10min (LeakMax=64M/h of policy web), confidence 98%, 812M at the end; no signal had "
             "reached it");
        verdict->outcome = OUTCOME_ENDED;
        verdict->killed_by = KILLER_KERNEL;
        says(verdict,
             "worker 4242 (python3 /srv/app.py) of /app/web ended: it leaked 1.2G/h over 10min "
             "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; SIGTERM, then killed "
             "by the kernel, which was short of memory, gone after 300ms");
        verdict->killed_by = KILLER_NOBODY_ELSE;
        strcpy(verdict->command, "/odd/ x");
        verdict->outcome = OUTCOME_LOGGED;
        says(verdict, "worker 4242 (/odd/ x) of /app/web left running: it leaked 1.2G/h over 10min "
                      "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; its group "
                      "is a slice, which is never ended as a whole");
        verdict->action = ACTION_LOG;
        says(verdict, "worker 4242 (/odd/ x) of /app/web left running: it leaked 1.2G/h over 10min "
                      "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; Action=log "
                      "does nothing else");
        verdict->count = 5;
        verdict->pid = 0;
        *verdict->command = '\0';
        says(verdict,
             "5 workers of /app/web left running: within a minute, more than have a verdict "
             "each; of the one that went furthest: it leaked 1.2G/h over 10min "
             "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; Action=log "
             "does nothing else");
        verdict->count = 0;
        verdict->pid = 4242;
        verdict->action = ACTION_TERMINATE;
        strcpy(verdict->command, "python3");

        verdict->outcome = OUTCOME_SURVIVED;
        verdict->unit = strdup("web.service");
        verdict->signals[1] = (struct sent_signal){.signo = 9};
        verdict->n_signals = 2;
        verdict->finding = (struct finding){.reason = REASON_WORKER_MEMORY,
                                            .limit = UINT64_C(512) << 20,
                                            .value = UINT64_C(530) << 20};
        says(verdict, "worker 4242 (python3) of web.service did not end: it held 530M "
                      "(WorkerMemoryMax=512M of policy web); SIGTERM, then SIGKILL sent, and it "
                      "still lives: it waits in the kernel (state D), or something holds it");

        verdict->outcome = OUTCOME_ENDED;
        verdict->scope = SCOPE_GROUP;
        verdict->n_signals = 1;
        verdict->signals[0] = (struct sent_signal){.signo = 9, .by_cgroup_kill = true};
        verdict->finding = (struct finding){.reason = REASON_GROWTH,
                                            .limit = UINT64_C(64) << 20,
                                            .value = UINT64_C(850) << 20,
                                            .to_limit = 400000};
        verdict->window = 10000000;
        says(verdict, "worker 4242 (python3) of web.service ended: its group grew by 850M/s over "
                      "10s (GrowthMax=64M/s of policy web), the nearest limit 400ms away, 812M "
                      "resident in this worker; SIGKILL to the whole group, gone after 300ms");

        verdict->outcome = OUTCOME_WOULD_HAVE_ENDED;
        verdict->finding = (struct finding){.reason = REASON_GROUP_MEMORY,
                                            .limit = UINT64_C(2) << 30,
                                            .value = UINT64_C(3) << 30};
        verdict->n_signals = 0;
        says(verdict, "worker 4242 (python3) of web.service would have been ended: its group held "
                      "3G (GroupMemoryMax=2G of policy web), 812M resident in this worker; dry "
                      "run, nothing was sent");
        verdict_free(verdict);
}

static void test_sentence_of_the_kernels(void **state)
{
        struct verdict *verdict = sample_verdict(4242);
        struct finding *finding = &verdict->finding;
        json_t *json;

        (void)state;
        verdict->outcome = OUTCOME_GONE;
        verdict->n_signals = 0;
        *finding = (struct finding){.reason = REASON_KERNEL_OOM,
                                    .loops_by = REASON_WORKER_MEMORY,
                                    .limit = 64 * MIB,
                                    .value = 60 * MIB,
                                    .rate = 3.0 * 1024 * MIB,
                                    .overtaken = OVERTAKEN_LIMIT_ABOVE,
                                    .own_limit = 128 * MIB};
        says(verdict,
             "worker 4242 (python3) of /app/web killed by the kernel: it held 60M when its "
             "group was at the kernel's limit of 64M; WorkerMemoryMax=128M of policy web "
             "is not below the kernel's limit: with less the guard ends it first");
        finding->overtaken = OVERTAKEN_TOO_FAST;
        finding->own_limit = 48 * MIB;
        verdict->limited = strdup("/app");
        says(verdict,
             "worker 4242 (python3) of /app/web killed by the kernel: it held 60M when "
             "/app was at the kernel's limit of 64M; WorkerMemoryMax=48M of policy web was "
             "passed as well, and faster than the guard looked, at 3G/s: leave more "
             "between it and the kernel's limit");
        finding->overtaken = OVERTAKEN_TOGETHER;
        finding->by_machine = true;
        says(verdict,
             "worker 4242 (python3) of /app/web killed by the kernel: it held 60M when the "
             "machine was out of memory; WorkerMemoryMax=48M of policy web was not passed, "
             "all of them together filled the memory: set GroupMemoryMax= below what the "
             "machine has");
        finding->by_machine = false;
        finding->overtaken = OVERTAKEN_ONLY_TOLD;
        finding->loops_by = REASON_GROUP_MEMORY;
        finding->limit = UINT64_MAX;
        says(verdict, "worker 4242 (python3) of /app/web killed by the kernel: it held 60M when "
                      "/app was at the kernel's limit; GroupMemoryMax=48M of policy web ends "
                      "nobody: Action=log, or a dry run");
        /* Nobody knows who it was. */
        finding->overtaken = OVERTAKEN_NO_LIMIT;
        finding->family = 3;
        verdict->pid = 0;
        verdict->start_time = 0;
        verdict->command[0] = '\0';
        says(verdict, "a worker of /app/web killed by the kernel: which one cannot be told, 3 had "
                      "ended since the last look, when /app was at the kernel's limit; policy web "
                      "sets no limit on memory: with WorkerMemoryMax= below the kernel's limit the "
                      "guard ends it first");
        json = verdict_to_json(verdict);
        assert_string_equal(json_string_value(json_object_get(json, "reason")), "kernel-oom");
        assert_string_equal(json_string_value(json_object_get(json, "limit_cgroup")), "/app");
        assert_true(json_is_null(json_object_get(json, "pid")));
        assert_true(json_is_null(json_object_get(json, "start_time")));
        assert_null(json_object_get(json, "count"));
        assert_true(json_is_null(json_object_get(json, "uid")));
        assert_true(json_is_null(json_object_get(json, "limit")));
        json_decref(json);
        /* Nor who they were. */
        verdict->count = 12;
        verdict->window = 4200000;
        says(verdict,
             "12 workers of /app/web killed by the kernel: within 4.2s, too many at a time "
             "for it to name them, when /app was at the kernel's limit; policy web sets no "
             "limit on memory: with WorkerMemoryMax= below the kernel's limit the guard "
             "ends it first");
        json = verdict_to_json(verdict);
        assert_int_equal(json_integer_value(json_object_get(json, "count")), 12);
        json_decref(json);
        verdict_free(verdict);
}

static void test_sentence_of_the_kernels_limit(void **state)
{
        struct verdict *verdict = sample_verdict(0);
        json_t *json;

        (void)state;
        verdict->outcome = OUTCOME_LOGGED;
        verdict->n_signals = 0;
        verdict->start_time = 0;
        verdict->command[0] = '\0';
        verdict->finding = (struct finding){.reason = REASON_KERNEL_LIMIT,
                                            .loops_by = REASON_GROUP_MEMORY,
                                            .limit = 64 * MIB,
                                            .value = 62 * MIB,
                                            .overtaken = OVERTAKEN_LIMIT_ABOVE,
                                            .own_limit = 128 * MIB};
        says(verdict, "everybody of /app/web held back by the kernel: the group is at the kernel's "
                      "limit of 64M again and again, and 62M of that is memory that only an end "
                      "would free; GroupMemoryMax=128M of policy web is not below the kernel's "
                      "limit: with less the guard ends it first");
        json = verdict_to_json(verdict);
        assert_string_equal(json_string_value(json_object_get(json, "reason")), "kernel-limit");
        assert_string_equal(json_string_value(json_object_get(json, "outcome")), "logged");
        assert_true(json_is_null(json_object_get(json, "pid")));
        assert_int_equal(json_integer_value(json_object_get(json, "limit")), 64 * MIB);
        json_decref(json);
        verdict_free(verdict);
}

/* Every reason with every outcome is a sentence of its own. */
static void test_sentences_differ(void **state)
{
        char *seen[64];
        size_t n = 0;

        (void)state;
        for (int reason = REASON_WORKER_MEMORY; reason <= REASON_LEAK; reason++)
                for (int outcome = OUTCOME_ENDED; outcome <= OUTCOME_WOULD_HAVE_ENDED; outcome++) {
                        struct verdict *verdict = sample_verdict(1);

                        verdict->finding.reason = (enum reason)reason;
                        verdict->outcome = (enum outcome)outcome;
                        seen[n] = verdict_sentence(verdict);
                        assert_non_null(seen[n]);
                        for (size_t i = 0; i < n; i++)
                                assert_string_not_equal(seen[i], seen[n]);
                        n++;
                        verdict_free(verdict);
                }
        while (n > 0)
                free(seen[--n]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sentence),
                cmocka_unit_test(test_sentence_of_each_outcome),
                cmocka_unit_test(test_sentence_of_the_kernels),
                cmocka_unit_test(test_sentence_of_the_kernels_limit),
                cmocka_unit_test(test_sentences_differ),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
