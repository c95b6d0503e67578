// SPDX-License-Identifier: Apache-2.0
/* Runs tests/*.test.ts with Node's own runner; Vite reads the TypeScript. */
import { readdirSync } from "node:fs";
import { createServer } from "vite";

const here = new URL(".", import.meta.url).pathname;
const server = await createServer({ configFile: false, root: new URL("..", import.meta.url).pathname, server: { middlewareMode: true, ws: false }, appType: "custom", logLevel: "error", optimizeDeps: { noDiscovery: true } });
for (const name of readdirSync(here).filter((n) => n.endsWith(".test.ts")).sort()) await server.ssrLoadModule(`/tests/${name}`);
await server.close();
