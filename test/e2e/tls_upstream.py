# SPDX-License-Identifier: Apache-2.0
"""A DNS server over TLS that does what a test says, well or badly."""

import socket
import ssl
import struct
import threading

import dns.message


class TlsUpstream:
    """A port of 127.0.0.1, a thread for each connection, one question after the other.
    `script(query, session)` gives a message, bytes that leave as they are, or None (nothing is said);
    where it raises EOFError the connection ends. `sessions` has each finished handshake as
    (version, resumed, name that the client expects); `instead` takes a connection in the place of
    TLS."""

    def __init__(self, identity, script, version=None, port=0, clients=None):
        self.script = script
        self.instead = None
        self.sessions = []
        self.queries = []
        self.open = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*map(str, identity))
        if version:
            self.context.minimum_version = self.context.maximum_version = version
        if clients:
            self.context.load_verify_locations(str(clients))
            self.context.verify_mode = ssl.CERT_REQUIRED
        self.context.sni_callback = self.named
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @staticmethod
    def named(connection, name, _context):
        connection.expected = name

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(connection)
            threading.Thread(target=self.follow, args=(connection,), daemon=True).start()

    def follow(self, plain):
        try:
            if self.instead:
                self.instead(plain)
                return
            with self.context.wrap_socket(plain, server_side=True) as connection:
                self.open.append(connection)
                self.sessions.append((connection.version(), connection.session_reused,
                                      getattr(connection, "expected", None)))
                while self.answer(connection):
                    pass
        except (OSError, EOFError, struct.error):
            plain.close()

    def answer(self, connection):
        size = struct.unpack("!H", self.read(connection, 2))[0]
        query = dns.message.from_wire(self.read(connection, size))
        self.queries.append(query)
        reply = self.script(query, len(self.sessions))
        if isinstance(reply, bytes):
            connection.sendall(reply)
        elif reply is not None:
            wire = reply.to_wire(max_size=65535)
            connection.sendall(struct.pack("!H", len(wire)) + wire)
        return True

    @staticmethod
    def read(connection, size):
        data = b""
        while len(data) < size:
            more = connection.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def hang_up(self):
        """Ends all connections."""
        for connection in self.open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open.clear()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.hang_up()
