// SPDX-License-Identifier: Apache-2.0
/*
 * The build must come out the same on every machine: no time, no path and no
 * random name in it, so that the archive in the repository can be compared.
 */
import { defineConfig } from "vite";
import { mock } from "./mock/plugin.mjs";

export default defineConfig(({ command }) => ({
	base: "/",
	plugins: command === "serve" ? [mock()] : [],
	build: {
		target: "es2022",
		outDir: "dist",
		assetsInlineLimit: 0, // a data: address would need a hole in the policy
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
		sourcemap: false,
		cssCodeSplit: true,
	},
}));
