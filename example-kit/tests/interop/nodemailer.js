"use strict";

const fs = require("node:fs");
const readline = require("node:readline");
const nodemailer = require("nodemailer");

function transport(job) {
  const options = {
    host: "127.0.0.1",
    port: job.port,
    name: "client.example.org",
    secure: job.mode === "implicit",
    requireTLS: job.mode === "starttls",
    ignoreTLS: job.mode === "plain",
    lmtp: job.mode === "lmtp",
    tls: { ca: fs.readFileSync(job.ca) },
    pool: job.count > 1,
    maxConnections: 3,
  };
  if (job.mechanism === "XOAUTH2") {
    options.auth = { type: "OAuth2", user: job.user, accessToken: job.password };
  } else if (job.mechanism !== "") {
    options.auth = { user: job.user, pass: job.password };
    if (job.mechanism !== "any") {
      options.authMethod = job.mechanism;
    }
  }
  return nodemailer.createTransport(options);
}

async function run(job) {
  const mailer = transport(job);
  const envelope = { from: job.from, to: job.to, use8BitMime: job.eight };
  const message = fs.readFileSync(job.file);
  try {
    const sent = Array.from({ length: job.count }, () => mailer.sendMail({ envelope, raw: message }));
    const all = await Promise.all(sent);
    return { refused: [...new Set(all.flatMap((info) => info.rejected))] };
  } finally {
    mailer.close();
  }
}

async function main() {
  console.log(require("nodemailer/package.json").version);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const answer = await run(JSON.parse(line)).catch((error) => ({ error: `${error.message}` }));
    console.log(JSON.stringify(answer));
  }
}

main();
