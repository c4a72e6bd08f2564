/* html_read.c - the HTML5 parser's tree, copied into ours. */
#include "document/html_read.h"

#include <setjmp.h>
#include <string.h>

#include <gumbo.h>

#include "document/html_scan.h"

#define PIECE_SIZE ((size_t)256 * 1024)
#define NAME_LENGTH_MAX 64

/* The parser's memory: handed out in order, freed all at once, limited. The
 * parser knows no failure of its allocator, so passing the limit jumps out
 * of it; it holds nothing but this memory. */
typedef struct Piece Piece;
struct Piece {
    Piece *next;
    max_align_t bytes[];
};

typedef struct Memory {
    Piece *pieces;
    size_t used; /* of the first piece */
    size_t size;
    size_t total;
    jmp_buf too_much;
} Memory;

typedef struct Reader {
    Document *document;
    const HtmlText *source;
    bool page;
    GHashTable *unclosed; /* where a tag stands -> Node that lacks its end */
} Reader;

typedef struct Frame {
    const GumboVector *children;
    unsigned next;
    Node *into;
} Frame;

static void *memory_alloc(void *userdata, size_t size)
{
    Memory *memory = userdata;
    size_t rounded = (size + 15) / 16 * 16;
    char *bytes;

    if (memory->size - memory->used < rounded) {
        size_t want = MAX(rounded, PIECE_SIZE);
        Piece *piece;
        memory->total += want;
        if (memory->total > HTML_READ_MEMORY_MAX)
            longjmp(memory->too_much, 1);
        piece = g_malloc(sizeof *piece + want);
        piece->next = memory->pieces;
        memory->pieces = piece;
        memory->used = 0;
        memory->size = want;
    }
    bytes = (char *)memory->pieces->bytes + memory->used;
    memory->used += rounded;
    return bytes;
}

static void memory_ignore(void *userdata, void *bytes)
{
    (void)userdata;
    (void)bytes;
}

static void memory_clear(Memory *memory)
{
    while (memory->pieces) {
        Piece *next = memory->pieces->next;
        g_free(memory->pieces);
        memory->pieces = next;
    }
}

static int line_of(const HtmlText *source, unsigned line)
{
    if (line == 0)
        return 0;
    if (!source->lines)
        return source->first_line + (int)line - 1;
    if (line > source->line_count)
        line = (unsigned)source->line_count;
    return line > 0 ? source->lines[line - 1] : source->first_line;
}

static bool check_cost(const Reader *reader, GError **error)
{
    const HtmlText *source = reader->source;
    int line = 0;
    HtmlScanResult result = html_scan(source->text, source->length,
                                      !reader->page, &line);
    Place place = {source->file, line_of(source, (unsigned)line), 0};

    switch (result) {
    case HTML_SCAN_FINE:
        return true;
    case HTML_SCAN_TOO_DEEP:
        error_set_at(error, ERROR_INPUT, place,
                     "elements are nested more than %d deep here",
                     DOCUMENT_DEPTH_MAX);
        return false;
    case HTML_SCAN_TOO_MANY_ATTRIBUTES:
        error_set_at(error, ERROR_INPUT, place,
                     "a tag has more than %d attributes",
                     HTML_SCAN_ATTRIBUTES_MAX);
        return false;
    case HTML_SCAN_TOO_MANY_REPEATS:
        break;
    }
    error_set_at(error, ERROR_INPUT, place,
                 "too many elements follow <b>, <i> or <font> elements that "
                 "are never closed");
    return false;
}

/* Letters, digits, `:`, `_`, `-` and `.` in lower case, else "unknown". */
static const char *checked_name(Document *document, const char *name,
                                size_t length)
{
    char lower[NAME_LENGTH_MAX + 1];
    size_t i;
    GQuark known;

    if (length == 0 || length > NAME_LENGTH_MAX || !g_ascii_isalpha(name[0]))
        return g_intern_static_string("unknown");
    for (i = 0; i < length; i++) {
        if (!g_ascii_isalnum(name[i]) && !strchr(":_-.", name[i]))
            return g_intern_static_string("unknown");
        lower[i] = g_ascii_tolower(name[i]);
    }
    lower[length] = '\0';
    /* The author's inventions must not stay in the process for ever. */
    known = g_quark_try_string(lower);
    return known ? g_intern_string(lower)
                 : document_copy_text(document, lower, length);
}

