/*
 * bad_world.c - a library for LD_PRELOAD: the machine on a bad day.
 *
 *     WORLD_SPEED=200      every clock runs so many times faster, and every
 *                          sleep and poll is so much shorter
 *     WORLD_SHIFT=-86400   the wall clock is so many seconds off
 *     WORLD_FOLDER=/path   the folder that the following is about
 *     WORLD_LOG=/path      what happens to its files is written down there:
 *                          disk.py builds from it what a loss of power at any
 *                          moment would have left of them
 *     WORLD_FULL=100000    its files grow by so many bytes in all, then the
 *                          disk is full
 *     WORLD_BAD_SYNC=7     the 7th flush to the disk and all later ones fail
 *     WORLD_BAD_WRITE=7    likewise writes
 *     WORLD_LAZY=1         flushes do nothing and are not written down: a disk
 *                          that lies, as with synchronous=OFF
 *
 * It calls the kernel itself and not the C library, so a sanitizer's own
 * interceptors can stand before it: LD_PRELOAD=libasan.so:bad_world.so.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define FILES_MAX 4096

/* One entry of the log; the name and the data follow it. */
typedef struct Entry {
    uint32_t kind; /* a letter, see disk.py */
    uint32_t name_length;
    uint32_t data_length;
    uint32_t unused;
    int64_t at_ns;  /* monotonic, not sped up */
    int64_t number; /* offset, size, or the entry before which all is safe */
} Entry;

static struct {
    bool is_ready;
    int64_t speed;
    int64_t shift_ns;
    int64_t begin_ns[2]; /* wall, monotonic */
    const char *folder;
    size_t folder_length;
    int log;
    bool is_lazy;
    int64_t room;      /* -1: endless */
    int64_t good_sync; /* -1: all */
    int64_t good_write;
} world;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *names[FILES_MAX]; /* of open files in the folder, by descriptor */
static int64_t entries;

static void note(char kind, const char *name, int64_t number, const void *data,
                 size_t length);

/* --- setting up --- */

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now = {0};
    syscall(SYS_clock_gettime, clock, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static int64_t number_of(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoll(text, NULL, 10) : otherwise;
}

static void set_up(void)
{
    if (world.is_ready)
        return;
    world.speed = number_of("WORLD_SPEED", 1);
    world.shift_ns = number_of("WORLD_SHIFT", 0) * SECOND;
    world.begin_ns[0] = clock_ns(CLOCK_REALTIME);
    world.begin_ns[1] = clock_ns(CLOCK_MONOTONIC);
    world.folder = getenv("WORLD_FOLDER");
    world.folder_length = world.folder != NULL ? strlen(world.folder) : 0;
    world.is_lazy = getenv("WORLD_LAZY") != NULL;
    world.room = number_of("WORLD_FULL", -1);
    world.good_sync = number_of("WORLD_BAD_SYNC", -1);
    world.good_write = number_of("WORLD_BAD_WRITE", -1);
    const char *log = getenv("WORLD_LOG");
    world.log = log == NULL
                    ? -1
                    : (int)syscall(SYS_openat, AT_FDCWD, log,
                                   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                                   0600);
    world.is_ready = true;
    if (world.log >= 0)
        note('b', "", 0, NULL, 0);
}

__attribute__((constructor)) static void set_up_first(void)
{
    set_up();
}

/* --- time --- */

static int64_t fast_ns(clockid_t clock)
{
    set_up();
    bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    int64_t begin_ns = world.begin_ns[is_wall ? 0 : 1];
    int64_t now_ns = clock_ns(clock);
    return begin_ns + (now_ns - begin_ns) * world.speed +
           (is_wall ? world.shift_ns : 0);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE &&
        clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE)
        return (int)syscall(SYS_clock_gettime, clock, now);
    int64_t at_ns = fast_ns(clock);
    *now = (struct timespec){at_ns / SECOND, at_ns % SECOND};
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    int64_t at_ns = fast_ns(CLOCK_REALTIME);
    *now = (struct timeval){at_ns / SECOND, at_ns % SECOND / 1000};
    return 0;
}

time_t time(time_t *now)
{
    time_t at = fast_ns(CLOCK_REALTIME) / SECOND;
    if (now != NULL)
        *now = at;
    return at;
}

