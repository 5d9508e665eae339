#pragma once

/// Installs handlers for SIGTERM and SIGINT and ignores SIGPIPE; call once. The first signal makes the returned
/// descriptor readable (one byte, the signal's number), a second one ends the process at once with 128 + signal.
/// SIGHUP counts as a first signal only, and not at all where it was ignored before.
/// Returns -1 when the pipe or a handler could not be made.
int hearth_catch_stop_signals(void);
/// Raises the soft limit of open descriptors to the hard one; returns what holds afterwards, -1 on failure.
long hearth_raise_descriptor_limit(void);
/// Seconds of processor time of this process, user and system; negative on failure.
double hearth_process_cpu_seconds(void);
