import type { Leg } from "../../../../src/sip/leg/leg.ts";
import { type Flow, type Target, TransportError } from "../../../../src/sip/transport/types.ts";
import { LegBench, PHONE_SDP, settle } from "../../../support/leg-bench.ts";

/** A connection whose end a test decides. */
interface Line extends Flow {
	open: boolean;
	/** What went out on it. */
	readonly sent: string[];
}

/** A bench with several targets, each reached by connections of its own. */
export class RoutingBench extends LegBench {
	/** Every connection that was opened, in order. */
	readonly lines: Line[] = [];
	/** Ports at which nobody can be reached. */
	readonly dead = new Set<number>();
	/** Ports whose connections close when a request on them has had no answer at all. */
	readonly silent = new Set<number>();
	readonly #open = new Map<string, Line>();

	/** @param ports of the targets, best first. */
	constructor(...ports: number[]) {
		super();
		this.leadTo("TCP", ...ports);
		this.connect = (target) => this.#connect(target);
	}

	/** From now on next hops lead to these ports. */
	leadTo(protocol: Target["protocol"], ...ports: number[]): void {
		this.targets = ports.map((port) => ({ protocol, address: "192.0.2.9", port }));
	}

	/** The last connection that was opened to a port. */
	line(port: number): Line {
		const found = this.lines.findLast(({ remote }) => remote.port === port);
		if (!found) throw new Error(`nothing was opened to port ${port}`);
		return found;
	}

	/** A connection closes. */
	async close(port: number): Promise<void> {
		this.#close(this.line(port));
		await settle();
	}

	#close(line: Line): void {
		line.open = false;
		this.#open.delete(placeOf({ ...line.remote, protocol: line.protocol }));
		this.reception.onClosed(line);
	}

	/** Calls, and lets the phone answer. */
	async answered(order: { to?: string; routeSet?: string[]; headers?: string[] } = {}): Promise<Leg> {
		const leg = await this.call(true, {}, order);
		const contact = order.headers?.some((line) => line.startsWith("Contact:")) !== true;
		await this.respond(this.last("INVITE"), 200, { sdp: PHONE_SDP, contact, headers: order.headers ?? [] });
		return leg;
	}

	/** First words of what was sent to each port, such as `5060 BYE`. */
	get trace(): string[] {
		return this.sent.map((text) => {
			const line = this.lines.find(({ sent }) => sent.includes(text));
			return `${line?.remote.port} ${text.slice(0, text.indexOf(" "))}`;
		});
	}

	#connect(target: Target): Flow | Promise<Flow> {
		const { protocol, address, port } = target;
		const known = this.#open.get(placeOf(target));
		if (known) return known;
		if (this.dead.has(port)) return Promise.reject(new TransportError(`nobody at ${port}`));
		const line: Line = {
			protocol,
			remote: { address, port },
			local: { address: "192.0.2.1", port: 5072 },
			reliable: protocol !== "UDP",
			open: true,
			sent: [],
			unanswered: () => {
				if (this.silent.has(port)) this.#close(line);
			},
			send: (message) => {
				if (!line.open) throw new TransportError("closed");
				line.sent.push(String(message));
				this.sent.push(String(message));
			},
		};
		this.lines.push(line);
		this.#open.set(placeOf(target), line);
		return protocol === "UDP" ? line : Promise.resolve(line);
	}
}

function placeOf({ protocol, address, port }: Target): string {
	return `${protocol} ${address} ${port}`;
}
