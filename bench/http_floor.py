"""The floor of the REST door: a bare aiohttp application on uvloop with one route, which answers prebuilt bytes.

`python -m bench.http_floor PORT CERTIFICATES`. `GET /LENGTH` is answered with so many bytes of JSON.
"""

import asyncio
import ssl
import sys
from pathlib import Path

import uvloop
from aiohttp import web


async def serve(port: int, certificates: Path) -> None:
    answers: dict[str, bytes] = {}

    async def read(request: web.Request) -> web.Response:
        length = request.match_info["length"]
        body = answers.get(length) or answers.setdefault(length, b" " * int(length))
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{length}", read)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificates / "ca.crt"))
    context.load_cert_chain(certificates / "server.crt", certificates / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as run:
        run.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
