/* Stands between a process and libc (LD_PRELOAD): makes chosen calls fail as the kernel would, and lets its clocks run faster.
 *
 * $DMS_FAULTS is a file that the process shares with whoever injects the faults: `struct control` below, and `Control` of
 * tools/faults/control.py. $DMS_CLOCK_RATE is how many seconds pass in the process while one passes outside (default 1).
 *
 * Only errors are injected that Linux documents for the call and the kind of descriptor: what cannot happen need not be survived.
 * Pipes, event descriptors and memory are left alone.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { NONE, FILES, DATABASE, SOCKETS, CLOCK, KINDS };
enum { ANY_ERROR = 0, SHORT = 4096, SLOW = 4097, IN_1970 = 4098, IN_2038 = 4099, IN_2231 = 4100 };
enum { DESCRIPTORS = 4096, PATH_BYTES = 96, NAME_BYTES = 16, LOG_ENTRIES = 4096 };

struct entry {
    uint64_t call;
    int32_t kind, error;
    char function[NAME_BYTES], path[PATH_BYTES];
};

struct control {
    _Atomic uint32_t armed;               /* bits of `enum kind` whose calls count and fail; 0: nothing fails */
    _Atomic int32_t error;                /* an errno, SHORT, SLOW, or ANY_ERROR: those of the call, one after the other */
    _Atomic uint64_t first, every, most;  /* call number `first` fails, then each `every`-th, `most` of them */
    _Atomic uint64_t slow_ms;
    _Atomic uint64_t calls, failed;       /* since it was armed */
    _Atomic uint64_t seen[KINDS];         /* since the start */
    _Atomic uint64_t on_main_thread;      /* calls that may wait for a disk, made by the main thread while `watch_main` is set */
    _Atomic uint32_t watch_main;
    _Atomic uint32_t logged;
    char only[PATH_BYTES];                /* only calls on paths that contain this fail; empty: all */
    struct entry log[LOG_ENTRIES];
};

static struct control *control;
static double rate = 1.0;
static double mono_base, real_base;
static unsigned char kind_of[DESCRIPTORS];
static char path_of[DESCRIPTORS][PATH_BYTES];

#define REAL(result, name, ...)                                              \
    static result (*real_##name)(__VA_ARGS__);                               \
    static void find_##name(void) {                                          \
        if (!real_##name) real_##name = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name); \
    }

REAL(int, clock_gettime, clockid_t, struct timespec *)
REAL(int, nanosleep, const struct timespec *, struct timespec *)

static double seconds(const struct timespec *at) { return (double)at->tv_sec + 1e-9 * (double)at->tv_nsec; }

static struct timespec timespec_of(double s) {
    if (s < 0) s = 0;
    struct timespec at = {(time_t)s, 0};
    at.tv_nsec = (long)((s - (double)at.tv_sec) * 1e9);
    return at;
}

static double outside_now(clockid_t clock) {
    struct timespec at;
    find_clock_gettime();
    real_clock_gettime(clock, &at);
    return seconds(&at);
}

__attribute__((constructor)) static void begin(void) {
    mono_base = outside_now(CLOCK_MONOTONIC);
    real_base = outside_now(CLOCK_REALTIME);
    const char *wanted = getenv("DMS_CLOCK_RATE"), *shared = getenv("DMS_FAULTS");
    if (wanted) rate = strtod(wanted, NULL);
    if (!shared) return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, shared, O_RDWR | O_CLOEXEC, 0);
    if (file < 0) return;
    void *place = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (place != MAP_FAILED) control = place;
    syscall(SYS_close, file);
}

/* --- which calls fail --- */

static enum kind kind_of_path(const char *path) { return path && strstr(path, ".db") ? DATABASE : FILES; }

static void remember(int descriptor, enum kind kind, const char *path) {
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return;
    kind_of[descriptor] = (unsigned char)kind;
    strncpy(path_of[descriptor], path ? path : "", PATH_BYTES - 1);
}

static enum kind kind_at(int descriptor) {
    return descriptor >= 0 && descriptor < DESCRIPTORS ? (enum kind)kind_of[descriptor] : NONE;
}

