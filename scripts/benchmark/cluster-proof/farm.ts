import { SimulatedPhone } from "../../../src/simulator/phone.ts";
import type { PhoneCall } from "../../../src/simulator/phone-call.ts";
import { RedisServer } from "../../../test/support/redis-server.ts";
import { ServerProcess } from "../../../test/support/server-process.ts";
import type { PlacedCall } from "../../../test/support/xml-client.ts";
import { XmlClient } from "../../../test/support/xml-client.ts";

type Json = Readonly<Record<string, unknown>>;

/** A call that was asked for, and what its phones see of it. */
export interface FarmCall {
	readonly number: number;
	/** The index of the box that took it. */
	readonly box: number;
	readonly placed: PlacedCall;
	initiator: PhoneCall | undefined;
	destination: PhoneCall | undefined;
}

/** How the boxes of a farm are set up. */
export interface FarmOptions {
	readonly boxes: number;
	/** Where the boxes find their Redis; one of the farm's own by default. */
	readonly clusterUrl?: (redis: RedisServer) => string;
	readonly settings?: (box: number) => Readonly<Record<string, string | number>>;
	/** Address of the phones. */
	readonly phones?: string;
	/** Has a box run elsewhere, such as in a network namespace. */
	readonly inside?: (box: number) => ((...command: string[]) => string[]) | undefined;
	/** Where a box is reached from here. */
	readonly host?: (box: number) => string;
	/** Options of the farm's Redis. */
	readonly redis?: readonly string[];
}

/** How long anything may take that has to happen, in milliseconds. */
const PATIENCE = 60_000;

/** Several boxes at one Redis, two phones with any number of calls, and a client of each box. */
export class Farm {
	readonly redis: RedisServer;
	readonly boxes: readonly ServerProcess[];
	readonly calls: FarmCall[] = [];
	readonly #phones: readonly [SimulatedPhone, SimulatedPhone];
	readonly #clients: readonly XmlClient[];

	private constructor(
		redis: RedisServer,
		boxes: readonly ServerProcess[],
		phones: readonly [SimulatedPhone, SimulatedPhone],
		clients: readonly XmlClient[],
	) {
		this.redis = redis;
		this.boxes = boxes;
		this.#phones = phones;
		this.#clients = clients;
		for (const [index, phone] of phones.entries()) {
			phone.listen((_event, call) => {
				const of = this.calls[Number(/\+c(\d+)$/.exec(call.user)?.[1])];
				if (of) of[index === 0 ? "initiator" : "destination"] ??= call;
			});
		}
	}

	static async start(options: FarmOptions): Promise<Farm> {
		const redis = await RedisServer.start(...(options.redis ?? []));
		const clusterUrl = options.clusterUrl?.(redis) ?? redis.url;
		const boxes: ServerProcess[] = [];
		const clients: XmlClient[] = [];
		for (let box = 0; box < options.boxes; box++) {
			const inside = options.inside?.(box);
			const host = options.host?.(box);
			const server = await ServerProcess.start({
				settings: {
					IPAddress: `127.0.0.${box + 2}`,
					NodeName: `box${box + 1}`,
					ClusterUrl: clusterUrl,
					LogLevel: "INFO",
					KeepCalls: 1,
					MaxCalls: 0,
					MaxCallsPerSecond: 0,
					...options.settings?.(box),
				},
				...(inside && { inside }),
				...(host !== undefined && { host }),
			});
			boxes.push(server);
			clients.push(await XmlClient.connect(server.xmlPort, host));
		}
		const open = () =>
			SimulatedPhone.start({ address: options.phones ?? "127.0.0.1", port: 0, protocol: "UDP" });
		return new Farm(redis, boxes, [await open(), await open()], clients);
	}

