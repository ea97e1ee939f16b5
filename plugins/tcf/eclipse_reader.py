#!/usr/bin/env python3
"""Reads frames from a tcf-streams node with the Eclipse TCF client, and prints a line for each.

    eclipse_reader.py HOST:PORT TYPE [--frames N] [--reads K] [--size BYTES]

Needs the client as `tcf`, from python/src of its repository, or as `chipscopy.tcf`, which `pip install chipscopy` brings.
Ends at the end of the stream, or after N frames. Prints `lost N bytes` where the node says that bytes are missing.
"""

import argparse
import base64
import collections
import collections.abc
import sys
import threading

from reader import Frames, line  # beside this file

# The client's services look for it here, and from Python 3.10 on it is elsewhere.
if "Callable" not in vars(collections):
    collections.Callable = collections.abc.Callable

try:
    import tcf
    from tcf import channel, protocol
    from tcf.channel.Command import Command
except ImportError:
    try:
        from chipscopy import tcf
        from chipscopy.tcf import channel, protocol
        from chipscopy.tcf.channel.Command import Command
    except ImportError:
        sys.exit("there is no TCF client for this Python; docs/tcf.md says where to get one")


class Reader(channel.EventListener, channel.ChannelListener):
    """What happens happens on the client's own thread, the event queue's."""

    def __init__(self, link, args):
        self.link, self.args = link, args
        self.stream, self.frames, self.count = None, Frames(), 0
        self.over, self.why = threading.Event(), None

    def begin(self):
        self.link.addChannelListener(self)
        self.link.addEventListener("Streams", self)
        self.call("subscribe", [self.args.type], self.subscribed)

    def call(self, name, args, then):
        class Call(Command):
            def done(self, error, results):
                # The error is the last item that is an object: of `read` the second, of the others the only one.
                reports = [self.toError(item) for item in results or [] if isinstance(item, dict)]
                then(error or (reports[-1] if reports else None), results)

        Call(self.link, "Streams", name, args)

    def end(self, why=None):
        self.why = self.why or why
        self.over.set()

    def subscribed(self, error, _):
        if error:
            self.end("subscribe: %s" % error)

    def event(self, name, data):
        values = channel.fromJSONSequence(data)
        if name == "created" and values[0] == self.args.type and self.stream is None:
            self.stream = values[1]
            # Reads that wait are the flow control: keep some open.
            for _ in range(self.args.reads):
                self.read()

    def read(self):
        self.call("read", [self.stream, self.args.size], self.done)

    def done(self, error, results):
        if self.over.is_set():
            return
        if error:
            return self.end("read: %s" % error)
        data, _, lost, eos = results
        if lost:
            print("lost", lost, "bytes")
            self.frames.gap()
        if isinstance(data, str):
            data = base64.b64decode(data)
        for frame in self.frames.take(bytes(data or b"")):
            print(line(frame), flush=True)
            self.count += 1
            if self.count == self.args.frames:
                return self.end()
        if eos:
            print("the end")
            return self.end()
        self.read()

    def onChannelClosed(self, error):
        self.end("the node has ended the channel")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("type")
    parser.add_argument("--frames", type=int, help="end after so many")
    parser.add_argument("--reads", type=int, default=4, help="reads that are kept open")
    parser.add_argument("--size", type=int, default=65536, help="bytes asked for by each")
    args = parser.parse_args()
    protocol.startEventQueue()
    try:
        link = tcf.connect("TCP:" + args.address)
    except Exception as error:
        sys.exit("%s cannot be connected: %s" % (args.address, error))
    reader = Reader(link, args)
    protocol.invokeAndWait(reader.begin)
    reader.over.wait()
    why = reader.why
    if link.getState() == channel.STATE_OPEN:
        protocol.invokeAndWait(link.close)
    sys.exit(why)


if __name__ == "__main__":
    main()
