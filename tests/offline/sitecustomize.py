"""Loaded by every Python process that the tests start: only loopback can be reached or looked up.

A refused attempt is also written to the file TUTOR_TEST_NETWORK_LOG names, so that a test sees it
even where the program swallows the error.
"""

import os
import socket

_LOOPBACK = {"127.0.0.1", "::1", "localhost", "", None, "0.0.0.0", "::"}
_connect, _getaddrinfo = socket.socket.connect, socket.getaddrinfo


def _refuse(what):
    if log := os.environ.get("TUTOR_TEST_NETWORK_LOG"):
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{what}\n")
    raise OSError(f"the tests refuse the network: {what}")


def connect(self, address):
    if isinstance(address, tuple) and address[0] not in _LOOPBACK:
        _refuse(f"connect {address[0]}")
    return _connect(self, address)


def getaddrinfo(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name not in _LOOPBACK:
        _refuse(f"look up {name}")
    return _getaddrinfo(host, *args, **kwargs)


socket.socket.connect = connect
socket.getaddrinfo = getaddrinfo
