"""Many datagrams in one call: sendmmsg(2) and recvmmsg(2), their memory kept ready.

A system call, its arguments and its results cost Python more than they cost the kernel;
here one call and one C loop over its results serve all datagrams of a tick. Layouts
are those of ``linux/socket.h`` on 64-bit machines.
"""

import ctypes
import socket
import struct
from collections.abc import Iterator
from typing import Any

_MESSAGE = struct.Struct("=QI4xQQQQi4xI4x")
_SIZES = struct.Struct("=40xQ8xI4x")
_VECTOR = struct.Struct("=QQ")
_HEADER = struct.Struct("=Qii")
_CONTROL = 192
NAME_SIZES = {socket.AF_INET: 16, socket.AF_INET6: 28}
"""Bytes of a socket address, by family."""


# The C library's calls never block here: holding on to the interpreter is cheaper, and
# no other thread gets between a clock reading and the call it is about.
_LIBC = ctypes.PyDLL(None, use_errno=True)
_SEND = _LIBC.sendmmsg
_SEND.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
_RECEIVE = _LIBC.recvmmsg
_RECEIVE.argtypes = (*_SEND.argtypes, ctypes.c_void_p)


def _address(memory: bytearray) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


class Outbox:
    """Datagrams to leave in one call, each for an address of its own.

    Parameters
    ----------
    places : int
        How many it holds.
    room : int
        Bytes of the longest, until a longer one comes.
    """

    def __init__(self, sock: socket.socket, places: int, room: int) -> None:
        self._sock = sock.fileno()
        self._name = NAME_SIZES[sock.family]
        self._sizes = [0] * places
        self._lay_out(room)

    def put(self, place: int, name: bytes, datagram: bytes) -> None:
        """Write a datagram, and the socket address it is for, to a place."""
        size = len(datagram)
        if self._sizes[place] != size:
            if size > self.room:
                self._widen(size)
            self._resize(place, size)
        at = place * self._stride
        self._memory[at : at + self._name + size] = name + datagram

    def uniform(self, size: int) -> tuple[bytearray, int]:
        """Make every place hold a datagram of this size.

        Returns
        -------
        memory : bytearray
            Zeros, where each place begins with a socket address and the datagram
            follows; good until something else is put.
        stride : int
            From one place to the next.
        """
        if size > self.room:
            self._widen(size)
        for place in range(len(self._sizes)):
            self._resize(place, size)
        return self._memory, self._stride

    def send(self, first: int, count: int) -> int:
        """Send `count` datagrams beginning at a place.

        Returns
        -------
        sent : int
            How many have left, at least one; or the number of the error that kept the
            first from leaving, negative.
        """
        where = self._first + first * _MESSAGE.size
        sent: int = _SEND(self._sock, where, count, 0)
        return sent if sent > 0 else -ctypes.get_errno()

    def _lay_out(self, room: int) -> None:
        places = len(self._sizes)
        self.room = room
        self._stride = self._name + room
        self._memory = bytearray(places * self._stride)
        self._vectors = bytearray(places * _VECTOR.size)
        self._messages = bytearray(places * _MESSAGE.size)
        names, vectors = _address(self._memory), _address(self._vectors)
        self._first = _address(self._messages)
        for place in range(places):
            name = names + place * self._stride
            vector = vectors + place * _VECTOR.size
            message = (name, self._name, vector, 1, 0, 0, 0, 0)
            _MESSAGE.pack_into(self._messages, place * _MESSAGE.size, *message)

    def _resize(self, place: int, size: int) -> None:
        self._sizes[place] = size
        start = _address(self._memory) + place * self._stride + self._name
        _VECTOR.pack_into(self._vectors, place * _VECTOR.size, start, size)

    def _widen(self, room: int) -> None:
        memory, stride = self._memory, self._stride
        self._lay_out(room)
        for place, size in enumerate(self._sizes):
            at, whole = place * self._stride, self._name + size
            old = place * stride
            self._memory[at : at + whole] = memory[old : old + whole]
            self._resize(place, size)


