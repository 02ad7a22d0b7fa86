"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { SMTPServer } = require("smtp-server");

const [user, password, cert, key, directory] = process.argv.slice(1);
const all = ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"];

// What each of the servers has in place of the usual; they run all at once.
const servers = {
  plain: { authMethods: [], disabledCommands: ["AUTH", "STARTTLS"] },
  serial: { disabledCommands: ["AUTH", "STARTTLS"], hidePIPELINING: true },
  starttls: { disabledCommands: ["AUTH"] },
  implicit: { disabledCommands: ["AUTH"], secure: true },
  lmtp: { disabledCommands: ["AUTH", "STARTTLS"], lmtp: true },
  small: { disabledCommands: ["AUTH", "STARTTLS"], size: 100 },
  ascii: { disabledCommands: ["AUTH", "STARTTLS"], hideSMTPUTF8: true },
  octets: { disabledCommands: ["AUTH", "STARTTLS"], hide8BITMIME: true },
  login: { authMethods: all, allowInsecureAuth: true },
};

function refusal(code, text) {
  return Object.assign(new Error(text), { responseCode: code });
}

function onRcptTo(address, session, callback) {
  if (address.address.startsWith("refused@")) {
    return callback(refusal(550, "no such user"));
  }
  if (address.address.startsWith("later@")) {
    return callback(refusal(450, "not now"));
  }
  callback();
}

function onAuth(auth, session, callback) {
  const right =
    auth.username === user &&
    (auth.method === "XOAUTH2"
      ? auth.accessToken === password
      : auth.method === "CRAM-MD5"
        ? auth.validatePassword(password)
        : auth.password === password);
  if (!right) {
    return auth.method === "XOAUTH2"
      ? callback(null, { data: { status: "401", schemes: "bearer" } })
      : callback(refusal(535, "not you"));
  }
  callback(null, { user: { name: auth.username, mechanism: auth.method } });
}

let count = 0;

function keep(where, stream, session, callback) {
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  stream.on("end", () => {
    const { mailFrom, rcptTo, dsn } = session.envelope;
    if (stream.sizeExceeded) {
      return callback(refusal(552, "too large"));
    }
    const record = {
      from: mailFrom.address,
      to: rcptTo.map((recipient) => recipient.address),
      mail: mailFrom.args || {},
      rcpt: rcptTo.map((recipient) => recipient.args || {}),
      dsn: dsn || {},
      tls: session.secure,
      user: session.user || null,
    };
    count += 1;
    const stem = path.join(where, String(count));
    fs.writeFileSync(`${stem}.eml`, Buffer.concat(chunks));
    fs.writeFileSync(`${stem}.json`, JSON.stringify(record));
    // A recipient whose mailbox is full is known only now, and only LMTP can say so.
    const full = (recipient) => recipient.address.startsWith("full@");
    callback(
      null,
      session.transmissionType.startsWith("LMTP")
        ? rcptTo.map((to) => (full(to) ? refusal(552, "mailbox full") : "stored"))
        : "stored",
    );
  });
}

async function main() {
  const ports = {};
  for (const [name, options] of Object.entries(servers)) {
    const where = path.join(directory, name);
    fs.mkdirSync(where);
    const server = new SMTPServer({
      name: "smtp-server.example",
      cert: fs.readFileSync(cert),
      key: fs.readFileSync(key),
      size: 50_000_000,
      hideDSN: false,
      onRcptTo,
      onAuth,
      onData: (stream, session, callback) => keep(where, stream, session, callback),
      ...options,
    });
    server.on("error", () => {});
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    ports[name] = server.server.address().port;
  }
  const { version } = require("smtp-server/package.json");
  console.log(JSON.stringify({ version, ports }));
}

main();
