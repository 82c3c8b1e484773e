"""
The wire between a client and a server, and what can happen on it: a proxy that knows where requests
begin and end, what they ask for, and which fault to apply. It can let a request take effect and lose the
answer, which no cable cutter can.
"""

import re
import socket
import struct
import threading
import time

FAULTS = (
    "refuse", "reset-before", "reset-after", "reset-applied", "reset-body-up", "reset-body-down",
    "stall-headers", "stall-body", "trickle", "truncate", "truncate-length", "longer", "bad-chunk",
    "flip", "swap", "twice", "replay", "502-html", "503-slow-down", "429", "500-empty",
    "200-error", "200-empty", "redirect", "endless-headers", "alert", "wrong-certificate")

STALL, REFUSED_FOR, REPLAY_AFTER = 4, 0.3, 1.0


def kind_of(method, path):
    """The kind of an S3 request: "put", "head", "part", "complete", ..."""
    query = path.partition("?")[2]
    if "partNumber=" in query:
        return "part"
    if "uploadId=" in query:
        return {"POST": "complete", "DELETE": "abort", "GET": "parts"}[method]
    if query.startswith("uploads"):
        return "create" if method == "POST" else "uploads"
    return {"PUT": "put", "HEAD": "head", "GET": "get", "DELETE": "delete"}.get(method, method)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Gone(Exception):
    pass


def read_head(connection, before=b""):
    """(head with its empty line, what came behind it)"""
    data = before
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            raise Gone
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def length_of(head):
    found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
    return int(found.group(1)) if found else 0


def read_body(connection, size, body):
    body = bytearray(body)
    while len(body) < size:
        part = connection.recv(min(1 << 20, size - len(body)))
        if not part:
            raise Gone
        body += part
    return bytes(body[:size]), bytes(body[size:])


class Wire:
    """
    Listens on a port of its own. `choose(kind, path)` is asked for each request: the name of a
    fault, or None. `happened` counts them by (kind, fault).
    """

    def __init__(self, upstream, choose):
        self.upstream, self.choose = upstream, choose
        self.happened, self.lock, self.last = [], threading.Lock(), None
        self.port = None
        self._listen()
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port or 0))
        listener.listen(64)
        self.port, self.listener, self.open = listener.getsockname()[1], listener, True

    def _accept(self):
        while self.open:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                time.sleep(0.01)
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def stop(self):
        self.open = False
        self.listener.close()

    def _serve(self, client):
        rest = b""
        try:
            while True:
                head, rest = read_head(client, rest)
                method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
                with self.lock:
                    fault = self.choose(kind_of(method, path), path)
                    if fault:
                        self.happened.append((kind_of(method, path), fault))
                if fault in ("refuse", "reset-before"):
                    return self._before(client, fault)
                size = length_of(head)
                if fault == "reset-body-up":
                    read_body(client, size // 2, rest[:size // 2])
                    return reset(client)
                if fault == "stall-body":
                    read_body(client, size // 2, rest[:size // 2])
                    time.sleep(STALL)
                    return reset(client)
                body, rest = read_body(client, size, rest)
                if not self._answer(client, method, head, body, fault):
                    return None
        except (Gone, OSError):
            client.close()

    def _before(self, client, fault):
        reset(client)
        if fault == "refuse":
            self.listener.close()
            time.sleep(REFUSED_FOR)
            self._listen()

    def _ask(self, method, head, body):
        """The server's whole answer, on a connection of its own."""
        head = re.sub(rb"\r\nConnection:[^\r]*", b"", head, flags=re.I)
        with socket.create_connection(("127.0.0.1", self.upstream), timeout=300) as server:
            server.sendall(head[:-2] + b"Connection: close\r\n\r\n" + body)
            answer, rest = read_head(server)
            none = method == "HEAD" or b" 204 " in answer[:20] or b" 304 " in answer[:20]
            if b"chunked" in answer.lower():
                while part := server.recv(65536):
                    rest += part
                return answer, rest
            return answer, b"" if none else read_body(server, length_of(answer), rest)[0]

    def _answer(self, client, method, head, body, fault):
        """Whether the connection goes on."""
        if fault in MADE_UP:
            return self._send(client, MADE_UP[fault], fault)
        if fault == "reset-after":
            return reset(client)
        if fault == "flip":
            body = body[:-1] + bytes([body[-1] ^ 1]) if body else body
        if fault == "twice":
            self._ask(method, head, body)
        answer, answer_body = self._ask(method, head, body)
        answer = re.sub(rb"\r\nConnection: close", b"", answer, flags=re.I)
        if fault == "replay":
            threading.Timer(REPLAY_AFTER, self._replay, (method, head, body)).start()
        return self._spoil(client, answer, answer_body, fault)

    def _replay(self, *request):
        try:
            self._ask(*request)
        except (Gone, OSError):
            pass

    @staticmethod
    def _send(client, text, fault):
        client.sendall(text)
        if fault == "endless-headers":
            for _ in range(4000):
                client.sendall(b"X-More: " + b"x" * 100 + b"\r\n")
        client.close()

    def _spoil(self, client, answer, body, fault):
        if fault == "reset-applied":
            return reset(client)
        if fault == "stall-headers":
            time.sleep(STALL)
            return reset(client)
        if fault == "reset-body-down":
            whole = answer + body
            client.sendall(whole[:len(whole) // 2])
            return reset(client)
        if fault == "trickle":
            for at in range(0, len(answer + body), 16):
                client.sendall((answer + body)[at:at + 16])
                time.sleep(0.002)
            return True
        if fault in ("truncate", "truncate-length"):
            half = body[:len(body) // 2]
            if fault == "truncate-length" and body:
                answer = re.sub(rb"(content-length: *)\d+", rb"\g<1>%d" % len(half), answer,
                                flags=re.I)
            client.sendall((answer if body else answer[:-20]) + half)
            return client.close()
        if fault == "longer":
            client.sendall(answer + body + b"more than was announced")
            return client.close()
        if fault == "bad-chunk":
            client.sendall(b"HTTP/1.1 200 OK\r\nETag: \"x\"\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n")
            return client.close()
        if fault == "swap":
            answer, body = self.last or (answer, body)
        else:
            self.last = (answer, body)
        client.sendall(answer + body)
        return True


def made_up(status, body=b"", more=b""):
    return (b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n" % len(body) + more
            + b"Connection: close\r\n\r\n" + body)


MADE_UP = {
    "502-html": made_up(b"502 Bad Gateway", b"<html><body>Bad Gateway<br></body></html>"),
    "503-slow-down": made_up(b"503 Slow Down", b"<Error><Code>SlowDown</Code></Error>"),
    "429": made_up(b"429 Too Many Requests"),
    "500-empty": made_up(b"500 Internal Server Error"),
    "200-error": made_up(b"200 OK", b"<Error><Code>InternalError</Code></Error>",
                         b"x-amz-request-id: model\r\n"),
    "200-empty": made_up(b"200 OK"),
    "redirect": made_up(b"307 Temporary Redirect", b"", b"Location: http://192.0.2.1/\r\n"),
    "endless-headers": b"HTTP/1.1 200 OK\r\n",
    "alert": b"\x15\x03\x03\x00\x02\x02\x28",
}
