// `decimate`: averages groups of 16-bit samples, little-endian. Frames of one channel are one stream of samples: a
// group may begin in one frame and end in a later one.
//
// Written from sdk/wit/v0.1/flow.wit alone. ../gen is what `wit-bindgen c` makes of its world `transform`; the card is in
// ../card.json. What holds: lists and texts that the runtime gives are ours to free; those we give, it frees with `free`.

#include "../gen/transform.h"
#include "json.h"
#include <stdlib.h>
#include <string.h>

// Index in the card's `drops`.
#define DROP_ODD 0
#define CHANNELS 256
#define LARGEST_GROUP 65536
#define LOG_DEBUG 4
#define STATE_SCHEMA "decimate"
#define STATE_VERSION 1
// Of a state: the parameters, then each channel that has a group begun.
#define STATE_HEAD 5
#define STATE_ENTRY 13

struct params {
  uint32_t by;
  bool is_signed;
};

struct group {
  int64_t sum;
  uint32_t samples;
};

static struct params params;
static struct group groups[CHANNELS];
static uint32_t averages, waiting;

// ---- texts and numbers

static transform_string_t text(const char *s) { return (transform_string_t){(uint8_t *)s, strlen(s)}; }

// An error for the operator; the runtime frees it.
static bool refuse(transform_string_t *err, const char *message) {
  transform_string_dup(err, message);
  return false;
}

static void say(rogue_flow_host_level_t level, const char *message) {
  transform_string_t target = text(""), line = text(message);
  rogue_flow_host_log(level, &target, &line);
}

static void put(uint8_t *to, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *from, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; i++) value |= (uint64_t)from[i] << (8 * i);
  return value;
}

// ---- parameters

// What is wrong with them.
struct wrong {
  transform_string_t path;
  const char *message;
};

// Reads them; false = `wrong` says what is. Its path is a piece of `json`.
static bool read_params(const transform_string_t *json, struct params *to, struct wrong *wrong) {
  *to = (struct params){2, false};
  struct json_cursor cursor = json_begin(json->ptr, json->len);
  struct json_field field;
  while (json_next(&cursor, &field)) {
    wrong->path = (transform_string_t){(uint8_t *)field.name, field.name_len};
    if (json_is(&field, "by")) {
      wrong->message = "it must be a whole number, 1 to 65536";
      if (field.kind != JSON_INTEGER || field.number < 1 || field.number > LARGEST_GROUP) return false;
      to->by = (uint32_t)field.number;
    } else if (json_is(&field, "signed")) {
      wrong->message = "it must be true or false";
      if (field.kind != JSON_BOOLEAN) return false;
      to->is_signed = field.number == 1;
    } else {
      wrong->message = "there is no such parameter";
      return false;
    }
  }
  *wrong = (struct wrong){text(""), "the parameters are no JSON object"};
  return !cursor.broken;
}

void exports_rogue_flow_module_check(uint32_t module, transform_string_t *json,
                                     exports_rogue_flow_module_list_param_fault_t *ret) {
  (void)module;
  struct params ignored;
  struct wrong wrong;
  *ret = (exports_rogue_flow_module_list_param_fault_t){NULL, 0};
  if (!read_params(json, &ignored, &wrong)) {
    ret->ptr = malloc(sizeof *ret->ptr);
    if (ret->ptr == NULL) abort();
    ret->len = 1;
    transform_string_dup_n(&ret->ptr->path, (const char *)wrong.path.ptr, wrong.path.len);
    transform_string_dup(&ret->ptr->message, wrong.message);
  }
  transform_string_free(json);
}

static bool set_params(transform_string_t *json, struct params *to, transform_string_t *err) {
  struct wrong wrong;
  const bool good = read_params(json, to, &wrong);
  transform_string_free(json);
  return good || refuse(err, wrong.message);
}

// ---- life

bool exports_rogue_flow_module_create(uint32_t module, transform_string_t *json, transform_string_t *err) {
  (void)module;
  if (!set_params(json, &params, err)) return false;
  rogue_flow_host_counter_ref_t counter;
  transform_string_t name = text("averages");
  rogue_flow_host_counter(&name, ROGUE_FLOW_HOST_COUNTER_KIND_EVENT, &counter);
  averages = counter.id;
  name = text("waiting");
  rogue_flow_host_counter(&name, ROGUE_FLOW_HOST_COUNTER_KIND_GAUGE, &counter);
  waiting = counter.id;
  return true;
}

