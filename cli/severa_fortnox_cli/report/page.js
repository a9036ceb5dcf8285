// The page at work: what is clicked and typed changes the state, and the state is drawn.

/** Rows put into the page at a time; more follow when the reader comes near the end. */
const CHUNK = 100;

const byId = (id) => document.getElementById(id);
const table = byId("rows");
let shown = [];
let drawn = 0;

function draw() {
  const found = fitting();
  shown = found.shown;
  drawn = 0;
  table.tBodies[0].replaceChildren();
  drawMore();
  drawControls(found.counts);
  const all = grouped(report.total);
  const order = state.sort ? "" : ", those that need attention first";
  byId("status").textContent = filtered() ? `${grouped(shown.length)} of ${all} rows${order}` : `${all} rows${order}`;
  byId("clear").hidden = !filtered();
  byId("nothing").hidden = shown.length > 0;
  table.hidden = !shown.length;
}

function drawMore(count = CHUNK) {
  const rows = shown.slice(drawn, drawn + count);
  const part = document.createDocumentFragment();
  for (const row of rows) {
    const open = state.open.has(row.key);
    part.append(rowElement(row, open));
    if (open) part.append(detailElement(row, state.all));
  }
  table.tBodies[0].append(part);
  drawn += rows.length;
  const button = byId("more").firstElementChild;
  button.hidden = drawn >= shown.length;
  button.textContent = `Show all ${grouped(shown.length)} rows`;
}

function drawControls(counts) {
  const press = (button, pressed, count) => {
    button.setAttribute("aria-pressed", String(pressed));
    button.classList.toggle("none", !count);
    (button.querySelector(".count") || button.querySelector("span")).textContent = grouped(count || 0);
  };
  for (const button of document.querySelectorAll("button[data-kind]")) {
    press(button, state.kind === button.dataset.kind, counts.kind.get(button.dataset.kind));
  }
  for (const button of document.querySelectorAll("button[data-place]")) {
    press(button, state.places.has(button.dataset.place), counts.place.get(button.dataset.place));
  }
  for (const part of document.querySelectorAll(".share i")) {
    part.style.flexGrow = counts.place.get(part.dataset.place) || 0;
  }
  for (const button of document.querySelectorAll("button[data-verdict]")) {
    press(button, state.verdicts.has(button.dataset.verdict), counts.verdict.get(button.dataset.verdict));
  }
  if (byId("changed")) press(byId("changed"), state.changed, counts.changed);
  if (byId("search").value !== state.query) byId("search").value = state.query;
  byId("all").checked = state.all;
  byId("who").value = state.who;
  byId("order").value = state.sort ? (state.down ? "-" : "") + state.sort : "";
  for (const heading of table.querySelectorAll("th[aria-sort]")) {
    const sorts = heading.firstElementChild.dataset.sort === state.sort;
    heading.setAttribute("aria-sort", sorts ? (state.down ? "descending" : "ascending") : "none");
  }
}

/** Draw, and write into the address what is drawn. */
function changed() {
  draw();
  remember();
}

function remember() {
  const hash = toHash();
  history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
}

function toggleIn(set, word) {
  if (!set.delete(word)) set.add(word);
  changed();
}

function sortBy(column) {
  if (state.sort !== column) Object.assign(state, { sort: column, down: false });
  else if (!state.down) state.down = true;
  else Object.assign(state, { sort: "", down: false });
  changed();
}

function toggleRow(line) {
  const { key } = line.dataset;
  const open = !state.open.delete(key);
  if (open) {
    state.open.add(key);
    line.after(detailElement(shown.find((row) => row.key === key), state.all));
  } else {
    line.nextElementSibling.remove();
  }
  line.querySelector(".open").setAttribute("aria-expanded", String(open));
  remember();
}

function onTable(event) {
  const sort = event.target.closest("button[data-sort]");
  if (sort) return sortBy(sort.dataset.sort);
  const line = event.target.closest("tr.row");
  // Who marks text in order to copy it does not want the row to open.
  if (line && (event.target.closest("button") || !String(getSelection()))) toggleRow(line);
  return undefined;
}

/** Up and down lead from row to row; the end of what is drawn draws more. */
function onArrow(event) {
  const button = event.target.closest(".open");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!button || !step) return;
  event.preventDefault();
  const lines = [...table.querySelectorAll(".open")];
  let at = lines.indexOf(button) + step;
  if (at >= lines.length && drawn < shown.length) drawMore();
  at = Math.max(0, at);
  const next = table.querySelectorAll(".open")[at];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function onKey(event) {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    byId("search").focus();
    byId("search").select();
  }
}

