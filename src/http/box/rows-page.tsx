/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { RowField, RowGroup, SettingsTexts } from "../../words/settings/types.ts";
import type { View } from "../page/view.tsx";
import { boxPage, type Notice, settingsTexts } from "./frame.tsx";
import { Pending } from "./pending.tsx";
import { writtenBase } from "./rows.ts";
import type { SettingsProblem, SettingsSource, ShownField, ShownGroup, ShownRow } from "./settings-types.ts";

export interface RowsPageRequest {
	readonly path: string;
	readonly group: ShownGroup & { readonly name: RowGroup };
	readonly notice?: Notice | undefined;
	/** Those that were typed; absent for those of the file. */
	readonly rows?: readonly ShownRow[];
	readonly problems?: readonly SettingsProblem[];
	readonly restarts: boolean;
	/** What a page has besides: a button at the top, and more below the rows. */
	readonly more?: { readonly button: Child; readonly content: Child };
}

/** A page of lines that are repeated, such as users: rows that are changed, added, moved and removed. */
export function rowsPage(view: View, source: SettingsSource, request: RowsPageRequest): string {
	const texts = settingsTexts(view);
	const { path, group, problems = [], more } = request;
	const { title, explain, add } = texts.groups[group.name];
	const saved = source.rows(group.name);
	const rows = request.rows ?? saved;
	const save = (
		<button type="submit" name="do" value="save">
			{texts.save}
		</button>
	);
	return boxPage(
		view,
		path,
		request.notice,
		<>
			<Pending view={view} source={source} restarts={request.restarts} />
			<section class="sheet" aria-labelledby="rows-heading">
				<h2 id="rows-heading">{title}</h2>
				<p>{explain}</p>
				<Explained texts={texts} group={group} />
				<form action={path} method="post" autocomplete="off">
					<input type="hidden" name="mark" value={source.mark} />
					<input type="hidden" name="base" value={writtenBase(saved)} />
					{/* The first button is what Enter presses. */}
					<p class="actions">
						{more?.button}
						{save}
					</p>
					{rows.length === 0 && <p>{texts.rows.none}</p>}
					<ol class="rows">
						{rows.map((row, index) => (
							<Row
								texts={texts}
								group={group}
								row={row}
								secrets={saved[row.from ?? -1]?.secrets ?? {}}
								index={index}
								count={rows.length}
								problems={problems.filter((problem) => problem.row === index)}
							/>
						))}
					</ol>
					<p>
						<button type="submit" class="quiet" name="do" value="add">
							{add}
						</button>
					</p>
					{more?.content}
					<p class="actions">
						{more?.button}
						{save}
					</p>
				</form>
			</section>
		</>,
	);
}

function Explained({ texts, group }: { readonly texts: SettingsTexts; readonly group: ShownGroup }) {
	return (
		<details>
			<summary>{group.fields.map(({ name }) => name).join(", ")}</summary>
			{group.fields.map((field) => (
				<p class="hint">
					<strong>{field.name}</strong>: <span lang="en">{field.help}.</span>
				</p>
			))}
			<p class="hint">
				<span lang="en">{group.details.join(" ")}</span> {group.needsRestart && texts.restartMark}
			</p>
		</details>
	);
}

interface RowProps {
	readonly texts: SettingsTexts;
	readonly group: ShownGroup;
	readonly row: ShownRow;
	readonly secrets: Readonly<Record<string, string>>;
	readonly index: number;
	readonly problems: readonly SettingsProblem[];
}

function Row(props: RowProps & { readonly count: number }) {
	const { texts, group, row, index, count, problems } = props;
	const { up, down, remove } = texts.rows;
	const number = index + 1;
	const names = new Set(group.fields.map(({ name }) => name));
	return (
		<li>
			<input type="hidden" name="from" value={row.from === undefined ? "" : `${row.from}`} />
			{group.fields.map((field) => (
				<RowFieldInput {...props} field={field} />
			))}
			<Problems problems={problems.filter(({ setting }) => setting === undefined || !names.has(setting))} />
			<p>
				{group.ordered && index > 0 && <Button what={`up ${index}`} label={up(number)} sign="↑" />}
				{group.ordered && index < count - 1 && (
					<Button what={`down ${index}`} label={down(number)} sign="↓" />
				)}
				<Button what={`remove ${index}`} label={remove(number)} sign="×" />
			</p>
		</li>
	);
}

function RowFieldInput(props: RowProps & { readonly field: ShownField }) {
	const { texts, row, secrets, index, field } = props;
	const { name, many, secret, hidden, required } = field;
	const id = `${name}-${index + 1}`;
	const label = isRowField(texts, name) ? texts.fields[name] : name;
	const typed = row.values[name] ?? [];
	const problems = props.problems.filter(({ setting }) => setting === name);
	const told = secrets[name];
	const hint = many
		? texts.rows.onePerLine
		: secret && told !== undefined
			? texts.rows.kept(told)
			: undefined;
	const common = {
		id,
		name,
		autocapitalize: "off" as const,
		spellcheck: false,
		...(hint !== undefined && { "aria-describedby": `${id}-hint` }),
		...(problems.length > 0 && { "aria-invalid": "true" as const }),
	};
	return (
		<>
			<label for={id}>{label}</label>
			{many ? (
				<textarea {...common} rows={Math.min(Math.max(typed.length, 1), 8)}>
					{typed.join("\n")}
				</textarea>
			) : (
				/* A secret that was typed and is not saved yet is sent back to who has typed it; a saved one is not. */
				<input
					{...common}
					type={hidden ? "password" : "text"}
					autocomplete={hidden ? "new-password" : "off"}
					value={typed[0] ?? ""}
				/>
			)}
			<Problems problems={problems} />
			{hint !== undefined && (
				<p class="hint" id={`${id}-hint`}>
					{hint}
				</p>
			)}
			{secret && !required && told !== undefined && (
				<label class="choice">
					<input
						type="checkbox"
						name="without"
						value={`${index} ${name}`}
						checked={row.without?.includes(name) ?? false}
					/>{" "}
					{texts.rows.without(label)}
				</label>
			)}
		</>
	);
}

function Problems({ problems }: { readonly problems: readonly SettingsProblem[] }) {
	return (
		<>
			{problems.map(({ message }) => (
				<p class="state bad" role="alert" lang="en">
					{message}
				</p>
			))}
		</>
	);
}

function isRowField({ fields }: SettingsTexts, name: string): name is RowField {
	return name in fields;
}

function Button(props: { readonly what: string; readonly label: string; readonly sign: string }) {
	const { what, label, sign } = props;
	return (
		<>
			<button type="submit" class="quiet" name="do" value={what} aria-label={label} title={label}>
				{sign}
			</button>{" "}
		</>
	);
}
