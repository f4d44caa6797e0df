"""A reverse proxy as in Gradio's guide for nginx: it takes off the path below which it answers."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "upgrade"}


@contextmanager
def behind_prefix(prefix: str, port: int, behind: int) -> Iterator[str]:
    """Serve what a port of this machine serves below a prefix such as "/photos"; return the
    address.

    What is asked for outside the prefix is not found, as on a server where others have their pages.
    """
    handler = type("Handler", (_Handler,), {"prefix": prefix, "behind": behind})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{port}{prefix}"
    server.shutdown()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Passes a request on; the answer goes back piece by piece, and ends with the connection."""

    prefix: str
    behind: int

    def pass_on(self) -> None:
        if self.path == "/favicon.ico":  # browsers ask for it before the page names its own
            self.send_response(204)
            return self.end_headers()
        if not urlsplit(self.path).path.startswith(f"{self.prefix}/"):
            return self.send_error(404, "nobody's page")
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        own = {k: v for k, v in self.headers.items() if k.lower() not in _OF_A_CONNECTION}
        own |= {"X-Forwarded-Host": self.headers["Host"], "X-Forwarded-Proto": "http"}
        upstream = http.client.HTTPConnection("127.0.0.1", self.behind)
        try:
            upstream.request(self.command, self.path[len(self.prefix) :], data, own)
            answer = upstream.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_A_CONNECTION:
                    self.send_header(name, value)
            self.end_headers()
            while piece := answer.read1(65_536):
                self.wfile.write(piece)
                self.wfile.flush()
        except (ConnectionError, http.client.HTTPException):
            self.close_connection = True  # one of both sides has gone
        finally:
            upstream.close()
        return None

    do_GET = do_POST = do_HEAD = pass_on  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Keep the tests' output free of requests."""
