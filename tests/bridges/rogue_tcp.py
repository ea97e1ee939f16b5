"""Rogue's TcpServer and TcpClient over pyzmq: the same sockets, options and messages, without Rogue.

Frames of four parts (flags, channel, error, payload); the server binds both ports, by the first frames come to it, by the
next they go from it. For tests, and for whoever wants frames in Python without building Rogue.
"""

import struct
from typing import NamedTuple

import zmq


class Frame(NamedTuple):
    payload: bytes
    channel: int = 0
    flags: int = 0
    error: int = 0


class TcpCore:
    def __init__(self, addr, port, server):
        self._context = zmq.Context()
        self._pull = self._context.socket(zmq.PULL)
        self._push = self._context.socket(zmq.PUSH)
        # What Rogue sets, and nothing else.
        self._push.setsockopt(zmq.IMMEDIATE, 1)
        self._push.setsockopt(zmq.LINGER, 0)
        self._pull.setsockopt(zmq.LINGER, 0)
        self._pull.setsockopt(zmq.RCVTIMEO, 100)
        try:
            if server:
                self._pull.bind(f"tcp://{addr}:{port}")
                self._push.bind(f"tcp://{addr}:{port + 1}")
            else:
                self._push.connect(f"tcp://{addr}:{port}")
                self._pull.connect(f"tcp://{addr}:{port + 1}")
        except zmq.ZMQError:
            self.close()
            raise

    def send(self, frame):
        """Waits for a peer, and for room, as Rogue does."""
        flags = struct.pack("<H", frame.flags)
        self._push.send_multipart([flags, bytes([frame.channel]), bytes([frame.error]), frame.payload])

    def receive(self):
        """The next frame; None if none comes within 100 ms, or if it is no frame."""
        try:
            parts = self._pull.recv_multipart()
        except zmq.Again:
            return None
        if [len(part) for part in parts[:3]] != [2, 1, 1] or len(parts) != 4:
            return None
        flags, channel, error, payload = parts
        return Frame(payload, channel[0], struct.unpack("<H", flags)[0], error[0])

    def close(self):
        self._push.close()
        self._pull.close()
        self._context.term()


class TcpServer(TcpCore):
    def __init__(self, addr, port):
        super().__init__(addr, port, server=True)


class TcpClient(TcpCore):
    def __init__(self, addr, port):
        super().__init__(addr, port, server=False)
