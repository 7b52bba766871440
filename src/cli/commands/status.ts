import { callJson } from "../../live/call-json.ts";
import type { LegState, LiveCall, LiveLeg } from "../../live/types.ts";
import { dateAndTime } from "../../words/words.ts";
import { complain, write } from "../output.ts";
import type { ServerStatus } from "../remote/answer.ts";
import { openConnection } from "../remote/connection.ts";
import type { Credentials } from "../remote/http-client.ts";
import type { Place } from "../remote/place.ts";
import { type Cell, tableLines } from "../table.ts";
import { clean, type Paint, paintHere, type Tone } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

export interface StatusArguments {
	/** The id of a call, for that one only. */
	readonly operands: readonly string[];
	readonly json: boolean;
	readonly place: Place;
	/** For a server that is named by a URL. */
	readonly credentials: Credentials;
}

const LEG_TONES: Readonly<Record<LegState, Tone>> = {
	waiting: "quiet",
	calling: "busy",
	ringing: "busy",
	answered: "good",
	failed: "bad",
	over: "quiet",
};

/**
 * Shows a running server and its calls in progress.
 *
 * @returns 0, or 1 when the ID is unknown.
 * @throws {UsageError} for wrong arguments. @throws {RemoteError} when the server cannot be reached.
 */
export async function statusCommand({
	operands,
	json,
	place,
	credentials,
}: StatusArguments): Promise<number> {
	const [id, ...others] = operands;
	if (others.length > 0) throw new UsageError("expected at most one ID");
	const connection = await openConnection(place, credentials);
	try {
		const status = id === undefined ? await connection.status() : await connection.statusOf(id);
		if (!status) {
			complain(`clicktocall: no call ${clean(id ?? "")} is in progress or has just ended`);
			return 1;
		}
		const text = json ? toJson(status) : toText(status, place, paintHere());
		await write(`${text}\n`);
		return 0;
	} finally {
		connection.close();
	}
}

function toJson({ version, commit, draining, inProgress, calls }: ServerStatus): string {
	const status = { version, ...(commit !== undefined && { commit }), draining, inProgress };
	return JSON.stringify({ ...status, calls: calls.map(callJson) }, undefined, 2);
}

function toText(
	{ version, commit, draining, inProgress, calls }: ServerStatus,
	place: Place,
	paint: Paint,
): string {
	const what = `clicktocall ${version}${commit === undefined ? "" : ` (${commit})`} at ${place.text}`;
	const count = inProgress === 1 ? "1 call" : `${inProgress || "no"} calls`;
	const head = `${clean(what)}: ${count} in progress${draining ? paint("bad", "; stopping, takes no new calls") : ""}`;
	if (calls.length === 0) return head;
	return [
		head,
		"",
		...tableLines(["ID", "SINCE", "STATE", "WAY", "FROM", "", "TO", ""], calls.map(row), paint),
	].join("\n");
}

function row({ id, startedAt, state, way, initiator, destination }: LiveCall): Cell[] {
	return [
		{ text: id },
		{ text: dateAndTime(startedAt) },
		{ text: state },
		{ text: way },
		...[initiator, destination].flatMap(phone),
	];
}

function phone({ address, state }: LiveLeg): Cell[] {
	return [{ text: address }, { text: state, tone: LEG_TONES[state] }];
}
