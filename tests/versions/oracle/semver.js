// SPDX-License-Identifier: Apache-2.0
// node-semver: compared in loose mode where loose mode takes both, judged in strict mode. Of a fourth part loose mode
// makes nonsense (4.17.21.0 becomes 4.17.2-1.0), and is not asked.
const semver = require('semver');
const lines = require('readline').createInterface({ input: process.stdin });
lines.on('line', (line) => {
    const [a, b] = line.split('\t');
    const fourth = /^[v=\s]*\d+\.\d+\.\d+\./;
    const both = !fourth.test(a) && !fourth.test(b) &&
        semver.valid(a, { loose: true }) !== null && semver.valid(b, { loose: true }) !== null;
    const order = both ? '=><'.at(semver.compare(a, b, { loose: true })) : '?';
    process.stdout.write(order + (semver.valid(a) ? '+' : '-') + (semver.valid(b) ? '+' : '-') + '\n');
});
