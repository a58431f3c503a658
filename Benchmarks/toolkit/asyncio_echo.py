"""Echo servers of Python's asyncio: asyncio_echo.py streams|protocol|udp asyncio|uvloop PORT"""

import asyncio
import resource
import socket
import sys


async def stream(reader, writer):
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


class StreamEcho(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data):
        self.transport.write(data)


class DatagramEcho(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(data, address)


async def main(kind, port):
    loop = asyncio.get_running_loop()
    if kind == "udp":
        await loop.create_datagram_endpoint(DatagramEcho, ("127.0.0.1", port))
        await asyncio.Event().wait()
    elif kind == "protocol":
        server = await loop.create_server(StreamEcho, "127.0.0.1", port, backlog=4096)
        await server.serve_forever()
    else:
        server = await asyncio.start_server(stream, "127.0.0.1", port, backlog=4096)
        await server.serve_forever()


most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
if sys.argv[2] == "uvloop":
    import uvloop

    uvloop.install()
asyncio.run(main(sys.argv[1], int(sys.argv[3])))