static struct timespec shorter(int64_t length_ns)
{
    set_up();
    length_ns /= world.speed;
    return (struct timespec){length_ns / SECOND, length_ns % SECOND};
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *length,
                    struct timespec *rest)
{
    if ((flags & TIMER_ABSTIME) != 0)
        return syscall(SYS_clock_nanosleep, clock, flags, length, rest) == 0
                   ? 0
                   : errno;
    struct timespec part = shorter(length->tv_sec * SECOND + length->tv_nsec);
    if (rest != NULL)
        *rest = (struct timespec){0};
    return syscall(SYS_clock_nanosleep, clock, 0, &part, NULL) == 0 ? 0 : errno;
}

int nanosleep(const struct timespec *length, struct timespec *rest)
{
    int code = clock_nanosleep(CLOCK_MONOTONIC, 0, length, rest);
    errno = code;
    return code == 0 ? 0 : -1;
}

int usleep(useconds_t length_us)
{
    struct timespec length = {length_us / 1000000, length_us % 1000000 * 1000};
    return nanosleep(&length, NULL);
}

int poll(struct pollfd *polled, nfds_t count, int milliseconds)
{
    struct timespec length = shorter(milliseconds * INT64_C(1000000));
    return (int)syscall(SYS_ppoll, polled, count,
                        milliseconds < 0 ? NULL : &length, NULL, 0);
}

/* What calls that were compiled with _FORTIFY_SOURCE become. */
int __poll_chk(struct pollfd *polled, nfds_t count, int milliseconds,
               size_t size);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);

int __poll_chk(struct pollfd *polled, nfds_t count, int milliseconds,
               size_t size)
{
    (void)size;
    return poll(polled, count, milliseconds);
}

/* --- the log --- */

/* Called with the lock held, or before there are threads. */
static void note(char kind, const char *name, int64_t number, const void *data,
                 size_t length)
{
    entries++;
    if (world.log < 0)
        return;
    Entry entry = {.kind = (uint32_t)kind,
                   .name_length = (uint32_t)strlen(name),
                   .data_length = (uint32_t)length,
                   .at_ns = clock_ns(CLOCK_MONOTONIC),
                   .number = number};
    struct iovec parts[] = {{&entry, sizeof entry},
                            {(void *)(uintptr_t)name, entry.name_length},
                            {(void *)(uintptr_t)data, length}};
    if (syscall(SYS_writev, world.log, parts, 3) < 0)
        abort();
}

/* The name within the folder, to be freed; NULL: it is elsewhere. */
static char *name_within(const char *path)
{
    char whole[PATH_MAX * 2];
    set_up();
    if (world.folder == NULL)
        return NULL;
    whole[0] = '\0';
    if (path[0] != '/') {
        if (syscall(SYS_getcwd, whole, PATH_MAX) < 0)
            return NULL;
        strcat(whole, "/");
    }
    strncat(whole, path, PATH_MAX - 1);
    if (strncmp(whole, world.folder, world.folder_length) != 0)
        return NULL;
    const char *rest = whole + world.folder_length;
    while (rest[0] == '/')
        rest++;
    return rest == whole + world.folder_length && rest[0] != '\0'
               ? NULL
               : strdup(rest);
}

static const char *name_of(int file)
{
    return file >= 0 && file < FILES_MAX ? names[file] : NULL;
}

/* --- opening and names --- */

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
    char *name = name_within(path);
    if (name == NULL)
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    pthread_mutex_lock(&lock);
    struct stat before;
    bool is_new = stat(path, &before) != 0;
    int file = (int)syscall(SYS_openat, folder, path, flags, mode);
    int code = errno;
    if (file >= 0 && file < FILES_MAX) {
        if (is_new)
            note('c', name, 0, NULL, 0);
        else if ((flags & O_TRUNC) != 0)
            note('t', name, 0, NULL, 0);
        free(names[file]);
        names[file] = name;
    } else {
        free(name);
    }
    pthread_mutex_unlock(&lock);
    errno = code;
    return file;
}

#define MODE(flags, mode)                                                      \
    mode_t mode = 0;                                                           \
    if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) {                            \
        va_list list;                                                          \
        va_start(list, flags);                                                 \
        mode = va_arg(list, mode_t);                                           \
        va_end(list);                                                          \
    }

