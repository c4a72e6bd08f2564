/*
 * fuzz_address.c - any bytes as an address and as a mailbox: what is taken
 * can stand in an SMTP command and in a header, and is taken again as it is.
 */
#include <stdint.h>
#include <string.h>

#include "mail/address.h"
#include "mail/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_address(const Address *address)
{
    size_t length = strlen(address->text);
    g_assert(length <= ADDRESS_MAX);
    for (const char *at = address->text; *at != '\0'; at++)
        g_assert(*at > 0x20 && *at < 0x7f && *at != '<' && *at != '>');
    g_assert(address->domain > address->text && address->domain[-1] == '@');
    g_assert(address->domain - address->text - 1 <= ADDRESS_LOCAL_MAX);
    for (const char *at = address->domain; *at != '\0'; at++)
        g_assert(g_ascii_islower(*at) || g_ascii_isdigit(*at) || *at == '-' ||
                 *at == '.');
    g_assert(strstr(address->domain, "..") == NULL);

    Address again;
    g_assert(address_parse(address->text, length, &again, NULL) == ADDRESS_OK);
    g_assert_cmpstr(again.text, ==, address->text);
    g_assert_cmpstr(again.key, ==, address->key);
    address_clear(&again);
}

/* A mailbox that was read is written, and read again the same, when its field
 * has no encoded-words. */
static void check_mailbox(const Mailbox *mailbox)
{
    check_address(&mailbox->address);
    g_assert(header_check(mailbox->name, NULL));
    g_autoptr(GString) field = g_string_new(NULL);
    header_mailbox(field, "To", mailbox->name, mailbox->address.text);
    if (strstr(field->str, "=?UTF-8?") != NULL ||
        strstr(field->str, "\r\n ") != NULL)
        return;
    g_string_truncate(field, field->len - 2);
    Mailbox again;
    g_assert(mailbox_parse(field->str + 4, &again, NULL) == ADDRESS_OK);
    g_assert_cmpstr(again.name, ==, mailbox->name);
    g_assert_cmpstr(again.address.text, ==, mailbox->address.text);
    mailbox_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Address address;
    g_autoptr(GError) error = NULL;
    AddressVerdict verdict = address_parse((const char *)bytes, size, &address,
                                           &error);
    g_assert((verdict == ADDRESS_OK) == (error == NULL));
    if (verdict == ADDRESS_OK) {
        check_address(&address);
        address_clear(&address);
    }
    g_autofree char *text = g_strndup((const char *)bytes, size);
    Mailbox mailbox;
    if (mailbox_parse(text, &mailbox, NULL) == ADDRESS_OK) {
        check_mailbox(&mailbox);
        mailbox_clear(&mailbox);
    }
    g_free(domain_to_ascii((const char *)bytes, size, NULL));
    return 0;
}