	/** Asks a box for an anchored call. */
	place(box: number, initiator = "answer", destination = "answer"): FarmCall {
		const number = this.calls.length;
		const placed = this.#client(box).place({
			initiator: this.#phones[0].uri(`${initiator}+c${number}`),
			destination: this.#phones[1].uri(`${destination}+c${number}`),
			anchor: true,
			ref: `r${number}-`,
			extra: "   <WantId>true</WantId>\n",
		});
		const call = { number, box, placed, initiator: undefined, destination: undefined };
		this.calls.push(call);
		return call;
	}

	/** Places calls at a rate, and waits until all are connected. */
	async connect(box: number, count: number, rate = 60): Promise<FarmCall[]> {
		const calls: FarmCall[] = [];
		for (let placed = 0; placed < count; placed++) {
			calls.push(this.place(box));
			await Bun.sleep(1000 / rate);
		}
		await this.until(`${count} calls are connected`, () => calls.every(isConnected));
		return calls;
	}

	/** What `<Status>` of a box says about the end of a call, such as `200 Destination`, one for each final result. */
	async finals(box: number, call: FarmCall): Promise<string[]> {
		const answer = await this.#client(box).status(idOf(call));
		return [...answer.matchAll(/<FinalResult Code="(\d+)"(?: Leg="(\w+)")?/g)].map(
			([, code, leg]) => `${code} ${leg}`,
		);
	}

	/** What the interface for programs of a box says. */
	async ask(box: number, path: string, method = "GET"): Promise<Json> {
		const server = this.#box(box);
		const answer = await fetch(`http://${server.host}:${server.httpPort}${path}`, {
			method,
			signal: AbortSignal.timeout(PATIENCE),
		});
		const json: unknown = await answer.json();
		return { ...(typeof json === "object" && json) };
	}

	/** The calls in progress as a box shows them: the box that has each, by id. */
	async owners(box: number): Promise<Map<string, string>> {
		const { calls } = await this.ask(box, "/api/v1/calls");
		const list: readonly Json[] = Array.isArray(calls) ? calls : [];
		return new Map(list.map(({ id, box: owner }) => [String(id), String(owner)]));
	}

	/** What the phones saw their peers do wrong. */
	get faults(): readonly string[] {
		return this.#phones.flatMap(({ faults }) => faults);
	}

	/** Dialogs that are open on either phone. */
	get openDialogs(): number {
		return this.#phones.reduce((sum, { openDialogs }) => sum + openDialogs, 0);
	}

	/** Waits until something is so. @returns how long that took, in milliseconds. */
	async until(what: string, isSo: () => Promise<boolean> | boolean, patience = PATIENCE): Promise<number> {
		const start = performance.now();
		while (!(await isSo())) {
			if (performance.now() - start > patience) throw new Error(`not so after ${patience} ms: ${what}`);
			await Bun.sleep(20);
		}
		return performance.now() - start;
	}

	/** @param report whether the boxes' logs are to be told. */
	async stop(report = false): Promise<void> {
		for (const client of this.#clients) client.stop();
		for (const phone of this.#phones) await phone.stop();
		for (const box of this.boxes) {
			box.signal("SIGCONT");
			await box.crash(() => {});
		}
		await this.redis.stop();
		if (report)
			for (const box of this.boxes) {
				const lines = box.output.split("\n").filter((line) => !/ended|call \w+/.test(line));
				console.error(`---\n${lines.slice(-40).join("\n")}`);
			}
	}

	#box(index: number): ServerProcess {
		const box = this.boxes[index];
		if (!box) throw new Error(`there is no box ${index}`);
		return box;
	}

	#client(index: number): XmlClient {
		const client = this.#clients[index];
		if (!client) throw new Error(`there is no box ${index}`);
		return client;
	}
}

/** Whether both phones hold a call for connected, and its client knows. */
export function isConnected({ initiator, destination, placed }: FarmCall): boolean {
	const isUp = (leg: PhoneCall | undefined): boolean =>
		leg?.state === "answered" && leg.session?.unacknowledged === false;
	return isUp(initiator) && isUp(destination) && placed.chain.includes("200 Destination");
}

/** Whether nothing of a call is left on its phones. */
export function isOver({ initiator, destination }: FarmCall): boolean {
	return [initiator, destination].every((leg) => leg === undefined || leg.state === "ended");
}

export function idOf({ placed }: FarmCall): string {
	return placed.results.map(({ raw }) => /<Id>([^<]+)<\/Id>/.exec(raw)?.[1]).find(Boolean) ?? "";
}

/** How many BYEs the phones of a call got; one that is sent again counts once. */
export function byesOf({ initiator, destination }: FarmCall): number {
	const messages = [initiator, destination].flatMap((leg) => leg?.messages ?? []);
	const byes = messages.filter(({ direction, text }) => direction === "in" && text.startsWith("BYE "));
	return new Set(byes.map(({ text }) => /branch=([^;\r]+)/.exec(text)?.[1])).size;
}

/** What the phones of a call sent and received, without bodies. */
export function storyOf({ number, initiator, destination }: FarmCall): string {
	const lines = [initiator, destination].flatMap((leg, index) =>
		(leg?.messages ?? []).map(({ direction, time, text }) => {
			const [first] = text.split("\r\n");
			const via = /^Via: \S+ (\S+?);/im.exec(text)?.[1];
			const cseq = /^CSeq: (\d+)/im.exec(text)?.[1];
			return { time, line: `${time.toFixed(0)} ${index} ${direction} ${first} (${via}, ${cseq})` };
		}),
	);
	const sorted = lines.sort((one, other) => one.time - other.time).map(({ line }) => line);
	return `call ${number}\n  ${sorted.join("\n  ")}`;
}
