import asyncio
import logging

from aiosmtpd.smtp import SMTP

logging.disable(logging.CRITICAL)


class Nothing:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Nothing()), "127.0.0.1", 0, backlog=1000)
    print("listening on 127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve())
