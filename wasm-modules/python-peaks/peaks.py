"""`peaks`: what a 16-bit waveform looks like, in 24 bytes.

For each frame of unsigned 16-bit samples, little-endian, it sends a record with the channel and flags of the frame:

    u32 samples · u16 lowest · u16 highest · u32 place of the highest · f64 mean · u32 samples at or above the threshold

Build: cargo rogue build --python wasm-modules/python-peaks/peaks.py
"""

import struct
import sys
from array import array

from rogue_module import Transform

RECORD = struct.Struct("<IHHIdI")


class Peaks(Transform):
    """Lowest, highest, mean and width of the peak of 16-bit waveforms."""

    CARD = {
        "params": {
            "threshold": {
                "type": "integer",
                "minimum": 0,
                "maximum": 65535,
                "default": 0,
                "description": "Waveforms whose highest sample is below it are dropped.",
                "x-apply": "live",
            },
        },
        "counters": {"peaks": "records sent"},
        "readings": {"highest": "the highest sample of all so far"},
        "drops": [
            {"name": "quiet", "intent": "param:threshold", "about": "nothing at or above the threshold"},
            {"name": "no_samples", "intent": "loss", "about": "no samples, or half a sample at the end"},
        ],
        "flags": ["pure"],
    }

    def __init__(self):
        self.peaks = self._counter("peaks")
        self.gauge = self._gauge("highest")
        self.highest = 0

    def _acceptFrame(self, frame):
        # What carries an error has samples that mean nothing: it goes on as it came.
        if frame.getError() != 0:
            return self._sendFrame(frame)
        if frame.getPayload() == 0 or frame.getPayload() % 2 != 0:
            self.log.debug("a frame of %d bytes", frame.getPayload())
            return self._dropFrame(frame, "no_samples")
        samples = array("H", frame.getBa())
        if sys.byteorder == "big":
            samples.byteswap()
        highest = max(samples)
        if highest > self.highest:
            self.highest = highest
            self.gauge.set(highest)
        threshold = self.params.threshold
        if highest < threshold:
            return self._dropFrame(frame, "quiet")
        count = len(samples)
        above = sum(map(threshold.__le__, samples))
        record = self._reqFrame(RECORD.size)
        record.write(
            RECORD.pack(count, min(samples), highest, samples.index(highest), sum(samples) / count, above)
        )
        record.setChannel(frame.getChannel())
        record.setFlags(frame.getFlags())
        self._sendFrame(record)
        self.peaks.add(1)

    def _setParams(self, params):
        """Nothing is kept that depends on them."""

    def _getState(self):
        return {"highest": self.highest}

    def _setState(self, state):
        self.highest = int(state["highest"])
        self.gauge.set(self.highest)