bool exports_rogue_flow_module_start(transform_string_t *err) {
  (void)err;
  return true;
}

bool exports_rogue_flow_module_reconfigure(transform_string_t *json, bool *ret, transform_string_t *err) {
  struct params wanted;
  if (!set_params(json, &wanted, err)) return false;
  // Samples of half a group say nothing about a group of another size.
  if (wanted.by != params.by || wanted.is_signed != params.is_signed) memset(groups, 0, sizeof groups);
  params = wanted;
  *ret = true;
  return true;
}

bool exports_rogue_flow_module_snapshot(exports_rogue_flow_module_option_state_t *ret, transform_string_t *err) {
  uint8_t *bytes = malloc(STATE_HEAD + CHANNELS * STATE_ENTRY);
  if (bytes == NULL) return refuse(err, "no memory for the state");
  put(bytes, params.by, 4);
  put(bytes + 4, params.is_signed, 1);
  size_t len = STATE_HEAD;
  for (size_t channel = 0; channel < CHANNELS; channel++) {
    if (groups[channel].samples == 0) continue;
    put(bytes + len, channel, 1);
    put(bytes + len + 1, groups[channel].samples, 4);
    put(bytes + len + 5, (uint64_t)groups[channel].sum, 8);
    len += STATE_ENTRY;
  }
  ret->is_some = true;
  transform_string_dup(&ret->val.schema, STATE_SCHEMA);
  ret->val.version = STATE_VERSION;
  ret->val.bytes = (transform_list_u8_t){bytes, len};
  return true;
}

static bool restore(const exports_rogue_flow_module_state_t *state, transform_string_t *err) {
  static struct group restored[CHANNELS];
  const uint8_t *bytes = state->bytes.ptr;
  const size_t len = state->bytes.len;
  const bool known = state->schema.len == strlen(STATE_SCHEMA) &&
                     memcmp(state->schema.ptr, STATE_SCHEMA, state->schema.len) == 0 && state->version == STATE_VERSION;
  if (!known) return refuse(err, "the state is not of the form `" STATE_SCHEMA "` version 1");
  if (len < STATE_HEAD || (len - STATE_HEAD) % STATE_ENTRY != 0) return refuse(err, "the state is cut short");
  const uint64_t by = get(bytes, 4);
  memset(restored, 0, sizeof restored);
  for (size_t at = STATE_HEAD; at < len; at += STATE_ENTRY) {
    struct group *group = &restored[bytes[at]];
    group->samples = (uint32_t)get(bytes + at + 1, 4);
    group->sum = (int64_t)get(bytes + at + 5, 8);
    const int64_t most = (int64_t)group->samples * 65535;
    if (group->samples >= by || group->sum > most || group->sum < -most)
      return refuse(err, "the state holds a group that cannot be");
  }
  if (by != params.by || (bytes[4] != 0) != params.is_signed) {
    say(ROGUE_FLOW_HOST_LEVEL_INFO, "the groups begin anew: the predecessor had other parameters");
    return true;
  }
  memcpy(groups, restored, sizeof groups);
  return true;
}

bool exports_rogue_flow_module_restore(exports_rogue_flow_module_state_t *state, transform_string_t *err) {
  const bool good = restore(state, err);
  exports_rogue_flow_module_state_free(state);
  return good;
}

// No frame stays here after a call: only sums do.
bool exports_rogue_flow_module_release_held(exports_rogue_flow_module_list_outcome_t *ret, transform_string_t *err) {
  (void)err;
  *ret = (exports_rogue_flow_module_list_outcome_t){NULL, 0};
  return true;
}

bool exports_rogue_flow_module_adopt(exports_rogue_flow_module_list_tuple2_u32_frame_t *frames,
                                     exports_rogue_flow_module_list_frame_id_t *ret, transform_string_t *err) {
  (void)err;
  exports_rogue_flow_module_list_tuple2_u32_frame_free(frames);
  *ret = (exports_rogue_flow_module_list_frame_id_t){NULL, 0};
  return true;
}

// Nothing is left to say: what became of each frame was said in the call that had it.
void exports_rogue_flow_module_stop(exports_rogue_flow_module_list_outcome_t *ret) {
  *ret = (exports_rogue_flow_module_list_outcome_t){NULL, 0};
}

