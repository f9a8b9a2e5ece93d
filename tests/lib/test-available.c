/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "bignum-guard.h"
#include "guard/available.h"
#include "guard/judge.h"

/*
 * What a process may still use, read from trees of each layout of cgroups, and the limit that
 * follows it.
 */

#define NONE UINT64_MAX

static void expect(const char *proc, const char *process, const char *cgroup, uint64_t bytes,
                   const char *fence)
{
        const struct bng_available_from from = {proc, process, cgroup, NONE, NONE};
        struct bng_available available;

        bng_available_look(&from, &available);
        if (available.bytes != bytes || !strstr(available.fence, fence))
                fail_msg("%s of %s: %lu bytes by %s", process, proc, (unsigned long)available.bytes,
                         available.fence);
}

static void test_layouts(void **state)
{
        static const struct {
                const char *layout, *process;
                uint64_t bytes;
                const char *fence;
        } cases[] = {
                /* 1 GiB less 886 MiB, of which 150 MiB are file pages: tighter than its own. */
                {"v2", "101", 301989888, "cgroup /system.slice"},
                {"v2", "103", 301989888, "cgroup /system.slice"},
                {"v2", "104", 301989888, "cgroup /system.slice"},
                {"v2", "105", 8388608000, "MemAvailable"},
                {"v2", "2", 8388608000, "MemAvailable"},
                /* The limit two levels above; only the memory controller's path is one. */
                {"v1", "203", 200278016, "cgroup /batch"},
                {"v1", "1", 8388608000, "MemAvailable"},
                {"hybrid", "203", 200278016, "cgroup /batch"},
                {"hybrid", "204", 200278016, "cgroup /batch"},
                {"hybrid", "1", 8388608000, "MemAvailable"},
                {"hybrid", "999", 8388608000, "MemAvailable"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                char proc[512], cgroup[512];
                snprintf(proc, sizeof proc, "%s/%s/proc", FIXTURES, cases[i].layout);
                snprintf(cgroup, sizeof cgroup, "%s/%s/cgroup", FIXTURES, cases[i].layout);
                expect(proc, cases[i].process, cgroup, cases[i].bytes, cases[i].fence);
        }
}

/* ---- a tree of its own ---- */

static char root[] = "/tmp/bng-available-XXXXXX";

static const char *in_root(const char *path)
{
        static char full[4][512];
        static unsigned turn;
        char *out = full[turn++ % 4];

        snprintf(out, sizeof *full, "%s/%s", root, path);
        return out;
}

static void put(const char *path, const char *text)
{
        char folder[512];

        snprintf(folder, sizeof folder, "%s", in_root(path));
        for (char *slash = folder + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
                *slash = '\0';
                mkdir(folder, 0700);
                *slash = '/';
        }
        FILE *file = fopen(folder, "w");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
}

static void look(uint64_t bytes, const char *fence)
{
        char proc[512];

        snprintf(proc, sizeof proc, "%s", in_root("proc"));
        expect(proc, "7", in_root("cgroup"), bytes, fence);
}

static int make_root(void **state)
{
        (void)state;
        strcpy(root, "/tmp/bng-available-XXXXXX");
        return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
        char command[64];

        (void)state;
        snprintf(command, sizeof command, "rm -rf %s", root);
        return system(command);
}

static void test_nothing_to_read(void **state)
{
        (void)state;
        look(NONE, "");
        put("proc/meminfo", "MemTotal: 1 kB\n");
        put("proc/7/cgroup", "nonsense\n4:memory\n0:");
        look(NONE, "");
}

/* In a container the path may be the host's, and the mounted root the container's group. */
static void test_containers(void **state)
{
        (void)state;
        put("proc/meminfo", "MemTotal: 9999 kB\nMemAvailable:    9000 kB\n");
        put("proc/7/cgroup", "5:cpu,memory:/docker/0123\n0::/docker/0123\n");
        put("cgroup/memory/memory.limit_in_bytes", "5000000\n");
        put("cgroup/memory/memory.usage_in_bytes", "1000000\n");
        look(4000000, "cgroup /");
        put("proc/7/cgroup", "0::/../../docker/0123\n");
        put("cgroup/memory.max", "3000000\n");
        put("cgroup/memory.current", "1000000\n");
        look(2000000, "the memory limit of its cgroup /");
        /* The brake, where it is tighter. */
        put("cgroup/memory.high", "2500000\n");
        look(1500000, "the memory.high of its cgroup /");
        put("cgroup/memory.high", "3000000\n");
        look(2000000, "the memory limit of its cgroup /");
        put("cgroup/memory.high", "max\n");
        look(2000000, "the memory limit of its cgroup /");
        put("cgroup/memory.max", "max\n");
        put("cgroup/memory.high", "3000000\n");
        look(2000000, "the memory.high of its cgroup /");
        put("cgroup/memory.high", "max\n");
        put("cgroup/memory.max", "3000000\n");
        /* On a hybrid host the v2 controller may hold memory too. */
        put("proc/7/cgroup", "1:name=memory:/\n0::/a/b\n");
        put("cgroup/memory.max", "max\n");
        put("cgroup/unified/a/memory.max", "1000\n");
        put("cgroup/unified/a/memory.current", "2000\n");
        put("cgroup/unified/a/b/memory.max", "max\n");
        look(0, "cgroup /a");
        /* File pages that are more than the usage, which was read before. */
        put("cgroup/unified/a/memory.stat", "anon 5\nfile 5000\ninactive_file 100\nactive_file "
                                            "5000\n");
        look(1000, "cgroup /a");
}

static void test_hostile_names(void **state)
{
        (void)state;
        put("proc/7/cgroup", "0::/a\033[31m\n");
        put("cgroup/a\033[31m/memory.max", "1000\n");
        put("cgroup/a\033[31m/memory.current", "1\n");
        look(999, "cgroup /a?[31m");
}

static uint64_t status_bytes(const char *name)
{
        char line[256];
        uint64_t kilobytes = 0;
        FILE *file = fopen("/proc/self/status", "r");

        assert_non_null(file);
        while (fgets(line, sizeof line, file))
                if (strncmp(line, name, strlen(name)) == 0)
                        kilobytes = strtoull(line + strlen(name), NULL, 10);
        fclose(file);
        return kilobytes * 1024;
}

static void test_resource_limits(void **state)
{
        struct bng_available_from from = {"/proc", "self", "/nonexistent", NONE, NONE};
        struct bng_available available;

        (void)state;
        from.address_space_limit_bytes = status_bytes("VmSize:") + (8 << 20);
        bng_available_look(&from, &available);
        assert_in_range(available.bytes, 6 << 20, 10 << 20);
        assert_non_null(strstr(available.fence, "RLIMIT_AS"));
        from.data_limit_bytes = status_bytes("VmData:") + (4 << 20);
        bng_available_look(&from, &available);
        assert_in_range(available.bytes, 2 << 20, 6 << 20);
        assert_non_null(strstr(available.fence, "RLIMIT_DATA"));
        from.data_limit_bytes = 1;
        bng_available_look(&from, &available);
        assert_int_equal(available.bytes, 0);
}

/* ---- the limit ---- */

static bng_ctx *follower(void)
{
        bng_ctx *ctx;

        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(ctx, BNG_MEMORY_AUTO);
        return ctx;
}

static void test_auto_follows(void **state)
{
        struct rlimit before, tight;
        mpz_t n;
        bng_ctx *ctx;

        (void)state;
        assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
        mpz_init_set_ui(n, 1);
        ctx = follower();
        assert_int_equal(bng_ctx_memory_limit_bytes(ctx), BNG_MEMORY_AUTO);
        /* What is held already is a part of what is in use. */
        bng_ctx_set_held_bytes(ctx, UINT64_C(1) << 50);
        assert_int_equal(bng_check_mul_2exp(ctx, n, 8 * (4 << 20)), BNG_OK);
        assert_int_equal(bng_check_mul_2exp(ctx, n, UINT64_C(1) << 30), BNG_OK);
        /* What it saw once it trusts for a while: another one looks for itself. */
        ctx = bng_ctx_free(ctx);
        ctx = follower();
        tight = before;
        tight.rlim_cur = status_bytes("VmData:") + (64 << 20);
        assert_int_equal(setrlimit(RLIMIT_DATA, &tight), 0);
        bng_status refused = bng_check_mul_2exp(ctx, n, UINT64_C(1) << 30);
        assert_int_equal(bng_check_mul_2exp(ctx, n, 8 * (32 << 20)), BNG_OK);
        /* Small ones do not look: more than is there, and nothing happens. */
        tight.rlim_cur = 1;
        assert_int_equal(setrlimit(RLIMIT_DATA, &tight), 0);
        bng_status unseen = bng_check_mul_2exp(ctx, n, 8 * (BNG_UNSEEN_BYTES - 1000));
        bng_status seen = bng_check_mul_2exp(ctx, n, 8 * (48 << 20));
        assert_int_equal(setrlimit(RLIMIT_DATA, &before), 0);
        assert_int_equal(refused, BNG_REFUSED_MEMORY);
        assert_int_equal(unseen, BNG_OK);
        assert_int_equal(seen, BNG_REFUSED_MEMORY);
        assert_non_null(strstr(bng_ctx_message(ctx), "RLIMIT_DATA"));
        assert_non_null(strstr(bng_ctx_message(ctx), "(OperationMemoryMax=auto)"));
        mpz_clear(n);
        bng_ctx_free(ctx);
}

/* A long result moves to the room that it needs where the total leaves no more: both fit for a moment. */
static void test_results_move(void **state)
{
        mpz_t n, r;

        (void)state;
        bng_ctx *ctx = follower();
        mpz_init(n);
        mpz_setbit(n, GMP_NUMB_BITS * 200000);
        bng_ctx_set_total_limit_bytes(ctx, 400001 * sizeof(mp_limb_t));
        assert_int_equal(bng_mpz_init(ctx, r), BNG_OK);
        assert_int_equal(bng_mpz_mul(ctx, r, n, n), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), mpz_size(r) * sizeof(mp_limb_t));
        bng_mpz_clear(ctx, r);
        mpz_clear(n);
        bng_ctx_free(ctx);
}

int main(void)
{
#define IN_ROOT(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_layouts),
                IN_ROOT(test_nothing_to_read),
                IN_ROOT(test_containers),
                IN_ROOT(test_hostile_names),
                cmocka_unit_test(test_resource_limits),
                cmocka_unit_test(test_auto_follows),
                cmocka_unit_test(test_results_move),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
