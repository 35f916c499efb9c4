// Functions on texts: width, reading speed, differences, YAML. No DOM, no state.
"use strict";

/* East Asian wide and full-width characters (Unicode 14, as Python 3.11 has them); gaps
   without assigned characters are closed. `locales.Locale.width` is the same count. */
const WIDE = ("1100-115f 231a-231b 2329-232a 23e9-23ec 23f0 23f3 25fd-25fe 2614-2615 2648-2653 " +
  "267f 2693 26a1 26aa-26ab 26bd-26be 26c4-26c5 26ce 26d4 26ea 26f2-26f3 26f5 26fa 26fd 2705 " +
  "270a-270b 2728 274c 274e 2753-2755 2757 2795-2797 27b0 27bf 2b1b-2b1c 2b50 2b55 2e80-303e " +
  "3041-3247 3250-4dbf 4e00-a4c6 a960-a97c ac00-d7a3 f900-fad9 fe10-fe6b ff01-ff60 ffe0-ffe6 " +
  "16fe0-1b2fb 1f004 1f0cf 1f18e 1f191-1f19a 1f200-1f320 1f32d-1f335 1f337-1f37c 1f37e-1f393 " +
  "1f3a0-1f3ca 1f3cf-1f3d3 1f3e0-1f3f0 1f3f4 1f3f8-1f43e 1f440 1f442-1f4fc 1f4ff-1f53d " +
  "1f54b-1f54e 1f550-1f567 1f57a 1f595-1f596 1f5a4 1f5fb-1f64f 1f680-1f6c5 1f6cc 1f6d0-1f6d2 " +
  "1f6d5-1f6df 1f6eb-1f6ec 1f6f4-1f6fc 1f7e0-1f7f0 1f90c-1f93a 1f93c-1f945 1f947-1f9ff " +
  "1fa70-1faf6 20000-3134a").split(" ").map((range) => {
  const [first, last] = range.split("-");
  return [parseInt(first, 16), parseInt(last || first, 16)];
});
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;

function isWide(code) {
  if (code < WIDE[0][0]) return false;
  let low = 0;
  let high = WIDE.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code > WIDE[middle][1]) low = middle + 1;
    else if (code < WIDE[middle][0]) high = middle - 1;
    else return true;
  }
  return false;
}

/** The width of a text on a line, in characters of the locale. */
function width(text, narrow) {
  let sum = 0;
  for (const character of text) {
    if (INVISIBLE.test(character)) continue;
    const full = narrow === 1 || isWide(character.codePointAt(0)) || "“”‘’…—".includes(character);
    sum += full ? 1 : narrow;
  }
  return sum;
}

/** Characters per second of a cue's lines. */
function speed(lines, startMs, endMs, narrow) {
  const total = lines.reduce((sum, line) => sum + width(line, narrow), 0);
  return total * 1000 / Math.max(1, endMs - startMs);
}

/** A number without trailing zeros. */
function plain(number, digits = 1) {
  return String(Number(number.toFixed(digits)));
}

