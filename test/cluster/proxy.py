# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy between a DNS server and the API server that treats bytes badly, as told."""

import contextlib
import socket
import struct
import threading
import time


class Proxy:
    """Listens on a port of 127.0.0.1. Change its members at any time, from any thread."""

    def __init__(self, target_port):
        self.target_port = target_port
        self.delay = 0.0  # Seconds before each piece is handed on.
        self.piece = 65536  # Most bytes handed on at once.
        self.cut_after = None  # Bytes from the server after which a connection breaks.
        self.refusing = False  # New connections are closed at once.
        self.accepted = 0
        self.lock = threading.Lock()
        self.connections = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        if self.refusing:
            client.close()
            return
        try:
            server = socket.create_connection(("127.0.0.1", self.target_port), timeout=10)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        for end in client, server:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.lock:
            self.accepted += 1
            self.connections.append((client, server))
        threading.Thread(target=self.pump, args=(client, server, False), daemon=True).start()
        self.pump(server, client, True)

    def pump(self, source, sink, from_server):
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(self.piece):
                if self.delay:
                    time.sleep(self.delay)
                passed += len(data)
                if from_server and self.cut_after is not None and passed > self.cut_after:
                    self.break_off((source, sink))
                    return
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    @staticmethod
    def break_off(ends):
        """Both ends get a reset, in the middle of whatever they were told."""
        for end in ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RD)
                end.close()

    def taken(self):
        with self.lock:
            taken, self.connections = self.connections, []
        return taken

    def cut(self):
        """Breaks all connections off."""
        for ends in self.taken():
            self.break_off(ends)

    def half_close(self):
        """Tells the clients that no more will come, and goes on listening to them."""
        for client, _ in self.taken():
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_WR)

    def stop(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()
