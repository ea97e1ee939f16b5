"""Stages for tests/wasm/python.rs: one class for each thing that is tried."""

import logging
import random
import time

from rogue_module import ENDED, Sink, Transform, random64


class Faces(Transform):
    """Does with a frame what its first byte says."""

    CARD = {"drops": [{"name": "zero", "intent": "asked"}]}

    def __init__(self):
        self.kept = []

    def _acceptFrame(self, frame):
        what = frame.getBa(0, 1)[0]
        if what == 0:
            self._dropFrame(frame, "zero")
        elif what == 1:
            self._sendFrame(frame)
        elif what == 2:
            frame.setChannel(22)
            frame.setFirstUser(0xFF)
            frame.setFirstUser(0x21)
            self._sendFrame(frame)
        elif what == 3:
            # As it came, then with another channel, then the front of it: three frames, no byte copied.
            self._sendFrame(frame)
            frame.setChannel(33)
            self._sendFrame(frame)
            frame.setPayload(2)
            self._sendFrame(frame)
        elif what == 4:
            with frame.lock():
                frame.write(b"written", 1)
            self._sendFrame(frame)
        elif what == 5:
            # Rogue's way to a new frame.
            new = self._reqFrame(10, True)
            new.write(bytearray(b"new"))
            new.setError(5)
            self._sendFrame(new)
        elif what == 6:
            self.kept.append(frame)
        elif what == 7:
            while self.kept:
                self._sendFrame(self.kept.pop(0))

    def _finish(self):
        while self.kept:
            self._sendFrame(self.kept.pop(0))
        return ENDED


class Raises(Transform):
    """Raises at a frame whose first byte is 9."""

    CARD = {"counters": {"seen": "frames seen"}}

    def __init__(self):
        self.seen = self._counter("seen")

    def _acceptFrame(self, frame):
        self.seen.add()
        self._sendFrame(frame)
        if frame.getBa(0, 1)[0] == 9:
            raise ValueError("nine is not liked")


class Recurses(Transform):
    """Calls itself without end at a frame whose first byte is 9."""

    def _acceptFrame(self, frame):
        if frame.getBa(0, 1)[0] == 9:
            self.deeper(frame)
        self._sendFrame(frame)

    def deeper(self, frame):
        self.deeper(frame)


class Sandboxed(Transform):
    """Answers with what it found in the sandbox, as text."""

    def _acceptFrame(self, frame):
        print("printed", end=" ")
        print("line")
        self.log.warning("logged %d", 7)
        logging.getLogger("elsewhere").info("of another logger")
        said = [f"monotonic {time.monotonic() > 0 and self._now() > 0}"]
        asked = {
            "time": time.time,
            "random64": random64,
            "open": lambda: open("/etc/passwd"),
            "import": lambda: __import__("wave"),
        }
        for name, ask in asked.items():
            try:
                ask()
                said.append(name)
            except Exception as error:
                said.append(f"{name}: {type(error).__name__}")
        said.append(f"random {0 <= random.random() < 1}")
        answer = self._reqFrame(400)
        answer.write("; ".join(said).encode())
        self._sendFrame(answer)


class Needs(Sink):
    """Needs a parameter, and has a default."""

    CARD = {
        "params": {
            "level": {"type": "integer", "minimum": 1},
            "name": {"type": "string", "default": "x"},
        },
        "readings": {"is": "what the parameters are"},
    }

    @classmethod
    def checkParams(cls, params):
        if params.level > 100:
            return {"level": "more than 100 makes no sense"}

    def _start(self):
        self._publish("is", f"{self.params.level} {self.params['name']}")

    def _acceptFrame(self, frame):
        pass


class _NotAModule(Transform):
    pass
