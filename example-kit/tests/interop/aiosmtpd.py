import asyncio
import base64
import json
import logging
import pathlib
import ssl
import sys
import warnings

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult

mode, mechanism, user, password, ca, cert, key, directory = sys.argv[1:]
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
            "mechanism": getattr(session, "mechanism", None),
        }
        path = directory / str(count)
        path.with_suffix(".eml").write_bytes(envelope.original_content)
        path.with_suffix(".json").write_text(json.dumps(record))
        return "\r\n".join(["250 2.0.0 stored"] * (len(envelope.rcpt_tos) if mode == "lmtp" else 1))


def authenticate(server, session, envelope, name, data):
    session.mechanism = name
    right = data.login == user.encode() and data.password == password.encode()
    return AuthResult(success=right, handled=False, auth_data=data.login)


class Known(SMTP):
    """Knows its clients by their certificates."""

    async def auth_EXTERNAL(self, server, args):
        subject = (self.transport.get_extra_info("peercert") or {}).get("subject", ())
        names = [value for names in subject for name, value in names if name == "commonName"]
        wanted = "" if args[1] == "=" else base64.b64decode(args[1]).decode()
        if not names or wanted not in ("", names[0]):
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=names[0].encode())


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(cert, key)
if mechanism == "EXTERNAL":
    context.load_verify_locations(ca)
    context.verify_mode = ssl.CERT_OPTIONAL
options = {
    "hostname": "aiosmtpd.example",
    "data_size_limit": 50_000_000,
    "enable_SMTPUTF8": True,
    "decode_data": False,
}
if mode == "starttls":
    options |= {"tls_context": context, "require_starttls": True}
if mechanism:
    others = {"PLAIN", "LOGIN", "EXTERNAL"}.difference(mechanism.split())
    options |= {
        "authenticator": authenticate,
        "auth_required": True,
        "auth_require_tls": mode == "starttls",
        "auth_exclude_mechanism": others,
    }


async def main():
    kind = LMTP if mode == "lmtp" else Known
    loop = asyncio.get_running_loop()

    def make():
        return kind(Handler(), **options)

    if mode == "unix":
        name = f"unix:{directory}/socket"
        server = await loop.create_unix_server(make, f"{directory}/socket")
    else:
        tls = context if mode == "implicit" else None
        server = await loop.create_server(make, "127.0.0.1", 0, ssl=tls)
        name = f"localhost:{server.sockets[0].getsockname()[1]}"
    print(name, flush=True)
    await server.serve_forever()


asyncio.run(main())
