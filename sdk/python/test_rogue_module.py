"""The face in plain Python, over a stand-in for what componentize-py generates from the contract.

Run: python3 sdk/python/test_rogue_module.py
"""

import enum
import logging
import os
import sys
import types as python_types
import unittest
from dataclasses import dataclass, make_dataclass

# ---- the stand-in: data as in sdk/wit/v0.1/flow.wit, and a host that writes down what it is told


@dataclass(frozen=True)
class Err(Exception):
    value: object


types = python_types.ModuleType("types")
for name, fields in {
    "Meta": "channel error flags",
    "Frame": "id meta size payload",
    "Call": "now port room log",
    "Sent": "frame port",
    "Retagged": "frame port meta",
    "Part": "frame port meta offset len",
    "Dropped": "frame reason",
    "Discarded": "reason frames",
    "Done": "taken outcomes flow wake_at fault completed",
    "State": "schema version bytes",
    "ParamFault": "path message",
    "Outcomes_PassAll": "",
    "Outcomes_ReleaseAll": "",
    "Outcomes_Each": "value",
    **{f"Outcome_{what}": "value" for what in "Pass Retag Share Part Emitted Drop Hold Release Discard".split()},
}.items():
    setattr(types, name, make_dataclass(name, fields.split()))
types.Flow = enum.Enum("Flow", ["IDLE", "MORE", "ENDED"], start=0)

