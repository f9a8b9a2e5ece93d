/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Makes system calls and allocations of a real program fail: LD_PRELOAD=inject.so BNG_FAULTS=FILE. FILE holds
 * a struct control, shared with the test, which so arms, disarms and counts while the program runs. Of the
 * calls that the program itself makes (and libc or jansson for it, but libsystemd only if asked) one is
 * chosen by its number, or some by chance from a seed. A call that is chosen does nothing and tells an error
 * that the kernel might tell.
 */

#undef _FILE_OFFSET_BITS /* both names of each call are wrapped */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { OPEN, READ, WRITE, SYNC, STAT, SIGNAL, ALLOC };

struct control {
        _Atomic uint32_t
                armed; /* 2: libsystemd's calls too. Calls are counted, and fail, while this is not 0 */
        _Atomic uint32_t kinds; /* a bit an enum kind: which calls count */
        _Atomic uint64_t at;    /* this one of them fails, from 1 on; 0: none */
        _Atomic uint32_t share; /* so many of a million fail */
        _Atomic uint32_t error; /* an errno, or 0: any that fits */
        _Atomic uint64_t seed;  /* changes with every call that counts */
        _Atomic uint64_t calls; /* that counted */
        _Atomic uint64_t failed;
};

static struct control *control;
static uintptr_t spared_from, spared_to; /* where libsystemd is */
static _Thread_local bool spared;        /* while libc reads its databases */

static int find_libsystemd(struct dl_phdr_info *info, size_t size, void *userdata)
{
        (void)size;
        (void)userdata;
        if (!strstr(info->dlpi_name, "libsystemd"))
                return 0;
        spared_from = info->dlpi_addr;
        for (int i = 0; i < info->dlpi_phnum; i++) {
                uintptr_t end =
                        info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;

                if (info->dlpi_phdr[i].p_type == PT_LOAD && end > spared_to)
                        spared_to = end;
        }
        return 1;
}

__attribute__((constructor)) static void start(void)
{
        const char *path = getenv("BNG_FAULTS");
        long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
        void *at;

        if (fd < 0)
                return;
        dl_iterate_phdr(find_libsystemd, NULL);
        at = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
        syscall(SYS_close, fd);
        if (at != MAP_FAILED)
                control = at;
}

/* splitmix64: each call draws the next number. */
static uint64_t draw(void)
{
        uint64_t z = atomic_fetch_add(&control->seed, UINT64_C(0x9e3779b97f4a7c15));

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

static int pick_error(enum kind kind, uint64_t random)
{
        static const int errors[][4] = {
                [OPEN] = {EMFILE, ENFILE, ENOMEM, EIO},
                [READ] = {EIO, EINTR, ENOMEM, ESRCH},
                [WRITE] = {ENOSPC, EIO, EINTR, EROFS},
                [SYNC] = {EIO, ENOSPC, EIO, EROFS},
                [STAT] = {ENOMEM, EIO, ENOMEM, EIO},
                [SIGNAL] = {EMFILE, ENOMEM, EAGAIN, ESRCH},
                [ALLOC] = {ENOMEM, ENOMEM, ENOMEM, ENOMEM},
        };
        uint32_t given = atomic_load(&control->error);

        return given ? (int)given : errors[kind][random % 4];
}

/* Is this call to fail? Then errno says how. */
static bool fails(enum kind kind, const void *caller)
{
        uintptr_t from = (uintptr_t)caller;
        uint64_t n, random;

        uint32_t armed = control ? atomic_load(&control->armed) : 0;

        if (armed == 0 || spared || !(atomic_load(&control->kinds) & (1U << kind)) ||
            (armed < 2 && from >= spared_from && from < spared_to))
                return false;
        n = atomic_fetch_add(&control->calls, 1) + 1;
        random = draw();
        if (n != atomic_load(&control->at) && random % 1000000 >= atomic_load(&control->share))
                return false;
        atomic_fetch_add(&control->failed, 1);
        errno = pick_error(kind, random >> 32);
        return true;
}

#define CALLER __builtin_return_address(0)
#define NEXT(name)                                                                                 \
        ({                                                                                         \
                static __typeof__(&name) next;                                                     \
                if (!next)                                                                         \
                        next = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                         \
                next;                                                                              \
        })

static mode_t mode_of(int flags, va_list args)
{
        return flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

#define OPENS(name)                                                                                \
        int name(const char *path, int flags, ...)                                                 \
        {                                                                                          \
                va_list args;                                                                      \
                mode_t mode;                                                                       \
                va_start(args, flags);                                                             \
                mode = mode_of(flags, args);                                                       \
                va_end(args);                                                                      \
                return fails(OPEN, CALLER) ? -1 : NEXT(name)(path, flags, mode);                   \
        }
#define OPENS_AT(name)                                                                             \
        int name(int folder, const char *path, int flags, ...)                                     \
        {                                                                                          \
                va_list args;                                                                      \
                mode_t mode;                                                                       \
                va_start(args, flags);                                                             \
                mode = mode_of(flags, args);                                                       \
                va_end(args);                                                                      \
                return fails(OPEN, CALLER) ? -1 : NEXT(name)(folder, path, flags, mode);           \
        }
OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)

DIR *fdopendir(int fd)
{
        return fails(OPEN, CALLER) ? NULL : NEXT(fdopendir)(fd);
}

int epoll_wait(int fd, struct epoll_event *events, int n, int timeout)
{
        return fails(READ, CALLER) ? -1 : NEXT(epoll_wait)(fd, events, n, timeout);
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
        return fails(OPEN, CALLER) ? -1 : NEXT(epoll_ctl)(epoll, operation, fd, event);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *fresh, struct itimerspec *old)
{
        return fails(WRITE, CALLER) ? -1 : NEXT(timerfd_settime)(fd, flags, fresh, old);
}

struct dirent *readdir(DIR *dir)
{
        return fails(READ, CALLER) ? NULL : NEXT(readdir)(dir);
}

struct dirent64 *readdir64(DIR *dir)
{
        return fails(READ, CALLER) ? NULL : NEXT(readdir64)(dir);
}

ssize_t read(int fd, void *to, size_t size)
{
        return fails(READ, CALLER) ? -1 : NEXT(read)(fd, to, size);
}

ssize_t pread(int fd, void *to, size_t size, off_t offset)
{
        return fails(READ, CALLER) ? -1 : NEXT(pread)(fd, to, size, offset);
}

ssize_t pread64(int fd, void *to, size_t size, off64_t offset)
{
        return fails(READ, CALLER) ? -1 : NEXT(pread64)(fd, to, size, offset);
}

/* It fails as a whole: where memory ends in it, glibc ends the process itself by an assertion (nss_database.c). */
int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **result)
{
        int error;

        if (fails(READ, CALLER)) {
                *result = NULL;
                return errno;
        }
        spared = true;
        error = NEXT(getpwuid_r)(uid, entry, buffer, size, result);
        spared = false;
        return error;
}

