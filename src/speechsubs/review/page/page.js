// The page: the list, its filters, the keyboard, saving.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const decided = new Decided(data, () => $("author").value.trim());
const cards = new Cards(data, decided, {
  play: (item, cue) => play(item, [cue]),
  decide, edit, note, clear: (item) => decide(item, null),
});
const player = new Player(data, $("player"));
const elements = new Map();
const haystacks = new Map();
let shown = [];
let current = null;
let last = null;
let editor = null;
let shownConflicts = 50;

// The list ----------------------------------------------------------------------

/* Cards are created empty, in groups that the browser need not lay out while off screen.
   A group is filled shortly before it scrolls into view, a few milliseconds per frame. */
const GROUP = 10;
const FRAME_MS = 7;
const waiting = [];

const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    near.unobserve(entry.target);
    if (!waiting.length) requestAnimationFrame(fillSome);
    waiting.push(...entry.target.children);
  }
}, { rootMargin: "1500px 0px" });

function fillSome() {
  const until = performance.now() + FRAME_MS;
  // The most recent ones are those in view now.
  while (waiting.length && performance.now() < until) ready(waiting.pop());
  if (waiting.length) requestAnimationFrame(fillSome);
}

function ready(card) {
  if (!card.dataset.filled) cards.fill(card, decided.items.get(card.dataset.id));
}

function build() {
  const fragment = document.createDocumentFragment();
  let group;
  data.items.forEach((item, n) => {
    if (n % GROUP === 0) {
      group = h("div", { class: "group", role: "none" });
      fragment.append(group);
      near.observe(group);
    }
    const card = cards.shell(item, n, data.items.length);
    elements.set(item.id, card);
    group.append(card);
  });
  $("list").append(fragment);
  $("list").setAttribute("aria-busy", "false");
  // Print all cards.
  addEventListener("beforeprint", () => { for (const card of elements.values()) ready(card); });
}

function refresh(item) {
  const card = elements.get(item.id);
  const focused = card.contains(document.activeElement);
  card.dataset.filled = "1";
  cards.fill(card, item);
  if (focused) card.focus({ preventScroll: true });
}

function go(item, { focus = true, scroll = true } = {}) {
  if (current && current !== item) {
    const old = elements.get(current.id);
    old.removeAttribute("aria-current");
    old.tabIndex = -1;
  }
  current = item;
  if (!item) return;
  const card = elements.get(item.id);
  ready(card);
  card.setAttribute("aria-current", "true");
  card.tabIndex = 0;
  if (focus) card.focus({ preventScroll: true });
  if (scroll) {
    const box = card.getBoundingClientRect();
    const top = document.querySelector(".top").getBoundingClientRect().bottom;
    if (box.top < top || box.bottom > innerHeight) card.scrollIntoView({ block: "center" });
  }
  player.follow(item);
}

function step(by, wanted = () => true) {
  if (!shown.length) return;
  let at = current ? shown.indexOf(current) : -1;
  if (at < 0 && by < 0) at = shown.length;
  for (let n = at + by; n >= 0 && n < shown.length; n += by) {
    if (wanted(shown[n])) { go(shown[n]); return; }
  }
  say(by > 0 ? "No more segments below." : "No more segments above.");
}

// Filters -----------------------------------------------------------------------

const FILTERS = {
  term: (item) => item.changes.map((id) => cards.terms.get(id)),
  locale: (item) => [item.locale],
  file: (item) => [item.file],
  kind: (item) => item.changes.map((id) => kinds.get(id)),
  severity: (item) => [item.findings.length ? item.severity : "none"],
  state: (item) => [item.state],
  decided: (item) => {
    const decision = decided.get(item.id);
    return decision ? ["decided", VERDICTS[decision.verdict]] : ["undecided"];
  },
};
const kinds = new Map(data.changes.map((change) => [change.id, change.kind]));

function fillFilters() {
  for (const [name, values] of Object.entries(FILTERS)) {
    const select = $(`f-${name}`);
    const counts = new Map();
    for (const item of data.items) {
      for (const value of new Set(values(item))) counts.set(value, (counts.get(value) || 0) + 1);
    }
    select.append(h("option", { value: "" }, "all"));
    if (name === "decided") {
      for (const value of ["undecided", "decided", ...Object.values(VERDICTS)]) select.append(h("option", { value }, value));
      continue;
    }
    for (const [value, count] of [...counts].sort((a, b) => String(a[0]).localeCompare(String(b[0])))) {
      if (value) select.append(h("option", { value }, `${value} (${count})`));
    }
    select.closest("label").hidden = counts.size < 2;
  }
}

