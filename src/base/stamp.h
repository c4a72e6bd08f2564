/*
 * stamp.h - has a file changed since it was read?
 *
 * A stamp is taken before reading; when a later one differs, the file is to
 * be read again. It holds device, inode, size and time of change, so a file
 * that another took the place of has changed too.
 */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdbool.h>
#include <sys/stat.h>

typedef struct Stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
} Stamp;

/* All zero when there is no such file. */
Stamp stamp_of(const char *path);
Stamp stamp_from(const struct stat *info);
bool stamp_is_same(const Stamp *a, const Stamp *b);
/* Whatever was done to it. */
bool stamp_is_of_one_file(const Stamp *a, const Stamp *b);

#endif
