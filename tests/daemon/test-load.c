/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One text as the daemon's configuration: every key, what is wrong with each, and that nothing half comes out. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include "load-fixture.h"
#include "policy/share.h"

static void test_defaults(void **state)
{
        struct guard_config *config = good("");

        (void)state;
        assert_false(config->dry_run);
        assert_int_equal(config->kill_budget, 20);
        assert_int_equal(config->kill_budget_window, 60 * SEC);
        assert_false(config->record_full_command);
        assert_int_equal(config->protect.n, 0);
        assert_int_equal(config->n_policies, 0);
        assert_null(guard_config_free(config));
        config = good("[Policy a]\nUnit=a.service\nLeakMax=1M\n");
        assert_int_equal(config->n_policies, 1);
        assert_string_equal(config->policies[0].name, "a");
        assert_int_equal(config->policies[0].worker_memory_max, POLICY_UNSET);
        assert_int_equal(config->policies[0].group_memory_max, POLICY_UNSET);
        assert_int_equal(config->policies[0].growth_max, POLICY_UNSET);
        assert_int_equal(config->policies[0].growth_window, SEC);
        assert_int_equal(config->policies[0].leak_window, 600 * SEC);
        assert_int_equal(config->policies[0].cpu_time_max, POLICY_UNSET);
        assert_int_equal(config->policies[0].cpu_window, 60 * SEC);
        assert_int_equal(config->policies[0].action, ACTION_TERMINATE);
        assert_int_equal(config->policies[0].scope, SCOPE_WORKER);
        assert_int_equal(config->policies[0].grace, 5 * SEC);
        assert_int_equal(config->policies[0].crash_loop, 5);
        assert_int_equal(config->policies[0].crash_loop_window, 600 * SEC);
        assert_int_equal(config->policies[0].report_signal, 0);
        assert_int_equal(config->policies[0].report_time, SEC);
        assert_null(guard_config_free(config));
        assert_null(guard_config_free(NULL));
}

static void test_every_key(void **state)
{
        struct bng_config_errors errors = {0};
        struct guard_config *config = NULL;
        const struct policy *web, *batch;

        (void)state;
        if (guard_config_load(&config, NULL, FIXTURE("every-key.conf"), &errors) < 0)
                fail_msg("%s", errors.lines[0]);
        assert_true(config->dry_run);
        assert_int_equal(config->kill_budget, 3);
        assert_int_equal(config->kill_budget_window, 3600 * SEC);
        assert_true(config->record_full_command);
        assert_int_equal(config->protect.n, 2);
        assert_string_equal(config->protect.patterns[0], "sshd.service");
        assert_string_equal(config->protect.patterns[1], "/machine.slice/**");
        assert_int_equal(config->n_policies, 3);
        assert_int_equal(config->policies[2].action, ACTION_RESTART_UNIT);
        web = &config->policies[0];
        batch = &config->policies[1];
        assert_string_equal(web->name, "web");
        assert_int_equal(web->units.n, 2);
        assert_string_equal(web->units.patterns[1], "uwsgi@[0-9].service");
        assert_int_equal(web->cgroups.n, 1);
        assert_string_equal(web->cgroups.patterns[0], "/system.slice/*.service");
        assert_int_equal(web->users.n, 1);
        assert_string_equal(web->users.patterns[0], "www-data");
        assert_int_equal(web->commands.n, 2);
        assert_int_equal(web->worker_memory_max, 512 * MIB);
        assert_int_equal(web->group_memory_max, 4096 * MIB);
        assert_int_equal(web->growth_max, 100 * MIB);
        assert_int_equal(web->growth_window, SEC / 2);
        assert_int_equal(web->leak_max, 64 * MIB);
        assert_int_equal(web->leak_window, 1800 * SEC);
        assert_int_equal(web->cpu_time_max, 50 * SEC);
        assert_int_equal(web->cpu_window, 120 * SEC);
        assert_int_equal(web->action, ACTION_KILL);
        assert_int_equal(web->scope, SCOPE_GROUP);
        assert_int_equal(web->grace, 10 * SEC);
        assert_int_equal(web->report_signal, SIGUSR1);
        assert_int_equal(web->report_time, 3 * SEC);
        assert_int_equal(batch->report_signal, SIGQUIT);
        assert_int_equal(web->crash_loop, 7);
        assert_int_equal(web->crash_loop_window, 3600 * SEC);
        assert_int_equal(batch->crash_loop, 0);
        assert_string_equal(batch->name, "batch");
        assert_int_equal(batch->growth_max, 50 * MIB);
        assert_int_equal(batch->leak_max, 1);
        assert_int_equal(batch->action, ACTION_FREEZE);
        assert_int_equal(batch->scope, SCOPE_WORKER);
        assert_int_equal(batch->grace, 0);
        guard_config_free(config);
}

