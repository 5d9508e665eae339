// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "include/cshims_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int listen_on(const struct addrinfo *at, int backlog, uint16_t *bound_port) {
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int yes = 1, no = 0;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (at->ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    if (bind(fd, at->ai_addr, at->ai_addrlen) < 0 || listen(fd, backlog) < 0
        || getsockname(fd, (struct sockaddr *)&bound, &length) < 0) {
        int failure = errno;
        close(fd);
        return -failure;
    }
    *bound_port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                                    : ((struct sockaddr_in *)&bound)->sin_port);
    return fd;
}

int hearth_listen(const char *host, uint16_t port, int backlog, uint16_t *bound_port) {
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host[0] ? host : NULL, service, &hints, &found) != 0) return -EADDRNOTAVAIL;
    int result = -EADDRNOTAVAIL;
    // With no host, an IPv6 socket serves both families: try it first.
    for (int pass = 0; pass < 2 && result < 0; pass++) {
        for (struct addrinfo *at = found; at && result < 0; at = at->ai_next) {
            if ((at->ai_family == AF_INET6) != (pass == (host[0] ? 1 : 0))) continue;
            int fd = listen_on(at, backlog, bound_port);
            if (fd >= 0 || result == -EADDRNOTAVAIL) result = fd;
        }
    }
    freeaddrinfo(found);
    return result;
}

int hearth_accept(int listener, struct hearth_peer *peer) {
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    int fd;
    do fd = accept4(listener, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0) return -errno;
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    memset(peer, 0, sizeof *peer);
    if (from.ss_family == AF_INET6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)&from;
        memcpy(peer->address, &six->sin6_addr, 16);
        peer->port = ntohs(six->sin6_port);
        peer->is_v4 = IN6_IS_ADDR_V4MAPPED(&six->sin6_addr) ? 1 : 0;
    } else if (from.ss_family == AF_INET) {
        struct sockaddr_in *four = (struct sockaddr_in *)&from;
        peer->address[10] = peer->address[11] = 0xff;
        memcpy(peer->address + 12, &four->sin_addr, 4);
        peer->port = ntohs(four->sin_port);
        peer->is_v4 = 1;
    }
    return fd;
}

int64_t hearth_recv(int fd, void *into, size_t count) {
    ssize_t got;
    do got = recv(fd, into, count, 0);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

int64_t hearth_send(int fd, const void *bytes, size_t count, int more) {
    ssize_t sent;
    do sent = send(fd, bytes, count, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

int hearth_shutdown_write(int fd) { return shutdown(fd, SHUT_WR) < 0 ? -errno : 0; }
int hearth_close(int fd) { return close(fd) < 0 ? -errno : 0; }

int hearth_epoll_create(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int control(int epoll, int operation, int fd, uint64_t token, uint32_t interest) {
    struct epoll_event event = {.data.u64 = token};
    if (interest & HEARTH_READABLE) event.events |= EPOLLIN;
    if (interest & HEARTH_WRITABLE) event.events |= EPOLLOUT;
    return epoll_ctl(epoll, operation, fd, &event) < 0 ? -errno : 0;
}

int hearth_epoll_add(int epoll, int fd, uint64_t token, uint32_t interest) {
    return control(epoll, EPOLL_CTL_ADD, fd, token, interest);
}

int hearth_epoll_change(int epoll, int fd, uint64_t token, uint32_t interest) {
    return control(epoll, EPOLL_CTL_MOD, fd, token, interest);
}

int hearth_epoll_remove(int epoll, int fd) { return control(epoll, EPOLL_CTL_DEL, fd, 0, 0); }

int hearth_epoll_wait(int epoll, struct hearth_event *events, int count, int timeout_ms) {
    struct epoll_event raw[128];
    if (count > 128) count = 128;
    int ready = epoll_wait(epoll, raw, count, timeout_ms);
    if (ready < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < ready; i++) {
        events[i].token = raw[i].data.u64;
        events[i].events = (raw[i].events & EPOLLIN ? HEARTH_READABLE : 0)
            | (raw[i].events & EPOLLOUT ? HEARTH_WRITABLE : 0)
            | (raw[i].events & (EPOLLHUP | EPOLLERR) ? HEARTH_BROKEN : 0);
    }
    return ready;
}

int hearth_eventfd_create(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int hearth_eventfd_signal(int fd) { return eventfd_write(fd, 1) < 0 ? -errno : 0; }

int hearth_eventfd_drain(int fd) {
    eventfd_t value;
    return eventfd_read(fd, &value) < 0 ? -errno : 0;
}

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t hearth_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }
int64_t hearth_wall_seconds(void) { return (int64_t)time(NULL); }
int64_t hearth_thread_cpu_nanoseconds(void) { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }
