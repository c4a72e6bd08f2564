/* test_node.c - document/node.h */
#include "test.h"

#include "document/document.h"

#define PREFIX "QZqzQZqz"

static Node *add(Document *document, Node *parent, const char *name)
{
    Node *node = node_new_element(document, name, 3);
    node_append(parent, node);
    return node;
}

static void the_walk_follows_the_order_of_the_document(void **state)
{
    (void)state;
    g_autoptr(Document) document = document_new(NULL);
    Node *root = document_root(document);
    Node *a = add(document, root, "ul");
    Node *b = add(document, a, "li");
    Node *c = add(document, a, "li");
    Node *d = add(document, root, "p");
    assert_ptr_equal(node_following(root, root), a);
    assert_ptr_equal(node_following(a, root), b);
    assert_ptr_equal(node_following(b, root), c);
    assert_ptr_equal(node_following(c, root), d);
    assert_null(node_following(d, root));
    assert_ptr_equal(node_following_skip(a, root), d);
    assert_null(node_following(c, a));
    assert_null(node_following_skip(root, root));
}

static void inserting_and_detaching_keep_both_directions(void **state)
{
    (void)state;
    g_autoptr(Document) document = document_new(NULL);
    Node *root = document_root(document);
    Node *last = add(document, root, "p");
    Node *first = node_new_element(document, "h1", 0);
    Node *middle = node_new_text(document, "x", 1, 0);
    node_insert_before(last, first);
    node_insert_before(last, middle);
    assert_ptr_equal(root->first_child, first);
    assert_ptr_equal(first->next, middle);
    assert_ptr_equal(last->previous, middle);
    node_detach(first);
    assert_ptr_equal(root->first_child, middle);
    assert_null(middle->previous);
    assert_null(first->parent);
    node_detach(last);
    assert_ptr_equal(root->last_child, middle);
    node_detach(middle);
    assert_null(root->first_child);
    assert_null(root->last_child);
}

static void unwrapping_leaves_the_children_in_place(void **state)
{
    (void)state;
    g_autoptr(Document) document = document_new(NULL);
    Node *root = document_root(document);
    Node *before = add(document, root, "p");
    Node *box = add(document, root, "div");
    Node *inner = add(document, box, "b");
    Node *other = add(document, box, "i");
    node_replace_by_children(box);
    assert_ptr_equal(before->next, inner);
    assert_ptr_equal(inner->next, other);
    assert_ptr_equal(root->last_child, other);
    assert_ptr_equal(inner->parent, root);
}

static void attributes_are_set_replaced_and_removed(void **state)
{
    (void)state;
    g_autoptr(Document) document = document_new(NULL);
    Node *node = node_new_element(document, "a", 0);
    assert_null(node_attribute(node, "href"));
    node_set_attribute(document, node, "href", "x");
    node_set_attribute(document, node, "title", "t");
    node_set_attribute(document, node, "href", "y");
    assert_string_equal(node_attribute(node, "href"), "y");
    assert_string_equal(node->attributes->name, "href");
    node_remove_attribute(node, "href");
    assert_null(node_attribute(node, "href"));
    assert_string_equal(node_attribute(node, "title"), "t");
}

static void names_are_interned_and_nothing_is_no_element(void **state)
{
    (void)state;
    g_autoptr(Document) document = document_new(NULL);
    Node *node = node_new_element(document, "blockquote", 0);
    Node *text = node_new_text(document, "p", 1, 0);
    assert_ptr_equal(node->name, g_intern_string("blockquote"));
    assert_true(node_is(node, "blockquote"));
    assert_false(node_is(node, "p"));
    assert_false(node_is(text, "p"));
    assert_false(node_is(NULL, "p"));
}

static void large_and_many_pieces_fit_into_the_arena(void **state)
{
    (void)state;
    g_autoptr(Document) document = document_new(NULL);
    g_autofree char *large = g_strnfill(100000, 'x');
    const char *first = document_copy_text(document, "first", 5);
    const char *copy = document_copy_text(document, large, 100000);
    for (int i = 0; i < 10000; i++) {
        char *bytes = document_alloc(document, 33);
        for (int at = 0; at < 33; at++)
            assert_int_equal(bytes[at], 0);
        memset(bytes, 'y', 33);
        assert_int_equal((uintptr_t)bytes % 16, 0);
    }
    assert_string_equal(first, "first");
    assert_string_equal(copy, large);
}

static void a_gap_is_recognised_only_when_it_is_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        GapPlace place;
        int index;
    } cases[] = {
        {PREFIX "m0zQ", 12, GAP_TEXT, 0},
        {PREFIX "u17zQx", 13, GAP_URL_PART, 17},
        {PREFIX "w999999999zQ", 20, GAP_URL_WHOLE, 999999999},
        {PREFIX "w9999999999zQ", 0, GAP_TEXT, 0},
        {PREFIX "x1zQ", 0, GAP_TEXT, 0},
        {PREFIX "mzQ", 0, GAP_TEXT, 0},
        {PREFIX "m1z", 0, GAP_TEXT, 0},
        {PREFIX, 0, GAP_TEXT, 0},
        {"QZqzQZqym1zQ", 0, GAP_TEXT, 0},
        {"", 0, GAP_TEXT, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GapPlace place = GAP_TEXT;
        int index = -1;
        size_t length = gap_match(cases[i].text, PREFIX, &place, &index);
        assert_int_equal(length, cases[i].length);
        if (length > 0) {
            assert_int_equal(place, cases[i].place);
            assert_int_equal(index, cases[i].index);
        }
    }
    assert_int_equal(gap_match(PREFIX "m0zQ", NULL, NULL, NULL), 0);
}

static void gaps_in_an_address_say_where_they_stand(void **state)
{
    (void)state;
    g_autofree char *part = gap_mark_url(
        "https://e.org/" PREFIX "m1zQ?" PREFIX "m20zQ", PREFIX);
    g_autofree char *whole = gap_mark_url(PREFIX "m3zQ/x", PREFIX);
    g_autofree char *none = gap_mark_url("https://e.org", NULL);
    assert_string_equal(part, "https://e.org/" PREFIX "u1zQ?" PREFIX "u20zQ");
    assert_string_equal(whole, PREFIX "w3zQ/x");
    assert_string_equal(none, "https://e.org");
}

static void the_text_of_a_node_is_all_text_below_it(void **state)
{
    (void)state;
    g_autoptr(Document) document = document_new(NULL);
    Node *p = add(document, document_root(document), "p");
    node_append(p, node_new_text(document, "one ", 4, 0));
    node_append(add(document, p, "b"), node_new_text(document, "two", 3, 0));
    node_append(p, node_new_comment(document, "no", 2, 0));
    node_append(document_root(document), node_new_text(document, "z", 1, 0));
    g_autoptr(GString) text = g_string_new(NULL);
    node_append_text(p, text);
    assert_string_equal(text->str, "one two");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_walk_follows_the_order_of_the_document),
        cmocka_unit_test(inserting_and_detaching_keep_both_directions),
        cmocka_unit_test(unwrapping_leaves_the_children_in_place),
        cmocka_unit_test(attributes_are_set_replaced_and_removed),
        cmocka_unit_test(names_are_interned_and_nothing_is_no_element),
        cmocka_unit_test(large_and_many_pieces_fit_into_the_arena),
        cmocka_unit_test(a_gap_is_recognised_only_when_it_is_whole),
        cmocka_unit_test(gaps_in_an_address_say_where_they_stand),
        cmocka_unit_test(the_text_of_a_node_is_all_text_below_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
