import { parseAddress } from "../net/address.ts";
import { AllowList, parseCidr } from "../net/allow-list.ts";
import { type ConfigProblem, problem } from "./problem.ts";
import { SETTINGS, type Settings } from "./settings.ts";

/** A TCP port that the server opens in any case; no addresses = all. */
interface Listener {
	readonly name: string;
	readonly port: number;
	readonly addresses: readonly string[];
}

/**
 * Problems with settings that are valid one by one.
 *
 * @param context.hasFile false for the built-in defaults, which have no rules on purpose
 */
export function checkTogether(settings: Settings, context: { readonly hasFile: boolean }): ConfigProblem[] {
	const { httpAuth, httpAuthPwd, httpApiTokens, translationRules, numberCleaning, defaultCountry } = settings;
	const problems = clashes(listenersOf(settings));
	const warn = (setting: string, text: string): void => {
		problems.push(problem("warning", { setting }, text));
	};
	if (httpAuth && httpAuthPwd === SETTINGS.httpAuthPwd.default)
		warn(SETTINGS.httpAuthPwd.name, "this is the default password, which everyone knows; choose your own");
	if ((httpAuth || httpApiTokens.length > 0) && isXmlOpen(settings)) {
		const closed = httpAuth ? SETTINGS.httpAuth.name : SETTINGS.httpApiTokens.fields.token.name;
		warn(
			SETTINGS.xmlRpcAllow.name,
			`${closed} protects the pages, but anyone can place calls over the XML interface without a password; list here who may connect`,
		);
	}
	problems.push(...userProblems(settings));
	for (const { user, password, file, line } of settings.sipAccounts) {
		if (user === "" || password !== "") continue;
		const setting = SETTINGS.sipAccounts.fields.user.name;
		const text = `no ${SETTINGS.sipAccounts.fields.password.name} follows it: the password is empty`;
		problems.push(problem("warning", { file, line, setting }, text));
	}
	const without = (setting: string, needed: string): void =>
		warn(setting, `it has no effect without ${needed}`);
	if (settings.httpsPort === 0) {
		if (settings.httpRedirect) without(SETTINGS.httpRedirect.name, SETTINGS.httpsPort.name);
		if (settings.httpsHsts > 0) without(SETTINGS.httpsHsts.name, SETTINGS.httpsPort.name);
	}
	if (settings.registerBy === "one") {
		if (!settings.register) without(SETTINGS.registerBy.name, SETTINGS.register.name);
		else if (settings.clusterUrl === "") without(SETTINGS.registerBy.name, SETTINGS.clusterUrl.name);
	}
	if (settings.xmlRpcMutualTls && settings.xmlRpcTlsPort === 0)
		without(SETTINGS.xmlRpcMutualTls.name, SETTINGS.xmlRpcTlsPort.name);
	if (defaultCountry !== "" && !numberCleaning)
		warn(SETTINGS.defaultCountry.name, `it has no effect without ${SETTINGS.numberCleaning.name}`);
	if (context.hasFile && translationRules.length === 0)
		warn(
			SETTINGS.translationRules.fields.pattern.name,
			"there are no translation rules, so every address is refused",
		);
	return problems;
}

/** Users and programs that cannot be told apart, or whose limits would mean nothing. */
function userProblems({ httpAuth, httpUsers, httpApiTokens }: Settings): ConfigProblem[] {
	const problems: ConfigProblem[] = [];
	const names = new Set<string>();
	const named = [
		...httpUsers.map((user) => ({ ...user, setting: SETTINGS.httpUsers.fields.name.name })),
		...httpApiTokens.map((token) => ({ ...token, setting: SETTINGS.httpApiTokens.fields.name.name })),
	];
	for (const { name, setting, file, line } of named) {
		if (name === "") continue;
		const expected = "a name that no other user or program has";
		if (names.has(name)) problems.push(problem("error", { file, line, setting, value: name, expected }));
		names.add(name);
	}
	const [user] = httpUsers;
	if (user && !httpAuth) {
		const { file, line } = user;
		const text = `expected ${SETTINGS.httpAuth.name} = 1 with it: without passwords everyone may do everything`;
		problems.push(problem("error", { file, line, setting: SETTINGS.httpUsers.fields.name.name }, text));
	}
	const bound = httpApiTokens.find(({ phones }) => phones.length > 0);
	if (bound && !httpAuth) {
		const { file, line } = bound;
		const setting = SETTINGS.httpApiTokens.fields.phones.name;
		const text = `the token is bound to it, but without ${SETTINGS.httpAuth.name} everyone may use the pages`;
		problems.push(problem("warning", { file, line, setting }, text));
	}
	return problems;
}

/** Whether anyone who can reach this machine can use the XML interface. */
function isXmlOpen({ xmlRpcPort, xmlRpcBind, xmlRpcAllow }: Settings): boolean {
	if (xmlRpcPort === 0) return false;
	const bound = xmlRpcBind.length > 0 && xmlRpcBind.every((address) => LOOPBACK.allows(address));
	const everyone = xmlRpcAllow.length === 0 || xmlRpcAllow.some((block) => parseCidr(block).prefix === 0);
	return !bound && everyone;
}

const LOOPBACK = new AllowList(["127.0.0.0/8", "::1"]);

function listenersOf(settings: Settings): Listener[] {
	return [
		{ name: SETTINGS.udpTcpPort.name, port: settings.udpTcpPort, addresses: sipAddresses(settings) },
		{ name: SETTINGS.xmlRpcPort.name, port: settings.xmlRpcPort, addresses: settings.xmlRpcBind },
		{ name: SETTINGS.httpPort.name, port: settings.httpPort, addresses: settings.httpBind },
		{ name: SETTINGS.httpsPort.name, port: settings.httpsPort, addresses: settings.httpBind },
		{ name: SETTINGS.xmlRpcTlsPort.name, port: settings.xmlRpcTlsPort, addresses: settings.xmlRpcBind },
	];
}

/** The same for TLSPort, which is opened with a certificate only. */
export function tlsPortClashes(settings: Settings): ConfigProblem[] {
	const tls = { name: SETTINGS.tlsPort.name, port: settings.tlsPort, addresses: sipAddresses(settings) };
	return listenersOf(settings).flatMap((other) => clashes([other, tls]));
}

function sipAddresses({ ipAddress }: Settings): readonly string[] {
	return ipAddress === "" ? [] : [ipAddress];
}

function clashes(listeners: readonly Listener[]): ConfigProblem[] {
	return listeners.flatMap((one, index) =>
		listeners
			.slice(index + 1)
			.filter((other) => one.port !== 0 && one.port === other.port && overlap(one.addresses, other.addresses))
			.map((other) => {
				const parts = {
					setting: other.name,
					value: String(other.port),
					expected: `a port other than ${one.name}'s`,
				};
				return problem("error", parts);
			}),
	);
}

function overlap(some: readonly string[], others: readonly string[]): boolean {
	if (some.length === 0 || others.length === 0) return true;
	return some.some((one) => others.some((other) => meet(one, other) || meet(other, one)));
}

/** Whether a listener on one address receives what is sent to the other. */
function meet(listening: string, other: string): boolean {
	const [address, theirs] = [parseAddress(listening), parseAddress(other)];
	if (!address || !theirs) return listening === other;
	if (address.value === 0n) return address.family === 6 || theirs.family === 4;
	return address.family === theirs.family && address.value === theirs.value;
}
