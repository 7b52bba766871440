import { expect, test } from "bun:test";
import fc from "fast-check";
import { readMessage } from "../../../../src/sip/message/reader.ts";
import { TransactionLayer } from "../../../../src/sip/reliability/transaction-layer.ts";
import { RFC_TIMERS } from "../../../../src/sip/reliability/types.ts";
import type { IncomingRequestMessage } from "../../../../src/sip/sipjs/core.ts";
import type { Flow, HostPort } from "../../../../src/sip/transport/types.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { answerBy, requestText, responseText, silentLog } from "./support.ts";

const TRANSIT = 20;

/** Two layers on one clock, and a network between them that loses what the test says, message by message. */
function connectLossy(clock: FakeClock, lostThere: () => boolean, lostBack: () => boolean) {
	const heard: string[] = [];
	const answers: Readonly<Record<string, number>> = { INVITE: 486, BYE: 200 };

	function makeEnd(
		name: string,
		remote: HostPort,
		lost: () => boolean,
		peer: () => { deliver(bytes: Uint8Array): void },
	) {
		const flow: Flow = {
			protocol: "UDP",
			remote,
			local: { address: "192.0.2.1", port: 5060 },
			reliable: false,
			open: true,
			send: (message) => {
				const bytes = Buffer.from(message as string);
				if (!lost()) clock.after(TRANSIT, () => peer().deliver(bytes));
			},
		};
		const layer: TransactionLayer = new TransactionLayer({
			clock,
			timers: RFC_TIMERS,
			log: silentLog,
			transport: { flowTo: () => flow, datagramFlow: () => flow },
			user: {
				onRequest: ({ method, viaBranch }: IncomingRequestMessage) => {
					heard.push(`${name} hears ${method}`);
					answerBy(layer, responseText(answers[method] ?? 500, method, { branch: viaBranch, toTag: "t" }));
				},
				onResponse: ({ statusCode, method }) => {
					heard.push(`${name} hears ${statusCode} to ${method}`);
					return true;
				},
			},
		});
		const deliver = (bytes: Uint8Array) => {
			const found = readMessage(bytes);
			if (found.kind === "request") layer.receiveRequest(found.message, flow);
			else if (found.kind === "response") layer.receiveResponse(found.message, flow);
			else throw new Error(found.reason);
		};
		return { layer, flow, deliver };
	}

	const caller = makeEnd("caller", { address: "192.0.2.9", port: 5060 }, lostThere, () => callee);
	const callee: ReturnType<typeof makeEnd> = makeEnd(
		"callee",
		{ address: "192.0.2.1", port: 5060 },
		lostBack,
		() => caller,
	);
	return { caller, callee, heard };
}

/** Loses one, two or no messages before each one that it lets through, as the pattern says. */
function lossy(pattern: readonly number[], count: () => void): () => boolean {
	let index = 0;
	let left = pattern[0] ?? 0;
	return () => {
		if (left > 0) {
			left--;
			count();
			return true;
		}
		index++;
		left = pattern[index % pattern.length] ?? 0;
		return false;
	};
}

test("with two of three messages lost at worst, each side hears each message once and nothing is left open", () => {
	const pattern = fc.array(fc.nat(2), { minLength: 1, maxLength: 12 });
	fc.assert(
		fc.property(fc.constantFrom("INVITE", "BYE"), pattern, pattern, (method, there, back) => {
			const clock = new FakeClock();
			let losses = 0;
			const countLoss = () => void losses++;
			const { caller, callee, heard } = connectLossy(clock, lossy(there, countLoss), lossy(back, countLoss));
			caller.layer.sendRequest(requestText(method), caller.flow);
			clock.advance(200_000);
			expect(heard).toEqual([
				`callee hears ${method}`,
				`caller hears ${method === "BYE" ? 200 : 486} to ${method}`,
			]);
			expect(caller.layer.open).toEqual({ clients: 0, servers: 0 });
			expect(callee.layer.open).toEqual({ clients: 0, servers: 0 });
			const repeated = caller.layer.counters.retransmissions + callee.layer.counters.retransmissions;
			if (losses === 0) expect(repeated).toBe(0);
			else expect(repeated).toBeGreaterThan(0);
			// A timer that serves many waits its time out although nobody needs it any more.
			clock.advance(3_600_000);
			expect(clock.pending).toBe(0);
		}),
	);
});
