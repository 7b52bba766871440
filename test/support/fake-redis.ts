import { ADMIT, BEGIN, CLAIM, LEAVE, REGISTRAR, REMIND, RENEW, WRITE } from "../../src/cluster/scripts.ts";
import type { RedisConnection } from "../../src/runtime/redis.ts";
import type { FakeClock } from "./fake-clock.ts";

type Entry = [id: string, fields: string[]];

/**
 * A Redis in this process, on a clock that the test moves: the commands and scripts that a cluster uses. What a box that
 * is cut off sends gets no answer.
 */
export class FakeRedis {
	readonly #clock: FakeClock;
	readonly hashes = new Map<string, Map<string, string>>();
	readonly #leases = new Map<string, number>();
	readonly streams = new Map<string, Entry[]>();
	/** By box: how many calls it had when it last asked for more. */
	readonly #open = new Map<string, { readonly until: number; readonly count: number }>();
	#next = 1;
	/** Boxes whose network is cut. */
	readonly cut = new Set<string>();
	/** Boxes whose next answer to a script is lost, with everything after it on that connection. */
	readonly losing = new Map<string, string>();
	readonly #waiting = new Set<() => void>();

	constructor(clock: FakeClock) {
		this.#clock = clock;
	}

	/** Opens connections of a box. */
	readonly connectionsOf = (box: string) => (): Promise<RedisConnection> => {
		if (this.cut.has(box)) return new Promise(() => {});
		return Promise.resolve({
			send: (command, args) => this.#send(box, command, args),
			close: () => {},
		});
	};

	/** Everything in it is lost. */
	empty(): void {
		this.hashes.clear();
		this.#leases.clear();
		this.#open.clear();
		this.streams.clear();
	}

	hash(key: string): Map<string, string> {
		const hash = this.hashes.get(key) ?? new Map<string, string>();
		this.hashes.set(key, hash);
		return hash;
	}