static void test_shares(void **state)
{
        static const struct {
                const char *text, *shown;
                uint64_t machine, group; /* of bases of 1000003 and 4 GiB */
        } cases[] = {
                {"20%", "20%", 200000, 200000},
                {"20% of machine", "20%", 200000, 200000},
                {"12.5%", "12.5%", 125000, 125000},
                {"0.01%", "0.01%", 100, 100},
                {"100%", "100%", 1000003, 1000003},
                {"80% of group", "80% of group", UINT64_MAX, 3435973836},
                {"33.33% of group", "33.33% of group", UINT64_MAX, 1431512599},
                {"4096", "", 4096, 4096},
                {"infinity", "", UINT64_MAX, UINT64_MAX},
        };
        static const struct memory_bases nothing = {UINT64_MAX, UINT64_MAX};

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct memory_bases unlimited = {1000003, UINT64_MAX};
                struct memory_bases limited = {1000003, UINT64_C(4) << 30};
                struct guard_config *config;
                const struct policy *policy;
                struct share_text text;
                char file[200];

                /* an earlier value of either kind leaves nothing behind */
                snprintf(file, sizeof(file),
                         "[Policy a]\nUser=a\nLeakMax=1M\nWorkerMemoryMax=%s\nGroupMemoryMax=%s\n",
                         cases[i].text, cases[i].text);
                config = good(file);
                policy = &config->policies[0];
                assert_int_equal(policy_worker_memory_max(policy, unlimited), cases[i].machine);
                assert_int_equal(policy_group_memory_max(policy, unlimited), cases[i].machine);
                assert_int_equal(policy_worker_memory_max(policy, limited), cases[i].group);
                assert_int_equal(policy_group_memory_max(policy, limited), cases[i].group);
                assert_string_equal(share_format(policy->worker_memory_share, &text),
                                    cases[i].shown);
                if (cases[i].shown[0])
                        assert_int_equal(policy_worker_memory_max(policy, nothing), UINT64_MAX);
                assert_true(policy_limits_group_memory(policy) == (cases[i].group != UINT64_MAX));
                assert_true(policy_limits_worker_memory(policy) == (cases[i].group != UINT64_MAX));
                guard_config_free(config);
        }
        /* the whole of the largest base, and the least of the smallest */
        {
                struct policy policy = {.worker_memory_share = {SHARE_OF_GROUP, 10000},
                                        .group_memory_share = {SHARE_OF_GROUP, 1}};

                assert_int_equal(
                        policy_worker_memory_max(&policy, (struct memory_bases){0, UINT64_MAX - 1}),
                        UINT64_MAX - 1);
                assert_int_equal(policy_group_memory_max(&policy, (struct memory_bases){0, 4096}),
                                 1);
        }
}

#define WHO "[Policy a]\nUser=a\n"
#define OK "[Policy a]\nUser=a\nLeakMax=1M\n"

