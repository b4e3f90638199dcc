"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const make = (tag, text, cls) => {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (cls) e.className = cls;
  return e;
};

// --- the graph -------------------------------------------------------------

// What kinds are shown alike; all others are "other".
const families = {
  route: ["Ingress", "IngressClass", "Gateway", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute", "VirtualService", "DestinationRule", "IngressRoute", "Route", "HTTPProxy", "NetworkPolicy"],
  service: ["Service", "Endpoints", "EndpointSlice", "ServiceEntry"],
  workload: ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Pod", "Job", "CronJob", "Rollout", "HorizontalPodAutoscaler", "PodDisruptionBudget", "ScaledObject"],
  config: ["ConfigMap"],
  secret: ["Secret", "ExternalSecret", "SealedSecret", "SecretStore", "ClusterSecretStore", "Certificate", "Issuer", "ClusterIssuer"],
  storage: ["PersistentVolumeClaim", "PersistentVolume", "StorageClass"],
  access: ["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"],
};
const familyOf = {__proto__: null}; // a kind may be called constructor
for (const f in families) for (const kind of families[f]) familyOf[kind] = f;

const nodes = data.nodes.map((n, id) => ({
  ...n, id, family: familyOf[n.kind] || "other", out: [], in: [], x: 0, y: 0,
  text: (n.kind + " " + n.namespace + "/" + n.name).toLowerCase(),
  worst: n.missing ? "error" : (n.findings || []).some(f => f.severity === "error") ? "error" : (n.findings || []).some(f => f.severity === "warning") ? "warning" : "",
}));
const edges = data.edges.map(e => ({...e, from: nodes[e.from], to: nodes[e.to]}));
for (const e of edges) { e.from.out.push(e); e.to.in.push(e); }
const isBroken = n => n.worst === "error" || n.out.some(e => e.broken) || n.in.some(e => e.broken);
const called = n => n.kind + " " + (n.namespace ? n.namespace + "/" : "") + n.name;
const plural = (n, what) => n + " " + what + (n === 1 ? "" : "s");

const state = {query: "", namespaces: new Set(), kinds: new Set(), broken: false, focus: null, selected: null, hover: null};

// --- where things are ------------------------------------------------------

const W = 176, H = 36, GAPX = 64, GAPY = 12, PAD = 18, HEAD = 30;
let shown = [], visible = new Set(), shownEdges = [], groups = [], bounds = {x: 0, y: 0, w: 1, h: 1};

// surroundings are what a node leads to, and what leads to it, hop by hop.
function surroundings(n) {
  const all = new Set([n]);
  for (const [side, end] of [["out", "to"], ["in", "from"]]) {
    const queue = [n], seen = new Set(queue);
    while (queue.length) for (const e of queue.pop()[side]) if (!seen.has(e[end])) { seen.add(e[end]); all.add(e[end]); queue.push(e[end]); }
  }
  return all;
}

// layered puts the nodes of one component into columns: what refers stands to the
// left of what it refers to.
function layered(members, links) {
  const inside = new Set(members), out = new Map(), into = new Map(), depth = new Map();
  for (const n of members) { out.set(n, []); into.set(n, []); }
  const mark = new Map(); // 1: on the path, 2: done
  const acyclic = [], kept = new Map();
  for (const e of links) { if (!kept.has(e.from)) kept.set(e.from, new Set()); kept.get(e.from).add(e.to); }
  for (const start of members) {
    if (mark.get(start)) continue;
    const path = [[start, [...(kept.get(start) || [])], 0]];
    mark.set(start, 1);
    while (path.length) {
      const top = path[path.length - 1];
      if (top[2] === top[1].length) { mark.set(top[0], 2); path.pop(); continue; }
      const next = top[1][top[2]++];
      if (!inside.has(next) || next === top[0] || mark.get(next) === 1) continue; // closes a circle
      acyclic.push([top[0], next]);
      if (!mark.get(next)) { mark.set(next, 1); path.push([next, [...(kept.get(next) || [])], 0]); }
    }
  }
  for (const [a, b] of acyclic) { out.get(a).push(b); into.get(b).push(a); }
  const left = new Map(members.map(n => [n, into.get(n).length]));
  const order = members.filter(n => !left.get(n));
  for (const n of order) depth.set(n, 0);
  for (let i = 0; i < order.length; i++) for (const m of out.get(order[i])) {
    depth.set(m, Math.max(depth.get(m) || 0, depth.get(order[i]) + 1));
    left.set(m, left.get(m) - 1);
    if (!left.get(m)) order.push(m);
  }
  // What nothing refers to stands just before what it refers to.
  for (let i = order.length - 1; i >= 0; i--) {
    const n = order[i];
    if (!into.get(n).length && out.get(n).length) depth.set(n, Math.min(...out.get(n).map(m => depth.get(m))) - 1);
  }
  const low = Math.min(...members.map(n => depth.get(n)));
  const layers = [];
  for (const n of members) { const d = depth.get(n) - low; (layers[d] = layers[d] || []).push(n); }
  const rank = new Map();
  layers.forEach(l => l.forEach((n, i) => rank.set(n, i)));
  const near = n => [...out.get(n), ...into.get(n)];
  for (let sweep = 0; sweep < 8; sweep++) {
    const down = sweep % 2 === 0;
    for (const l of down ? layers : [...layers].reverse()) {
      const key = new Map(l.map(n => {
        const by = down ? into.get(n) : out.get(n);
        const all = by.length ? by : near(n);
        return [n, all.length ? all.reduce((s, m) => s + rank.get(m) / Math.max(1, layers[depth.get(m) - low].length), 0) / all.length : 0];
      }));
      l.sort((a, b) => key.get(a) - key.get(b) || rank.get(a) - rank.get(b));
      l.forEach((n, i) => rank.set(n, i));
    }
  }
  // A layer that is very high goes on in further columns.
  const rows = Math.max(14, Math.ceil(Math.sqrt(members.length) * 1.7));
  let x = 0, height = 0;
  for (const l of layers) {
    const columns = Math.ceil(l.length / rows), high = Math.ceil(l.length / columns);
    if (columns === 1) {
      // Each stands at the height of its neighbours to the left, as far as there is room.
      let y = -Infinity, off = 0;
      const want = l.map(n => {
        const by = into.get(n).filter(m => depth.get(m) < depth.get(n));
        return by.length ? by.reduce((s, m) => s + m.y, 0) / by.length : null;
      });
      l.forEach((n, i) => { n.y = Math.max(want[i] === null ? (i ? y : 0) : want[i], y); y = n.y + H + GAPY; off += n.y - (want[i] === null ? n.y : want[i]); });
      const shift = off / l.length;
      l.forEach(n => { n.x = x; n.y -= shift; });
    } else {
      l.forEach((n, i) => { n.x = x + Math.floor(i / high) * (W + GAPY * 2); n.y = (i % high) * (H + GAPY); });
    }
    x += columns * W + (columns - 1) * GAPY * 2 + GAPX;
  }
  const top = Math.min(...members.map(n => n.y));
  for (const n of members) { n.y -= top; height = Math.max(height, n.y + H); }
  return {items: members, w: x - GAPX, h: height, key: members.length};
}

// grid puts nodes without references side by side.
function grid(members) {
  members.sort((a, b) => a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.name < b.name ? -1 : 1);
  const columns = Math.max(1, Math.round(Math.sqrt(members.length * H / W * 1.6)));
  members.forEach((n, i) => { n.x = (i % columns) * (W + GAPY * 2); n.y = Math.floor(i / columns) * (H + GAPY); });
  return {items: members, w: Math.min(columns, members.length) * (W + GAPY * 2) - GAPY * 2, h: Math.ceil(members.length / columns) * (H + GAPY) - GAPY, key: -1};
}

// pack puts boxes onto shelves, in about the shape that is asked for.
function pack(boxes, gap, shape) {
  const area = boxes.reduce((s, b) => s + (b.w + gap) * (b.h + gap), 0);
  const widest = boxes.reduce((w, b) => Math.max(w, b.w), 0);
  let best = null;
  for (const factor of [0.8, 1, 1.2, 1.5, 1.9]) {
    const width = Math.max(widest, Math.sqrt(area * shape) * factor);
    let x = 0, y = 0, high = 0, wide = 0;
    const at = boxes.map(b => {
      if (x > 0 && x + b.w > width) { x = 0; y += high + gap; high = 0; }
      const p = [x, y];
      x += b.w + gap; high = Math.max(high, b.h); wide = Math.max(wide, p[0] + b.w);
      return p;
    });
    const size = {w: wide, h: y + high, at}, scale = Math.min(shape / size.w, 1 / size.h);
    if (!best || scale > best.scale) best = {...size, scale};
  }
  boxes.forEach((b, i) => move(b, ...best.at[i]));
  return best;
}
function move(b, x, y) {
  b.x = (b.x || 0) + x; b.y = (b.y || 0) + y;
  for (const i of b.items) if (i.items) move(i, x, y); else { i.x += x; i.y += y; }
}

function components(members, links) {
  const parent = new Map(members.map(n => [n, n]));
  const root = n => { while (parent.get(n) !== n) { parent.set(n, parent.get(parent.get(n))); n = parent.get(n); } return n; };
  for (const e of links) parent.set(root(e.from), root(e.to));
  const sets = new Map();
  for (const n of members) { const r = root(n); if (!sets.has(r)) sets.set(r, {members: [], links: []}); sets.get(r).members.push(n); }
  for (const e of links) sets.get(root(e.from)).links.push(e);
  return [...sets.values()];
}

function layout() {
  const focus = state.focus && surroundings(state.focus);
  let base = nodes.filter(n => !state.namespaces.has(n.namespace) && !state.kinds.has(n.kind) && (!focus || focus.has(n)));
  if (state.broken) {
    const bad = new Set(base.filter(isBroken));
    base = base.filter(n => bad.has(n) || n.out.some(e => e.broken && bad.has(e.to)));
  }
  shown = base;
  visible = new Set(shown);
  shownEdges = edges.filter(e => visible.has(e.from) && visible.has(e.to));
  const byNamespace = new Map();
  for (const n of shown) { if (!byNamespace.has(n.namespace)) byNamespace.set(n.namespace, {members: [], links: []}); byNamespace.get(n.namespace).members.push(n); }
  // Who calls which Service would tie everything together: those lines cross.
  const calls = e => e.to.kind === "Service" && !e.to.missing && e.from.family !== "route";
  for (const e of shownEdges) if (e.from.namespace === e.to.namespace && !calls(e)) byNamespace.get(e.from.namespace).links.push(e);
  const shape = Math.max(0.4, canvas.clientWidth / Math.max(1, canvas.clientHeight));
  groups = [...byNamespace].map(([name, g]) => {
    const parts = [], single = [];
    for (const c of components(g.members, g.links)) c.members.length === 1 ? single.push(c.members[0]) : parts.push(layered(c.members, c.links));
    if (single.length) parts.push(grid(single));
    parts.sort((a, b) => b.key < 0 ? -1 : a.key < 0 ? 1 : b.h - a.h);
    const size = pack(parts, GAPY * 3, 1.4);
    for (const p of parts) move(p, PAD, PAD + HEAD);
    return {name, items: parts, w: size.w + 2 * PAD, h: size.h + 2 * PAD + HEAD, count: g.members.length};
  });
  groups.sort((a, b) => !a.name - !b.name || b.h - a.h || (a.name < b.name ? -1 : 1));
  const all = pack(groups, 40, shape);
  bounds = {x: 0, y: 0, w: all.w || 1, h: all.h || 1};
  paths = null;
}

// --- drawing ---------------------------------------------------------------

const canvas = $("canvas"), pen = canvas.getContext("2d");
let view = {x: 0, y: 0, k: 1}, colors = {}, paths = null, queued = false, fitted = true;

function readColors() {
  const css = getComputedStyle(document.documentElement);
  for (const c of ["back", "paper", "line", "ink", "soft", "edge", "accent", "broken", "warning", "hit", "box", ...Object.keys(families), "other"]) colors[c] = css.getPropertyValue("--" + c).trim();
}

function curve(path, e) {
  const a = e.from, b = e.to, y1 = a.y + H / 2, y2 = b.y + H / 2;
  if (a === b) { path.moveTo(a.x + W, y1 - 6); path.bezierCurveTo(a.x + W + 40, y1 - 30, a.x + W + 40, y1 + 30, a.x + W, y1 + 6); return; }
  let x1 = a.x + W, x2 = b.x, bend = Math.max(24, Math.min(120, Math.abs(x2 - x1) / 2)), turn = bend;
  if (x2 < x1 && Math.abs(b.x - a.x) < W) { x2 = b.x + W; turn = -bend; } // one above the other: around them
  else if (b.x + W < a.x) { x1 = a.x; x2 = b.x + W; bend = -bend; turn = bend; } // backwards
  path.moveTo(x1, y1);
  path.bezierCurveTo(x1 + bend, y1, x2 - turn, y2, x2, y2);
  const way = turn > 0 ? -1 : 1;
  path.moveTo(x2 + way * 7, y2 - 4); path.lineTo(x2, y2); path.lineTo(x2 + way * 7, y2 + 4);
}

const matches = n => state.query.split(" ").every(word => n.text.includes(word));

function draw() {
  queued = false;
  const ratio = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) { canvas.width = Math.round(w * ratio); canvas.height = Math.round(h * ratio); }
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.fillStyle = colors.back;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const k = view.k;
  pen.setTransform(ratio * k, 0, 0, ratio * k, ratio * view.x, ratio * view.y);
  const x0 = -view.x / k, y0 = -view.y / k, x1 = x0 + w / k, y1 = y0 + h / k;
  const out = (x, y, ww, hh) => x > x1 || y > y1 || x + ww < x0 || y + hh < y0;
  const font = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
  for (const g of groups) {
    if (out(g.x, g.y, g.w, g.h)) continue;
    pen.fillStyle = colors.box; pen.strokeStyle = colors.line; pen.lineWidth = 1 / k;
    pen.beginPath(); pen.roundRect(g.x, g.y, g.w, g.h, 10); pen.fill(); pen.stroke();
  }
  if (!paths) {
    paths = {sound: new Path2D(), broken: new Path2D()};
    for (const e of shownEdges) curve(e.broken ? paths.broken : paths.sound, e);
  }
  const chosen = visible.has(state.selected) ? state.selected : null;
  const lit = state.hover || chosen;
  let near = null;
  if (lit) { near = new Set([lit]); for (const e of lit.out) near.add(e.to); for (const e of lit.in) near.add(e.from); }
  const hits = state.query ? new Set(shown.filter(matches)) : null;
  const faint = lit || hits;
  const thick = Math.max(1.2, 0.7 / k);
  pen.lineWidth = thick; pen.globalAlpha = faint ? 0.25 : 0.9; pen.strokeStyle = colors.edge;
  pen.stroke(paths.sound);
  pen.globalAlpha = faint ? 0.5 : 1; pen.strokeStyle = colors.broken; pen.lineWidth = Math.max(2, 1.6 / k);
  pen.stroke(paths.broken);
  if (lit) {
    const sound = new Path2D(), broken = new Path2D();
    for (const e of [...lit.out, ...lit.in]) if (visible.has(e.from) && visible.has(e.to)) curve(e.broken ? broken : sound, e);
    pen.globalAlpha = 1; pen.lineWidth = Math.max(2, 1.5 / k);
    pen.strokeStyle = colors.accent; pen.stroke(sound);
    pen.strokeStyle = colors.broken; pen.stroke(broken);
  }
  const words = k > 0.38;
  for (const n of shown) {
    if (out(n.x, n.y, W, H)) continue;
    pen.globalAlpha = near && !near.has(n) || !near && hits && !hits.has(n) ? 0.25 : 1;
    const color = colors[n.family];
    pen.beginPath(); pen.roundRect(n.x, n.y, W, H, 6);
    pen.fillStyle = hits && hits.has(n) ? colors.hit : words ? colors.paper : n.worst === "error" ? colors.broken : color;
    pen.fill();
    const edge = n.missing || n.worst === "error" ? colors.broken : n.worst === "warning" ? colors.warning : n === lit ? colors.accent : colors.line;
    pen.strokeStyle = n === chosen ? colors.accent : edge;
    pen.lineWidth = Math.max(n === chosen ? 3 : n.worst ? 1.8 : 1, 0.7 / k);
    if (n.missing) pen.setLineDash([5, 4]);
    pen.stroke();
    pen.setLineDash([]);
    if (!words) continue;
    pen.save(); pen.clip();
    pen.fillStyle = color; pen.fillRect(n.x, n.y, 5, H);
    pen.restore();
    pen.textBaseline = "alphabetic";
    pen.font = "10px " + font; pen.fillStyle = n.missing ? colors.broken : colors.soft;
    pen.fillText(fitText(n.kind + (n.missing ? " · missing" : ""), W - 18), n.x + 12, n.y + 14);
    pen.font = "600 12px " + font; pen.fillStyle = colors.ink;
    pen.fillText(fitText(n.name || "(no name)", W - 18), n.x + 12, n.y + 28);
  }
  pen.globalAlpha = 1;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.textBaseline = "alphabetic";
  pen.font = "600 12px " + font;
  for (const g of groups) { // titles keep their size as long as there is room
    if (out(g.x, g.y, g.w, g.h)) continue;
    const size = Math.max(9, Math.min(15, 13 * Math.sqrt(k)));
    pen.font = "600 " + size + "px " + font;
    const room = g.w * k - 12, sx = g.x * k + view.x, sy = g.y * k + view.y;
    if (room < 20) continue;
    pen.fillStyle = colors.soft;
    const text = fitText((g.name || "no namespace") + (k > 0.2 ? "  " + g.count : ""), room);
    if (k > 0.3) { pen.fillText(text, sx + PAD * k, sy + Math.max(size + 2, (PAD + 8) * k)); continue; }
    if (text === "…") continue;
    const wide = pen.measureText(text).width;
    pen.fillStyle = colors.paper; pen.globalAlpha = 0.85;
    pen.fillRect(sx + 3, sy + 2, wide + 6, size + 4);
    pen.globalAlpha = 1; pen.fillStyle = colors.ink;
    pen.fillText(text, sx + 6, sy + size + 2);
  }
}
const fits = new Map();
function fitText(text, width) {
  const key = pen.font + "|" + Math.round(width) + "|" + text;
  if (fits.has(key)) return fits.get(key);
  let out = text;
  if (pen.measureText(text).width > width) {
    let low = 0, high = text.length;
    while (low < high) { const mid = (low + high + 1) >> 1; pen.measureText(text.slice(0, mid) + "…").width <= width ? low = mid : high = mid - 1; }
    out = text.slice(0, low) + "…";
  }
  if (fits.size > 20000) fits.clear();
  fits.set(key, out);
  return out;
}
function redraw() { if (!queued) { queued = true; requestAnimationFrame(draw); } }

