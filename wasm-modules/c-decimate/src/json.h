// Reads what a module needs of its parameters: the fields of a JSON object that are whole numbers, true or false.
//
// The runtime has checked the parameters against the card before, so this reader is small. It never reads outside of
// the text, and says of what it does not understand that it is something else.

#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind {
  JSON_BOOLEAN, // `number` is 0 or 1
  JSON_INTEGER, // `number` is its value
  JSON_OTHER,   // a text, a fraction, a list, an object, null, or a number beyond 18 digits
};

struct json_field {
  // The field's name, with escapes as they are.
  const uint8_t *name;
  size_t name_len;
  enum json_kind kind;
  int64_t number;
};

struct json_cursor {
  const uint8_t *at;
  const uint8_t *end;
  bool begun;
  // The text is no JSON object.
  bool broken;
};

// Goes through the fields of the object in `text`.
struct json_cursor json_begin(const uint8_t *text, size_t len);

// The next field; false = there is none, or the text is broken.
bool json_next(struct json_cursor *cursor, struct json_field *field);

// Whether the field has this name.
bool json_is(const struct json_field *field, const char *name);

#endif
