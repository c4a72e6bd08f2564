#!/usr/bin/python3
"""Passes connections on and holds every byte back for half of a round trip.

Usage: delay.py LISTEN-PORT PORT ROUND-TRIP-MILLISECONDS
"""

import asyncio
import sys

LISTEN, PORT, MILLISECONDS = (int(word) for word in sys.argv[1:])
DELAY = MILLISECONDS / 2000


async def carry(reader, writer):
    loop = asyncio.get_running_loop()
    last = loop.time()
    while chunk := await reader.read(65536):
        last = loop.time() + DELAY  # call_at() keeps the order
        loop.call_at(last, writer.write, chunk)
    loop.call_at(max(last, loop.time() + DELAY), writer.close)


async def accept(reader, writer):
    try:
        # The connection's own round trip.
        await asyncio.sleep(MILLISECONDS / 1000)
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", PORT)
        await asyncio.gather(carry(reader, inner_writer), carry(inner_reader, writer))
    except OSError:
        writer.close()


async def main():
    server = await asyncio.start_server(accept, "127.0.0.1", LISTEN, backlog=256)
    await server.serve_forever()


asyncio.run(main())