function fit() {
  const w = canvas.clientWidth, h = canvas.clientHeight, edge = 24;
  const k = Math.min(1.4, (w - 2 * edge) / bounds.w, (h - 2 * edge) / bounds.h);
  view = {k, x: (w - bounds.w * k) / 2, y: (h - bounds.h * k) / 2};
  fitted = true;
  redraw();
}
function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  const k = Math.max(0.01, Math.min(4, view.k * factor)), f = k / view.k;
  view = {k, x: x - (x - view.x) * f, y: y - (y - view.y) * f};
  fitted = false;
  redraw();
}
function center(n) {
  const k = Math.max(view.k, 0.9);
  view = {k, x: canvas.clientWidth / 2 - (n.x + W / 2) * k, y: canvas.clientHeight / 2 - (n.y + H / 2) * k};
  fitted = false;
  redraw();
}
function at(x, y) {
  const wx = (x - view.x) / view.k, wy = (y - view.y) / view.k;
  for (let i = shown.length - 1; i >= 0; i--) { const n = shown[i]; if (wx >= n.x && wx <= n.x + W && wy >= n.y && wy <= n.y + H) return n; }
  return null;
}

// --- what stands beside it -------------------------------------------------

function count() {
  const bad = edges.filter(e => e.broken).length;
  $("status").textContent = (shown.length === nodes.length ? plural(nodes.length, "resource") : shown.length + " of " + plural(nodes.length, "resource")) + ", " + plural(shownEdges.length, "reference");
  const wrong = nodes.filter(isBroken).length;
  const b = $("broken");
  b.classList.toggle("none", !wrong);
  b.disabled = !wrong;
  b.textContent = !wrong ? "nothing broken" : bad ? plural(bad, "broken reference") : plural(wrong, "resource") + " with errors";
  b.title = wrong ? "Show only what is broken" : "";
  b.setAttribute("aria-pressed", state.broken);
  $("nothing").hidden = shown.length > 0;
  $("all-namespaces").hidden = !state.namespaces.size;
  $("all-kinds").hidden = !state.kinds.size;
  const u = $("unfocus");
  u.hidden = !state.focus;
  if (state.focus) u.textContent = "Only what is connected to " + called(state.focus) + "  ×";
}
function update() { layout(); count(); list(); fit(); }