static const char *path_at(int descriptor) { return descriptor >= 0 && descriptor < DESCRIPTORS ? path_of[descriptor] : ""; }

static void note(const char *function, const char *path, enum kind kind, uint64_t call, int error) {
    uint32_t place = atomic_fetch_add(&control->logged, 1);
    if (place >= LOG_ENTRIES) return;
    struct entry *entry = &control->log[place];
    entry->call = call;
    entry->kind = kind;
    entry->error = error;
    strncpy(entry->function, function, NAME_BYTES - 1);
    strncpy(entry->path, path ? path : "", PATH_BYTES - 1);
}

/* The errno with which this call is to fail, SHORT, or 0. `errors` are those that it can fail with, up to a 0. */
static int fault(const char *function, enum kind kind, const char *path, const int *errors, int waits_for_disk) {
    if (!control || kind == NONE) return 0;
    atomic_fetch_add(&control->seen[kind], 1);
    if (waits_for_disk && !(path && strncmp(path, "/proc/", 6) == 0) && atomic_load(&control->watch_main) && gettid() == getpid()) {
        atomic_fetch_add(&control->on_main_thread, 1);
        note(function, path, kind, 0, -1);
    }
    if (!(atomic_load(&control->armed) & (1u << kind))) return 0;
    if (control->only[0] && (!path || !strstr(path, control->only))) return 0;
    int wanted = atomic_load(&control->error), length = 0, found = wanted == ANY_ERROR || wanted == SLOW;
    while (errors[length]) found |= errors[length++] == wanted;
    if (!found) return 0; /* this call cannot fail so */
    uint64_t call = atomic_fetch_add(&control->calls, 1) + 1, first = atomic_load(&control->first);
    uint64_t every = atomic_load(&control->every);
    if (call < first || (every ? (call - first) % every != 0 : call != first)) return 0;
    uint64_t number = atomic_fetch_add(&control->failed, 1);
    if (number >= atomic_load(&control->most)) {
        atomic_fetch_sub(&control->failed, 1);
        return 0;
    }
    if (wanted == SLOW) {
        struct timespec wait = timespec_of(1e-3 * (double)atomic_load(&control->slow_ms));
        note(function, path, kind, call, SLOW);
        find_nanosleep();
        real_nanosleep(&wait, NULL);
        return 0;
    }
    if (wanted == ANY_ERROR) wanted = errors[(first + number) % (uint64_t)length];
    note(function, path, kind, call, wanted);
    return wanted;
}

#define ERRORS(...) (const int[]){__VA_ARGS__, 0}
static const int ON_PATH[] = {EIO, EACCES, ENOSPC, EROFS, 0};
static const int ON_LOOK[] = {EIO, EACCES, 0};
static const int ON_OPEN[] = {EIO, EACCES, ENOSPC, EMFILE, EINTR, 0};
static const int ON_WRITE[] = {ENOSPC, EIO, EINTR, SHORT, 0};
static const int ON_READ[] = {EIO, EINTR, 0};
static const int ON_SYNC[] = {EIO, ENOSPC, EINTR, 0};

#define FAIL_PATH(name, path, errors, waits)                              \
    do {                                                                  \
        int failed = fault(name, kind_of_path(path), path, errors, waits); \
        if (failed) { errno = failed; return -1; }                        \
    } while (0)

#define FAIL_FILE(name, descriptor, errors, waits)                                              \
    do {                                                                                        \
        int failed = fault(name, kind_at(descriptor), path_at(descriptor), errors, waits);      \
        if (failed && failed != SHORT) { errno = failed; return -1; }                           \
        if (failed == SHORT && length > 1) length /= 2;                                         \
    } while (0)

/* --- files, and the databases among them --- */

REAL(int, open64, const char *, int, ...)
REAL(int, openat64, int, const char *, int, ...)

static mode_t mode_in(va_list rest, int flags) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; }

