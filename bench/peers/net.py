"""The CPython side of the rows about the network: asyncio, uvloop, aiohttp.

usage: net.py asyncio|uvloop echo|http                                          a server; prints "runtime" and "port"
       net.py asyncio|uvloop http-client OPERATIONS WARM_UP_MILLIS ITERATIONS PORT   prints what peers.py documents

A server ends with its standard input.
"""

import asyncio
import os
import platform
import sys
import threading
import time

CLIENTS = 100


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


def runtime(model, aiohttp=None):
    words = ["runtime", "CPython", platform.python_version(), model]
    if model == "uvloop":
        import uvloop

        words.append(uvloop.__version__)
    if aiohttp:
        words += ["aiohttp", aiohttp.__version__]
    print(*words, flush=True)


def end_with_input():
    sys.stdin.read()
    os._exit(0)


async def serve(model, what):
    if what == "echo":
        runtime(model)
        server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0, backlog=1024)
        port = server.sockets[0].getsockname()[1]
    else:
        import aiohttp
        from aiohttp import web

        async def hello(_):
            return web.Response(text="Hello, World!")

        runtime(model, aiohttp)
        application = web.Application()
        application.router.add_get("/hello", hello)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        port = runner.addresses[0][1]
    print("port", port, flush=True)
    threading.Thread(target=end_with_input, daemon=True).start()
    await asyncio.Event().wait()


async def ask(model, operations, warm_up_millis, iterations, port):
    import aiohttp

    runtime(model, aiohttp)
    print("operations", operations)
    url = f"http://127.0.0.1:{port}/hello"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CLIENTS)) as session:

        async def client():
            for _ in range(operations // CLIENTS):
                async with session.get(url) as response:
                    body = await response.read()
                    if len(body) != 13:
                        raise AssertionError(f"wrong body {body}")

        async def body():
            await asyncio.gather(*(client() for _ in range(CLIENTS)))

        end = time.process_time_ns() + warm_up_millis * 1_000_000
        while time.process_time_ns() < end:
            await body()
        wall, cpu = [], []
        for _ in range(iterations):
            wall_start, cpu_start = time.perf_counter_ns(), time.process_time_ns()
            await body()
            cpu.append(time.process_time_ns() - cpu_start)
            wall.append(time.perf_counter_ns() - wall_start)
    print("wall", *wall)
    print("cpu", *cpu)


def main():
    model, what = sys.argv[1:3]
    if model == "uvloop":
        import uvloop

        factory = uvloop.new_event_loop
    else:
        factory = asyncio.new_event_loop
    work = ask(model, *map(int, sys.argv[3:7])) if what == "http-client" else serve(model, what)
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work)


if __name__ == "__main__":
    main()
