// The page of --report FILE.html. All texts of the model get into it as text nodes, so that no name is ever read as HTML.
#include "mo/report/report_values.h"

namespace moir::mo {

const char* const kReportPageStart = R"page(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Report of mo</title>
<style>
:root { color-scheme: light dark; --line: #8886; --back: #8881; --accent: #2a6fdb; --found: #e8a33d; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 1500px; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.4rem; margin: 0 0 .2rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.small { opacity: .7; }
.cards { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; }
.card { background: var(--back); border-radius: 8px; padding: .5rem .9rem; }
.card b { display: block; font-size: 1.15rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .6rem .2rem 0; text-align: left; vertical-align: top; }
th.sortable { cursor: pointer; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.jump { cursor: pointer; }
tr.jump:hover { background: var(--back); }
.scroll { max-height: 28rem; overflow: auto; }
.columns { display: grid; gap: 0 2rem; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); }
#panel { border: 1px solid var(--line); border-radius: 8px; display: flex; height: 75vh; overflow: hidden; }
#drawing { cursor: grab; flex: 1; touch-action: none; user-select: none; }
#drawing.moving { cursor: grabbing; }
#details { border-left: 1px solid var(--line); flex: 0 0 20rem; overflow: auto; overflow-wrap: anywhere; padding: .6rem .9rem; }
#details dt { margin-top: .4rem; opacity: .7; }
#details dd { margin: 0; }
#details a { color: var(--accent); cursor: pointer; }
.tools { align-items: center; display: flex; gap: .5rem; margin-bottom: .5rem; }
.tools input { flex: 0 1 22rem; }
input, button { font: inherit; padding: .2rem .5rem; }
.node rect { fill: Canvas; stroke: var(--hue, #888); stroke-width: 1.5; }
.node { cursor: pointer; }
.node text { fill: CanvasText; font-size: 11px; text-anchor: middle; }
.node .op { font-weight: 600; }
.node.found rect { stroke: var(--found); stroke-width: 4; }
.node.chosen rect { fill: color-mix(in srgb, var(--accent) 25%, Canvas); stroke: var(--accent); stroke-width: 3; }
.edge { fill: none; stroke: #888; stroke-width: 1.2; }
.edge.chosen { stroke: var(--accent); stroke-width: 3; }
.bad { color: #c33; font-weight: 600; }
</style>
</head>
<body>
<h1 id="title"></h1>
<div class="small" id="subtitle"></div>
<div class="cards" id="cards"></div>
<section id="verification"></section>
<section>
  <h2>Graph</h2>
  <div class="tools">
    <input id="search" type="search" placeholder="find a node by name or operator" aria-label="find a node">
    <button id="next">next</button><span id="matches" class="small"></span>
    <button id="in" aria-label="zoom in">+</button><button id="out" aria-label="zoom out">&minus;</button>
    <button id="fit">whole graph</button>
  </div>
  <div id="panel">
    <svg id="drawing" xmlns="http://www.w3.org/2000/svg">
      <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
        <path d="M0 0L8 4L0 8z" fill="#888"/></marker></defs>
      <g id="view"></g>
    </svg>
    <div id="details"><span class="small">Click a node for its details; drag to move, turn the wheel to zoom.</span></div>
  </div>
</section>
<section id="tables"></section>
<script id="report" type="application/json">)page";

const char* const kReportPageEnd = R"page(</script>
<script>
"use strict";
const report = JSON.parse(document.getElementById("report").textContent);
const byId = id => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

// An element with attributes and children; texts become text nodes.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.onclick = value;
    else element.setAttribute(name, value);
  }
  for (const child of children) element.append(child);
  return element;
}
function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const child of children) element.append(child);
  return element;
}
const short = (text, length) => text.length > length ? text.slice(0, length - 1) + "\u2026" : text;
function count(n) {
  for (const [factor, unit] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (n >= factor) return (n / factor).toFixed(n >= 100 * factor ? 0 : n >= 10 * factor ? 1 : 2) + " " + unit;
  }
  return String(n);
}
function bytes(n) {
  for (const [factor, unit] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]]) {
    if (n >= factor) return (n / factor).toFixed(1) + " " + unit;
  }
  return n + " bytes";
}
const seconds = s => s >= 1 ? s.toFixed(2) + " s" : (s * 1000).toFixed(1) + " ms";