function haystack(item) {
  if (!haystacks.has(item.id)) {
    haystacks.set(item.id, [item.source, item.text, item.new_text, ...item.findings, item.file,
      ...item.cues.map((cue) => `#${cue.number} ${joined(cue.lines, true)}`)].join("\n").toLowerCase());
  }
  const decision = decided.get(item.id);
  return decision ? `${haystacks.get(item.id)}\n${decision.text} ${decision.reason}`.toLowerCase() : haystacks.get(item.id);
}

function filter() {
  const words = $("search").value.trim().toLowerCase();
  const wanted = Object.keys(FILTERS).map((name) => [FILTERS[name], $(`f-${name}`).value]).filter(([, value]) => value);
  shown = data.items.filter((item) => (!words || haystack(item).includes(words)) &&
    wanted.every(([values, value]) => values(item).includes(value)));
  const visible = new Set(shown);
  for (const item of data.items) elements.get(item.id).hidden = !visible.has(item);
  for (const group of $("list").children) {
    group.hidden = Array.from(group.children).every((card) => card.hidden);
  }
  $("empty").hidden = shown.length > 0;
  if (!visible.has(current)) go(shown[0] || null, { focus: false, scroll: false });
  update();
}

// Deciding ----------------------------------------------------------------------

function decide(item, verdict, more = {}, onward = true) {
  const standing = decided.get(item.id);
  if (!verdict && !standing) return;
  last = verdict ? item : null;
  decided.take([item], verdict, standing && standing.reason ? { reason: standing.reason, ...more } : more);
  go(item, { scroll: false });
  refresh(item);
  update();
  say(verdict ? `${cueNames(item)}: ${VERDICTS[verdict]}` : `${cueNames(item)}: decision withdrawn`);
  if (verdict && onward) {
    const at = shown.indexOf(item);
    const next = shown.slice(at + 1).find((other) => !decided.get(other.id)) || shown[at + 1];
    if (next) go(next);
  }
}

/** Add a note to a decision; without one, to the previous decision, because the page has
    already moved on from it. */
function note(item) {
  if (!decided.get(item.id) && last && decided.get(last.id) && !elements.get(last.id).hidden) {
    go(last);
    item = last;
  }
  const standing = decided.get(item.id);
  if (!standing) { say("Decide first, then add a note."); return; }
  const side = elements.get(item.id).querySelector(".side.target");
  const field = h("input", { class: "reason-field", value: standing.reason, maxlength: 500,
    dir: "auto", "aria-label": "Note", placeholder: "Reason (press Enter to save)" });
  let over = false;
  const close = (keep) => {
    if (over) return;
    over = true;
    if (keep && field.value.trim() !== standing.reason) decided.note(item, field.value.trim());
    refresh(item);
    go(item, { scroll: false });
    update();
  };
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Enter") close(true);
    if (event.key === "Escape") close(false);
  });
  side.append(field);
  field.focus();
  field.addEventListener("blur", () => close(true));
}

function edit(item) {
  if (editor) { editor.fields[0]?.focus(); return; }
  go(item);
  editor = new Editor(cards, elements.get(item.id), item, decided.get(item.id), (result) => {
    editor = null;
    if (!result) {
      refresh(item);
      go(item);
      return;
    }
    const proposed = item.cues.map((cue) => cue.new_lines.length ? cue.new_lines : cue.lines);
    const same = item.cues.length && JSON.stringify(result.lines) === JSON.stringify(proposed) &&
      result.text === (item.new_text || item.text);
    if (same) decide(item, proposes(item) ? "accept" : "approve", { reason: result.reason });
    else decide(item, "edit", result);
  });
  editor.open();
}

/** Shown, undecided items. Human translations are excluded: they are decided one by one. */
function bulkItems() {
  return shown.filter((item) => !decided.get(item.id) && !item.locked);
}

function bulk() {
  const all = bulkItems();
  const [accept, approve] = [all.filter(proposes), all.filter((item) => !proposes(item))];
  if (!all.length) { say("No segments left to accept in bulk."); return; }
  const before = decided.steps.length;
  if (accept.length) decided.take(accept, "accept");
  if (approve.length) decided.take(approve, "approve");
  // One action, one undo.
  decided.steps.push(decided.steps.splice(before).flat());
  touched(all);
  const locked = shown.filter((item) => item.locked && !decided.get(item.id)).length;
  say(`${all.length} accepted (u: undo).${locked ? ` Locked segments to decide individually: ${locked}.` : ""}`);
}

