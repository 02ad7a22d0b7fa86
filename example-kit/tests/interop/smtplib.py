import smtplib
import ssl
import sys

mode, port, ca, mechanism, user, password, sender, *recipients = sys.argv[1:]
message = sys.stdin.buffer.read()
context = ssl.create_default_context(cafile=ca)
hello = "client.example.org"


# What a challenge says is why the token was refused.
def bearer(challenge=None):
    return f"n,a={user},\1auth=Bearer {password}\1\1" if challenge is None else "\1"


def xoauth2(challenge=None):
    return f"user={user}\1auth=Bearer {password}\1\1" if challenge is None else ""


tokens = {"OAUTHBEARER": bearer, "XOAUTH2": xoauth2}
if mode == "implicit":
    client = smtplib.SMTP_SSL("127.0.0.1", int(port), hello, context=context)
elif mode == "lmtp":
    client = smtplib.LMTP("127.0.0.1", int(port), hello)
else:
    client = smtplib.SMTP("127.0.0.1", int(port), hello)
with client:
    if mode == "starttls":
        client.starttls(context=context)
    if mechanism:
        client.ehlo()
        client.user, client.password = user, password
        if mechanism == "any":
            client.login(user, password)
        elif mechanism in tokens:
            client.auth(mechanism, tokens[mechanism])
        else:
            client.auth(mechanism, getattr(client, "auth_" + mechanism.lower().replace("-", "_")))
    options = [] if message.isascii() else ["BODY=8BITMIME"]
    refused = client.sendmail(sender, recipients, message, mail_options=options)
    assert not refused, refused