// A table from rows of values. Columns: {title, value(row), text(row), number}. Headings sort.
function table(rows, columns, jump) {
  const body = make("tbody");
  const fill = list => {
    body.replaceChildren(...list.map(row => {
      const line = make("tr", jump ? {class: "jump", onclick: () => jump(row)} : {});
      for (const c of columns)
        line.append(make("td", c.number ? {class: "number"} : {}, c.text ? c.text(row) : String(c.value(row))));
      return line;
    }));
  };
  let last = null, up = true;
  const head = make("tr");
  for (const c of columns) {
    head.append(make("th", {class: "sortable" + (c.number ? " number" : ""), onclick: () => {
      up = last === c ? !up : !c.number;
      last = c;
      const order = (a, b) => a < b ? -1 : a > b ? 1 : 0;
      fill([...rows].sort((a, b) => (up ? 1 : -1) * order(c.value(a), c.value(b))));
    }}, c.title));
  }
  fill(rows);
  return make("div", {class: "scroll"}, make("table", {}, make("thead", {}, head), body));
}
function section(title, ...content) { return make("section", {}, make("h2", {}, title), ...content); }

// ---- summary ----
document.title = report.model + " - report of mo";
byId("title").textContent = report.model;
byId("subtitle").textContent = "converted by mo " + report.tool_version;
const sum = object => Object.values(object).reduce((a, b) => a + b, 0);
const total = report.steps.reduce((a, step) => a + step.seconds, 0);
for (const [label, value] of [
  ["operators", sum(report.operators_read) + " \u2192 " + sum(report.operators_optimized)],
  ["parameters", count(report.parameters)], ["multiply-adds", count(report.multiply_adds)],
  ["weights", bytes(report.weight_bytes)], ["values at the worst step", bytes(report.live_bytes)],
  ["memory to run", bytes(report.weight_bytes + report.live_bytes)], ["conversion", seconds(total)]])
  byId("cards").append(make("div", {class: "card"}, make("b", {}, value), label));

if (report.verification.length) {
  const figure = x => x === null ? "infinite" : x.toExponential(2);
  byId("verification").append(section("Verification", table(report.verification, [
    {title: "output", value: v => v.output},
    {title: "largest difference", value: v => v.largest_difference, text: v => figure(v.largest_difference), number: true},
    {title: "relative", value: v => v.relative_difference, text: v => figure(v.relative_difference), number: true},
    {title: "largest value", value: v => v.largest_value, text: v => figure(v.largest_value), number: true},
    {title: "result", value: v => v.passed ? "passed" : "failed",
     text: v => make("span", v.passed ? {} : {class: "bad"}, v.passed ? "passed" : "failed")}]),
    ...report.verification_notes.map(note => make("p", {}, note))));
}