function filter(id, all, hidden, label, family) {
  const ul = $(id);
  const boxes = [...all].map(([value, number]) => {
    const li = make("li"), l = make("label"), box = make("input"), only = make("button", "only", "only");
    box.type = "checkbox"; box.checked = true; box.value = value;
    l.append(box);
    if (family) { const s = make("span", "", "swatch"); s.style.background = "var(--" + family(value) + ")"; l.append(s); }
    const name = make("span", label(value), "name");
    name.title = label(value);
    l.append(name);
    only.type = "button"; only.setAttribute("aria-label", "only " + label(value));
    box.addEventListener("change", () => { box.checked ? hidden.delete(value) : hidden.add(value); update(); });
    only.addEventListener("click", () => { for (const b of boxes) { b.checked = b === box; b.checked ? hidden.delete(b.value) : hidden.add(b.value); } update(); });
    li.append(l, only, make("span", number, "count"));
    ul.append(li);
    return box;
  });
  $("all-" + id).addEventListener("click", () => { hidden.clear(); for (const b of boxes) b.checked = true; update(); });
}
function tally(key) {
  const m = new Map();
  for (const n of nodes) m.set(n[key], (m.get(n[key]) || 0) + 1);
  return new Map([...m].sort((a, b) => a[0] < b[0] ? -1 : 1));
}