/* What is said on standard error is evidence. */
ssize_t write(int fd, const void *from, size_t size)
{
        return fd != STDERR_FILENO && fails(WRITE, CALLER) ? -1 : NEXT(write)(fd, from, size);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
        return fails(WRITE, CALLER) ? -1 : NEXT(writev)(fd, parts, n);
}

int fsync(int fd)
{
        return fails(SYNC, CALLER) ? -1 : NEXT(fsync)(fd);
}

int fdatasync(int fd)
{
        return fails(SYNC, CALLER) ? -1 : NEXT(fdatasync)(fd);
}

int ftruncate(int fd, off_t size)
{
        return fails(SYNC, CALLER) ? -1 : NEXT(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
        return fails(SYNC, CALLER) ? -1 : NEXT(ftruncate64)(fd, size);
}

int renameat(int from, const char *a, int to, const char *b)
{
        return fails(SYNC, CALLER) ? -1 : NEXT(renameat)(from, a, to, b);
}

int fstat(int fd, struct stat *st)
{
        return fails(STAT, CALLER) ? -1 : NEXT(fstat)(fd, st);
}

int fstat64(int fd, struct stat64 *st)
{
        return fails(STAT, CALLER) ? -1 : NEXT(fstat64)(fd, st);
}

int fstatat(int folder, const char *path, struct stat *st, int flags)
{
        return fails(STAT, CALLER) ? -1 : NEXT(fstatat)(folder, path, st, flags);
}

int fstatat64(int folder, const char *path, struct stat64 *st, int flags)
{
        return fails(STAT, CALLER) ? -1 : NEXT(fstatat64)(folder, path, st, flags);
}

/* The system calls that act have no wrapper in every libc, so the program makes them so. */
long syscall(long number, ...)
{
        long a[6];
        va_list args;

        va_start(args, number);
        for (int i = 0; i < 6; i++)
                a[i] = va_arg(args, long);
        va_end(args);
        if ((number == SYS_pidfd_open || number == SYS_pidfd_send_signal) && fails(SIGNAL, CALLER))
                return -1;
        return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* A sanitizer has an allocator of its own. */
#ifndef BNG_SANITIZED
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

void *malloc(size_t size)
{
        return fails(ALLOC, CALLER) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
        return fails(ALLOC, CALLER) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *block, size_t size)
{
        return fails(ALLOC, CALLER) ? NULL : __libc_realloc(block, size);
}

void *reallocarray(void *block, size_t n, size_t size)
{
        if (size > 0 && n > SIZE_MAX / size) {
                errno = ENOMEM;
                return NULL;
        }
        return fails(ALLOC, CALLER) ? NULL : __libc_realloc(block, n * size);
}
#endif