function undo() {
  const ids = decided.undo();
  if (!ids.length) { say("Nothing to undo."); return; }
  touched(ids.map((id) => decided.items.get(id)));
  if (ids.length === 1) {
    const item = decided.items.get(ids[0]);
    if (!shown.includes(item)) { $("filters").reset(); filter(); }
    go(item);
  }
  say(ids.length === 1 ? "Decision undone." : `${ids.length} decisions undone.`);
}

function touched(items) {
  for (const item of items) if (elements.get(item.id).dataset.filled) refresh(item);
  update();
}

function play(item, cues = item.cues) {
  go(item, { focus: false, scroll: false });
  const decision = decided.get(item.id);
  const lines = cues.flatMap((cue) => {
    const own = decision && decision.verdict === "edit" && decision.lines[item.cues.indexOf(cue)];
    return own || (cue.new_lines.length && !(decision && decision.verdict === "reject") ? cue.new_lines : cue.lines);
  });
  player.play(item, cues, lines, cards.script(item.locale));
}

// Saving ------------------------------------------------------------------------

async function save() {
  if (!data.save) { download(); return; }
  const list = decided.list();
  try {
    const answer = await fetch(data.save, { method: "POST", credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ revision: data.revision, decisions: list }) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    data.revision = said.revision;
    decided.saved(list);
    say(`Saved ${list.length} ${list.length === 1 ? "decision" : "decisions"}.`);
  } catch (error) {
    say(`Not saved: ${error.message}. Your decisions are still stored in this browser.`, true);
  }
  update();
}

