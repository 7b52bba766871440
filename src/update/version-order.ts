/**
 * Compares versions of the form `1.2.3`, with what may follow a hyphen or a tilde before the release itself.
 *
 * @returns less than 0 when `a` is older than `b`, more than 0 when it is newer, 0 when they are the same.
 */
export function compareVersions(a: string, b: string): number {
	const [left, right] = [a, b].map(partsOf) as [Parts, Parts];
	for (let at = 0; at < Math.max(left.numbers.length, right.numbers.length); at += 1) {
		const difference = (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0);
		if (difference !== 0) return difference;
	}
	if (left.early === right.early) return 0;
	if (left.early === "" || right.early === "") return left.early === "" ? 1 : -1;
	return left.early < right.early ? -1 : 1;
}

interface Parts {
	readonly numbers: readonly number[];
	/** What makes it one before the release, such as `rc1`. */
	readonly early: string;
}

function partsOf(version: string): Parts {
	const [, numbers = "", early = ""] = /^([\d.]*)[-~]?(.*)$/s.exec(version) ?? [];
	return { numbers: numbers.split(".").map(Number), early };
}