// ---- frames

static int32_t sample(const uint8_t *at) {
  const uint16_t raw = (uint16_t)(at[0] | at[1] << 8);
  return params.is_signed ? (int16_t)raw : raw;
}

// To the nearest, halves away from zero.
static int64_t average(const struct group *group) {
  const int64_t half = params.by / 2;
  return (group->sum + (group->sum < 0 ? -half : half)) / params.by;
}

// Adds a frame's samples to its channel's group; writes the averages over the payload, which is ours, and gives how many.
static uint32_t add_samples(rogue_flow_types_frame_t *frame) {
  struct group *group = &groups[frame->meta.channel];
  uint8_t *bytes = frame->payload.ptr;
  uint32_t made = 0;
  for (size_t at = 0; at < frame->payload.len; at += 2) {
    group->sum += sample(bytes + at);
    if (++group->samples == params.by) {
      put(bytes + 2 * (size_t)made++, (uint64_t)average(group), 2);
      *group = (struct group){0, 0};
    }
  }
  return made;
}

// What becomes of one frame; false = nothing leaves, it is consumed.
static bool handle(rogue_flow_types_frame_t *frame, const exports_rogue_flow_processor_call_t *call,
                   rogue_flow_types_outcome_t *outcome) {
  // What carries an error has samples that mean nothing: it goes on as it came.
  if (params.by == 1 || frame->meta.error != 0) {
    outcome->tag = ROGUE_FLOW_TYPES_OUTCOME_PASS;
    outcome->val.pass = (rogue_flow_types_sent_t){frame->id, 0};
    return true;
  }
  if (frame->payload.len % 2 != 0) {
    if (call->log >= LOG_DEBUG) say(ROGUE_FLOW_HOST_LEVEL_DEBUG, "dropped a frame with half a sample at its end");
    outcome->tag = ROGUE_FLOW_TYPES_OUTCOME_DROP;
    outcome->val.drop = (rogue_flow_types_dropped_t){frame->id, DROP_ODD};
    return true;
  }
  const uint32_t made = add_samples(frame);
  if (made == 0) return false;
  rogue_flow_host_add(averages, made);
  transform_list_u8_t payload = {frame->payload.ptr, 2 * (size_t)made};
  outcome->tag = ROGUE_FLOW_TYPES_OUTCOME_EMITTED;
  outcome->val.emitted = rogue_flow_host_emit(0, &frame->meta, (uint32_t)payload.len, &payload);
  return true;
}

void exports_rogue_flow_processor_process(exports_rogue_flow_processor_call_t *call,
                                          exports_rogue_flow_processor_list_frame_t *frames,
                                          exports_rogue_flow_processor_done_t *ret) {
  memset(ret, 0, sizeof *ret);
  ret->outcomes.tag = ROGUE_FLOW_TYPES_OUTCOMES_EACH;
  rogue_flow_types_list_outcome_t *each = &ret->outcomes.val.each;
  if (frames->len > 0 && (each->ptr = malloc(frames->len * sizeof *each->ptr)) == NULL) abort();
  // One frame leaves at most one, so the room that there is bounds what is taken; the rest is offered again.
  uint32_t left = 0;
  while (ret->taken < frames->len && left < call->room) {
    rogue_flow_types_outcome_t *outcome = &each->ptr[each->len];
    if (handle(&frames->ptr[ret->taken++], call, outcome)) {
      each->len++;
      if (outcome->tag != ROGUE_FLOW_TYPES_OUTCOME_DROP) left++;
    }
  }
  uint64_t samples = 0;
  for (size_t channel = 0; channel < CHANNELS; channel++) samples += groups[channel].samples;
  rogue_flow_host_set(waiting, samples);
  ret->flow = ROGUE_FLOW_TYPES_FLOW_IDLE;
  exports_rogue_flow_processor_list_frame_free(frames);
}

// What waits for the rest of its group never gets it: `waiting` says how much that is.
void exports_rogue_flow_processor_finish(exports_rogue_flow_processor_call_t *call,
                                         exports_rogue_flow_processor_done_t *ret) {
  (void)call;
  memset(ret, 0, sizeof *ret);
  ret->outcomes.tag = ROGUE_FLOW_TYPES_OUTCOMES_RELEASE_ALL;
  ret->flow = ROGUE_FLOW_TYPES_FLOW_ENDED;
}
