import type { Clock } from "../../time/clock.ts";
import type { Target } from "../transport/types.ts";
import { RecentKeys } from "./recent-keys.ts";

/** Milliseconds. */
const LIFETIME = 60_000;

/** Remembers for 60 s which targets failed, so that others are tried first (RFC 3263 section 4.3). */
export class FailedTargets {
	readonly #failed: RecentKeys;

	constructor(clock: Pick<Clock, "now">) {
		this.#failed = new RecentKeys(LIFETIME, clock);
	}

	/** Notes that a target was unreachable or did not serve. */
	add(target: Target): void {
		this.#failed.add(keyOf(target));
	}

	/** The same targets in the same order, except that those which failed recently come last. */
	last(targets: Target[]): Target[] {
		if (targets.length < 2) return targets;
		const good: Target[] = [];
		const bad: Target[] = [];
		for (const target of targets) (this.#failed.has(keyOf(target)) ? bad : good).push(target);
		return [...good, ...bad];
	}
}

/** With the domain: a certificate that is wrong for one domain may be right for another. */
function keyOf({ protocol, address, port, domain = "" }: Target): string {
	return `${protocol} ${address} ${port} ${domain}`;
}
