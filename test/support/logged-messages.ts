import type { ServerProcess } from "./server-process.ts";

interface Logged {
	readonly callId: string;
	readonly method: string;
	readonly status: number;
}

/** The SIP messages in the server's log; its level is STACK. */
function messages(log: string): Logged[] {
	return log
		.split(/^\d{4}-/m)
		.filter((entry) => /^\S+ STACK +sip/.test(entry))
		.map((entry) => ({
			callId: /^ +Call-ID: (\S+)/im.exec(entry)?.[1] ?? "",
			method: /^ +CSeq: \d+ (\S+)/im.exec(entry)?.[1] ?? "",
			status: Number(/^ +SIP\/2\.0 (\d+)/m.exec(entry)?.[1] ?? 0),
		}));
}

/** How long a dialog may take to end, in milliseconds: a BYE is repeated for half a minute (RFC 3261 17.1.2.2). */
const PATIENCE = 40_000;

/**
 * Waits until the server has seen the answered BYE of every dialog of this test. The log comes in batches: one that
 * still lacks the test's dialogs shows those of the tests before, all of them ended.
 *
 * @param from where the test begins in the server's output.
 */
export async function dialogsEnded(server: ServerProcess, from: number): Promise<void> {
	const until = Date.now() + PATIENCE;
	for (;;) {
		const logged = messages(server.output.slice(from));
		const answered = logged.filter(({ status }) => status >= 200 && status < 300);
		const idsOf = (method: string): Set<string> =>
			new Set(answered.filter((message) => message.method === method).map(({ callId }) => callId));
		const begun = idsOf("INVITE");
		const open = begun.difference(idsOf("BYE"));
		if (begun.size > 0 && open.size === 0) return;
		if (Date.now() > until) throw new Error(`of ${begun.size} dialogs no BYE ends ${[...open].join(", ")}`);
		await Bun.sleep(50);
	}
}
