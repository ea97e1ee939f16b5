#!/usr/bin/env python3
"""Reads frames from a tcf-streams node and prints a line for each; needs nothing but Python 3.6 or later.

    reader.py HOST:PORT TYPE [--frames N] [--reads K] [--size BYTES]

Ends at the end of the stream, or after N frames. Prints `lost N bytes` where the node says that bytes are missing.
"""

import argparse
import base64
import json
import socket
import struct
import zlib

MAGIC = b"\xf5RGF"
EOM = b"\x03\x01"


class Channel:
    """A TCF channel without ZeroCopy: plain messages, base64 data."""

    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""
        self.token = 0
        self.send("E", "Locator", "Hello", json.dumps(["Locator"]))

    def send(self, *fields):
        # Nothing that is sent here holds the escape byte 03.
        self.socket.sendall(b"".join(field.encode() + b"\0" for field in fields) + EOM)

    def command(self, name, *args):
        self.token += 1
        self.send("C", str(self.token), "Streams", name, *[json.dumps(arg) for arg in args])
        return str(self.token)

    def message(self):
        """The fields of the next message; None at the end of the channel."""
        while EOM not in self.pending:
            if b"\x03\x02" in self.pending:
                return None
            more = self.socket.recv(1 << 20)
            if not more:
                return None
            self.pending += more
        message, self.pending = self.pending.split(EOM, 1)
        if message.startswith(b"\x03\x02"):
            return None
        return message.replace(b"\x03\0", b"\x03").split(b"\0")[:-1]


class Frames:
    """Finds frames in bytes that come in pieces and with gaps."""

    def __init__(self):
        self.bytes = b""

    def gap(self):
        self.bytes = b""

    def take(self, more):
        self.bytes += more
        while len(self.bytes) >= 36:
            magic, _, has, head, channel, sequence, _, size, crc = struct.unpack_from("<4sBBHIQQII", self.bytes)
            if magic != MAGIC or zlib.crc32(self.bytes[:32]) != crc:
                raise SystemExit("these bytes are no frame; is the node's framing `length`?")
            if len(self.bytes) < head + size:
                return
            flags, error = struct.unpack_from("<HB", self.bytes, 36) if has & 1 else (0, 0)
            payload, self.bytes = self.bytes[head:head + size], self.bytes[head + size:]
            yield sequence, channel, flags, error, payload


def line(frame):
    """What is printed of a frame."""
    sequence, channel, _, error, payload = frame
    return "frame %d channel %d error %d %d bytes" % (sequence, channel, error, len(payload))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("type")
    parser.add_argument("--frames", type=int, help="end after so many")
    parser.add_argument("--reads", type=int, default=4, help="reads that are kept open")
    parser.add_argument("--size", type=int, default=65536, help="bytes asked for by each")
    args = parser.parse_args()
    host, port = args.address.rsplit(":", 1)
    channel, frames, count, reads = Channel(host, int(port)), Frames(), 0, set()
    subscribe, stream = None, None
    while True:
        message = channel.message()
        if message is None:
            raise SystemExit("the node has ended the channel")
        if message[0] == b"E" and message[2] == b"Hello":
            subscribe = channel.command("subscribe", args.type)
        elif message[0] == b"E" and message[2] == b"created" and stream is None:
            stream = json.loads(message[4])
            reads = {channel.command("read", stream, args.size) for _ in range(args.reads)}
        elif message[0] == b"R" and message[1].decode() == subscribe and message[2]:
            raise SystemExit("subscribe: " + json.loads(message[2])["Format"])
        elif message[0] == b"R" and message[1].decode() in reads:
            data, error, lost, eos = message[2:6]
            if error:
                raise SystemExit("read: " + json.loads(error)["Format"])
            if int(lost):
                print("lost", int(lost), "bytes")
                frames.gap()
            data = base64.b64decode(json.loads(data) or "") if data else b""
            for frame in frames.take(data):
                print(line(frame), flush=True)
                count += 1
                if count == args.frames:
                    return
            if eos == b"true":
                print("the end")
                return
            reads.remove(message[1].decode())
            reads.add(channel.command("read", stream, args.size))


if __name__ == "__main__":
    main()
