"""Rogue's stream interface for Python modules in the sandbox of rogue-runtime.

An author imports this file and writes a class:

    from rogue_module import Transform

    class Threshold(Transform):
        '''Passes frames whose first byte is large enough.'''

        CARD = {"params": {"level": {"type": "integer", "minimum": 0, "maximum": 255, "default": 128}}}

        def _acceptFrame(self, frame):
            if frame.getPayload() > 0 and frame.getBa(0, 1)[0] >= self.params.level:
                self._sendFrame(frame)

`cargo rogue build --python threshold.py` makes `threshold.wasm` of it. The names of methods are Rogue's; what is new
has a name of the same form.

What holds: calls come one at a time; a frame that is not sent is consumed, one that is sent as it came is not copied;
an exception fails the call with its last line as the text. There are no files, no sockets, no threads and no clock but
`_now()`: all that a module imports has to be imported at the top of its file, since it is read when it is built.

This file is the one face over the contract `rogue:flow@0.1.0` (sdk/wit/v0.1/flow.wit).
"""

import builtins
import io
import json
import linecache
import logging
import os
import sys
import time
import traceback
from importlib.machinery import PathFinder

try:
    import numpy
except ImportError:
    numpy = None

try:
    from componentize_py_types import Err
    from wit_world.imports import host, types
except ImportError:
    # Outside of a component only cards can be read: `describe` needs nothing of the runtime.
    host = types = Err = None
try:
    from wit_world.imports import wall as _wall
except ImportError:
    _wall = None
try:
    from wit_world.imports import random as _random
except ImportError:
    _random = None

__all__ = ["ENDED", "Frame", "GeneralError", "IDLE", "MORE", "Sink", "Source", "Transform", "random64"]

# What `_produce` and `_finish` say is to come; the numbers are those of the contract.
IDLE, MORE, ENDED = 0, 1, 2


class GeneralError(Exception):
    """What Rogue raises where a frame is used wrongly."""

    def __init__(self, where, what):
        super().__init__(f"{where}: General Error: {what}")


