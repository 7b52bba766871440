/** Clients during a flood: one sends OPTIONS, one places calls, and both record how long it takes. */
import { SimulatedPhone } from "../../../src/simulator/phone.ts";
import { XmlCaller } from "../soak/xml-caller.ts";

const HOST = "127.0.0.1";
const OPTIONS_MS = 100;
const CALL_MS = 500;
/** When a request is sent again: timer E of RFC 3261, without growing. */
const REPEAT_MS = 500;
/** After this time nothing more is waited for. */
const LOST_MS = 10_000;

/** What the witnesses saw. */
export interface Testimony {
	readonly options: number;
	readonly slowestOptionsMs: number;
	readonly lostOptions: number;
	readonly calls: number;
	readonly slowestCallMs: number;
	/** Calls that were refused, or of which nothing was heard. */
	readonly badCalls: number;
}

interface Waiting {
	readonly since: number;
	readonly text: string;
	repeatAt: number;
}

/** Watches for a time. @param sipPort, xmlPort of the server. */
export async function watch(sipPort: number, xmlPort: number, milliseconds: number): Promise<Testimony> {
	const questions = new Map<number, Waiting>();
	let slowestOptionsMs = 0;
	const socket = await Bun.udpSocket({
		hostname: HOST,
		port: 0,
		binaryType: "buffer",
		socket: {
			data: (_socket, bytes) => {
				const number = Number(/^CSeq: *(\d+)/im.exec(bytes.toString("latin1"))?.[1]);
				const question = questions.get(number);
				if (!question) return;
				questions.delete(number);
				slowestOptionsMs = Math.max(slowestOptionsMs, performance.now() - question.since);
			},
			error: () => {},
		},
	});
	const calls = new Map<number, number>();
	let slowestCallMs = 0;
	let refused = 0;
	const phone = await SimulatedPhone.start({ address: HOST, port: 0, protocol: "UDP", record: false });
	let open = true;
	const caller = await XmlCaller.connect(HOST, xmlPort, {
		accepted: () => {},
		result: (ref, code, leg) => {
			const since = calls.get(ref);
			if (since === undefined || code < 200 || (code < 300 && leg !== "Destination")) return;
			calls.delete(ref);
			if (code >= 300) refused += 1;
			else slowestCallMs = Math.max(slowestCallMs, performance.now() - since);
		},
		closed: () => {
			open = false;
		},
	});
	const send = (text: string): void => {
		try {
			socket.send(text, sipPort, HOST);
		} catch {
			// An error of an earlier datagram; it is sent again.
		}
	};
	const start = performance.now();
	let asked = 0;
	let placed = 0;
	for (let now = start; now - start < milliseconds + LOST_MS; now = performance.now()) {
		const flooding = now - start < milliseconds;
		if (!flooding && questions.size + calls.size === 0) break;
		if (flooding && (now - start) / OPTIONS_MS >= asked) {
			asked += 1;
			const text = optionsText(asked, socket.port);
			questions.set(asked, { since: now, text, repeatAt: now + REPEAT_MS });
			send(text);
		}
		if (flooding && open && (now - start) / CALL_MS >= placed) {
			placed += 1;
			calls.set(placed, now);
			caller.place({
				ref: placed,
				initiator: phone.uri("answer"),
				destination: phone.uri("hangup-500ms"),
				anchored: placed % 2 === 0,
			});
		}
		for (const question of questions.values()) {
			if (now < question.repeatAt) continue;
			question.repeatAt = now + REPEAT_MS;
			send(question.text);
		}
		await Bun.sleep(5);
	}
	caller.stop();
	socket.close();
	await phone.stop();
	return {
		options: asked,
		slowestOptionsMs: questions.size > 0 ? Number.POSITIVE_INFINITY : slowestOptionsMs,
		lostOptions: questions.size,
		calls: placed,
		slowestCallMs,
		badCalls: refused + calls.size,
	};
}

function optionsText(number: number, port: number): string {
	return (
		`OPTIONS sip:${HOST} SIP/2.0\r\nVia: SIP/2.0/UDP ${HOST}:${port};branch=z9hG4bKw${port}n${number};rport\r\n` +
		`Max-Forwards: 70\r\nFrom: <sip:witness@${HOST}>;tag=w${number}\r\nTo: <sip:${HOST}>\r\n` +
		`Call-ID: w${number}@${HOST}\r\nCSeq: ${number} OPTIONS\r\nContent-Length: 0\r\n\r\n`
	);
}
