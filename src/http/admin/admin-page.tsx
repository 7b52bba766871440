/** @jsxImportSource hono/jsx */
import { describePlace } from "../../net/listening-place.ts";
import type { RunningRule, Translation } from "../../translate/translator.ts";
import { renderPage } from "../page/layout.tsx";
import type { AdminSource, Fact } from "./types.ts";

/** The page of the administrator. @param address to try; empty for none. */
export function adminPage(source: AdminSource, address: string): string {
	const rules = source.rules();
	return renderPage(
		{ title: "Administration", section: "admin" },
		<>
			<section class="sheet" aria-labelledby="server-heading">
				<h2 id="server-heading">Server</h2>
				<Facts facts={source.facts()} />
			</section>
			<section class="sheet" aria-labelledby="listening-heading">
				<h2 id="listening-heading">Listening</h2>
				<ul>
					{source.listening().map((place) => (
						<li>{describePlace(place)}</li>
					))}
				</ul>
			</section>
			<section class="sheet" aria-labelledby="rules-heading">
				<h2 id="rules-heading">Translation rules</h2>
				<TryAddress address={address} translation={address === "" ? undefined : source.translate(address)} />
				<Rules rules={rules} />
			</section>
			<section class="sheet" aria-labelledby="log-heading">
				<h2 id="log-heading">Log</h2>
				<Log lines={source.log()} />
				<p class="actions">
					<a class="button" href="/admin#log-heading">
						Load again
					</a>
				</p>
			</section>
		</>,
	);
}

function Facts({ facts }: { readonly facts: readonly Fact[] }) {
	return (
		<dl class="facts">
			{facts.map(({ name, text, trouble }) => (
				<>
					<dt>{name}</dt>
					<dd>{trouble ? <span class="state bad">{text}</span> : text}</dd>
				</>
			))}
		</dl>
	);
}

interface TryProps {
	readonly address: string;
	readonly translation: Translation | undefined;
}

function TryAddress({ address, translation }: TryProps) {
	return (
		<form action="/admin" method="get">
			<label for="address">Try an address</label>
			<input
				type="text"
				id="address"
				name="address"
				value={address}
				maxlength={512}
				autocapitalize="off"
				spellcheck={false}
				autocomplete="off"
			/>
			{translation && (
				<p role="status">
					{translation.ok ? (
						<>
							<span class="state good">is called as</span> <code>{translation.uri}</code>
						</>
					) : (
						<>
							<span class="state bad">is refused</span> {translation.reason}
						</>
					)}
					{translation.rule && (
						<>
							{", by the rule at "}
							<code>{`${translation.rule.file}:${translation.rule.line}`}</code>
						</>
					)}
				</p>
			)}
			<p class="actions">
				<button type="submit">Try</button>
			</p>
		</form>
	);
}

function Rules({ rules }: { readonly rules: readonly RunningRule[] }) {
	if (rules.length === 0) return <p class="alert">There are none, so every address is refused.</p>;
	return (
		<section class="scroll" tabindex={0} aria-label="Table of rules">
			<table>
				<thead>
					<tr>
						<th scope="col">Pattern</th>
						<th scope="col">Output</th>
						<th scope="col">Engine</th>
						<th scope="col">Where</th>
					</tr>
				</thead>
				<tbody>
					{rules.map(({ pattern, output, engine, file, line }) => (
						<tr>
							<td>
								<code>{pattern}</code>
							</td>
							<td>
								<code>{output}</code>
							</td>
							<td>{engine}</td>
							<td>{`${file}:${line}`}</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}

function Log({ lines }: { readonly lines: readonly string[] }) {
	if (lines.length === 0) return <p class="empty">Nothing was logged yet.</p>;
	return (
		<pre class="log" tabindex={0} role="log" aria-label="The last lines of the log">
			{lines.join("\n")}
		</pre>
	);
}
