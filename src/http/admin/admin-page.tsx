/** @jsxImportSource hono/jsx */

import { describePlace } from "../../net/listening-place.ts";
import { systemWallClock } from "../../time/wall-clock.ts";
import type { RunningRule } from "../../translate/translator.ts";
import { renderPage } from "../page/layout.tsx";
import { TableHead } from "../page/table-head.tsx";
import type { View } from "../page/view.tsx";
import { TryAddress } from "./try-address.tsx";
import type { AdminSource, Fact } from "./types.ts";

export interface AdminPageRequest {
	/** To try; empty for none. */
	readonly address: string;
	/** Whether the log is what is wanted. */
	readonly showLog: boolean;
}

/** The administration page. */
export function adminPage(view: View, source: AdminSource, { address, showLog }: AdminPageRequest): string {
	const translation = address === "" ? undefined : source.translate(address);
	return renderPage(
		view,
		{ title: "Administration", section: "admin" },
		<>
			<section class="sheet" aria-labelledby="server-heading">
				<h2 id="server-heading">Server</h2>
				<Facts source={source} />
			</section>
			<section class="sheet" aria-labelledby="rules-heading">
				<h2 id="rules-heading">Translation rules</h2>
				<TryAddress address={address} translation={translation} />
				<Rules rules={source.rules()} taken={translation?.rule} />
			</section>
			<section class="sheet" aria-labelledby="log-heading">
				<div class="heading">
					<h2 id="log-heading">Log</h2>
					{/* Another address than that of the page before, so that browsers do load it. */}
					<a href={`/admin?log=${systemWallClock.now()}`}>Reload</a>
				</div>
				<Log lines={source.log()} inView={showLog} />
			</section>
		</>,
	);
}

function Facts({ source }: { readonly source: AdminSource }) {
	return (
		<dl class="facts">
			{source.facts().map(({ name, state, text }: Fact) => (
				<>
					<dt>{name}</dt>
					<dd>
						{state && <span class={`state ${state.kind}`}>{state.text}</span>} {text}
					</dd>
				</>
			))}
			<dt>Listens for</dt>
			{source.listening().map((place) => (
				<dd>{describePlace(place)}</dd>
			))}
		</dl>
	);
}

interface RulesProps {
	readonly rules: readonly RunningRule[];
	/** The rule that takes the address that was tried. */
	readonly taken: RunningRule | undefined;
}

function Rules({ rules, taken }: RulesProps) {
	if (rules.length === 0) return <p class="alert">There are none, so every address is refused.</p>;
	return (
		<section class="scroll" tabindex={0} aria-label="Table of rules">
			<table class="records rules">
				<TableHead columns={["Order", "Pattern", "Output", "Engine", "Where"]} />
				<tbody>
					{rules.map(({ pattern, output, engine, file, line }, index) => (
						<tr {...(taken?.file === file && taken.line === line && { class: "taken" })}>
							<td data-label="Order">{String(index + 1)}</td>
							<td data-label="Pattern">
								<code>{pattern}</code>
							</td>
							<td data-label="Output">
								<code>{output}</code>
							</td>
							<td data-label="Engine">{engine}</td>
							<td data-label="Where">{`${file}:${line}`}</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}

interface LogProps {
	readonly lines: readonly string[] | undefined;
	readonly inView: boolean;
}

function Log({ lines, inView }: LogProps) {
	if (!lines) return <p class="empty">LogLevel is NONE: nothing is logged.</p>;
	if (lines.length === 0) return <p class="empty">Nothing has been logged yet.</p>;
	return (
		<section class="log" tabindex={0} aria-label="The last lines of the log" autofocus={inView}>
			<pre>{lines.join("\n")}</pre>
		</section>
	);
}
