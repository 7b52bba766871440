import { type ConfigProblem, problem } from "./problem.ts";
import { SETTINGS, type Settings } from "./settings.ts";

/** A TCP port that the server opens in any case; no addresses = all. */
interface Listener {
	readonly name: string;
	readonly port: number;
	readonly addresses: readonly string[];
}

/**
 * What is wrong with settings that are right one by one.
 *
 * @param context.hasFile false for the built-in defaults, which have no rules on purpose
 */
export function checkTogether(settings: Settings, context: { readonly hasFile: boolean }): ConfigProblem[] {
	const problems = portClashes(settings);
	if (settings.httpAuth && settings.httpAuthPwd === SETTINGS.httpAuthPwd.default) {
		const text = "the password is the one that everyone knows; choose one of your own";
		problems.push(problem("warning", { setting: SETTINGS.httpAuthPwd.name }, text));
	}
	if (context.hasFile && settings.translationRules.length === 0) {
		const setting = SETTINGS.translationRules.fields.pattern.name;
		problems.push(
			problem("warning", { setting }, "there are no translation rules, so every address is refused"),
		);
	}
	return problems;
}

function portClashes(settings: Settings): ConfigProblem[] {
	const sip = settings.ipAddress === "" ? [] : [settings.ipAddress];
	const listeners: readonly Listener[] = [
		{ name: SETTINGS.udpTcpPort.name, port: settings.udpTcpPort, addresses: sip },
		{ name: SETTINGS.xmlRpcPort.name, port: settings.xmlRpcPort, addresses: settings.xmlRpcBind },
		{ name: SETTINGS.httpPort.name, port: settings.httpPort, addresses: settings.httpBind },
	];
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
	return some.some((address) => others.includes(address));
}
