/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Ends of real processes in groups of this machine, begun by hand: who is signalled, who is left alone, and that each
 * has one verdict, whatever else is being ended beside it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sys/resource.h>
#include "groups.h"
#include "manager/answers/answer.h"
#include "manager/answers/loops.h"
#include "manager/ends/ending.h"
#include "manager/ends/members.h"
#include "manager/groups/roster.h"
#include "manager/groups/scan.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/looks/round.h"
#include "manager/self.h"
#include "manager/settings.h"
#include "scratch.h"

#define PATIENCE 1200 /* turns of 50 ms: only there so that a failure ends */
#define A_WHILE 10    /* turns in which what must not happen would have happened */
#define VERDICTS_MAX 16

static struct manager manager;
static const struct manager_options options = {.config = "test.conf"};
static char home[64], below[80];
static pid_t told[VERDICTS_MAX];
static size_t n_told, n_signals[VERDICTS_MAX];
static enum killer killers[VERDICTS_MAX];

static void on_verdict(void *userdata, const struct verdict *verdict, const char *line, int error)
{
        (void)userdata;
        (void)line;
        assert_int_equal(error, 0);
        assert_true(n_told < VERDICTS_MAX);
        n_signals[n_told] = verdict->n_signals;
        killers[n_told] = verdict->killed_by;
        told[n_told++] = verdict->pid;
}

static void on_trouble(void *userdata, int error)
{
        (void)userdata;
        (void)error;
}

static const struct store_ops ops = {.announce = on_verdict, .trouble = on_trouble};

static void configure(const char *text)
{
        struct bng_config_errors errors = {0};

        scratch_put("test.conf", text);
        manager.settings = settings_unref(manager.settings);
        manager.settings = calloc(1, sizeof(*manager.settings));
        assert_non_null(manager.settings);
        manager.settings->references = 1;
        assert_int_equal(
                guard_config_load(&manager.settings->config, NULL, options.config, &errors), 0);
}

static int start(void **state)
{
        if (scratch_setup(state) < 0 || chdir(*state) < 0)
                return -1;
        memset(&manager, 0, sizeof(manager));
        n_told = 0;
        snprintf(home, sizeof(home), "/bng-test-ending-%d", (int)getpid());
        snprintf(below, sizeof(below), "%s/b", home);
        manager.options = &options;
        manager.machine = manager.available = UINT64_MAX;
        /* Nobody is near these: who ends is said by the tests. */
        configure("[Guard]\nKillBudget=2/1h\n[Policy p]\nCgroup=/**\nWorkerMemoryMax=1T\n"
                  "GroupMemoryMax=1T\nScope=group\nGraceSec=1h\n");
        if (host.procfs < 0)
                return 0;
        manager.host = host;
        return self_group(&host, &manager.own_group) >= 0 && sd_event_new(&manager.event) >= 0 &&
                               round_start(&manager) >= 0 && accounts_new(&manager.accounts) >= 0 &&
                               accounts_new(&manager.forgiven) >= 0 &&
                               offload_new(&manager.offload, manager.event) >= 0 &&
                               store_new(&manager.store, manager.event, *state, &ops, NULL) >= 0
                       ? 0
                       : -1;
}

static int end(void **state)
{
        struct watch *watch, *next;

        ending_give_up(&manager);
        HASH_ITER(hh, manager.watches, watch, next)
        {
                HASH_DEL(manager.watches, watch);
                watch_free(watch);
        }
        round_stop(&manager);
        offload_free(manager.offload);
        store_free(manager.store);
        accounts_free(manager.accounts);
        accounts_free(manager.forgiven);
        loops_free(manager.loops);
        settings_unref(manager.settings);
        sd_event_unref(manager.event);
        free(manager.own_group);
        if (host.procfs >= 0) {
                remove_group(below);
                remove_group(home);
        }
        return chdir("/") == 0 ? scratch_teardown(state) : -1;
}

static void just_wait(void)
{
        for (;;)
                pause();
}

static void be_deaf(void)
{
        signal(SIGTERM, SIG_IGN);
        just_wait();
}

/* Who ignores SIGTERM by now. */
static pid_t deaf_child_in(const char *path, bool watched_alone)
{
        pid_t pid = child_in(path, watched_alone, be_deaf);
        char name[32], text[4096], *ignored;
        bool deaf = false;

        snprintf(name, sizeof(name), "/proc/%d/status", (int)pid);
        for (unsigned i = 0; i < PATIENCE && !deaf; i++) {
                FILE *file = fopen(name, "re");

                assert_non_null(file);
                text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
                fclose(file);
                ignored = strstr(text, "SigIgn:");
                assert_non_null(ignored);
                deaf = strtoull(ignored + strlen("SigIgn:"), NULL, 16) & (1U << (SIGTERM - 1));
                usleep(deaf ? 0 : 50000);
        }
        assert_true(deaf);
        return pid;
}

