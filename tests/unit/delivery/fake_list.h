/*
 * fake_list.h - list.h in memory, for tests of delivery/: u0@d0.example,
 * u1@d1.example, … without a file. Include it in one place of a test.
 */
#ifndef FAKE_LIST_H
#define FAKE_LIST_H

#include "scratch.h"

#include <stdbool.h>

#include "list/list.h"

struct Subscriber {
    Address address;
};

struct List {
    int count;
    int domains; /* how many different ones; 0: each its own */
    int position;
    int rewinds;
    int reads;
    int doubled; /* this one is given twice in a row; -1: none */
    int fail_at; /* reading fails here; -1: never */
    int removed; /* from the list, in later rounds; -1: none */
    bool was_doubled;
    Subscriber row;
};

static inline List fake_list(int count)
{
    return (List){.count = count, .doubled = -1, .fail_at = -1, .removed = -1};
}

static inline char *fake_address(const List *list, int number)
{
    int domain = list->domains > 0 ? number % list->domains : number;
    return g_strdup_printf("U%d@d%d.example", number, domain);
}

/* The number in the address, which begins with a letter. */
static inline int fake_number(const char *address)
{
    return (int)g_ascii_strtoll(address + 1, NULL, 10);
}

const Address *subscriber_address(const Subscriber *subscriber)
{
    return &subscriber->address;
}

bool subscriber_is_list(const Subscriber *subscriber)
{
    (void)subscriber;
    return false;
}

Subscriber *subscriber_copy(const Subscriber *subscriber)
{
    Subscriber *copy = g_new0(Subscriber, 1);
    copy->address = make_address(subscriber->address.text);
    return copy;
}

void subscriber_free(Subscriber *subscriber)
{
    if (subscriber == NULL)
        return;
    drop_address(&subscriber->address);
    g_free(subscriber);
}

const Subscriber *list_next(List *list, GError **error)
{
    drop_address(&list->row.address);
    list->row.address = (Address){0};
    list->reads++;
    if (list->position == list->doubled + 1 && list->doubled >= 0 &&
        !list->was_doubled) {
        list->was_doubled = true;
        list->position--;
    }
    if (list->position == list->fail_at) {
        error_set(error, ERROR_INPUT, "list.csv:%d: broken", list->position);
        return NULL;
    }
    if (list->position == list->removed && list->rewinds > 0)
        list->position++;
    if (list->position >= list->count)
        return NULL;
    g_autofree char *text = fake_address(list, list->position++);
    list->row.address = make_address(text);
    return &list->row;
}

bool list_rewind(List *list, GError **error)
{
    (void)error;
    list->position = 0;
    list->rewinds++;
    return true;
}

static inline void fake_list_clear(List *list)
{
    drop_address(&list->row.address);
    list->row.address = (Address){0};
}

#endif
