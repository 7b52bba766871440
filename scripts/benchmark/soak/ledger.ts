import type { CallKind } from "./mix.ts";

interface Entry {
	readonly kind: CallKind;
	readonly since: number;
	id: string | undefined;
	finals: number;
}

/** Most complaints that are kept; the others are counted. */
const MAX_COMPLAINTS = 20;

/** Keeps account of what became of every call: one final result each, as its kind must end, and one end. */
export class Ledger {
	readonly #entries = new Map<number, Entry>();
	/** Calls without a final result. */
	readonly #open = new Map<number, Entry>();
	/** How often the stream of events told the end of a call, by its id. */
	readonly #ends = new Map<string, number>();
	readonly #complaints: string[] = [];
	#wrong = 0;
	/** From the request to `200 Destination`, in milliseconds. */
	readonly latencies: number[] = [];

	/** How many calls were asked for. */
	get placed(): number {
		return this.#entries.size;
	}

	/** How many have no final result yet. */
	get open(): number {
		return this.#open.size;
	}

	place(ref: number, kind: CallKind, now: number): void {
		const entry: Entry = { kind, since: now, id: undefined, finals: 0 };
		this.#entries.set(ref, entry);
		this.#open.set(ref, entry);
	}

	/** The id of an accepted call. */
	accepted(ref: number, id: string): void {
		const entry = this.#entries.get(ref);
		if (entry) entry.id = id;
	}

	idOf(ref: number): string | undefined {
		return this.#entries.get(ref)?.id;
	}

	/** A result of the XML socket. */
	result(ref: number, code: number, leg: string, now: number): void {
		const entry = this.#entries.get(ref);
		if (!entry) return this.complain(`a result of call ${ref}, which nobody asked for: ${code} ${leg}`);
		if (entry.finals > 0)
			this.complain(`call ${ref} (${entry.kind.name}): ${code} ${leg} after its final result`);
		if (code < 200 || (code < 300 && leg !== "Destination")) return;
		entry.finals += 1;
		this.#open.delete(ref);
		const { expected, name } = entry.kind;
		if (code === 200) this.latencies.push(now - entry.since);
		if (expected ? code !== expected.code || leg !== expected.leg : code < 300)
			this.complain(
				`call ${ref} (${name}): ${code} ${leg}, ${expected ? `${expected.code} ${expected.leg}` : "a refusal"} was expected`,
			);
	}

	/** The stream of events tells that a call is over. */
	ended(id: string): void {
		this.#ends.set(id, (this.#ends.get(id) ?? 0) + 1);
	}

	complain(text: string): void {
		this.#wrong += 1;
		if (this.#complaints.length < MAX_COMPLAINTS) this.#complaints.push(text);
	}

	/** Calls whose final result is overdue are complained about, once each. */
	overdue(now: number, patience: number): void {
		for (const [ref, { since, kind }] of this.#open) {
			if (now - since < patience) continue;
			this.#open.delete(ref);
			this.complain(`call ${ref} (${kind.name}): no final result after ${Math.round(patience / 1000)} s`);
		}
	}

	/** Everything that was wrong, when all calls are over. */
	verdict(): { readonly wrong: number; readonly complaints: readonly string[] } {
		for (const [ref, { id, kind }] of this.#entries) {
			if (id === undefined) this.complain(`call ${ref} (${kind.name}) was never accepted`);
			else if (this.#ends.get(id) !== 1)
				this.complain(
					`call ${ref} (${kind.name}): the stream of events told its end ${this.#ends.get(id) ?? 0} times`,
				);
		}
		return { wrong: this.#wrong, complaints: this.#complaints };
	}
}
