"""What every Python peer has: the place, the side, the person's lines, and reading so many bytes."""

import os
import socket
import sys

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "0"))
ADDRESS = (HOST, PORT)


def lines(prompt):
    """The person's lines, each asked for, until the end of the input."""
    while True:
        try:
            yield input(prompt)
        except EOFError:
            return


def listen():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(ADDRESS)
    listener.listen(128)
    return listener


def connect():
    return socket.create_connection(ADDRESS)


def receive(connection, count):
    """Exactly so many bytes, or fewer at the end of the connection."""
    data = b""
    while len(data) < count and (part := connection.recv(count - len(data))):
        data += part
    return data


def run(**sides):
    """Runs the side that the command line names."""
    sides[sys.argv[1]]()
