"""One end of a wire that loses and delays: wire.py ADDRESS HERE THERE LOSS DELAY SEED, in the network namespace of a host.

Makes a network with this address, whose packets go by the Unix socket HERE to the one called THERE, each after DELAY seconds,
but for the share LOSS of them. It says "up" when the network is, "down" and "up" again when it is told so by SIGUSR1 and
SIGUSR2 (a wire that is down loses everything), and on SIGTERM "lost N of M datagrams": of packets of UDP alone.
"""

import fcntl
import heapq
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import time

address, here, there = sys.argv[1:4]
loss, delay = float(sys.argv[4]), float(sys.argv[5])
rng = random.Random(int(sys.argv[6]))
UDP = 17
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def say(text):
    print(text, file=sys.stderr, flush=True)


try:
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"wire", IFF_TUN | IFF_NO_PI))
    for command in (f"address add {address}/24 dev wire", "link set wire txqueuelen 10000 up"):
        subprocess.run(["ip", *command.split()], check=True)
except (OSError, subprocess.CalledProcessError) as error:
    say(f"no network can be made: {error}")
    sys.exit(1)
peer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
peer.bind(here)
peer.setblocking(False)
down = over = False


def told(number, _):
    global down, over
    if number == signal.SIGTERM:
        over = True
    else:
        down = number == signal.SIGUSR1
        say("down" if down else "up")


for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(number, told)
say("up")
waiting, count, lost, carried = [], 0, 0, 0
while not over:
    pause = max(0, waiting[0][0] - time.monotonic()) if waiting else 0.1
    ready = select.select([tun, peer], [], [], min(pause, 0.1))[0]
    if tun in ready:
        packet = os.read(tun, 65536)
        datagram = packet[0] >> 4 == 4 and packet[9] == UDP
        carried += datagram
        if down or rng.random() < loss:
            lost += datagram
        else:
            heapq.heappush(waiting, (time.monotonic() + delay, count, packet))
            count += 1
    if peer in ready:
        os.write(tun, peer.recv(65536))
    while waiting and waiting[0][0] <= time.monotonic():
        packet = waiting[0][2]
        try:
            peer.sendto(packet, there)
        except (BlockingIOError, FileNotFoundError):
            # The other end has no time now, or is not there yet: none is lost for that.
            time.sleep(0.001)
            break
        heapq.heappop(waiting)
say(f"lost {lost} of {carried} datagrams")