let searching = 0;

function onSearch() {
  clearTimeout(searching);
  searching = setTimeout(() => {
    state.query = byId("search").value.trim();
    changed();
  }, 80);
}

let wasOpen = false;

/** On paper everything that fits is there, with its cause; the screen's chunks come back afterwards. */
function beforePrint() {
  const words = filterWords();
  byId("printed").textContent = `${words ? `Shown: ${words}. ` : ""}${grouped(shown.length)} rows.`;
  wasOpen = byId("about").open;
  byId("about").open = true;
  const part = document.createDocumentFragment();
  for (const row of shown) part.append(rowElement(row, true), detailElement(row, state.all));
  table.tBodies[0].replaceChildren(part);
}

function fillSelects() {
  const people = [...new Set(report.rows.flatMap((row) => row.who || []))].sort(swedish.compare);
  byId("who").closest("label").hidden = people.length < 2;
  byId("who").append(...people.map((who) => new Option(who, who)));
  byId("order").append(new Option("attention", ""));
  for (const button of table.querySelectorAll("button[data-sort]")) {
    const name = button.textContent.trim();
    byId("order").append(new Option(name, button.dataset.sort), new Option(`${name}, downwards`, `-${button.dataset.sort}`));
  }
}

function listen() {
  for (const button of document.querySelectorAll("button[data-kind]")) {
    button.addEventListener("click", () => { state.kind = button.dataset.kind; changed(); });
  }
  for (const button of document.querySelectorAll("button[data-place]")) {
    button.addEventListener("click", () => {
      // The numbers stand for the whole report, so what they lead to is not cut down by a verdict chosen before.
      state.verdicts.clear();
      toggleIn(state.places, button.dataset.place);
    });
  }
  for (const button of document.querySelectorAll("button[data-verdict]")) {
    button.addEventListener("click", () => toggleIn(state.verdicts, button.dataset.verdict));
  }
  byId("changed")?.addEventListener("click", () => { state.changed = !state.changed; changed(); });
  byId("waiting")?.addEventListener("click", () => {
    clearFilters();
    state.waits = true;
    changed();
  });
  byId("clear").addEventListener("click", () => { clearFilters(); changed(); byId("search").focus(); });
  byId("all").addEventListener("change", () => { state.all = byId("all").checked; changed(); });
  byId("who").addEventListener("change", () => { state.who = byId("who").value; changed(); });
  byId("order").addEventListener("change", () => {
    const { value } = byId("order");
    Object.assign(state, { sort: value.replace(/^-/, ""), down: value.startsWith("-") });
    changed();
  });
  byId("search").addEventListener("input", onSearch);
  byId("search").addEventListener("keydown", (event) => {
    if (event.key === "Escape") { byId("search").value = ""; onSearch(); }
  });
  byId("more").firstElementChild.addEventListener("click", () => drawMore(shown.length));
  table.addEventListener("click", onTable);
  table.addEventListener("keydown", onArrow);
  document.addEventListener("keydown", onKey);
  new IntersectionObserver(([end]) => { if (end.isIntersecting && drawn < shown.length) drawMore(); }, {
    rootMargin: "1500px",
  }).observe(byId("more"));
  // The headings stay in sight below the filters, however high those are.
  new ResizeObserver(([{ target }]) => {
    document.documentElement.style.setProperty("--bar", `${target.offsetHeight}px`);
  }).observe(document.querySelector(".bar"));
  addEventListener("hashchange", () => { fromHash(location.hash); draw(); showOpen(); });
  addEventListener("beforeprint", beforePrint);
  addEventListener("afterprint", () => { byId("about").open = wasOpen; draw(); });
}

/** A link to a row shows the row, however far down it is. */
function showOpen() {
  const first = shown.findIndex((row) => state.open.has(row.key));
  if (first < 0) return;
  if (first >= drawn) drawMore(first + CHUNK - drawn);
  table.querySelector(`tr[data-key="${CSS.escape(shown[first].key)}"]`).scrollIntoView({ block: "center" });
}

byId("print").addEventListener("click", () => print());
if (table) {
  fillSelects();
  fromHash(location.hash);
  listen();
  draw();
  showOpen();
}
document.documentElement.dataset.ready = String(Math.round(performance.now()));
