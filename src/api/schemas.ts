import { z } from "@hono/zod-openapi";
import { CALL_ENDERS, CALL_STATE_NAMES } from "../call/events.ts";
import { RESULT_CLASSES, type ResultClass as ResultDigit } from "../call/results.ts";
import { TONE_NAMES } from "../call/tone.ts";
import { CALL_VIAS, CALL_WAYS, LEG_NAMES } from "../call/types.ts";
import { startOfNamedDay } from "../history/local-days.ts";
import { HISTORY_STATES } from "../history/types.ts";
import { LEG_STATE_NAMES } from "../live/types.ts";

/** Longest address that is accepted, in characters, as in the XML interface. */
const MAX_ADDRESS = 512;

const Time = z.iso.datetime().openapi({ example: "2026-03-01T09:30:00.000Z" });

const Way = z.enum(CALL_WAYS).openapi({
	description:
		"refer: the answering phone is referred to the destination and the server leaves. anchor: the server stays in the call.",
});

const CallState = z.enum(CALL_STATE_NAMES);

const LegName = z.enum(LEG_NAMES);

/** HTTP and SIP status codes. */
const ResultCode = z.int().min(100).max(699);

const Result = z
	.object({ code: ResultCode.openapi({ example: 180 }), leg: LegName.optional(), text: z.string() })
	.openapi("Result", { description: "A step of a call, with the codes and texts of the XML interface." });

const Origin = z
	.object({ via: z.enum(CALL_VIAS), peer: z.string().optional(), user: z.string().optional() })
	.openapi("Origin", { description: "Who asked for the call." });

const Ender = z.enum(CALL_ENDERS).openapi({
	description: "Who hung up; absent when nobody did: a phone refused, or the call was handed over.",
});

const Name = z.string().optional().openapi({ description: "Who that is in Contacts; absent if nobody." });

const Leg = z
	.object({
		address: z.string().openapi({ description: "As typed." }),
		name: Name,
		uri: z.string().openapi({ description: "As the translation rules turned it into a SIP URI." }),
		state: z.enum(LEG_STATE_NAMES),
		hears: z
			.enum(TONE_NAMES)
			.optional()
			.openapi({ description: "The tone that the server plays to the phone now; absent if it plays none." }),
	})
	.openapi("Leg");

/** Who asked for a call, and what happened when. */
const course = {
	origin: Origin,
	startedAt: Time,
	answeredAt: Time.optional(),
	endedAt: Time.optional(),
	result: Result.optional(),
	endedBy: Ender.optional(),
};

/** A call in progress, or one that has just ended. */
export const Call = z
	.object({
		id: z.string(),
		box: z
			.string()
			.optional()
			.openapi({ description: "The NodeName of the box that has the call; absent without ClusterUrl." }),
		way: Way,
		state: CallState,
		initiator: Leg,
		destination: Leg,
		...course,
	})
	.openapi("Call");

/** Calls, and whether they are all there are. */
const list = {
	calls: z.array(Call),
	clusterLostSince: Time.optional().openapi({
		description:
			"With ClusterUrl: since when the other boxes are not seen. Only the calls of this box are listed meanwhile. Absent while they are seen.",
	}),
};

/** Calls, in a list. */
export const Calls = z.object(list).openapi("Calls");

const CallEvent = z
	.object({
		number: z.int().min(1),
		at: Time,
		kind: z.enum(["placed", "tone", "state", "result"]),
		call: Call,
		result: Result.optional(),
		note: z.string().optional(),
	})
	.openapi("CallEvent");

const RefusedEvent = z
	.object({
		number: z.int().min(1),
		at: Time,
		kind: z.literal("refused"),
		request: z.object({
			initiator: z.string(),
			destination: z.string(),
			anchor: z.boolean(),
			origin: Origin,
		}),
		result: Result,
	})
	.openapi("RefusedEvent");

/** What the first server-sent event holds. */
export const Snapshot = z.object(list).openapi("Snapshot", {
	description: "The calls as they are when a stream begins, and when the other boxes are lost or seen again.",
});

/** What the data of the other server-sent events holds. */
export const Event = z.union([CallEvent, RefusedEvent]).openapi("Event");

const Address = z
	.string("expected an address, as a string")
	.trim()
	.min(1, "expected an address")
	.max(MAX_ADDRESS, `expected at most ${MAX_ADDRESS} characters`);

