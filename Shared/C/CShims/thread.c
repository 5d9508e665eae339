// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "cshims_thread.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

void hearth_thread_set_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int hearth_thread_id(void) { return (int)syscall(SYS_gettid); }
