"""A peer over libzmq for the tests: peer.py server|client PORT WHAT [N [NUMBER]]. Runs until it is killed.

It says "ready" when it has its sockets, "busy" if it cannot have its ports, and what it has done; all on stderr.
"""

import random
import struct
import sys
import threading

import zmq
from rogue_tcp import Frame, TcpClient, TcpServer

role, port, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
count = int(sys.argv[4]) if len(sys.argv) > 4 else 0
number = int(sys.argv[5]) if len(sys.argv) > 5 else 0


def say(text):
    print(text, file=sys.stderr, flush=True)


def received():
    while True:
        frame = peer.receive()
        if frame is not None:
            yield frame


def echo():
    """Sends back what comes."""
    for n, frame in enumerate(received(), 1):
        peer.send(frame)
        if n == 1 or n == count:
            say(f"echoed {n}")


def made(n):
    """Frame n: sizes with every kind of head, metadata of every bit."""
    rng = random.Random(n)
    size = rng.choice([1, 2, 255, 256, 4095, 4096, 4097, 20000, 65536, rng.randrange(1, 300000)])
    return Frame(rng.randbytes(size), rng.randrange(256), rng.randrange(65536), rng.randrange(256))


def exchange():
    """Sends frames and wants them back, in order and unchanged."""
    sender = threading.Thread(target=lambda: [peer.send(made(n)) for n in range(count)], daemon=True)
    sender.start()
    frames = received()
    for n in range(count):
        if next(frames) != made(n):
            say(f"frame {n} came back as another")
            sys.exit(1)
    say(f"exchanged {count}")


def send():
    """Sends frames of 100 bytes on channel `number`, `count` of them or without end."""
    n = 0
    while count == 0 or n < count:
        peer.send(Frame(struct.pack("<I", n) + bytes(96), channel=number))
        n += 1
    say(f"sent {count}")


def take():
    """Takes frames and says when `count` have come."""
    for n, _ in enumerate(received(), 1):
        if n == count:
            say(f"took {n}")


def every():
    """Takes numbered frames until `count` in a row were each the `number`th after the one before."""
    last = row = 0
    for frame in received():
        (n,) = struct.unpack_from("<I", frame.payload)
        row = row + 1 if n == last + number else 0
        last = n
        if row == count:
            say(f"every {number}")


def wrong():
    """Sends messages that are no frames, between such that are; each costs its connection, and a new one follows."""
    bad = [[b""], [b"\0\0", b"\0", b"\0"], [b"\0", b"\0", b"\0", b"x"], [b"\0\0", b"\0", b"\0", b"x", b"y"]]
    for n in range(len(bad)):
        peer._push.send_multipart(bad[n])
    say("sent wrong ones")


def idle():
    """Reads nothing."""
    say("idle")


def empty():
    """Sends a frame without payload between two that have one."""
    for payload in [b"one", b"", b"two"]:
        peer.send(Frame(payload))
    say("sent 3")


try:
    peer = (TcpServer if role == "server" else TcpClient)("127.0.0.1", port)
except zmq.ZMQError as error:
    say(f"busy: {error}")
    sys.exit(3)
say(f"ready, libzmq {zmq.zmq_version()}")
globals()[what]()
threading.Event().wait()