function refButton(n, small, bad) {
  const b = make("button", called(n) + (n.missing ? " (missing)" : ""), "ref" + (bad ? " bad" : ""));
  b.type = "button";
  if (small) b.append(make("small", small));
  b.addEventListener("click", () => choose(n, true));
  return b;
}

function list() {
  const ul = $("hits");
  ul.replaceChildren();
  ul.hidden = !state.query;
  $("filters").hidden = !!state.query;
  if (!state.query) return;
  const found = shown.filter(matches), most = 200;
  for (const n of found.slice(0, most)) {
    const li = make("li"), b = make("button", n.name), kind = make("small", n.kind + (n.namespace ? " in " + n.namespace : "") + (n.missing ? ", missing" : ""));
    b.type = "button"; b.title = called(n);
    b.style.borderLeftColor = "var(--" + (n.worst === "error" ? "broken" : n.family) + ")";
    b.append(kind);
    b.addEventListener("click", () => choose(n, true));
    li.append(b);
    ul.append(li);
  }
  if (!found.length) ul.append(make("li", shown.length < nodes.length ? "Nothing here has that name. Some of it is filtered out." : "Nothing has that name.", "more"));
  if (found.length > most) ul.append(make("li", "and " + (found.length - most) + " more", "more"));
}

function choose(n, show) {
  state.selected = n;
  state.hover = null;
  $("tip").hidden = true;
  const panel = $("details");
  const was = panel.hidden;
  panel.hidden = !n;
  if (n) describe(n);
  if (n && show && !visible.has(n)) reveal(n);
  const name = n ? "#" + encodeURIComponent(called(n)) : "";
  if (location.hash !== name) history.replaceState(null, "", name || location.pathname + location.search);
  if (was !== panel.hidden) resized();
  if (n && show) center(n);
  redraw();
}
// reveal takes off the filters that hide a node.
function reveal(n) {
  state.namespaces.delete(n.namespace); state.kinds.delete(n.kind); state.broken = false; state.focus = null;
  for (const box of document.querySelectorAll("#filters input")) box.checked = !(box.closest("#namespaces") ? state.namespaces : state.kinds).has(box.value);
  update();
}