class Frame:
    """Bytes with Rogue's metadata. Made by `_reqFrame`, or given to `_acceptFrame`."""

    __slots__ = ("_came", "_channel", "_data", "_dropped", "_error", "_flags", "_given", "_payload", "_size")

    def __init__(self, size):
        self._data = bytearray(_within(size, 0xFFFF_FFFF, "size"))
        self._size, self._payload = size, 0
        self._channel = self._error = self._flags = 0
        # The frame as the runtime gave it, as long as the call lasts; and as long as the payload is as it came, too.
        self._came = self._given = None
        self._dropped = False

    @classmethod
    def _of(cls, given):
        frame = cls.__new__(cls)
        frame._data, frame._size, frame._payload = given.payload, given.size, len(given.payload)
        meta = given.meta
        frame._channel, frame._error, frame._flags = meta.channel, meta.error, meta.flags
        frame._came = frame._given = given
        frame._dropped = False
        return frame

    # ---- sizes, in bytes

    def getSize(self):
        """Room for payload."""
        return self._size

    def getPayload(self):
        """Payload."""
        return self._payload

    def getAvailable(self):
        """Room that is left."""
        return self._size - self._payload

    def setPayload(self, size):
        """Makes the payload so long; bytes that were not written are zero."""
        if _within(size, 0xFFFF_FFFF, "size") > self._size:
            raise GeneralError("Frame::setPayload", f"{size} bytes of payload in a frame of {self._size}")
        if size > len(self._data):
            self._own()
        self._payload = size

    def minPayload(self, size):
        """Makes the payload at least so long."""
        self.setPayload(max(size, self._payload))

    def adjustPayload(self, by):
        """Makes the payload longer or shorter by so much."""
        if self._payload + by < 0:
            raise GeneralError("Frame::adjustPayload", f"{by} bytes at a payload of {self._payload}")
        self.setPayload(self._payload + by)

    def setPayloadFull(self):
        """Makes the payload as long as there is room."""
        self.setPayload(self._size)

    def setPayloadEmpty(self):
        """Makes the payload 0 bytes long."""
        self.setPayload(0)

    # ---- bytes

    def read(self, data, offset=0):
        """Fills `data`, a bytearray or the like, from `offset` on."""
        view = memoryview(data).cast("B")
        view[:] = memoryview(self._data)[self._span("read", offset, len(view), self._payload)]

    def getBa(self, offset=0, count=0):
        """A bytearray with a copy of `count` bytes of payload from `offset` on; 0 = all that follow."""
        count = count or max(self._payload - offset, 0)
        return bytearray(memoryview(self._data)[self._span("getBa", offset, count, self._payload)])

    def getMemoryview(self):
        """A memoryview of a copy of the payload."""
        return memoryview(self.getBa())

    def getNumpy(self, offset=0, count=0):
        """As `getBa`, as an array of numpy.uint8."""
        return _numpy().frombuffer(self.getBa(offset, count), dtype="u1")

    def write(self, data, offset=0):
        """Writes `data` from `offset` on; the payload grows as needed."""
        view = memoryview(data).cast("B")
        span = self._span("write", offset, len(view), self._size)
        self._own()
        memoryview(self._data)[span] = view
        self._payload = max(self._payload, span.stop)

    def putNumpy(self, array, offset=0):
        """As `write`, of any array."""
        self.write(_numpy().ascontiguousarray(array).reshape(-1).view("u1"), offset)

    def _span(self, what, offset, count, limit):
        if offset < 0 or offset + count > limit:
            raise GeneralError(f"Frame::{what}", f"{count} bytes from {offset} on, of {limit}")
        return slice(offset, offset + count)

    def _own(self):
        """Bytes of its own, to be written: they are no longer as they came."""
        if self._given is not None or not isinstance(self._data, bytearray) or len(self._data) < self._size:
            data = bytearray(self._size)
            data[: len(self._data)] = self._data
            self._data, self._given = data, None

    # ---- metadata

    def getChannel(self):
        return self._channel

    def setChannel(self, channel):
        self._channel = _within(channel, 0xFF, "channel")

    def getError(self):
        return self._error

    def setError(self, error):
        self._error = _within(error, 0xFF, "error")

    def getFlags(self):
        return self._flags

    def setFlags(self, flags):
        self._flags = _within(flags, 0xFFFF, "flags")

    def getFirstUser(self):
        return self._flags & 0xFF

    def setFirstUser(self, value):
        """Replaces the low byte of the flags (Rogue's only adds bits)."""
        self._flags = (self._flags & 0xFF00) | _within(value, 0xFF, "first user")

    def getLastUser(self):
        return self._flags >> 8

    def setLastUser(self, value):
        """Replaces the high byte of the flags (Rogue's only adds bits)."""
        self._flags = (self._flags & 0xFF) | _within(value, 0xFF, "last user") << 8

    def lock(self):
        """Does nothing, and can be used with `with`: nobody else has this frame."""
        return _Lock()

    def _debug(self):
        logging.getLogger("frame").info("%r", self)

    def __repr__(self):
        return (
            f"Frame(size={self._size}, payload={self._payload}, channel={self._channel}, error={self._error}, "
            f"flags={self._flags:#06x})"
        )


class _Lock:
    def lock(self):
        pass

    unlock = lock

    def __enter__(self):
        return None

    def __exit__(self, *_):
        return False


def _within(value, most, what):
    value = value.__index__()
    if not 0 <= value <= most:
        raise OverflowError(f"{what} is {value}; it must be 0 to {most}")
    return value


def _numpy():
    if numpy is None:
        raise GeneralError("numpy", "there is no numpy in this component; use array, struct or memoryview")
    return numpy


