// SPDX-License-Identifier: Apache-2.0
/* 0, 5, 10, …: at most five lines that are easy to read. */
export function ticksOf(most: number): number[] {
	if (most <= 0) return [0, 1];
	const rough = most / 4;
	const size = 10 ** Math.floor(Math.log10(rough));
	const step = Math.max([1, 2, 2.5, 5, 10].map((m) => m * size).find((s) => s >= rough) ?? size * 10, most < 4 ? 1 : 0);
	const found = [];
	for (let v = 0; v < most + step; v += step) found.push(v);
	return found;
}
