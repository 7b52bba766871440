import { PASSWORD_OR_HASHES, USER_NAME } from "./password-types.ts";
import { group, single } from "./setting.ts";
import { API_TOKEN, BOOLEAN, text } from "./value-type.ts";

const INTERFACES = "XML and HTTP interfaces";

/** Settings that say who may use the web pages and the interface for programs. */
export const ACCESS_SETTINGS = {
	httpAuth: single({
		section: INTERFACES,
		name: "HttpAuth",
		type: BOOLEAN,
		default: false,
		sample: "1",
		help: "require a password for the web pages and /api (Digest, over TLS also Basic; the user is admin, or an HttpUser)",
	}),
	httpAuthPwd: single({
		section: INTERFACES,
		name: "HttpAuthPwd",
		type: PASSWORD_OR_HASHES,
		default: "admin",
		sample: "admin",
		secret: true,
		help: "the password of admin for HttpAuth, or its hashes, as clicktocall password prints them",
		details: ["Choose your own."],
	}),
	firstRun: single({
		section: INTERFACES,
		name: "FirstRun",
		type: BOOLEAN,
		default: false,
		help: "ask the first visitor of the LAN for the password of admin, and do nothing else until there is one",
		details: [
			"The pages take this line out once the password is set. For a box that is new; needs HttpPort.",
		],
	}),
	browserSetup: single({
		section: INTERFACES,
		name: "BrowserSetup",
		type: BOOLEAN,
		default: true,
		help: "let admin change the set-up and the program in the browser (/setup)",
		details: ["With 0, only those who may write the configuration can. It cannot be set by the pages."],
	}),
	httpUsers: group({
		section: INTERFACES,
		fields: {
			name: {
				name: "HttpUser",
				type: USER_NAME,
				help: "name of a user of the web pages and /api besides admin, for HttpAuth; may be repeated",
			},
			password: {
				name: "HttpUserPassword",
				type: PASSWORD_OR_HASHES,
				secret: true,
				help: "password of the HttpUser above it, or its hashes, as clicktocall password prints them",
			},
			phones: {
				name: "HttpUserPhone",
				type: text({ placeholder: "ADDRESS", expected: "a number, a name or a SIP address", required: true }),
				many: "some",
				help: "phone of the HttpUser above it, as typed for a call: the only one that the user may call from; may be repeated",
			},
		},
		help: "users that place calls from their own phones, and see and end only their own calls",
		details: ["Their own are the calls that they have placed, and those from their phones."],
		sample: ["#HttpUser = anna", "#HttpUserPassword = PASSWORD", "#HttpUserPhone = 201"],
	}),
	httpApiTokens: group({
		section: INTERFACES,
		fields: {
			token: {
				name: "HttpApiToken",
				type: API_TOKEN,
				secret: true,
				help: "token that programs may send to /api and /metrics instead of the password; may be repeated",
			},
			name: {
				name: "HttpApiTokenName",
				type: USER_NAME,
				default: "",
				help: "name of the program with the HttpApiToken above it, for the log and the history",
			},
			phones: {
				name: "HttpApiTokenPhone",
				type: text({ placeholder: "ADDRESS", expected: "a number, a name or a SIP address", required: true }),
				many: "any",
				help: "phone that the HttpApiToken above it is bound to, as an HttpUser to an HttpUserPhone; may be repeated",
			},
		},
		help: "tokens of programs; once there is one, /api and /metrics require a token or the password",
		sample: ["#HttpApiToken = YOUR-OWN-API-TOKEN", "#HttpApiTokenName = crm", "#HttpApiTokenPhone = 201"],
	}),
} as const satisfies Readonly<Record<string, unknown>>;
