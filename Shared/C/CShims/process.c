// Signals, limits and usage of this process: what must be plain C because it runs in a signal handler, or because
// the C library's constants are not imported into Swift.
// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "cshims_process.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static volatile sig_atomic_t signal_count;
static int pipe_ends[2] = {-1, -1};

static void on_stop_signal(int number) {
    int saved = errno;
    if (signal_count++ > 0) _exit(128 + number);
    unsigned char byte = (unsigned char)number;
    // A full pipe is impossible: one byte is ever written.
    if (write(pipe_ends[1], &byte, 1) < 0) _exit(128 + number);
    errno = saved;
}

// The terminal is gone: stop as for SIGTERM, but any number of these is no reason to hurry.
static void on_hangup(int number) {
    if (signal_count == 0) on_stop_signal(number);
}

int hearth_catch_stop_signals(void) {
    if (pipe_ends[0] >= 0 || pipe2(pipe_ends, O_CLOEXEC) != 0) return -1;
    struct sigaction ignore, catch, hangup;
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    memset(&catch, 0, sizeof catch);
    catch.sa_handler = on_stop_signal;
    catch.sa_flags = SA_RESTART;
    if (sigaction(SIGPIPE, &ignore, NULL) != 0 || sigaction(SIGTERM, &catch, NULL) != 0) return -1;
    // Under nohup it is ignored, and stays so.
    if (sigaction(SIGHUP, NULL, &hangup) != 0) return -1;
    if (hangup.sa_handler != SIG_IGN) {
        catch.sa_handler = on_hangup;
        if (sigaction(SIGHUP, &catch, NULL) != 0) return -1;
        catch.sa_handler = on_stop_signal;
    }
    return sigaction(SIGINT, &catch, NULL) == 0 ? pipe_ends[0] : -1;
}

long hearth_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    return limit.rlim_cur > 1000000000 ? 1000000000 : (long)limit.rlim_cur;
}

double hearth_process_cpu_seconds(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return -1;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}
