import { isXmlText } from "../../xml/characters.ts";
import { complain, say } from "../output.ts";
import { type Answer, textIn } from "../remote/answer.ts";
import type { CallConnection } from "../remote/call-connection.ts";
import { openConnection } from "../remote/connection.ts";
import type { Credentials } from "../remote/http-client.ts";
import type { Place } from "../remote/place.ts";
import { isFinal } from "../remote/xml-connection.ts";
import { StopSignals } from "../server/stop-signals.ts";
import { clean, type Paint, paintHere } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

/** A call to place from the command line. */
export interface CallArguments {
	readonly operands: readonly string[];
	readonly anchor: boolean;
	readonly place: Place;
	/** For a server that is named by a URL. */
	readonly credentials: Credentials;
}

/**
 * Places a call on a running server and shows its results as they arrive. The first Ctrl-C hangs the call up, the
 * second one ends the program.
 *
 * @returns the exit code for the outcome, as in the help.
 * @throws {UsageError} for wrong arguments. @throws {RemoteError} when the server cannot be reached.
 */
export async function callCommand({ operands, anchor, place, credentials }: CallArguments): Promise<number> {
	const [initiator, destination, ...others] = operands;
	if (!initiator || !destination || others.length > 0) throw new UsageError("expected FROM and TO");
	for (const address of [initiator, destination]) {
		if (!isXmlText(address))
			throw new UsageError(`${clean(address)}: expected an address without control characters`);
	}
	const signals = new StopSignals();
	const connection = await openConnection(place, credentials);
	const paint = paintHere();
	say(clean(`${initiator} calls ${destination}${anchor ? ", anchored" : ""}`));
	/** Undefined when the server does not tell it. */
	const known = Promise.withResolvers<string | undefined>();
	const final = connection.place({ initiator, destination, anchor }, (answer) => {
		known.resolve(textIn(answer.response, "Id"));
		for (const line of describe(answer, paint)) say(line);
	});
	const abandoned = signals.first.then(async () => hangUp(connection, await known.promise));
	try {
		// A successful hang-up shows as the final result.
		const result = await Promise.race([final, abandoned.then((hungUp) => (hungUp ? final : undefined))]);
		return result ? exitCode(result) : CANNOT_BE_ASKED;
	} finally {
		connection.close();
	}
}

/** Exit code when the hang-up could not be asked for, so that the call goes on. */
const CANNOT_BE_ASKED = 2;

function exitCode({ code, leg }: Pick<Answer, "code" | "leg">): number {
	if (code < 300) return 0;
	if (code === 487) return 5;
	if (leg === "") return 1;
	return leg === "Initiator" ? 3 : 4;
}

/** @returns false when there will be no more results of the call. */
async function hangUp(connection: CallConnection, id: string | undefined): Promise<boolean> {
	if (id === undefined) {
		complain("clicktocall: this server does not send the ID of the call, so the call goes on");
		return false;
	}
	complain("hanging up; press Ctrl-C again to quit at once");
	const said = await connection.hangUp(id);
	const more = said?.split("; ")[1];
	if (more) complain(`clicktocall: ${clean(more)}`);
	return true;
}

function describe(answer: Answer, paint: Paint): string[] {
	const { code, leg, text, response } = answer;
	const mark = !isFinal(answer) ? " " : code < 300 ? "+" : "!";
	const tone = code >= 300 ? "bad" : code >= 200 ? "good" : "busy";
	const more = [
		["id", "Id"],
		["from", "TranslatedInitiator"],
		["to", "TranslatedDestination"],
	].flatMap(([label = "", name = ""]) => {
		const value = textIn(response, name);
		return value === undefined ? [] : [paint("quiet", `      ${label.padStart(4)} ${clean(value)}`)];
	});
	return [`${mark} ${paint(tone, `${code} ${leg.padEnd(11)} ${clean(text)}`)}`, ...more];
}