function describe(n) {
  const a = $("about");
  const title = make("h3");
  title.append(make("span", n.kind, "kind"), " " + n.name);
  a.replaceChildren(title, make("small", [n.namespace ? "namespace " + n.namespace : "", n.apiVersion].filter(Boolean).join(", ")));
  if (n.missing) a.append(make("p", "This is referred to, and not there."));
  if (n.place) a.append(make("div", n.place, "place"));
  const row = make("div", undefined, "row");
  if (n.in.length || n.out.length) {
    const b = make("button", "Show only what is connected");
    b.type = "button";
    b.addEventListener("click", () => { state.focus = n; update(); });
    row.append(b);
  }
  if (n.yaml) {
    const b = make("button", "Copy YAML");
    b.type = "button";
    b.addEventListener("click", async () => { try { await navigator.clipboard.writeText(n.yaml); b.textContent = "Copied"; } catch { getSelection().selectAllChildren($("yaml")); } });
    row.append(b);
  }
  a.append(row);
  for (const f of n.findings || []) {
    const d = make("div", undefined, "finding " + f.severity);
    d.append(make("b", f.severity + "[" + f.rule + "]"), " " + f.message);
    if (f.field) d.append(make("small", f.field, "field"));
    if (f.place) d.append(make("div", f.place, "place"));
    for (const then of f.then || []) d.append(make("small", "then: " + then));
    if (f.help) d.append(make("small", "help: " + f.help));
    a.append(d);
  }
  for (const [title, links, end] of [["Refers to", n.out, "to"], ["Referred to by", n.in, "from"]]) {
    if (!links.length) continue;
    a.append(make("h2", title));
    for (const e of [...links].sort((x, y) => !!y.broken - !!x.broken)) a.append(refButton(e[end], e.field, e.broken));
  }
  if (!n.yaml) return;
  a.append(make("h2", "YAML"));
  const pre = make("pre");
  pre.id = "yaml";
  const bad = new Set();
  for (const f of n.findings || []) if (f.line && f.severity === "error") bad.add(f.line);
  for (const e of n.out) if (e.broken && n.lines && n.lines[e.field]) bad.add(n.lines[e.field]);
  n.yaml.replace(/\n$/, "").split("\n").forEach((line, i) => {
    const s = make("span", undefined, bad.has(i + 1) ? "bad" : "");
    const m = /^(\s*(?:- )*)([\w./-]+)(:(?: .*)?)$/.exec(line);
    m ? s.append(m[1], make("span", m[2], "key"), m[3]) : s.append(line);
    pre.append(s);
  });
  a.append(pre);
  $("details").scrollTop = 0;
}