#define OPEN(name)                                                          \
    int name(const char *path, int flags, ...) {                            \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        mode_t mode = mode_in(rest, flags);                                 \
        va_end(rest);                                                       \
        FAIL_PATH("open", path, ON_OPEN, 1);                                \
        find_open64();                                                      \
        int descriptor = real_open64(path, flags, mode);                    \
        remember(descriptor, kind_of_path(path), path);                     \
        return descriptor;                                                  \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                        \
    int name(int folder, const char *path, int flags, ...) {                \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        mode_t mode = mode_in(rest, flags);                                 \
        va_end(rest);                                                       \
        FAIL_PATH("openat", path, ON_OPEN, 1);                              \
        find_openat64();                                                    \
        int descriptor = real_openat64(folder, path, flags, mode);          \
        remember(descriptor, kind_of_path(path), path);                     \
        return descriptor;                                                  \
    }
OPENAT(openat)
OPENAT(openat64)

REAL(int, close, int)
int close(int descriptor) {
    int failed = fault("close", kind_at(descriptor) == SOCKETS ? NONE : kind_at(descriptor), path_at(descriptor),
                       ERRORS(EIO, EINTR, ENOSPC), 0);
    remember(descriptor, NONE, "");
    find_close();
    int result = real_close(descriptor); /* the descriptor is gone whatever close says, close(2) */
    if (failed) { errno = failed; return -1; }
    return result;
}

REAL(ssize_t, write, int, const void *, size_t)
ssize_t write(int descriptor, const void *bytes, size_t length) {
    if (kind_at(descriptor) != SOCKETS) FAIL_FILE("write", descriptor, ON_WRITE, 1);
    find_write();
    return real_write(descriptor, bytes, length);
}

REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)
ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t at) {
    FAIL_FILE("pwrite", descriptor, ON_WRITE, 1);
    find_pwrite64();
    return real_pwrite64(descriptor, bytes, length, at);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t at) { return pwrite64(descriptor, bytes, length, at); }

REAL(ssize_t, read, int, void *, size_t)
ssize_t read(int descriptor, void *bytes, size_t length) {
    if (kind_at(descriptor) != SOCKETS) FAIL_FILE("read", descriptor, ON_READ, 1);
    find_read();
    return real_read(descriptor, bytes, length);
}

REAL(ssize_t, pread64, int, void *, size_t, off64_t)
ssize_t pread64(int descriptor, void *bytes, size_t length, off64_t at) {
    FAIL_FILE("pread", descriptor, ON_READ, 1);
    find_pread64();
    return real_pread64(descriptor, bytes, length, at);
}
ssize_t pread(int descriptor, void *bytes, size_t length, off_t at) { return pread64(descriptor, bytes, length, at); }

#define ON_DESCRIPTOR(name, shown, errors, waits)   \
    REAL(int, name, int)                            \
    int name(int descriptor) {                      \
        size_t length = 0;                          \
        FAIL_FILE(shown, descriptor, errors, waits);\
        find_##name();                              \
        return real_##name(descriptor);             \
    }
ON_DESCRIPTOR(fsync, "fsync", ON_SYNC, 1)
ON_DESCRIPTOR(fdatasync, "fdatasync", ON_SYNC, 1)

#define TRUNCATE(name)                                                    \
    REAL(int, name, int, off64_t)                                         \
    int name(int descriptor, off64_t size) {                              \
        size_t length = 0;                                                \
        FAIL_FILE("ftruncate", descriptor, ERRORS(EIO, EINTR, ENOSPC), 1); \
        find_##name();                                                    \
        return real_##name(descriptor, size);                             \
    }
TRUNCATE(ftruncate64)
TRUNCATE(ftruncate)

#define STAT(name, shown)                                     \
    REAL(int, name, const char *, struct stat64 *)            \
    int name(const char *path, struct stat64 *found) {        \
        FAIL_PATH(shown, path, ON_LOOK, 0);                   \
        find_##name();                                        \
        return real_##name(path, found);                      \
    }
STAT(stat64, "stat")
STAT(lstat64, "stat")

