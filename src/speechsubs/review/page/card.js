// One item as a card. Untrusted text only ever becomes text nodes and plain attributes.
"use strict";

/** An element. `props` are attributes; a function is a listener; true is an empty attribute. */
function h(name, props, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props || {})) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, String(value));
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

class Cards {
  constructor(data, decided, act) {
    this.data = data;
    this.decided = decided;
    this.act = act;
    this.segmenters = new Map();
    this.terms = new Map(data.changes.map((change) => [change.id, change.term]));
  }

  /** Language and direction, for every element that contains untrusted text. */
  script(tag) {
    const locale = this.data.locales[tag];
    return { lang: tag || null, dir: locale ? locale.direction : "auto" };
  }

  rules(tag) {
    return { narrow_width: 1, spaces: true, line_width: 42, max_lines: 2, chars_per_second: 17,
      min_duration_ms: 0, max_duration_ms: Infinity,
      ...this.data.locales[tag] };
  }

  segmenter(tag) {
    if (!this.segmenters.has(tag)) this.segmenters.set(tag, segmenterFor(tag));
    return this.segmenters.get(tag);
  }

  /** An empty card in the list; `fill` adds its contents when it scrolls into view. */
  shell(item, position, total) {
    return h("article", {
      id: `i-${item.id}`, tabindex: "-1", "data-id": item.id,
      "aria-label": `${item.file}, ${item.locale}, ${cueNames(item)}`,
      "aria-posinset": position + 1, "aria-setsize": total,
    });
  }

  fill(card, item) {
    const decision = this.decided.get(item.id);
    card.className = decision ? `decided ${decision.verdict}` : "";
    card.classList.toggle("locked", item.locked);
    card.replaceChildren(
      this.meta(item, decision),
      this.source(item),
      this.target(item, decision),
      ...[this.findings(item)].filter(Boolean),
      this.actions(item, decision),
    );
    card.dataset.filled = "1";
  }

  meta(item, decision) {
    const first = item.cues[0];
    return h("header", { class: "meta" },
      h("bdi", { class: "file" }, item.file),
      h("span", null, cueNames(item)),
      first ? h("time", null, clock(first.start_ms)) : null,
      h("span", { class: "tag" }, item.locale),
      h("span", { class: `state state-${item.state}` }, item.state),
      item.method ? h("span", { title: item.kept === null ? null : "share of the words of the old text that are kept" },
        item.kept === null ? item.method : `${item.method} · ${Math.round(item.kept * 100)} % kept`) : null,
      item.locked ? h("span", { class: "lock" }, proposes(item) ? "🔒 edited by hand: proposal only" : "🔒 edited by hand") : null,
      ...[...new Set(item.changes.map((id) => this.terms.get(id)).filter(Boolean))].map((term) =>
        h("bdi", { class: "term" }, term)),
      decision ? h("strong", { class: "verdict" }, VERDICTS[decision.verdict]) : null);
  }

  source(item) {
    const script = this.script(this.data.languages[item.source_id]);
    const line = (text, name) => (text ? h("p", { class: name, ...script }, text) : null);
    return h("div", { class: "side source" },
      line(item.before, "near"),
      h("p", { class: "sentence", ...script }, ...this.marked(item)),
      line(item.after, "near"));
  }

  marked(item) {
    // Spans count code points, as in Python, not UTF-16 code units.
    const characters = Array.from(item.source);
    const parts = [];
    let done = 0;
    for (const [start, end] of [...item.marks].sort((a, b) => a[0] - b[0])) {
      if (start < done || end <= start) continue;
      parts.push(characters.slice(done, start).join(""),
        h("mark", null, characters.slice(start, end).join("")));
      done = end;
    }
    parts.push(characters.slice(done).join(""));
    return parts;
  }

  target(item, decision) {
    const side = h("div", { class: "side target" });
    const edited = decision && decision.verdict === "edit";
    const shown = item.cues.length ? item.cues.map((cue, n) =>
      this.cue(item, cue, edited && decision.lines[n])) : [this.bare(item, edited && decision.text)];
    side.append(...shown);
    const uncut = item.cues.length && !edited && item.new_text && item.new_text !== item.text &&
      !item.cues.some((cue) => cue.new_lines.length);
    if (uncut) side.append(this.bare(item, ""));
    if (decision && decision.reason) {
      side.append(h("p", { class: "reason", dir: "auto" }, `Note: ${decision.reason}`));
    }
    return side;
  }

  /** The text of a segment without cues. */
  bare(item, edited) {
    const after = edited || item.new_text;
    return h("div", { class: "cue" }, ...this.versions(item, [item.text], after ? [after] : [],
      edited ? "yours" : "new", null));
  }

  cue(item, cue, edited) {
    const rules = this.rules(item.locale);
    const lines = edited || cue.new_lines;
    const changed = lines.length && lines.join("\n") !== cue.lines.join("\n");
    const shown = changed ? lines : cue.lines;
    const end = changed ? until(cue, shown, rules) : cue.end_ms;
    const rate = speed(shown, cue.start_ms, end, rules.narrow_width);
    const before = speed(cue.lines, cue.start_ms, cue.end_ms, rules.narrow_width);
    return h("div", { class: "cue" },
      h("div", { class: "cue-head" },
        h("button", { type: "button", class: "play quiet", click: () => this.act.play(item, cue),
          "aria-label": `Play cue ${cue.number}`, title: "Play this cue" }, "▶"),
        h("span", null, `#${cue.number}`),
        h("span", longer(cue, end) ? { class: "longer", title: "extended into the following pause" } : null,
        longer(cue, end) ? `${seconds(cue.start_ms, cue.end_ms)} → ${seconds(cue.start_ms, end)} s`
          : `${seconds(cue.start_ms, cue.end_ms)} s`),
        h("span", { class: rate > rules.chars_per_second + 0.05 ? "over" : "",
          title: `maximum: ${plain(rules.chars_per_second)} characters per second` },
        changed && plain(before) !== plain(rate) ? `${plain(before)} → ${plain(rate)} char/s` : `${plain(rate)} char/s`)),
      ...this.versions(item, cue.lines, changed ? lines : [], edited ? "yours" : "new", rules));
  }

