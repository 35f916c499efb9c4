// The decisions: stored in this browser until they are saved, with undo.
"use strict";

/** The local storage of a browser, which may be disabled. */
const store = {
  get(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(key, value); return true; } catch { return false; }
  },
  remove(key) {
    try { localStorage.removeItem(key); } catch { /* storage is disabled, so nothing is stored */ }
  },
};

const VERDICTS = { accept: "accepted", reject: "rejected", edit: "edited", approve: "approved" };

class Decided {
  /** `data` is the review; `author` is called for every decision. */
  constructor(data, author) {
    this.data = data;
    this.author = author;
    this.items = new Map(data.items.map((item) => [item.id, item]));
    this.taken = new Map();
    this.shown = new Map();
    for (const key of data.items.flatMap(places)) this.shown.set(key, (this.shown.get(key) || 0) + 1);
    this.steps = [];
    this.others = [];
    this.unsaved = false;
    this.kept = true;
    this.key = ["speechsubs-review", data.project, data.old, data.new].map(encodeURI0).join(":");
    this.stale = this.read(data.decisions) + this.recover();
  }

  /** Load decisions; returns how many are stale, because their texts have changed. */
  read(decisions) {
    let stale = 0;
    for (const decision of Array.isArray(decisions) ? decisions : []) {
      const item = decision && this.items.get(decision.item);
      if (!item || !(decision.verdict in VERDICTS)) continue;
      if (decision.source_hash === item.source_hash && decision.text_hash === item.text_hash) {
        this.taken.set(item.id, clean(decision));
      } else stale += 1;
    }
    return stale;
  }

  /** Restore unsaved decisions of an earlier visit; they are newer than the file. */
  recover() {
    let found;
    try { found = JSON.parse(store.get(this.key) || "null"); } catch { found = null; }
    if (!found || !Array.isArray(found.decisions)) return 0;
    // Pages of other languages of the same project store their decisions under this key too.
    const own = found.decisions.filter((one) => one && this.items.has(one.item));
    this.others = found.decisions.filter((one) => one && !this.items.has(one.item)).map(clean);
    if (!own.length) return 0;
    this.taken.clear();
    this.unsaved = true;
    this.recovered = own.length;
    return this.read(own);
  }

  get(id) { return this.taken.get(id); }

  get count() { return this.taken.size; }

  /** Decide several items in one undo step. `more` contains text, lines and reason. */
  take(items, verdict, more = {}) {
    const date = new Date().toISOString().replace(/\.\d+Z$/, "+00:00");
    this.change(items.map((item) => [item.id, verdict && clean({
      item: item.id, verdict, source_hash: item.source_hash, text_hash: item.text_hash,
      author: this.author(), date, ...(verdict === "reject" ? { demands: this.items.get(item.id).demands } : {}),
      ...(verdict === "accept" ? this.proposed(item) : {}), ...more,
    })]));
  }

  /* The text as it was displayed and accepted, so that it is not predicted again. Lines of a
     cue that two items change are re-segmented later, when both texts are known. */
  proposed(item) {
    const lines = item.cues.map((cue) => (cue.new_lines.length ? cue.new_lines : cue.lines));
    const cut = item.cues.some((cue) => cue.new_lines.length) && lines.every((own) => own.length) &&
      places(item).every((key) => this.shown.get(key) === 1);
    return { text: item.new_text || item.text, lines: cut ? lines : [] };
  }

  /** Add a note to an existing decision. */
  note(item, reason) {
    const standing = this.taken.get(item.id);
    if (standing) this.change([[item.id, clean({ ...standing, reason })]]);
  }

  change(pairs) {
    const step = pairs.map(([id]) => [id, this.taken.get(id)]);
    for (const [id, decision] of pairs) this.set(id, decision);
    this.steps.push(step);
    this.keep();
  }

  /** Undo the last step; returns the ids of its items. */
  undo() {
    const step = this.steps.pop();
    if (!step) return [];
    for (const [id, decision] of step) this.set(id, decision);
    this.keep();
    return step.map(([id]) => id);
  }

  set(id, decision) {
    if (decision) this.taken.set(id, decision);
    else this.taken.delete(id);
  }

  keep() {
    this.unsaved = true;
    this.kept = this.remember(this.list());
  }

  /** Mark `list` as saved, unless there have been further decisions since. */
  saved(list) {
    if (JSON.stringify(list) !== JSON.stringify(this.list())) return;
    this.unsaved = false;
    if (this.others.length) this.remember([]);
    else store.remove(this.key);
  }

  remember(own) {
    return store.set(this.key, JSON.stringify({ decisions: [...this.others, ...own] }));
  }

  /** All decisions in the order of the items. */
  list() {
    return this.data.items.filter((item) => this.taken.has(item.id))
      .map((item) => this.taken.get(item.id));
  }

  yaml() {
    const { decisions_schema: schema, project, old } = this.data;
    return yamlOf({ schema, project, old, new: this.data.new }, this.list());
  }
}

/** Keys of the cues of an item, unique across files and languages. */
function places(item) {
  return item.cues.map((cue) => `${item.source_id}\n${item.locale}\n${cue.number}`);
}

function encodeURI0(text) {
  return encodeURIComponent(String(text).replace(/[\uD800-\uDFFF]/g, "?"));
}

/** A text without the characters that decisions.yml rejects: controls and lone surrogates. */
function speakable(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "").replace(LONE, "\uFFFD");
}

/** A decision with exactly the known fields, each of the right type. */
function clean(decision) {
  const result = {};
  for (const key of ["item", "verdict", "source_hash", "text_hash", "text", "author", "date", "reason"]) {
    result[key] = typeof decision[key] === "string" ? speakable(decision[key]) : "";
  }
  const demands = decision.demands && typeof decision.demands === "object" ? Object.entries(decision.demands) : [];
  result.demands = Object.fromEntries(demands.map(([term, said]) => [speakable(term), speakable(String(said))]));
  result.lines = Array.isArray(decision.lines)
    ? decision.lines.map((cue) => (Array.isArray(cue) ? cue.map(String).map(speakable) : [])) : [];
  return result;
}
