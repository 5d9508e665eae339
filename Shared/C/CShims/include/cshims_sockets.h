#pragma once
#include <stddef.h>
#include <stdint.h>

/// Address of a TCP peer; IPv4 is mapped into IPv6 (`::ffff:a.b.c.d`).
struct hearth_peer {
    uint8_t address[16];
    uint16_t port;
    uint16_t is_v4;
};

/// One readiness report of an epoll instance.
struct hearth_event {
    uint64_t token;
    uint32_t events;
};

enum { HEARTH_READABLE = 1, HEARTH_WRITABLE = 2, HEARTH_BROKEN = 4 };

// All functions answer a negative errno on failure and retry on EINTR.

/// Binds and listens (close-on-exec, non-blocking); an empty host means every address.
int hearth_listen(const char *host, uint16_t port, int backlog, uint16_t *bound_port);
/// Accepts one connection: non-blocking, close-on-exec, no delay.
int hearth_accept(int listener, struct hearth_peer *peer);
int64_t hearth_recv(int fd, void *into, size_t count);
/// Never raises SIGPIPE; `more` says that further bytes follow at once.
int64_t hearth_send(int fd, const void *bytes, size_t count, int more);
int hearth_shutdown_write(int fd);
int hearth_close(int fd);

int hearth_epoll_create(void);
/// Adds `fd` with interest in HEARTH_READABLE | HEARTH_WRITABLE (level-triggered).
int hearth_epoll_add(int epoll, int fd, uint64_t token, uint32_t interest);
int hearth_epoll_change(int epoll, int fd, uint64_t token, uint32_t interest);
int hearth_epoll_remove(int epoll, int fd);
/// Waits; a negative timeout means for ever.
int hearth_epoll_wait(int epoll, struct hearth_event *events, int count, int timeout_ms);

int hearth_eventfd_create(void);
int hearth_eventfd_signal(int fd);
int hearth_eventfd_drain(int fd);

int64_t hearth_monotonic_nanoseconds(void);
int64_t hearth_wall_seconds(void);
/// CPU time of the calling thread.
int64_t hearth_thread_cpu_nanoseconds(void);