function download() {
  const address = URL.createObjectURL(new Blob([decided.yaml()], { type: "application/yaml" }));
  h("a", { href: address, download: data.decisions_name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  say(`Downloaded ${data.decisions_name}.`);
}

let quiet;
function say(text, trouble = false) {
  const toast = $("toast");
  toast.textContent = text;
  toast.className = trouble ? "shown trouble" : "shown";
  clearTimeout(quiet);
  quiet = setTimeout(() => { toast.className = ""; }, trouble ? 15000 : 4000);
}

function update() {
  $("progress").max = Math.max(1, data.items.length);
  $("progress").value = decided.count;
  $("progress-text").textContent = `${decided.count.toLocaleString("en")} of ${data.items.length.toLocaleString("en")} decided`;
  $("count").textContent = shown.length === data.items.length ? "" : `${shown.length.toLocaleString("en")} shown`;
  const left = bulkItems().length;
  $("bulk").textContent = `Accept ${left.toLocaleString("en")} shown`;
  $("bulk").disabled = !left;
  $("save").textContent = data.save ? (decided.unsaved ? "Save •" : "Saved") : `Save as ${data.decisions_name}`;
  $("download").hidden = !data.save;
  if (!decided.kept) {
    $("notice").textContent = "This browser cannot store data for this page: save your decisions before closing it.";
    $("notice").hidden = false;
  }
}

// The top -----------------------------------------------------------------------

function conflicts() {
  const section = $("conflicts");
  section.hidden = !data.conflicts.length;
  const count = data.conflicts.length.toLocaleString("en");
  const calm = data.conflicts.every((one) => one.severity === "info");
  section.classList.toggle("calm", calm);
  $("conflicts-title").textContent = calm ? `${count} ${count === "1" ? "note" : "notes"} about the glossary`
    : `${count} ${count === "1" ? "conflict" : "conflicts"} to resolve in the glossary first`;
  section.querySelector("ul").replaceChildren(...data.conflicts.slice(0, shownConflicts).map((one) =>
    h("li", { class: one.severity },
      h("strong", null, one.severity), h("code", null, one.code),
      one.locale ? h("span", { class: "tag" }, one.locale) : null,
      h("span", { class: "message", dir: "auto" }, one.message),
      one.line ? h("span", { class: "dim" }, `line ${one.line}`) : null)));
  const more = section.querySelector(".more");
  more.hidden = shownConflicts >= data.conflicts.length;
  more.textContent = `Show all ${data.conflicts.length}`;
  more.onclick = () => { shownConflicts = Infinity; conflicts(); };
}

function changes() {
  const box = $("changes");
  box.hidden = !data.changes.length;
  box.querySelector("summary").textContent = `${data.changes.length.toLocaleString("en")} glossary ${data.changes.length === 1 ? "change" : "changes"}`;
  box.addEventListener("toggle", () => {
    if (!box.open || box.dataset.filled) return;
    box.dataset.filled = "1";
    const counts = new Map();
    for (const item of data.items) for (const id of item.changes) counts.set(id, (counts.get(id) || 0) + 1);
    box.querySelector("tbody").append(...data.changes.map((one) => h("tr", null,
      h("td", null, h("button", { type: "button", class: "link", dir: "auto",
        click: () => { if (counts.has(one.id)) { $("f-term").value = one.term; filter(); } } }, one.term)),
      h("td", null, one.kind), h("td", null, one.locale),
      h("td", { class: "old" }, h("bdi", cards.script(one.locale), one.old)),
      h("td", { class: "new" }, h("bdi", cards.script(one.locale), one.new)),
      h("td", { class: "number" }, String(counts.get(one.id) || 0)))));
  });
}

const THEMES = { "": ["◐", "system"], light: ["☀", "light"], dark: ["☾", "dark"] };
function theme(name) {
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  $("theme").textContent = THEMES[name][0];
  $("theme").title = `Color theme: ${THEMES[name][1]}`;
  $("theme").setAttribute("aria-label", `Color theme: ${THEMES[name][1]}`);
}

// The keyboard ------------------------------------------------------------------

const KEYS = {
  j: ["next segment", () => step(1)],
  k: ["previous segment", () => step(-1)],
  J: ["next undecided segment", () => step(1, (item) => !decided.get(item.id))],
  K: ["previous undecided segment", () => step(-1, (item) => !decided.get(item.id))],
  a: ["accept or approve", () => current && decide(current, proposes(current) ? "accept" : "approve")],
  r: ["reject", () => current && decide(current, "reject")],
  e: ["edit (Enter: new line, Ctrl+Enter: done, Esc: cancel)", () => current && edit(current)],
  n: ["add a note (also right after deciding)", () => current && note(current)],
  x: ["withdraw the decision", () => current && decide(current, null)],
  u: ["undo the last action", undo],
  A: ["accept all shown, undecided segments", bulk],
  p: ["play the cues", () => current && play(current)],
  s: ["save", save],
  "/": ["search", () => { $("search").focus(); $("search").select(); }],
  "?": ["show this help", () => $("help").showModal()],
};

addEventListener("keydown", (event) => {
  const at = event.target instanceof Element ? event.target : document.body;
  if (event.isComposing || $("help").open) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    save();
    return;
  }
  if (event.key === "Escape" && at.closest("#filters")) {
    event.preventDefault();
    if (at.id === "search" && at.value) { at.value = ""; filter(); }
    if (current) go(current);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || at.matches("input, textarea, select, video")) return;
  const found = KEYS[event.key];
  if (!found) return;
  event.preventDefault();
  found[1]();
});

function start() {
  document.title = `${data.title} – speechsubs`;
  $("title").textContent = data.title;
  $("project").textContent = data.project;
  $("author").value = store.get("speechsubs-author") || "";
  $("author").addEventListener("change", () => store.set("speechsubs-author", $("author").value.trim()));
  theme(store.get("speechsubs-theme") in THEMES ? store.get("speechsubs-theme") || "" : "");
  $("theme").addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(document.documentElement.dataset.theme || "") + 1) % names.length];
    store.set("speechsubs-theme", next);
    theme(next);
  });
  $("keys").append(...Object.entries(KEYS).flatMap(([key, [text]]) => [h("dt", null, h("kbd", null, key)), h("dd", null, text)]));
  $("help-open").addEventListener("click", () => $("help").showModal());
  $("save").addEventListener("click", save);
  $("download").addEventListener("click", download);
  $("bulk").addEventListener("click", bulk);
  $("filters").addEventListener("submit", (event) => { event.preventDefault(); if (shown.length) go(current || shown[0]); });
  $("filters").addEventListener("reset", () => setTimeout(filter));
  $("filters").addEventListener("change", filter);
  let typing;
  $("search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(filter, 120); });
  $("search").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(typing);
    filter();
    if (shown.length) go(shown[0]);
  });
  $("list").addEventListener("focusin", (event) => {
    const card = event.target.closest("article");
    if (card && (!current || card.dataset.id !== current.id)) go(decided.items.get(card.dataset.id), { focus: false, scroll: false });
  });
  addEventListener("beforeunload", (event) => { if (decided.unsaved && !decided.kept) event.preventDefault(); });
  conflicts();
  changes();
  build();
  fillFilters();
  filter();
  const notes = [];
  if (decided.recovered) notes.push(`Restored ${decided.recovered} unsaved ${decided.recovered === 1 ? "decision" : "decisions"} from an earlier visit.`);
  if (decided.stale) notes.push(`Ignored ${decided.stale} ${decided.stale === 1 ? "decision" : "decisions"}: the text has changed since.`);
  $("notice").textContent = notes.join(" ");
  $("notice").hidden = !notes.length;
  document.documentElement.dataset.ready = "1";
}

start();
