"""A real HTTP server that speaks OpenAI's protocol, and misbehaves as it is told to."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from afil_perception.vlm import VLMS
from afil_perception.vlm.openai import OpenAiVlm


class ChatServer(ThreadingHTTPServer):
    """Each request takes the next step of the script; the last step is for all that follow."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: list[Callable[[_Handler], None]] = []
        self.bodies: list[dict] = []
        self.headers: list[dict] = []
        self.times: list[float] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request, client_address) -> None:
        """A client that gave up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ChatServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        with server.lock:
            server.bodies.append({"path": self.path, **body})
            server.headers.append(dict(self.headers))
            server.times.append(time.monotonic())
            step = server.script.pop(0) if len(server.script) > 1 else server.script[0]
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            step(self)
        finally:
            with server.lock:
                server.at_once -= 1

    def log_message(self, *_: object) -> None:
        pass

    def send(self, status: int, data: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)


def completion(text: str, finish: str = "stop") -> bytes:
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": finish}
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return json.dumps({"choices": [choice], "usage": usage}).encode()


class Steps:
    """What a server may do with a request."""

    completion = staticmethod(completion)

    @staticmethod
    def says(text: str, finish: str = "stop") -> Callable[[_Handler], None]:
        return lambda handler: handler.send(200, completion(text, finish))

    @staticmethod
    def status(code: int, text: str = "no", **headers: str) -> Callable[[_Handler], None]:
        return lambda handler: handler.send(code, text.encode(), **headers)

    @staticmethod
    def bytes(data: bytes) -> Callable[[_Handler], None]:
        return lambda handler: handler.send(200, data)

    @staticmethod
    def sleeps(seconds: float, text: str = "{}") -> Callable[[_Handler], None]:
        def step(handler: _Handler) -> None:
            time.sleep(seconds)
            handler.send(200, completion(text))

        return step

    @staticmethod
    def drips(seconds: float) -> Callable[[_Handler], None]:
        """Sends a byte now and then, so that no single read times out."""

        def step(handler: _Handler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)

        return step

    @staticmethod
    def resets(handler: _Handler) -> None:
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.connection.close()
        handler.rfile.close()
        handler.close_connection = True

    @staticmethod
    def cuts(data: bytes) -> Callable[[_Handler], None]:
        """Promises more than it sends."""

        def step(handler: _Handler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(data) + 50))
            handler.end_headers()
            handler.wfile.write(data)
            handler.close_connection = True

        return step

    @staticmethod
    def knows_no(*formats: str, text: str) -> Callable[[_Handler], None]:
        """Refuses some response formats, and answers the others."""

        def step(handler: _Handler) -> None:
            wanted = handler.server.bodies[-1].get("response_format", {}).get("type", "none")
            if wanted in formats:
                handler.send(400, f'{{"error": "response_format {wanted} unknown"}}'.encode())
            else:
                handler.send(200, completion(text))

        return step


@pytest.fixture
def steps() -> type[Steps]:
    return Steps


@pytest.fixture
def server(monkeypatch) -> Iterator[ChatServer]:
    """A server without a script yet; waiting between tries is shortened."""
    monkeypatch.setattr("afil_perception.vlm.http._FIRST_WAIT_S", 0.02)
    served = ChatServer()
    thread = threading.Thread(target=served.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.fixture
def vlm_of(server) -> Callable[..., OpenAiVlm]:
    """Makes the VLM that asks the server."""

    def make(**options: object) -> OpenAiVlm:
        chosen = {"base_url": server.url, "model": "tiny", "timeout_s": 5.0} | options
        return VLMS.select("openai", **chosen).build()

    return make
