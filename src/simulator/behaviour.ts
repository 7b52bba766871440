import { PCMA, PCMU, SECURE_PCMU, type Speech } from "./speech.ts";

/** What a phone sends between the INVITE and its final response. */
export interface Ringing {
	readonly status: 180 | 183;
	/** Whether it carries a session description (early media). */
	readonly sdp: boolean;
	/** Sent reliably if the caller supports it (RFC 3262). */
	readonly reliable: boolean;
}

/** What a phone does with a REFER. */
export interface ReferPolicy {
	/** 200 to 299 accepts; anything above refuses. */
	readonly status: number;
	/**
	 * `call`: calls the target and reports how that goes; `silent`: neither calls nor reports; `unreported`:
	 * calls the target, ends its reports with 100 and hangs up once the target has answered; a status code:
	 * calls nobody and reports that its attempt ended with it.
	 */
	readonly outcome: "call" | "silent" | "unreported" | number;
	/** Whether it hangs up as soon as it has accepted. */
	readonly bye: boolean;
}

/** How a PBX handles REFERs that come before it has connected its own calls. */
export interface EarlyRefers {
	/** How many come too early. */
	readonly times: number;
	/** The status with which they fail. */
	readonly status: number;
	/** Whether that status refuses the REFER itself, or is reported as its outcome. */
	readonly refused: boolean;
}

/** How a simulated phone treats a call; all times in milliseconds. */
export interface Behaviour {
	/** Never answers a packet. */
	readonly silent: boolean;
	/** Sends 100 at once. */
	readonly trying: boolean;
	/** Undefined: no provisional response except 100. */
	readonly ringing: Ringing | undefined;
	/** From the INVITE to ringing. */
	readonly ringDelay: number;
	/** From ringing to the final response; Infinity: rings until it is cancelled. */
	readonly answerDelay: number;
	/** Final response; 200 answers. */
	readonly status: number;
	/** Reason phrase; undefined: the usual one. */
	readonly reason: string | undefined;
	/** More header lines of a refusal, such as `Retry-After: 5`. */
	readonly lines: readonly string[];
	/** Contact URIs of a redirection; empty: the phone chooses. */
	readonly contacts: readonly string[];
	/** Whether the 200 carries a session description. */
	readonly sdp: boolean;
	readonly speech: Speech;
	/** How many 200s, each with its own To tag. */
	readonly forks: number;
	/** Refuses an INVITE whose Session-Expires is below this many seconds with 422; 0: accepts any. */
	readonly minSe: number;
	/** Agrees to session timers, the caller refreshing (RFC 4028). */
	readonly timer: boolean;
	/** How many re-INVITEs get 491 before one is accepted. */
	readonly glare: number;
	/** Final response to every other re-INVITE; 200 accepts it. */
	readonly reinviteStatus: number;
	readonly refer: ReferPolicy;
	readonly earlyRefers: EarlyRefers;
	/**
	 * Sends a re-INVITE this long after its 200, or with the ACK to that, like a PBX that lets the media of
	 * its phones bypass it; undefined: never on its own.
	 */
	readonly reinviteDelay: number | undefined;
	/** Hangs up this long after the ACK; undefined: never on its own. */
	readonly hangupDelay: number | undefined;
}

/** Some options; `refer` may be partial. */
export type BehaviourOptions = Partial<Omit<Behaviour, "refer">> & { readonly refer?: Partial<ReferPolicy> };

/** Numbers that a user part carries: `late-300ms`, `norefer405`. */
export interface BehaviourNumbers {
	/** From `-<n>ms`, in milliseconds. */
	readonly delay?: number;
	/** Three digits at the end of the name. */
	readonly status?: number;
}

/** A named behaviour: options, or a function that builds them from the numbers in the user part. */
export type BehaviourRule = BehaviourOptions | ((numbers: BehaviourNumbers) => BehaviourOptions);

const RING: Ringing = { status: 180, sdp: false, reliable: false };

/** A phone that rings, answers at once, and carries out a REFER. */
export const ANSWERING: Behaviour = {
	silent: false,
	trying: false,
	ringing: RING,
	ringDelay: 0,
	answerDelay: 0,
	status: 200,
	reason: undefined,
	lines: [],
	contacts: [],
	sdp: true,
	speech: PCMU,
	forks: 1,
	minSe: 0,
	timer: false,
	glare: 0,
	reinviteStatus: 200,
	refer: { status: 202, outcome: "call", bye: false },
	earlyRefers: { times: 0, status: 400, refused: false },
	reinviteDelay: undefined,
	hangupDelay: undefined,
};

/**
 * Completes a behaviour from some options.
 * @param base what the options change; a phone that answers by default.
 * @example defineBehaviour({ answerDelay: 50, refer: { status: 603 } })
 */
export function defineBehaviour(options: BehaviourOptions, base: Behaviour = ANSWERING): Behaviour {
	return { ...base, ...options, refer: { ...base.refer, ...options.refer } };
}

function refuse(status: number): BehaviourRule {
	return ({ delay = 0 }) => ({ ringing: undefined, answerDelay: delay, status });
}

