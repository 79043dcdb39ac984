"""RFC 6455 frames from server to client, as bytes that any number of sockets can share."""


def text_frame(payload: bytes) -> bytes:
    """A whole text message. `payload` is UTF-8."""
    size = len(payload)
    if size < 126:
        return b"\x81%c" % size + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping, whose payload (at most 125 bytes) it repeats."""
    return b"\x8a%c" % len(payload) + payload


PING = b"\x89\x00"
