// SPDX-License-Identifier: Apache-2.0
/* The widths of a list's columns: tracks of CSS grid, "112px" or "minmax(180px, 3fr)". */
const GAP = 16;
const LEAST_PART = 0.6; /* of its least width that a track which may grow keeps in a narrow list */

const least = (track: string) => Number(/(\d+)px/.exec(track)?.[1] ?? 80);
const grows = (track: string) => track.startsWith("minmax(");

/* The least width of a row: what its tracks need. Head and body share it, or their columns would part. */
export function leastWidth(tracks: string[]): number {
	return tracks.reduce((sum, track) => sum + least(track), 0) + GAP * (tracks.length + 1);
}

/* Tracks that may grow give way, each by the same part, so that a row goes into the list where that suffices. */
export function fitted(tracks: string[], room: number): string[] {
	const over = leastWidth(tracks) - room;
	const soft = tracks.filter(grows).reduce((sum, track) => sum + least(track), 0);
	if (over <= 0 || soft === 0) return tracks;
	const part = Math.max(LEAST_PART, 1 - over / soft);
	return tracks.map((track) => (grows(track) ? track.replace(/(\d+)px/, (_, n: string) => `${Math.floor(Number(n) * part)}px`) : track));
}