static struct watch *open_watch(const char *path)
{
        struct watch *watch;

        assert_int_equal(watch_new(&watch, &manager, path), 0);
        HASH_ADD_KEYPTR(hh, manager.watches, watch->path, strlen(watch->path), watch);
        assert_true(watch_apply(watch));
        assert_int_equal(watch_scan(watch, manager_now(&manager)), 0);
        return watch;
}

static struct worker *known(const struct watch *watch, pid_t pid)
{
        struct worker *worker;

        HASH_FIND(hh, watch->workers, &pid, sizeof(pid), worker);
        assert_non_null(worker);
        return worker;
}

static void turn(unsigned times)
{
        while (times-- > 0)
                assert_true(sd_event_run(manager.event, 50000) >= 0);
}

static void wait_for_the_last_end(void)
{
        for (unsigned i = 0; i < PATIENCE && manager.endings; i++)
                turn(1);
        assert_null(manager.endings);
}

static void wait_for_verdicts(size_t n)
{
        for (unsigned i = 0; i < PATIENCE && n_told < n; i++)
                turn(1);
        turn(A_WHILE);
        assert_int_equal(n_told, n);
}

static size_t signals_of(pid_t pid)
{
        for (size_t i = 0; i < n_told; i++)
                if (told[i] == pid)
                        return n_signals[i];
        fail_msg("no verdict on %d", (int)pid);
        return 0;
}

static const struct finding finding = {
        .reason = REASON_GROUP_MEMORY, .ceiling = UINT64_MAX, .to_limit = UINT64_MAX};

static struct ending_order order_for(struct watch *watch, struct worker **workers, size_t n,
                                     enum step step)
{
        return (struct ending_order){.watch = watch,
                                     .workers = workers,
                                     .n = n,
                                     .policy = watch->policies[0],
                                     .finding = finding,
                                     .step = step};
}

/* How many of the group were not being ended yet. */
static size_t end_whole(struct watch *watch, enum step step)
{
        struct ending_order order;
        struct gathered all;
        size_t n;

        assert_int_equal(watch_gather(watch, &all), 0);
        order = order_for(watch, all.workers, all.n, step);
        order.whole = true;
        order.partial = all.partial;
        order.complete = all.complete;
        n = all.n;
        assert_int_equal(ending_start(&order), 0);
        watch_gathered_free(&all);
        return n;
}

/* From now on nothing can be opened. */
static struct rlimit use_up_descriptors(void)
{
        struct rlimit before, none;
        int lowest = dup(0);

