/*
 * media.h - embedded pages, videos and sounds become links.
 *
 * A mail cannot play them. In their place stands
 *
 *     <p class="media">Video: Title <a href="…"></a></p>
 *
 * or, inside a paragraph, a <span class="media">. Players of YouTube and
 * Vimeo are turned into the pages that people know. The link is empty until
 * links_resolve() has made its address absolute; then the address is its
 * text.
 */
#ifndef DOCUMENT_MEDIA_H
#define DOCUMENT_MEDIA_H

#include "document/document.h"

/* iframe, video, audio, embed or object? */
bool media_is(const Node *node);

/* The link that stands for `node`, not yet in the tree; NULL when the node
 * names no address. */
Node *media_to_link(Document *document, const Node *node);

/* "https://www.youtube.com/watch?v=ID" for the address of a player, else a
 * copy of the address. */
char *media_page_address(const char *address, bool *is_video);

#endif
