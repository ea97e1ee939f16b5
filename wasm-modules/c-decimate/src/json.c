// See json.h.

#include "json.h"
#include <string.h>

static void skip_blanks(struct json_cursor *c) {
  while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r')) c->at++;
}

static bool take(struct json_cursor *c, uint8_t byte) {
  skip_blanks(c);
  if (c->at == c->end || *c->at != byte) return false;
  c->at++;
  return true;
}

// Takes a text; gives what is between its quotes, escapes as they are.
static bool take_text(struct json_cursor *c, const uint8_t **text, size_t *len) {
  if (!take(c, '"')) return false;
  *text = c->at;
  for (; c->at < c->end && *c->at != '"'; c->at++) {
    if (*c->at == '\\' && ++c->at == c->end) return false;
  }
  *len = (size_t)(c->at - *text);
  return take(c, '"');
}

// Takes whatever value comes, and gives its bytes.
static bool take_value(struct json_cursor *c, const uint8_t **value, size_t *len) {
  skip_blanks(c);
  *value = c->at;
  size_t depth = 0;
  do {
    skip_blanks(c);
    if (c->at == c->end) return false;
    const uint8_t *text;
    size_t text_len;
    switch (*c->at) {
    case '"':
      if (!take_text(c, &text, &text_len)) return false;
      break;
    case '{':
    case '[':
      depth++;
      c->at++;
      break;
    case '}':
    case ']':
      if (depth == 0) return false;
      depth--;
      c->at++;
      break;
    case ',':
    case ':':
      if (depth == 0) return false;
      c->at++;
      break;
    default: {
      const uint8_t *word = c->at;
      while (c->at < c->end && strchr(" \t\r\n,:{}[]\"", *c->at) == NULL) c->at++;
      if (c->at == word) return false; // a zero byte
    }
    }
  } while (depth > 0);
  *len = (size_t)(c->at - *value);
  return *len > 0;
}

static void read_value(struct json_field *field, const uint8_t *value, size_t len) {
  field->kind = JSON_OTHER;
  field->number = 0;
  if (len == 4 && memcmp(value, "true", 4) == 0) {
    field->kind = JSON_BOOLEAN;
    field->number = 1;
    return;
  }
  if (len == 5 && memcmp(value, "false", 5) == 0) {
    field->kind = JSON_BOOLEAN;
    return;
  }
  const bool negative = value[0] == '-';
  const size_t first = negative ? 1 : 0;
  // 18 digits fit into 63 bits.
  if (len == first || len - first > 18) return;
  int64_t number = 0;
  for (size_t i = first; i < len; i++) {
    if (value[i] < '0' || value[i] > '9') return;
    number = number * 10 + (value[i] - '0');
  }
  field->kind = JSON_INTEGER;
  field->number = negative ? -number : number;
}

struct json_cursor json_begin(const uint8_t *text, size_t len) {
  return (struct json_cursor){text, text + len, false, false};
}

bool json_next(struct json_cursor *c, struct json_field *field) {
  if (!c->begun) {
    c->begun = true;
    c->broken = !take(c, '{');
    if (c->broken || take(c, '}')) return false;
  } else if (!take(c, ',')) {
    c->broken = c->broken || !take(c, '}');
    return false;
  }
  const uint8_t *value;
  size_t len;
  c->broken = !take_text(c, &field->name, &field->name_len) || !take(c, ':') || !take_value(c, &value, &len);
  if (!c->broken) read_value(field, value, len);
  return !c->broken;
}

bool json_is(const struct json_field *field, const char *name) {
  return field->name_len == strlen(name) && memcmp(field->name, name, field->name_len) == 0;
}
