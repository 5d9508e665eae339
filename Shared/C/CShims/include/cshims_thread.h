#pragma once

/// Names the calling thread; the kernel keeps the first 15 bytes.
void hearth_thread_set_name(const char *name);
/// The kernel's id of the calling thread.
int hearth_thread_id(void);