static const char *element_name(const Reader *reader,
                                const GumboElement *element)
{
    GumboStringPiece original = element->original_tag;

    if (element->tag != GUMBO_TAG_UNKNOWN)
        return g_intern_string(gumbo_normalized_tagname(element->tag));
    if (!original.data)
        return g_intern_static_string("unknown");
    gumbo_tag_from_original_text(&original);
    return checked_name(reader->document, original.data, original.length);
}

static bool is_control(const unsigned char *at)
{
    if (*at < 0x20)
        return *at != '\t' && *at != '\n';
    return *at == 0x7f || (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0);
}

/* The text without control characters; a form feed is a blank. */
static const char *clean_copy(const Reader *reader, const char *text)
{
    size_t length = strlen(text);
    char *copy;
    const unsigned char *at;
    size_t used = 0;

    if (reader->page)
        return document_copy_text(reader->document, text, length);
    copy = document_alloc(reader->document, length + 1);
    for (at = (const unsigned char *)text; *at; at++) {
        if (*at == '\f')
            copy[used++] = ' ';
        else if (!is_control(at))
            copy[used++] = (char)*at;
        else if (*at == 0xc2)
            at++;
    }
    return copy;
}

static void copy_attributes(const Reader *reader, const GumboElement *element,
                            Node *node)
{
    Attribute **place = &node->attributes;
    unsigned i;

    for (i = 0; i < element->attributes.length; i++) {
        const GumboAttribute *from = element->attributes.data[i];
        Attribute *attribute = document_alloc(reader->document,
                                              sizeof *attribute);
        attribute->name = checked_name(reader->document, from->name,
                                       strlen(from->name));
        attribute->value = clean_copy(reader, from->value);
        *place = attribute;
        place = &attribute->next;
    }
}

static bool is_formatting(GumboTag tag)
{
    static const GumboTag TAGS[] = {
        GUMBO_TAG_A,     GUMBO_TAG_B,      GUMBO_TAG_BIG,    GUMBO_TAG_CODE,
        GUMBO_TAG_EM,    GUMBO_TAG_FONT,   GUMBO_TAG_I,      GUMBO_TAG_S,
        GUMBO_TAG_SMALL, GUMBO_TAG_STRIKE, GUMBO_TAG_STRONG, GUMBO_TAG_TT,
        GUMBO_TAG_U,
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(TAGS); i++)
        if (TAGS[i] == tag)
            return true;
    return false;
}

static bool has_own_end(const GumboElement *element)
{
    GumboStringPiece end = element->original_end_tag;
    const char *name = gumbo_normalized_tagname(element->tag);
    size_t length = strlen(name);

    return end.length >= length + 3 && end.data[1] == '/' &&
           g_ascii_strncasecmp(end.data + 2, name, length) == 0 &&
           !g_ascii_isalnum(end.data[length + 2]);
}

/* Formatting that lacks its end goes on in every block that follows: the
 * parser repeats it there. It also repeats what is closed in the wrong
 * order, which looks as it was meant and is forgiven. */
static void note_end(const Reader *reader, const GumboNode *from, Node *node)
{
    const GumboElement *element = &from->v.element;
    gpointer key = GUINT_TO_POINTER(element->start_pos.offset + 1);
    Node *open;

    if (reader->page || !is_formatting(element->tag))
        return;
    if ((from->parse_flags & GUMBO_INSERTION_ADOPTION_AGENCY_CLONED) != 0) {
        open = g_hash_table_lookup(reader->unclosed, key);
        if (open)
            open->unclosed = false;
    } else if ((from->parse_flags &
                GUMBO_INSERTION_RECONSTRUCTED_FORMATTING_ELEMENT) == 0 &&
               !has_own_end(element)) {
        node->unclosed = true;
        g_hash_table_insert(reader->unclosed, key, node);
    }
}

static Node *copy_element(const Reader *reader, const GumboElement *element,
                          const Node *parent)
{
    int line = line_of(reader->source, element->start_pos.line);
    Node *node = node_new_element(reader->document, "unknown",
                                  line > 0 ? line : parent->line);

    node->name = element_name(reader, element);
    copy_attributes(reader, element, node);
    return node;
}

static Node *copy_text(const Reader *reader, const GumboText *text,
                       NodeKind kind)
{
    Node *node = document_alloc(reader->document, sizeof *node);

    node->kind = kind;
    node->line = line_of(reader->source, text->start_pos.line);
    node->text = clean_copy(reader, text->text);
    return node;
}