int open(const char *path, int flags, ...)
{
    MODE(flags, mode)
    return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE(flags, mode)
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    MODE(flags, mode)
    return open_at(folder, path, flags, mode);
}

int __open_2(const char *path, int flags)
{
    return open_at(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
    return open_at(AT_FDCWD, path, flags, 0);
}

int close(int file)
{
    pthread_mutex_lock(&lock);
    if (name_of(file) != NULL) {
        free(names[file]);
        names[file] = NULL;
    }
    int done = (int)syscall(SYS_close, file);
    pthread_mutex_unlock(&lock);
    return done;
}

int unlink(const char *path)
{
    char *name = name_within(path);
    pthread_mutex_lock(&lock);
    int done = (int)syscall(SYS_unlink, path);
    int code = errno;
    if (done == 0 && name != NULL)
        note('u', name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    free(name);
    errno = code;
    return done;
}

/* --- writing --- */

/* The disk has failed for good: with this error number; 0: not yet. */
static int use_up(int64_t *left)
{
    if (*left < 0)
        return 0;
    if (*left <= 1)
        return EIO;
    --*left;
    return 0;
}

/* How much of it fits on the disk. */
static size_t fitting(int file, size_t length, int64_t offset)
{
    struct stat now;
    if (world.room < 0 || fstat(file, &now) != 0)
        return length;
    int64_t more = offset + (int64_t)length - now.st_size;
    if (more <= 0)
        return length;
    if (more > world.room) {
        int64_t part = (int64_t)length - (more - world.room);
        world.room = 0;
        return part > 0 ? (size_t)part : 0;
    }
    world.room -= more;
    return length;
}

static ssize_t write_at(int file, const void *bytes, size_t length,
                        int64_t offset)
{
    pthread_mutex_lock(&lock);
    const char *name = name_of(file);
    int code = use_up(&world.good_write);
    size_t part = fitting(file, length, offset);
    ssize_t done = -1;
    if (code == 0 && length > 0 && part == 0)
        code = ENOSPC;
    if (code == 0) {
        done = syscall(SYS_pwrite64, file, bytes, part, offset);
        code = errno;
    }
    if (done > 0)
        note('w', name, offset, bytes, (size_t)done);
    pthread_mutex_unlock(&lock);
    errno = code;
    return done;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset)
{
    if (name_of(file) == NULL)
        return syscall(SYS_pwrite64, file, bytes, length, offset);
    return write_at(file, bytes, length, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset)
{
    return pwrite(file, bytes, length, offset);
}

ssize_t write(int file, const void *bytes, size_t length)
{
    if (name_of(file) == NULL)
        return syscall(SYS_write, file, bytes, length);
    int64_t offset = syscall(SYS_lseek, file, 0, SEEK_CUR);
    ssize_t done = write_at(file, bytes, length, offset);
    int code = errno;
    if (done > 0)
        syscall(SYS_lseek, file, offset + done, SEEK_SET);
    errno = code;
    return done;
}

int ftruncate(int file, off_t size)
{
    const char *name = name_of(file);
    pthread_mutex_lock(&lock);
    int done = (int)syscall(SYS_ftruncate, file, size);
    int code = errno;
    if (done == 0 && name != NULL)
        note('t', name, size, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = code;
    return done;
}

int ftruncate64(int file, off64_t size)
{
    return ftruncate(file, size);
}

/* --- flushing --- */

/* What was written before the flush began is safe once it has ended. */
static int flush(int file, long call)
{
    const char *name = name_of(file);
    if (name == NULL)
        return (int)syscall(call, file);
    pthread_mutex_lock(&lock);
    int64_t safe = entries;
    int code = use_up(&world.good_sync);
    bool is_lazy = world.is_lazy;
    pthread_mutex_unlock(&lock);
    if (code != 0 || is_lazy) {
        errno = code;
        return code == 0 ? 0 : -1;
    }
    int done = (int)syscall(call, file);
    code = errno;
    pthread_mutex_lock(&lock);
    if (done == 0)
        note(name[0] == '\0' ? 'd' : 's', name, safe, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = code;
    return done;
}

int fsync(int file)
{
    return flush(file, SYS_fsync);
}

int fdatasync(int file)
{
    return flush(file, SYS_fdatasync);
}