        assert_true(lowest >= 0);
        close(lowest);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        none = (struct rlimit){.rlim_cur = (rlim_t)lowest, .rlim_max = before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        return before;
}

/* It is sent once it can be; and to nobody else in the group, who broke nothing. */
static void test_a_signal_that_is_owed(void **state)
{
        pid_t condemned, sibling;
        struct ending_order order;
        struct worker *worker;
        struct watch *watch;
        struct rlimit before;

        (void)state;
        need_group(home);
        condemned = child_in(home, false, just_wait);
        sibling = child_in(home, false, just_wait);
        watch = open_watch(home);
        worker = known(watch, condemned);
        order = order_for(watch, &worker, 1, STEP_KILL);
        before = use_up_descriptors();
        assert_int_equal(ending_start(&order), 0);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_true(is_alive(condemned));
        wait_for_the_last_end();
        assert_int_equal(reap(condemned), SIGKILL);
        wait_for_verdicts(1);
        assert_true(is_alive(sibling));
        kill(sibling, SIGKILL);
        reap(sibling);
}

/* The group below is asked to end, and then the one above is killed: each has its one verdict, with all its signals. */
static void end_one_within_another(bool watched_alone)
{
        struct watch *above, *inner;
        pid_t deaf, other;

        need_group(home);
        need_group(below);
        deaf = deaf_child_in(below, watched_alone);
        other = child_in(home, watched_alone, just_wait);
        above = open_watch(home);
        inner = open_watch(below);
        assert_int_equal(end_whole(inner, STEP_TERMINATE), 1);
        turn(1);
        assert_true(is_alive(deaf));
        assert_int_equal(end_whole(above, STEP_KILL), 1);
        wait_for_the_last_end();
        assert_int_equal(reap(deaf), SIGKILL);
        assert_int_equal(reap(other), SIGKILL);
        wait_for_verdicts(2);
        assert_int_equal(signals_of(deaf), 2);
        assert_int_equal(signals_of(other), 1);
}

static void test_one_end_within_another(void **state)
{
        (void)state;
        end_one_within_another(false);
}

static void test_one_end_within_another_one_by_one(void **state)
{
        (void)state;
        end_one_within_another(true);
}

/* One that is in the kernel's hands is no reason to spare all others in its group from then on. */
static void test_a_group_of_one_that_was_given_up(void **state)
{
        struct watch *watch;
        pid_t stuck, other;

        (void)state;
        need_group(home);
        stuck = deaf_child_in(home, false);
        watch = open_watch(home);
        assert_int_equal(end_whole(watch, STEP_TERMINATE), 1);
        assert_true(ending_of_group(watch));
        manager.endings->stage = GIVEN_UP;
        assert_false(ending_of_group(watch));
        other = child_in(home, false, just_wait);
        assert_int_equal(end_whole(watch, STEP_KILL), 1); /* the other one alone */
        assert_int_equal(reap(other), SIGKILL);
        kill(stuck, SIGKILL);
        reap(stuck);
        wait_for_the_last_end();
        wait_for_verdicts(2);
        signals_of(stuck);
        signals_of(other);
}

/* The watch ends and another one begins, as when a policy is taken away and put back: he is known to his end. */
static void test_one_that_is_found_again(void **state)
{
        struct worker *worker;
        struct watch *watch;
        pid_t deaf;

        (void)state;
        need_group(home);
        deaf = deaf_child_in(home, false);
        watch = open_watch(home);
        assert_int_equal(end_whole(watch, STEP_TERMINATE), 1);
        worker = known(watch, deaf);
        HASH_DEL(manager.watches, watch);
        watch_free(watch);
        watch = open_watch(home);
        assert_ptr_equal(known(watch, deaf), worker);
        assert_ptr_equal(worker->ending, manager.endings);
        kill(deaf, SIGKILL);
        reap(deaf);
        wait_for_the_last_end();
        wait_for_verdicts(1);
}

/* Forks a deaf one whose parent is gone and who has left its session, as somebody else's may, and says its pid. */
static void fork_orphan(int said)
{
        pid_t between = fork(), pid;

        if (between == 0) {
                setsid();
                pid = fork();
                if (pid == 0) {
                        while (getppid() == getpgrp())
                                usleep(1000);
                        prctl(PR_SET_PDEATHSIG, SIGKILL);
                        pid = getpid();
                        (void)!write(said, &pid, sizeof(pid));
                        be_deaf();
                }
                _exit(0);
        }
        waitpid(between, NULL, 0);
}

static pid_t hear(int said)
{
        pid_t pid;

        assert_int_equal(read(said, &pid, sizeof(pid)), sizeof(pid));
        return pid;
}

static int saying; /* of who forks when he is asked to end */

static void on_term(int signo)
{
        (void)signo;
        fork_orphan(saying);
}

/* Says its own pid when it can be asked. */
static void fork_when_asked(void)
{
        pid_t pid = getpid();

        signal(SIGTERM, on_term);
        (void)!write(saying, &pid, sizeof(pid));
        just_wait();
}

static void wait_for_list(uint64_t since)
{
        for (unsigned i = 0; i < PATIENCE && manager.endings->listed <= since; i++)
                turn(1);
        assert_true(manager.endings->listed > since);
}

/* Whoever is orphaned becomes a child of ours, and its starter says who that is. */
static void adopt_orphans(int said[2])
{
        assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
        assert_int_equal(pipe2(said, O_CLOEXEC), 0);
        saying = said[1];
}

static void disown_orphans(const int said[2])
{
        prctl(PR_SET_CHILD_SUBREAPER, 0);
        close(said[0]);
        close(said[1]);
}

/* Two orphans that were started after the group was asked to end: one by a member of it, and one elsewhere, whom
 * somebody moves in. */
static void test_one_that_is_moved_in(void **state)
{
        pid_t member, forked, moved;
        struct watch *watch;
        int said[2];

        (void)state;
        need_group(home);
        adopt_orphans(said);
        member = child_in(home, false, fork_when_asked);
        assert_int_equal(hear(said[0]), member);
        watch = open_watch(home);
        assert_int_equal(end_whole(watch, STEP_TERMINATE), 1);
        forked = hear(said[0]);
        fork_orphan(said[1]);
        moved = hear(said[0]);
        wait_for_list(clock_now() + 20000); /* starts are told in ticks */
        assert_int_equal(join(host.groups, home, moved), 0);
        if (is_hybrid())
                assert_int_equal(join(host.unified, home, moved), 0);
        manager.endings->deadline = 0;
        ending_nobody_is_awaited(manager.endings);
        wait_for_the_last_end();
        assert_int_equal(reap(member), SIGKILL);
        assert_int_equal(reap(forked), SIGKILL);
        assert_true(is_alive(moved));
        kill(moved, SIGKILL);
        reap(moved);
        wait_for_verdicts(2);
        signals_of(member);
        signals_of(forked);
        disown_orphans(said);
}

static void say_pid(void)
{
        pid_t pid = getpid();

        (void)!write(saying, &pid, sizeof(pid));
}

static void on_usr1(int signo)
{
        (void)signo;
        if (fork() == 0) {
                prctl(PR_SET_PDEATHSIG, 0);
                say_pid();
                just_wait();
        }
}

/* Leads a session from elsewhere, and has one of it join the group. */
static void lead_one(void)
{
        setsid();
        if (fork() == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (join(host.groups, home, getpid()) < 0 ||
                    (is_hybrid() && join(host.unified, home, getpid()) < 0))
                        _exit(99);
                signal(SIGUSR1, on_usr1);
                signal(SIGTERM, SIG_IGN);
                say_pid();
        }
        just_wait();
}

/* Who is forked by one that another end is about was started in the group, whoever leads his session. */
static void test_a_child_of_anothers_end(void **state)
{
        pid_t leader, parent, member, child;
        struct ending_order order;
        struct worker *worker;
        struct watch *watch;
        int said[2];

        (void)state;
        need_group(home);
        adopt_orphans(said);
        leader = fork();
        if (leader == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                lead_one();
        }
        parent = hear(said[0]);
        member = deaf_child_in(home, false);
        watch = open_watch(home);
        worker = known(watch, parent);
        order = order_for(watch, &worker, 1, STEP_TERMINATE);
        assert_int_equal(ending_start(&order), 0);
        assert_int_equal(end_whole(watch, STEP_TERMINATE), 1);
        kill(parent, SIGUSR1);
        child = hear(said[0]);
        for (unsigned i = 0; i < PATIENCE && manager.endings->next->n_known < 2; i++)
                turn(1);
        manager.endings->next->deadline = 0;
        ending_nobody_is_awaited(manager.endings->next);
        wait_for_the_last_end();
        assert_int_equal(reap(member), SIGKILL);
        assert_int_equal(reap(child), SIGKILL);
        kill(leader, SIGKILL);
        reap(leader);
        disown_orphans(said);
}

/* Says of himself that a service manager executed him. */
static void be_executed(void)
{
        char word[40], *environment[] = {word, NULL}, *arguments[] = {"sleep", "1000", NULL};

        snprintf(word, sizeof(word), "SYSTEMD_EXEC_PID=%d", (int)getpid());
        execve("/bin/sleep", arguments, environment);
}

/* As if he had been handed to init before he was seen. */
static void meet_orphan(struct watch *watch, pid_t pid)
{
        struct worker *worker;
        bool managed = false;

        assert_int_equal(watch_hold(watch, pid, &worker), ACT_DONE);
        for (unsigned i = 0; i < PATIENCE && !managed; i++) {
                assert_int_equal(process_read_managed(worker->reader, &managed), 0);
                usleep(managed ? 0 : 50000);
        }
        assert_true(managed);
        worker->target.parent = 1;
        worker_unref(worker);
}

static void be_over(struct watch *watch)
{
        answer_group(watch, NULL, &finding, manager_now(&manager));
}

/* He is spared as the unit's next start; and where the group is over its limit nevertheless he is not asked any more. */
static void test_one_that_says_he_was_executed(void **state)
{
        pid_t member, guest;
        struct watch *watch;

        (void)state;
        need_group(home);
        member = deaf_child_in(home, false);
        watch = open_watch(home);
        turn(1);
        be_over(watch);
        assert_non_null(manager.endings);
        guest = child_in(home, false, be_executed);
        meet_orphan(watch, guest);
        wait_for_list(clock_now());
        manager.endings->deadline = 0;
        ending_nobody_is_awaited(manager.endings);
        wait_for_the_last_end();
        assert_int_equal(reap(member), SIGKILL);
        assert_true(is_alive(guest));
        be_over(watch);
        wait_for_the_last_end();
        assert_int_equal(reap(guest), SIGKILL);
        wait_for_verdicts(2);
        assert_int_equal(signals_of(member), 2);
        assert_int_equal(signals_of(guest), 1);
}

static pid_t worker_of_master;

static void kill_worker(int signo)
{
        (void)signo;
        kill(worker_of_master, SIGKILL);
}

static void be_master(void)
{
        signal(SIGTERM, kill_worker);
        say_pid();
        just_wait();
}

/* Somebody else's signal is told of who ends alone; of several one may kill the other because he was asked to end. */
static void test_whose_a_death_is(void **state)
{
        struct ending_order order;
        struct worker *worker;
        struct watch *watch;
        int said[2];
        pid_t alone, master;

        (void)state;
        need_group(home);
        alone = deaf_child_in(home, false);
        watch = open_watch(home);
        worker = known(watch, alone);
        order = order_for(watch, &worker, 1, STEP_TERMINATE);
        assert_int_equal(ending_start(&order), 0);
        kill(alone, SIGKILL);
        wait_for_the_last_end();
        wait_for_verdicts(1);
        assert_int_equal(killers[0], KILLER_OTHERS);
        reap(alone);

        worker_of_master = deaf_child_in(home, false);
        assert_int_equal(pipe2(said, O_CLOEXEC), 0);
        saying = said[1];
        master = child_in(home, false, be_master);
        assert_int_equal(hear(said[0]), master);
        assert_int_equal(end_whole(watch, STEP_TERMINATE), 2);
        wait_for_verdicts(2);
        assert_int_equal(told[1], worker_of_master);
        assert_int_equal(killers[1], KILLER_NOBODY_ELSE);
        kill(master, SIGKILL);
        wait_for_the_last_end();
        reap(worker_of_master);
        reap(master);
        close(said[0]);
        close(said[1]);
}

/* For a minute his name is all that was asked for, and it is what it was. Has it been another command line all the time,
 * then another policy's worker would be ended. */
static void test_one_who_is_somebody_else_by_now(void **state)
{
        struct worker *worker;
        struct watch *watch;
        uint64_t now;
        pid_t pid;

        (void)state;
        need_group(home);
        configure("[Policy p]\nCgroup=/**\nCommand=*other*\nGroupMemoryMax=1T\nAction=kill\n");
        pid = child_in(home, false, just_wait);
        watch = open_watch(home);
        turn(1);
        now = manager_now(&manager);
        worker = known(watch, pid);
        for (unsigned of_family = 0; of_family < 2; of_family++) {
                worker_set_argv0(worker, strdup("/bin/other"), strlen("/bin/other"));
                worker->named = 1;
                worker->facts_due = UINT64_MAX;
                worker_identify(worker, now);
                assert_ptr_equal(worker->policy, watch->policies[0]);
                if (of_family)
                        answer_family(watch, worker, worker->policy, &finding, now);
                else
                        answer_group(watch, worker, &finding, now);
                assert_null(manager.endings);
                assert_null(worker->policy);
        }
        worker_set_argv0(worker, strdup("/bin/other"), strlen("/bin/other"));
        worker->facts_due = UINT64_MAX;
        answer_group(watch, worker, &finding, now);
        wait_for_the_last_end();
        assert_int_equal(reap(pid), SIGKILL);
        wait_for_verdicts(1);
}

/* Others are faster: that is not charged, for as many ends as the budget has. */
static void test_ends_that_others_were_faster_with(void **state)
{
        (void)state;
        need_group(home);
        turn(1); /* the clock of turns runs from the first one on */
        for (size_t i = 0; i < 4; i++) {
                pid_t pid = child_in(home, false, just_wait);
                struct watch *watch = open_watch(home);
                struct worker *worker = known(watch, pid);
                struct ending_order order = order_for(watch, &worker, 1, STEP_KILL);

                kill(pid, SIGKILL);
                wait_for_end(pid);
                assert_int_equal(manager_take_budget(&manager, order.policy), 1);
                assert_int_equal(ending_start(&order), 0);
                wait_for_the_last_end();
                reap(pid);
                HASH_DEL(manager.watches, watch);
                watch_free(watch);
        }
        wait_for_verdicts(4);
        assert_int_equal(manager_take_budget(&manager, &manager.settings->config->policies[0]), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
        const struct CMUnitTest tests[] = {
                TEST(test_a_signal_that_is_owed),
                TEST(test_one_end_within_another),
                TEST(test_one_end_within_another_one_by_one),
                TEST(test_a_group_of_one_that_was_given_up),
                TEST(test_one_that_is_found_again),
                TEST(test_one_that_is_moved_in),
                TEST(test_a_child_of_anothers_end),
                TEST(test_one_that_says_he_was_executed),
                TEST(test_whose_a_death_is),
                TEST(test_one_who_is_somebody_else_by_now),
                TEST(test_ends_that_others_were_faster_with),
        };

        return cmocka_run_group_tests(tests, groups_open, groups_close);
}
