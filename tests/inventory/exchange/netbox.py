"""A NetBox for tests: answers in the shapes of its REST schema, served for real."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "0123456789abcdef0123456789abcdef01234567"

Lists = dict[str, list[dict[str, Any]]]
Status = dict[str, str]


def brief(ident: int, name: str, **more: object) -> dict[str, Any]:
    """Return an object as others refer to it."""
    url = f"http://netbox/api/x/{ident}/"
    return {"id": ident, "url": url, "display": name, "name": name, **more}


def status(value: str) -> Status:
    return {"value": value, "label": value.capitalize()}


def interface(ident: int, device: int, name: str) -> dict[str, Any]:
    return {
        "object_type": "dcim.interface",
        "object_id": ident,
        "object": brief(ident, name, device=brief(device, f"dev{device}"), cable=9),
    }


def port(kind: str, ident: int) -> dict[str, Any]:
    return {"object_type": kind, "object_id": ident, "object": brief(ident, "p")}


def cable(ident: int, a: dict[str, Any], b: dict[str, Any], **more: Any) -> Any:
    return {
        "id": ident,
        "display": f"#{ident}",
        "a_terminations": [a],
        "b_terminations": [b],
        "status": status("connected"),
        "label": "",
        **more,
    }


def network() -> Lists:
    """A hospital behind two circuits, one of them patched through two panels."""
    sites = [
        brief(1, "Lerwick Hospital", slug="lerwick-hospital")
        | {"latitude": 60.15, "longitude": "-1.14", "status": status("active")}
        | {"tenant": brief(4, "NHS Shetland", slug="nhs-shetland")},
        brief(2, "Exchange", slug="exchange") | {"latitude": None, "longitude": None},
        brief(3, "New school", slug="new-school") | {"status": status("planned")},
    ]
    devices = [
        brief(11, "cpe1", site=brief(1, "Lerwick Hospital"))
        | {"role": brief(1, "CPE", slug="cpe"), "status": status("active")}
        | {"primary_ip": {"id": 1, "address": "10.0.8.1/32"}},
        brief(12, "pe1", site=brief(2, "Exchange"))
        | {"device_role": brief(2, "PE", slug="pe"), "status": status("active")}
        | {"primary_ip": None},
        brief(13, "panel-a", site=brief(1, "Lerwick Hospital")),
        brief(14, "panel-b", site=brief(2, "Exchange")),
        brief(15, "spare", site=brief(2, "Exchange")) | {"status": status("inventory")},
        {"id": 16, "name": None, "display": "x", "site": brief(2, "Exchange")}
        | {"primary_ip": {"id": 2, "address": "2001:db8::1/128"}},
    ]
    circuits = [
        {
            "id": 71,
            "display": "NL-00107",
            "cid": "NL-00107",
            "provider": brief(5, "Northlink Telecom", slug="northlink"),
            "status": status("active"),
            "commit_rate": 80_000,
            "termination_a": {"id": 701, "port_speed": 1_000_000}
            | {"upstream_speed": 20_000},
            "termination_z": {"id": 702, "port_speed": 1_000_000}
            | {"upstream_speed": None},
        }
    ]
    front, rear = "dcim.frontport", "dcim.rearport"
    circuit = "circuits.circuittermination"
    cables = [
        cable(1, interface(111, 11, "wan0"), port(circuit, 701)),
        cable(2, port(circuit, 702), interface(121, 12, "ge-0/0/4")),
        cable(3, interface(112, 11, "wan1"), port(front, 32)),
        cable(4, port(rear, 41), port(rear, 42)),
        cable(5, port(front, 52), interface(122, 12, "ge-0/0/5")),
        cable(6, interface(123, 12, "ge-0/0/6"), interface(161, 16, "ge0")),
        cable(7, interface(151, 15, "x"), interface(124, 12, "ge-0/0/7")),
        cable(8, interface(113, 11, "y"), interface(125, 12, "z"))
        | {"status": status("planned")},
    ]
    fronts = [
        brief(31, "1") | {"rear_port": brief(41, "r"), "rear_port_position": 1},
        brief(32, "2") | {"rear_port": brief(41, "r"), "rear_port_position": 2},
        brief(51, "1")
        | {
            "rear_ports": [{"position": 1, "rear_port": 42} | {"rear_port_position": 1}]
        },
        brief(52, "2")
        | {
            "rear_ports": [{"position": 1, "rear_port": 42} | {"rear_port_position": 2}]
        },
    ]
    interfaces = [
        brief(112, "wan1") | {"speed": 1_000_000},
        brief(122, "ge-0/0/5") | {"speed": 10_000_000},
        brief(123, "ge-0/0/6") | {"speed": 1_000_000},
        brief(161, "ge0") | {"speed": None},
    ]
    return {
        "dcim/sites": sites,
        "dcim/devices": devices,
        "dcim/cables": cables,
        "dcim/interfaces": interfaces,
        "dcim/front-ports": fronts,
        "circuits/circuits": circuits,
    }


@contextmanager
def serving(
    lists: Lists,
    *,
    most: int = 2,
    answer: bytes | None = None,
    code: int = 200,
    context: ssl.SSLContext | None = None,
) -> Iterator[tuple[str, list[str]]]:
    """Serve lists in pages of `most` objects to whoever has the token.

    Yields the address, and what was asked for.
    """
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            name = parts.path.removeprefix("/api/").rstrip("/")
            if self.headers.get("Authorization") != f"Token {TOKEN}":
                self.send(403, b'{"detail": "Invalid token"}')
            elif answer is not None:
                self.send(code, answer)
            elif name not in lists:
                self.send(404, b"{}")
            else:
                offset = int(query["offset"][0])
                limit = min(int(query["limit"][0]), most)
                found = lists[name]
                page = {
                    "count": len(found),
                    # As a proxy without its headers set makes of it.
                    "next": f"http://elsewhere.example/api/{name}/?offset=1",
                    "previous": None,
                    "results": found[offset : offset + limit],
                }
                self.send(200, json.dumps(page).encode())

        def send(self, code: int, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            if code in (301, 302):
                self.send_header("Location", "https://elsewhere.example/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            # Callers that distrust us are no news.
            server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            host = "http://127.0.0.1" if context is None else "https://localhost"
            yield f"{host}:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()
