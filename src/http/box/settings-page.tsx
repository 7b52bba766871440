/** @jsxImportSource hono/jsx */

import { isRowGroup, type SettingsTexts } from "../../words/settings/types.ts";
import { dateAndTime } from "../../words/words.ts";
import { TableHead } from "../page/table-head.tsx";
import type { View } from "../page/view.tsx";
import { boxPage, type Notice, ROW_PAGES, settingsTexts } from "./frame.tsx";
import { Pending } from "./pending.tsx";
import {
	BY_ITSELF,
	type SettingsProblem,
	type SettingsSource,
	type ShownArea,
	type ShownSetting,
	type ShownVersion,
} from "./settings-types.ts";

export interface SettingsPageRequest {
	readonly notice?: Notice | undefined;
	/** What was typed and is not saved, by name. */
	readonly typed?: ReadonlyMap<string, string>;
	readonly problems?: readonly SettingsProblem[];
	/** Whether the server can start itself again. */
	readonly restarts: boolean;
}

/** The page of all settings that have one value. */
export function settingsPage(view: View, source: SettingsSource, request: SettingsPageRequest): string {
	const texts = settingsTexts(view);
	const { notice, typed = new Map<string, string>(), problems = [] } = request;
	const areas = source.areas();
	return boxPage(
		view,
		"/setup/settings",
		notice,
		<>
			<Pending view={view} source={source} restarts={request.restarts} />
			<form action="/setup/settings" method="post">
				<section class="sheet">
					<p>{texts.explain}</p>
					<input type="hidden" name="mark" value={source.mark} />
					<input type="hidden" name="base" value={JSON.stringify(Object.fromEntries(shownValues(areas)))} />
					<button type="submit">{texts.save}</button>
				</section>
				{areas.map((area) => (
					<AreaSheet texts={texts} area={area} typed={typed} problems={problems} />
				))}
				<section class="sheet">
					<button type="submit">{texts.save}</button>
				</section>
			</form>
		</>,
	);
}

/** The values that the page shows, by name; of secrets none. */
function shownValues(areas: readonly ShownArea[]): ReadonlyMap<string, string> {
	return new Map(areas.flatMap(({ settings }) => settings.map(({ name, value }) => [name, value] as const)));
}

function AreaSheet(props: {
	readonly texts: SettingsTexts;
	readonly area: ShownArea;
	readonly typed: ReadonlyMap<string, string>;
	readonly problems: readonly SettingsProblem[];
}) {
	const { texts, area, typed, problems } = props;
	const heading = `area-${area.area}`;
	return (
		<section class="sheet" aria-labelledby={heading}>
			<h2 id={heading}>{texts.areas[area.area]}</h2>
			{area.settings.map((setting) => (
				<SettingField
					texts={texts}
					setting={setting}
					typed={typed.get(setting.name)}
					problems={problems.filter((problem) => problem.setting === setting.name)}
				/>
			))}
			{area.groups.map(({ name, count }) =>
				isRowGroup(name) ? (
					<p>
						<a href={ROW_PAGES[name]}>{texts.groups[name].title}</a>: {count}{" "}
						<span class="hint">{texts.groups[name].explain}</span>
					</p>
				) : null,
			)}
		</section>
	);
}

function SettingField(props: {
	readonly texts: SettingsTexts;
	readonly setting: ShownSetting;
	readonly typed: string | undefined;
	readonly problems: readonly SettingsProblem[];
}) {
	const { texts, setting, typed, problems } = props;
	const { name, help, details, unit, secret } = setting;
	const hint = `${name}-hint`;
	const common = {
		id: name,
		name,
		"aria-describedby": hint,
		...(problems.length > 0 && { "aria-invalid": "true" as const }),
	};
	return (
		<div class="field">
			<label for={name}>
				{name}
				{unit !== undefined && ` (${isUnit(texts, unit) ? texts.units[unit] : unit})`}
			</label>
			{setting.choices ? (
				<select {...common}>
					{setting.choices.map((choice) => (
						<option value={choice} selected={choice === (typed ?? setting.value)}>
							{choiceText(texts, setting, choice)}
						</option>
					))}
				</select>
			) : (
				<input
					{...common}
					type={secret ? "password" : "text"}
					autocomplete={secret ? "new-password" : "off"}
					autocapitalize="off"
					spellcheck={false}
					value={typed ?? setting.value}
				/>
			)}
			{problems.map(({ message }) => (
				<p class="state bad" role="alert" lang="en">
					{message}
				</p>
			))}
			<p class="hint" id={hint}>
				<span lang="en">{[`${help}.`, ...details].join(" ")}</span> {hintsOf(texts, setting).join(" ")}
			</p>
		</div>
	);
}

function hintsOf(texts: SettingsTexts, setting: ShownSetting): string[] {
	const { secret, needsRestart } = setting;
	const standard = setting.default === "" ? texts.nothing : choiceText(texts, setting, setting.default);
	return [
		...(secret === undefined ? [texts.standard(standard)] : []),
		...inForceHint(texts, setting),
		...(secret === "set" ? [texts.secretSet] : []),
		...(secret === "not set" ? [texts.secretNone] : []),
		...(needsRestart ? [texts.restartMark] : []),
	];
}

/** What the server runs with, where the file has something else. */
function inForceHint(texts: SettingsTexts, setting: ShownSetting): string[] {
	const { inForce, secret } = setting;
	if (inForce === undefined) return [];
	if (secret !== undefined) return [texts.otherInForce];
	return [texts.inForceNow(inForce === "" ? texts.nothing : choiceText(texts, setting, inForce))];
}

function isUnit({ units }: SettingsTexts, unit: string): unit is keyof SettingsTexts["units"] {
	return Object.hasOwn(units, unit);
}

/** On and off have words. */
function choiceText(texts: SettingsTexts, { choices }: ShownSetting, choice: string): string {
	if (choices?.join() !== "1,0") return choice;
	return choice === "1" ? texts.on : texts.off;
}

/** The page of the last changes. */
export function versionsPage(
	view: View,
	source: SettingsSource,
	{ notice, restarts }: Pick<SettingsPageRequest, "notice" | "restarts">,
): string {
	const { versions: texts } = settingsTexts(view);
	const versions = source.versions();
	return boxPage(
		view,
		"/setup/versions",
		notice,
		<>
			<Pending view={view} source={source} restarts={restarts} />
			<section class="sheet" aria-labelledby="versions-heading">
				<h2 id="versions-heading">{texts.title}</h2>
				<p>{versions.length > 0 ? texts.explain : texts.none}</p>
				{versions.length > 0 && (
					<table class="records">
						<TableHead columns={[texts.when, texts.who, texts.what, texts.back]} />
						<tbody>
							{versions.map((version) => (
								<VersionRow texts={texts} version={version} />
							))}
						</tbody>
					</table>
				)}
			</section>
		</>,
	);
}

function VersionRow(props: { readonly texts: SettingsTexts["versions"]; readonly version: ShownVersion }) {
	const { texts, version } = props;
	return (
		<tr>
			<td>{dateAndTime(version.at)}</td>
			<td>{version.who === BY_ITSELF ? texts.byItself : version.who}</td>
			<td>{[...version.what, ...(version.order ?? []).map(texts.order)].join(", ") || texts.comments}</td>
			<td>
				<form action="/setup/versions" method="post">
					<input type="hidden" name="id" value={`${version.id}`} />
					<button type="submit" class="quiet">
						{texts.back}
					</button>
				</form>
			</td>
		</tr>
	);
}
