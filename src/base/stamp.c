/* stamp.c - see stamp.h. */
#include "base/stamp.h"

Stamp stamp_of(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return (Stamp){0};
    return stamp_from(&info);
}

Stamp stamp_from(const struct stat *info)
{
    return (Stamp){info->st_dev, info->st_ino, info->st_size, info->st_mtim};
}

bool stamp_is_of_one_file(const Stamp *a, const Stamp *b)
{
    return a->device == b->device && a->inode == b->inode;
}

bool stamp_is_same(const Stamp *a, const Stamp *b)
{
    return stamp_is_of_one_file(a, b) && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}