/* NULL for what has no place in our tree. */
static Node *copy_node(const Reader *reader, const GumboNode *from,
                       const Node *parent)
{
    Node *node;

    switch (from->type) {
    case GUMBO_NODE_ELEMENT:
    case GUMBO_NODE_TEMPLATE:
        node = copy_element(reader, &from->v.element, parent);
        note_end(reader, from, node);
        return node;
    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_CDATA:
    case GUMBO_NODE_WHITESPACE:
        return copy_text(reader, &from->v.text, NODE_TEXT);
    case GUMBO_NODE_COMMENT:
        return copy_text(reader, &from->v.text, NODE_COMMENT);
    case GUMBO_NODE_DOCUMENT:
    default:
        return NULL;
    }
}

static bool has_children(const GumboNode *node)
{
    return (node->type == GUMBO_NODE_ELEMENT ||
            node->type == GUMBO_NODE_TEMPLATE) &&
           node->v.element.children.length > 0;
}

static bool copy_tree(const Reader *reader, const GumboVector *children,
                      GError **error)
{
    Frame frames[DOCUMENT_DEPTH_MAX];
    int depth = 1;

    frames[0] = (Frame){children, 0, document_root(reader->document)};
    while (depth > 0) {
        Frame *frame = &frames[depth - 1];
        const GumboNode *from;
        Node *node;
        if (frame->next == frame->children->length) {
            depth--;
            continue;
        }
        from = frame->children->data[frame->next++];
        node = copy_node(reader, from, frame->into);
        if (!node)
            continue;
        node_append(frame->into, node);
        if (!has_children(from))
            continue;
        if (depth == DOCUMENT_DEPTH_MAX) {
            Place place = {reader->source->file, node->line, 0};
            error_set_at(error, ERROR_INPUT, place,
                         "elements are nested more than %d deep here",
                         DOCUMENT_DEPTH_MAX);
            return false;
        }
        frames[depth++] = (Frame){&from->v.element.children, 0, node};
    }
    return true;
}

static void copy_doctype(const Reader *reader, const GumboDocument *from)
{
    g_autoptr(GString) text = NULL;
    Node *node;

    if (!from->has_doctype)
        return;
    text = g_string_new(from->name);
    if (*from->public_identifier)
        g_string_append_printf(text, " PUBLIC \"%s\"", from->public_identifier);
    else if (*from->system_identifier)
        g_string_append(text, " SYSTEM");
    if (*from->system_identifier)
        g_string_append_printf(text, " \"%s\"", from->system_identifier);
    node = document_alloc(reader->document, sizeof *node);
    node->kind = NODE_DOCTYPE;
    node->line = reader->source->first_line;
    node->text = document_copy_text(reader->document, text->str, text->len);
    node_append(document_root(reader->document), node);
}

static const GumboOutput *parse(Memory *memory, const Reader *reader)
{
    GumboOptions options = kGumboDefaultOptions;

    options.allocator = memory_alloc;
    options.deallocator = memory_ignore;
    options.userdata = memory;
    options.max_errors = 0; /* each error would copy the open elements */
    if (!reader->page)
        options.fragment_context = GUMBO_TAG_DIV;
    if (setjmp(memory->too_much) != 0)
        return NULL;
    return gumbo_parse_with_options(&options, reader->source->text,
                                    reader->source->length);
}

static bool read_html(const Reader *reader, GError **error)
{
    Memory memory = {.pieces = NULL};
    const GumboOutput *output;
    bool fine = false;

    if (!check_cost(reader, error))
        return false;
    output = parse(&memory, reader);
    if (!output) {
        Place place = {reader->source->file, 0, 0};
        error_set_at(error, ERROR_INPUT, place,
                     "the HTML becomes too large when it is parsed; are "
                     "there elements that are never closed?");
    } else if (reader->page) {
        copy_doctype(reader, &output->document->v.document);
        fine = copy_tree(reader, &output->document->v.document.children, error);
    } else {
        fine = copy_tree(reader, &output->root->v.element.children, error);
    }
    memory_clear(&memory);
    return fine;
}

bool html_read_fragment(Document *document, const HtmlText *source,
                        GError **error)
{
    g_autoptr(GHashTable) unclosed = g_hash_table_new(NULL, NULL);
    Reader reader = {document, source, false, unclosed};

    return read_html(&reader, error);
}

bool html_read_page(Document *document, const HtmlText *source, GError **error)
{
    Reader reader = {document, source, true, NULL};

    return read_html(&reader, error);
}
