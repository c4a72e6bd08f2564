/*
 * python_dict.h - what Python prints of a dict, as JSON.
 *
 *     {'staff': 'true', 'seats': 2, 'vip': None}
 *
 * Buttondown writes the metadata of people so. Understood are texts in either
 * quotes, numbers, True, False, None, and dicts, lists and tuples of them; the
 * escapes of `str.__repr__`. Private to the module.
 */
#ifndef LIST_PYTHON_DICT_H
#define LIST_PYTHON_DICT_H

/* NULL when a text is not closed or an escape is none. Whether the rest makes
 * sense is for the reader of JSON to find out. */
char *python_dict_to_json(const char *text);

#endif