// ---- graph ----
const drawing = report.drawing, layers = report.layers;
const view = byId("view"), canvas = byId("drawing");
const nodeElements = [], edgeElements = [];
const hues = {};
function hue(op) {
  if (!(op in hues)) hues[op] = Object.keys(hues).length * 47 % 360;
  return "hsl(" + hues[op] + " 60% 50%)";
}
function path(points) {
  let d = "M" + points[0];
  for (let i = 1; i < points.length; ++i) {
    const [x0, y0] = points[i - 1], [x, y] = points[i], middle = (y0 + y) / 2;
    d += "C" + [x0, middle, x, middle, x, y].join(" ");
  }
  return d;
}
for (const edge of drawing.edges) {
  const element = svg("path", {class: "edge", d: path(edge.points), "marker-end": "url(#arrow)"});
  edgeElements.push(element);
  view.append(element);
}
layers.forEach((layer, i) => {
  const [x, y] = drawing.nodes[i], w = drawing.node_width, h = drawing.node_height;
  const shape = layer.outputs.length ? " " + layer.outputs[0].shape : "";
  const element = svg("g", {class: "node", transform: "translate(" + x + " " + y + ")", style: "--hue:" + hue(layer.op)},
    svg("title", {}, layer.name),
    svg("rect", {x: -w / 2, y: -h / 2, width: w, height: h, rx: layer.op === "Parameter" || layer.is_output.length ? 18 : 5}),
    svg("text", {class: "op", y: -4}, short(layer.op + shape, 32)), svg("text", {y: 12}, short(layer.name, 32)));
  element.addEventListener("click", () => choose(i));
  nodeElements.push(element);
  view.append(element);
});

let scale = 1, left = 0, top_ = 0;
function apply() { view.setAttribute("transform", "translate(" + left + " " + top_ + ") scale(" + scale + ")"); }
function zoom(factor, x, y) {
  const next = Math.min(8, Math.max(0.01, scale * factor));
  left = x - (x - left) * next / scale;
  top_ = y - (y - top_) * next / scale;
  scale = next;
  apply();
}
function fit() {
  const w = canvas.clientWidth || 800, h = canvas.clientHeight || 600;
  scale = Math.min(1.5, w / drawing.width, h / drawing.height);
  left = (w - drawing.width * scale) / 2;
  top_ = (h - drawing.height * scale) / 2;
  apply();
}
function start() {
  const w = canvas.clientWidth || 800;
  scale = Math.min(1.2, Math.max(0.5, w / drawing.width));
  left = (w - drawing.width * scale) / 2;
  top_ = 0;
  apply();
}
function show(i) {
  const [x, y] = drawing.nodes[i];
  scale = Math.max(scale, 0.8);
  left = canvas.clientWidth / 2 - x * scale;
  top_ = canvas.clientHeight / 2 - y * scale;
  apply();
}
canvas.addEventListener("wheel", event => {
  event.preventDefault();
  const box = canvas.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
}, {passive: false});
let held = null;
canvas.addEventListener("pointerdown", event => { held = [event.clientX - left, event.clientY - top_]; });
window.addEventListener("pointermove", event => {
  if (!held) return;
  canvas.classList.add("moving");
  left = event.clientX - held[0];
  top_ = event.clientY - held[1];
  apply();
});
window.addEventListener("pointerup", () => { held = null; canvas.classList.remove("moving"); });
const centre = factor => () => zoom(factor, canvas.clientWidth / 2, canvas.clientHeight / 2);
byId("in").onclick = centre(1.3);
byId("out").onclick = centre(1 / 1.3);
byId("fit").onclick = fit;

function choose(i) {
  const layer = layers[i];
  nodeElements.forEach((element, k) => element.classList.toggle("chosen", k === i));
  drawing.edges.forEach((edge, k) => edgeElements[k].classList.toggle("chosen", edge.from === i || edge.to === i));
  const list = make("dl");
  const add = (term, ...values) => {
    if (values.length) list.append(make("dt", {}, term), ...values.map(value => make("dd", {}, value)));
  };
  const link = k => make("a", {onclick: () => { choose(k); show(k); }}, layers[k].name);
  const value = v => v.type + v.shape + " " + v.name;
  add("operator", layer.op);
  if (layer.is_output.length) add("output of the model", ...layer.is_output);
  add("reads", ...drawing.edges.filter(e => e.to === i).map(e => link(e.from)));
  add("is read by", ...drawing.edges.filter(e => e.from === i).map(e => link(e.to)));
  add("values", ...layer.outputs.map(value));
  add("constants", ...layer.constants.map(value));
  add("attributes", ...Object.entries(layer.attributes).map(([name, text]) => name + " = " + text));
  add("parameters", layer.parameters.toLocaleString("en"));
  add("multiply-adds", layer.multiply_adds.toLocaleString("en"));
  add("values that live while it runs", bytes(layer.live_bytes));
  byId("details").replaceChildren(make("b", {}, layer.name), list);
}

