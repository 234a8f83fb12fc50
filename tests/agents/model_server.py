"""A stand-in for the model on 127.0.0.1: it keeps what it is sent and does as it is told.

What a CLI really sent is the ground truth of a delivery. A line of the newest user text steers
the answer: ``%sleep 4``, ``%stream 3``, ``%run COMMAND`` (a call of the CLI's shell tool, so it
asks), ``%write PATH`` (of its file tool), ``%call TOOL JSON``, ``%say TEXT`` (with ``\\n``),
``%error 429``, ``%cut``; else it says ``ok``.
"""

import argparse
import json
import re
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.agents.protocols import Asked, Gemini, Protocol, Reply, protocol_of

SHELLS = ("Bash", "bash", "exec_command", "shell_command", "run_shell_command", "shell", "Shell")
WRITERS = ("Write", "write", "write_file", "create")
COMMAND_KEYS = ("command", "cmd")
PATH_KEYS = ("file_path", "path", "filePath", "absolute_path")
TEXT_KEYS = ("content", "file_text", "contents")
PIECE_S = 0.2
ORDER = re.compile(
    r"^\W*(?:\[from [^\]]*\] ?)?%(sleep|stream|run|write|call|say|error|cut)\b ?(.*)$", re.M
)


class ModelServer:
    """Serves on a port of 127.0.0.1 for as long as it is open."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Asked] = []
        self.understands: dict[str, tuple[str, str]] = {}
        """Patterns of plain words and the order that each means; ``\\1`` stands for a group."""
        self.failing: int = 0
        """While not 0, each request is refused with this HTTP status."""
        self._lock = threading.Lock()
        owner = self

        class Handler(_Handler):
            server_of_model = owner

        self._handler = Handler
        self.port = port
        self.open()

    def open(self) -> None:
        """Listen, on the same port as before."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def keep(self, asked: Asked) -> None:
        """Remember a request."""
        with self._lock:
            self.requests.append(asked)

    def order_of(self, asked: Asked) -> tuple[str, str]:
        """What the newest user text orders, by its sign or in plain words."""
        for text in reversed(asked.fresh):
            for pattern, (order, value) in self.understands.items():
                if found := re.search(pattern, text):
                    return order, found.expand(value)
        return order_of(asked)

    def times(self, text: str) -> int:
        """How often a text stands in what the model was sent: in the request that has it most."""
        with self._lock:
            requests = list(self.requests)
        return max((sum(t.count(text) for t in asked.texts) for asked in requests), default=0)

    def close(self) -> None:
        """Refuse further connections."""
        self._server.shutdown()
        self._server.server_close()


def order_of(asked: Asked) -> tuple[str, str]:
    """What the newest user text orders, and with what."""
    for text in reversed(asked.fresh):
        if found := ORDER.findall(text):
            order, value = found[-1]
            return str(order), str(value)
    return "", ""


def reply_to(asked: Asked, order: str, value: str) -> Reply:
    """The answer that is ordered."""
    if asked.wants_json:
        side = {"next_speaker": "user", "model_choice": "flash", "reasoning": "-", "title": "-"}
        side |= {"complexity_reasoning": "-", "summary": "-"}
        return Reply((json.dumps({**side, "complexity_score": 1}),))
    for wanted, names in (("run", SHELLS), ("write", WRITERS)):
        for name in names if order == wanted else ():
            if name in asked.tools:
                return Reply((), name, _arguments(asked.tools[name], order, value))
    if order == "call" and value.split(" ")[0] in asked.tools:
        name, _, given = value.partition(" ")
        return Reply((), name, json.loads(given or "{}"))
    if order == "say":
        return Reply((value.replace("\\n", "\n"),))
    if order == "run" and not asked.tools:
        return Reply((f"Run this:\n\n```bash\n{value}\n```\n",))
    if order == "stream":
        return Reply(tuple(f"word{n} " for n in range(int(float(value) / PIECE_S))))
    return Reply(("ok",))


def _arguments(schema: dict[str, Any], order: str, value: str) -> dict[str, Any]:
    """Arguments that satisfy the tool's schema."""
    blank = {"integer": 1, "number": 1, "boolean": False, "array": [], "object": {}}
    found: dict[str, Any] = {}
    for name, about in (schema.get("properties") or {}).items():
        kind = str(about.get("type", "string")).lower()
        if order == "run" and name in COMMAND_KEYS:
            found[name] = ["bash", "-lc", value] if kind == "array" else value
        elif order == "write" and name in PATH_KEYS:
            found[name] = value
        elif order == "write" and name in TEXT_KEYS:
            found[name] = "written\n"
        elif name in (schema.get("required") or []):
            found[name] = about["enum"][0] if about.get("enum") else blank.get(kind, "-")
    return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of_model: ModelServer

    def log_message(self, *_args: Any) -> None:
        """Nothing is printed."""

    def _send(self, data: Any, status: int = 200, **headers: str) -> None:
        raw = json.dumps(data).encode()
        self.send_response(status)
        given = {"content-type": "application/json", "content-length": str(len(raw))}
        for name, value in (given | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)

    def do_HEAD(self) -> None:
        self._send({})

    def do_GET(self) -> None:
        model = {"id": "stand-in", "object": "model", "type": "model", "display_name": "stand-in"}
        model |= {"name": "models/stand-in", "owned_by": "nobody", "slug": "stand-in"}
        self._send({"object": "list", "data": [model], "models": []})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = urlsplit(self.path).path
        protocol = protocol_of(path)
        with suppress(ConnectionError):
            if protocol is None:
                self._send({"input_tokens": 5, "totalTokens": 5})
            else:
                self._answer(protocol, path, json.loads(raw))

    def _answer(self, protocol: Protocol, path: str, body: dict[str, Any]) -> None:
        asked = protocol.read(body)
        self.server_of_model.keep(asked)
        order, value = self.server_of_model.order_of(asked)
        if order == "sleep":
            time.sleep(float(value.split()[0]))  # a model that thinks
        status = int(value) if order == "error" else self.server_of_model.failing
        if status:
            kinds = {429: "rate_limit_error", 401: "authentication_error", 529: "overloaded_error"}
            kind = kinds.get(status, "invalid_request_error" if status < 500 else "api_error")
            error = {"type": kind, "message": f"refused with {status}", "code": status}
            self._send({"type": "error", "error": error}, status, retry_after="1")
            return
        reply = reply_to(asked, order, value)
        if asked.stream or (protocol is Gemini and "stream" in path):
            self._stream(protocol, asked, reply, PIECE_S if order == "stream" else 0.0)
        else:
            self._send(protocol.whole(asked, reply))

    def _stream(self, protocol: Protocol, asked: Asked, reply: Reply, pause_s: float) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        cut = order_of(asked)[0] == "cut"
        for number, (name, data) in enumerate(protocol.events(asked, reply)):
            if cut and number == 3:
                return
            head = f"event: {name}\n" if protocol.named_events else ""
            said = data if isinstance(data, str) else json.dumps(data)
            self.wfile.write(f"{head}data: {said}\n\n".encode())
            self.wfile.flush()
            time.sleep(pause_s)


def main() -> None:
    """Serve until interrupted: ``python -m tests.agents.model_server --port 8299``."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=8299)
    server = ModelServer(parser.parse_args().port)
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