class Params(dict):
    """The parameters, with the defaults of the card: `params["level"]` or `params.level`."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no parameter `{name}` is written, and the card has no default") from None


class Stage:
    """What `Source`, `Transform` and `Sink` have in common. Before `__init__` runs there are `params` and `log`."""

    CARD = {}
    # What the module asks for beyond its frames, of "wall" and "random". A graph has to grant it.
    GRANTS = ()
    _INPUTS = ({"name": "in"},)
    _OUTPUTS = ({"name": "out"},)

    # ---- what an author may write

    @classmethod
    def checkParams(cls, params):
        """Raises what is wrong with parameters that fit the card, or gives it by name: `{"level": "…"}`."""

    def _start(self):
        """The graph is about to run."""

    def _stop(self):
        """The instance is about to end."""

    def _wake(self):
        """Called without a frame, after `_wakeAt` or `_wakeSoon`."""

    def _finish(self):
        """After the last frame, until it says ENDED, or nothing."""

    # `_getState()` gives the state for a successor, anything that JSON can hold, or bytes; None = none worth it.
    # `_setState(state)` takes it. `_setParams(params)` takes new parameters while running; False = it cannot.
    _getState = _setState = _setParams = None

    # ---- what an author may call

    def _reqFrame(self, size, zeroCopyEn=False):
        """A new frame with room for `size` bytes, and no payload."""
        return Frame(size)

    def _sendFrame(self, frame, port=0):
        """Sends a frame. It stays usable, and may be sent again."""
        _node.send(frame, port)

    def _dropFrame(self, frame, reason):
        """Drops a frame under a reason of the card. (What is not sent is consumed.) A frame that was made here, or kept
        since an earlier call, counts as created too."""
        _node.drop(frame, reason)

    def _counter(self, name):
        """A counter of the card; it has `add(n)`, `set(n)` and `get()`, and outlives the instance."""
        return _Counter(name, host.CounterKind.EVENT)

    def _outsideCounter(self, name):
        """A counter of the card for what was lost outside of the graph."""
        return _Counter(name, host.CounterKind.OUTSIDE)

    def _gauge(self, name):
        """A reading of the card that is a number of 0 or more; set it with `set(n)`."""
        return _Counter(name, host.CounterKind.GAUGE)

    def _publish(self, name, value):
        """Sets a reading of the card to a text."""
        host.publish(name, str(value))

    def _now(self):
        """Monotonic time in nanoseconds, the same for all frames of a call."""
        return host.now() if _node.call is None else _node.call.now

    def _port(self):
        """The input port of the frames of this call."""
        return _node.in_call("_port").port

    def _links(self, port=0):
        """Number of links of an output."""
        return host.links(port)

    def _wakeAt(self, now):
        """Has `_wake` (of a source `_produce`) called at this time of `_now()`'s clock."""
        _node.in_call("_wakeAt")
        _node.wake_at = min(max(now, 1), _node.wake_at or max(now, 1))

    def _wakeSoon(self):
        """Has `_wake` (of a source `_produce`) called soon."""
        host.wake()

    def _setBatchMax(self, frames):
        """The most frames that one call is given, 1 to 64."""
        host.batch_max(frames)


class Transform(Stage):
    """Takes frames and gives frames."""

    _SHAPE = "transform"

    def _acceptFrame(self, frame):
        raise NotImplementedError(f"{type(self).__name__} has no _acceptFrame")


class Sink(Transform):
    """Takes frames."""

    _SHAPE = "sink"
    _OUTPUTS = ()


class Source(Stage):
    """Gives frames."""

    _SHAPE = "source"
    _INPUTS = ()

    def _produce(self):
        """Sends some frames; says IDLE (until a wake), MORE or ENDED."""
        raise NotImplementedError(f"{type(self).__name__} has no _produce")


class _Counter:
    def __init__(self, name, kind):
        ref = host.counter(name, kind)
        self._id, self._value = ref.id, ref.value

    def add(self, n=1):
        host.add(self._id, n)
        self._value += n

    def set(self, value):
        host.set(self._id, value)
        self._value = value

    def get(self):
        return self._value


def random64():
    """64 random bits, for classes with GRANTS = ("random",). Python's own `random` repeats its numbers in each run."""
    if _random is None:
        raise GeneralError("random64", 'the class does not ask for it: GRANTS = ("random",)')
    return _random.next()


# ---- cards


