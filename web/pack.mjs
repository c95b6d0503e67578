// SPDX-License-Identifier: Apache-2.0
/*
 * dist/ into console.tar, the archive the server carries: ustar, names sorted,
 * no times, no owners, and beside each text its brotli form (name.br). The
 * same sources give the same bytes. Fails when the console grew too large.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const FIRST_MOST = 350 * 1024; /* what the first page needs */
const ALL_MOST = 1536 * 1024;
const dist = new URL("./dist/", import.meta.url).pathname;
const out = new URL("./console.tar", import.meta.url).pathname;

function filesOf(folder) {
	return readdirSync(folder).flatMap((name) => {
		const path = join(folder, name);
		return statSync(path).isDirectory() ? filesOf(path) : [path];
	});
}

function header(name, size) {
	const block = Buffer.alloc(512);
	if (Buffer.byteLength(name) > 100) throw new Error(`${name}: too long for ustar`);
	block.write(name, 0);
	block.write("0000644\0", 100);
	block.write("0000000\0", 108);
	block.write("0000000\0", 116);
	block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
	block.write("00000000000\0", 136);
	block.write("        ", 148);
	block.write("0", 156);
	block.write("ustar\0" + "00", 257);
	const sum = block.reduce((a, b) => a + b, 0);
	block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	return block;
}

const brotli = (data) => brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: data.length } });
const isText = (name) => /\.(html|js|css|svg|json|txt)$/.test(name);

const entries = new Map();
const sent = new Map(); /* what goes over the wire, by name */
for (const path of filesOf(dist)) {
	const name = relative(dist, path);
	const data = readFileSync(path);
	entries.set(name, data);
	sent.set(name, data.length);
	if (!isText(name)) continue;
	const small = brotli(data);
	if (small.length >= data.length) continue;
	entries.set(`${name}.br`, small);
	sent.set(name, small.length);
}

const parts = [];
for (const name of [...entries.keys()].sort()) {
	const data = entries.get(name);
	parts.push(header(name, data.length), data, Buffer.alloc((512 - (data.length % 512)) % 512));
}
parts.push(Buffer.alloc(1024));
writeFileSync(out, Buffer.concat(parts));

/* The first page: index.html and what it names, the overview's own files, the letters. */
const html = readFileSync(join(dist, "index.html"), "utf8");
const first = [...sent.keys()].filter((name) => name === "index.html" || html.includes(name) || /\/(overview|door)-|\.woff2$/.test(name));
const sum = (names) => names.reduce((a, name) => a + sent.get(name), 0);
const kib = (n) => `${(n / 1024).toFixed(1)} KiB`;
console.log(`first page ${kib(sum(first))} of at most ${kib(FIRST_MOST)}; all ${kib(sum([...sent.keys()]))} of at most ${kib(ALL_MOST)}; ${entries.size} files`);
if (sum(first) > FIRST_MOST || sum([...sent.keys()]) > ALL_MOST) {
	console.error("the console has grown too large");
	process.exit(1);
}
