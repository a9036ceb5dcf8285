// What a row looks like. Everything is put in as text, never as markup: names are written by strangers.

"use strict";

const report = JSON.parse(document.getElementById("report").textContent);
const VERDICTS = new Map(report.verdicts.map((verdict) => [verdict.value, verdict]));

/** An element with attributes, and texts or elements inside; null is left out. */
function make(tag, attributes, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...inside.filter((part) => part !== null && part !== undefined));
  return element;
}

/** A count with narrow spaces between thousands, which reads the same in English and Swedish. */
function grouped(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** The line of a row that is always shown. */
function rowElement(row, open) {
  const verdict = VERDICTS.get(row.verdict);
  const name = [row.severa, row.fortnox].filter(Boolean).map((side) => `${side.number} ${side.name}`)[0];
  const button = make(
    "button",
    { type: "button", class: "open", "aria-expanded": String(open), "aria-label": `${verdict.label}: ${name}` },
    make("span", { class: "verdict", "data-verdict": row.verdict },
      make("code", { "aria-hidden": "true" }, verdict.mark), verdict.label),
  );
  const cells = [
    make("td", { class: "verdicts", role: "cell" }, button),
    make("td", { class: "register", role: "cell" }, row.register),
    ...sideCells(row, "severa"),
    ...sideCells(row, "fortnox"),
    make("td", { class: "score", role: "cell" }, scoreElement(row)),
    make("td", { class: "cause", role: "cell" }, make("span", {}, row.cause || "")),
  ];
  if (report.since) cells.push(make("td", { class: "change", role: "cell" }, row.change || ""));
  return make("tr", { class: row.gone ? "row gone" : "row", role: "row", "data-key": row.key }, ...cells);
}

function sideCells(row, system) {
  const side = row[system];
  if (side) {
    // What Fortnox has in common with Severa steps back, so that the eye finds the rest.
    const equal = (value) => (system === "fortnox" && row.severa && row.severa[value] === side[value] ? " equal" : "");
    const name = make("td", { class: `name ${system}${equal("name")}`, role: "cell" },
      make("span", { title: side.name }, side.name));
    if (!side.active) name.append(make("em", {}, "inactive"));
    return [make("td", { class: `number ${system}${equal("number")}`, role: "cell" }, side.number), name];
  }
  const empty = make("td", { class: `number ${system} none`, role: "cell" }, "–");
  const near = row.near
    ? make("span", { title: `Most like it, but not linked: ${row.near.number} ${row.near.name}` },
      make("i", { "aria-label": "most like" }, "≈ "), `${row.near.number} ${row.near.name}`)
    : make("span", {}, "");
  return [empty, make("td", { class: `name ${system} none`, role: "cell" }, near)];
}

function scoreElement(row) {
  if (row.score === undefined) return "";
  const bar = make("i", { "aria-hidden": "true" });
  bar.style.setProperty("--share", row.score);
  return make("span", { class: row.near ? "points near" : "points" }, String(row.score), bar);
}

/** What is behind a row: why, what to do, both records, what the score is made of. */
function detailElement(row, all) {
  const why = make("div", {}, whyElement(row), pagesElement(row));
  const panel = make("div", { class: "panel" }, why, fieldsElement(row, all), partsElement(row));
  const columns = report.since ? 9 : 8;
  const detail = make("tr", { class: "detail", role: "row" }, make("td", { colspan: columns, role: "cell" }, panel));
  // On paper a row with nothing behind it but its score stays one line.
  if (!row.fix && !row.differences) detail.classList.add("slight");
  return detail;
}

function whyElement(row) {
  const list = make("dl", { class: "why" });
  const writes = row.writes ? `It will be written to ${row.writes}.` : null;
  for (const [term, text] of [
    ["Cause", row.cause || VERDICTS.get(row.verdict).meaning],
    ["What to do", row.fix || (row.waits ? null : "Nothing.")],
    ["Who", (row.who || []).join("; ")],
    ["What happens", writes],
    ["Since the last report", row.change],
  ]) {
    if (text) list.append(make("dt", { class: term === "Cause" ? "cause" : null }, term), make("dd", {}, text));
  }
  return list;
}

/** Where both systems show the records, when somebody has said where that is. */
function pagesElement(row) {
  const sides = [["Severa", row.severa || row.near], ["Fortnox", row.fortnox || row.near]];
  const pages = sides.filter(([, side]) => side && side.link).map(([system, side]) => make("a", {
    href: side.link, target: "_blank", rel: "noopener noreferrer",
    "aria-label": `Open ${side.number} ${side.name} in ${system}`,
  }, `Open in ${system}`));
  return pages.length ? make("p", { class: "pages" }, ...pages) : null;
}

function fieldsElement(row, all) {
  const near = row.near || null;
  const severa = row.severa || near;
  const fortnox = row.fortnox || near;
  const names = report.fields[row.kind];
  const told = new Map((row.differences || []).map(([field, ours, theirs, owner]) => [field, { ours, theirs, owner }]));
  const alone = !severa || !fortnox;
  const lines = [];
  const line = (field, ours, theirs, owner) => {
    const [left, right] = ours && theirs && ours !== theirs ? marked(ours, theirs) : [ours, theirs];
    lines.push(make("tr", { role: "row", class: owner ? "differs" : null },
      make("th", { scope: "row", role: "rowheader" }, field),
      make("td", { role: "cell", class: "severa" }, left || (severa ? empty() : "")),
      make("td", { role: "cell", class: "fortnox" }, right || (fortnox ? empty() : "")),
      alone ? null : make("td", { role: "cell", class: "owner" }, ownerText(owner, ours, theirs, near))));
  };
  for (const [field, { ours, theirs, owner }] of told) line(field, ours, theirs, owner);
  names.forEach((field, index) => {
    const ours = severa && severa.values[index];
    const theirs = fortnox && fortnox.values[index];
    if (told.has(field) || (!ours && !theirs)) return;
    if (all || alone || (near && ours !== theirs)) line(field, ours, theirs, "");
  });
  if (!lines.length) return make("p", { class: "fields" }, "No field differs. “All fields” shows both records.");
  const heading = (side, system) => make("th", { scope: "col", role: "columnheader" }, systemElement(side, system, near));
  return make("table", { class: "fields" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Field"),
      heading(severa, "Severa"), heading(fortnox, "Fortnox"),
      alone ? null : make("th", { scope: "col", class: "owner" }, near ? "" : "Owner"))),
    make("tbody", {}, ...lines));
}