host = python_types.ModuleType("host")
host.Level = enum.Enum("Level", ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"], start=0)
host.CounterKind = enum.Enum("CounterKind", ["EVENT", "OUTSIDE", "GAUGE"], start=0)
told = []
for name in ("log", "add", "set", "publish", "wake", "batch_max"):
    setattr(host, name, lambda *args, name=name: told.append((name, *args)))
host.now = lambda: 5_000_000_000
host.links = lambda port: 1
host.counter = lambda name, kind: make_dataclass("CounterRef", ["id", "value"])(id=3, value=40)


def emit(port, meta, size, payload):
    told.append(("emit", port, meta, size, payload))


host.emit = emit

imports = python_types.ModuleType("wit_world.imports")
imports.host, imports.types = host, types
results = python_types.ModuleType("componentize_py_types")
results.Err = Err
sys.modules |= {
    "componentize_py_types": results,
    "wit_world": python_types.ModuleType("wit_world"),
    "wit_world.imports": imports,
}
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rogue_module as face  # noqa: E402

# ---- stages


class Each(face.Transform):
    """Does what the test wants. And more."""

    CARD = {
        "params": {"level": {"type": "integer", "minimum": 0, "maximum": 9, "default": 3}, "who": {"type": "string"}},
        "counters": {"seen": "frames"},
        "drops": [{"name": "bad", "intent": "loss"}, {"name": "worse", "intent": "loss"}],
    }
    does = None

    def _acceptFrame(self, frame):
        self.does(frame)

    def _getState(self):
        return getattr(self, "state", None)

    def _setState(self, state):
        self.state = state

    def _setParams(self, params):
        return params.level != 9


PARAMS = '{"who": "me"}'


def given(id, payload=b"abcd", channel=1, error=0, flags=0x0201, size=8):
    return types.Frame(id, types.Meta(channel, error, flags), size, payload)


def process(does, *frames, room=64):
    """One call into a fresh instance: what it did, and what it told the host."""
    face._classes[:] = [Each]
    module, processor = face.Module(), face.Processor()
    module.create(0, PARAMS)
    told.clear()
    Each.does = staticmethod(does)
    return processor.process(types.Call(7, 0, room, 3), list(frames))


def send(*args):
    face._node.stage._sendFrame(*args)


class Outcomes(unittest.TestCase):
    def each(self, does, *frames):
        done = process(does, *frames)
        self.assertIsNone(done.fault)
        return done.outcomes.value

    def test_all_that_pass_are_said_in_one_word(self):
        done = process(send, given(1), given(2))
        self.assertEqual((done.taken, done.outcomes), (2, types.Outcomes_PassAll()))
        self.assertEqual(process(lambda frame: None, given(1)).outcomes, types.Outcomes_ReleaseAll())

    def test_order_is_never_lost_in_one_word(self):
        kept = []

        def backwards(frame):
            kept.append(frame)
            if len(kept) == 2:
                send(kept[1])
                send(kept[0])

        sent = [outcome.value.frame for outcome in self.each(backwards, given(1), given(2))]
        self.assertEqual(sent, [2, 1])

    def test_a_frame_sent_twice_is_shared_first(self):
        def twice(frame):
            send(frame)
            frame.setChannel(9)
            send(frame)
            frame.setPayload(2)
            send(frame)

        share, other, part = self.each(twice, given(1))
        self.assertEqual(share, types.Outcome_Share(types.Retagged(1, 0, types.Meta(1, 0, 0x0201))))
        self.assertEqual(other, types.Outcome_Share(types.Retagged(1, 0, types.Meta(9, 0, 0x0201))))
        self.assertEqual(part, types.Outcome_Part(types.Part(1, 0, types.Meta(9, 0, 0x0201), 0, 2)))

    def test_what_is_written_is_emitted(self):
        def write(frame):
            frame.write(b"XY", 3)
            send(frame)

        self.assertEqual(self.each(write, given(1)), [types.Outcome_Emitted(0)])
        self.assertEqual(told[-1], ("emit", 0, types.Meta(1, 0, 0x0201), 8, b"abcXY"))

    def test_a_frame_kept_from_an_earlier_call_is_emitted(self):
        kept = []
        process(kept.append, given(1))
        self.assertEqual(self.each(lambda _: send(kept[0]), given(2)), [types.Outcome_Emitted(0)])
        self.assertEqual(told[-1][4], b"abcd")

    def test_drops_have_the_number_of_their_reason(self):
        self.assertEqual(
            self.each(lambda frame: face._node.stage._dropFrame(frame, "worse"), given(4)),
            [types.Outcome_Drop(types.Dropped(4, 1))],
        )
        done = process(lambda frame: face._node.stage._dropFrame(frame, "unheard of"), given(4))
        self.assertIn("no drop reason `unheard of`", done.fault)

    def test_a_written_frame_that_is_dropped_is_the_one_that_came(self):
        def write(frame):
            frame.write(b"X")
            face._node.stage._dropFrame(frame, "bad")

        self.assertEqual(self.each(write, given(4)), [types.Outcome_Drop(types.Dropped(4, 0))])

    def test_what_was_made_here_and_is_dropped_is_told_by_reason(self):
        def make(frame):
            for reason in ("worse", "bad", "worse"):
                face._node.stage._dropFrame(face._node.stage._reqFrame(4), reason)
            send(frame)

        said = self.each(make, given(4))
        discards = [types.Outcome_Discard(types.Discarded(1, 2)), types.Outcome_Discard(types.Discarded(0, 1))]
        self.assertEqual(said, discards + [types.Outcome_Pass(types.Sent(4, 0))])
        done = process(lambda frame: (make(frame), {}["missing"]), given(4))
        self.assertEqual((done.outcomes.value[: done.completed], done.completed), (discards, 2))

    def test_drops_of_stop_are_told(self):
        made = []
        process(made.append, given(4))
        face._node.stage._dropFrame(made[0], "worse")
        with self.assertRaisesRegex(face.GeneralError, "dropped before"):
            face._node.stage._dropFrame(made[0], "worse")
        self.assertEqual(face.Module().stop(), [types.Outcome_Discard(types.Discarded(1, 1))])
        self.assertEqual(face.Module().stop(), [])

    def test_no_more_is_taken_than_there_is_room_for(self):
        done = process(lambda frame: (send(frame), send(frame)), given(1), given(2), given(3), room=3)
        self.assertEqual(done.taken, 2)

    def test_an_exception_is_the_calls_fault(self):
        def second(frame):
            send(frame)
            if frame.getBa() == b"efgh":
                {}["missing"]

        done = process(second, given(1), given(2, b"efgh"), given(3))
        self.assertEqual((done.taken, done.completed), (2, 1))
        self.assertRegex(done.fault, r"^KeyError: 'missing' \(test_rogue_module.py, line \d+, in second\)$")

    def test_there_is_no_third_output(self):
        self.assertIn("no output 2", process(lambda frame: send(frame, 2), given(1)).fault)


class Frames(unittest.TestCase):
    def test_a_requested_frame_has_room_and_no_payload(self):
        frame = face.Frame(6)
        self.assertEqual((frame.getSize(), frame.getPayload(), frame.getAvailable()), (6, 0, 6))
        frame.write(bytearray(b"abc"))
        frame.write(b"Z", 1)
        self.assertEqual((frame.getPayload(), frame.getBa()), (3, b"aZc"))
        frame.setPayloadFull()
        self.assertEqual(frame.getBa(2), b"c\0\0\0")
        frame.adjustPayload(-4)
        frame.minPayload(1)
        self.assertEqual(bytes(frame.getMemoryview()), b"aZ")
        frame.setPayloadEmpty()
        self.assertEqual(frame.getAvailable(), 6)

    def test_reads_and_writes_stay_inside(self):
        frame = face.Frame(4)
        frame.write(b"abcd")
        into = bytearray(2)
        frame.read(into, 1)
        self.assertEqual(into, b"bc")
        for wrong in (
            lambda: frame.write(b"12345"),
            lambda: frame.write(b"1", 4),
            lambda: frame.read(bytearray(5)),
            lambda: frame.getBa(3, 2),
            lambda: frame.getBa(-1, 1),
            lambda: frame.setPayload(5),
            lambda: frame.adjustPayload(-5),
        ):
            self.assertRaises(face.GeneralError, wrong)
        # What fails changes nothing.
        self.assertEqual(frame.getBa(), b"abcd")

    def test_metadata_has_rogues_widths(self):
        frame = face.Frame(0)
        frame.setFlags(0x1234)
        self.assertEqual((frame.getLastUser(), frame.getFirstUser()), (0x12, 0x34))
        frame.setFirstUser(0x01)
        frame.setLastUser(0x80)
        self.assertEqual(frame.getFlags(), 0x8001)
        for wrong in (frame.setChannel, frame.setError, frame.setFirstUser, frame.setLastUser):
            self.assertRaises(OverflowError, wrong, 256)
            self.assertRaises(OverflowError, wrong, -1)
        self.assertRaises(OverflowError, frame.setFlags, 65536)
        self.assertRaises(OverflowError, face.Frame, -1)

    def test_a_lock_does_nothing(self):
        frame = face.Frame(1)
        with frame.lock() as lock:
            self.assertIsNone(lock)
            frame.write(b"x")
        frame.lock().unlock()

    @unittest.skipIf(face.numpy is not None, "numpy is here")
    def test_without_numpy_it_says_so(self):
        with self.assertRaisesRegex(face.GeneralError, "no numpy in this component"):
            face.Frame(1).getNumpy()

    @unittest.skipIf(face.numpy is None, "numpy is not here")
    def test_numpy_arrays_are_bytes(self):
        frame = face.Frame(8)
        frame.putNumpy(face.numpy.arange(4, dtype="<u2")[::2], 1)
        self.assertEqual(frame.getBa(), b"\0\0\0\2\0")
        self.assertEqual(frame.getNumpy(3).tolist(), [2, 0])


class Life(unittest.TestCase):
    def test_the_card_is_what_the_class_is(self):
        made = face.card(Each)
        self.assertEqual((made["name"], made["shape"]), ("each", "transform"))
        self.assertEqual(made["about"], "Does what the test wants. And more")
        self.assertEqual(made["params"]["required"], ["who"])
        self.assertEqual(made["counters"], [{"name": "seen", "about": "frames"}])
        self.assertEqual(made["state"], {"schema": "each", "version": 1, "accepts": [1]})

    def test_parameters_have_defaults_and_are_checked(self):
        process(lambda frame: None)
        self.assertEqual(face._node.stage.params, {"level": 3, "who": "me"})
        self.assertEqual(face._node.stage.params.level, 3)
        check = lambda params: [(fault.path, fault.message) for fault in face.Module().check(0, params)]  # noqa: E731
        self.assertEqual(check(PARAMS), [])
        self.assertEqual(check('{"who": 1}'), [("who", "it must be of type string")])
        self.assertEqual(check('{"who": "a", "level": true}'), [("level", "it must be of type integer")])
        self.assertEqual(check('{"who": "a", "level": 10}'), [("level", "it must be 0 to 9")])
        self.assertEqual(check('{"who": "a", "x": 1}'), [("x", "there is no such parameter")])
        self.assertEqual(check("[]"), [("", "it must be of type object")])
        with self.assertRaises(Err) as refused:
            face.Module().create(0, "{}")
        self.assertIn("parameter `who`: it has to be written", refused.exception.value)

    def test_new_parameters_are_taken_or_not(self):
        process(lambda frame: None)
        self.assertTrue(face.Module().reconfigure('{"who": "you"}'))
        self.assertEqual(face._node.stage.params.who, "you")
        self.assertFalse(face.Module().reconfigure('{"who": "me", "level": 9}'))
        self.assertRaises(Err, face.Module().reconfigure, '{"level": 1}')
        self.assertEqual(face._node.stage.params, {"level": 3, "who": "you"})

    def test_state_goes_over(self):
        module = face.Module()
        process(lambda frame: None)
        self.assertIsNone(module.snapshot())
        for state in ({"a": [1, 2]}, b"\x00raw", 7, b"{}"):
            face._node.stage.state = state
            taken = module.snapshot()
            module.create(0, PARAMS)
            module.restore(taken)
            self.assertEqual(face._node.stage.state, state)
        for wrong in (types.State("other", 1, b"1"), types.State("each", 2, b"1"), types.State("each", 1, b"{")):
            self.assertRaises(Err, module.restore, wrong)

    def test_counters_and_lines_reach_the_host(self):
        def work(frame):
            seen = face._node.stage._counter("seen")
            seen.add(2)
            self.assertEqual(seen.get(), 42)
            logging.getLogger("a.b").info("two\nlines")
            logging.debug("of the root")
            logging.getLogger("a.b").log(5, "nobody listens")

        out = sys.stdout, sys.stderr
        try:
            done = process(work, given(1))
            print("printed", "line")
        finally:
            sys.stdout, sys.stderr = out
        self.assertIsNone(done.fault)
        self.assertEqual(told[0], ("add", 3, 2))
        lines = [(level.name, target, line) for _, level, target, line in told[1:]]
        self.assertEqual(lines, [("INFO", "a.b", "two"), ("INFO", "a.b", "lines"), ("INFO", "", "printed line")])

    def test_wakes_are_the_earliest_asked_for(self):
        def wake(frame):
            face._node.stage._wakeAt(900)
            face._node.stage._wakeAt(800)
            face._node.stage._wakeAt(850)

        self.assertEqual(process(wake, given(1)).wake_at, 800)

    def test_sending_outside_of_a_call_is_refused(self):
        process(lambda frame: None)
        with self.assertRaisesRegex(face.GeneralError, "only inside of a call"):
            face._node.stage._sendFrame(face.Frame(1))


class Giving(unittest.TestCase):
    def produce(self, answers, room=10):
        class Gives(face.Source):
            def _produce(self):
                said, frames = answers.pop(0)
                for _ in range(frames):
                    self._sendFrame(self._reqFrame(1))
                return said

        face._classes[:] = [Gives]
        face.Module().create(0, "{}")
        return face.Producer().produce(types.Call(7, 0, room, 3))

    def test_it_is_asked_until_there_is_no_room(self):
        done = self.produce([(face.MORE, 1), (face.MORE, 2), (face.MORE, 1)], room=3)
        self.assertEqual((len(done.outcomes.value), done.flow), (3, types.Flow.MORE))
        done = self.produce([(face.MORE, 1), (face.ENDED, 0)])
        self.assertEqual((len(done.outcomes.value), done.flow), (1, types.Flow.ENDED))

    def test_it_has_to_say_what_is_to_come(self):
        self.assertIn("it has to say IDLE, MORE or ENDED", self.produce([(None, 1)]).fault)


if __name__ == "__main__":
    unittest.main()