def card(cls):
    """The card of a class: what its CARD says, and for the rest what the class is."""
    doc = (cls.__doc__ or "").strip().splitlines()
    made = {
        "card": 1,
        "name": _kebab(cls.__name__),
        "version": "0.1.0",
        "about": doc[0].rstrip(".") if doc and "__doc__" in vars(cls) else "",
        "shape": cls._SHAPE,
        "inputs": list(cls._INPUTS),
        "outputs": list(cls._OUTPUTS),
    }
    made.update(cls.CARD)
    made["params"] = _schema(made.get("params", {}))
    for key in ("readings", "counters"):
        if isinstance(made.get(key), dict):
            made[key] = [{"name": name, "about": about} for name, about in made[key].items()]
    if cls._getState is not None:
        made.setdefault("state", {"schema": made["name"], "version": 1, "accepts": [1]})
    return made


def _kebab(name):
    text = "".join("-" + c.lower() if c.isupper() else c for c in name)
    return text.removeprefix("-")


def _schema(params):
    """A whole JSON Schema as it is; of a dict of parameters the schema that they mean."""
    if params.get("type") == "object":
        return params
    required = [name for name, schema in params.items() if "default" not in schema]
    return {"type": "object", "properties": params, "required": required, "additionalProperties": False}


def stages(module):
    """The classes of an author's file that are modules, in the order they are written; not those named `_…`."""
    return [
        found
        for found in vars(module).values()
        if isinstance(found, type)
        and issubclass(found, Stage)
        and found.__module__ == module.__name__
        and not found.__name__.startswith("_")
    ]


def describe(module):
    """What the tool that builds has to know of an author's file, as JSON."""
    found = stages(module)
    grants = sorted({grant for cls in found for grant in cls.GRANTS})
    shapes = {"source" if cls._SHAPE == "source" else "processor" for cls in found}
    return json.dumps({"cards": [card(cls) for cls in found], "grants": grants, "exports": sorted(shapes)})


# ---- between the contract and a stage


class _Node:
    """The one instance of a component, and the call it is in."""

    def __init__(self):
        self.stage, self.card, self.call = None, None, None
        self.log = -1
        self.wake_at = 0
        # Dropped frames that the runtime does not know, by reason.
        self.discarded = {}

    def make(self, cls, params):
        stage = cls.__new__(cls)
        self.card = card(cls)
        self.outputs = sum(port.get("count", 1) for port in self.card["outputs"])
        self.reasons = {drop["name"]: index for index, drop in enumerate(self.card.get("drops", []))}
        stage.params = _params(self.card, params)
        stage.log = logging.getLogger(self.card.get("log") or self.card["name"])
        stage.__init__()
        self.stage = stage

    def in_call(self, what):
        if self.call is None:
            raise GeneralError(what, "only inside of a call with frames: not in __init__, _start or _stop")
        return self.call

    def begin(self, call):
        self.call, self.wake_at = call, 0
        self.outcomes, self.emitted, self.left, self.inside = [], 0, 0, None
        # Where in `outcomes` a frame was said to leave for good.
        self.final = {}
        # Frames that passed by output 0 in order, and nothing else; -1 = something else was said.
        self.passed = 0
        if call.log != self.log:
            self.log = call.log
            logging.getLogger().setLevel(_LEVELS[min(call.log, 5)])

    def send(self, frame, port):
        self.in_call("_sendFrame")
        if not 0 <= port < self.outputs:
            raise GeneralError("_sendFrame", f"there is no output {port}; the card has {self.outputs}")
        given, meta = frame._given, types.Meta(frame._channel, frame._error, frame._flags)
        if given is None:
            payload = bytes(memoryview(frame._data)[: frame._payload])
            host.emit(port, meta, frame._size, payload)
            outcome, self.passed = types.Outcome_Emitted(self.emitted), -1
            self.emitted += 1
        elif frame._payload < len(given.payload):
            self.reopen(given)
            outcome, self.passed = types.Outcome_Part(types.Part(given.id, port, meta, 0, frame._payload)), -1
        else:
            self.reopen(given)
            self.final[given.id] = len(self.outcomes)
            if meta == given.meta:
                outcome = types.Outcome_Pass(types.Sent(given.id, port))
                in_order = given is self.inside and port == 0 and self.passed == len(self.outcomes)
                self.passed = self.passed + 1 if in_order else -1
            else:
                outcome, self.passed = types.Outcome_Retag(types.Retagged(given.id, port, meta)), -1
        self.outcomes.append(outcome)
        self.left += 1

    def drop(self, frame, reason):
        if reason not in self.reasons:
            raise GeneralError("_dropFrame", f"the card has no drop reason `{reason}`")
        if frame._dropped:
            raise GeneralError("_dropFrame", "this frame was dropped before")
        came, number = frame._came, self.reasons[reason]
        if came is None:
            self.discarded[number] = self.discarded.get(number, 0) + 1
        else:
            self.reopen(came)
            self.outcomes.append(types.Outcome_Drop(types.Dropped(came.id, number)))
            self.passed = -1
        frame._came, frame._given, frame._dropped = None, None, True

    def discards(self):
        """Says what was dropped that the runtime does not know, once."""
        said = [types.Outcome_Discard(types.Discarded(reason, frames)) for reason, frames in self.discarded.items()]
        self.discarded = {}
        return said

    def reopen(self, given):
        """What left before leaves as a share: only the last that is said of a frame may be its last."""
        at = self.final.pop(given.id, None)
        if at is not None:
            said, self.passed = self.outcomes[at].value, -1
            meta = getattr(said, "meta", given.meta)
            self.outcomes[at] = types.Outcome_Share(types.Retagged(given.id, said.port, meta))

    def done(self, taken, flow, fault=None, completed=0):
        if self.discarded:
            # Before what a fault cuts off: what was dropped is dropped.
            said, self.passed = self.discards(), -1
            self.outcomes[completed:completed], completed = said, completed + len(said)
        if fault is None and not self.outcomes:
            outcomes = types.Outcomes_ReleaseAll()
        elif fault is None and self.passed == taken == len(self.outcomes):
            outcomes = types.Outcomes_PassAll()
        else:
            outcomes = types.Outcomes_Each(self.outcomes)
        wake_at, self.call = self.wake_at, None
        return types.Done(taken, outcomes, types.Flow(flow), wake_at, fault, completed)