function systemElement(side, system, near) {
  const text = side && side === near ? `Most like in ${system}` : system;
  return make("span", { class: `system ${system.toLowerCase()}` }, text);
}

function empty() {
  return make("span", { class: "empty" }, "empty");
}

function ownerText(owner, ours, theirs, near) {
  if (owner === "Severa wins") return "→ Severa wins";
  if (owner === "Fortnox wins") return "← Fortnox wins";
  if (owner || near) return owner;
  return ours === theirs ? "" : "counts as equal";
}

/** Both texts with the part in which they differ marked; unmarked when they have little in common. */
function marked(ours, theirs) {
  const left = Array.from(ours);
  const right = Array.from(theirs);
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shorter - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  if ((start + end) * 3 < shorter) return [ours, theirs];
  return [left, right].map((signs) => {
    const middle = signs.slice(start, signs.length - end).join("");
    return make("span", {}, signs.slice(0, start).join(""),
      middle ? make("mark", {}, visible(middle)) : null, signs.slice(signs.length - end).join(""));
  });
}

/** A piece of text in which white space is what differs, so that it can be seen. */
function visible(text) {
  const shown = (spaces) => spaces.replace(/\n/g, "↵\n").replace(/\t/g, "⇥").replace(/[^\S\n]/g, "·");
  return text.replace(/^\s+|\s+$|\s{2,}|\u00a0/g, shown);
}

function partsElement(row) {
  if (!row.parts) return null;
  let earned = 0;
  let possible = 0;
  const list = make("ul", { class: "parts" });
  for (const [name, points, of] of row.parts) {
    const bar = make("i", { "aria-hidden": "true" });
    if (points !== null) {
      earned += points;
      possible += of;
      bar.style.setProperty("--share", (100 * points) / of);
    }
    list.append(make("li", { class: points === null ? "skipped" : null },
      make("span", {}, name), bar, make("b", {}, points === null ? "not compared" : `${points} of ${of}`)));
  }
  const sum = row.score === undefined ? "Nothing could be compared" : `${earned} of ${possible} points: score ${row.score}`;
  return make("div", { class: "scored" }, make("h3", {}, row.near ? "How alike, though not linked" : "How alike"),
    list, make("p", {}, sum));
}