static const struct {
        const char *text;
        unsigned line;
        const char *words;
} bad[] = {
        {"[Guard]\nDryRun=maybe\n", 2, "DryRun=: \"maybe\" is neither yes nor no"},
        {"[Guard]\nKillBudget=20\n", 2, "such as 20/1min"},
        {"[Guard]\nKillBudget=0/1min\n", 2, "from 1 to 10000"},
        {"[Guard]\nKillBudget=10001/1min\n", 2, "from 1 to 10000"},
        {"[Guard]\nKillBudget=99999999999999999999/1min\n", 2, "from 1 to 10000"},
        {"[Guard]\nKillBudget=-1/1min\n", 2, "is no number of ends per time"},
        {"[Guard]\nKillBudget=2x/1min\n", 2, "from 1 to 10000"},
        {"[Guard]\nKillBudget=20/\n", 2, "is no duration"},
        {"[Guard]\nKillBudget=20/999ms\n", 2, "from 1s to 7d"},
        {"[Guard]\nKillBudget=20/infinity\n", 2, "from 1s to 7d"},
        {"[Guard]\nRecordCommand=all\n", 2, "neither name nor full"},
        {"[Guard]\nProtect=ssh\n", 2, "ssh.service"},
        {"[Guard]\nProtect=a/b\n", 2, "is a path"},
        {"[Guard]\nProtect=/\n", 2, "root group"},
        {"[Guard]\nDryrun=yes\n", 2, "did you mean DryRun=?"},
        {"[Guard]\nUnit=x.service\n", 2, "no key Unit="},
        {"[Guard]\nDryRun=yes\nDryRun=no\n", 3, "first on line 2"},
        {"[Guards]\nDryRun=yes\n", 1, "there is no section [Guards]"},
        {"[Policy]\nUnit=x.service\n", 1, "there is no section [Policy]"},
        {"[Policy two words]\nUnit=x.service\n", 1, "names no policy"},
        {"[Limits]\nResultMax=1Q\n", 2, "ResultMax=: \"1Q\" is no size"},
        {"[Limits]\nOperationMemoryMax=automatic\n", 2, "OperationMemoryMax="},
        {"[Limits]\nTotalMax=0\n", 2, "TotalMax= is 0"},
        {"[Limits]\nTimeMax=soon\n", 2, "is no duration"},
        {OK "CpuTimeMax=0\n", 4, "0 would end everything at once; a time such as 50s"},
        {OK "CpuTimeMax=50%\n", 4, "CpuTimeMax=: \"50%\" is no duration"},
        {OK "CpuTimeMax=1G\n", 4, "is no duration"},
        {OK "CpuWindowSec=999ms\n", 4, "from 1s to 7d"},
        {OK "CpuWindowSec=infinity\n", 4, "from 1s to 7d"},
        {OK "ReportSignal=SIGUSR3\n", 4,
         "ReportSignal=: \"SIGUSR3\" is no signal; such as SIGUSR1"},
        {OK "ReportSignal=10\n", 4, "is no signal; such as SIGUSR1, or none"},
        {OK "ReportSignal=usr1\n", 4, "is no signal; such as SIGUSR1, or none"},
        {OK "ReportSignal=KILL\n", 4, "no process can handle KILL"},
        {OK "ReportSignal=SIGSTOP\n", 4, "no process can handle SIGSTOP"},
        {OK "ReportSignal=TERM\n", 4, "SIGTERM is what ends it"},
        {OK "ReportSec=61\n", 4, "from 0s to 1min"},
        {OK "ReportSec=infinity\n", 4, "from 0s to 1min"},
        {OK "CrashLoop=0/1min\n", 4, "from 1 to 1000; such as 5/10min"},
        {OK "CrashLoop=5\n", 4, "such as 5/10min"},
        {OK "CrashLoop=5/8d\n", 4, "from 1s to 7d"},
        {OK "CrashLoop=off\n", 4, "such as 5/10min"},
        {OK "Action=murder\n", 4, "log, freeze, terminate, kill or restart-unit"},
        {OK "Action=Kill\n", 4, "log, freeze, terminate, kill or restart-unit"},
        {OK "Action=restart\n", 4, "kill or restart-unit"},
        {OK "Scope=unit\n", 4, "worker or group"},
        {OK "GraceSec=61min\n", 4, "from 0s to 1h"},
        {OK "GraceSec=infinity\n", 4, "from 0s to 1h"},
        {OK "GrowthWindowSec=99ms\n", 4, "from 100ms to 1h"},
        {OK "GrowthWindowSec=3601\n", 4, "from 100ms to 1h"},
        {OK "LeakWindowSec=4999ms\n", 4, "from 5s to 7d"},
        {OK "LeakWindowSec=8d\n", 4, "from 5s to 7d"},
        {OK "WorkerMemoryMax=0\n", 4, "0 would end everything"},
        {OK "WorkerMemoryMax=80\n", 4, "\"80\" is 80 bytes, less than a page; 80% is a share"},
        {OK "GroupMemoryMax=4095\n", 4, "4095M are mebibytes"},
        {OK "WorkerMemoryMax=0%\n", 4, "from 0.01% to 100%"},
        {OK "WorkerMemoryMax=0.001%\n", 4, "is no share"},
        {OK "WorkerMemoryMax=100.01%\n", 4, "from 0.01% to 100%"},
        {OK "WorkerMemoryMax=999999999999%\n", 4, "is no share"},
        {OK "WorkerMemoryMax=%\n", 4, "is no share"},
        {OK "WorkerMemoryMax=-1%\n", 4, "is no share"},
        {OK "WorkerMemoryMax=50 %\n", 4, "is no share"},
        {OK "WorkerMemoryMax=.5%\n", 4, "is no share"},
        {OK "WorkerMemoryMax=50%%\n", 4, "share of nothing known"},
        {OK "WorkerMemoryMax=50% of\n", 4, "share of nothing known"},
        {OK "GroupMemoryMax=50% of swap\n", 4, "80% of group"},
        {OK "GrowthMax=50%\n", 4, "is no size"},
        {OK "GrowthMax=8E\n", 4, "\"8E\" is too large; below 8E, or infinity"},
        {WHO "LeakMax=15E/h\n", 3, "below 8E"},
        {OK "WorkerMemoryMax=9223372036854775808\n", 4, "below 8E"},
        {OK "LeakMax=50% of group\n", 4, "is no size"},
        {OK "WorkerMemoryMax=64bit\n", 4, "in bits"},
        {OK "GroupMemoryMax=1.5G\n", 4, "is no size"},
        {OK "GrowthMax=100M/h\n", 4, "not per second"},
        {OK "GrowthMax=100M/sec\n", 4, "such as 64M/s"},
        {OK "GrowthMax=fast\n", 4, "is no size"},
        {OK "LeakMax=1M\n", 4, "first on line 3"},
        {WHO "LeakMax=64M/s\n", 3, "not per hour"},
        {WHO "LeakMax=0/h\n", 3, "0 would end everything"},
        {OK "LeakMx=1M\n", 4, "did you mean LeakMax=?"},
        {OK "workermemorymax=1M\n", 4, "did you mean WorkerMemoryMax=?"},
        {OK "Units=x.service\n", 4, "did you mean Unit=?"},
        {OK "Colour=red\n", 4, "bignum-guard.conf(5)"},
        {OK "Unit=web\n", 4, "web.service"},
        {OK "Unit=web*.servce\n", 4, "no unit that has processes"},
        {OK "Unit=web.timer\n", 4, "no unit that has processes"},
        {OK "Cgroup=/sys/fs/cgroup/system.slice/web.service\n", 4, "/proc/PID/cgroup"},
        {OK "Unit=/system.slice/web.service\n", 4, "Cgroup="},
        {OK "Cgroup=system.slice\n", 4, "no path"},
        {OK "Cgroup=/\n", 4, "root group"},
        {OK "Cgroup=/a/\n", 4, "empty component"},
        {OK "Cgroup=/a//b\n", 4, "empty component"},
        {OK "Cgroup=/a[\n", 4, "without its ]"},
        {OK "User=[z-a]\n", 4, "from high to low"},
        {OK "Command=\"python\"\n", 4, "quotes"},
        {"\n[Policy a]\nLeakMax=1M\n", 2, "does not say whom it watches"},
        {"[Policy a]\nCommand=python3\nLeakMax=1M\n", 1, "does not say whom it watches"},
        {"[Policy a]\nUser=x\nUser=\nLeakMax=1M\n", 1, "does not say whom it watches"},
        {"[Guard]\n[Policy a]\nUnit=a.service\nAction=kill\n", 2, "sets no limit"},
        {"[Policy a]\nUnit=a.service\nLeakMax=infinity\n", 1, "sets no limit"},
        {"[Policy a]\nUnit=a.service\nLeakMax=1M\n[Policy a]\nScope=group\n", 4, "first on line 1"},
};

static void test_bad(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
                struct bng_config_errors errors = {0};
                struct guard_config *config = NULL;
                char line[20];

                if (load_text(bad[i].text, &config, &errors) != -EINVAL)
                        fail_msg("accepted: %s", bad[i].text);
                assert_null(config);
                if (errors.n != 1)
                        fail_msg("%zu errors in: %s\nthe second: %s", errors.n, bad[i].text,
                                 errors.lines[1]);
                snprintf(line, sizeof(line), ":%u: ", bad[i].line);
                if (!strstr(errors.lines[0], line) || !strstr(errors.lines[0], bad[i].words))
                        fail_msg("expected \"%s%s\" in: %s", line, bad[i].words, errors.lines[0]);
                bng_config_errors_clear(&errors);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_defaults),
                cmocka_unit_test(test_every_key),
                cmocka_unit_test(test_shares),
                cmocka_unit_test(test_bad),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