/** A request for a call. */
export const NewCall = z
	.strictObject({
		initiator: Address.openapi({
			description: "The phone that rings first: a number, a name, or a SIP address.",
			example: "201",
		}),
		destination: Address.openapi({
			description: "The phone that is called once the initiator has answered.",
			example: "+4930123456",
		}),
		// Not as a default: generators of clients then make a field of it that must be there.
		anchor: z.boolean("expected true or false").optional().openapi({
			description:
				"True: the server stays in the call and can end it. False, and when it is left out: it hands the call over.",
		}),
	})
	.openapi("NewCall");

const PastLeg = z.object({ address: z.string(), name: Name, uri: z.string().optional() }).openapi("PastLeg");

const pastCall = {
	id: z.string(),
	way: Way,
	state: z.enum(HISTORY_STATES).openapi({
		description:
			"The states of a call, and two more. refused: the request was refused and nobody was called. interrupted: the server went down during the call.",
	}),
	initiator: PastLeg,
	destination: PastLeg,
	...course,
};

/** A call of the history. */
export const PastCall = z.object(pastCall).openapi("PastCall");

const Step = z
	.object({
		at: Time,
		state: z.enum(HISTORY_STATES).optional(),
		note: z.string().optional(),
		code: ResultCode.optional(),
		leg: LegName.optional(),
	})
	.openapi("Step", { description: "A state that the call entered, or a result." });

/** A call of the history with everything that happened in it. */
export const PastCallDetails = z.object({ ...pastCall, steps: z.array(Step) }).openapi("PastCallDetails");

/** A page of the history. */
export const PastCalls = z
	.object({
		calls: z.array(PastCall),
		next: z.string().optional().openapi({ description: "The cursor of the next page, absent on the last." }),
	})
	.openapi("PastCalls");

const ResultClass = z
	.enum(RESULT_CLASSES.map((digit): `${ResultDigit}` => `${digit}`))
	.transform((digit) => Number(digit) as ResultDigit)
	.openapi({
		type: "string",
		enum: RESULT_CLASSES.map(String),
		description: "First digit of the final result's code.",
	});

/**
 * Milliseconds since 1970 of a time in a query, or of the start of a day in the server's time zone.
 *
 * @param days to go on from a day.
 */
function timeParameter(days: number, description: string) {
	return z
		.string()
		.transform((text, context) => {
			const time = z.iso.datetime({ offset: true }).safeParse(text);
			const found = time.success ? Date.parse(text) : startOfNamedDay(text, days);
			if (found !== undefined) return found;
			context.addIssue("expected a day such as 2026-03-01, or a time such as 2026-03-01T09:30:00Z");
			return z.NEVER;
		})
		.optional()
		.openapi({
			type: "string",
			anyOf: [{ format: "date" }, { format: "date-time" }],
			description,
			example: "2026-03-01",
		});
}

/** Which calls of the history are wanted. */
export const HistoryFilterQuery = z.strictObject({
	text: z
		.string()
		.max(200)
		.optional()
		.openapi({ description: "Part of an address, as typed or translated, or of a name in Contacts." }),
	result: ResultClass.optional(),
	way: Way.optional(),
	from: timeParameter(
		0,
		"Only calls requested at this time or later, or on this day of the server or later.",
	),
	// The last day is part of what is asked for.
	to: timeParameter(1, "Only calls requested before this time, or on this day of the server or before."),
});

/** A page of them. */
export const HistoryQueryParameters = HistoryFilterQuery.extend({
	cursor: z.string().optional().openapi({ description: "`next` of the previous page." }),
	limit: z.coerce
		.number()
		.int()
		.min(1)
		.max(500)
		.default(50)
		.openapi({ type: "integer", minimum: 1, maximum: 500, default: 50 }),
});

/** What an address becomes. */
export const TranslatedAddress = z
	.object({
		address: z.string(),
		cleaned: z.string().openapi({ description: "What the rules saw." }),
		uri: z.string().openapi({ example: "sip:201@pbx.example.com" }),
		rule: z.object({
			pattern: z.string(),
			output: z.string(),
			file: z.string(),
			line: z.int(),
			engine: z.string(),
		}),
	})
	.openapi("TranslatedAddress");

/** RFC 9457. */
export const ProblemDocument = z
	.object({
		type: z.string(),
		title: z.string(),
		status: z.int().min(400).max(599),
		detail: z.string().optional(),
		errors: z.array(z.object({ field: z.string(), problem: z.string() })).optional(),
	})
	.openapi("Problem");
