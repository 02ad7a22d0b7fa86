import asyncio
import json
import logging
import pathlib
import ssl
import sys
import warnings

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult

mode, mechanism, user, password, cert, key, directory = sys.argv[1:]
directory = pathlib.Path(directory)
warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
count = 0


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 5.1.1 no such user"
        if address.startswith("later@"):
            return "450 4.2.0 not now"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        global count
        count += 1
        record = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "options": envelope.mail_options,
            "tls": session.ssl is not None or mode == "implicit",
            "user": session.auth_data.decode() if session.authenticated else None,
        }
        path = directory / str(count)
        path.with_suffix(".eml").write_bytes(envelope.original_content)
        path.with_suffix(".json").write_text(json.dumps(record))
        return "\r\n".join(["250 2.0.0 stored"] * (len(envelope.rcpt_tos) if mode == "lmtp" else 1))


def authenticate(server, session, envelope, name, data):
    right = data.login == user.encode() and data.password == password.encode()
    return AuthResult(success=right, handled=False, auth_data=data.login)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(cert, key)
options = {
    "hostname": "aiosmtpd.example",
    "data_size_limit": 50_000_000,
    "enable_SMTPUTF8": True,
    "decode_data": False,
}
if mode == "starttls":
    options |= {"tls_context": context, "require_starttls": True}
if mechanism:
    others = {"PLAIN", "LOGIN"} - {mechanism}
    options |= {
        "authenticator": authenticate,
        "auth_required": True,
        "auth_require_tls": mode == "starttls",
        "auth_exclude_mechanism": others,
    }


async def main():
    kind = LMTP if mode == "lmtp" else SMTP
    server = await asyncio.get_running_loop().create_server(
        lambda: kind(Handler(), **options),
        "127.0.0.1",
        0,
        ssl=context if mode == "implicit" else None,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
