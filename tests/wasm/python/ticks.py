"""A source for tests/wasm/python.rs: some frames at once, then one each millisecond; it asks for everything."""

import time

from rogue_module import ENDED, IDLE, MORE, Source, random64


class Ticks(Source):
    """Counts."""

    CARD = {"params": {"count": {"type": "integer", "minimum": 0, "default": 10}}}
    GRANTS = ("wall", "random")

    def __init__(self):
        self.next = 0

    def _produce(self):
        if self.next == self.params.count:
            return ENDED
        frame = self._reqFrame(5)
        # A day in 2020, and not zero.
        granted = time.time() > 1_577_836_800 and random64() != 0
        frame.write(self.next.to_bytes(4, "little") + bytes([granted]))
        self._sendFrame(frame)
        self.next += 1
        if self.next % 4 == 0:
            self._wakeAt(self._now() + 1_000_000)
            return IDLE
        return MORE
