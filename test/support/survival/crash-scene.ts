import type { PhoneCall } from "../../../src/simulator/phone-call.ts";
import { ServerProcess } from "../server-process.ts";
import { XmlClient } from "../xml-client.ts";
import { type CallView, type CrashCall, type PlacedCrashCall, SurvivalPhones } from "./phones.ts";
import { idOf, judge, pendingLegs, type Verdict } from "./verdict.ts";

const HOST = "127.0.0.1";
/** Within this time after a restart, in milliseconds, every leg must have ended. */
export const LATEST_END_MS = 40_000;
const LOOK_EVERY_MS = 100;

type Side = "initiator" | "destination";

/** The two legs that are connected, if both are. */
export function connectedLegs({ initiator, destination }: CallView): Record<Side, PhoneCall> | undefined {
	const isUp = ({ state, session }: PhoneCall): boolean =>
		state === "answered" && session?.unacknowledged === false;
	const [first, second] = [initiator.find(isUp), destination.find(isUp)];
	return first && second && { initiator: first, destination: second };
}

/** A server that gets killed, with phones and a client that outlive it. */
export class CrashScene {
	readonly server: ServerProcess;
	readonly phones: SurvivalPhones;
	readonly calls: PlacedCrashCall[] = [];
	/** How long each restart took until the server listened, in milliseconds. */
	readonly restarts: number[] = [];
	readonly #hungUp = new Set<number>();
	#client: XmlClient;

	private constructor(server: ServerProcess, phones: SurvivalPhones, client: XmlClient) {
		this.server = server;
		this.phones = phones;
		this.#client = client;
	}

	/** @param loss of the link `lossy`. */
	static async start(
		seed: number,
		loss = 0.1,
		settings: Record<string, string | number> = {},
	): Promise<CrashScene> {
		const server = await ServerProcess.start({
			settings: {
				IPAddress: HOST,
				MaxCalls: 0,
				MaxCallsPerSecond: 0,
				InitiatorTimeout: 10,
				DestinationTimeout: 15,
				LogLevel: "INFO",
				...settings,
			},
		});
		const phones = await SurvivalPhones.start({ address: HOST, port: server.sipPort }, seed, loss);
		return new CrashScene(server, phones, await XmlClient.connect(server.xmlPort));
	}

	place(call: CrashCall): PlacedCrashCall {
		const number = this.calls.length;
		const [initiator, destination] = this.phones.addresses(
			number,
			call.link,
			call.initiator,
			call.destination,
		);
		const { anchor } = call;
		const extra = "   <WantId>true</WantId>\n";
		const placed = this.#client.place({ initiator, destination, anchor, ref: `r${number}-`, extra });
		const made = { ...call, number, placed };
		this.calls.push(made);
		return made;
	}

	/** Kills the server, as `kill -9` does. */
	async kill(): Promise<void> {
		await this.server.kill();
	}

	/** Starts the server again and connects to it. */
	async restart(): Promise<void> {
		this.restarts.push(await this.server.restart());
		this.#client.stop();
		this.#client = await XmlClient.connect(this.server.xmlPort);
	}

	/** How many calls both phones hold for connected. */
	get connected(): number {
		return this.connectedNumbers().length;
	}

	/** The numbers of the calls that both phones hold for connected. */
	connectedNumbers(): number[] {
		return [...this.phones.views()].flatMap(([number, view]) => (connectedLegs(view) ? [number] : []));
	}

	/** The numbers of the calls that the server has in progress. */
	async restoredNumbers(): Promise<Set<number>> {
		const answer = await fetch(`http://${HOST}:${this.server.httpPort}/api/v1/calls`);
		const text = await answer.text();
		return new Set([...text.matchAll(/\+c(\d+)@/g)].map(([, number]) => Number(number)));
	}

	/** One phone of each connected call puts the other one on hold, and takes it back. @returns what went wrong. */
	async holdAndResume(side: (number: number) => Side): Promise<string[]> {
		const wrong: string[] = [];
		await Promise.all(
			[...this.phones.views()].map(async ([number, view]) => {
				const both = connectedLegs(view);
				if (!both) return;
				const leg = both[side(number)];
				const [hold, resume] = [await leg.hold(), await leg.resume()];
				if (hold !== 200 || resume !== 200)
					wrong.push(`call ${number}: hold by the ${side(number)} got ${hold}, resume ${resume}`);
			}),
		);
		return wrong;
	}

	/**
	 * Hangs up what both phones hold for connected, one side of each call. The other side must hear of it from
	 * the server, so a call is hung up once only.
	 */
	hangUpConnected(side: (number: number) => Side): number {
		let hung = 0;
		for (const [number, view] of this.phones.views()) {
			if (this.#hungUp.has(number)) continue;
			const both = connectedLegs(view);
			if (!both) continue;
			// The call that a REFER made is the phones' own: its destination ends it.
			const byRefer = view.initiator.some(({ direction }) => direction === "outgoing");
			this.#hungUp.add(number);
			hung++;
			both[byRefer ? "destination" : side(number)].hangup();
		}
		return hung;
	}

	/**
	 * Waits until no leg is open, or the time that a server may take is over; what is connected meanwhile is
	 * hung up from time to time.
	 */
	async settle(side: (number: number) => Side, firstHangUpMs = 3000): Promise<void> {
		const start = performance.now();
		let next = firstHangUpMs;
		for (;;) {
			const elapsed = performance.now() - start;
			if (elapsed > next) {
				this.hangUpConnected(side);
				next = elapsed + 2000;
			}
			if (elapsed > LATEST_END_MS || (elapsed > 500 && pendingLegs(this.phones.views()) === 0)) return;
			await Bun.sleep(LOOK_EVERY_MS);
		}
	}

	/** What became of every leg and every call; waits for results as long as a server may take. */
	async verdict(): Promise<Verdict> {
		const limit = performance.now() + LATEST_END_MS;
		for (;;) {
			const verdict = await this.#judge();
			if (verdict.unresolved.length === 0 || performance.now() > limit) return verdict;
			await Bun.sleep(LOOK_EVERY_MS * 10);
		}
	}

	/** The final result of a call as the server tells it to who asks, such as `200 Destination`. */
	async final({ placed }: PlacedCrashCall): Promise<string> {
		const answer = await this.#client.status(idOf(placed) ?? "");
		const [, code, leg] = /<FinalResult Code="(\d+)"(?: Leg="(\w+)")?/.exec(answer) ?? [];
		return `${code} ${leg}`;
	}

	#judge(): Promise<Verdict> {
		return judge(this.calls, this.phones.views(), {
			status: (id) => this.#client.status(id),
			get: (path) => fetch(`http://${HOST}:${this.server.httpPort}/api/v1${path}`),
		});
	}

	async stop(): Promise<void> {
		this.#client.stop();
		await this.phones.stop();
		await this.server.stop();
	}
}