/** Behaviours by the user part of the Request-URI; the names that end in a code accept any code. */
export const BEHAVIOURS: Readonly<Record<string, BehaviourRule>> = {
	answer: ({ delay = 0 }) => ({ answerDelay: delay }),
	late: ({ delay = 1000 }) => ({ answerDelay: delay }),
	noring: ({ delay = 0 }) => ({ ringing: undefined, trying: true, answerDelay: delay }),
	busy: refuse(486),
	decline: refuse(603),
	notfound: refuse(404),
	unavailable: refuse(503),
	/** `status480`, `status488-20ms`. */
	status: ({ status = 480, delay = 0 }) => ({ ringing: undefined, answerDelay: delay, status }),
	/** Rings and then refuses: `noanswer`, `noanswer486-50ms`. */
	noanswer: ({ status = 480, delay = 50 }) => ({ answerDelay: delay, status }),
	ring: { answerDelay: Number.POSITIVE_INFINITY },
	silent: { silent: true },
	redirect: ({ status = 302 }) => ({ ringing: undefined, status }),
	fork: { forks: 2 },
	nosdp: { sdp: false },
	pcma: { speech: PCMA },
	/** Accepts and offers only secure streams. */
	srtp: { speech: SECURE_PCMU },
	/** Sends a re-INVITE once it has answered: `direct`, `direct-20ms`. */
	direct: ({ delay = 0 }) => ({ reinviteDelay: delay }),
	glare: { glare: 1 },
	/** Refuses every re-INVITE: `noreinvite`, `noreinvite415`. */
	noreinvite: ({ status = 488 }) => ({ reinviteStatus: status }),
	minse: { minSe: 3600, timer: true },
	timer: { timer: true },
	early: ({ delay = 50 }) => ({ ringing: { status: 183, sdp: true, reliable: false }, answerDelay: delay }),
	reliable: ({ delay = 0 }) => ({ ringing: { ...RING, reliable: true }, answerDelay: delay }),
	"early-reliable": ({ delay = 0 }) => ({
		ringing: { status: 183, sdp: true, reliable: true },
		answerDelay: delay,
	}),
	hangup: ({ delay = 50 }) => ({ hangupDelay: delay }),
	norefer: ({ status = 501 }) => ({ refer: { status } }),
	"accept-refer-silent": { refer: { outcome: "silent" } },
	"refer-bye": { refer: { bye: true } },
	"refer-bye-silent": { refer: { bye: true, outcome: "silent" } },
	"refer-busy": ({ status = 486 }) => ({ refer: { outcome: status } }),
	"refer-unreported": { refer: { outcome: "unreported" } },
	/** `refer-early`, `refer-early503`: the first REFER fails, and the phone reports it; the next one does not. */
	"refer-early": ({ status = 400 }) => ({ earlyRefers: { times: 1, status, refused: false } }),
	/** `refer-early-refused500`: the same, with the failure as the answer to the REFER. */
	"refer-early-refused": ({ status = 500 }) => ({ earlyRefers: { times: 1, status, refused: true } }),
	/** Every REFER fails in this way. */
	"refer-never": ({ status = 400 }) => ({
		earlyRefers: { times: Number.POSITIVE_INFINITY, status, refused: false },
	}),
	/** `refer-fails404`: like `refer-busy`, with any code. */
	"refer-fails": ({ status = 480 }) => ({ refer: { outcome: status } }),
};

/** How a phone finds behaviours: its own names before the common ones, on top of its own default. */
export interface BehaviourBook {
	readonly named: ReadonlyMap<string, BehaviourRule>;
	readonly fallback: Behaviour;
}

const DELAY = /-(\d{1,7})ms$/;
const STATUS = /^(.*\D)(\d{3})$/;

/**
 * The behaviour that a user part asks for. Names are joined by `+` (`early+norefer405`); a later one
 * overrides those before it; unknown names change nothing.
 */
export function behaviourFor(user: string, book: BehaviourBook): Behaviour {
	let behaviour = book.fallback;
	for (const part of user.split("+")) behaviour = defineBehaviour(lookUp(part, book.named), behaviour);
	return behaviour;
}

function lookUp(part: string, named: ReadonlyMap<string, BehaviourRule>): BehaviourOptions {
	const find = (name: string) =>
		named.get(name) ?? (Object.hasOwn(BEHAVIOURS, name) ? BEHAVIOURS[name] : undefined);
	const direct = find(part);
	if (direct !== undefined) return typeof direct === "function" ? direct({}) : direct;
	const delay = DELAY.exec(part)?.[1];
	const name = delay === undefined ? part : part.slice(0, -delay.length - 3);
	const [, stem = "", code] = STATUS.exec(name) ?? [];
	const rule = find(name) ?? find(stem);
	if (typeof rule !== "function") return rule ?? {};
	const status = find(name) === undefined && code !== undefined ? Number(code) : undefined;
	return rule({
		...(delay === undefined ? {} : { delay: Number(delay) }),
		...(status === undefined ? {} : { status }),
	});
}
