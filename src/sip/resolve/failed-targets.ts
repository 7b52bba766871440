import type { Clock } from "../reliability/types.ts";
import type { Target } from "../transport/types.ts";

/** Milliseconds. */
const LIFETIME = 60_000;
const MAX_TARGETS = 1024;

/** Remembers for 60 s which targets failed, so that others are tried before them (RFC 3263 section 4.3). */
export class FailedTargets {
	readonly #clock: Pick<Clock, "now">;
	/** Until when each is tried last; the one that failed longest ago comes first. */
	readonly #until = new Map<string, number>();

	constructor(clock: Pick<Clock, "now">) {
		this.#clock = clock;
	}

	/** Notes that a target could not be reached or did not serve. */
	add(target: Target): void {
		const key = keyOf(target);
		this.#until.delete(key);
		if (this.#until.size >= MAX_TARGETS) {
			for (const oldest of this.#until.keys()) {
				this.#until.delete(oldest);
				break;
			}
		}
		this.#until.set(key, this.#clock.now() + LIFETIME);
	}

	/** The same targets in the same order, but those that failed lately at the end. */
	last(targets: Target[]): Target[] {
		if (this.#until.size === 0 || targets.length < 2) return targets;
		const good: Target[] = [];
		const bad: Target[] = [];
		for (const target of targets) (this.#has(target) ? bad : good).push(target);
		return [...good, ...bad];
	}

	#has(target: Target): boolean {
		const key = keyOf(target);
		const until = this.#until.get(key);
		if (until === undefined) return false;
		if (until > this.#clock.now()) return true;
		this.#until.delete(key);
		return false;
	}
}

/** With the domain: a certificate that is wrong for one domain may be right for another. */
function keyOf({ protocol, address, port, domain = "" }: Target): string {
	return `${protocol} ${address} ${port} ${domain}`;
}
