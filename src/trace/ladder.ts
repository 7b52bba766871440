import { isMessage, type TracedCall } from "./traced-call.ts";
import { branchOf, fieldOf, type TracedMessage } from "./traced-message.ts";

/** Characters from one lifeline to the next. */
const STEP = 38;
/** Where the first lifeline stands: after the time. */
const MARGIN = 24;
const LONGEST_LABEL = STEP - 8;

/**
 * Draws a call as a ladder: the server stands between the first leg and the others, each message is an arrow
 * with its time, and what the log says of the call stands between them.
 *
 * @returns lines without line breaks.
 */
export function drawLadder(call: TracedCall): string[] {
	const legs = call.callIds;
	const server = Math.min(1, legs.length);
	const columns = legs.length + 1;
	const columnOf = (callId: string): number => {
		const leg = legs.indexOf(callId);
		return leg >= server ? leg + 1 : leg;
	};
	const seen = new Set<string>();
	const lines = [...heading(call, columnOf, server, columns), lifelines(columns)];
	for (const event of call.events) {
		const time = event.at.slice(11, 23);
		if (!isMessage(event)) {
			lines.push(`${time}  * ${event.text}`);
			continue;
		}
		const key = repetitionKey(event);
		const label = labelOf(event) + (seen.has(key) ? " (again)" : "");
		seen.add(key);
		const phone = columnOf(event.callId);
		const [from, to] = event.direction === "sent" ? [server, phone] : [phone, server];
		lines.push(time + arrow(lifelines(columns), from, to, label).slice(time.length));
	}
	return lines;
}

/** Who stands at each lifeline, and which Call-ID it has. */
function heading(
	call: TracedCall,
	columnOf: (callId: string) => number,
	server: number,
	columns: number,
): string[] {
	const titles: string[] = Array.from({ length: columns }, () => "");
	titles[server] = "server";
	const legs = call.callIds.map((callId) => {
		const first = call.events.filter(isMessage).find((message) => message.callId === callId);
		const peer = first ? `${first.peer} ${first.protocol}` : "";
		titles[columnOf(callId)] = peer;
		return `${peer}: Call-ID ${callId}`;
	});
	let line = "";
	for (const [column, title] of titles.entries()) {
		const start = Math.max(0, MARGIN + column * STEP - Math.floor(title.length / 2));
		line = `${line.padEnd(start)}${title}`;
	}
	return [`call ${call.id}`, ...legs.map((leg) => `  ${leg}`), "", line];
}

function lifelines(columns: number): string {
	return " ".repeat(MARGIN) + Array.from({ length: columns }, () => "│").join(" ".repeat(STEP - 1));
}

/** Draws an arrow with its label over the lifelines. */
function arrow(row: string, from: number, to: number, text: string): string {
	const left = MARGIN + Math.min(from, to) * STEP + 1;
	const width = Math.abs(to - from) * STEP - 1;
	const label = ` ${text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text} `;
	const shaft = "─".repeat(width - 1 - label.length);
	const before = Math.floor(shaft.length / 2);
	const body = `${shaft.slice(0, before)}${label}${shaft.slice(before)}`;
	const drawn = to > from ? `${body}▶` : `◀${body}`;
	return row.slice(0, left) + drawn + row.slice(left + width);
}

/** What two sendings of one message have in common (RFC 3261 section 17). */
function repetitionKey(message: TracedMessage): string {
	const parts = [
		message.direction,
		message.callId,
		message.startLine,
		branchOf(message),
		fieldOf(message, "CSeq"),
	];
	return parts.join(" ");
}

function labelOf(message: TracedMessage): string {
	const { startLine, body } = message;
	const response = /^SIP\/2\.0 +(\d{3}) *(.*)$/i.exec(startLine);
	const carries = /^v=0/m.test(body) ? " +SDP" : "";
	const [, cseqMethod = ""] = /^\d+\s+(\S+)/.exec(fieldOf(message, "CSeq") ?? "") ?? [];
	if (response) return `${response[1]} ${response[2]} (${cseqMethod})${carries}`;
	const method = startLine.split(" ", 1)[0] ?? "";
	const again = method === "INVITE" && /;\s*tag=/i.test(fieldOf(message, "To") ?? "");
	// What a REFER has come to (RFC 3515 section 2.4.5).
	const [fragment = ""] = method === "NOTIFY" ? (/\d{3}.*/.exec(body.split("\n", 1)[0] ?? "") ?? []) : [];
	return `${again ? "re-" : ""}${method}${fragment === "" ? "" : ` "${fragment.trim()}"`}${carries}`;
}