_node = _Node()
_classes = []


def _params(card, text):
    """The parameters in a JSON text, which fit the card, with its defaults."""
    params, schema = json.loads(text), card["params"]
    for path, message in misfits(schema, params):
        raise ValueError(f"parameter `{path}`: {message}" if path else message)
    properties = schema.get("properties", {}).items()
    values = Params({name: schema["default"] for name, schema in properties if "default" in schema})
    values.update(params)
    return values


_TYPES = {"boolean": bool, "integer": int, "number": (int, float), "string": str, "array": list, "object": dict}


def misfits(schema, value, path=""):
    """What does not fit a schema of the kind that cards have: (path, message) of each."""
    if schema is True:
        return []
    if "enum" in schema:
        return [] if value in schema["enum"] else [(path, f"it is one of {json.dumps(schema['enum'])}")]
    if "anyOf" in schema:
        fits = any(not misfits(one, value, path) for one in schema["anyOf"])
        return [] if fits else [(path, "it fits none of what it may be")]
    # A duration or a size: a text, or a number of its unit.
    types = ["string", "number"] if "format" in schema else schema.get("type", list(_TYPES))
    types = [types] if isinstance(types, str) else types
    if not any(isinstance(value, _TYPES[name]) and (name == "boolean") == isinstance(value, bool) for name in types):
        return [(path, f"it must be of type {' or '.join(types)}")]
    if isinstance(value, (int, float)):
        low, high = schema.get("minimum"), schema.get("maximum")
        if (low is not None and value < low) or (high is not None and value > high):
            return [(path, f"it must be {'at least ' + str(low) if high is None else f'{low} to {high}'}")]
    if isinstance(value, list):
        low, high = schema.get("minItems", 0), schema.get("maxItems", len(value))
        found = [] if low <= len(value) <= high else [(path, f"it must have {low} to {high} items")]
        items = schema.get("items", True)
        return found + [f for i, item in enumerate(value) for f in misfits(items, item, f"{path}[{i}]")]
    return _misfits_of_fields(schema, value, path) if isinstance(value, dict) else []


