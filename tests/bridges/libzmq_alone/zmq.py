"""As much of pyzmq as `rogue_tcp.py` needs, over a libzmq of any version from 4.1: the library that ROGUE_LIBZMQ names.

So that the peers of the tests run with libraries that are too old for a pyzmq of this Python.
"""

import ctypes
import os

PULL, PUSH = 7, 8
LINGER, RCVTIMEO, IMMEDIATE = 17, 27, 39
SNDMORE, RCVMORE = 2, 13

_lib = ctypes.CDLL(os.environ["ROGUE_LIBZMQ"], use_errno=True)
for _name in ("zmq_ctx_new", "zmq_socket", "zmq_msg_data"):
    getattr(_lib, _name).restype = ctypes.c_void_p
_lib.zmq_msg_size.restype = ctypes.c_size_t
_lib.zmq_strerror.restype = ctypes.c_char_p


class ZMQError(OSError):
    pass


class Again(ZMQError):
    pass


EAGAIN, EINTR = 11, 4


def _done(code):
    """What a call gave, or what is wrong."""
    if code not in (-1, None):
        return code
    errno = ctypes.get_errno()
    raise (Again if errno == EAGAIN else ZMQError)(errno, _lib.zmq_strerror(errno).decode())


def _again(call, *args):
    """The same, once more where a signal came between."""
    while True:
        try:
            return _done(call(*args))
        except ZMQError as error:
            if error.errno != EINTR:
                raise


def zmq_version():
    parts = [ctypes.c_int() for _ in range(3)]
    _lib.zmq_version(*map(ctypes.byref, parts))
    return ".".join(str(part.value) for part in parts)


class Context:
    def __init__(self):
        self._context = ctypes.c_void_p(_done(_lib.zmq_ctx_new()))

    def socket(self, kind):
        return Socket(ctypes.c_void_p(_done(_lib.zmq_socket(self._context, kind))))

    def term(self):
        _again(_lib.zmq_ctx_term, self._context)


class Socket:
    def __init__(self, socket):
        self._socket = socket

    def setsockopt(self, option, value):
        value = ctypes.c_int(value)
        _done(_lib.zmq_setsockopt(self._socket, option, ctypes.byref(value), ctypes.c_size_t(4)))

    def bind(self, endpoint):
        _done(_lib.zmq_bind(self._socket, endpoint.encode()))

    def connect(self, endpoint):
        _done(_lib.zmq_connect(self._socket, endpoint.encode()))

    def send_multipart(self, parts):
        for n, part in enumerate(parts, 1):
            more = SNDMORE if n < len(parts) else 0
            _again(_lib.zmq_send, self._socket, bytes(part), ctypes.c_size_t(len(part)), more)

    def recv_multipart(self):
        parts, more = [], True
        while more:
            # 64 bytes since 4.1, aligned as a pointer.
            message = (ctypes.c_uint64 * 8)()
            _lib.zmq_msg_init(message)
            try:
                _again(_lib.zmq_msg_recv, message, self._socket, 0)
                parts.append(ctypes.string_at(_lib.zmq_msg_data(message), _lib.zmq_msg_size(message)))
                more = _lib.zmq_msg_more(message) == 1
            finally:
                _lib.zmq_msg_close(message)
        return parts

    def close(self):
        _lib.zmq_close(self._socket)
