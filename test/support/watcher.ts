import type { ServerProcess } from "./server-process.ts";

/** How long a call may take to end, in milliseconds: beyond the longest timers. */
const PATIENCE = 90_000;

type Json = Readonly<Record<string, unknown>>;

/** An event of `/api/v1/events`, as far as it is looked at. */
interface Heard {
	readonly kind: string;
	readonly call?: {
		readonly id: string;
		readonly state: string;
		readonly initiator: { readonly address: string; readonly state: string; readonly hears?: string };
		readonly destination: { readonly state: string };
	};
	readonly result?: { readonly code: number; readonly leg?: string };
}

/** A program that follows `/api/v1/events` of a server. */
export class Watcher {
	readonly #base: string;
	readonly #stop = new AbortController();
	readonly #stories = new Map<string, string[]>();
	/** The ids of calls that are over, by the addresses of their initiators. */
	readonly #ended = new Map<string, PromiseWithResolvers<string>>();

	private constructor(base: string) {
		this.#base = base;
	}

	/** Returns once the stream has begun. */
	static async start({ host, httpPort }: ServerProcess): Promise<Watcher> {
		const watcher = new Watcher(`http://${host}:${httpPort}`);
		const response = await fetch(`${watcher.#base}/api/v1/events`, { signal: watcher.#stop.signal });
		void watcher.#read(response).catch(() => {});
		return watcher;
	}

	/** What has been told of a call so far, an entry for each event. */
	story(id: string | undefined): readonly string[] {
		return this.#stories.get(id ?? "") ?? [];
	}

	/** Resolves with the id of the call once it has ended. @param initiator as it was asked for. */
	async ended(initiator: string): Promise<string> {
		const late = Promise.withResolvers<never>();
		const timer = setTimeout(
			() => late.reject(new Error(`no call from ${initiator} has ended at ${this.#base}`)),
			PATIENCE,
		);
		try {
			return await Promise.race([this.#endOf(initiator).promise, late.promise]);
		} finally {
			clearTimeout(timer);
		}
	}

	/** What the interface for programs says. */
	async ask(path: string): Promise<Json> {
		const json: unknown = await (await fetch(this.#base + path)).json();
		return { ...(typeof json === "object" && json) };
	}

	stop(): void {
		this.#stop.abort();
	}

	#endOf(initiator: string): PromiseWithResolvers<string> {
		const end = this.#ended.get(initiator) ?? Promise.withResolvers<string>();
		this.#ended.set(initiator, end);
		return end;
	}

	async #read(response: Response): Promise<void> {
		let text = "";
		for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
			text += chunk;
			const blocks = text.split("\n\n");
			text = blocks.pop() ?? "";
			for (const block of blocks) {
				const data = /^data: (.*)$/m.exec(block)?.[1];
				if (data !== undefined) this.#hear(JSON.parse(data));
			}
		}
	}

	#hear({ kind, call, result }: Heard): void {
		if (!call) return;
		const { id, state, initiator, destination } = call;
		const what = [
			kind,
			state,
			initiator.state,
			initiator.hears,
			destination.state,
			result?.code,
			result?.leg,
		];
		this.#stories.set(id, [...this.story(id), what.join(" ")]);
		if (kind === "state" && state === "ended") this.#endOf(initiator.address).resolve(id);
	}
}