def _misfits_of_fields(schema, value, path):
    dot, properties = path and path + ".", schema.get("properties", {})
    found = [(dot + name, "it has to be written") for name in schema.get("required", []) if name not in value]
    for name, field in value.items():
        if name in properties:
            found += misfits(properties[name], field, dot + name)
        elif not schema.get("additionalProperties", False):
            found.append((dot + name, "there is no such parameter"))
    return found


def _why(error):
    """The last line of the traceback, and where it was raised."""
    logging.getLogger().debug("%s", _trace(error))
    line = traceback.format_exception_only(error)[-1].strip()
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    if not frames:
        return line
    last = frames[-1]
    return f"{line} ({last.filename.rpartition('/')[2]}, line {last.lineno}, in {last.name})"


def _trace(error):
    """The traceback as text, without the marks below a line: to find their place a file is asked for."""
    text = ["Traceback (most recent call last):"]
    for frame in traceback.extract_tb(error.__traceback__):
        text.append(f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}')
        text.append(f"    {frame.line}")
    return "\n".join(text) + "\n" + "".join(traceback.format_exception_only(error))


class Module:
    """`rogue:flow/module`."""

    def check(self, module, params):
        _enter()
        cls = _classes[module]
        form = card(cls)
        try:
            found = misfits(form["params"], json.loads(params))
            if not found:
                found = (cls.checkParams(_params(form, params)) or {}).items()
        except Exception as error:
            found = [("", str(error) or type(error).__name__)]
        return [types.ParamFault(str(path), str(message)) for path, message in found]

    def create(self, module, params):
        _enter()
        _cold(lambda: _node.make(_classes[module], params))

    def start(self):
        _cold(_node.stage._start)

    def reconfigure(self, params):
        stage = _node.stage
        if stage._setParams is None:
            return False
        values = _cold(lambda: _params(_node.card, params))
        if _cold(lambda: stage._setParams(values)) is False:
            return False
        stage.params = values
        return True

    def snapshot(self):
        stage = _node.stage
        state = None if stage._getState is None else _cold(stage._getState)
        if state is None:
            return None
        # A zero byte before bytes: no JSON begins with one.
        raw = isinstance(state, (bytes, bytearray))
        data = b"\0" + state if raw else _cold(lambda: json.dumps(state).encode())
        return types.State(_node.card["state"]["schema"], _node.card["state"]["version"], bytes(data))

    def restore(self, state):
        stage, form = _node.stage, _node.card.get("state") or {}
        if stage._setState is None or state.schema != form.get("schema"):
            raise Err(f"a state of the form `{state.schema}` is not known here")
        if state.version not in form.get("accepts", [form["version"]]):
            raise Err(f"version {state.version} of the state is not known here")
        data = bytes(state.bytes)

        def restore():
            stage._setState(data[1:] if data[:1] == b"\0" else json.loads(data))

        _cold(restore)

    # No frame stays with a module after a call: what it keeps, it keeps in bytes of its own.
    def release_held(self):
        return []

    def adopt(self, frames):
        return []

    def stop(self):
        _cold(_node.stage._stop)
        return _node.discards()


def _cold(call):
    """A call without frames: an exception is its error."""
    try:
        return call()
    except BaseException as error:
        raise Err(_why(error)) from None


class Processor:
    """`rogue:flow/processor`."""

    def process(self, call, frames):
        node, accept = _node, _node.stage._acceptFrame
        node.begin(call)
        taken = completed = 0
        given = []
        try:
            for frame in frames:
                if node.left >= call.room:
                    break
                taken += 1
                node.inside, frame = frame, Frame._of(frame)
                given.append(frame)
                accept(frame)
                completed = len(node.outcomes)
            if not frames:
                node.stage._wake()
        except BaseException as error:
            return node.done(taken, IDLE, _why(error), completed)
        finally:
            # What is sent in a later call is sent as a frame of its own.
            for frame in given:
                frame._came = frame._given = None
        return node.done(taken, IDLE)

    def finish(self, call):
        _node.begin(call)
        try:
            flow = _flow(_node.stage._finish(), ENDED, "_finish")
        except BaseException as error:
            return _node.done(0, ENDED, _why(error))
        return _node.done(0, flow)