// --- what people do --------------------------------------------------------

function resized() { if (fitted) { fit(); } else redraw(); }

let drag = null;
const fingers = new Map();
canvas.addEventListener("pointerdown", e => {
  if (e.button) return;
  canvas.setPointerCapture(e.pointerId);
  fingers.set(e.pointerId, e);
  drag = {x: e.offsetX, y: e.offsetY, view: {...view}, moved: fingers.size > 1};
});
canvas.addEventListener("pointermove", e => {
  if (fingers.has(e.pointerId) && fingers.size === 2) {
    const [a, b] = [...fingers.values()], before = Math.hypot(a.offsetX - b.offsetX, a.offsetY - b.offsetY);
    fingers.set(e.pointerId, e);
    const [c, d] = [...fingers.values()], after = Math.hypot(c.offsetX - d.offsetX, c.offsetY - d.offsetY);
    if (before > 0) zoom(after / before, (c.offsetX + d.offsetX) / 2, (c.offsetY + d.offsetY) / 2);
    return;
  }
  if (drag) {
    const dx = e.offsetX - drag.x, dy = e.offsetY - drag.y;
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    drag.moved = true;
    canvas.classList.add("drag");
    view.x = drag.view.x + dx; view.y = drag.view.y + dy;
    fitted = false;
    return redraw();
  }
  const n = at(e.offsetX, e.offsetY), tip = $("tip");
  canvas.classList.toggle("over", !!n);
  if (n !== state.hover) { state.hover = n; redraw(); }
  tip.hidden = !n;
  if (!n) return;
  tip.textContent = called(n) + (n.missing ? "\nmissing" : "") + (n.place ? "\n" + n.place : "") + (n.findings ? "\n" + n.findings[0].message : "");
  tip.style.left = Math.max(0, Math.min(e.offsetX + 14, canvas.clientWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = (e.offsetY + 18 + tip.offsetHeight > canvas.clientHeight ? e.offsetY - tip.offsetHeight - 8 : e.offsetY + 18) + "px";
});
const lift = e => {
  fingers.delete(e.pointerId);
  if (drag && !drag.moved && e.type === "pointerup") choose(at(e.offsetX, e.offsetY), false);
  drag = null;
  canvas.classList.remove("drag");
};
canvas.addEventListener("pointerup", lift);
canvas.addEventListener("pointercancel", lift);
canvas.addEventListener("pointerleave", () => { state.hover = null; $("tip").hidden = true; redraw(); });
canvas.addEventListener("wheel", e => { e.preventDefault(); zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0015)), e.offsetX, e.offsetY); }, {passive: false});
canvas.addEventListener("dblclick", e => { const n = at(e.offsetX, e.offsetY); if (n) { state.focus = n; update(); } });

