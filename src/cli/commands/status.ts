import { callJson, timeText } from "../../live/call-json.ts";
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

function toJson({
	version,
	commit,
	draining,
	inProgress,
	clusterLostSince: since,
	calls,
}: ServerStatus): string {
	const status = { version, ...(commit !== undefined && { commit }), draining, inProgress };
	const sight = since === undefined ? {} : { clusterLostSince: timeText(since) };
	return JSON.stringify({ ...status, ...sight, calls: calls.map(callJson) }, undefined, 2);
}

function toText(
	{ version, commit, draining, inProgress, clusterLostSince, calls }: ServerStatus,
	place: Place,
	paint: Paint,
): string {
	const what = `clicktocall ${version}${commit === undefined ? "" : ` (${commit})`} at ${place.text}`;
	const count = inProgress === 1 ? "1 call" : `${inProgress || "no"} calls`;
	const head = `${clean(what)}: ${count} in progress${draining ? paint("bad", "; stopping, takes no new calls") : ""}`;
	const lines = [head];
	if (clusterLostSince !== undefined) {
		const since = dateAndTime(clusterLostSince);
		lines.push(paint("bad", `other boxes not seen since ${since}: only calls of this box are shown`));
	}
	if (calls.length === 0) return lines.join("\n");
	// A box alone has no name.
	const boxes = calls.some(({ box }) => box !== undefined) ? ["BOX"] : [];
	const heading = ["ID", ...boxes, "SINCE", "STATE", "WAY", "FROM", "", "TO", ""];
	const rows = calls.map((call) => row(call, boxes.length > 0));
	return [...lines, "", ...tableLines(heading, rows, paint)].join("\n");
}

function row({ id, box, startedAt, state, way, initiator, destination }: LiveCall, withBox: boolean): Cell[] {
	return [
		{ text: id },
		...(withBox ? [{ text: box ?? "" }] : []),
		{ text: dateAndTime(startedAt) },
		{ text: state },
		{ text: way },
		...[initiator, destination].flatMap(phone),
	];
}

function phone({ address, state }: LiveLeg): Cell[] {
	return [{ text: address }, { text: state, tone: LEG_TONES[state] }];
}
