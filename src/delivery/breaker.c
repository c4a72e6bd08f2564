/* breaker.c - see breaker.h. */
#include "delivery/breaker.h"

#include <string.h>

struct Breaker {
    int code; /* of the row; 0: no row */
    int enhanced[3];
    GPtrArray *row; /* of Address, oldest first */
    bool is_complete;
};

static void address_free(void *data)
{
    address_clear(data);
    g_free(data);
}

static GPtrArray *row_new(void)
{
    return g_ptr_array_new_with_free_func(address_free);
}

Breaker *breaker_new(void)
{
    Breaker *breaker = g_new0(Breaker, 1);
    breaker->row = row_new();
    return breaker;
}

void breaker_free(Breaker *breaker)
{
    if (breaker == NULL)
        return;
    g_ptr_array_unref(breaker->row);
    g_free(breaker);
}

static void end_row(Breaker *breaker)
{
    breaker->code = 0;
    g_ptr_array_set_size(breaker->row, 0);
}

void breaker_accept(Breaker *breaker)
{
    if (!breaker->is_complete)
        end_row(breaker);
}

static int count_domains(const GPtrArray *row)
{
    const char *domains[BREAKER_DOMAINS];
    int count = 0;
    for (guint i = 0; i < row->len && count < BREAKER_DOMAINS; i++) {
        const Address *address = g_ptr_array_index(row, i);
        bool is_new = true;
        for (int j = 0; j < count; j++)
            is_new = is_new && strcmp(domains[j], address->domain) != 0;
        if (is_new)
            domains[count++] = address->domain;
    }
    return count;
}

bool breaker_refuse(Breaker *breaker, const Reply *reply,
                    const Address *address)
{
    if (breaker->code != reply->code ||
        memcmp(breaker->enhanced, reply->enhanced, sizeof reply->enhanced) !=
            0) {
        if (breaker->is_complete)
            return false; /* another reason than the one that stops the run */
        end_row(breaker);
        breaker->code = reply->code;
        memcpy(breaker->enhanced, reply->enhanced, sizeof reply->enhanced);
    }
    Address *copy = g_new0(Address, 1);
    address_copy(copy, address);
    g_ptr_array_add(breaker->row, copy);
    if (breaker->row->len > BREAKER_MEMORY)
        g_ptr_array_remove_index(breaker->row, 0);
    if (breaker->row->len >= BREAKER_ROW &&
        count_domains(breaker->row) >= BREAKER_DOMAINS)
        breaker->is_complete = true;
    return breaker->is_complete;
}

GPtrArray *breaker_take_row(Breaker *breaker)
{
    GPtrArray *row = breaker->row;
    breaker->row = row_new();
    return row;
}
