"""A small Hub on this machine, for the real client: repositories, commits, tags, LFS, downloads.

It keeps everything in memory and speaks the routes that huggingface_hub 2 uses for models and
Spaces. `Hub.cut_after` breaks the next download in the middle; `Hub.wrong_bytes` spoils files;
`Hub.resumed` lists from which byte on downloads were taken up again;
`Hub.received` lists what was sent, by size, so that a test can see that nothing large was.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlparse

TOKEN = "hf_test"
READ_TOKEN = "hf_read"
REPO = r"(?P<kind>models|datasets|spaces)/(?P<repo>[^/]+/[^/]+)"


@dataclass
class Repo:
    """Commits are whole trees: commit id -> path -> bytes."""

    private: bool = False
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)

    def at(self, revision: str) -> str | None:
        revision = self.refs.get(revision, revision)
        return revision if revision in self.commits else None


class Hub:
    """The server, started on a free port; `url` is its endpoint."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.blobs: dict[str, bytes] = {}
        self.received: list[tuple[str, int]] = []
        self.requests: list[str] = []
        self.resumed: list[int] = []
        self.cut_after: int | None = None
        self.wrong_bytes = False
        handler = type("Handler", (_Handler,), {"hub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def commit(self, name: str, files: dict[str, bytes], removed: set[str] = frozenset()) -> str:
        repo = self.repos[name]
        tree = {**repo.commits.get(repo.refs.get("main", ""), {}), **files}
        tree = {path: data for path, data in tree.items() if path not in removed}
        digest = hashlib.sha1(repr((sorted(tree), len(repo.commits))).encode())
        oid = digest.hexdigest()
        repo.commits[oid], repo.refs["main"] = tree, oid
        return oid


def etag(data: bytes, lfs: bool) -> str:
    if lfs:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def is_lfs(path: str, size: int) -> bool:
    return size > 0 and (path.endswith((".safetensors", ".png", ".jpg")) or size > 10_000_000)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_) -> None:
        pass

    def answer(self, status: int, body=None, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def fail(self, status: int, code: str = "", message: str = "", **more: str) -> None:
        self.answer(status, {"error": message}, X_Error_Code=code, X_Error_Message=message, **more)

    def body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def handle_any(self) -> None:
        data, path = self.body(), urlparse(self.path).path
        self.hub.requests.append(f"{self.command} {path}")
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token and token not in (TOKEN, READ_TOKEN):
            return self.fail(401, "", "Invalid credentials in Authorization header")
        self.allowed = token in (TOKEN, READ_TOKEN)
        self.may_write = token == TOKEN
        for method, pattern, work in ROUTES:
            match = re.fullmatch(pattern, path) if self.command in method else None
            if match:
                found = {k: unquote(v) for k, v in match.groupdict().items() if v is not None}
                return work(self, data, **found)
        return self.fail(404, "", f"no such route {path}")

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

    def find(self, repo: str) -> Repo | None:
        found = self.hub.repos.get(repo)
        if found is None or (found.private and not self.allowed):
            self.fail(401 if not self.allowed else 404, "RepoNotFound", "Repository not found")
            return None
        return found

    def find_commit(self, repo: str, revision: str) -> tuple[Repo, str] | None:
        found = self.find(repo)
        if found is None:
            return None
        commit = found.at(revision)
        if commit is None:
            self.fail(404, "RevisionNotFound", "Invalid rev id")
            return None
        return found, commit

    def whoami(self, _: bytes) -> None:
        if not self.allowed:
            return self.fail(401, "", "Invalid credentials in Authorization header")
        role = {"accessToken": {"role": "write" if self.may_write else "read"}}
        return self.answer(200, {"type": "user", "name": "me", "orgs": [], "auth": role})

    def create(self, data: bytes) -> None:
        if not self.allowed:
            return self.fail(401, "", "Invalid credentials in Authorization header")
        if not self.may_write:
            return self.fail(403, "", "This token has no write permissions")
        asked = json.loads(data)
        name = f"{asked.get('organization') or 'me'}/{asked['name']}"
        if name.startswith("others/"):
            return self.fail(403, "", "You don't have the rights to create a model here")
        exists = name in self.hub.repos
        if not exists:
            private = asked.get("private") or asked.get("visibility") == "private"
            self.hub.repos[name] = Repo(private=bool(private))
            self.hub.commit(name, {".gitattributes": b"*.safetensors filter=lfs\n"})
        return self.answer(409 if exists else 200, {"url": f"{self.hub.url}/{name}", "name": name})

    def info(self, _: bytes, repo: str, kind: str, revision: str = "main") -> None:
        if found := self.find_commit(repo, revision):
            tree = found[0].commits[found[1]]
            facts = {"_id": "1", "id": repo, "sha": found[1], "private": found[0].private}
            facts |= {"tags": [], "downloads": 0, "likes": 0}
            facts |= {"lastModified": "2026-01-01T00:00:00.000Z"}
            facts |= {"createdAt": "2026-01-01T00:00:00.000Z"}
            self.answer(200, facts | {"siblings": [{"rfilename": path} for path in tree]})

    def tree(self, _: bytes, repo: str, kind: str, revision: str, inside: str = "") -> None:
        found = self.find_commit(repo, revision)
        if found is None:
            return None
        inside = f"{inside}/" if inside else ""
        tree = found[0].commits[found[1]]
        files = {path: data for path, data in tree.items() if path.startswith(inside)}
        if inside and not files:
            return self.fail(404, "EntryNotFound", "Entry not found")
        nested = {path for path in files if "/" in path[len(inside) :]}
        folders = {inside + path[len(inside) :].split("/")[0] for path in nested}
        if re.search("recursive=(true|1)", urlparse(self.path).query, re.IGNORECASE):
            folders = {path.rsplit("/", 1)[0] for path in nested}
            nested = set()
        shown = [entry(path, data) for path, data in files.items() if path not in nested]
        shown += [{"type": "directory", "path": path, "oid": "0", "size": 0} for path in folders]
        return self.answer(200, shown)

    def refs(self, _: bytes, repo: str, kind: str) -> None:
        if found := self.find(repo):
            named = [
                {"name": n, "ref": f"refs/tags/{n}", "targetCommit": c}
                for n, c in found.refs.items()
                if n != "main"
            ]
            main = {"name": "main", "ref": "refs/heads/main", "targetCommit": found.refs["main"]}
            self.answer(200, {"branches": [main], "converts": [], "tags": named})

    def tag(self, data: bytes, repo: str, kind: str, revision: str) -> None:
        if found := self.find_commit(repo, revision):
            name = json.loads(data)["tag"]
            if name in found[0].refs:
                return self.fail(409, "", "Tag already exists")
            found[0].refs[name] = found[1]
            self.answer(200)

    def preupload(self, data: bytes, repo: str, kind: str, revision: str) -> None:
        if found := self.find_commit(repo, revision):
            tree, files = found[0].commits[found[1]], []
            for file in json.loads(data)["files"]:
                lfs = is_lfs(file["path"], file["size"])
                known = tree.get(file["path"])
                one = {"path": file["path"], "uploadMode": "lfs" if lfs else "regular"}
                one |= {"shouldIgnore": False}
                files.append(one | ({} if known is None else {"oid": etag(known, lfs)}))
            self.answer(200, {"files": files})

    def batch(self, data: bytes, name: str) -> None:
        objects = []
        for asked in json.loads(data)["objects"]:
            one = {"oid": asked["oid"], "size": asked["size"]}
            if asked["oid"] not in self.hub.blobs:
                one["actions"] = {"upload": {"href": f"{self.hub.url}/lfs/{asked['oid']}"}}
            objects.append(one)
        self.answer(200, {"transfer": "basic", "objects": objects})

    def put(self, data: bytes, oid: str) -> None:
        if hashlib.sha256(data).hexdigest() != oid:
            return self.fail(400, "", "wrong hash")
        self.hub.blobs[oid] = data
        self.hub.received.append((oid, len(data)))
        return self.answer(200)

    def make_commit(self, data: bytes, repo: str, kind: str, revision: str) -> None:
        if self.find_commit(repo, revision) is None:
            return None
        if not self.allowed:
            return self.fail(401, "", "Invalid credentials in Authorization header")
        if not self.may_write:
            return self.fail(403, "", "This token has no write permissions")
        files, removed = {}, set()
        for line in map(json.loads, data.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.blobs[value["oid"]]
            elif line["key"] == "deletedFile":
                removed.add(value["path"])
        self.hub.received += [(path, len(content)) for path, content in files.items()]
        oid = self.hub.commit(repo, files, removed)
        return self.answer(
            200, {"commitOid": oid, "commitUrl": f"{self.hub.url}/{repo}/commit/{oid}"}
        )

    def resolve(self, _: bytes, repo: str, revision: str, path: str) -> None:
        found = self.find_commit(repo, revision)
        if found is None:
            return
        data = found[0].commits[found[1]].get(path)
        if data is None:
            return self.fail(404, "EntryNotFound", "Entry not found", X_Repo_Commit=found[1])
        lfs = is_lfs(path, len(data))
        headers = {"ETag": f'"{etag(data, lfs)}"', "X_Repo_Commit": found[1]}
        headers["Accept_Ranges"] = "bytes"
        if lfs:
            headers |= {"X_Linked_ETag": f'"{etag(data, lfs)}"', "X_Linked_Size": str(len(data))}
        if self.hub.wrong_bytes and lfs:
            data = data[:-100] + bytes(100)
        status, wanted = 200, re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if wanted and self.command == "GET":
            start = int(wanted[1])
            self.hub.resumed.append(start)
            status, headers["Content_Range"] = 206, f"bytes {start}-{len(data) - 1}/{len(data)}"
            data = data[start:]
        if self.command == "GET" and self.hub.cut_after is not None and len(data) > 100_000:
            return self.answer_cut(data, headers)
        return self.answer(status, data, **headers)

    def answer_cut(self, data: bytes, headers: dict[str, str]) -> None:
        """Promise the whole file, send a part, hang up; once."""
        self.send_response(200)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: self.hub.cut_after])
        self.wfile.flush()
        self.hub.cut_after, self.close_connection = None, True
        self.connection.shutdown(2)

    def validate(self, data: bytes) -> None:
        wrong = [] if "license:" in json.loads(data)["content"] else [{"message": "no license"}]
        self.answer(400 if wrong else 200, {"errors": wrong, "warnings": []})


def entry(path: str, data: bytes) -> dict:
    lfs = is_lfs(path, len(data))
    facts = {"type": "file", "path": path, "size": len(data), "oid": etag(data, False)}
    large = {"oid": etag(data, True), "size": len(data), "pointerSize": 134}
    return facts | ({"lfs": large} if lfs else {})


ROUTES = [
    ("GET", r"/api/whoami-v2", _Handler.whoami),
    ("POST", r"/api/repos/create", _Handler.create),
    ("GET", rf"/api/{REPO}", _Handler.info),
    ("GET", rf"/api/{REPO}/revision/(?P<revision>[^/]+)", _Handler.info),
    ("GET", rf"/api/{REPO}/tree/(?P<revision>[^/]+)(/(?P<inside>.*))?", _Handler.tree),
    ("GET", rf"/api/{REPO}/refs", _Handler.refs),
    ("POST", rf"/api/{REPO}/tag/(?P<revision>[^/]+)", _Handler.tag),
    ("POST", rf"/api/{REPO}/preupload/(?P<revision>[^/]+)", _Handler.preupload),
    ("POST", rf"/api/{REPO}/commit/(?P<revision>[^/]+)", _Handler.make_commit),
    ("POST", r"/(?P<name>.+)\.git/info/lfs/objects/batch", _Handler.batch),
    ("PUT", r"/lfs/(?P<oid>\w+)", _Handler.put),
    ("POST", r"/api/validate-yaml", _Handler.validate),
    (
        "GET HEAD",
        r"/(?:spaces/|datasets/)?(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)",
        _Handler.resolve,
    ),
]
