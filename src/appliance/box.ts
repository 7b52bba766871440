import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { loadSettings } from "../config/load.ts";
import { SETTINGS, type Settings } from "../config/settings.ts";
import { groupsIn, withGroups } from "../config/with-groups.ts";
import { withValues } from "../config/with-values.ts";
import type { WebPlace } from "../http/box/next-address.ts";
import { BoxError, type BoxSource, type TypedAccount } from "../http/box/types.ts";
import { sweepUploads } from "../http/upload/receive-form.ts";
import type { SipAccount } from "../sip/auth/digest-session.ts";
import { parseUri, requestUriOf } from "../sip/message/uri.ts";
import type { RegistrationOrder } from "../sip/registration/registration.ts";
import type { TrialOutcome } from "../sip/registration/trial.ts";
import type { URI } from "../sip/sipjs/grammar.ts";
import { systemWallClock } from "../time/wall-clock.ts";
import { collectSetUp } from "../transfer/collect.ts";
import { fitSetUp } from "../transfer/place-set-up.ts";
import { seal, unseal } from "../transfer/sealed.ts";
import { readSetUp, writeSetUp } from "../transfer/set-up.ts";
import { TransferError } from "../transfer/transfer-error.ts";
import { VERSION } from "../version.ts";
import { CertificateFiles } from "./certificate-files.ts";
import { configProblems } from "./config-problems.ts";
import type { OwnPlace } from "./own-place.ts";
import type { SettingsEditor } from "./settings-editor.ts";
import { updateSource } from "./update-source.ts";

/** What the pages that set a box up need of the server. */
export interface BoxOptions {
	readonly place: OwnPlace;
	/** Those that the server was started with. */
	readonly settings: Settings;
	readonly editor: SettingsEditor;
	readonly tryRegistration: (
		order: RegistrationOrder,
		accounts: readonly SipAccount[],
	) => Promise<TrialOutcome>;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse.
const CONTROL = /[\0-\x1f\x7f]/;

/** The host of the sample's rules, which stands for the PBX. */
const SAMPLE_HOST = "@example.com";

/** The set-up of this box, for its pages. */
export function boxSource({ place, settings, editor, tryRegistration }: BoxOptions): BoxSource {
	const { configFile, restart, updates } = place;
	// The service has a folder of its own: nobody else uploads to it.
	if (updates) sweepUploads(place.uploads, Number.POSITIVE_INFINITY);
	const certificates = new CertificateFiles(place, settings, editor.changes);
	/** As the file has it now. */
	const current = (): Settings => {
		const loaded = loadSettings({ argv: ["--config", configFile], cwd: process.cwd() });
		return loaded.ok ? { ...loaded.settings, certificatePath: settings.certificatePath } : settings;
	};
	return {
		uploads: place.uploads,
		settings: editor,
		account: () => accountOf(current()),
		tryAccount: async (typed) => {
			const [inForce] = current().sipAccounts;
			const { user, realm } = typed;
			const password = typed.password === "" ? (inForce?.password ?? "") : typed.password;
			const identity = identityOf(typed);
			return await tryRegistration({ identity, routeSet: [] }, [{ user, password, realm }]);
		},
		saveAccount: async (typed, by) => {
			const before = editor.changes.read();
			return await editor.changes.put({ before, config: withAccount(before, typed) }, by);
		},
		exportSetUp: (password) =>
			transferring(async () => {
				const { setUp } = collectSetUp({ configFile, settings: current(), folder: process.cwd() });
				return await seal(writeSetUp(setUp), password, { program: VERSION, made: systemWallClock.now() });
			}),
		importSetUp: (path, password, by) =>
			transferring(async () => {
				const setUp = readSetUp(await unseal(readFileSync(path, "latin1"), password));
				const before = editor.changes.read();
				const fitting = await fitSetUp(setUp, {
					configFile,
					emptyMeans: settings.certificatePath || process.cwd(),
					check: (staged, folder) =>
						configProblems(staged, folder, { folder: process.cwd(), madeBefore: [dirname(configFile)] }),
				});
				return await editor.changes.put({ ...fitting, before, checked: true }, by);
			}),
		certificates: () => certificates.list(),
		putCertificate: (pair, by) => certificates.put(pair, by),
		updates: updates && updateSource(updates, configFile),
		webPlaces: () => ({ now: webPlaceOf(settings), next: webPlaceOf(current()) }),
		restart,
	};
}

function webPlaceOf({ httpPort, httpsPort, httpBind, httpPrefix }: Settings): WebPlace {
	return { httpPort, httpsPort, bind: httpBind, prefix: httpPrefix };
}

function accountOf({ sipAccounts, clickToCallIdentity }: Settings): ReturnType<BoxSource["account"]> {
	const [account] = sipAccounts;
	const uri = account && parseUri(clickToCallIdentity);
	const port = uri?.port === undefined ? "" : `:${uri.port}`;
	const transport: unknown = uri?.getParam("transport");
	return {
		pbx: uri ? `${uri.host}${port}${transport ? `;transport=${transport}` : ""}` : "",
		user: account?.user ?? "",
		realm: account?.realm ?? "",
		hasPassword: (account?.password ?? "") !== "",
	};
}

/** The address of record of an account. @throws {BoxError} */
function identityOf({ pbx, user, password, realm }: TypedAccount): URI {
	if ([pbx, user, password, realm].some((value) => CONTROL.test(value)))
		throw new BoxError("a control character", "bad line");
	if (user === "" || /[\s@:;<>"]/.test(user)) throw new BoxError(user, "bad user");
	const place = pbx.replace(/^sips?:/i, "");
	const uri = /[\s@<>"?]/.test(place) ? undefined : parseUri(`sip:${encodeURIComponent(user)}@${place}`);
	if (!uri || uri.host === "") throw new BoxError(pbx, "bad pbx");
	return requestUriOf(uri);
}

/**
 * The configuration for an account: identity, credentials, registration, and the rules of the sample for its host. It is
 * the first account, if there are several.
 */
function withAccount(config: Buffer, typed: TypedAccount): Buffer {
	const identity = identityOf(typed);
	const { user, password, realm } = SETTINGS.sipAccounts.fields;
	const [first, ...others] = groupsIn(config, SETTINGS.sipAccounts);
	const account = {
		from: first?.from,
		values: {
			[user.name]: [typed.user],
			[password.name]: typed.password === "" ? (first?.values[password.name] ?? []) : [typed.password],
			[realm.name]: typed.realm === "" ? [] : [typed.realm],
		},
	};
	const changed = withValues(withGroups(config, SETTINGS.sipAccounts, [account, ...others]), {
		[SETTINGS.clickToCallIdentity.name]: identity.toRaw(),
		[SETTINGS.register.name]: "1",
	});
	const host = identity.toRaw().replace(/^.*@/, "@");
	const output = SETTINGS.translationRules.fields.output.name;
	const rule = new RegExp(`^(\\s*${output}\\s*=.*)${SAMPLE_HOST}(\\s*)$`, "gim");
	return Buffer.from(
		changed.toString("latin1").replace(rule, (_all, start, end) => `${start}${host}${end}`),
		"latin1",
	);
}

async function transferring<T>(step: () => Promise<T>): Promise<T> {
	try {
		return await step();
	} catch (error) {
		if (!(error instanceof TransferError)) throw error;
		throw new BoxError(error.message, error.fault, { cause: error });
	}
}
