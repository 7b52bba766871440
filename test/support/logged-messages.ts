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

/** Waits until the server has seen the answered BYE of every dialog, both phones' dialogs at least. */
export async function dialogsEnded(server: ServerProcess): Promise<void> {
	for (;;) {
		const answered = messages(server.output).filter(({ status }) => status >= 200 && status < 300);
		const idsOf = (method: string): Set<string> =>
			new Set(answered.filter((message) => message.method === method).map(({ callId }) => callId));
		const begun = idsOf("INVITE");
		if (begun.size > 0 && begun.isSubsetOf(idsOf("BYE"))) return;
		await Bun.sleep(50);
	}
}