class Producer:
    """`rogue:flow/source`."""

    def produce(self, call):
        node, flow = _node, MORE
        node.begin(call)
        completed = 0
        try:
            while flow == MORE and node.left < call.room:
                left = node.left
                flow = _flow(node.stage._produce(), None, "_produce")
                completed = len(node.outcomes)
                if node.left == left:
                    break
        except BaseException as error:
            return node.done(0, IDLE, _why(error), completed)
        return node.done(0, flow)


def _flow(said, default, where):
    said = default if said is None else said
    if said not in (IDLE, MORE, ENDED):
        raise GeneralError(where, f"it returned {said!r}; it has to say IDLE, MORE or ENDED")
    return said


def export(module):
    """The classes for the interfaces `module`, `processor` and `source`."""
    _classes[:] = stages(module)
    # The lines that tracebacks show: later there is no file to read them from.
    for file in (module.__file__, __file__):
        linecache.getlines(file)
    return Module, Processor, Producer


# ---- the sandbox: there is no clock and no standard output, and asking for one would end the instance

_LEVELS = (logging.CRITICAL + 1, logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG, 1)
_inside = False


def _enter():
    """The first call at run time: from here on the runtime answers, before that the machine that builds does."""
    global _inside
    if not _inside:
        _inside = True
        linecache.checkcache = lambda filename=None: None
        traceback.format_exception = lambda error, *_, **__: [_trace(error)]
        traceback.format_exc = lambda *_, **__: _trace(sys.exception())
        traceback.print_exc = lambda *_, **__: print(_trace(sys.exception()), file=sys.stderr)
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not PathFinder] + [_NoFiles]
        for place, name in ((builtins, "open"), (io, "open"), (os, "stat"), (os, "urandom"), (time, "sleep")):
            setattr(place, name, _lacking(name))
        sys.stdout, sys.stderr = _Lines(host.Level.INFO), _Lines(host.Level.WARN)
        root = logging.getLogger()
        root.handlers[:] = [_ToHost()]
        root.setLevel(logging.DEBUG)


def _lacking(name):
    """What would end the instance raises instead."""

    def lacking(*_, **__):
        raise PermissionError(f"there is no {name} in the sandbox")

    return lacking


class _NoFiles:
    """The last to be asked for a module: there are no files to read it from."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        raise ModuleNotFoundError(f"no module {name} is in this component; import it at the top of the file", name=name)


class _ToHost(logging.Handler):
    """Hands what is logged to the runtime."""

    def emit(self, record):
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += "\n" + _trace(record.exc_info[1])
        number = record.levelno
        level = sum(number < least for least in (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG))
        for line in text.splitlines():
            host.log(host.Level(level), "" if record.name == "root" else record.name, line)


class _Lines:
    """What is printed, as lines of the log."""

    encoding = "utf-8"

    def __init__(self, level):
        self._level, self._begun = level, ""

    def write(self, text):
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            host.log(self._level, "", line)
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False


def _answer(name, inside):
    original = getattr(time, name)
    setattr(time, name, lambda: inside() if _inside else original())


def _time_of_day():
    if _wall is None:
        raise GeneralError("time", 'the class does not ask for the time of day: GRANTS = ("wall",)')
    return _wall.now()


class _NoClock:
    """`logging` asks for the time of each line, which the runtime knows itself."""

    def __getattr__(self, name):
        return getattr(time, name)

    time = staticmethod(lambda: 0.0)
    time_ns = staticmethod(lambda: 0)


if host is not None:
    for _name in ("monotonic", "perf_counter"):
        _answer(_name, lambda: host.now() / 1e9)
        _answer(_name + "_ns", lambda: host.now())
    _answer("time", lambda: _time_of_day() / 1e9)
    _answer("time_ns", lambda: _time_of_day())
    logging.time = _NoClock()
