"""What was landed before there was a greeting: a supervisor's socket, as a small program.

``python old_server.py SOCKET`` serves until it is asked to stop; each request is printed.
"""

import asyncio
import json
import sys
from pathlib import Path

STATE = {"project": "old", "root": "/old", "number": 0, "agents": {}}


async def serve(reader, writer):
    while asked := await reader.readline():
        request = json.loads(asked)
        method, number = request["method"], request["id"]
        print(json.dumps({"method": method, "params": request["params"]}), flush=True)
        if method in ("status", "subscribe", "events", "stop"):
            found = {"result": None if method == "stop" else STATE}
        else:
            data = {"todo": "", "exit_code": 1}
            what = f"no method {method!r}"
            found = {"error": {"code": -32601, "message": what, "data": data}}
        writer.write(json.dumps({"jsonrpc": "2.0", "id": number, **found}).encode() + b"\n")
        await writer.drain()
        if method == "stop":
            asyncio.get_running_loop().call_later(0.1, sys.exit, 0)


async def main(path):
    server = await asyncio.start_unix_server(serve, path)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    Path(sys.argv[1]).unlink(missing_ok=True)
    asyncio.run(main(sys.argv[1]))
