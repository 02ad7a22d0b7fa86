import smtplib
import ssl
import sys

mode, port, ca, mechanism, user, password, sender, *recipients = sys.argv[1:]
message = sys.stdin.buffer.read()
context = ssl.create_default_context(cafile=ca)
hello = "client.example.org"
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
        client.auth(mechanism, getattr(client, "auth_" + mechanism.lower()))
    options = [] if message.isascii() else ["BODY=8BITMIME"]
    refused = client.sendmail(sender, recipients, message, mail_options=options)
    assert not refused, refused
