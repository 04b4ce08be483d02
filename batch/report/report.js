const facts = JSON.parse($("facts").textContent);
const { refit, points, labels, near } = facts;

function unpacked(text, Kind) {
  const binary = atob(text);
  const raw = new Uint8Array(binary.length);
  for (let i = 0; i < raw.length; i++) raw[i] = binary.charCodeAt(i);
  return new Kind(raw.buffer);
}

const drawn = points.names.length;
const values = unpacked(points.values, Float32Array); // axis by axis
const labelOf = unpacked(points.label, Uint32Array);
const seqs = unpacked(points.seq, Float64Array);
const nearOf = unpacked(near.of, Uint32Array);
const nearest = unpacked(near.nearest, Uint32Array);
const cosines = unpacked(near.cosines, Float32Array);
const nearRow = new Map(Array.from(nearOf, (point, row) => [point, row]));
const small = new Map(facts.small.of.map((point, i) => [point, facts.small.webp[i]]));
const lower = points.names.map((name) => name.toLowerCase());
const pathOf = (point) => points.prefix + points.names[point];
const valueOf = (point, axis) => (axis < points.axes ? values[axis * drawn + point] : 0);

// Ten that are told apart by most eyes, then hues by the golden angle: names that follow each other differ most.
const TEN = ["#2f7d4f", "#d1603d", "#3f6fb5", "#c9a227", "#8a4fa3", "#3aa6a0", "#b5446e", "#7a8f2a", "#6b5b4d", "#e08fb0"];
function hue(i) {
  const [h, s, l] = [(i * 137.508) % 360, [0.62, 0.5, 0.72][i % 3], [0.48, 0.62, 0.4][i % 3]];
  const part = (n) => {
    const k = (n + h / 30) % 12;
    return Math.round(255 * (l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return `rgb(${part(0)},${part(8)},${part(4)})`;
}
// A trace for each colour: a colour for each point would cost plotly a second for 50,000 of them.
const MOST_TRACES = 40;
const colours = labels.map((_, i) => (labels.length <= TEN.length ? TEN[i] : hue(i % MOST_TRACES)));
const groups = labels.slice(0, MOST_TRACES).map(() => []); // the points that are shown, trace by trace

const chosen = new Uint8Array(labels.length).fill(1);
let picked = -1;
let text = "";

function thumb(point, className = "thumb") {
  const content = small.get(point);
  if (!content) return make("span", `${className} none`);
  const image = make("img", className);
  image.src = `data:image/webp;base64,${content}`;
  image.alt = "";
  return image;
}

function numbers(point, most) {
  const line = make("div", "values mono");
  for (let axis = 0; axis < Math.min(points.axes, most); axis++) {
    line.append(make("span", "", `PC${axis + 1} ${valueOf(point, axis).toFixed(2)}`));
  }
  return line;
}

// --- the scatter

function choose() {
  const wanted = text.toLowerCase();
  const byLabel = labels.map((label) => label.name.toLowerCase().includes(wanted));
  for (const group of groups) group.length = 0;
  for (let i = 0; i < drawn; i++) {
    const label = labelOf[i];
    if (chosen[label] && (!wanted || byLabel[label] || lower[i].includes(wanted))) groups[label % MOST_TRACES].push(i);
  }
}

const shown = () => groups.flat();

function column(axis, of) {
  return Float32Array.from(of, (point) => valueOf(point, axis));
}

const webgl = (() => {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl"));
  } catch {
    return false;
  }
})();
const KIND = webgl ? "scattergl" : "scatter";
const SIZE = drawn > 20000 ? 3.5 : drawn > 5000 ? 5 : drawn > 800 ? 7 : 10;
const axes = { x: 0, y: Math.min(1, points.axes) };

function traces() {
  const marker = { size: SIZE, opacity: drawn > 5000 ? 0.65 : 0.82, line: { width: 0 } };
  return groups.map((group, i) => ({
    type: KIND, mode: "markers", hoverinfo: "none", x: column(axes.x, group), y: column(axes.y, group),
    marker: { ...marker, color: colours[i] },
  }));
}

// Rings around the picked point and its neighbours: shapes, which are drawn without drawing the points anew.
function rings() {
  const points = picked < 0 ? [] : [picked, ...neighboursOf(picked).map((next) => next.point)];
  return points.map((point, i) => {
    const r = (i ? SIZE + 8 : SIZE + 14) / 2;
    return {
      type: "circle", xref: "x", yref: "y", xsizemode: "pixel", ysizemode: "pixel", x0: -r, x1: r, y0: -r, y1: r,
      xanchor: valueOf(point, axes.x), yanchor: valueOf(point, axes.y), line: { color: colour("ink"), width: i ? 1.5 : 2.5 },
    };
  });
}

function axisName(axis) {
  return axis < points.axes ? `PC${axis + 1}, ${percent(refit.ratios[axis])} of the variance` : "no second component";
}

function drawScatter() {
  const plot = layout({
    dragmode: "pan", hovermode: "closest", showlegend: false, uirevision: `${axes.x} ${axes.y} ${$("same").checked}`, hoverdistance: 12,
    margin: { l: 52, r: 8, t: 8, b: 44 }, shapes: rings(),
    xaxis: { title: { text: axisName(axes.x) }, zeroline: false },
    yaxis: { title: { text: axisName(axes.y) }, zeroline: false, scaleanchor: $("same").checked ? "x" : undefined },
  });
  return Plotly.react("scatter", traces(), plot, {
    responsive: true, scrollZoom: true, displaylogo: false, doubleClick: "reset",
    // Named one by one: among plotly's own there is one that hands the data to a service of theirs.
    modeBarButtons: [["toImage"], ["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"]],
    toImageButtonOptions: { filename: `refit ${refit.id}`, scale: 2 },
  });
}

function redraw() {
  choose();
  const number = groups.reduce((sum, group) => sum + group.length, 0);
  const part = number < drawn ? `${count(number)} of ` : "";
  const sampled = drawn < points.n ? `, a sample of ${count(points.n)} by each label's share` : "";
  const thumbs = small.size ? `${small.size < drawn ? count(small.size) : "all"} with thumbnails` : "without thumbnails";
  $("sample").textContent = `${part}${plural(drawn, "picture")}${sampled}, ${thumbs}`;
  return drawScatter();
}

function showTip(point, event) {
  const tip = $("tip");
  const words = make("div");
  words.append(make("strong", "", labels[labelOf[point]].name), numbers(point, 4), make("div", "path", pathOf(point)));
  tip.replaceChildren(...(small.size ? [thumb(point)] : []), words);
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const left = event.clientX + 16 + box.width > innerWidth ? event.clientX - 16 - box.width : event.clientX + 16;
  const top = Math.min(event.clientY + 16, innerHeight - box.height - 8);
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${Math.max(8, top)}px`;
}

// --- one picture

function neighboursOf(point) {
  const row = nearRow.get(point);
  if (row === undefined) return [];
  return Array.from({ length: near.each }, (_, i) => ({
    point: nearest[row * near.each + i], cosine: cosines[row * near.each + i],
  }));
}

function pick(point) {
  picked = point;
  $("unpick").hidden = point < 0;
  if (point < 0) {
    $("picked").replaceChildren(make("p", "soft small", "Click one in the plot."));
    return Plotly.relayout("scatter", { shapes: [] });
  }
  const one = make("div", "one");
  const words = make("div");
  const name = make("div", "soft small path", pathOf(point));
  words.append(make("strong", "", labels[labelOf[point]].name), name, numbers(point, points.axes));
  words.append(make("div", "soft small", `announcement ${count(seqs[point])}`));
  one.append(...(small.has(point) ? [thumb(point)] : []), words);
  const found = neighboursOf(point);
  const list = make("div", "near");
  for (const next of found) {
    const button = make("button", "");
    button.type = "button";
    button.title = pathOf(next.point);
    button.append(...(small.size ? [thumb(next.point)] : []), make("span", "name", labels[labelOf[next.point]].name));
    button.append(make("span", "soft number", next.cosine.toFixed(3)));
    button.addEventListener("click", () => pick(next.point));
    list.append(button);
  }
  const among = nearOf.length < points.n ? ` among ${count(nearOf.length)} of them` : "";
  const says = found.length
    ? `Nearest by the cosine of all 1,280 features${among}:`
    : `It is not among the ${count(nearOf.length)} pictures whose neighbours were looked for.`;
  const title = make("p", "soft small", says);
  title.style.marginTop = "8px";
  $("picked").replaceChildren(one, title, list);
  return Plotly.relayout("scatter", { shapes: rings() });
}

// --- labels

const MOST_LABELS = 400;
const boxes = [];

function drawLabels() {
  const most = Math.max(1, ...labels.map((label) => label.count));
  const order = labels.map((_, i) => i);
  if (labels.length > MOST_LABELS) order.sort((a, b) => labels[b].count - labels[a].count);
  const rows = order.slice(0, MOST_LABELS).map((i) => {
    const row = make("label", "label");
    const box = make("input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => {
      chosen[i] = box.checked ? 1 : 0;
      redraw();
    });
    boxes.push({ i, box, row });
    const dot = make("span", "dot");
    dot.style.background = colours[i];
    const name = make("span", "name", labels[i].name);
    name.title = labels[i].name;
    const changed = labels[i].before === null ? 0 : labels[i].count - labels[i].before;
    const number = make("span", "soft number small", count(labels[i].count));
    if (changed) number.textContent += ` (${changed > 0 ? "+" : "−"}${count(Math.abs(changed))})`;
    const bar = make("span", "bar");
    const fill = make("i");
    fill.style.width = `${(100 * labels[i].count) / most}%`;
    fill.style.background = colours[i];
    bar.append(fill);
    row.append(box, dot, name, number, bar);
    return row;
  });
  $("labels").replaceChildren(...rows);
  if (labels.length > MOST_LABELS) $("more").textContent = `The ${MOST_LABELS} with most pictures of ${count(labels.length)} labels.`;
}

function chooseAll(on) {
  chosen.fill(on);
  for (const { box } of boxes) box.checked = Boolean(on);
  redraw();
}

// --- scree and drift

function drawScree() {
  const shares = facts.scree;
  const numbers = shares.map((_, i) => i + 1);
  let sum = 0;
  const sums = shares.map((share) => (sum += share));
  const kept = refit.ratios.reduce((a, b) => a + b, 0);
  $("kept").textContent = `${plural(refit.k, "component")} with ${percent(kept)} of the variance`;
  const hover = (what) => `component %{x}<br>%{y:.1%} ${what}<extra></extra>`;
  const bar = { type: "bar", x: numbers, y: shares, hovertemplate: hover("of the variance"), showlegend: false };
  bar.marker = { color: numbers.map((i) => (i <= refit.k ? colour("accent") : colour("line"))) };
  const line = { type: "scatter", mode: "lines+markers", x: numbers, y: sums, hovertemplate: hover("up to here"), name: "all up to here" };
  line.line = { color: colour("blue"), width: 1.5 };
  line.marker = { size: 4 };
  line.showlegend = true;
  const tick = numbers.length > 12 ? undefined : 1;
  Plotly.react("scree", [bar, line], layout({
    xaxis: { title: { text: "component" }, dtick: tick, showgrid: false }, yaxis: { tickformat: ".0%", rangemode: "tozero" },
  }), STILL);
}

function drawDrift() {
  const nights = facts.nights;
  const at = nights.map((night) => night.at);
  const compared = nights.filter((night) => night.angle !== null).length;
  $("drifted").textContent = compared
    ? `${plural(nights.length, "refit")} of this model, each against the one before`
    : "the first refit of this model";
  $("drift").hidden = !compared;
  $("nothing").hidden = compared > 0;
  if (!compared) return;
  const line = (name, key, axis, tint, unit) => ({
    type: "scatter", mode: "lines+markers", name, x: at, y: nights.map((night) => night[key]), yaxis: axis,
    line: { color: colour(tint), width: 1.5 }, marker: { size: 5 }, hovertemplate: `%{x|%Y-%m-%d %H:%M}<br>%{y:.3g} ${unit}<extra></extra>`,
  });
  // From 0, and never so close that rounding looks like drift.
  const above = (key, least) => [0, 1.15 * Math.max(least, ...nights.map((night) => night[key] || 0))];
  const angle = line("turned by, degrees", "angle", "y", "accent", "degrees");
  const shift = line("mean moved by, standard deviations", "shift", "y2", "blue", "standard deviations");
  Plotly.react("drift", [angle, shift], layout({
    margin: { l: 44, r: 44, t: 8, b: 36 }, xaxis: { type: "date", nticks: 6 }, yaxis: { range: above("angle", 1) },
    yaxis2: { overlaying: "y", side: "right", range: above("shift", 0.02), showgrid: false, automargin: true, color: colour("blue") },
  }), STILL);
}

// --- rejected pictures

const { rejected } = facts;
let code = "";

function drawRejected() {
  const wanted = $("find").value.toLowerCase();
  const fits = (row) => (!code || row.code === code) && (!wanted || `${row.path} ${row.detail}`.toLowerCase().includes(wanted));
  const rows = rejected.rows.filter(fits).map((row) => {
    const line = make("tr");
    const tag = make("td");
    tag.append(make("span", "tag bad", row.code));
    line.append(make("td", "path", row.path), tag, make("td", "", row.detail));
    line.append(make("td", "right soft", bytes(row.bytes)), make("td", "soft number", utc(row.at)));
    return line;
  });
  $("rejected").replaceChildren(...rows);
  const latest = rejected.rows.length < rejected.total ? `, the latest ${count(rejected.rows.length)} by name` : "";
  $("why").textContent = rejected.total ? `${plural(rejected.total, "picture")} without features${latest}` : "There are none.";
}

function drawCodes() {
  const buttons = rejected.codes.map((found) => {
    const button = make("button", "tag bad", `${found.code} ${count(found.count)}`);
    button.type = "button";
    button.title = found.meaning;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      code = code === found.code ? "" : found.code;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button && code !== ""));
      drawRejected();
    });
    return button;
  });
  $("codes").replaceChildren(...buttons);
  for (const id of ["find", "refused"]) $(id).hidden = !rejected.total;
}

// --- the whole

function drawHead() {
  const kept = refit.ratios.reduce((a, b) => a + b, 0);
  $("title").textContent = `Principal components of ${plural(refit.n, "picture")}`;
  $("subtitle").textContent = `Refit of ${utc(refit.at)}, up to announcement ${count(refit.lastSeq)}`;
  $("tiles").replaceChildren(
    tile("Pictures", count(refit.n), `in ${plural(labels.length, "label")}`),
    tile("Components", count(refit.k), `${percent(kept)} of the variance`),
    tile("Rejected", count(rejected.total), rejected.codes.length ? rejected.codes.slice(0, 3).map((c) => `${c.code} ${c.count}`).join(", ") : ""),
    tile("Warnings", count(refit.warnings.length), refit.warnings.length ? "" : "nothing drifted past its threshold", refit.warnings.length ? "warn" : ""),
  );
  $("warnings").replaceChildren(...refit.warnings.map((sentence) => make("div", "notice warn", sentence)));
  $("foot").textContent = `Lake ${refit.lake}. Model ${refit.model}. Drawn ${utc(refit.made)}.`;
}

function drawAll() {
  drawScree();
  drawDrift();
  return redraw();
}

for (const which of ["x", "y"]) {
  const select = $(which);
  for (let axis = 0; axis < points.axes; axis++) select.append(new Option(`PC${axis + 1}`, axis));
  if (points.axes === 1 && which === "y") select.append(new Option("none", 1));
  select.value = axes[which];
  select.addEventListener("change", () => {
    axes[which] = Number(select.value);
    drawScatter();
  });
}
$("filter").addEventListener("input", (event) => {
  text = event.target.value;
  for (const { i, row } of boxes) row.hidden = !labels[i].name.toLowerCase().includes(text.toLowerCase());
  if (boxes.every(({ row }) => row.hidden)) for (const { row } of boxes) row.hidden = false;
  redraw();
});
$("all").addEventListener("click", () => chooseAll(1));
$("none").addEventListener("click", () => chooseAll(0));
$("unpick").addEventListener("click", () => pick(-1));
$("same").addEventListener("change", drawScatter);
$("whole").addEventListener("click", () => Plotly.relayout("scatter", { "xaxis.autorange": true, "yaxis.autorange": true }));
$("find").addEventListener("input", drawRejected);
addEventListener("keydown", (event) => event.key === "Escape" && picked >= 0 && pick(-1));

drawHead();
drawLabels();
drawCodes();
drawRejected();
drawAll().then(() => {
  const scatter = $("scatter");
  const pointOf = (hit) => groups[hit.curveNumber][hit.pointNumber];
  scatter.on("plotly_hover", ({ points: [hit], event }) => showTip(pointOf(hit), event));
  scatter.on("plotly_unhover", () => ($("tip").hidden = true));
  scatter.on("plotly_click", ({ points: [hit] }) => pick(pointOf(hit)));
  document.body.dataset.ready = "yes";
});
whenColoursChange(() => drawAll().then(() => ["scatter", "scree", "drift"].forEach((id) => $(id).data && Plotly.Plots.resize(id))));