class Inbox:
    """Room for datagrams that come in one call, their senders and what Linux says.

    Parameters
    ----------
    places : int
        How many it holds.
    room : int
        Bytes kept of each.
    control : str
        Layout of the control messages that are usual (see :mod:`struct`).
    flags : int
        For recvmsg(2).

    Attributes
    ----------
    before_control : int
        Bytes that stand before the control messages of each.
    """

    def __init__(
        self,
        sock: socket.socket,
        places: int,
        room: int,
        control: str,
        flags: int = 0,
    ) -> None:
        self._sock = sock.fileno()
        self.room = room
        self._flags = flags | socket.MSG_DONTWAIT
        self.places = places
        name = NAME_SIZES[sock.family]
        before = name + room + -(name + room) % 8
        left = _CONTROL - struct.calcsize(control)
        self._row = struct.Struct(f"={name}s{before - name}x{control}{left}x")
        self._content = struct.Struct(f"{name}x{room}s{self._row.size - name - room}x")
        self._name = name
        self.before_control = before
        self._memory = bytearray(places * self._row.size)
        self._vectors = bytearray(places * _VECTOR.size)
        self._messages = bytearray(places * _MESSAGE.size)
        names, vectors = _address(self._memory), _address(self._vectors)
        for place in range(places):
            start = names + place * self._row.size
            vector = place * _VECTOR.size
            _VECTOR.pack_into(self._vectors, vector, start + name, room)
            message = (start, name, vectors + vector, 1, start + before, _CONTROL, 0, 0)
            _MESSAGE.pack_into(self._messages, place * _MESSAGE.size, *message)
        self._first = _address(self._messages)
        self._pristine = bytes(self._messages)
        self._used = 0

    def receive(self, most: int) -> int:
        """Receive what there is, no more than `most` nor than there is room for.

        Returns
        -------
        received : int
            How many, at least one; or the number of the error, negative.
        """
        # The kernel wrote over how much room there is.
        self._messages[: self._used] = self._pristine[: self._used]
        most = min(most, self.places)
        received: int = _RECEIVE(self._sock, self._first, most, self._flags, None)
        if received <= 0:
            self._used = 0
            return -ctypes.get_errno()
        self._used = received * _MESSAGE.size
        return received

    def rows(
        self, received: int
    ) -> Iterator[tuple[tuple[int, int], tuple[Any, ...], tuple[Any, ...]]]:
        """Yield of each one the sizes of its control messages and data, and its row.

        The row is the sender's socket address and the values of the control layout;
        the third is the data, where what an earlier datagram left stands behind a
        shorter one.
        """
        memory = memoryview(self._memory)[: received * self._row.size]
        messages = memoryview(self._messages)[: received * _SIZES.size]
        return zip(
            _SIZES.iter_unpack(messages),
            self._row.iter_unpack(memory),
            self._content.iter_unpack(memory),
            strict=True,
        )

    def sizes(self, place: int) -> tuple[int, int]:
        """Return the sizes of the control messages and of the data at a place."""
        control, length = _SIZES.unpack_from(self._messages, place * _SIZES.size)
        return int(control), int(length)

    def memory(self) -> tuple[bytearray, bytearray]:
        """Return where all of it is, one behind the other.

        Returns
        -------
        rows : bytearray
            Of each datagram the sender's socket address, the data, and from
            :attr:`before_control` on its control messages.
        messages : bytearray
            What the kernel is told and tells (``struct mmsghdr``): among others the
            size of the control messages at 40, that of the datagram at 56.
        """
        return self._memory, self._messages

    def data(self, place: int, size: int) -> bytes:
        """Return the datagram at a place, as much as there was room for."""
        start = place * self._row.size + self._name
        return bytes(self._memory[start : start + min(size, self.room)])

    def control(self, place: int, size: int) -> list[tuple[int, int, bytes]]:
        """Return the control messages of the datagram at a place, unusual ones too."""
        start = place * self._row.size + self.before_control
        rest = bytes(self._memory[start : start + min(size, _CONTROL)])
        found = []
        while len(rest) >= _HEADER.size:
            length, level, kind = _HEADER.unpack_from(rest)
            if not _HEADER.size <= length <= len(rest):
                break
            found.append((level, kind, rest[_HEADER.size : length]))
            rest = rest[length + -length % 8 :]
        return found
