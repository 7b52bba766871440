import type { ToneName, TonePort, ToneSource, ToneTarget } from "../../src/call/tone.ts";

/** Ports that send nothing, and write down what they are asked. */
export class FakeTones implements ToneSource {
	/** What was asked of the ports, in order. */
	readonly asked: string[] = [];
	/** How many ports are open. */
	ports = 0;
	/** No port is free. */
	full = false;
	#next = 10_000;

	open(address: string): TonePort | undefined {
		if (this.full) return undefined;
		const port = this.#next;
		this.#next += 2;
		this.ports += 1;
		this.asked.push(`open ${address}`);
		let released = false;
		return {
			port,
			play: (tone: ToneName, to: ToneTarget) =>
				void this.asked.push(`play ${tone} to ${to.address}:${to.port} as ${to.payloadType}`),
			stop: () => void this.asked.push("stop"),
			release: () => {
				if (released) return;
				released = true;
				this.ports -= 1;
				this.asked.push("release");
			},
		};
	}

	/** What was asked since the last time. */
	take(): string[] {
		return this.asked.splice(0);
	}
}