REAL(int, fstatat64, int, const char *, struct stat64 *, int)
int fstatat64(int folder, const char *path, struct stat64 *found, int flags) {
    FAIL_PATH("stat", path, ON_LOOK, 0);
    find_fstatat64();
    return real_fstatat64(folder, path, found, flags);
}

REAL(int, statvfs64, const char *, struct statvfs64 *)
int statvfs64(const char *path, struct statvfs64 *found) {
    FAIL_PATH("statvfs", path, ON_LOOK, 0);
    find_statvfs64();
    return real_statvfs64(path, found);
}

REAL(DIR *, opendir, const char *)
DIR *opendir(const char *path) {
    int failed = fault("opendir", kind_of_path(path), path, ON_OPEN, 0);
    if (failed) { errno = failed; return NULL; }
    find_opendir();
    return real_opendir(path);
}

REAL(struct dirent64 *, readdir64, DIR *)
struct dirent64 *readdir64(DIR *folder) {
    int failed = fault("readdir", FILES, "", ERRORS(EIO), 0);
    if (failed) { errno = failed; return NULL; }
    find_readdir64();
    return real_readdir64(folder);
}

#define ON_ONE_PATH(name, errors, parameters, arguments)  \
    int name parameters {                                 \
        FAIL_PATH(#name, path, errors, 1);                \
        find_##name();                                    \
        return real_##name arguments;                     \
    }
REAL(int, unlink, const char *)
ON_ONE_PATH(unlink, ON_PATH, (const char *path), (path))
REAL(int, unlinkat, int, const char *, int)
ON_ONE_PATH(unlinkat, ON_PATH, (int folder, const char *path, int flags), (folder, path, flags))
REAL(int, mkdir, const char *, mode_t)
ON_ONE_PATH(mkdir, ON_PATH, (const char *path, mode_t mode), (path, mode))
REAL(int, mkdirat, int, const char *, mode_t)
ON_ONE_PATH(mkdirat, ON_PATH, (int folder, const char *path, mode_t mode), (folder, path, mode))
REAL(int, rename, const char *, const char *)
ON_ONE_PATH(rename, ON_PATH, (const char *path, const char *to), (path, to))
REAL(int, renameat, int, const char *, int, const char *)
ON_ONE_PATH(renameat, ON_PATH, (int at, const char *path, int to_at, const char *to), (at, path, to_at, to))
REAL(int, chmod, const char *, mode_t)
ON_ONE_PATH(chmod, ON_PATH, (const char *path, mode_t mode), (path, mode))

REAL(int, flock, int, int)
int flock(int descriptor, int operation) {
    size_t length = 0;
    FAIL_FILE("flock", descriptor, ERRORS(EINTR, ENOLCK), 0);
    find_flock();
    return real_flock(descriptor, operation);
}

#define FCNTL(name)                                                                                          \
    REAL(int, name, int, int, ...)                                                                           \
    int name(int descriptor, int command, ...) {                                                             \
        va_list rest;                                                                                        \
        va_start(rest, command);                                                                             \
        void *argument = va_arg(rest, void *);                                                               \
        va_end(rest);                                                                                        \
        size_t length = 0;                                                                                   \
        if (command == F_SETLK) FAIL_FILE("lock", descriptor, ERRORS(ENOLCK), 0);                            \
        find_##name();                                                                                       \
        int result = real_##name(descriptor, command, argument);                                             \
        if ((command == F_DUPFD || command == F_DUPFD_CLOEXEC) && result >= 0)                               \
            remember(result, kind_at(descriptor), path_at(descriptor));                                      \
        return result;                                                                                       \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

REAL(void *, mmap64, void *, size_t, int, int, int, off64_t)
void *mmap64(void *place, size_t size, int protection, int flags, int descriptor, off64_t at) {
    if (kind_at(descriptor) == DATABASE) {
        int failed = fault("mmap", DATABASE, path_at(descriptor), ERRORS(ENOMEM, EACCES), 0);
        if (failed) { errno = failed; return MAP_FAILED; }
    }
    find_mmap64();
    return real_mmap64(place, size, protection, flags, descriptor, at);
}

/* --- sockets --- */

REAL(int, socket, int, int, int)
int socket(int family, int type, int protocol) {
    int failed = fault("socket", SOCKETS, "", ERRORS(EMFILE, ENFILE, ENOBUFS, ENOMEM), 0);
    if (failed) { errno = failed; return -1; }
    find_socket();
    int descriptor = real_socket(family, type, protocol);
    remember(descriptor, SOCKETS, "socket");
    return descriptor;
}

REAL(int, socketpair, int, int, int, int *)
int socketpair(int family, int type, int protocol, int pair[2]) {
    find_socketpair();
    int result = real_socketpair(family, type, protocol, pair);
    if (result == 0) { remember(pair[0], SOCKETS, "pair"); remember(pair[1], SOCKETS, "pair"); }
    return result;
}

REAL(int, accept4, int, struct sockaddr *, socklen_t *, int)
int accept4(int listening, struct sockaddr *from, socklen_t *size, int flags) {
    /* Not EMFILE: libzmq ends the process on it where it listens on ipc://, which is why dms bounds connections. */
    int failed = fault("accept", SOCKETS, "", ERRORS(ECONNABORTED, EINTR, ENFILE), 0);
    if (failed) { errno = failed; return -1; }
    find_accept4();
    int descriptor = real_accept4(listening, from, size, flags);
    remember(descriptor, SOCKETS, "accepted");
    return descriptor;
}

static const int SEND_ERRORS[] = {EINTR, EAGAIN, EPIPE, ECONNRESET, SHORT, 0};
/* A connection that is said to be broken is broken, on both sides. */
static int broken(int descriptor, int failed) {
    if (failed == EPIPE || failed == ECONNRESET) shutdown(descriptor, SHUT_RDWR);
    errno = failed;
    return -1;
}

static const int RECEIVE_ERRORS[] = {EINTR, EAGAIN, ECONNRESET, 0};

/* A pair inside the process does not break, but may find no memory. */
static const int PAIR_ERRORS[] = {ENOBUFS, EINTR, EAGAIN, 0};
static const int *errors_of(int descriptor, const int *errors) {
    return strcmp(path_at(descriptor), "pair") == 0 ? PAIR_ERRORS : errors;
}

REAL(ssize_t, send, int, const void *, size_t, int)
ssize_t send(int descriptor, const void *bytes, size_t length, int flags) {
    int failed = fault("send", kind_at(descriptor), path_at(descriptor), errors_of(descriptor, SEND_ERRORS), 0);
    if (failed && failed != SHORT) return broken(descriptor, failed);
    if (failed == SHORT && length > 1) length /= 2;
    find_send();
    return real_send(descriptor, bytes, length, flags);
}

REAL(ssize_t, sendto, int, const void *, size_t, int, const struct sockaddr *, socklen_t)
ssize_t sendto(int descriptor, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    FAIL_FILE("sendto", descriptor, ERRORS(ENOBUFS, EAGAIN, ECONNREFUSED, ENOENT), 0);
    find_sendto();
    return real_sendto(descriptor, bytes, length, flags, to, size);
}

REAL(ssize_t, recv, int, void *, size_t, int)
ssize_t recv(int descriptor, void *bytes, size_t length, int flags) {
    int failed = fault("recv", kind_at(descriptor), path_at(descriptor), errors_of(descriptor, RECEIVE_ERRORS), 0);
    if (failed) return broken(descriptor, failed);
    find_recv();
    return real_recv(descriptor, bytes, length, flags);
}

/* --- clocks --- */

static double to_outside(double inside, double base) { return base + (inside - base) / rate; }

/* CLOCK_MONOTONIC cannot fail, and the interpreter's own waits rest on it. The wall clock can say anything for a moment. */
int clock_gettime(clockid_t clock, struct timespec *at) {
    int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    int is_cpu = clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
    int failed = 0;
    if (is_wall) failed = fault("clock_gettime", CLOCK, "wall", ERRORS(IN_1970, IN_2038, IN_2231), 0);
    if (is_cpu) failed = fault("clock_gettime", CLOCK, "cpu", ERRORS(EINVAL, EPERM), 0);
    if (is_cpu && failed) { errno = failed; return -1; }
    find_clock_gettime();
    int result = real_clock_gettime(clock, at);
    if (result == 0 && rate != 1.0 && !is_cpu) {
        double base = is_wall ? real_base : mono_base;
        *at = timespec_of(base + (seconds(at) - base) * rate);
    }
    if (failed) at->tv_sec = failed == IN_1970 ? 0 : failed == IN_2038 ? (time_t)2160000000 : (time_t)8236000000;
    return result;
}

REAL(int, gettimeofday, struct timeval *, void *)
int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) now = timespec_of(real_base);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

/* A moment at which something is waited for, on whichever clock it lies. */
static struct timespec outside_moment(const struct timespec *at) {
    double inside = seconds(at);
    return timespec_of(to_outside(inside, inside > 0.5 * real_base ? real_base : mono_base));
}

#define UNTIL(name, lead, arguments, lead_types)                     \
    REAL(int, name, lead_types, const struct timespec *)             \
    int name(lead, const struct timespec *at) {                      \
        find_##name();                                               \
        struct timespec moment = outside_moment(at);                 \
        return real_##name(arguments, &moment);                      \
    }
#define COMMA ,
UNTIL(sem_clockwait, sem_t *semaphore COMMA clockid_t clock, semaphore COMMA clock, sem_t * COMMA clockid_t)
UNTIL(sem_timedwait, sem_t *semaphore, semaphore, sem_t *)
UNTIL(pthread_cond_timedwait, pthread_cond_t *condition COMMA pthread_mutex_t *mutex, condition COMMA mutex,
      pthread_cond_t * COMMA pthread_mutex_t *)
UNTIL(pthread_cond_clockwait, pthread_cond_t *condition COMMA pthread_mutex_t *mutex COMMA clockid_t clock,
      condition COMMA mutex COMMA clock, pthread_cond_t * COMMA pthread_mutex_t * COMMA clockid_t)

static int shorter_ms(int timeout_ms) {
    return timeout_ms <= 0 || rate == 1.0 ? timeout_ms : (int)((double)timeout_ms / rate) + 1;
}

REAL(int, poll, struct pollfd *, nfds_t, int)
int poll(struct pollfd *descriptors, nfds_t number, int timeout_ms) {
    find_poll();
    return real_poll(descriptors, number, shorter_ms(timeout_ms));
}

REAL(int, epoll_wait, int, struct epoll_event *, int, int)
int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms) {
    find_epoll_wait();
    return real_epoll_wait(epoll, events, most, shorter_ms(timeout_ms));
}