let matches = [], current = -1;
function search() {
  const text = byId("search").value.trim().toLowerCase();
  matches = text ? layers.map((layer, i) => i).filter(i =>
    layers[i].name.toLowerCase().includes(text) || layers[i].op.toLowerCase().includes(text)) : [];
  const found = new Set(matches);
  nodeElements.forEach((element, i) => element.classList.toggle("found", found.has(i)));
  current = -1;
  byId("matches").textContent = text ? matches.length + " found" : "";
  if (matches.length) next();
}
function next() {
  if (!matches.length) return;
  current = (current + 1) % matches.length;
  byId("matches").textContent = current + 1 + " of " + matches.length;
  show(matches[current]);
  choose(matches[current]);
}
byId("search").addEventListener("input", search);
byId("search").addEventListener("keydown", event => { if (event.key === "Enter") next(); });
byId("next").onclick = next;
start();

// ---- tables ----
const tables = byId("tables");
const jump = i => { choose(i); show(i); byId("panel").scrollIntoView({block: "center"}); };
const named = object => Object.entries(object).map(([name, number]) => ({name, number}));
const values = title => list => section(title, table(list, [
  {title: "name", value: v => v.name}, {title: "type", value: v => v.type}, {title: "shape", value: v => v.shape}]));
tables.append(
  make("div", {class: "columns"}, values("Inputs")(report.inputs), values("Outputs")(report.outputs)),
  section("Layers", table(layers.map((layer, i) => ({...layer, i})), [
    {title: "#", value: l => l.i, number: true}, {title: "name", value: l => l.name}, {title: "operator", value: l => l.op},
    {title: "output", value: l => l.outputs.length ? l.outputs[0].shape : ""},
    {title: "parameters", value: l => l.parameters, text: l => count(l.parameters), number: true},
    {title: "multiply-adds", value: l => l.multiply_adds, text: l => count(l.multiply_adds), number: true},
    {title: "live values", value: l => l.live_bytes, text: l => bytes(l.live_bytes), number: true}], l => jump(l.i))),
  make("div", {class: "columns"},
    section("Operators", table(named(report.operators_optimized).map(o => ({...o, before: report.operators_read[o.name] || 0}))
      .concat(named(report.operators_read).filter(o => !(o.name in report.operators_optimized))
        .map(o => ({name: o.name, before: o.number, number: 0}))), [
      {title: "operator", value: o => o.name}, {title: "as read", value: o => o.before, number: true},
      {title: "optimized", value: o => o.number, number: true}])),
    section("Passes", table(report.passes, [
      {title: "pass", value: p => p.name + (p.skipped ? " (left out)" : "")}, {title: "changes", value: p => p.changes, number: true},
      {title: "declined", value: p => p.declined.length, number: true},
      {title: "time", value: p => p.seconds, text: p => seconds(p.seconds), number: true}]))),
  make("div", {class: "columns"},
    section("Files", table(report.files_read.concat(report.files_written), [
      {title: "file", value: f => f.path}, {title: "", value: f => f.what},
      {title: "size", value: f => f.bytes, text: f => bytes(f.bytes), number: true}])),
    section("Steps", table(report.steps, [{title: "step", value: s => s.name},
      {title: "time", value: s => s.seconds, text: s => seconds(s.seconds), number: true}]))),
  section("Runs in", make("ul", {}, ...report.engines.map(engine => make("li", {}, engine)))),
  section("Notes", make("ul", {}, ...report.notes.map(note => make("li", {}, note)))),
  section("Options", table(Object.entries(report.options), [
    {title: "option", value: o => o[0]}, {title: "value", value: o => o[1]}])));
</script>
</body>
</html>
)page";

}  // namespace moir::mo