/** h:mm:ss.mmm */
function clock(ms) {
  const two = (n) => String(n).padStart(2, "0");
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}` +
    `.${String(ms % 1000).padStart(3, "0")}`;
}

/** Words, spaces and marks of a text; Chinese and Japanese words by dictionary. */
function tokens(text, segmenter) {
  if (segmenter) return Array.from(segmenter.segment(text), (part) => part.segment);
  return text.match(/\p{L}[\p{L}\p{M}\p{N}'’]*|\p{N}+|\s|[^]/gu) || [];
}

/** A word segmenter for a language, or null if the browser has none. */
function segmenterFor(tag) {
  try {
    return new Intl.Segmenter(tag || "en", { granularity: "word" });
  } catch {
    return null;
  }
}

/** Whether two tokens are equal; a line break equals a space. */
function same(a, b) {
  return a === b || (/^\s$/.test(a) && /^\s$/.test(b));
}

/** Pieces [kind, old text, new text] that lead from one text to another: "=", "-" or "+". */
function difference(before, after, segmenter) {
  const a = tokens(before, segmenter);
  const b = tokens(after, segmenter);
  let head = 0;
  while (head < a.length && head < b.length && same(a[head], b[head])) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head &&
         same(a[a.length - 1 - tail], b[b.length - 1 - tail])) tail += 1;
  const both = (from, to, shift) => a.slice(from, to).map((t, n) => ["=", t, b[from + shift + n]]);
  return calmed([
    ...both(0, head, 0),
    ...longestCommon(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...both(a.length - tail, a.length, b.length - a.length),
  ]);
}

function longestCommon(a, b) {
  // Quadratic, so only for texts of subtitle length; longer ones count as entirely new.
  if (!a.length || !b.length || a.length * b.length > 250000) {
    return [...a.map((t) => ["-", t, ""]), ...b.map((t) => ["+", "", t])];
  }
  const row = b.length + 1;
  const table = new Uint16Array((a.length + 1) * row);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i * row + j] = same(a[i], b[j]) ? table[(i + 1) * row + j + 1] + 1
        : Math.max(table[(i + 1) * row + j], table[i * row + j + 1]);
    }
  }
  const pieces = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const removed = i < a.length &&
      (j >= b.length || table[(i + 1) * row + j] >= table[i * row + j + 1]);
    if (i < a.length && j < b.length && same(a[i], b[j])) {
      pieces.push(["=", a[i], b[j]]);
      i += 1;
      j += 1;
    } else if (removed) {
      pieces.push(["-", a[i], ""]);
      i += 1;
    } else {
      pieces.push(["+", "", b[j]]);
      j += 1;
    }
  }
  return pieces;
}

/* A space between two changed words is marked with them, to show a single change; a space
   at the edge of a change is not marked. */
function calmed(pieces) {
  const result = [];
  pieces.forEach(([kind, before, after], n) => {
    const lone = kind === "=" && /^\s+$/.test(before) && n > 0 && n + 1 < pieces.length &&
      pieces[n - 1][0] !== "=" && pieces[n + 1][0] !== "=";
    if (lone) result.push(["-", before, ""], ["+", "", after]);
    else result.push([kind, before, after]);
  });
  return result;
}

/** Lines as one text, without spaces at line breaks in languages that write none. */
function joined(lines, spaces) {
  return lines.map((line) => line.trim()).filter(Boolean).reduce((text, line) => {
    if (!text) return line;
    const latin = /[\p{L}\p{N}]$/u.test(text) && !isWide(text.codePointAt(text.length - 1)) &&
      /^[\p{L}\p{N}]/u.test(line) && !isWide(line.codePointAt(0));
    return text + (spaces || latin ? " " : "") + line;
  }, "");
}

/** The sentence in edited cues that also show parts of others; null if ambiguous. */
function sentenceOf(oldLines, newLines, text, spaces) {
  const before = joined(oldLines, spaces);
  const after = joined(newLines, spaces);
  const start = before.indexOf(text);
  if (!text || start < 0) return null;
  const head = before.slice(0, start);
  const tail = before.slice(start + text.length);
  if (after.length < head.length + tail.length || !after.startsWith(head) ||
      !after.endsWith(tail)) return null;
  return after.slice(head.length, after.length - tail.length).trim();
}

const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** A YAML 1.2 double-quoted string: JSON's, with further characters escaped. */
function quoted(text) {
  const whole = String(text).replace(LONE, "\uFFFD");
  return JSON.stringify(whole).replace(/[\u007f-\u00a0\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}

/** The contents of decisions.yml. */
function yamlOf(head, decisions) {
  const lines = ["# Decisions of a speechsubs review."];
  for (const [key, value] of Object.entries(head)) lines.push(`${key}: ${quoted(value)}`);
  lines.push(decisions.length ? "decisions:" : "decisions: []");
  for (const decision of decisions) {
    let mark = "  - ";
    for (const key of ["item", "verdict", "source_hash", "text_hash", "text", "lines", "author", "date", "reason"]) {
      const value = decision[key];
      if (!value || !value.length) continue;
      if (key === "lines") {
        lines.push(`${mark}lines:`);
        for (const cue of value) lines.push(`      - [${cue.map(quoted).join(", ")}]`);
      } else lines.push(`${mark}${key}: ${quoted(value)}`);
      mark = "    ";
    }
    const demands = Object.entries(decision.demands || {});
    if (demands.length) lines.push(`    demands: {${demands.map((pair) => pair.map(quoted).join(": ")).join(", ")}}`);
  }
  return lines.join("\n") + "\n";
}