  versions(item, before, after, name, rules) {
    if (!after.length) {
      const text = before.join("\n");
      return [this.lines(item, [["=", text, text]], "-", "now", rules)];
    }
    const pieces = difference(before.join("\n"), after.join("\n"), this.segmenter(item.locale));
    return [this.lines(item, pieces, "-", "old", rules), this.lines(item, pieces, "+", name, rules)];
  }

  /** One version of a cue, a row for each line with its count. */
  lines(item, pieces, side, name, rules) {
    const labels = { old: "Before", new: "Proposed", yours: "Yours", now: "" };
    const block = h("div", { class: `version ${name}` });
    if (labels[name]) block.append(h("span", { class: "label" }, labels[name]));
    let words;
    const row = () => {
      words = h("span", { class: "words", ...this.script(item.locale) });
      block.append(h("div", { class: "line" }, words));
    };
    row();
    for (const [kind, old, after] of pieces) {
      if (kind !== "=" && kind !== side) continue;
      const text = side === "-" ? old : after;
      text.split("\n").forEach((part, n) => {
        if (n) row();
        if (!part) return;
        // A changed space alone is not worth marking.
        const changed = kind !== "=" && (part.trim() || words.lastChild instanceof Element);
        const last = words.lastChild;
        const name = kind === "-" ? "DEL" : "INS";
        if (changed && last instanceof Element && last.tagName === name) last.append(part);
        else words.append(changed ? h(name, null, part) : part);
      });
    }
    // Trailing spaces of a change are invisible, so they are not marked.
    for (const mark of block.querySelectorAll("del, ins")) {
      const bare = mark.textContent.trimEnd();
      if (bare && bare !== mark.textContent) mark.after(mark.textContent.slice(bare.length));
      if (bare) mark.textContent = bare;
    }
    block.normalize();
    if (rules) for (const line of block.querySelectorAll(".line")) line.append(count(line.textContent, rules));
    return block;
  }

  findings(item) {
    if (!item.findings.length) return null;
    return h("ul", { class: `findings ${item.severity}` },
      ...item.findings.map((text) => h("li", { dir: "auto" }, text)));
  }

  actions(item, decision) {
    const now = decision && decision.verdict;
    const button = (name, key, label, act) => h("button", { type: "button", class: `act ${name}`,
      "aria-pressed": now === name ? "true" : "false", "aria-keyshortcuts": key, click: act },
    label, h("kbd", { "aria-hidden": "true" }, key));
    const yes = proposes(item) ? ["accept", "Accept"] : ["approve", "Approve"];
    return h("footer", { class: "actions" },
      button(yes[0], "a", yes[1], () => this.act.decide(item, yes[0])),
      button("reject", "r", "Reject", () => this.act.decide(item, "reject")),
      button("edit", "e", "Edit", () => this.act.edit(item)),
      decision ? button("note", "n", "Note", () => this.act.note(item)) : null,
      decision ? button("clear", "x", "Withdraw", () => this.act.clear(item)) : null);
  }
}

/** Whether the item has a proposal to accept; otherwise it can only be approved. */
function proposes(item) {
  return Boolean(item.new_text && item.new_text !== item.text) ||
    item.cues.some((cue) => cue.new_lines.length);
}

function cueNames(item) {
  if (!item.cues.length) return `sentence ${item.segment + 1}`;
  const first = item.cues[0].number;
  const last = item.cues[item.cues.length - 1].number;
  return first === last ? `cue ${first}` : `cues ${first}–${last}`;
}

/** Duration of a cue in seconds: "2.4". */
function seconds(start, end) { return plain((end - start) / 1000); }

/** Whether the cue gets longer by an amount that is visible at the displayed precision. */
function longer(cue, end) { return end - cue.end_ms >= 50 && seconds(cue.start_ms, end) !== seconds(cue.start_ms, cue.end_ms); }

/** End time of a cue with these lines: it may extend into the following pause to stay
    readable. The same rule as in `review.recut`. */
function until(cue, lines, rules) {
  if (!lines.length || lines.join("\n") === cue.lines.join("\n")) return cue.end_ms;
  const size = lines.reduce((sum, line) => sum + width(line, rules.narrow_width), 0);
  const need = cue.start_ms + Math.min(Math.max(rules.min_duration_ms, Math.round(size * 1000 / rules.chars_per_second)), rules.max_duration_ms);
  return Math.max(cue.end_ms, Math.min(need, cue.latest_end_ms ?? cue.end_ms));
}

/** The length of a line, compared with the limit. */
function count(text, rules) {
  const size = width(text, rules.narrow_width);
  const over = size > rules.line_width;
  return h("span", { class: over ? "count over" : "count",
    title: `${plain(size)} characters (maximum ${plain(rules.line_width)})`,
    "aria-label": `${plain(size)} characters${over ? ", too long" : ""}` }, plain(size));
}