	#send(box: string, command: string, args: readonly string[]): Promise<unknown> {
		if (this.cut.has(box)) return new Promise(() => {});
		if (command === "XREAD") return this.#read(box, args);
		const answer = this.#do(command, args);
		if (command === "EVAL" && this.losing.get(box) === args[0]) {
			this.losing.delete(box);
			return new Promise(() => {});
		}
		return Promise.resolve(answer);
	}

	#do(command: string, [key = "", ...args]: readonly string[]): unknown {
		if (command === "ROLE") return ["master"];
		if (command === "HGETALL") return [...this.hash(key)].flat();
		if (command === "HKEYS") return [...this.hash(key).keys()];
		if (command === "HVALS") return [...this.hash(key).values()];
		if (command === "XREVRANGE")
			return [...(this.streams.get(key) ?? [])].reverse().slice(0, Number(args.at(-1)));
		if (command === "SET") return this.#setOnce(key, Number(args.at(-1)));
		if (command === "DEL") return Number(this.#leases.delete(key));
		if (command === "XADD") return this.add(key, args.slice(args.indexOf("*") + 1));
		if (command === "EVAL") return this.#run(key, args.slice(1));
		throw new Error(`no command ${command}`);
	}

	/** SET with NX and PX. */
	#setOnce(key: string, time: number): "OK" | null {
		if (this.#leaseOf(key) > 0) return null;
		this.#leases.set(key, this.#clock.now() + time);
		return "OK";
	}

	/** Adds an entry to a stream. */
	add(key: string, fields: string[]): string {
		const id = `${this.#next++}-0`;
		this.streams.set(key, [...(this.streams.get(key) ?? []), [id, fields]]);
		for (const wake of [...this.#waiting]) wake();
		return id;
	}

	async #read(box: string, args: readonly string[]): Promise<unknown> {
		const names = args.slice(args.indexOf("STREAMS") + 1);
		const [keys, from] = [names.slice(0, names.length / 2), names.slice(names.length / 2)];
		const news = (): Record<string, Entry[]> | undefined => {
			const found = keys.flatMap((key, index) => {
				const after = (this.streams.get(key) ?? []).filter(
					([id]) => Number.parseInt(id, 10) > Number.parseInt(from[index] ?? "0", 10),
				);
				return after.length > 0 ? [[key, after]] : [];
			});
			return found.length > 0 ? Object.fromEntries(found) : undefined;
		};
		const wait = Number(args[args.indexOf("BLOCK") + 1]);
		if (!news()) {
			await new Promise<void>((resolve) => {
				const done = (): void => {
					this.#waiting.delete(done);
					stop();
					resolve();
				};
				const stop = this.#clock.after(wait, done);
				this.#waiting.add(done);
			});
		}
		if (this.cut.has(box)) return new Promise(() => {});
		return news() ?? null;
	}

	#leaseOf(key: string): number {
		return (this.#leases.get(key) ?? 0) - this.#clock.now();
	}

	#run(script: string, [p = "", box = "", ...args]: readonly string[]): unknown {
		const epochs = this.hash(`${p}epochs`);
		const lease = `${p}lease:${box}`;
		if (script === BEGIN) {
			const [key = "", time] = args;
			const keys = this.hash(`${p}key`);
			if (!keys.has("key")) keys.set("key", key);
			epochs.set(box, String(Number(epochs.get(box) ?? 0) + 1));
			this.#leases.set(lease, this.#clock.now() + Number(time));
			return [Number(epochs.get(box)), keys.get("key"), [...this.hash(`${p}gone:${box}`)].flat()];
		}
		if (script === RENEW) {
			const [mine = "", time, said = ""] = args;
			const epoch = Number(epochs.get(box) ?? 0);
			if (epoch > Number(mine)) return [0];
			epochs.set(box, mine);
			this.hashes.delete(`${p}gone:${box}`);
			this.#leases.set(lease, this.#clock.now() + Number(time));
			const boxes = this.hash(`${p}boxes`).set(box, said);
			const seen = [...boxes].flatMap(([name, text]) => [
				name,
				epochs.get(name) ?? "0",
				text,
				this.#leaseOf(`${p}lease:${name}`),
			]);
			return [epoch < Number(mine) ? 2 : 1, ...seen];
		}
		if (script === ADMIT) return this.#admit(p, box, args);
		if (script === WRITE) return this.#write(p, box, args);
		if (script === CLAIM) return this.#claim(p, box, args);
		if (script === REMIND) return this.#remind(p, box, args);
		if (script === REGISTRAR) return this.#registrar(p, box, args);
		if (script === LEAVE) return this.#leave(p, box, args);
		throw new Error("no such script");
	}

	#remind(p: string, box: string, [mine, gone = "", had, ...calls]: readonly string[]): number {
		const epochs = this.hash(`${p}epochs`);
		if (epochs.get(box) !== mine) return 0;
		if (Number(epochs.get(gone) ?? 0) > Number(had)) return 1;
		epochs.set(gone, String(Number(had) + 1));
		this.hashes.delete(`${p}calls:${gone}`);
		this.#leases.delete(`${p}lease:${gone}`);
		this.hash(`${p}boxes`).delete(gone);
		for (let at = 0; at + 1 < calls.length; at += 2)
			this.hash(`${p}gone:${gone}`).set(calls[at] ?? "", calls[at + 1] ?? "");
		return 1;
	}

	#registrar(p: string, box: string, [epoch, doubt, contacts = ""]: readonly string[]): string[] {
		const noted = this.hash(`${p}registrar`);
		if (this.hash(`${p}epochs`).get(box) !== epoch) return ["", ""];
		let holder = noted.get("box");
		if (doubt === "leave") {
			if (holder === box) {
				noted.delete("box");
				noted.set("contacts", contacts);
			}
			return ["", ""];
		}
		const isGone = holder !== undefined && this.#leaseOf(`${p}lease:${holder}`) <= 0;
		if (holder === undefined ? doubt !== "all" : holder !== box && doubt === "none" && isGone) holder = box;
		if (holder === box) {
			noted.set("box", box);
			if (contacts !== "") noted.set("contacts", contacts);
		}
		return [holder ?? "", noted.get("contacts") ?? ""];
	}

	#admit(p: string, box: string, [epoch, limit, open, asked]: readonly string[]): number {
		if (this.hash(`${p}epochs`).get(box) !== epoch) return Number(asked);
		const others = [...this.hash(`${p}boxes`).keys()].filter((name) => name !== box);
		const taken = others.map((name) => {
			const { until = 0, count = 0 } = this.#open.get(name) ?? {};
			return Math.max(this.hash(`${p}calls:${name}`).size, until > this.#clock.now() ? count : 0);
		});
		const before = Number(open) - Number(asked);
		const room = Number(limit) - before - taken.reduce((sum, count) => sum + count, 0);
		const granted = Math.max(0, Math.min(Number(asked), room));
		this.#open.set(box, { until: this.#clock.now() + 250, count: before + granted });
		return granted;
	}

	#leave(p: string, box: string, [epoch]: readonly string[]): number {
		if (this.hash(`${p}epochs`).get(box) !== epoch) return 0;
		if (this.hash(`${p}calls:${box}`).size === 0) {
			this.hash(`${p}boxes`).delete(box);
			this.#leases.delete(`${p}lease:${box}`);
		}
		return 1;
	}

	#write(p: string, box: string, [epoch, count, ...rest]: readonly string[]): number {
		if (this.hash(`${p}epochs`).get(box) !== epoch) return 0;
		const calls = this.hash(`${p}calls:${box}`);
		for (let at = 0; at < 2 * Number(count); at += 2) {
			const [id = "", text = ""] = rest.slice(at, at + 2);
			if (text === "") calls.delete(id);
			else calls.set(id, text);
		}
		const [ended = "0", ...told] = rest.slice(2 * Number(count));
		for (const call of told.slice(0, Number(ended))) this.add(`${p}ended`, ["call", call]);
		for (const event of told.slice(Number(ended))) this.add(`${p}events`, ["box", box, "event", event]);
		return 1;
	}

	#claim(p: string, me: string, [mine, gone = "", had]: readonly string[]): unknown {
		const epochs = this.hash(`${p}epochs`);
		if (epochs.get(me) !== mine || epochs.get(gone) !== had) return 0;
		if (this.#leaseOf(`${p}lease:${gone}`) > 0) return 0;
		epochs.set(gone, String(Number(had) + 1));
		const calls = [...this.hash(`${p}calls:${gone}`)];
		for (const [id, text] of calls) {
			const [, before = "0"] = /,"claims":(\d+)}$/.exec(text) ?? [];
			const bare = text.replace(/(,"claims":\d+)?}$/, "");
			this.hash(`${p}calls:${me}`).set(id, `${bare},"claims":${Number(before) + 1}}`);
			this.hash(`${p}gone:${gone}`).set(id, /"state":"([^"]*)"/.exec(text)?.[1] ?? "");
		}
		this.hashes.delete(`${p}calls:${gone}`);
		this.streams.delete(`${p}orders:${gone}`);
		this.hash(`${p}boxes`).delete(gone);
		return calls.flat();
	}
}
