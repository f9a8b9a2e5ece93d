/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A calculator for strangers: server [PORT]. Each connection has a thread and a context of its own,
 * sends expressions, a line each, and gets a line for each: the value, or why there is none. Try
 *
 *   printf '%s\n' '2 ** 100' '1024 ** 1024 ** 1024' 'last + 1' | nc 127.0.0.1 PORT
 *
 * What one line may cost is the context's: the length of every value, the memory of the evaluation,
 * its time. How many strangers there may be at once is MOST_CLIENTS, so the whole stays within
 * MOST_CLIENTS times the memory limit. The name `last` is the value before.
 */
#include <arpa/inet.h>
#include <bignum-guard.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_CLIENTS 16
#define LINE_BYTES 4096
#define RESULT_BITS (UINT64_C(64) << 13) /* 64 KiB */
#define MEMORY_BYTES (UINT64_C(16) << 20)
#define TIME_USEC 1000000

static atomic_int clients;

/* The value of a line goes to the client and to `last`, which a refusal leaves as it was. */
static void answer(bng_ctx *ctx, FILE *out, mpq_t last, const char *line, size_t length)
{
        bng_variable variable = {"last", mpq_numref(last), mpq_denref(last)};
        char *text;

        if (bng_eval(ctx, last, line, length, &variable, 1) != BNG_OK ||
            bng_mpq_get_str(ctx, &text, 10, last) != BNG_OK) {
                fprintf(out, "%s\n", bng_ctx_message(ctx));
                return;
        }
        fprintf(out, "%s\n", text);
        free(text);
}

/* A longer line would be a stranger's way to take memory: it ends the connection. */
static void converse(bng_ctx *ctx, FILE *in, FILE *out)
{
        char line[LINE_BYTES];
        mpq_t last;

        mpq_init(last);
        while (fgets(line, sizeof line, in)) {
                size_t length = strcspn(line, "\n");
                if (line[length] != '\n')
                        break;
                answer(ctx, out, last, line, length);
                if (fflush(out) != 0)
                        break;
        }
        mpq_clear(last);
}

static void *serve(void *argument)
{
        int fd = (int)(intptr_t)argument;
        FILE *in = fdopen(fd, "r");
        FILE *out = in ? fdopen(dup(fd), "w") : NULL;
        bng_ctx *ctx;

        if (bng_ctx_new(&ctx) == BNG_OK) {
                bng_ctx_set_result_limit_bits(ctx, RESULT_BITS);
                bng_ctx_set_memory_limit_bytes(ctx, MEMORY_BYTES);
                bng_ctx_set_time_limit_usec(ctx, TIME_USEC);
                if (out)
                        converse(ctx, in, out);
                bng_ctx_free(ctx);
        }
        if (out)
                fclose(out);
        if (in)
                fclose(in);
        else
                close(fd);
        atomic_fetch_sub(&clients, 1);
        return NULL;
}

static void welcome(int fd)
{
        pthread_t thread;

        if (atomic_fetch_add(&clients, 1) < MOST_CLIENTS &&
            pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) == 0) {
                pthread_detach(thread);
                return;
        }
        atomic_fetch_sub(&clients, 1);
        close(fd);
}

int main(int argc, char **argv)
{
        struct sockaddr_in address = {.sin_family = AF_INET};
        socklen_t length = sizeof address;
        int listener = socket(AF_INET, SOCK_STREAM, 0);

        signal(SIGPIPE, SIG_IGN); /* a client that has gone is no reason to go too */
        address.sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 ||
            listen(listener, MOST_CLIENTS) != 0 ||
            getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
                perror("server");
                return 1;
        }
        printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
        fflush(stdout);
        for (;;) {
                int fd = accept(listener, NULL, NULL);
                if (fd >= 0)
                        welcome(fd);
        }
}
