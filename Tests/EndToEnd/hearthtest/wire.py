# SPDX-License-Identifier: Apache-2.0
"""Bytes on a socket: HTTP/1.1 as written, HTTP/2 frames one by one, gRPC messages by the frame."""

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4


def connect(port, timeout=20, source="127.0.0.1"):
    """A connection from an address of the loopback network, all of which reach us."""
    return socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(source, 0))


def read_all(connection):
    """Everything until the server closes, or resets, or is silent for the timeout."""
    out = b""
    try:
        while piece := connection.recv(1 << 16):
            out += piece
    except OSError:
        pass
    return out


def exchange(port, request: bytes, timeout=20, hangs_up=True) -> bytes:
    """Sends bytes as they are and reads to the end; the server may close while we still send.

    Who `hangs_up` closes its half after the request: no more bytes come, so nothing can be waited for.
    """
    with connect(port, timeout) as connection:
        try:
            connection.sendall(request)
            if hangs_up:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return read_all(connection)


def status(answer: bytes):
    """The status of the first HTTP/1.1 response; None when the connection was closed without one."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


def frame(kind, flags, stream, payload=b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def header_block(*fields) -> bytes:
    """Literal fields that are never indexed, lengths below 127."""
    out = b""
    for name, value in fields:
        name, value = name.encode(), value.encode()
        assert len(name) < 127 and len(value) < 127
        out += bytes([0x10, len(name)]) + name + bytes([len(value)]) + value
    return out


def request_block(path="/ready", method="GET", *extra) -> bytes:
    return header_block((":method", method), (":scheme", "http"), (":path", path), (":authority", "x"), *extra)


def opened(port, timeout=20):
    """An HTTP/2 connection with both settings exchanged as far as we care."""
    connection = connect(port, timeout)
    connection.sendall(PREFACE + frame(SETTINGS, 0, 0) + frame(SETTINGS, 1, 0))
    return connection


def frames(data: bytes):
    """Splits what a server sent into (kind, flags, stream, payload); a cut frame at the end is dropped."""
    at = 0
    while at + 9 <= len(data):
        size = int.from_bytes(data[at:at + 3], "big")
        if at + 9 + size > len(data):
            return
        yield data[at + 3], data[at + 4], int.from_bytes(data[at + 5:at + 9], "big"), data[at + 9:at + 9 + size]
        at += 9 + size


def grpc_message(payload: bytes, flags=0, length=None) -> bytes:
    return bytes([flags]) + struct.pack(">I", len(payload) if length is None else length) + payload


def form(*parts, boundary="xyz", end=True) -> bytes:
    """A multipart form of files."""
    out = b""
    for name, content in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        out += head.encode() + content + b"\r\n"
    return out + (f"--{boundary}--\r\n".encode() if end else b"")
