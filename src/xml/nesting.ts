/** Deepest element of a request, the root being 1. */
const MAX_DEPTH = 16;

/** Name of the root element. */
export const ROOT = "ClickToCall";

/** What may stand in the root instead of `<Request>`. */
export const ORDERS = ["Hangup", "Resume", "Status"] as const;

/**
 * Which elements of a request are open. Once tags do not match, the request is damaged: from there
 * on only the root's own closing tag counts, so that the next request is found where a plain
 * search for that tag would find it.
 */
export class Nesting {
	readonly #open: string[] = [];
	#root: string | undefined;
	#damaged = false;

	/** False once the request cannot be well-formed any more. */
	get sound(): boolean {
		return !this.#damaged;
	}

	/** True once the root's start tag has been read. */
	get rooted(): boolean {
		return this.#root !== undefined;
	}

	/** The request is not well-formed, for a reason other than its tags. */
	damage(): void {
		this.#damaged = true;
	}

	/** @returns false when the element is nested too deep. */
	start(name: string): boolean {
		this.#root ??= name;
		if (this.#damaged) return true;
		this.#open.push(name);
		return this.#open.length <= MAX_DEPTH;
	}

	/** What an end tag closes; an order is another element that asks for something: see `ORDERS`. */
	end(name: string): "root" | "request" | "order" | "other" {
		if (!this.#damaged && this.#open.at(-1) === name) {
			this.#open.pop();
			if (this.#open.length === 0) return "root";
			return this.#open.length === 1 ? this.#child(name) : "other";
		}
		this.#damaged = true;
		if (this.#root !== undefined && sameName(name, this.#root)) return "root";
		return isRequest(name) ? "request" : "other";
	}

	#child(name: string): "request" | "order" | "other" {
		if (isRequest(name)) return "request";
		return isOrder(name) && sameName(this.#root ?? "", ROOT) ? "order" : "other";
	}
}

function isRequest(name: string): boolean {
	return sameName(name, "request");
}

function isOrder(name: string): boolean {
	return ORDERS.some((order) => sameName(name, order));
}

/** Element names are matched case-insensitively where their meaning counts. */
export function sameName(one: string, other: string): boolean {
	return one.length === other.length && one.toLowerCase() === other.toLowerCase();
}