$("search").addEventListener("input", e => { state.query = e.target.value.trim().toLowerCase().replace(/\s+/g, " "); list(); redraw(); });
$("search").addEventListener("keydown", e => { if (e.key === "Enter") { const n = shown.find(matches); if (state.query && n) choose(n, true); } });
$("broken").addEventListener("click", () => { state.broken = !state.broken; update(); });
$("unfocus").addEventListener("click", () => { state.focus = null; update(); });
$("close").addEventListener("click", () => choose(null));
$("fit").addEventListener("click", fit);
$("in").addEventListener("click", () => zoom(1.3));
$("out").addEventListener("click", () => zoom(1 / 1.3));
document.addEventListener("keydown", e => {
  const typing = e.target.tagName === "INPUT" && e.target.type === "search";
  if (e.key === "Escape") {
    if (typing && state.query) { e.target.value = state.query = ""; list(); redraw(); }
    else if (state.selected) choose(null);
    else if (state.focus) { state.focus = null; update(); }
    return;
  }
  if (typing || e.ctrlKey || e.metaKey || e.altKey) return;
  const step = 60;
  switch (e.key) {
  case "/": e.preventDefault(); $("search").focus(); break;
  case "+": case "=": zoom(1.3); break;
  case "-": zoom(1 / 1.3); break;
  case "0": fit(); break;
  default:
    if (e.target !== canvas) return;
    const way = {ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[e.key];
    if (way) { e.preventDefault(); view.x += way[0] * step; view.y += way[1] * step; fitted = false; redraw(); }
  }
});
const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => { readColors(); redraw(); });
new ResizeObserver(resized).observe(canvas);

$("title").textContent = data.title;
$("title").title = data.version ? "krm-validate " + data.version : "";
filter("namespaces", tally("namespace"), state.namespaces, v => v || "no namespace");
filter("kinds", tally("kind"), state.kinds, v => v || "no kind", v => familyOf[v] || "other");
readColors();
update();
const wanted = () => {
  let name = location.hash.slice(1);
  try { name = decodeURIComponent(name); } catch { return; }
  const n = name && nodes.find(n => called(n) === name);
  if (n) choose(n, true);
};
window.addEventListener("hashchange", wanted);
wanted();
})();
