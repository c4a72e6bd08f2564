/* share.c - see share.h. */
#include "delivery/share.h"

#include <pthread.h>

#include <glib.h>

typedef struct Member {
    int weight;
    double time; /* virtual */
    int64_t taken_ns;
    bool has_taken;
} Member;

struct Share {
    pthread_mutex_t mutex;
    size_t count;
    Member members[];
};

Share *share_new(size_t count)
{
    Share *share = g_malloc0(sizeof *share + count * sizeof *share->members);
    pthread_mutex_init(&share->mutex, NULL);
    share->count = count;
    return share;
}

void share_free(Share *share)
{
    if (share == NULL)
        return;
    pthread_mutex_destroy(&share->mutex);
    g_free(share);
}

void share_set_weight(Share *share, size_t index, int weight)
{
    share->members[index].weight = weight;
}

static bool is_going(const Member *member, int64_t now_ns)
{
    return member->has_taken && now_ns - member->taken_ns < SHARE_IDLE_NS;
}

/* The virtual time of the one that is furthest behind among the others; that
 * of `self` when there is none. */
static double others_time(const Share *share, size_t self, int64_t now_ns)
{
    double earliest = share->members[self].time;
    bool is_first = true;
    for (size_t i = 0; i < share->count; i++) {
        const Member *other = &share->members[i];
        if (i == self || other->weight == 0 || !is_going(other, now_ns))
            continue;
        earliest = is_first ? other->time : MIN(earliest, other->time);
        is_first = false;
    }
    return earliest;
}

bool share_take(Share *share, size_t index, int64_t now_ns)
{
    Member *member = &share->members[index];
    if (member->weight == 0)
        return true;
    pthread_mutex_lock(&share->mutex);
    double others = others_time(share, index, now_ns);
    if (!is_going(member, now_ns))
        member->time = MAX(member->time, others);
    bool may_take = member->time <= others;
    if (may_take) {
        member->time += 1.0 / member->weight;
        member->taken_ns = now_ns;
        member->has_taken = true;
    }
    pthread_mutex_unlock(&share->mutex);
    return may_take;
}
