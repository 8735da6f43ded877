"use strict";
// Reads the text format every two seconds and shows it; what changed since the last time is marked.

const EVERY = 2000;
const MOST = 200; // series of a family that are shown
const path = document.body.dataset.metrics;
const state = document.getElementById("state");
const filter = document.getElementById("filter");
const main = document.getElementById("families");
let before = new Map();

const unescape = (text) => text.replace(/\\([\\n"])/g, (_, c) => (c === "n" ? "\n" : c));

function parse(text) {
  const families = [];
  let family = null;
  const open = (name) => {
    if (family === null || family.name !== name) {
      family = { name, help: "", type: "", series: [] };
      families.push(family);
    }
  };
  for (const line of text.split("\n")) {
    const about = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line);
    if (about) {
      open(about[2]);
      family[about[1].toLowerCase()] = about[1] === "HELP" ? unescape(about[3]) : about[3];
    } else if (line !== "" && line[0] !== "#") {
      const end = line.lastIndexOf("}") + 1 || line.indexOf(" ");
      if (family === null) open(line.slice(0, end));
      family.series.push([line.slice(0, end), line.slice(end).trim().split(" ")[0]]);
    }
  }
  return families;
}

function add(to, tag, text) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  to.append(element);
  return element;
}

function show(families) {
  const wanted = filter.value.toLowerCase();
  const values = new Map();
  const page = document.createDocumentFragment();
  for (const { name, help, type, series } of families) {
    for (const [key, value] of series) values.set(key, value);
    const fits = (text) => text.toLowerCase().includes(wanted);
    const shown = fits(name) || fits(help) ? series : series.filter(([key]) => fits(key));
    if (wanted !== "" && shown.length === 0 && !fits(name)) continue;
    const section = add(page, "section");
    add(add(section, "h2", name), "small", type);
    if (help) add(section, "p", help);
    const table = add(section, "table");
    for (const [key, value] of shown.slice(0, MOST)) {
      const row = add(table, "tr");
      add(row, "td", key);
      add(row, "td", value);
      if (before.has(key) && before.get(key) !== value) row.className = "changed";
    }
    if (shown.length > MOST) add(section, "p", `and ${shown.length - MOST} more`);
  }
  main.replaceChildren(page);
  return values;
}

let last = [];

async function read() {
  try {
    const answer = await fetch(path, { headers: { Accept: "text/plain;version=0.0.4" }, cache: "no-store" });
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    last = parse(await answer.text());
    before = show(last);
    state.textContent = `Read at ${new Date().toLocaleTimeString()}.`;
    state.className = "";
  } catch (error) {
    state.textContent = `Not read: ${error.message}.`;
    state.className = "failed";
  }
  setTimeout(read, document.hidden ? 5 * EVERY : EVERY);
}

filter.addEventListener("input", () => show(last));
read();
