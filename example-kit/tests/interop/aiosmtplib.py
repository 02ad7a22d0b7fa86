import asyncio
import json
import pathlib
import ssl
import sys

import aiosmtplib


async def connect(job):
    secure = job["mode"] in ("starttls", "implicit")
    client = aiosmtplib.SMTP(
        hostname="127.0.0.1",
        port=job["port"],
        local_hostname="client.example.org",
        use_tls=job["mode"] == "implicit",
        start_tls=job["mode"] == "starttls",
        tls_context=ssl.create_default_context(cafile=job["ca"]) if secure else None,
    )
    await client.connect()
    await client.ehlo()
    user, password = job["user"], job["password"]
    match job["mechanism"]:
        case "":
            pass
        case "any":
            await client.login(user, password)
        case "PLAIN":
            await client.auth_plain(user, password)
        case "LOGIN":
            await client.auth_login(user, password)
        case "CRAM-MD5":
            await client.auth_crammd5(user, password)
        case "XOAUTH2":
            await client.auth_xoauth2(user, password)
    return client


async def run(job):
    client = await connect(job)
    try:
        options = ["BODY=8BITMIME"] if job["eight"] else []
        if not all(address.isascii() for address in [job["from"], *job["to"]]):
            options.append("SMTPUTF8")
        message = pathlib.Path(job["file"]).read_bytes()
        refused = {}
        for _ in range(job["count"]):
            more, _ = await client.sendmail(job["from"], job["to"], message, mail_options=options)
            refused |= more
        return {"refused": list(refused)}
    finally:
        if client.is_connected:
            await client.quit()


print(aiosmtplib.__version__, flush=True)
for line in sys.stdin:
    try:
        answer = asyncio.run(run(json.loads(line)))
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
