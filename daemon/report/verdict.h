/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A verdict: who was ended, why, on what evidence, and how it went. One per ended process, complete
 * when the outcome is known, never changed afterwards. As JSON it is one object on one line.
 *
 * Pure: no clock, no file; any thread. Strings are the verdict's own (malloc'ed) and may hold any
 * bytes: they are escaped here, when they are written (escape.h).
 */

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>
#include "policy/decide.h"

enum outcome {
        OUTCOME_ENDED,     /* dead, by our signals */
        OUTCOME_SURVIVED,  /* signalled, and alive when we gave up waiting */
        OUTCOME_GONE,      /* dead before a signal of ours reached it */
        OUTCOME_FROZEN,    /* Action=freeze */
        OUTCOME_RESTARTED, /* dead, because systemd restarted its unit */
        OUTCOME_LOGGED,    /* Action=log */
        OUTCOME_WITHHELD,  /* the kill budget was used up: frozen instead, if that could be */
        OUTCOME_WOULD_HAVE_ENDED, /* dry run */
};

/* Whose it was where the death was not of our signals, as far as that can be told. */
enum killer {
        KILLER_NOBODY_ELSE,
        KILLER_KERNEL, /* "kernel" in JSON: it was short of memory, and says so in its log */
        KILLER_OTHERS, /* "others": it died of a signal that we had not sent, and ended alone */
};

struct sent_signal {
        int signo;
        uint64_t realtime_usec;
        bool by_cgroup_kill; /* "by" in JSON: "cgroup.kill", else "pidfd" */
};

#define VERDICT_SIGNALS 4
#define VERDICT_SAMPLES 32

struct verdict {
        uint64_t realtime_usec;  /* when the decision fell, CLOCK_REALTIME */
        uint64_t monotonic_usec; /* the same moment in the clock of `samples` */
        uint64_t event;          /* the same for processes ended together */
        char *policy;
        struct finding finding;
        uint64_t window; /* microseconds that the finding looks back: the policy's GrowthWindowSec=,
                            LeakWindowSec= or CpuWindowSec=, or of `count` the time in which they ended;
                            0 for a limit on memory */
        enum policy_action action;
        enum policy_scope scope;
        enum outcome outcome;
        enum killer killed_by;
        unsigned
                count; /* so many have this verdict together, none of whom it names; 0 or 1: it is on one */
        pid_t pid; /* 0: not known (of the kernel's reasons), and then neither is what follows */
        uint64_t start_time; /* clock ticks since boot; 0: not known */
        uid_t uid;
        char *command; /* made by escape_command() */
        char *cgroup;
        char *unit;    /* or NULL */
        char *limited; /* the group whose limit the kernel kept, where that is another one; or NULL */
        uint64_t rss;  /* bytes, resident when the decision fell */
        uint64_t peak; /* bytes: the highest that we measured */
        uint64_t
                ended_after_usec; /* from the decision to its death; 0 where it did not die of us */
        struct sent_signal signals[VERDICT_SIGNALS]; /* in the order of sending */
        size_t n_signals;
        bool by_tripwire; /* "noticed" in JSON: the kernel told of it by a tripwire, memory.high */
        struct sample samples[VERDICT_SAMPLES]; /* oldest first */
        size_t n_samples;
        struct verdict *next; /* of a list that it waits in */
};

/* As in the JSON; the reason's is reason_name(). */
const char *verdict_scope_name(enum policy_scope scope);
const char *verdict_outcome_name(enum outcome outcome);
/* A finding's limit or value for people, with the unit that its reason has: "96M", "64M/h", "50s". */
struct measure_text {
        char text[72];
};
const char *verdict_measure(enum reason reason, uint64_t measure, struct measure_text *ret);
/* "SIGTERM", or "signal 34" for one without a name. Returns ret->text. */
struct signal_name {
        char text[16];
};
const char *verdict_signal_name(int signo, struct signal_name *ret);

json_t *verdict_to_json(const struct verdict *verdict); /* new reference, NULL without memory */
/* The JSON as one line of printable ASCII, without its newline: malloc'ed, NULL without memory. */
char *verdict_to_line(const struct verdict *verdict);
/* One sentence for people, as in the journal's MESSAGE: malloc'ed, NULL without memory. */
char *verdict_sentence(const struct verdict *verdict);
/* "worker 42 (python3 app.py) of /web", as the sentence begins: the same. */
char *verdict_who(const struct verdict *verdict);
struct verdict *verdict_free(struct verdict *verdict); /* NULL */
