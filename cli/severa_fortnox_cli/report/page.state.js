// Which rows are shown, in which order. The whole of it stands in the address, so that a link shows the same.

const state = {
  kind: "", places: new Set(), verdicts: new Set(), query: "", waits: false, changed: false, who: "",
  sort: "", down: false, all: false, open: new Set(),
};

const swedish = new Intl.Collator("sv", { numeric: true, sensitivity: "base" });

/** What is sorted by, by the name a heading carries; undefined and "" come last, whichever way is sorted. */
const SORTED = {
  verdict: (row) => row.order,
  register: (row) => row.register,
  "severa-number": (row) => row.severa && row.severa.number,
  "severa-name": (row) => row.severa && row.severa.name,
  "fortnox-number": (row) => row.fortnox && row.fortnox.number,
  "fortnox-name": (row) => row.fortnox && row.fortnox.name,
  score: (row) => row.score,
  cause: (row) => row.cause,
  change: (row) => row.change,
};

const FACETS = {
  kind: (row) => !state.kind || row.kind === state.kind,
  place: (row) => !state.places.size || state.places.has(row.place),
  verdict: (row) => !state.verdicts.size || state.verdicts.has(row.verdict),
  waits: (row) => !state.waits || Boolean(row.waits),
  changed: (row) => (state.changed ? Boolean(row.change) : !row.gone),
  who: (row) => !state.who || (row.who || []).includes(state.who),
};

/** The rows that fit, and how many would if one of the filters were another. */
function fitting() {
  const words = folded(state.query).split(/\s+/).filter(Boolean);
  const facets = Object.entries(FACETS);
  const counts = { kind: new Map(), place: new Map(), verdict: new Map(), changed: 0 };
  const shown = [];
  let fitKinds = 0;
  for (const row of report.rows) {
    // The four numbers are what the report found; only the register narrows them.
    if (!row.gone && FACETS.kind(row)) add(counts.place, row.place);
    if (!words.every((word) => isFound(searched(row), word))) continue;
    const failed = facets.filter(([, fits]) => !fits(row)).map(([name]) => name);
    if (failed.length > 1) continue;
    const all = !failed.length;
    if (all) shown.push(row);
    if (all || failed[0] === "kind") {
      fitKinds += 1;
      add(counts.kind, row.kind);
    }
    if (all || failed[0] === "verdict") add(counts.verdict, row.verdict);
    if (row.change && (all || failed[0] === "changed")) counts.changed += 1;
  }
  counts.kind.set("", fitKinds);
  return { shown: sorted(shown), counts };
}

function add(counts, word) {
  counts.set(word, (counts.get(word) || 0) + 1);
}

function sorted(rows) {
  const value = SORTED[state.sort];
  if (!value) return rows;
  const missing = (key) => key === undefined || key === null || key === "";
  const keys = new Map(rows.map((row) => [row, value(row)]));
  const compare = (left, right) => (typeof left === "number" ? left - right : swedish.compare(left, right));
  return rows.slice().sort((one, other) => {
    const left = keys.get(one);
    const right = keys.get(other);
    if (missing(left) || missing(right)) return missing(left) - missing(right);
    return state.down ? compare(right, left) : compare(left, right);
  });
}

/** Small letters without accents, so that "ake" finds "Åke". */
function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Whether the word is there; a number also when one of the two has a dash in it and the other has not. */
function isFound(text, word) {
  return text.includes(word) || (/^[\d-]+$/.test(word) && text.includes(word.replace(/-/g, "")));
}

const haystacks = new Map();

/** Everything a row can be found by, made when somebody first searches. */
function searched(row) {
  let text = haystacks.get(row);
  if (text === undefined) {
    const sides = [row.severa, row.fortnox, row.near].filter(Boolean);
    const told = sides.flatMap((side) => [side.id, side.number, side.name, ...side.values]);
    const bare = told.filter((value) => /^\d[\d-]*$/.test(value || "")).map((value) => value.replace(/-/g, ""));
    text = folded([...told, ...bare, VERDICTS.get(row.verdict).label, row.register, row.cause, row.fix, ...(row.who || [])].filter(Boolean).join("\n"));
    haystacks.set(row, text);
  }
  return text;
}

/** Whether anything but the order is other than at the beginning. */
function filtered() {
  return Boolean(state.kind || state.places.size || state.verdicts.size || state.query || state.waits || state.changed
    || state.who);
}

function clearFilters() {
  Object.assign(state, {
    kind: "", places: new Set(), verdicts: new Set(), query: "", waits: false, changed: false, who: "",
  });
}

/** The filters in words, for paper. */
function filterWords() {
  const words = [...state.verdicts, ...state.places];
  if (state.kind) words.unshift(`${state.kind}s`);
  if (state.waits) words.push("waiting for a person");
  if (state.changed) words.push("changed since the last report");
  if (state.who) words.push(`for: ${state.who}`);
  if (state.query) words.push(`with “${state.query}”`);
  return words.join(", ");
}

function toHash() {
  const words = new URLSearchParams();
  if (state.kind) words.set("kind", state.kind);
  for (const place of state.places) words.append("where", place);
  for (const verdict of state.verdicts) words.append("verdict", verdict);
  if (state.query) words.set("q", state.query);
  if (state.waits) words.set("waits", "1");
  if (state.changed) words.set("changed", "1");
  if (state.who) words.set("who", state.who);
  if (state.sort) words.set("sort", (state.down ? "-" : "") + state.sort);
  if (state.all) words.set("all", "1");
  // A link is for showing somebody a few rows; a hundred open ones would only make it too long to send.
  for (const key of [...state.open].slice(0, 10)) words.append("open", key);
  return words.toString();
}

function fromHash(hash) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const sort = words.get("sort") || "";
  const kind = words.get("kind") || "";
  const who = words.get("who") || "";
  Object.assign(state, {
    kind: report.kinds.includes(kind) ? kind : "",
    places: new Set(words.getAll("where").filter((place) => report.places.includes(place))),
    verdicts: new Set(words.getAll("verdict").filter((verdict) => VERDICTS.has(verdict))),
    query: words.get("q") || "",
    waits: words.get("waits") === "1",
    changed: Boolean(report.since) && words.get("changed") === "1",
    who: report.rows.some((row) => (row.who || []).includes(who)) ? who : "",
    down: sort.startsWith("-"),
    sort: Object.hasOwn(SORTED, sort.replace(/^-/, "")) ? sort.replace(/^-/, "") : "",
    all: words.get("all") === "1",
    open: new Set(words.getAll("open")),
  });
}
