// SPDX-License-Identifier: Apache-2.0
// Looks names up with the C library (dns.lookup) and with c-ares (dns.resolve); see README.md.
const dns = require('dns').promises;

const words = {ENOTFOUND: 'none', ENODATA: 'empty'};
// Of c-ares, which says ENOTFOUND of what does not exist only.
const wordsOfRecords = {ENOTFOUND: 'absent', ENODATA: 'empty'};

async function lookup(name, family) {
  return (await dns.lookup(name, {all: true, family})).map((one) => one.address);
}

const answers = {
  any: (name) => lookup(name, 0),
  v4: (name) => lookup(name, 4),
  v6: (name) => lookup(name, 6),
  name: async (address) => [(await dns.lookupService(address, 80)).hostname],
  A: (name) => dns.resolve4(name),
  AAAA: (name) => dns.resolve6(name),
  PTR: (name) => dns.resolvePtr(name),
  SRV: async (name) => (await dns.resolveSrv(name)).map((one) => `${one.name}:${one.port}`),
};

async function main(questions) {
  for (const question of questions) {
    const [kind, name] = question.split(/:(.*)/s);
    try {
      console.log(question, '=', (await answers[kind](name)).join(' '));
    } catch (error) {
      const known = error.syscall.startsWith('query') ? wordsOfRecords : words;
      console.log(question, '!', known[error.code] || error);
    }
  }
}

main(process.argv.slice(2));