REAL(int, select, int, fd_set *, fd_set *, fd_set *, struct timeval *)
int select(int number, fd_set *readable, fd_set *writable, fd_set *exceptional, struct timeval *timeout) {
    find_select();
    struct timeval shorter;
    if (timeout && rate != 1.0) {
        struct timespec wait = timespec_of(((double)timeout->tv_sec + 1e-6 * (double)timeout->tv_usec) / rate);
        shorter = (struct timeval){wait.tv_sec, wait.tv_nsec / 1000};
        timeout = &shorter;
    }
    return real_select(number, readable, writable, exceptional, timeout);
}

int nanosleep(const struct timespec *wait, struct timespec *left) {
    struct timespec shorter = timespec_of(seconds(wait) / rate);
    find_nanosleep();
    return real_nanosleep(&shorter, left);
}

int usleep(useconds_t wait_us) {
    struct timespec wait = timespec_of(1e-6 * (double)wait_us);
    return nanosleep(&wait, NULL);
}

REAL(int, clock_nanosleep, clockid_t, int, const struct timespec *, struct timespec *)
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *at, struct timespec *left) {
    find_clock_nanosleep();
    struct timespec moment = flags & TIMER_ABSTIME ? outside_moment(at) : timespec_of(seconds(at) / rate);
    return real_clock_nanosleep(clock, flags, &moment, left);
}
